// ISO 8601 dates and times as they stand in weather files. Time zones by name are not known here:
// a local time is handed on as such, and PostgreSQL's own zone data is applied to it in the glue.
//
// This folder must be searched with -iquote, not -I, or the C library's <time.h> is hidden.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine_only.h"

namespace weather {

// PostgreSQL's epoch, 2000-01-01, in days and microseconds after Unix's (datatype/timestamp.h).
constexpr int32_t postgres_epoch_days = 10957;
constexpr int64_t micros_per_second = 1000000;
constexpr int64_t micros_per_day = 86400 * micros_per_second;
constexpr int64_t postgres_epoch_micros = postgres_epoch_days * micros_per_day;

// The range of PostgreSQL's timestamp, from 4713-11-24 BC to before 294277-01-01 (its
// documentation, section 8.5), in microseconds from 2000-01-01: min <= t < end.
constexpr int64_t min_timestamp = -211813488000000000;
constexpr int64_t end_timestamp = 9223371331200000000;

// Of an offset from UTC, in seconds: ±15:59:59, as in PostgreSQL.
constexpr int32_t max_utc_offset = 16 * 3600 - 1;

struct IsoTime {
    int32_t days;       // from 2000-01-01, of the date as written
    int64_t micros;     // time of day, 0 .. 86400000000 inclusive (24:00 and a leap second)
    bool has_time;      // false for a date alone
    bool has_offset;    // Z or ±hh[:mm[:ss]] stood behind the time
    int32_t utc_offset; // seconds east of UTC; 0 without offset
};

enum class TimeStatus : uint8_t { Ok, Malformed, OutOfRange };

// Reads: YYYY-MM-DD (years of four to six digits) or YYYYMMDD; then nothing, or `T`, `t` or blanks
// and a time: H:MM, HH:MM, HH:MM:SS, each with one digit allowed for the hour, or HHMM, HHMMSS;
// behind seconds a fraction after `.` or `,` of any length (none too: PostgreSQL reads 22:10:41.),
// rounded to microseconds exactly as PostgreSQL does it (ParseFractionalSecond in datetime.c: rint
// of the decimal fraction as a double times 1e6); then nothing, or `Z`, `z`, ±HH, ±HHMM, ±HH:MM,
// ±HH:MM:SS, with blanks allowed before it. Blanks (what isspace() knows) around the whole are
// ignored, as PostgreSQL ignores them. 24:00[:00[.0]] is the end of the day and :60 is a second of
// the next minute, as in PostgreSQL. Everything else is Malformed; a well-formed text with month
// 13, day 30 of February, hour 25, minute 60, year 0000 or an offset beyond ±15:59:59 is
// OutOfRange, as in PostgreSQL (which forgets to look at the hours and minutes of HHMM and HHMMSS).
//
// A fraction behind minutes is Malformed because 22:10.5 has two readings: ISO 8601 means half a
// minute, PostgreSQL 22 minutes and 10.5 seconds.
//
// `result` is left alone unless Ok. Dates reach beyond the range of timestamp, as PostgreSQL's do.
TimeStatus parse_iso_time(std::string_view text, IsoTime& result);

// Microseconds from 2000-01-01 of the wall clock reading, resp. of the instant (which needs
// has_offset). OutOfRange outside PostgreSQL's range.
TimeStatus local_timestamp(const IsoTime& time, int64_t& micros);
TimeStatus instant_timestamp(const IsoTime& time, int64_t& micros);

} // namespace weather
