// Local times into instants: by a zone of the time zone database, or by an offset from UTC.
#pragma once

#include "pg.h"

namespace weather {

struct Zone {
    const char* name; // null: a fixed offset
    pg_tz* timezone;  // null: a fixed offset, or not looked at yet
    // Local times in [from, until) are `offset` seconds west of UTC: where the zone keeps that
    // offset around the last time that was read, or, with a fixed offset, wherever it can be used.
    Timestamp from;
    Timestamp until;
    int offset;
};

// The zone of this name, in whatever case; null: the time zone database has none. It lives as long
// as the backend, and is the same one each time.
Zone* find_zone(const char* name);

// Makes `zone` the one that is always `east` seconds east of UTC.
void fix_offset(Zone* zone, int east);

// A wall clock's reading. A repeated hour is standard time, and one that is skipped is moved, as
// PostgreSQL does it (DESIGN section 5, Values). False: out of range.
bool instant_of(Zone* zone, Timestamp local, TimestampTz* instant);

} // namespace weather
