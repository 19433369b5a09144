// The rows of a batch as tuples, and what becomes of those in error.
#pragma once

#include "foreign_scan.h"

#include "pg.h"

namespace weather {

// Puts the next row of the batch into the slot, in the current memory context. False: it is in
// error and was skipped, and counted.
bool make_row(ScanState* state, TupleTableSlot* slot);

} // namespace weather
