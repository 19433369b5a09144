// What the engine has counted in this backend's last scan of each foreign table: for
// weather.last_scan() and weather.last_scan_files().
#pragma once

#include "foreign_scan.h"

#include "pg.h"

namespace weather {

// A scan, or a rescan, reads its first file. What is known of an earlier one of the table is
// forgotten.
void begin_last_scan(ScanState* state);

// The open file, or the program's output, is about to be closed; `complete`: it was read to its
// end. Ignored if another scan of the same table has begun since.
void note_scanned(ScanState* state, bool complete);

} // namespace weather
