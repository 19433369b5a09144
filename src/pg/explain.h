#pragma once

#include "pg.h"

namespace weather {

// FdwRoutine member: shows what would be read (files, bytes, compression, framing) and, with
// ANALYZE, what was (documents, rows, rejects).
void weatherExplainForeignScan(ForeignScanState* node, ExplainState* explain);

} // namespace weather
