// While the loader reads files, pg_stat_progress_copy shows bytes and rows of the one that is being
// read, in the words of COPY FROM: relid is the foreign table, which COPY itself never reports.
#pragma once

#include "foreign_scan.h"

#include "pg.h"

namespace weather {

// Some of the open file, or of the program's output, has been read.
void report_progress(const ScanState* state);

} // namespace weather
