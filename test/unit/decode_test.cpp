// Rows taken apart: the path tree, the decoder's captures, its faults, and the elements of arrays.
// Everything is asked of the decoder as it is and of the reference walk alone: both must answer the
// same.
#include "decode.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "utf8.h"
#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

// "-" missing, null, true, 5, 'decoded string', {"raw":"object"}, [raw,array]
std::string show(const Capture& capture) {
    switch (capture.kind) {
    case Capture::Kind::Missing:
        return "-";
    case Capture::Kind::String:
        return "'" + std::string(capture.text) + "'";
    default:
        return std::string(capture.json());
    }
}

class Decoder {
  public:
    Decoder(const std::vector<std::string>& paths, bool reference) : decoder_(make(paths)) {
        if (reference)
            decoder_.use_reference();
    }

    // What each path found, joined by " | ", lists in brackets; or the error.
    std::string operator()(std::string_view row) {
        // A copy of its own size, so that AddressSanitizer sees what is read beyond it.
        row_ = std::make_unique<char[]>(row.size());
        size_ = row.size();
        std::copy(row.begin(), row.end(), row_.get());
        Error error;
        if (!decoder_.decode(this->row(), error))
            return std::string(code_name(error.code)) + " at " + std::to_string(error.offset) +
                   ": " + error.reason;
        std::string result;
        for (TargetId target = 0; target < tree_.targets(); ++target)
            result += (target == 0 ? "" : " | ") + show_target(target);
        return result;
    }

    const Captures& captures() const { return decoder_.captures(); }
    bool has_escapes() const { return decoder_.has_escapes(); }
    std::string_view row() const { return {row_.get(), size_}; }

  private:
    PathTree& make(const std::vector<std::string>& paths) {
        for (const std::string& text : paths)
            tree_.add(path(text));
        tree_.finish();
        return tree_;
    }

    std::string show_target(TargetId target) const {
        if (!tree_.is_list(target))
            return show(captures().single(target));
        std::string result = "(";
        for (const Capture& capture : captures().list(target))
            result += (result.size() == 1 ? "" : ", ") + show(capture);
        return result + ")";
    }

    PathTree tree_;
    RowDecoder decoder_;
    std::unique_ptr<char[]> row_;
    size_t size_ = 0;
};

struct PathCase {
    std::vector<std::string> paths;
    std::string row;
    std::string expected;
};

void expect_captures(const std::vector<PathCase>& cases) {
    for (const PathCase& c : cases)
        for (const bool reference : {false, true})
            EXPECT_EQ(Decoder(c.paths, reference)(c.row), c.expected)
                << readable(c.row) << (reference ? " by the reference walk" : "");
}

TEST(Decode, FindsValuesOfEveryKind) {
    expect_captures({
        {{"$"}, "5", "5"},
        {{"$"}, " \t\r\n-0.50E+7 ", "-0.50E+7"},
        {{"$"}, "true", "true"},
        {{"$"}, "false", "false"},
        {{"$"}, "null", "null"},
        {{"$"}, R"("a b")", "'a b'"},
        {{"$"}, R"("")", "''"},
        {{"$"}, "{}", "{}"},
        {{"$"}, "[]", "[]"},
        {{"$"}, R"( {"a": [1, {"b" :2}] } )", R"({"a": [1, {"b" :2}] })"},
        {{"$.a"}, R"({"a":5})", "5"},
        {{"$.a"}, R"({"a":null})", "null"},
        {{"$.a"}, R"({"a":[1 , 2]})", "[1 , 2]"},
        {{"$.a"}, R"({"b":1})", "-"},
        {{"$.a"}, "{}", "-"},
        {{"$.a.b", "$.a", "$"}, R"({"a":{"b":1}})", R"(1 | {"b":1} | {"a":{"b":1}})"},
        {{"$.a", "$.a"}, R"({"a":1})", "1 | 1"},
        {{R"($."")", R"($."a.b")"}, R"({"a":{"b":0},"a.b":1,"":2})", "2 | 1"},
        {{"$.a"}, R"({"A":1,"aa":2,"":3})", "-"},
        {{"$.größe"}, R"({"größe":1})", "1"},
        {{"$.größe"}, R"({"gr\u00f6\u00dfe":1})", "1"},
        {{R"($."a\u0000b")", "$.a"}, R"({"a\u0000b":1})", "1 | -"},
    });
}

TEST(Decode, StepsAsLaxSqlJson) {
    expect_captures({
        // An index or [*] takes what is no array as the one element.
        {{"$[0]", "$[*]", "$[1]"}, "5", "5 | (5) | -"},
        {{"$[0]", "$[*]", "$[1]"}, R"({"a":1})", R"({"a":1} | ({"a":1}) | -)"},
        {{"$.a[0]", "$.a[*]"}, R"({"a":"x"})", "'x' | ('x')"},
        {{"$.a[0]", "$.a[*]"}, R"({"a":null})", "null | (null)"},
        {{"$.a[0].b", "$.a[*].b"}, R"({"a":{"b":1}})", "1 | (1)"},
        {{"$.a[0][0][0]", "$.a[*][*]"}, R"({"a":1})", "1 | (1)"},
        {{"$.a[1][0]"}, R"({"a":1})", "-"},
        {{"$.a[0][1]"}, R"({"a":1})", "-"},
        {{"$.a[*][0]"}, R"({"a":[1,[2,3],[],{"b":4}]})", R"((1, 2, {"b":4}))"},
        {{"$.a[*][*]"}, R"({"a":[1,[2,3],[],[[4]]]})", "(1, 2, 3, [4])"},
        {{"$.a[0][*]"}, R"({"a":[[1,2],[3]]})", "(1, 2)"},
        // A step into what is not there, or by name into a scalar or an array, finds nothing.
        {{"$.a.b"}, R"({"a":5})", "-"},
        {{"$.a.b"}, R"({"a":null})", "-"},
        {{"$.a.b"}, R"({"a":[{"b":1}]})", "-"},
        {{"$.a.b"}, R"([{"a":{"b":1}}])", "-"},
        {{"$.a[*].b"}, R"({"a":[[{"b":1}]]})", "()"},
        {{"$[0]", "$[*]"}, "[]", "- | ()"},
        {{"$.a[1]", "$.a[3]"}, R"({"a":[0,[1],2]})", "[1] | -"},
        // Several paths through one value.
        {{"$.a[0]", "$.a[*]", "$.a[1]"}, R"({"a":[7,8]})", "7 | (7, 8) | 8"},
        {{"$.a[*].b", "$.a[0].b", "$.a[*].c[*]"},
         R"({"a":[{"b":1,"c":[2,3]},{"c":4},{"b":5,"c":null}]})",
         "(1, 5) | 1 | (2, 3, 4, null)"},
        {{"$.a[*]", "$.a[*].b", "$.a"}, R"({"a":{"b":1}})", R"(({"b":1}) | (1) | {"b":1})"},
    });
}

TEST(Decode, LastOfDuplicateMembersCounts) {
    expect_captures({
        {{"$.a"}, R"({"a":1,"a":2})", "2"},
        {{"$.a"}, R"({"a":1,"b":0,"a":null})", "null"},
        {{"$.a"}, R"({"a":1,"\u0061":2})", "2"},
        {{"$.a"}, R"({"\u0061":1,"a":2})", "2"},
        {{"$.a.b", "$.a.c"}, R"({"a":{"b":1,"c":2},"a":{"c":3}})", "- | 3"},
        {{"$.a.b"}, R"({"a":{"b":1},"a":5})", "-"},
        {{"$.a.b"}, R"({"a":5,"a":{"b":1}})", "1"},
        {{"$.a.b"}, R"({"a":{"b":1,"b":2},"a":{"b":3,"b":4}})", "4"},
        {{"$.a.b.c", "$.a.b"}, R"({"a":{"b":{"c":1},"b":{}}})", "- | {}"},
        {{"$.a[0]", "$.a[1]"}, R"({"a":[1,2],"a":[3]})", "3 | -"},
        {{"$.a[0].b"}, R"({"a":[{"b":1}],"a":[]})", "-"},
        {{"$.a[0].b"}, R"({"a":[{"b":1,"b":2},{"b":3,"b":4}]})", "2"},
        // Into lists: only the finds of the earlier member are taken back.
        {{"$.a[*]"}, R"({"a":[1,2],"a":[3]})", "(3)"},
        {{"$.a[*]"}, R"({"a":[1,2],"a":[]})", "()"},
        {{"$.a[*]"}, R"({"a":[1,2],"a":3})", "(3)"},
        {{"$.a[*]"}, R"({"a":1,"a":2,"a":3})", "(3)"},
        {{"$.a[*].b"}, R"({"a":[{"b":1},{"b":2}],"a":[{"b":3}]})", "(3)"},
        {{"$.a[*].b"}, R"({"a":[{"b":1,"b":2},{"b":3},{"b":4,"b":5}]})", "(2, 3, 5)"},
        {{"$.a[*].b[*]"}, R"({"a":[{"b":[1]},{"b":[2,3],"b":[4]},{"b":5,"b":[]}]})", "(1, 4)"},
        {{"$[*].a.b"}, R"([{"a":{"b":1}},{"a":{"b":2},"a":{}},{"a":{"b":3}}])", "(1, 3)"},
        {{"$.a.b[*]"}, R"({"a":{"b":[1],"b":[2]},"a":{"b":[3],"b":[4,5]}})", "(4, 5)"},
        {{"$.a[*].b", "$.a[0].b"}, R"({"a":[{"b":1}],"a":[{"b":2},{"b":3}]})", "(2, 3) | 2"},
        // The same name in different objects is no duplicate.
        {{"$.a", "$.b.a"}, R"({"a":1,"b":{"a":2},"c":{"a":3}})", "1 | 2"},
        {{"$[*].a"}, R"([{"a":1},{"a":2}])", "(1, 2)"},
        {{"$.x[*].a", "$.a"}, R"({"a":0,"x":[{"a":1},{"a":2}],"a":9})", "(1, 2) | 9"},
    });
}

// More members than are looked at one by one, in several orders.
TEST(Decode, FindsMembersInAnyOrder) {
    for (const size_t count : {1u, 8u, 9u, 40u}) {
        std::vector<std::string> paths;
        std::string expected;
        for (size_t i = 0; i < count; ++i) {
            paths.push_back("$.m" + std::to_string(i));
            expected += (i == 0 ? "" : " | ") + std::to_string(i);
        }
        for (const bool reference : {false, true}) {
            Decoder decoder(paths, reference);
            for (const size_t stride : {1u, 7u, 13u, 1u, 11u}) { // prime to each count
                std::string row = "{\"other\":0";
                for (size_t i = 0; i < count; ++i) {
                    const std::string number = std::to_string((i * stride + 3) % count);
                    row += ",\"m" + number + "\":" + number + ",\"m" + number + "x\":{}";
                }
                EXPECT_EQ(decoder(row + "}"), expected) << row;
            }
        }
    }
}

// Members that no path names come between, and absent ones make guesses wrong.
TEST(Decode, FindsMembersThatComeAndGo) {
    for (const bool reference : {false, true}) {
        Decoder decoder({"$.a", "$.b", "$.c"}, reference);
        EXPECT_EQ(decoder(R"({"a":1,"b":2,"c":3})"), "1 | 2 | 3");
        EXPECT_EQ(decoder(R"({"c":1,"b":2,"a":3})"), "3 | 2 | 1");
        EXPECT_EQ(decoder(R"({"b":2})"), "- | 2 | -");
        EXPECT_EQ(decoder(R"({"x":0,"c":1,"y":0,"a":3})"), "3 | - | 1");
        EXPECT_EQ(decoder(R"({"a":1,"a":2,"b":3,"b":4})"), "2 | 4 | -");
        EXPECT_EQ(decoder(R"({"a":1,"b":2,"c":3})"), "1 | 2 | 3");
    }
}

TEST(Decode, NothingOfARowIsLeftInTheNext) {
    for (const bool reference : {false, true}) {
        Decoder decoder({"$.a", "$.b.c", "$.l[*]", "$.l[*].x", "$"}, reference);
        const std::string full = R"({"a":"s","b":{"c":[1]},"l":[1,{"x":2}]})";
        const std::string found = R"('s' | [1] | (1, {"x":2}) | (2) | )" + full;
        for (const std::string& broken :
             {R"({"a":1,"b":{"c":2},"l":[3,{"x":4)"s, R"({"a":1,"l":[1,2}])"s, "[[[[["s,
              R"({"a":1,"b":{"c":2,"c)"s, "{\"a\":\"\xff\"}"s, repeat("[", 1001)}) {
            EXPECT_EQ(decoder(full), found);
            EXPECT_NE(decoder(broken).find(" at "), std::string::npos) << broken;
            EXPECT_EQ(decoder("{}"), "- | - | () | () | {}") << "after " << readable(broken);
        }
        EXPECT_EQ(decoder(full), found);
        EXPECT_EQ(decoder(R"({"b":{}})"), R"(- | - | () | () | {"b":{}})");
        EXPECT_EQ(decoder("7"), "- | - | () | () | 7");
    }
}

TEST(Decode, KeepsTheTextByteForByte) {
    const std::vector<std::string> values = {
        R"("plain")",
        R"("")",
        R"("\u0041\n\"\\\/ \ud83c\udf24 end\\")",
        R"("\\")",
        R"("\"")",
        "\"größe 🌤\"",
        "-0",
        "0.10e-0",
        "12345678901234567890.12345678901234567890",
        "{ \"b\" : [ 1 ,\t2 ] , \"b\":\"\\u0062\" }",
        "[ \"\\\\\", \"]\", \"[\", {\"}\":\"{\"} ]",
        "[\n\r\t ]",
        "{ }",
    };
    struct Place {
        std::string path, before, after;
    };
    const std::vector<Place> places = {{"$", "", ""},
                                       {"$", " \t", "\n"},
                                       {"$[1]", "[0,", "]"},
                                       {"$.a", "{\"a\":", "}"},
                                       {"$.a", "{\"a\":", ",\"b\":\"\\n\"}"}};
    for (const std::string& value : values) {
        for (const Place& place : places) {
            for (const bool reference : {false, true}) {
                Decoder decoder({place.path}, reference);
                decoder(place.before + value + place.after);
                const std::string_view json = decoder.captures().single(0).json();
                EXPECT_EQ(json, value) << readable(std::string(decoder.row()));
                EXPECT_EQ(json.data() - decoder.row().data(),
                          static_cast<std::ptrdiff_t>(place.before.size()))
                    << readable(std::string(decoder.row())) << ": it is not the row's own text";
            }
        }
    }
}

TEST(Decode, ResolvesEscapes) {
    expect_captures({
        {{"$"}, R"("\"\\\/\b\f\n\r\t")", "'\"\\/\b\f\n\r\t'"},
        {{"$"}, R"("\u0041\u00e9\u20AC\ud83c\udf24")", "'Aé€🌤'"},
        {{"$"}, R"("a\u0000b")", "'a\0b'"s},
        {{"$"}, R"("\ud7ff\ue000\uffff")", "'\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf'"},
        {{"$"}, "\"\x7f\xc2\x80\"", "'\x7f\xc2\x80'"},
    });
    Decoder decoder({"$.a"}, false);
    decoder(R"({"a":"b"})");
    EXPECT_FALSE(decoder.has_escapes());
    decoder(R"({"a":"b","c":"\n"})");
    EXPECT_TRUE(decoder.has_escapes());
    decoder(R"({"a":"b"})");
    EXPECT_FALSE(decoder.has_escapes());
}

// A lone surrogate is a fault of its value, not of the document: the value comes out as no UTF-8,
// its text as it was.
TEST(Decode, ReadsPastLoneSurrogates) {
    for (const char* const text :
         {R"("\ud83c")", R"("\udf24")", R"("\ud83c\ud83c\udf24")", R"("\udf24\ud83c")",
          R"("x\ud83cx\udf24x")", R"("\ud83c\n")", R"("\uDBFF\u0041")"}) {
        for (const bool reference : {false, true}) {
            Decoder decoder({"$.a", "$.b"}, reference);
            const std::string row =
                std::string("{\"a\":") + text + ",\"b\":7,\"" + "\\ud800" + "\":0}";
            decoder(row);
            const Capture& capture = decoder.captures().single(0);
            ASSERT_EQ(capture.kind, Capture::Kind::String) << text;
            EXPECT_NE(find_invalid_utf8(capture.text), capture.text.size()) << text;
            EXPECT_EQ(capture.json(), text);
            EXPECT_EQ(show(decoder.captures().single(1)), "7") << text;
        }
    }
}

TEST(Decode, NestsAThousandLevelsDeep) {
    const auto nest = [](const char* open, const char* close, size_t depth, const char* inner) {
        return repeat(open, depth) + inner + repeat(close, depth);
    };
    for (const bool reference : {false, true}) {
        Decoder decoder({"$.a", "$"}, reference);
        const std::string arrays = nest("[", "]", 1000, "");
        EXPECT_EQ(decoder(arrays), "- | " + arrays);
        const std::string objects = nest("{\"a\":", "}", 1000, "1");
        EXPECT_EQ(decoder(objects), nest("{\"a\":", "}", 999, "1") + " | " + objects);
        EXPECT_EQ(decoder("{\"a\":5,\"b\":" + nest("[", "]", 999, "") + "}").substr(0, 1), "5");

        const std::string reason = ": nested deeper than 1000 levels";
        for (const std::string& row :
             {nest("[", "]", 1001, ""), nest("{\"a\":", "}", 1001, "1"),
              "{\"b\":" + nest("[", "]", 1000, "") + "}", repeat("[", 100000)}) {
            const std::string outcome = decoder(row);
            EXPECT_EQ(outcome.substr(0, 11), "TooDeep at ") << readable(row);
            EXPECT_NE(outcome.find(reason), std::string::npos) << outcome;
        }
        EXPECT_EQ(decoder("[" + repeat("[],{},", 5000) + "0]").substr(0, 4), "- | ");
    }
}

TEST(Decode, FindsTheFirstByteThatIsNoUtf8) {
    struct Case {
        std::string bytes;
        size_t offset; // of the fault in them
    };
    const std::vector<Case> cases = {
        {"\xff", 0},
        {"\x80", 0},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"\xc3", 0},
        {"\xe2\x82", 0},
        {"\xe0\x80\x80", 0},
        {"\xed\xa0\x80", 0},
        {"\xed\xbf\xbf", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xf0\x9f\x8c", 0},
        {"é\xff", 2},
        {"abc€\xe2\x28\xa1", 6},
    };
    for (const Case& c : cases) {
        for (const std::string& before : {"{\"a\":\""s, "{\""s, "{\"a\":1, "s, "\""s, ""s,
                                          "{\"padding\":\"" + repeat("x", 100)}) {
            for (const bool reference : {false, true}) {
                const std::string row = before + c.bytes + "\":1}";
                EXPECT_EQ(Decoder({"$.a"}, reference)(row),
                          "InvalidUtf8 at " + std::to_string(before.size() + c.offset) +
                              ": invalid byte sequence for encoding UTF8")
                    << readable(row);
            }
        }
    }
}

// Each text is no JSON; the offset is that of the first byte that cannot stand there.
TEST(Decode, SaysWhereTheSyntaxBreaks) {
    struct Case {
        std::string row;
        size_t offset;
    };
    const std::vector<Case> cases = {
        {"", 0},
        {"   ", 3},
        {"{", 1},
        {"[", 1},
        {"{\"a\"", 4},
        {"{\"a\":", 5},
        {"{\"a\":1", 6},
        {"{\"a\":1,", 7},
        {"[1", 2},
        {"[1,", 3},
        {"{}}", 2},
        {"[]]", 2},
        {"1 2", 2},
        {"{} x", 3},
        {"{\"a\":1 \"b\":2}", 7},
        {"{\"a\" 1}", 5},
        {"{a:1}", 1},
        {"{'a':1}", 1},
        {"{1:1}", 1},
        {"{,}", 1},
        {"{\"a\":1,}", 7},
        {"{\"a\":1,,\"b\":2}", 7},
        {"{\"a\"::1}", 5},
        {"{\"a\":}", 5},
        {"{\"a\":1]", 6},
        {"[1}", 2},
        {"[,1]", 1},
        {"[1,]", 3},
        {"[1,,2]", 3},
        {"[1 2]", 3},
        {"[01]", 2},
        {"[-]", 2},
        {"[+1]", 1},
        {"[.5]", 1},
        {"[1.]", 3},
        {"[1.e5]", 3},
        {"[1e]", 3},
        {"[1e+]", 4},
        {"[0x10]", 2},
        {"[1_000]", 2},
        {"[NaN]", 1},
        {"[Infinity]", 1},
        {"[-Infinity]", 2},
        {"[True]", 1},
        {"[tru]", 4},
        {"[nulll]", 5},
        {"[\"a\"\"b\"]", 4},
        {"[\"\\x\"]", 2},
        {"[\"ab\\u12G4\"]", 4},
        {"[\"\\", 2},
        {"[\"a\tb\"]", 3},
        {"[\"a\nb\"]", 3},
        {"[\"a\x1f\"]", 3},
        {"[1/*c*/]", 2},
        {"[1] // c", 4},
        {"#[1]", 0},
        {"\xef\xbb\xbf[1]", 0},
        {"[\v1]", 1},
        {"[\f1]", 1},
        {"[\xc2\xa0 1]", 1},
        {"{}\0"s, 2},
        {"[1\0]"s, 2},
        {"\0"s, 0},
        {"[\"a\0b\"]"s, 3},
    };
    for (const Case& c : cases) {
        for (const bool reference : {false, true}) {
            const std::string outcome = Decoder({"$.a", "$"}, reference)(c.row);
            const std::string expected = "Syntax at " + std::to_string(c.offset) + ": ";
            EXPECT_EQ(outcome.substr(0, expected.size()), expected)
                << readable(c.row) << " gave " << outcome;
        }
    }
}

// RFC 8259 sets no limit to numbers, and numeric holds what double does not: whether a column can
// take a number is for the conversion to say, whether anyone reads it or not.
TEST(Decode, TakesNumbersOfAnySize) {
    for (const std::string& number :
         {"1e309"s, "-1e400"s, "1e99999999999999999999"s, "0e999999"s, "1e-400"s,
          "1e-99999999999999999999"s, "0.0000000000000000000e-2147483639"s,
          "128.74836467836484838364836483643636483648e-336"s, repeat("9", 400),
          "-" + repeat("9", 400) + ".5", repeat("9", 400) + "e-400", "0." + repeat("0", 400) + "1"})
        expect_captures({
            {{"$"}, number, number},
            {{"$.a", "$.b"}, "{\"a\":" + number + ",\"b\":\"x\"}", number + " | 'x'"},
            {{"$.a", "$.b"}, "{\"a\":" + number + ",\"b\":\"\\n\"}", number + " | '\n'"},
            {{"$.b"}, "{\"a\":[" + number + "],\"b\":\"\\n\"}", "'\n'"},
        });
}

// hide_large_numbers() makes strings of numbers.
TEST(Decode, TakesNoLargeNumberForAName) {
    expect_captures({
        {{"$.a"}, R"({"a":1e400,1e400:2})", "Syntax at 11: missing a name for object member"},
    });
}

// --- Arrays ----------------------------------------------------------------------------------

// "[2][1] (1, 'x')", or "ragged"
std::string show_array(const std::string& text, bool nested) {
    ReferenceWalk walk;
    ArrayElements array;
    decode_array(text, nested, walk, array);
    if (array.ragged)
        return "ragged";
    std::string result;
    for (const uint32_t extent : array.extents)
        result += "[" + std::to_string(extent) + "]";
    result += "(";
    for (size_t i = 0; i < array.elements.size(); ++i)
        result += (i == 0 ? "" : ", ") + show(array.elements[i]);
    return result + ")";
}

TEST(DecodeArray, TakesNestedArraysAsDimensions) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "()"},
        {"[ ]", "()"},
        {"[1]", "[1](1)"},
        {"[1, -2.50, true, false, null]", "[5](1, -2.50, true, false, null)"},
        {R"(["a", "\u00e9\n", ""])", "[3]('a', 'é\n', '')"},
        {R"([{"a": [1,[2]]}, {}])", R"([2]({"a": [1,[2]]}, {}))"},
        {"[[1,2],[3,4],[5,6]]", "[3][2](1, 2, 3, 4, 5, 6)"},
        {"[[[1]],[[2]]]", "[2][1][1](1, 2)"},
        {"[[null],[null]]", "[2][1](null, null)"},
        {R"([[{"a":[1]}],[{"a":[1,2]}]])", R"([2][1]({"a":[1]}, {"a":[1,2]}))"},
        {"[[]]", "()"},
        {"[[],[]]", "()"},
        {"[[[]],[[]]]", "()"},
        {"[[1],[2,3]]", "ragged"},
        {"[[1,2],[3]]", "ragged"},
        {"[1,[2]]", "ragged"},
        {"[[1],2]", "ragged"},
        {"[[1],null]", "ragged"},
        {"[[],[1]]", "ragged"},
        {"[[1],[]]", "ragged"},
        {"[1,[]]", "ragged"},
        {"[[],1]", "ragged"},
        {"[[],{}]", "ragged"},
        {"[[[1]],[2]]", "ragged"},
        {"[[1],[[2]]]", "ragged"},
        {"[[1,2],[3,[4]]]", "ragged"},
        {"[[[1,2],[3,4]],[[5,6]]]", "ragged"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(show_array(text, true), expected) << text;
}

TEST(DecodeArray, TakesNestedArraysAsElements) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"[]", "()"},
        {"[1]", "[1](1)"},
        {"[[]]", "[1]([])"},
        {"[[1, [2]],3, {\"a\":[]}]", "[3]([1, [2]], 3, {\"a\":[]})"},
        {"[[1],[2,3]]", "[2]([1], [2,3])"},
        {R"([["\u00e9]"],"\u00e9"])", R"([2](["\u00e9]"], 'é'))"},
    };
    for (const auto& [text, expected] : cases)
        EXPECT_EQ(show_array(text, false), expected) << text;
}

TEST(DecodeArray, TakesNumbersOfAnySize) {
    EXPECT_EQ(show_array("[1, 1e400, 3]", true), "[3](1, 1e400, 3)");
    EXPECT_EQ(show_array("[1e400, \"1e400\", -1E+309]", true), "[3](1e400, '1e400', -1E+309)");
    const std::string digits = repeat("9", 400);
    EXPECT_EQ(show_array("[[" + digits + "]]", true), "[1][1](" + digits + ")");
}

TEST(DecodeArray, TakesDeepAndLongArrays) {
    const std::string deep = repeat("[", 999) + "1" + repeat("]", 999);
    EXPECT_EQ(show_array(deep, true), repeat("[1]", 999) + "(1)");
    EXPECT_EQ(show_array("[" + deep + "]", false), "[1](" + deep + ")");
    EXPECT_EQ(show_array("[" + repeat("0,", 99999) + "0]", true).substr(0, 8), "[100000]");
}

} // namespace
} // namespace weather
