// DESIGN section 5, "Values", as far as the engine decides it: JSON values into columns of every
// type. What is left to a type's input function comes out as "input <text>".
#include "convert.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

// The value of `column` in {"v": <json>}, or its error: "OutOfRange: the reason [the value]".
std::string convert(ColumnSpec column, const std::string& json) {
    ScanSpec spec;
    spec.columns.push_back(std::move(column));
    const ScanOutcome outcome = scan_text(spec, "{\"v\": " + json + "}", Framing::Concatenated);
    if (!outcome.error)
        return outcome.rows.size() == 1 ? outcome.rows[0].values : "no row";
    EXPECT_EQ(outcome.error.column, 0) << json;
    EXPECT_EQ(outcome.error.value, shorten(json)) << json;
    return std::string(code_name(outcome.error.code)) + ": " + outcome.error.reason;
}

ColumnSpec scalar(Type type) {
    return column(type, {"$.v"});
}

ColumnSpec array_of(Type type) {
    ColumnSpec result = column(type, {"$.v"});
    result.is_array = true;
    return result;
}

struct Case {
    std::string json;
    std::string expected;
};

void expect_values(const ColumnSpec& column, const std::vector<Case>& cases) {
    for (const Case& c : cases)
        EXPECT_EQ(convert(column, c.json), c.expected)
            << readable(c.json) << " into " << type_name(column.type)
            << (column.is_array ? "[]" : "");
}

bool is_time(Type type) {
    return type == Type::Date || type == Type::Timestamp || type == Type::TimestampTz;
}

constexpr Type every_type[] = {Type::Bool,        Type::Int2,   Type::Int4,    Type::Int8,
                               Type::Float4,      Type::Float8, Type::Numeric, Type::Text,
                               Type::Json,        Type::Jsonb,  Type::Date,    Type::Timestamp,
                               Type::TimestampTz, Type::Other};

std::string wrong(const char* kind, Type type) {
    return std::string("WrongType: a JSON ") + kind + " does not go into " + type_name(type);
}

std::string number_no_time(Type type) {
    return "NumberNoTime: a JSON number does not go into " + type_name(type);
}

// --- Every kind into every type ------------------------------------------------------------------

TEST(Convert, NullIsNullInEveryType) {
    for (const Type type : every_type) {
        expect_values(scalar(type), {{"null", "null"}});
        expect_values(array_of(type), {{"null", "null"}});
    }
}

TEST(Convert, BooleansGoIntoFewTypes) {
    for (const Type type : every_type) {
        const bool text = type == Type::Text || type == Type::Json;
        const bool input = type == Type::Jsonb || type == Type::Other;
        const std::string refused = wrong("boolean", type);
        for (const std::string& json : {"true"s, "false"s})
            expect_values(scalar(type), {{json, type == Type::Bool ? json
                                                : text             ? "text " + json
                                                : input            ? "input " + json
                                                                   : refused}});
    }
}

TEST(Convert, NumbersGoIntoAllButBooleanAndTime) {
    for (const Type type : every_type) {
        std::string expected;
        switch (type) {
        case Type::Int2:
        case Type::Int4:
        case Type::Int8:
            expected = "integer 7";
            break;
        case Type::Float4:
            expected = "float4 7";
            break;
        case Type::Float8:
            expected = "float8 7";
            break;
        case Type::Text:
        case Type::Json:
            expected = "text 7";
            break;
        case Type::Numeric:
            expected = "number 7";
            break;
        case Type::Jsonb:
        case Type::Other:
            expected = "input 7";
            break;
        case Type::Date:
        case Type::Timestamp:
        case Type::TimestampTz:
            expected = number_no_time(type);
            break;
        default:
            expected = wrong("number", type);
        }
        expect_values(scalar(type), {{"7", expected}});
    }
}

TEST(Convert, StringsGoIntoEveryTypeAsItReadsThem) {
    for (const Type type : every_type) {
        std::string expected = "input 7";
        if (type == Type::Text)
            expected = "text 7";
        else if (type == Type::Json)
            expected = "text \"7\"";
        else if (type == Type::Jsonb)
            expected = "input \"7\"";
        else if (is_time(type))
            expected = "BadTime: not an ISO 8601 date or time";
        expect_values(scalar(type), {{"\"7\"", expected}});
    }
}

TEST(Convert, ObjectsAndArraysGoIntoTextAndJsonAsTheirText) {
    for (const std::string& json :
         {"{}"s, "[]"s, "{ \"a\" : [1,\n2.0] }"s, "[ 1, {\"b\":\"\\u0041\"} ]"s}) {
        for (const Type type : every_type) {
            const bool text = type == Type::Text || type == Type::Json;
            const std::string refused = wrong(json[0] == '{' ? "object" : "array", type);
            expect_values(scalar(type), {{json, text                  ? "text " + json
                                                : type == Type::Jsonb ? "input " + json
                                                                      : refused}});
        }
    }
}

// --- Numbers
// ---------------------------------------------------------------------------------------

TEST(Convert, IntegersAreNeverRounded) {
    const auto out_of_range = [](Type type) {
        return "OutOfRange: out of range for type " + type_name(type);
    };
    const auto fraction = [](Type type) {
        return "NotIntegral: a fraction does not go into " + type_name(type);
    };
    for (const Type type : {Type::Int2, Type::Int4, Type::Int8})
        expect_values(scalar(type), {{"0", "integer 0"},
                                     {"-0", "integer 0"},
                                     {"-17", "integer -17"},
                                     {"5.0", "integer 5"},
                                     {"1e2", "integer 100"},
                                     {"1.20E+3", "integer 1200"},
                                     {"120e-1", "integer 12"},
                                     {"0e999999", "integer 0"},
                                     {"0.0e-99999999999", "integer 0"},
                                     {"1.5", fraction(type)},
                                     {"-0.1", fraction(type)},
                                     {"1e-1", fraction(type)},
                                     {"1e-400", fraction(type)},
                                     {"1e400", out_of_range(type)},
                                     {"1e99999999999999999999", out_of_range(type)},
                                     {"9223372036854775808", out_of_range(type)},
                                     {"99999999999999999999.5", fraction(type)}});
    expect_values(scalar(Type::Int2), {{"32767", "integer 32767"},
                                       {"-32768", "integer -32768"},
                                       {"32768", out_of_range(Type::Int2)},
                                       {"-32769", out_of_range(Type::Int2)},
                                       {"3.2767e4", "integer 32767"}});
    expect_values(scalar(Type::Int4), {{"2147483647", "integer 2147483647"},
                                       {"-2147483648", "integer -2147483648"},
                                       {"2147483648", out_of_range(Type::Int4)},
                                       {"-2147483649.0", out_of_range(Type::Int4)}});
    expect_values(scalar(Type::Int8), {{"9007199254740993", "integer 9007199254740993"},
                                       {"9007199254740993.0", "integer 9007199254740993"},
                                       {"9223372036854775807", "integer 9223372036854775807"},
                                       {"-9223372036854775808", "integer -9223372036854775808"},
                                       {"-9223372036854775809", out_of_range(Type::Int8)},
                                       {"9.223372036854775807e18", "integer 9223372036854775807"}});
}

TEST(Convert, FloatsAreTheNearest) {
    const std::string no_float8 = "OutOfRange: out of range for type double precision";
    const std::string no_float4 = "OutOfRange: out of range for type real";
    expect_values(scalar(Type::Float8),
                  {{"5.51", "float8 5.5099999999999998"},
                   {"-0", "float8 -0"},
                   {"-0.0", "float8 -0"},
                   {"51.5085", "float8 51.508499999999998"},
                   {"9007199254740993", "float8 9007199254740992"},
                   {"1.7976931348623157e308", "float8 1.7976931348623157e+308"},
                   {"5e-324", "float8 4.9406564584124654e-324"},
                   {"1.7976931348623159e308", no_float8},
                   {"1e309", no_float8},
                   {"-1e400", no_float8},
                   {repeat("9", 400), no_float8},
                   {"1e-400", no_float8},
                   {"0e999999", "float8 0"},
                   {"0.0000000000000000000e-2147483639", "float8 0"}});
    expect_values(scalar(Type::Float4), {{"5.51", "float4 5.51000023"},
                                         {"16777217", "float4 16777216"},
                                         {"3.4028235e38", "float4 3.40282347e+38"},
                                         {"3.5e38", no_float4},
                                         {"1e-46", no_float4}});
}

TEST(Convert, NumericTakesEveryNumberAsItStands) {
    for (const std::string& number :
         {"1.50"s, "-0.00"s, "9007199254740993"s, "1e400"s, "-1E-400"s, repeat("9", 500) + ".25"})
        expect_values(scalar(Type::Numeric), {{number, "number " + number}});
}

TEST(Convert, StringsIntoNumbersAreTheInputFunctions) {
    for (const Type type : {Type::Int2, Type::Int4, Type::Int8, Type::Float4, Type::Float8,
                            Type::Numeric, Type::Bool})
        expect_values(scalar(type), {{"\"9.10\"", "input 9.10"},
                                     {"\" NaN \"", "input  NaN "},
                                     {"\"\"", "input "},
                                     {"\"\\u0031e2\"", "input 1e2"},
                                     {"\"yes\"", "input yes"}});
}

// --- Texts
// -----------------------------------------------------------------------------------------

TEST(Convert, TextsAreDecoded) {
    expect_values(scalar(Type::Text),
                  {{"\"\"", "text "},
                   {"\"plain\"", "text plain"},
                   {"\"gr\\u00f6\\u00DFe \\ud83c\\udf24\"", "text größe 🌤"},
                   {"\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "text \"\\/\b\f\n\r\t"},
                   {"-1.50E+3", "text -1.50E+3"},
                   {"\"" + repeat("x", 300000) + "\"", "text " + repeat("x", 300000)}});
    expect_values(scalar(Type::Other), {{"\"a\\nb\"", "input a\nb"}, {"1.50", "input 1.50"}});
}

TEST(Convert, JsonKeepsItsText) {
    for (const std::string& json : {"\"a \\u00e9\\n\""s, "\"größe\""s, "1.50e+2"s,
                                    "{\"a\":1,\"a\":2}"s, "\"\\\"\""s, "[ \"]\" ]"s}) {
        expect_values(scalar(Type::Json), {{json, "text " + json}});
        expect_values(scalar(Type::Jsonb), {{json, "input " + json}});
    }
}

// U+0000 has no place in text; json keeps it as an escape, jsonb's own input refuses objects.
TEST(Convert, RefusesNulCharacters) {
    const std::string nul = "NulCharacter: \\u0000 cannot be converted to text";
    for (const Type type : every_type) {
        if (type == Type::Json) {
            expect_values(scalar(type), {{"\"a\\u0000b\"", "text \"a\\u0000b\""}});
        } else if (!is_time(type)) {
            expect_values(scalar(type), {{"\"a\\u0000b\"", nul}, {"\"\\u0000\"", nul}});
        } else {
            expect_values(scalar(type),
                          {{"\"2022-03-14\\u0000\"", "BadTime: not an ISO 8601 date or time"}});
        }
    }
    expect_values(scalar(Type::Jsonb), {{"{\"a\":\"\\u0000\"}", "input {\"a\":\"\\u0000\"}"}});
    expect_values(scalar(Type::Text), {{"\"\\\\u0000\"", "text \\u0000"}});
}

TEST(Convert, RefusesLoneSurrogates) {
    const std::string lone = "LoneSurrogate: half of a surrogate pair";
    for (const std::string& json : {"\"\\ud83c\""s, "\"\\udf24\""s, "\"x\\ud83cx\\udf24\""s,
                                    "\"\\udf24\\ud83c\""s, "\"\\ud83c\\ud83c\\udf24\""s}) {
        for (const Type type : every_type) {
            if (!is_time(type))
                expect_values(scalar(type), {{json, lone}});
        }
        for (const Type type : {Type::Text, Type::Json, Type::Jsonb})
            expect_values(scalar(type),
                          {{"{\"a\":[" + json + "]}", lone}, {"[{" + json + ":1}]", lone}});
    }
    expect_values(scalar(Type::Text), {{"\"\\\\ud83c\"", "text \\ud83c"}});
}

// --- Times
// -----------------------------------------------------------------------------------------

TEST(Convert, ReadsIsoTimesWithoutZone) {
    const std::string bad = "BadTime: not an ISO 8601 date or time";
    const std::string range = "TimeRange: date or time out of range";
    const std::string time_of_day = "TimeOfDay: a time of day does not go into date";
    const std::string zone_missing = "ZoneMissing: a local time, and no zone is known for it";
    ColumnSpec zoned = scalar(Type::TimestampTz);
    zoned.has_zone = true;
    struct Row {
        std::string text, date, timestamp, timestamptz_without_zone, timestamptz_with_zone;
    };
    const std::vector<Row> rows = {
        {"2022-03-14 22:10:41", time_of_day, "local 2022-03-14 22:10:41", zone_missing,
         "local 2022-03-14 22:10:41"},
        {"2022-03-14T22:10", time_of_day, "local 2022-03-14 22:10:00", zone_missing,
         "local 2022-03-14 22:10:00"},
        {"2022-03-14T22:10:41.1234567", time_of_day, "local 2022-03-14 22:10:41.123457",
         zone_missing, "local 2022-03-14 22:10:41.123457"},
        {"2022-03-14T00:00:00", time_of_day, "local 2022-03-14 00:00:00", zone_missing,
         "local 2022-03-14 00:00:00"},
        {"2022-03-14", "date 2022-03-14", "local 2022-03-14 00:00:00", zone_missing,
         "local 2022-03-14 00:00:00"},
        {"20000101", "date 2000-01-01", "local 2000-01-01 00:00:00", zone_missing,
         "local 2000-01-01 00:00:00"},
        {"1969-12-31", "date 1969-12-31", "local 1969-12-31 00:00:00", zone_missing,
         "local 1969-12-31 00:00:00"},
        {"2022-02-29", range, range, range, range},
        {"2022-13-01", range, range, range, range},
        {"2022-03-14 25:00", range, range, range, range},
        {"14.03.2022", bad, bad, bad, bad},
        {"yesterday", bad, bad, bad, bad},
        {"", bad, bad, bad, bad},
        {"1647295841", bad, bad, bad, bad},
        {"2022-03-14 22:10:41 Europe/Paris", bad, bad, bad, bad},
    };
    for (const Row& row : rows) {
        const std::string json = "\"" + row.text + "\"";
        expect_values(scalar(Type::Date), {{json, row.date}});
        expect_values(scalar(Type::Timestamp), {{json, row.timestamp}});
        expect_values(scalar(Type::TimestampTz), {{json, row.timestamptz_without_zone}});
        expect_values(zoned, {{json, row.timestamptz_with_zone}});
    }
    expect_values(scalar(Type::Timestamp),
                  {{"\"294276-12-31 23:59:59\"", "local 294276-12-31 23:59:59"},
                   {"\"294277-01-01\"", range}});
}

TEST(Convert, ReadsIsoTimesWithZone) {
    const std::string forbidden =
        "ZoneForbidden: a time with a zone does not go into timestamp without time zone";
    const std::string time_of_day = "TimeOfDay: a time of day does not go into date";
    const std::vector<std::pair<std::string, std::string>> times = {
        {"2022-03-14T22:10:41Z", "instant 2022-03-14 22:10:41"},
        {"2022-03-14 22:10:41+02:00", "instant 2022-03-14 20:10:41"},
        {"2022-03-14 22:10:41.5-0330", "instant 2022-03-15 01:40:41.5"},
        {"2022-03-14T22:10+00", "instant 2022-03-14 22:10:00"},
        {"1999-12-31T23:59:59.999999Z", "instant 1999-12-31 23:59:59.999999"},
    };
    for (const auto& [text, expected] : times) {
        const std::string json = "\"" + text + "\"";
        for (const bool has_zone : {false, true}) {
            ColumnSpec zoned = scalar(Type::TimestampTz);
            zoned.has_zone = has_zone;
            expect_values(zoned, {{json, expected}});
        }
        expect_values(scalar(Type::Timestamp), {{json, forbidden}});
        expect_values(scalar(Type::Date), {{json, time_of_day}});
    }
}

TEST(Convert, LeavesOddTimesToTheTemplate) {
    for (const Type type : {Type::Date, Type::Timestamp, Type::TimestampTz}) {
        ColumnSpec odd = scalar(type);
        odd.has_datetime_format = true;
        expect_values(odd, {{"\"14.03.2022\"", "input 14.03.2022"},
                            {"\"1647295841\"", "input 1647295841"},
                            {"\"2022-03-14\"", "input 2022-03-14"},
                            {"\"\\u0000\"", "NulCharacter: \\u0000 cannot be converted to text"},
                            {"1647295841", number_no_time(type)}});
        odd.epoch = EpochUnit::Seconds;
        expect_values(odd, {{"\"1647216000\"", "input 1647216000"}});
    }
}

TEST(Convert, ReadsUnixTime) {
    struct Row {
        EpochUnit unit;
        std::string number;
        std::string time; // of the instant
    };
    const std::vector<Row> rows = {
        {EpochUnit::Seconds, "1647295841", "2022-03-14 22:10:41"},
        {EpochUnit::Seconds, "0", "1970-01-01 00:00:00"},
        {EpochUnit::Seconds, "-1", "1969-12-31 23:59:59"},
        {EpochUnit::Seconds, "1647295841.25", "2022-03-14 22:10:41.25"},
        {EpochUnit::Seconds, "1.647295841e9", "2022-03-14 22:10:41"},
        {EpochUnit::Seconds, "946684799.9999995", "2000-01-01 00:00:00"},
        {EpochUnit::Milliseconds, "1647295841250", "2022-03-14 22:10:41.25"},
        {EpochUnit::Milliseconds, "-1", "1969-12-31 23:59:59.999"},
        {EpochUnit::Microseconds, "1647295841000001", "2022-03-14 22:10:41.000001"},
        {EpochUnit::Microseconds, "0.5", "1970-01-01 00:00:00"},
        {EpochUnit::Microseconds, "1.5", "1970-01-01 00:00:00.000002"},
    };
    for (const Row& row : rows) {
        // As a number and as a string that is one; UTC is the wall clock where there is no zone.
        for (const std::string& json : {row.number, "\"" + row.number + "\""}) {
            for (const bool has_zone : {false, true}) {
                ColumnSpec column = scalar(Type::TimestampTz);
                column.epoch = row.unit;
                column.has_zone = has_zone;
                expect_values(column, {{json, "instant " + row.time}});
                column.type = Type::Timestamp;
                expect_values(column, {{json, "local " + row.time}});
            }
        }
    }
}

TEST(Convert, ReadsUnixTimeIntoDate) {
    const std::string time_of_day = "TimeOfDay: a time of day does not go into date";
    ColumnSpec date = scalar(Type::Date);
    date.epoch = EpochUnit::Seconds;
    expect_values(date, {{"1647216000", "date 2022-03-14"},
                         {"\"1647216000\"", "date 2022-03-14"},
                         {"0", "date 1970-01-01"},
                         {"-86400", "date 1969-12-31"},
                         {"946684800", "date 2000-01-01"},
                         {"1647216001", time_of_day},
                         {"-1", time_of_day},
                         {"\"2022-03-14\"", "date 2022-03-14"}});
}

TEST(Convert, LimitsUnixTimeToThoseOfTimestamp) {
    const std::string range = "TimeRange: timestamp out of range";
    ColumnSpec column = scalar(Type::TimestampTz);
    column.epoch = EpochUnit::Seconds;
    expect_values(column, {{"9223372036854", "instant 294247-01-10 04:00:54"},
                           {"9224318015999", "instant 294276-12-31 23:59:59"},
                           {"9224318015999.999999", "instant 294276-12-31 23:59:59.999999"},
                           {"9224318015999.9999999", range},
                           {"9224318016000", range},
                           {"-210866803200", "instant -4713-11-24 00:00:00"},
                           {"-210866803200.000001", range},
                           {"-210866803201", range},
                           {"1e20", range},
                           {"-1e400", range},
                           {"\"1e400\"", range}});
}

// One column reads numbers, strings that are numbers, and other strings by the time rules.
TEST(Convert, EpochLeavesOtherStringsToTheTimeRules) {
    ColumnSpec column = scalar(Type::TimestampTz);
    column.epoch = EpochUnit::Seconds;
    const std::string bad = "BadTime: not an ISO 8601 date or time";
    expect_values(column, {{"\"2022-03-14T22:10:41Z\"", "instant 2022-03-14 22:10:41"},
                           {"\"2022-03-14 22:10:41\"",
                            "ZoneMissing: a local time, and no zone is known for it"},
                           {"\"20220314\"", "instant 1970-08-23 00:45:14"},
                           {"\"+5\"", bad},
                           {"\"0x10\"", bad},
                           {"\"\"", bad},
                           {"true", wrong("boolean", Type::TimestampTz)}});
    column.has_zone = true;
    expect_values(column, {{"\"2022-03-14 22:10:41\"", "local 2022-03-14 22:10:41"}});
}

// What timezone_path and utc_offset_path find is never an error by itself: only a local time needs
// it.
TEST(Convert, ZonesAreHandedOnWhateverTheyAre) {
    const std::string long_name(256, 'x');
    expect_values(scalar(Type::ZoneName),
                  {{"\"Europe/Oslo\"", "text Europe/Oslo"},
                   {"\"Europe\\/Oslo\"", "text Europe/Oslo"},
                   {"\"\"", "text "},
                   {"\"UTC\\u0000\"", "input \"UTC\\u0000\""},
                   {'"' + long_name + '"', "input \"" + long_name.substr(0, 79) + "..."},
                   {"null", "null"},
                   {"3600", "input 3600"},
                   {"{\"a\":1}", "input {\"a\":1}"}});
    expect_values(scalar(Type::UtcOffset), {{"3600", "integer 3600"},
                                            {"-57599", "integer -57599"},
                                            {"57599.0", "integer 57599"},
                                            {"\"3600\"", "integer 3600"},
                                            {"null", "null"},
                                            {"57600", "input 57600"},
                                            {"-57600", "input -57600"},
                                            {"3600.5", "input 3600.5"},
                                            {"1e999999999999", "input 1e999999999999"},
                                            {"\"+3600\"", "input \"+3600\""},
                                            {"\"\"", "input \"\""},
                                            {"true", "input true"},
                                            {"[0]", "input [0]"}});
}

// --- Arrays
// ----------------------------------------------------------------------------------------

TEST(Convert, ArraysGoElementByElement) {
    const std::string ragged = "RaggedArray: nested arrays differ in length or depth";
    expect_values(array_of(Type::Int4),
                  {{"[]", "{}"},
                   {"[[],[]]", "{}"},
                   {"[1,-2,null,3.0]", "[4] {integer 1, integer -2, null, integer 3}"},
                   {"[[1,2],[3,4]]", "[2][2] {integer 1, integer 2, integer 3, integer 4}"},
                   {"[[[[[[1]]]]]]", "[1][1][1][1][1][1] {integer 1}"},
                   {"[[[[[[[1]]]]]]]", "RaggedArray: more than 6 dimensions"},
                   {"[[1],[2,3]]", ragged},
                   {"[[1],2]", ragged},
                   {"[1,[2]]", ragged},
                   {"[[1],null]", ragged},
                   {"[[1],[]]", ragged},
                   {"\"{1,2}\"", "input {1,2}"}});
    for (const Type type : every_type)
        for (const std::string& json : {"5"s, "true"s, "{}"s}) {
            const std::string kind = json == "5" ? "number" : json == "{}" ? "object" : "boolean";
            expect_values(array_of(type),
                          {{json, "WrongType: a JSON " + kind + " does not go into an array"}});
        }
    expect_values(array_of(Type::Text), {{R"(["a\n", 1.50, true, {"b": [2]}, null])",
                                          R"([5] {text a)"
                                          "\n"
                                          R"(, text 1.50, text true, text {"b": [2]}, null})"}});
    expect_values(array_of(Type::Float8), {{"[1.5,\"2\"]", "[2] {float8 1.5, input 2}"}});
    expect_values(array_of(Type::Bool), {{"[true,false]", "[2] {true, false}"}});
    expect_values(array_of(Type::Numeric), {{"[1e400,2]", "[2] {number 1e400, number 2}"}});
    expect_values(array_of(Type::Date), {{R"(["2022-03-14"])", "[1] {date 2022-03-14}"}});
}

// In json and jsonb arrays an array is an element as any other.
TEST(Convert, ArraysOfJsonHoldArrays) {
    expect_values(array_of(Type::Json), {{R"([[1, 2],{"a":[]},"x",null])",
                                          R"([4] {text [1, 2], text {"a":[]}, text "x", null})"},
                                         {"[[1],[2,3]]", "[2] {text [1], text [2,3]}"},
                                         {"[[[[[[[1]]]]]]]", "[1] {text [[[[[[1]]]]]]}"}});
    expect_values(array_of(Type::Jsonb), {{"[[],{}]", "[2] {input [], input {}}"}});
}

// The error shows the element, not the array.
TEST(Convert, NamesTheBadElement) {
    const auto error_of = [](Type type, const std::string& json) {
        ScanSpec spec;
        spec.columns.push_back(array_of(type));
        return scan_text(spec, "{\"v\":" + json + "}").error;
    };
    struct Row {
        Type type;
        std::string json;
        ErrorCode code;
        std::string value;
    };
    const std::vector<Row> rows = {
        {Type::Int4, "[1,2.5,3]", ErrorCode::NotIntegral, "2.5"},
        {Type::Int2, "[[1],[99999]]", ErrorCode::OutOfRange, "99999"},
        {Type::Int4, "[1,{\"a\":1}]", ErrorCode::WrongType, "{\"a\":1}"},
        {Type::Text, R"(["a\u0041","\u0000"])", ErrorCode::NulCharacter, R"("\u0000")"},
        {Type::Text, R"(["a\u0041","\ud800"])", ErrorCode::LoneSurrogate, R"("\ud800")"},
        {Type::TimestampTz, R"(["2022-03-14"])", ErrorCode::ZoneMissing, "\"2022-03-14\""},
    };
    for (const Row& row : rows) {
        const Error error = error_of(row.type, row.json);
        EXPECT_EQ(error.code, row.code) << row.json;
        EXPECT_EQ(error.value, row.value) << row.json;
        EXPECT_EQ(error.column, 0) << row.json;
    }
}

TEST(Convert, PathsWithAWildcardFillArrays) {
    const auto values = [](Type type, const std::string& json) {
        ColumnSpec list = column(type, {"$.v[*].c"});
        list.is_array = true;
        return convert(list, json);
    };
    EXPECT_EQ(values(Type::Int4, R"([{"c":1},{},{"c":null},{"c":3}])"),
              "[3] {integer 1, null, integer 3}");
    EXPECT_EQ(values(Type::Int4, R"({"c":7})"), "[1] {integer 7}");
    EXPECT_EQ(values(Type::Text, R"([{"c":[1, 2]},{"c":"x"}])"), "[2] {text [1, 2], text x}");
}

// --- Messages
// --------------------------------------------------------------------------------------

TEST(Shorten, CutsBetweenCharacters) {
    const std::string eighty = repeat("x", 80);
    EXPECT_EQ(shorten(""), "");
    EXPECT_EQ(shorten(eighty), eighty);
    EXPECT_EQ(shorten(eighty + "y"), eighty + "...");
    EXPECT_EQ(shorten(repeat("é", 40)), repeat("é", 40));
    EXPECT_EQ(shorten("x" + repeat("é", 40)), "x" + repeat("é", 39) + "...");
    EXPECT_EQ(shorten(repeat("🌤", 21)), repeat("🌤", 20) + "...");
    EXPECT_EQ(shorten("xyz" + repeat("🌤", 20)), "xyz" + repeat("🌤", 19) + "...");
}

} // namespace
} // namespace weather
