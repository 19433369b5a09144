// What a string says beyond a time of day.
#pragma once

#include "pg.h"

namespace weather {

enum class BesidesTime : uint8_t { Nothing, Date, Zone };

// The input functions of time and timetz drop a date, and that of time a zone, without a word: what
// they would drop of `string`.
BesidesTime dropped_by(Oid type, const char* string);

} // namespace weather
