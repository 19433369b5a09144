#include "time_of_day.h"

namespace weather {

namespace {

bool is_zone(int position, char* field, int type) {
    int offset;
    pg_tz* zone;
    return type == DTK_TZ ||
           ((type == DTK_STRING || type == DTK_SPECIAL) &&
            DecodeTimezoneAbbrev(position, field, &offset, &zone) != UNKNOWN_FIELD);
}

} // namespace

BesidesTime dropped_by(Oid type, const char* string) {
    char buffer[MAXDATELEN + 1];
    char* fields[MAXDATEFIELDS];
    int types[MAXDATEFIELDS];
    int count;
    if (ParseDateTime(string, buffer, sizeof(buffer), fields, types, MAXDATEFIELDS, &count) != 0)
        return BesidesTime::Nothing; // the input function says why
    bool zone = false;
    for (int i = 0; i < count && type == TIMEOID; ++i)
        zone |= is_zone(i, fields[i], types[i]);
    struct pg_tm time;
    fsec_t fraction;
    int kind;
    int offset;
    // A time of day alone is no date for timestamp's input function either.
    if (DecodeDateTime(fields, types, count, &kind, &time, &fraction, &offset) == 0)
        return BesidesTime::Date;
    return zone ? BesidesTime::Zone : BesidesTime::Nothing;
}

} // namespace weather
