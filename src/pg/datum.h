// The engine's values into Datums.
#pragma once

#include "batch.h"
#include "columns.h"
#include "report.h"

#include "pg.h"

namespace weather {

// The Datum of a value, of the column's declared type. Text may point into the batch; everything
// else by reference is in the current memory context. Checks domains, for NULL too. Errors say
// where, by `position`, whose column is set here.
Datum make_datum(Column* column, const Value& value, Position* position, bool* is_null);

// The same for a value that needs nothing that can raise an error; false for all others.
bool make_quick_datum(Column* column, const Value& value, Datum* result, bool* is_null);
// The zone of the column's local times in the row at hand: what timezone_path or utc_offset_path
// have found there. `found` must live until the column's Datum is made.
void set_zone(Column* column, const Value& found);

// Whether a path is valid in the database's encoding.
bool is_text(const char* path);

// A file's path as text, or an error where it is not valid in the database's encoding.
Datum path_datum(const char* path);

} // namespace weather
