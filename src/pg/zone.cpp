// The names of all zones are listed once a backend: PostgreSQL opens a zone by its name, but takes
// POSIX specifications too, which count their offsets westwards: with them 'UTC+9' or 'JST9' would
// silently mean nine hours west of Greenwich.
#include "zone.h"

namespace weather {

namespace {

Zone* all_zones = nullptr; // sorted by name
size_t zone_count = 0;

int compare_names(const void* left, const void* right) {
    return pg_strcasecmp(static_cast<const Zone*>(left)->name,
                         static_cast<const Zone*>(right)->name);
}

void list_zones() {
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "weather_fdw zones", ALLOCSET_SMALL_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    size_t room = 1024;
    size_t count = 0;
    auto* zones = static_cast<Zone*>(palloc(room * sizeof(Zone)));
    pg_tzenum* listing = pg_tzenumerate_start();
    while (pg_tz* found = pg_tzenumerate_next(listing)) {
        if (count == room)
            zones = static_cast<Zone*>(repalloc(zones, (room *= 2) * sizeof(Zone)));
        zones[count++] = {pstrdup(pg_get_timezone_name(found)), nullptr, 0, 0, 0};
    }
    pg_tzenumerate_end(listing);
    qsort(zones, count, sizeof(Zone), compare_names);
    MemoryContextSwitchTo(previous);
    MemoryContextSetParent(context, TopMemoryContext); // now that nothing can fail
    all_zones = zones;
    zone_count = count;
}

// The span around `local`, read with `offset` seconds west of UTC, in which the zone keeps that
// offset, with a day's distance from its transitions, so that no reading in it is doubtful.
void remember_offset(Zone* zone, Timestamp local, int offset) {
    constexpr pg_time_t day = SECS_PER_DAY;
    const pg_time_t instant = timestamptz_to_time_t(local + offset * USECS_PER_SEC);
    zone->offset = offset;
    zone->from = zone->until = 0; // empty

    pg_time_t from = instant - 366 * day;
    pg_time_t boundary = 0;
    long before, after;
    int before_dst, after_dst;
    int found;
    while ((found = pg_next_dst_boundary(&from, &before, &before_dst, &boundary, &after, &after_dst,
                                         zone->timezone)) > 0 &&
           boundary <= instant)
        from = boundary;
    if (found < 0 || before != -offset)
        return;
    zone->from = time_t_to_timestamptz(from + day) - offset * USECS_PER_SEC;
    zone->until = found == 0 ? END_TIMESTAMP - day * USECS_PER_SEC
                             : time_t_to_timestamptz(boundary - day) - offset * USECS_PER_SEC;
}

} // namespace

Zone* find_zone(const char* name) {
    if (!all_zones)
        list_zones();
    const Zone key = {name, nullptr, 0, 0, 0};
    auto* zone =
        static_cast<Zone*>(bsearch(&key, all_zones, zone_count, sizeof(Zone), compare_names));
    if (zone && !zone->timezone)
        zone->timezone = pg_tzset(zone->name);
    return zone && zone->timezone ? zone : nullptr;
}

void fix_offset(Zone* zone, int east) {
    const int64 shift = east * USECS_PER_SEC;
    *zone = {nullptr, nullptr, MIN_TIMESTAMP + Max(shift, 0), END_TIMESTAMP + Min(shift, 0), -east};
}

bool instant_of(Zone* zone, Timestamp local, TimestampTz* instant) {
    if (local >= zone->from && local < zone->until) {
        *instant = local + zone->offset * USECS_PER_SEC;
        return true;
    }
    struct pg_tm fields;
    fsec_t fraction;
    if (!zone->timezone || timestamp2tm(local, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        return false;
    const int offset = DetermineTimeZoneOffset(&fields, zone->timezone);
    *instant = local + offset * USECS_PER_SEC;
    if (!IS_VALID_TIMESTAMP(*instant))
        return false;
    remember_offset(zone, local, offset);
    return true;
}

} // namespace weather
