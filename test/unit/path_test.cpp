// Paths as text, and JSON's escapes outside of the decoder.
#include "path.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "unescape.h"
#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

// "<a> [0] [*] .*"
std::string show_path(const JsonPath& path) {
    std::string result;
    for (const PathStep& step : path) {
        switch (step.kind) {
        case PathStep::Kind::Member:
            result += "<" + step.name + ">";
            break;
        case PathStep::Kind::Index:
            result += "[" + std::to_string(step.index) + "]";
            break;
        case PathStep::Kind::Elements:
            result += "[*]";
            break;
        case PathStep::Kind::Members:
            result += ".*";
            break;
        }
    }
    return result;
}

TEST(ParsePath, ReadsEveryStep) {
    const std::vector<std::pair<std::string, std::string>> paths = {
        {"$", ""},
        {"$.a", "<a>"},
        {"$.main.temp", "<main><temp>"},
        {"$.weather[0].description", "<weather>[0]<description>"},
        {R"($.rain."3h")", "<rain><3h>"},
        {"$.clouds[*].cover", "<clouds>[*]<cover>"},
        {"$.days.*", "<days>.*"},
        {"$.*.*", ".*.*"},
        {"$.*[0]", ".*[0]"},
        {"$[0]", "[0]"},
        {"$[*][*]", "[*][*]"},
        {"$[1][2]", "[1][2]"},
        {"$[2147483647]", "[2147483647]"},
        {"$[007]", "[7]"},
    };
    for (const auto& [text, expected] : paths) {
        JsonPath path;
        PathError error;
        EXPECT_TRUE(parse_path(text, path, error)) << text << ": " << error.reason;
        EXPECT_EQ(show_path(path), expected) << text;
    }
}

TEST(ParsePath, TakesOddNames) {
    const std::vector<std::pair<std::string, std::string>> paths = {
        {"$.3h", "3h"},
        {"$.@type", "@type"},
        {"$.temp-max", "temp-max"},
        {"$.größe", "größe"},
        {"$.温度", "温度"},
        {"$.🌤", "🌤"},
        {"$.$", "$"},
        {"$._", "_"},
        {"$.a/b\\c{d}%~#&;=!^`|<>+", "a/b\\c{d}%~#&;=!^`|<>+"},
        {R"($."")", ""},
        {R"($."a.b")", "a.b"},
        {R"($."a b[0]")", "a b[0]"},
        {R"($."*")", "*"},
        {R"($."a\"b")", "a\"b"},
        {R"($."a\\")", "a\\"},
        {R"($."\\\"")", "\\\""},
        {R"($."\/\b\f\n\r\t")", "/\b\f\n\r\t"},
        {R"($."gr\u00f6\u00DFe")", "größe"},
        {R"($."\ud83c\udf24")", "🌤"},
        {R"($."a\u0000b")", "a\0b"s},
        {R"($."größe")", "größe"},
    };
    for (const auto& [text, expected] : paths) {
        JsonPath path;
        PathError error;
        ASSERT_TRUE(parse_path(text, path, error)) << text << ": " << error.reason;
        ASSERT_EQ(path.size(), 1u) << text;
        EXPECT_EQ(path[0].kind, PathStep::Kind::Member) << text;
        EXPECT_EQ(path[0].name, expected) << text;
    }
}

TEST(ParsePath, SaysWhereAndWhatIsWrong) {
    struct Case {
        std::string text;
        size_t position;
        const char* reason;
    };
    const char* const begins = "a path begins with $";
    const char* const step = "expected . or [ or the end of the path";
    const char* const name = "expected a member name after the dot";
    const char* const odd_name = "expected a member name; write odd names in double quotes";
    const char* const quoted = "not a valid JSON string";
    const char* const no_end = "the quoted name has no end";
    const char* const index = "expected an index from 0 on, or *";
    const char* const large = "the index is too large";
    const char* const bracket = "expected ]";
    const std::vector<Case> cases = {
        {"", 0, begins},
        {"a", 0, begins},
        {" $", 0, begins},
        {".a", 0, begins},
        {"$a", 1, step},
        {"$ ", 1, step},
        {"$$", 1, step},
        {"$.a ", 3, step},
        {"$.a b", 3, step},
        {"$.a]", 3, step},
        {"$.a*", 3, step},
        {"$.*a", 3, step},
        {"$.a(b)", 3, step},
        {"$.a\"b\"", 3, step},
        {"$.a\x01", 3, step},
        {"$.a\x7f", 3, step},
        {"$.a\0b"s, 3, step},
        {R"($."a"b)", 5, step},
        {"$[0]a", 4, step},
        {"$.", 2, name},
        {"$.a.", 4, name},
        {"$..a", 2, odd_name},
        {"$.a..b", 4, odd_name},
        {"$.[0]", 2, odd_name},
        {"$. a", 2, odd_name},
        {"$.'a'", 2, odd_name},
        {"$.\0"s, 2, odd_name},
        {R"($."a)", 2, no_end},
        {R"($."a\")", 2, no_end},
        {R"($."a\)", 2, no_end},
        {R"($.")", 2, no_end},
        {R"($."\x")", 3, quoted},
        {R"($."a\u12")", 4, quoted},
        {R"($."a\u12G4")", 4, quoted},
        {R"($."\ud800")", 3, quoted},
        {R"($."\ud800\u0041")", 3, quoted},
        {R"($."x\udc00")", 4, quoted},
        {"$.\"a\nb\"", 4, quoted},
        {"$.\"a\0b\""s, 4, quoted},
        {"$.\"a\xff\"", 4, quoted},
        {"$.\"a\xed\xa0\x80\"", 4, quoted},
        {"$[", 2, index},
        {"$[]", 2, index},
        {"$[-1]", 2, index},
        {"$[ 0]", 2, index},
        {"$[a]", 2, index},
        {"$[\"a\"]", 2, index},
        {"$[last]", 2, index},
        {"$[1", 3, bracket},
        {"$[1.5]", 3, bracket},
        {"$[1 ]", 3, bracket},
        {"$[1,2]", 3, bracket},
        {"$[*", 3, bracket},
        {"$[**]", 3, bracket},
        {"$[2147483648]", 11, large},
        {"$[99999999999999999999999999]", 11, large},
    };
    for (const Case& c : cases) {
        JsonPath path;
        PathError error{SIZE_MAX, ""};
        EXPECT_FALSE(parse_path(c.text, path, error)) << readable(c.text);
        EXPECT_EQ(error.position, c.position) << readable(c.text);
        EXPECT_EQ(error.reason, c.reason) << readable(c.text);
    }
}

TEST(ParsePath, ForgetsTheLastPath) {
    JsonPath path;
    PathError error;
    ASSERT_TRUE(parse_path("$.a.b", path, error));
    ASSERT_TRUE(parse_path("$.c", path, error));
    EXPECT_EQ(show_path(path), "<c>");
    ASSERT_TRUE(parse_path("$", path, error));
    EXPECT_TRUE(path.empty());
}

TEST(MemberPath, TakesTheNameAsItIs) {
    for (const std::string& name : {"temp"s, "a.b"s, "*"s, "\"q\""s, "with blank"s, ""s, "[0]"s}) {
        const JsonPath path = member_path(name);
        ASSERT_EQ(path.size(), 1u) << name;
        EXPECT_EQ(show_path(path), "<" + name + ">");
    }
}

TEST(UnescapeJson, ResolvesAndRefuses) {
    struct Case {
        std::string inner;
        std::string expected;
        size_t bad; // index of the fault; none: SIZE_MAX
    };
    constexpr size_t fine = SIZE_MAX;
    const std::vector<Case> cases = {
        {"", "", fine},
        {"abc", "abc", fine},
        {R"(\u0041\u00e9\u20ac)", "Aé€", fine},
        {R"(\ud83c\udf24)", "🌤", fine},
        {R"(\uD83C\uDF24)", "🌤", fine},
        {R"(\"\\\/)", "\"\\/", fine},
        {"\x7f", "\x7f", fine},
        {R"(\u0000)", "\0"s, fine},
        {R"(ab\)", "", 3},
        {R"(\')", "", 0},
        {R"(\U0041)", "", 0},
        {R"(\u004)", "", 0},
        {R"(ab\ud83cx)", "", 2},
        {R"(\udf24)", "", 0},
        {R"(\ud83c\udf24\udf24)", "", 12},
        {"a\tb", "", 1},
        {"a\"b", "", 2},
        {"ab\xc3", "", 2},
    };
    for (const Case& c : cases) {
        std::string result;
        size_t bad = SIZE_MAX;
        EXPECT_EQ(unescape_json(c.inner, result, bad), c.bad == fine) << readable(c.inner);
        if (c.bad == fine) {
            EXPECT_EQ(result, c.expected) << readable(c.inner);
        } else {
            EXPECT_EQ(bad, c.bad) << readable(c.inner);
        }
    }
}

TEST(FindLoneSurrogate, FindsTheFirstHalfWithoutItsOther) {
    constexpr size_t none = std::string_view::npos;
    const std::vector<std::pair<std::string, size_t>> cases = {
        {"", none},
        {"abc", none},
        {R"("\n\u0041\uD7FF\uE000")", none},
        {R"("\ud83c\udf24")", none},
        {R"("\uD83C\uDF24\uD83C\uDF24")", none},
        {R"("\ud83c")", 1},
        {R"("\udf24")", 1},
        {R"("\udf24\ud83c")", 1},
        {R"("\ud83c\ud83c\udf24")", 1},
        {R"("\ud83c\udf24\udf24")", 13},
        {R"("\ud83cx\udf24")", 1},
        {R"("\ud83c\n\udf24")", 1},
        {R"("\ud83c\u0041")", 1},
        {R"("\ud83c\u")", 1},
        {R"("\ud83c\)", 1},
        {R"("\\ud83c")", none},
        {R"("\\\ud83c")", 3},
        {R"("\\\\ud83c")", none},
        {R"("\u005cud83c")", none},
        {R"("\"\ud83c")", 3},
        {R"({"a":"x","b":["\udf24"]})", 15},
        {R"("\u)", none},
        {R"("\ud83)", none},
        {"\\", none},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(find_lone_surrogate(text), expected) << text;
    EXPECT_EQ(find_lone_surrogate(R"(\udc00 \udc00 \udc00)", 6), 7u);
    EXPECT_EQ(find_lone_surrogate(R"(\udc00)", 6), none);
}

TEST(CopyForParsing, DisarmsLoneSurrogatesOnly) {
    struct Case {
        const char* text;
        const char* copy;
        bool escapes;
    };
    const std::vector<Case> cases = {
        {R"({"a":1})", R"({"a":1})", false},
        {R"("\n")", R"("\n")", true},
        {R"("\ud83c\udf24")", R"("\ud83c\udf24")", true},
        {R"("\ud83c")", R"("\uDC00")", true},
        {R"("\ud83c\ud83c\udf24")", R"("\uDC00\ud83c\udf24")", true},
        {R"("\ud83c" "\ud801x")", R"("\uDC00" "\uDC00x")", true},
        {R"("\\ud83c")", R"("\\ud83c")", true},
    };
    for (const Case& c : cases) {
        std::vector<char> copy = {'l', 'e', 'f', 't'};
        EXPECT_EQ(copy_for_parsing(c.text, copy), c.escapes) << c.text;
        ASSERT_EQ(copy.size(), std::strlen(c.text) + 1) << c.text;
        EXPECT_STREQ(copy.data(), c.copy) << c.text;
    }
}

} // namespace
} // namespace weather
