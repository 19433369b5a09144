// JSON numbers into integers, floating point and Unix time: chosen edges as tables, then generated
// numbers (fixed seeds) against references that are slow or come with the C library.
#include "number.h"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weather {

static void PrintTo(NumberStatus status, std::ostream* out) {
    static const char* const names[] = {"Ok", "NotIntegral", "OutOfRange"};
    *out << names[static_cast<int>(status)];
}

namespace {

constexpr NumberStatus ok = NumberStatus::Ok;
constexpr NumberStatus not_integral = NumberStatus::NotIntegral;
constexpr NumberStatus out_of_range = NumberStatus::OutOfRange;

std::string zeros(size_t count) {
    return std::string(count, '0');
}

// Numbers that have crashed, hung or misled parsers.
std::vector<std::string> hostile_numbers() {
    return {
        "0.0000000000000000000e-2147483639",
        "128.74836467836484838364836483643636483648e-336",
        "1e-2147483649",
        "1e2147483648",
        "1e99999999999999999999",
        "1e-99999999999999999999",
        "0e99999999999999999999",
        "-0.0e-99999999999999999999",
        "1e+" + zeros(1000) + "5",
        std::string(100000, '9'),
        "-" + std::string(100000, '9'),
        "0." + std::string(100000, '7'),
        "0." + zeros(100000) + "1",
        "0." + zeros(1000000) + "1e1000001",
        "1" + zeros(1000000) + "e-1000000",
        "1." + zeros(100000),
        "1e" + std::string(100000, '9'),
    };
}

TEST(IsJsonNumber, FollowsTheGrammar) {
    for (const char* text : {"0", "-0", "1", "10", "123", "-1", "0.0", "0.5", "1.25", "1e5", "1E5",
                             "1e+5", "1e-5", "0e0", "0e999999", "1.5e007", "9007199254740993"})
        EXPECT_TRUE(is_json_number(text)) << text;
    for (const char* text :
         {"",     "-",    "+1",   "00",  "01",   "-01",  ".5",   "5.",       "-.5",
          "1.e5", "1e",   "1e+",  "1e-", "1e5.", "1e5e", "1 ",   " 1",       "1a",
          "0x10", "NaN",  "nan",  "inf", "-inf", "1,5",  "--1",  "Infinity", "1_000",
          "1e5 ", "1..2", "1.2.", "e5",  "1ee5", "1e++", "-e-1", "\xd9\xa1"})
        EXPECT_FALSE(is_json_number(text)) << text;
    EXPECT_FALSE(is_json_number(std::string_view("1\0", 2)));
    for (const std::string& number : hostile_numbers())
        EXPECT_TRUE(is_json_number(number)) << number.substr(0, 60);
}

struct IntegerCase {
    const char* text;
    NumberStatus status;
    int64_t value;
};

TEST(ParseInteger, Edges) {
    const IntegerCase cases[] = {
        {"0", ok, 0},
        {"-0", ok, 0},
        {"-0.0", ok, 0},
        {"0e999999", ok, 0},
        {"0.000e-5", ok, 0},
        {"5", ok, 5},
        {"-5", ok, -5},
        {"5.0", ok, 5},
        {"5.000000000000000000000000000000", ok, 5},
        {"1e2", ok, 100},
        {"1E+2", ok, 100},
        {"120e-1", ok, 12},
        {"-120e-1", ok, -12},
        {"1.5e1", ok, 15},
        {"100000e-5", ok, 1},
        {"0.001e3", ok, 1},
        {"0.001e2", not_integral, 0},
        {"1.5", not_integral, 0},
        {"-1.5", not_integral, 0},
        {"121e-1", not_integral, 0},
        {"1e-1", not_integral, 0},
        {"1e-99999999999999999999", not_integral, 0},
        {"99999999999999999999.5", not_integral, 0},
        {"9007199254740993", ok, 9007199254740993},
        {"9007199254740993.0", ok, 9007199254740993},
        {"9007199254740993e0", ok, 9007199254740993},
        {"999999999999999999", ok, 999999999999999999},
        {"9223372036854775807", ok, INT64_MAX},
        {"9223372036854775807.0", ok, INT64_MAX},
        {"92233720368547758070e-1", ok, INT64_MAX},
        {"9.223372036854775807e18", ok, INT64_MAX},
        {"9223372036854775808", out_of_range, 0},
        {"-9223372036854775808", ok, INT64_MIN},
        {"-9.223372036854775808e18", ok, INT64_MIN},
        {"-9223372036854775809", out_of_range, 0},
        {"9223372036854775807.5", not_integral, 0},
        {"18446744073709551616", out_of_range, 0},
        {"9999999999999999999", out_of_range, 0},
        {"10000000000000000000", out_of_range, 0},
        {"1e18", ok, 1000000000000000000},
        {"1e19", out_of_range, 0},
        {"1e99999999999999999999", out_of_range, 0},
        {"-1e9223372036854775807", out_of_range, 0},
    };
    for (const IntegerCase& c : cases) {
        int64_t value = 0;
        EXPECT_EQ(parse_integer(c.text, INT64_MIN, INT64_MAX, value), c.status) << c.text;
        if (c.status == ok) {
            EXPECT_EQ(value, c.value) << c.text;
        }
    }
}

TEST(ParseInteger, RespectsTheRangeOfTheType) {
    int64_t value = 0;
    EXPECT_EQ(parse_integer("32767", INT16_MIN, INT16_MAX, value), ok);
    EXPECT_EQ(parse_integer("32768", INT16_MIN, INT16_MAX, value), out_of_range);
    EXPECT_EQ(parse_integer("-32768", INT16_MIN, INT16_MAX, value), ok);
    EXPECT_EQ(parse_integer("-32769", INT16_MIN, INT16_MAX, value), out_of_range);
    EXPECT_EQ(parse_integer("2147483647.0", INT32_MIN, INT32_MAX, value), ok);
    EXPECT_EQ(parse_integer("2147483648e0", INT32_MIN, INT32_MAX, value), out_of_range);
    EXPECT_EQ(parse_integer("40000.5", INT16_MIN, INT16_MAX, value), not_integral);
    EXPECT_EQ(parse_integer("0", 1, 10, value), out_of_range);
    EXPECT_EQ(parse_integer("-0.0", 1, 10, value), out_of_range);
}

TEST(ParseInteger, ManyZerosOutweighTheExponent) {
    int64_t value = 0;
    EXPECT_EQ(parse_integer("0." + zeros(1000000) + "1e1000001", INT64_MIN, INT64_MAX, value), ok);
    EXPECT_EQ(value, 1);
    EXPECT_EQ(parse_integer("-12" + zeros(100000) + "e-100000", INT64_MIN, INT64_MAX, value), ok);
    EXPECT_EQ(value, -12);
    EXPECT_EQ(parse_integer("12" + zeros(99999) + "e-100001", INT64_MIN, INT64_MAX, value),
              not_integral);
}

// A decimal of up to 25 digits with a small exponent, in any of JSON's spellings.
std::string random_number(std::mt19937_64& random, int max_exponent) {
    auto below = [&](int limit) { return static_cast<int>(random() % static_cast<size_t>(limit)); };
    auto digits = [&](int count) {
        std::string text;
        for (int i = 0; i < count; i++)
            text += static_cast<char>('0' + (below(3) == 0 ? 0 : below(10)));
        return text;
    };
    std::string text = below(2) == 0 ? "-" : "";
    if (below(5) == 0)
        text += "0";
    else
        text += static_cast<char>('1' + below(9)) + digits(below(20));
    if (below(2) == 0)
        text += "." + digits(1 + below(20));
    if (below(2) == 0)
        text += std::string(below(2) == 0 ? "e" : "E") + (below(3) == 0 ? "+" : "") +
                std::to_string(below(max_exponent));
    else if (below(2) == 0)
        text += "e-" + std::to_string(below(max_exponent));
    return text;
}

// Schoolbook arithmetic: the digits of ±whole.fraction after moving the point by `shift`.
struct Expanded {
    bool negative;
    std::string whole, fraction;
};

Expanded expand(std::string text, int shift) {
    Expanded result{text[0] == '-', "", ""};
    if (result.negative)
        text.erase(0, 1);
    size_t e = text.find_first_of("eE");
    if (e != std::string::npos) {
        shift += std::atoi(text.c_str() + e + 1);
        text.erase(e);
    }
    size_t point = text.find('.');
    result.whole = text.substr(0, point);
    if (point != std::string::npos)
        result.fraction = text.substr(point + 1);
    for (; shift > 0; shift--) {
        result.whole += result.fraction.empty() ? '0' : result.fraction[0];
        if (!result.fraction.empty())
            result.fraction.erase(0, 1);
    }
    for (; shift < 0; shift++) {
        result.fraction.insert(0, 1, result.whole.empty() ? '0' : result.whole.back());
        if (!result.whole.empty())
            result.whole.pop_back();
    }
    return result;
}

// As int64, or false.
bool whole_number(const Expanded& number, bool count_up, int64_t& result) {
    __int128 value = 0;
    for (char c : number.whole) {
        value = value * 10 + (c - '0');
        if (value > (static_cast<__int128>(1) << 100))
            return false;
    }
    value += count_up ? 1 : 0;
    value = number.negative ? -value : value;
    result = static_cast<int64_t>(value);
    return value >= INT64_MIN && value <= INT64_MAX;
}

TEST(ParseInteger, AgreesWithSchoolbookArithmetic) {
    std::mt19937_64 random(20220314);
    int seen[3] = {};
    for (int i = 0; i < 200000; i++) {
        std::string text = random_number(random, 22);
        Expanded number = expand(text, 0);
        int64_t expected = 0, value = 0;
        bool fits = whole_number(number, false, expected);
        bool integral = number.fraction.find_first_not_of('0') == std::string::npos;
        NumberStatus status = !integral ? not_integral : fits ? ok : out_of_range;
        ASSERT_TRUE(is_json_number(text)) << text;
        ASSERT_EQ(parse_integer(text, INT64_MIN, INT64_MAX, value), status) << text;
        if (status == ok) {
            ASSERT_EQ(value, expected) << text;
        }
        seen[static_cast<int>(status)]++;
    }
    for (int count : seen)
        EXPECT_GT(count, 1000);
}

template <typename Float>
NumberStatus parse(std::string_view text, Float& value) {
    if constexpr (sizeof(Float) == sizeof(double))
        return parse_float8(text, value);
    else
        return parse_float4(text, value);
}

// What float8in and float4in make of strtod and strtof: ERANGE is an error only with 0 or infinity.
template <typename Float>
void expect_as_c_library(const std::string& text) {
    errno = 0;
    Float expected = 0;
    if constexpr (sizeof(Float) == sizeof(double))
        expected = std::strtod(text.c_str(), nullptr);
    else
        expected = std::strtof(text.c_str(), nullptr);
    bool fails = errno == ERANGE && (expected == 0 || std::isinf(expected));

    Float value = 42;
    ASSERT_EQ(parse(text, value), fails ? out_of_range : ok) << text.substr(0, 100);
    if (!fails) {
        ASSERT_EQ(std::memcmp(&value, &expected, sizeof value), 0)
            << text.substr(0, 100) << ": " << value << " instead of " << expected;
    }
}

void expect_as_c_library_both(const std::string& text) {
    expect_as_c_library<double>(text);
    expect_as_c_library<float>(text);
}

TEST(ParseFloat, Edges) {
    for (const char* text : {"0",
                             "-0",
                             "0.0",
                             "-0.0",
                             "0e999999",
                             "-0e-999999",
                             "1",
                             "-1",
                             "0.1",
                             "51.5085",
                             "-0.1257",
                             "6.9",
                             "1e22",
                             "1e23",
                             "1e-22",
                             "1e-23",
                             "9007199254740992",
                             "9007199254740993",
                             "9007199254740993.0",
                             "9007199254740995",
                             "9007199254740992.5",
                             "900719925474099.3",
                             "9007199254740.993",
                             "16777216",
                             "16777217",
                             "16777217.0",
                             "16777219",
                             "1677721.7",
                             "0.3e1",
                             "1e+5",
                             "1.7976931348623157e308",
                             "1.7976931348623158e308",
                             "1.7976931348623159e308",
                             "1e308",
                             "1e309",
                             "-1e309",
                             "1e400",
                             "2.2250738585072014e-308",
                             "2.2250738585072011e-308",
                             "4.9406564584124654e-324",
                             "5e-324",
                             "2.5e-324",
                             "2.4703282292062328e-324",
                             "2.4703282292062327e-324",
                             "2e-324",
                             "1e-400",
                             "-1e-400",
                             "3.4028234663852886e38",
                             "3.4028235677973366e38",
                             "3.4028236e38",
                             "1e39",
                             "1.1754943508222875e-38",
                             "1e-45",
                             "1.4e-45",
                             "7.1e-46",
                             "7e-46",
                             "1e-46",
                             "8.589973e9",
                             "0.5000000298023224",
                             "1.00000017881393432617187499",
                             "1.00000017881393432617187500",
                             "1.00000017881393432617187501",
                             "0.000000000000000000000000000000000000000000001",
                             "1234567890123456789",
                             "12345678901234567890",
                             "123456789012345678901",
                             "0.123456789012345678",
                             "0.1234567890123456789"})
        expect_as_c_library_both(text);
}

// Fault 4.
TEST(ParseFloat, HostileNumbers) {
    for (const std::string& text : hostile_numbers()) {
        expect_as_c_library_both(text);
        int64_t ignored = 0;
        parse_integer(text, INT64_MIN, INT64_MAX, ignored);
        parse_epoch(text, EpochUnit::Seconds, 0, ignored);
    }
    double value = 0;
    EXPECT_EQ(parse_float8("0." + zeros(1000000) + "1e1000001", value), ok);
    EXPECT_EQ(value, 1.0);
    EXPECT_EQ(parse_float8("-0e-99999999999999999999", value), ok);
    EXPECT_TRUE(value == 0 && std::signbit(value));
    EXPECT_EQ(parse_float8("-" + zeros(1) + "." + zeros(100), value), ok);
    EXPECT_TRUE(value == 0 && std::signbit(value));
}

// Exactly half way between two doubles, and a digit far behind that decides.
TEST(ParseFloat, LongTiesAreDecidedByTheLastDigit) {
    const std::string half = "1.00000000000000011102230246251565404236316680908203125";
    const std::string above = "1.00000000000000033306690738754696212708950042724609375";
    for (const std::string& tie : {half, above})
        for (size_t padding : {0, 1, 100, 700, 744, 745, 746, 747, 748, 749, 750, 800, 5000}) {
            expect_as_c_library_both(tie + zeros(padding));
            expect_as_c_library_both(tie + zeros(padding) + "1");
            expect_as_c_library_both(tie + zeros(padding) + "1" + zeros(1000));
            expect_as_c_library_both(tie + zeros(padding) + "1e300");
        }
    double value = 0;
    EXPECT_EQ(parse_float8(half, value), ok);
    EXPECT_EQ(value, 1.0);
    EXPECT_EQ(parse_float8(half + zeros(5000) + "1", value), ok);
    EXPECT_EQ(value, 1.0000000000000002);
}

TEST(ParseFloat, AgreesWithTheCLibraryOnDecimals) {
    std::mt19937_64 random(20220314);
    for (int i = 0; i < 200000 && !testing::Test::HasFatalFailure(); i++)
        expect_as_c_library_both(random_number(random, i % 2 == 0 ? 30 : 350));
}

TEST(ParseFloat, AgreesWithTheCLibraryOnShortDecimals) {
    std::mt19937_64 random(5);
    for (int i = 0; i < 100000 && !testing::Test::HasFatalFailure(); i++) {
        char text[64];
        std::snprintf(text, sizeof text, "%.*f", static_cast<int>(random() % 8),
                      static_cast<double>(static_cast<int64_t>(random() % 20000000) - 10000000) /
                          10000.0);
        expect_as_c_library_both(text);
    }
}

TEST(ParseFloat, RoundTripsEveryKindOfBits) {
    std::mt19937_64 random(7);
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = random();
        double expected = 0, value = 0;
        std::memcpy(&expected, &bits, sizeof expected);
        if (!std::isfinite(expected))
            continue;
        char text[64];
        std::snprintf(text, sizeof text, "%.17g", expected);
        ASSERT_EQ(parse_float8(text, value), ok) << text;
        ASSERT_EQ(std::memcmp(&value, &expected, sizeof value), 0) << text;

        uint32_t bits4 = static_cast<uint32_t>(bits);
        float expected4 = 0, value4 = 0;
        std::memcpy(&expected4, &bits4, sizeof expected4);
        if (!std::isfinite(expected4))
            continue;
        std::snprintf(text, sizeof text, "%.9g", static_cast<double>(expected4));
        ASSERT_EQ(parse_float4(text, value4), ok) << text;
        ASSERT_EQ(std::memcmp(&value4, &expected4, sizeof value4), 0) << text;
    }
}

struct EpochCase {
    const char* text;
    EpochUnit unit;
    NumberStatus status;
    int64_t micros;
};

TEST(ParseEpoch, Edges) {
    constexpr EpochUnit s = EpochUnit::Seconds;
    constexpr EpochUnit ms = EpochUnit::Milliseconds;
    constexpr EpochUnit us = EpochUnit::Microseconds;
    const EpochCase cases[] = {
        {"0", s, ok, 0},
        {"-0", s, ok, 0},
        {"-0.0", us, ok, 0},
        {"1647295841", s, ok, 1647295841000000},
        {"-1647295841", s, ok, -1647295841000000},
        {"1647295841.0", s, ok, 1647295841000000},
        {"1.647295841e9", s, ok, 1647295841000000},
        {"1647295841000", ms, ok, 1647295841000000},
        {"1647295841000001", us, ok, 1647295841000001},
        {"1647295841.123456", s, ok, 1647295841123456},
        {"1647295841.1234567", s, ok, 1647295841123457},
        {"1647295841123.4567", ms, ok, 1647295841123457},
        {"1647295841.1", s, ok, 1647295841100000},
        // Ties to even, and everything beside them.
        {"0.0000005", s, ok, 0},
        {"0.00000050000000000000000000000000001", s, ok, 1},
        {"0.0000015", s, ok, 2},
        {"0.0000025", s, ok, 2},
        {"0.00000250", s, ok, 2},
        {"0.0000025000001", s, ok, 3},
        {"0.0000024999999999999999999999999", s, ok, 2},
        {"0.0000035", s, ok, 4},
        {"-0.0000015", s, ok, -2},
        {"-0.0000025", s, ok, -2},
        {"-0.0000004", s, ok, 0},
        {"0.0000009", s, ok, 1},
        {"0.00000009", s, ok, 0},
        {"5e-7", s, ok, 0},
        {"15e-7", s, ok, 2},
        {"25e-1", us, ok, 2},
        {"3.5", us, ok, 4},
        {"1e-99999999999999999999", s, ok, 0},
        {"0e99999999999999999999", s, ok, 0},
        // The range of int64.
        {"9223372036854.775807", s, ok, INT64_MAX},
        {"9223372036854.7758074", s, ok, INT64_MAX},
        {"9223372036854.7758075", s, out_of_range, 0},
        {"9223372036854.775808", s, out_of_range, 0},
        {"-9223372036854.775808", s, ok, INT64_MIN},
        {"-9223372036854.7758085", s, ok, INT64_MIN},
        {"-9223372036854.7758086", s, out_of_range, 0},
        {"9223372036855", s, out_of_range, 0},
        {"-9223372036855", s, out_of_range, 0},
        {"9223372036854776", ms, out_of_range, 0},
        {"9223372036854775807", us, ok, INT64_MAX},
        {"9223372036854775808", us, out_of_range, 0},
        {"999999999999999999", s, out_of_range, 0},
        {"1e99999999999999999999", s, out_of_range, 0},
        {"9999999999999999999.9", us, out_of_range, 0},
    };
    for (const EpochCase& c : cases) {
        int64_t micros = 0;
        EXPECT_EQ(parse_epoch(c.text, c.unit, 0, micros), c.status) << c.text;
        if (c.status == ok) {
            EXPECT_EQ(micros, c.micros) << c.text;
        }
    }
}

// Only the difference must fit, in both directions and on both roads.
TEST(ParseEpoch, CountsFromAnOrigin) {
    const int64_t origin = 946684800000000; // 2000-01-01
    const EpochUnit us = EpochUnit::Microseconds;
    const EpochCase cases[] = {
        {"946684800", EpochUnit::Seconds, ok, 0},
        {"946684799.999999", EpochUnit::Seconds, ok, -1},
        {"0", us, ok, -origin},
        {"9224318721654775807", us, ok, INT64_MAX},
        {"9224318721654775808", us, out_of_range, 0},
        {"9224318721654.775807", EpochUnit::Seconds, ok, INT64_MAX},
        {"9224318721654", EpochUnit::Seconds, ok, INT64_MAX - 775807},
        {"9224318721655", EpochUnit::Seconds, out_of_range, 0},
        {"-9222425352054775808", us, ok, INT64_MIN},
        {"-9222425352054775809", us, out_of_range, 0},
        {"-9222425352054", EpochUnit::Seconds, ok, INT64_MIN + 775808},
        {"-9222425352055", EpochUnit::Seconds, out_of_range, 0},
    };
    for (const EpochCase& c : cases) {
        int64_t micros = 0;
        EXPECT_EQ(parse_epoch(c.text, c.unit, origin, micros), c.status) << c.text;
        if (c.status == ok) {
            EXPECT_EQ(micros, c.micros) << c.text;
        }
    }
}

TEST(ParseEpoch, AgreesWithSchoolbookArithmetic) {
    std::mt19937_64 random(1970);
    const EpochUnit units[] = {EpochUnit::Seconds, EpochUnit::Milliseconds,
                               EpochUnit::Microseconds};
    const int shifts[] = {6, 3, 0};
    for (int i = 0; i < 200000; i++) {
        std::string text = random_number(random, 22);
        size_t unit = random() % 3;
        Expanded number = expand(text, shifts[unit]);
        std::string fraction = number.fraction + "0";
        fraction.erase(fraction.find_last_not_of('0') + 1);
        bool odd = !number.whole.empty() && (number.whole.back() - '0') % 2 == 1;
        bool up = !fraction.empty() && (fraction == "5" ? odd : fraction[0] >= '5');
        int64_t expected = 0, micros = 0;
        bool fits = whole_number(number, up, expected);
        ASSERT_EQ(parse_epoch(text, units[unit], 0, micros), fits ? ok : out_of_range) << text;
        if (fits) {
            ASSERT_EQ(micros, expected) << text;
        }
    }
}

} // namespace
} // namespace weather
