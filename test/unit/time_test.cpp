// ISO 8601 dates and times. The expected values and statuses were compared with PostgreSQL 15
// wherever it accepts the text.
#include "time.h"

#include <cstdio>
#include <ostream>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weather {

static void PrintTo(TimeStatus status, std::ostream* out) {
    static const char* const names[] = {"Ok", "Malformed", "OutOfRange"};
    *out << names[static_cast<int>(status)];
}

namespace {

constexpr TimeStatus ok = TimeStatus::Ok;
constexpr TimeStatus malformed = TimeStatus::Malformed;
constexpr TimeStatus out_of_range = TimeStatus::OutOfRange;

constexpr int32_t march_14 = 8108; // 2022-03-14

constexpr int64_t at(int hour, int minute, int second = 0, int64_t micros = 0) {
    return ((hour * 60 + minute) * 60 + second) * micros_per_second + micros;
}

TEST(ParseIsoTime, Dates) {
    struct {
        const char* text;
        int32_t days;
    } const cases[] = {
        {"2000-01-01", 0},           {"1970-01-01", -postgres_epoch_days},
        {"1999-12-31", -1},          {"2022-03-14", march_14},
        {"20220314", march_14},      {" \t\n\v\f\r2022-03-14 ", march_14},
        {"2000-02-29", 59},          {"2000-03-01", 60},
        {"0001-01-01", -730119},     {"00010101", -730119},
        {"9999-12-31", 2921939},     {"10000-01-01", 2921940},
        {"294276-12-31", 106751982}, {"02022-03-14", march_14},
    };
    for (const auto& c : cases) {
        IsoTime time{};
        EXPECT_EQ(parse_iso_time(c.text, time), ok) << c.text;
        EXPECT_EQ(time.days, c.days) << c.text;
        EXPECT_EQ(time.micros, 0) << c.text;
        EXPECT_FALSE(time.has_time) << c.text;
        EXPECT_FALSE(time.has_offset) << c.text;
    }
}

// PostgreSQL's date reaches further than its timestamp.
TEST(ParseIsoTime, DatesBeyondTimestamp) {
    IsoTime time{};
    int64_t micros = 0;
    EXPECT_EQ(parse_iso_time("999999-12-31", time), ok);
    EXPECT_EQ(time.days, 364512014);
    EXPECT_EQ(local_timestamp(time, micros), out_of_range);
}

TEST(ParseIsoTime, Times) {
    struct {
        const char* text;
        int64_t micros;
    } const cases[] = {
        {"2022-03-14 22:10:41", at(22, 10, 41)},
        {"2022-03-14T22:10:41", at(22, 10, 41)},
        {"2022-03-14t22:10:41", at(22, 10, 41)},
        {"2022-03-14 \t 22:10:41", at(22, 10, 41)},
        {"  2022-03-14 22:10:41\n", at(22, 10, 41)},
        {"20220314T22:10:41", at(22, 10, 41)},
        {"20220314 221041", at(22, 10, 41)},
        {"20220314T221041", at(22, 10, 41)},
        {"2022-03-14T221041", at(22, 10, 41)},
        {"2022-03-14T2210", at(22, 10)},
        {"2022-03-14 2210", at(22, 10)},
        {"2022-03-14 22:10", at(22, 10)},
        {"2022-03-14T22:10", at(22, 10)},
        {"2022-03-14 1:05", at(1, 5)},
        {"2022-03-14T1:05:06", at(1, 5, 6)},
        {"2022-03-14 00:00:00", 0},
        {"2022-03-14 24:00", micros_per_day},
        {"2022-03-14 2400", micros_per_day},
        {"2022-03-14 24:00:00", micros_per_day},
        {"2022-03-14 24:00:00.0", micros_per_day},
        {"2022-03-14 24:00:00.0000004", micros_per_day},
        {"2022-03-14 22:10:60", at(22, 11)},
        {"2022-03-14 22:10:60.5", at(22, 11, 0, 500000)},
        {"2022-03-14 23:59:60", micros_per_day},
        {"2022-03-14 23:59:59.9999999", micros_per_day},
    };
    for (const auto& c : cases) {
        IsoTime time{};
        EXPECT_EQ(parse_iso_time(c.text, time), ok) << c.text;
        EXPECT_EQ(time.days, march_14) << c.text;
        EXPECT_EQ(time.micros, c.micros) << c.text;
        EXPECT_TRUE(time.has_time) << c.text;
        EXPECT_FALSE(time.has_offset) << c.text;
        EXPECT_EQ(time.utc_offset, 0) << c.text;
    }
}

TEST(ParseIsoTime, Fractions) {
    const struct {
        std::string fraction;
        int64_t micros;
    } cases[] = {
        {".", 0},
        {".0", 0},
        {".5", 500000},
        {",5", 500000},
        {",123456", 123456},
        {".123", 123000},
        {".123456", 123456},
        {".000001", 1},
        {".999999", 999999},
        {".1234564", 123456},
        {".1234566", 123457},
        {".9999995", 1000000},
        {".99999949999999", 999999},
        {".9999999999999999999999999999", 1000000},
        // Half way in decimal, but decided by the double next to it, as in PostgreSQL.
        {".0000005", 0},
        {".0000015", 2},
        {".1234565", 123456},
        {".1234575", 123458},
        {".9019675", 901968},
        {".0001255", 125},
        {".0001265", 127},
        {".0002485", 249},
        {".1" + std::string(100000, '0') + "1", 100000},
        {"." + std::string(400, '0') + "1", 0},
        {"," + std::string(100000, '3'), 333333},
    };
    for (const auto& c : cases) {
        IsoTime time{};
        EXPECT_EQ(parse_iso_time("2022-03-14T22:10:41" + c.fraction, time), ok) << c.fraction;
        EXPECT_EQ(time.micros, at(22, 10, 41) + c.micros) << c.fraction;
        EXPECT_EQ(parse_iso_time("20220314 221041" + c.fraction + "Z", time), ok) << c.fraction;
        EXPECT_EQ(time.micros, at(22, 10, 41) + c.micros) << c.fraction;
        EXPECT_TRUE(time.has_offset);
    }
}

// Every number of up to six digits is exact.
TEST(ParseIsoTime, MicrosecondsAreExact) {
    for (int64_t micros = 0; micros < micros_per_second; micros += 7) {
        std::string digits = std::to_string(micros_per_second + micros).substr(1);
        IsoTime time{};
        ASSERT_EQ(parse_iso_time("2022-03-14 00:00:00." + digits, time), ok);
        ASSERT_EQ(time.micros, micros);
    }
}

TEST(ParseIsoTime, Offsets) {
    struct {
        const char* offset;
        int32_t seconds;
    } const cases[] = {
        {"Z", 0},
        {"z", 0},
        {" Z", 0},
        {"Z ", 0},
        {" \t z\n", 0},
        {"+00", 0},
        {"-00", 0},
        {"-00:00", 0},
        {"+01", 3600},
        {"-05", -18000},
        {" -05", -18000},
        {"+05:30 ", 19800},
        {"+0530", 19800},
        {"-0330", -12600},
        {"-03:30", -12600},
        {"+00:00:01", 1},
        {"-00:19:32", -1172},
        {"+15:59:59", 57599},
        {"-15:59:59", -57599},
    };
    for (const char* clock : {"22:10", "22:10:41", "2210", "221041", "22:10:41.5", "221041,5"})
        for (const auto& c : cases) {
            std::string text = std::string("2022-03-14T") + clock + c.offset;
            IsoTime time{};
            EXPECT_EQ(parse_iso_time(text, time), ok) << text;
            EXPECT_TRUE(time.has_offset) << text;
            EXPECT_EQ(time.utc_offset, c.seconds) << text;
            EXPECT_EQ(time.days, march_14) << text;
        }
}

TEST(ParseIsoTime, Malformed) {
    for (const char* text : {"",
                             " ",
                             "now",
                             "infinity",
                             "2022",
                             "2022-03",
                             "202203",
                             "2022-3-14",
                             "2022-03-4",
                             "22-03-14",
                             "222-03-14",
                             "1234567-03-14",
                             "2022/03/14",
                             "2022.03.14",
                             "14.03.2022",
                             "2022-0314",
                             "202203-14",
                             "2022-03-144",
                             "2022031",
                             "202203145",
                             "+2022-03-14",
                             "-2022-03-14",
                             "2022-03-14 BC",
                             "2022-073",
                             "2022-W11-1",
                             "Mar 14 2022",
                             "2022-03-14T",
                             "2022-03-14 T22:10",
                             "2022-03-14T 22:10",
                             "2022-03-14x22:10",
                             "2022-03-14,22:10",
                             "2022-03-14Z",
                             "2022-03-14+01",
                             "2022-03-14 Z",
                             "2022-03-14 22",
                             "2022-03-14T22",
                             "2022-03-14T22:",
                             "2022-03-14T22:1",
                             "2022-03-14T22:10:",
                             "2022-03-14T22:10:4",
                             "2022-03-14T22:10:411",
                             "2022-03-14T222:10",
                             "2022-03-14T221",
                             "2022-03-14T22104",
                             "2022-03-14T2210411",
                             "2022-03-14T22:1041",
                             "2022-03-14T2210:41",
                             "2022-03-14T22:10.5",
                             "2022-03-14T2210.5",
                             "2022-03-14T22.5",
                             "2022-03-14T22:10:41..5",
                             "2022-03-14T22:10:41.5.5",
                             "2022-03-14T22:10:41.-5",
                             "2022-03-14T22:10:41 .5",
                             "2022-03-14T22:10:41.5e1",
                             "2022-03-14 22:10:41 PM",
                             "2022-03-14 10:10 pm",
                             "2022-03-14T22:10:41ZZ",
                             "2022-03-14T22:10:41Z+01",
                             "2022-03-14T22:10:41+",
                             "2022-03-14T22:10:41-",
                             "2022-03-14T22:10:41+1",
                             "2022-03-14T22:10:41+011",
                             "2022-03-14T22:10:41+01000",
                             "2022-03-14T22:10:41+010000",
                             "2022-03-14T22:10:41+01:",
                             "2022-03-14T22:10:41+01:0",
                             "2022-03-14T22:10:41+01:00:",
                             "2022-03-14T22:10:41+0100:00",
                             "2022-03-14T22:10:41+01:00:0",
                             "2022-03-14T22:10:41+01:00:00:00",
                             "2022-03-14T22:10:41+ 01",
                             "2022-03-14T22:10:41+01 00",
                             "2022-03-14T22:10:41 UTC",
                             "2022-03-14T22:10:41 0100",
                             "2022-03-14T22:10:41 Europe/London",
                             "2022-03-14T22:10:41\xe2\x88\x92"
                             "05",
                             "2O22-03-14T22:10:41",
                             "2022-03-14T22:1a:41",
                             "2022-03-14T22:10:41x",
                             "2022-13-01x",
                             "2022-13-99T99:99:99+99:99x",
                             "/022-03-14 22:10:41",
                             ":022-03-14 22:10:41"}) {
        IsoTime time{};
        EXPECT_EQ(parse_iso_time(text, time), malformed) << text;
    }
    IsoTime time{};
    EXPECT_EQ(parse_iso_time(std::string_view("2022-03-14\0", 11), time), malformed);
    EXPECT_EQ(parse_iso_time(std::string_view("2022-03-14 22:10:41\0", 20), time), malformed);
    EXPECT_EQ(parse_iso_time(std::string(100000, '1'), time), malformed);
    EXPECT_EQ(parse_iso_time(std::string(100000, ' '), time), malformed);
}

TEST(ParseIsoTime, OutOfRange) {
    for (const char* text : {"2022-00-01",
                             "2022-13-01",
                             "2022-99-01",
                             "2022-01-00",
                             "2022-01-32",
                             "2022-04-31",
                             "2022-02-29",
                             "2022-02-30",
                             "2000-02-30",
                             "1900-02-29",
                             "2100-02-29",
                             "20220230",
                             "0000-01-01",
                             "00000101",
                             "0000-02-29 12:00:00",
                             "000000-01-01",
                             "2022-03-14 25:00",
                             "2022-03-14 24:01",
                             "2022-03-14 24:00:01",
                             "2022-03-14 24:00:00.1",
                             "2022-03-14 99:00",
                             "2022-03-14T22:60",
                             "2022-03-14T22:10:61",
                             "2022-03-14T2260",
                             "2022-03-14T221061",
                             "2022-03-14T23:59:60.5",
                             "2022-03-14T24:00:00.0000006",
                             "2022-03-14T22:10:41+16",
                             "2022-03-14T22:10:41-16:00",
                             "2022-03-14T22:10:41+99",
                             "2022-03-14T22:10:41+0160",
                             "2022-03-14T22:10:41+01:60",
                             "2022-03-14T22:10:41+01:00:60",
                             "2022-02-29 12:00:00",
                             "2022-02-29T12:00:00Z"}) {
        IsoTime time{};
        EXPECT_EQ(parse_iso_time(text, time), out_of_range) << text;
    }
}

// A mistake leaves the result as it was.
TEST(ParseIsoTime, ResultIsKeptOnError) {
    IsoTime time{1, 2, true, true, 3};
    EXPECT_EQ(parse_iso_time("2022-03-14 25:00Z", time), out_of_range);
    EXPECT_EQ(parse_iso_time("2022-03-14 25:00Q", time), malformed);
    EXPECT_EQ(time.days, 1);
    EXPECT_EQ(time.micros, 2);
    EXPECT_EQ(time.utc_offset, 3);
}

TEST(Timestamp, LocalAndInstant) {
    IsoTime time{};
    int64_t micros = 0;
    ASSERT_EQ(parse_iso_time("1970-01-01T05:30:00+05:30", time), ok);
    ASSERT_EQ(local_timestamp(time, micros), ok);
    EXPECT_EQ(micros, -postgres_epoch_micros + 19800 * micros_per_second);
    ASSERT_EQ(instant_timestamp(time, micros), ok);
    EXPECT_EQ(micros, -postgres_epoch_micros);
    ASSERT_EQ(parse_iso_time("1999-12-31 19:00:00.000001-05", time), ok);
    ASSERT_EQ(instant_timestamp(time, micros), ok);
    EXPECT_EQ(micros, 1);
    ASSERT_EQ(parse_iso_time("1999-12-31 24:00", time), ok);
    ASSERT_EQ(local_timestamp(time, micros), ok);
    EXPECT_EQ(micros, 0);
}

TEST(Timestamp, RangeOfPostgreSQL) {
    struct {
        const char* text;
        TimeStatus local, instant;
    } const cases[] = {
        {"0001-01-01 00:00:00Z", ok, ok},
        {"0001-01-01 00:00:00+15:59:59", ok, ok},
        {"294276-12-31 23:59:59.999999Z", ok, ok},
        {"294276-12-31 24:00Z", out_of_range, out_of_range},
        {"294276-12-31 23:59:59.9999999Z", out_of_range, out_of_range},
        {"294276-12-31 23:59:59-00:00:01", ok, out_of_range},
        {"294277-01-01 00:00:00Z", out_of_range, out_of_range},
        {"294277-01-01 00:00:00+00:00:01", out_of_range, ok},
        {"294277-01-01 15:59:58+15:59:59", out_of_range, ok},
        {"294277-01-09 04:00:54.775807Z", out_of_range, out_of_range},
        {"294277-01-09 04:00:55Z", out_of_range, out_of_range},
        {"999999-12-31 24:00+15", out_of_range, out_of_range},
    };
    for (const auto& c : cases) {
        IsoTime time{};
        int64_t micros = 0;
        EXPECT_EQ(parse_iso_time(c.text, time), ok) << c.text;
        EXPECT_EQ(local_timestamp(time, micros), c.local) << c.text;
        EXPECT_EQ(instant_timestamp(time, micros), c.instant) << c.text;
    }
    int64_t micros = 0;
    ASSERT_EQ(local_timestamp({106751982, micros_per_day - 1, true, false, 0}, micros), ok);
    EXPECT_EQ(micros, end_timestamp - 1);
    // 4713-11-24 BC, which ISO texts cannot say but a caller may compute.
    ASSERT_EQ(local_timestamp({-2451545, 0, true, false, 0}, micros), ok);
    EXPECT_EQ(micros, min_timestamp);
    EXPECT_EQ(instant_timestamp({-2451545, 0, true, true, 1}, micros), out_of_range);
    EXPECT_EQ(local_timestamp({-2451546, 0, true, false, 0}, micros), out_of_range);
    EXPECT_EQ(local_timestamp({INT32_MIN, 0, true, false, 0}, micros), out_of_range);
    EXPECT_EQ(local_timestamp({INT32_MAX, 0, true, false, 0}, micros), out_of_range);
}

bool is_leap_year(int year) {
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

// Every day of the years 1 to 9999 follows the one before; what lies between is out of range.
TEST(ParseIsoTime, EveryDayOfTheCalendar) {
    const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int32_t expected = -730119;
    for (int year = 1; year <= 9999; year++)
        for (int month = 1; month <= 12; month++)
            for (int day = 0; day <= 32; day++) {
                char text[64];
                std::snprintf(text, sizeof text, "%04d-%02d-%02d 00:00:00", year, month, day);
                int length = lengths[month - 1] + (month == 2 && is_leap_year(year) ? 1 : 0);
                bool exists = day >= 1 && day <= length;
                IsoTime time{};
                ASSERT_EQ(parse_iso_time(text, time), exists ? ok : out_of_range) << text;
                if (exists) {
                    ASSERT_EQ(time.days, expected++) << text;
                }
            }
    EXPECT_EQ(expected, 2921940);
}

// The road by positions and the general one give the same: leading blanks force the latter.
TEST(ParseIsoTime, BothRoadsAgree) {
    std::mt19937_64 random(41);
    const std::string alphabet = "0123456789-: TtZz.+";
    for (int i = 0; i < 500000; i++) {
        std::string text = i % 2 == 0 ? "2022-03-14 22:10:41" : "2022-03-14T22:10:41Z";
        for (size_t changes = random() % 4; changes > 0; changes--)
            text[random() % text.size()] = alphabet[random() % alphabet.size()];
        IsoTime fast{}, general{};
        TimeStatus status = parse_iso_time(text, fast);
        ASSERT_EQ(parse_iso_time(" " + text, general), status) << text;
        if (status != ok)
            continue;
        ASSERT_EQ(fast.days, general.days) << text;
        ASSERT_EQ(fast.micros, general.micros) << text;
        ASSERT_EQ(fast.has_time, general.has_time) << text;
        ASSERT_EQ(fast.has_offset, general.has_offset) << text;
        ASSERT_EQ(fast.utc_offset, general.utc_offset) << text;
    }
}

} // namespace
} // namespace weather
