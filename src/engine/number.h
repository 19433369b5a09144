// JSON numbers into binary numbers, exactly. Input is always the text of one number as RFC 8259
// section 6 defines it (the decoder has checked that), so nothing here meets garbage.
//
// RapidJSON's own number parsing is not used: it crashes on some tiny numbers and rounds others
// wrongly (DESIGN section 8).
#pragma once

#include <cstdint>
#include <string_view>

#include "engine_only.h"

namespace weather {

enum class NumberStatus : uint8_t { Ok, NotIntegral, OutOfRange };

// Whether the whole text is one number by RFC 8259 section 6.
bool is_json_number(std::string_view text);

// Whether two numbers are the same: 1e2, 100 and 100.0 are.
bool same_number(std::string_view left, std::string_view right);

// An integer between `min` and `max`. 5.0, 1e2 and 120e-1 are integers; 1.5 is NotIntegral, also
// when it is out of range at the same time. No exponent, however large, costs time or memory.
NumberStatus parse_integer(std::string_view number, int64_t min, int64_t max, int64_t& result);

// The nearest double or float, ties to even. As PostgreSQL's float8in and float4in: overflow to
// infinity and underflow of a number other than zero to 0 are OutOfRange, denormals are fine,
// -0 keeps its sign, 0e999999 is 0.
NumberStatus parse_float8(std::string_view number, double& result);
NumberStatus parse_float4(std::string_view number, float& result);

enum class EpochUnit : uint8_t { Seconds, Milliseconds, Microseconds };

// Unix time into microseconds after `origin` (microseconds after 1970-01-01 00:00 UTC), from the
// decimal digits themselves (no detour through double); what is finer than a microsecond is
// rounded, ties to even. OutOfRange beyond int64: PostgreSQL's time ends beyond that of 1970, so
// its own origin is needed.
NumberStatus parse_epoch(std::string_view number, EpochUnit unit, int64_t origin, int64_t& micros);

} // namespace weather
