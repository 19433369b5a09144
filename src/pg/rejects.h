// Rows and documents in error that do not stop the scan: DESIGN section 5, on_error and
// reject_limit.
#pragma once

#include "foreign_scan.h"

#include "pg.h"

namespace weather {

struct Reject {
    int sqlstate;
    const char* message;
    const char* column; // or null
};

// Counts it, says so if log_verbosity asks for that, and raises 22P02 beyond reject_limit.
void count_reject(ScanState* state, const Reject& reject);

// Counts a file that has vanished since it was listed, with a WARNING.
void skip_file(ScanState* state, const char* path);

// A value of the row at hand is in error, and its column's fallback stands in its place.
void note_replaced(ScanState* state, const char* message);

// The value of a column with metadata 'error'.
Datum reject_datum(const Column& column, const Reject& reject);

// At the end of the scan: a NOTICE of how many rows were skipped or changed, as COPY gives it.
void report_rejects(const ScanState* state);

// Another pass over the same files begins; its rejects are not added to the last one's.
void begin_pass(ScanState* state);

} // namespace weather
