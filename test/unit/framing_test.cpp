// Framing, sentence by sentence of DESIGN section 4. Every file is framed at every way of reading
// it: in small pieces, in two at each byte, all at once, with a pipe's pauses. All must give the
// same documents and the same error.
#include "framing.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

constexpr Framing automatic = Framing::Auto;
constexpr Framing lines = Framing::Lines;
constexpr Framing concatenated = Framing::Concatenated;
constexpr Framing array = Framing::Array;

const char* const two_commas = "two commas without a document between them";
const char* const no_document = "a comma without a document before it";
const char* const last_comma = "a comma before the end of the outer array";
const char* const no_opening = "a closing bracket without its opening one";
const char* const behind = "unexpected text directly behind a document";
const char* const after_array = "only white space may follow the outer array";
const char* const want_array = "expected [, the beginning of the outer array";
const char* const want_comma = "expected a comma or ] after an element of the outer array";
const char* const cut_array = "the outer array is cut off by the end of the file";
const char* const cut_file = "the document is cut off by the end of the file";
const char* const cut_line = "the document is cut off by the end of the line";
const char* const utf16 = "the file looks like UTF-16 or UTF-32, not UTF-8";
const char* const too_deep = "nested deeper than 1000 levels";
const char* const too_large = "the row is longer than maximum_object_size";

struct Case {
    std::string file;
    Framing framing; // asked for
    Framing found;
    std::vector<std::string> documents; // in their order, each where it next occurs in the file
    const char* reason = nullptr;       // of the error; null: the file ends well
    size_t offset = 0;                  // of the error
    ErrorCode code = ErrorCode::Syntax;
};

// The outcome that the case describes. Lines are counted here, apart from the engine.
FramingOutcome expected(const Case& c) {
    FramingOutcome outcome;
    outcome.framing = c.found;
    size_t at = 0;
    uint64_t line = 1;
    for (const std::string& document : c.documents) {
        const size_t start = c.file.find(document, at);
        EXPECT_NE(start, std::string::npos) << "the test's document is not in its file";
        line += line_of(c.file.substr(at, start - at), start - at) - 1;
        outcome.documents.push_back({document, start, line});
        line += line_of(document, document.size()) - 1;
        at = start + document.size();
    }
    if (c.reason) {
        outcome.error.code = c.reason == cut_line ? ErrorCode::CutByLine : c.code;
        outcome.error.offset = c.offset;
        outcome.error.line = line_of(c.file, c.offset);
        outcome.error.reason = c.reason;
    }
    return outcome;
}

std::vector<Reads> all_reads(size_t size) {
    std::vector<Reads> result = {{}, {1, 1}, {2, 2}, {3, 3}, {7, 7}, {64, 64}, {5, 5, 2}};
    for (size_t first = 1; first < size && first < 300; ++first)
        result.push_back({first});
    return result;
}

void expect_same_for_all_reads(const std::string& file, Framing framing,
                               const FramingOutcome& expected, size_t maximum_size) {
    for (const Reads& reads : all_reads(file.size())) {
        const FramingOutcome outcome = frame(file, framing, reads, maximum_size);
        EXPECT_EQ(outcome, expected)
            << framing_name(framing) << ": " << readable(file) << "\nread " << reads.first
            << " bytes, then " << reads.each << " at a time";
        if (!(outcome == expected))
            break; // one such message is enough
    }
}

void expect_framing(const std::vector<Case>& cases, size_t maximum_size = test_maximum_size) {
    for (const Case& c : cases)
        expect_same_for_all_reads(c.file, c.framing, expected(c), maximum_size);
}

// --- What files look like ----------------------------------------------------------------------

TEST(Framing, TakesTheFilesInTheWild) {
    const std::string a = R"({"city":"Oslo","temp":1.5})";
    const std::string b = R"({"city":"Lyon, [FR]","temp":{"a":[2]}})";
    const std::string c = R"({"city":"a \"quoted\\","temp":null})";
    const std::string pretty = "{\n  \"list\": [\n    1,\n    2\n  ]\n}";
    expect_framing({
        // A document a line, with and without the last line end, with CR and blank lines.
        {a + "\n" + b + "\n" + c + "\n", automatic, lines, {a, b, c}},
        {a + "\n" + b + "\n" + c, automatic, lines, {a, b, c}},
        {a + "\r\n\r\n\n" + b + " \t\r\n" + c + "\r\n", automatic, lines, {a, b, c}},
        {"\n\n  " + a + "\n", automatic, lines, {a}},
        // Objects each followed by a comma and a newline, with a comma after the last one.
        {a + ",\n" + b + ",\n" + c + ",\n", automatic, lines, {a, b, c}},
        {a + ",\r\n" + b + ",\r\n", automatic, lines, {a, b}},
        {a + " ,\t\n" + b + ",", automatic, lines, {a, b}},
        {a + ",\n" + b + ",\n" + c, automatic, lines, {a, b, c}},
        // Documents one after another.
        {a + b + c, automatic, concatenated, {a, b, c}},
        {a + " " + b + "\t" + c, automatic, concatenated, {a, b, c}},
        {a + "," + b + "," + c, automatic, concatenated, {a, b, c}},
        {pretty + "\n" + pretty + "\n", automatic, concatenated, {pretty, pretty}},
        {pretty + ",\n" + pretty + ",\n", automatic, concatenated, {pretty, pretty}},
        // One array, on one line or on many.
        {"[" + a + "," + b + "]", automatic, array, {a, b}},
        {"[\n" + a + ",\n" + b + "\n]\n", automatic, array, {a, b}},
        {" \r\n\t[ " + pretty + " , " + pretty + " ] \n", automatic, array, {pretty, pretty}},
        // One pretty-printed object; one envelope.
        {pretty, automatic, concatenated, {pretty}},
        {pretty + "\n", automatic, concatenated, {pretty}},
        {R"({"list":[{"dt":1},{"dt":2}]})",
         automatic,
         concatenated,
         {R"({"list":[{"dt":1},{"dt":2}]})"}},
        // Scalars are documents too.
        {"1\n2.5e3\ntrue\nnull\n\"a b\"\n",
         automatic,
         lines,
         {"1", "2.5e3", "true", "null", "\"a b\""}},
        {"1 2,3\n,\"4\"", automatic, concatenated, {"1", "2", "3", "\"4\""}},
    });
}

TEST(Framing, FindsNothingInAnEmptyFile) {
    for (const Framing framing : {automatic, lines, concatenated, array})
        for (const std::string& file :
             {""s, " "s, "\n"s, " \t\r\n\n"s, "\xEF\xBB\xBF"s, "\xEF\xBB\xBF \n"s})
            expect_framing({{file, framing, framing, {}}});
}

// --- The head of a file ------------------------------------------------------------------------

TEST(Framing, SkipsAByteOrderMark) {
    const std::string bom = "\xEF\xBB\xBF";
    expect_framing({
        {bom + "{}\n{}", automatic, lines, {"{}", "{}"}},
        {bom + "[1]", automatic, array, {"1"}},
        {bom + "[1]", array, array, {"1"}},
        {bom + "{}", concatenated, concatenated, {"{}"}},
        {bom + "\n \n{}", lines, lines, {"{}"}},
        {bom + ",", automatic, concatenated, {}, no_document, 3},
        // One at the file's start only, and only as a whole.
        {bom + "{}" + bom, lines, lines, {"{}"}, behind, 5},
        {"{}" + bom, lines, lines, {"{}"}, behind, 2},
        {"{}\n" + bom + " {}", lines, lines, {"{}", bom, "{}"}},
        {"\xEF\xBB", lines, lines, {"\xEF\xBB"}},
        {"\xEF\xBB{}", lines, lines, {"\xEF\xBB"}, behind, 2},
    });
}

TEST(Framing, RefusesUtf16AndUtf32) {
    const std::vector<std::string> files = {
        "\xFF\xFE{\0}\0"s, "\xFE\xFF\0{\0}"s,      "{\0}\0"s,
        "\0{\0}"s,         "\xFF\xFE\0\0{\0\0\0"s, "\0\0\xFE\xFF\0\0\0{"s,
        "{\0\0\0}\0\0\0"s, "\0\0\0{\0\0\0}"s,      "\xFF\xFE"s,
        "\xFE\xFF"s,       "\n\0{\0}\0"s,
    };
    for (const std::string& file : files)
        for (const Framing framing : {automatic, lines, concatenated, array})
            expect_framing({{file, framing, framing, {}, utf16, 0, ErrorCode::WrongEncoding}});
}

// --- Between documents -------------------------------------------------------------------------

TEST(Framing, AllowsOneCommaBetweenDocumentsAndOneAfterTheLast) {
    for (const Framing framing : {lines, concatenated}) {
        expect_framing({
            {"{}\n{}", framing, framing, {"{}", "{}"}},
            {"{},{}", framing, framing, {"{}", "{}"}},
            {"{} \t , \t {}", framing, framing, {"{}", "{}"}},
            {"{}\n,\n{}", framing, framing, {"{}", "{}"}},
            {"{},", framing, framing, {"{}"}},
            {"{},\n\n", framing, framing, {"{}"}},
            {"{}\n,\n", framing, framing, {"{}"}},
            {"1,2,\"a\",", framing, framing, {"1", "2", "\"a\""}},
            {"1 ,", framing, framing, {"1"}},
            {"{},,{}", framing, framing, {"{}"}, two_commas, 3},
            {"{}, ,{}", framing, framing, {"{}"}, two_commas, 4},
            {"{},\n,\n{}", framing, framing, {"{}"}, two_commas, 4},
            {"{},,", framing, framing, {"{}"}, two_commas, 3},
            {"1,,2", framing, framing, {"1"}, two_commas, 2},
            {",", framing, framing, {}, no_document, 0},
            {" \n,\n", framing, framing, {}, no_document, 2},
            {",{}", framing, framing, {}, no_document, 0},
            {",,", framing, framing, {}, no_document, 0},
        });
    }
    expect_framing({
        {",", automatic, concatenated, {}, no_document, 0},
        {"\n ,\n{}\n", automatic, lines, {}, no_document, 2},
        {"{}\n{},,{}\n", automatic, lines, {"{}", "{}"}, two_commas, 6},
    });
}

TEST(Framing, AllowsNothingBetweenObjectsAndArraysOnly) {
    for (const Framing framing : {lines, concatenated}) {
        expect_framing({
            {"{}{}[]{}[[]]", framing, framing, {"{}", "{}", "[]", "{}", "[[]]"}},
            {"{}1", framing, framing, {"{}"}, behind, 2},
            {"{}\"a\"", framing, framing, {"{}"}, behind, 2},
            {"[]true", framing, framing, {"[]"}, behind, 2},
            {"1{}", framing, framing, {"1"}, behind, 1},
            {"1[]", framing, framing, {"1"}, behind, 1},
            {"1\"a\"", framing, framing, {"1"}, behind, 1},
            {"\"a\"\"b\"", framing, framing, {"\"a\""}, behind, 3},
            {"\"a\"{}", framing, framing, {"\"a\""}, behind, 3},
            {"\"a\"1", framing, framing, {"\"a\""}, behind, 3},
            {"true{}", framing, framing, {"true"}, behind, 4},
            {"{}x", framing, framing, {"{}"}, behind, 2},
            {"{}\0"s, framing, framing, {"{}"}, behind, 2},
            {"{}\v{}", framing, framing, {"{}"}, behind, 2},
            {"{}\xc2\xa0{}", framing, framing, {"{}"}, behind, 2},
        });
    }
}

TEST(Framing, RefusesWhatOpensNoDocument) {
    for (const Framing framing : {lines, concatenated}) {
        expect_framing({
            {"}", framing, framing, {}, no_opening, 0},
            {"]", framing, framing, {}, no_opening, 0},
            {"{}}", framing, framing, {"{}"}, behind, 2},
            {"{}]", framing, framing, {"{}"}, behind, 2},
            {"{}\n]", framing, framing, {"{}"}, no_opening, 3},
            {"{},\n}", framing, framing, {"{}"}, no_opening, 4},
            {"1]", framing, framing, {"1"}, behind, 1},
        });
    }
    expect_framing({
        {"}", automatic, concatenated, {}, no_opening, 0},
        {"]", automatic, concatenated, {}, no_opening, 0},
        {"]\n", automatic, concatenated, {}, no_opening, 0},
    });
    // What else is no JSON is a document for the decoder to refuse.
    expect_framing({
        {"x y\n", lines, lines, {"x", "y"}},
        {"# comment\n{}", lines, lines, {"#", "comment", "{}"}},
        {"{\"a\":1]\n", lines, lines, {"{\"a\":1]"}},
        {"{]{}", concatenated, concatenated, {"{]", "{}"}},
        {"'a'", concatenated, concatenated, {"'a'"}},
    });
}

// --- The outer array -----------------------------------------------------------------------------

TEST(Framing, StripsTheOuterArrayOnce) {
    for (const Framing framing : {automatic, array}) {
        expect_framing({
            {"[]", framing, array, {}},
            {" [ ] ", framing, array, {}},
            {"[1]", framing, array, {"1"}},
            {"[1,2 , 3]", framing, array, {"1", "2", "3"}},
            {"[[1,2],[[3]],{}]", framing, array, {"[1,2]", "[[3]]", "{}"}},
            {"[[]]", framing, array, {"[]"}},
            {"[\"]\",\"[\",\"a,b\"]", framing, array, {"\"]\"", "\"[\"", "\"a,b\""}},
            {"[{\"a\":\n1},\n{}]\n\n", framing, array, {"{\"a\":\n1}", "{}"}},
        });
    }
    expect_framing({
        {"[1,2]", concatenated, concatenated, {"[1,2]"}},
        {"[1,2]\n[3]", lines, lines, {"[1,2]", "[3]"}},
    });
}

TEST(Framing, IsStrictAboutTheOuterArray) {
    for (const Framing framing : {automatic, array}) {
        expect_framing({
            {"[,]", framing, array, {}, no_document, 1},
            {"[,1]", framing, array, {}, no_document, 1},
            {"[1,]", framing, array, {"1"}, last_comma, 3},
            {"[1,\n]", framing, array, {"1"}, last_comma, 4},
            {"[1,,2]", framing, array, {"1"}, two_commas, 3},
            {"[1 2]", framing, array, {"1"}, want_comma, 3},
            {"[{}{}]", framing, array, {"{}"}, want_comma, 3},
            {"[{}\n{}]", framing, array, {"{}"}, want_comma, 4},
            {"[\"a\"\"b\"]", framing, array, {"\"a\""}, want_comma, 4},
            {"[1}", framing, array, {"1"}, want_comma, 2},
            {"[}", framing, array, {}, no_opening, 1},
            {"[1,}", framing, array, {"1"}, no_opening, 3},
            // After it comes only white space.
            {"[1],", framing, array, {"1"}, after_array, 3},
            {"[1] , ", framing, array, {"1"}, after_array, 4},
            {"[1]]", framing, array, {"1"}, after_array, 3},
            {"[1]}", framing, array, {"1"}, after_array, 3},
            {"[1]\n[2]", framing, array, {"1"}, after_array, 4},
            {"[][]", framing, array, {}, after_array, 2},
            {"[1]{}", framing, array, {"1"}, after_array, 3},
            {"[1]x", framing, array, {"1"}, after_array, 3},
            {"[1]\n\"a\"", framing, array, {"1"}, after_array, 4},
            {"[1]\0"s, framing, array, {"1"}, after_array, 3},
        });
    }
    expect_framing({
        {"{}", array, array, {}, want_array, 0},
        {"\n1", array, array, {}, want_array, 1},
        {"\"[\"", array, array, {}, want_array, 0},
        {"x", array, array, {}, want_array, 0},
        {"]", array, array, {}, want_array, 0},
        {" ][", array, array, {}, want_array, 1},
        {"}", array, array, {}, want_array, 0},
        {",", array, array, {}, want_array, 0},
        {",[1]", array, array, {}, want_array, 0},
    });
}

// --- Cut off -------------------------------------------------------------------------------------

// A file cut anywhere gives the documents that are whole, then an error at its end, but where the
// cut falls between documents.
TEST(Framing, ReportsACutAtEveryByte) {
    const std::string a = R"({"a":"\"}\\","b":[1,{}]})";
    const std::string b = "{\"c\":\"\xE2\x82\xAC\"}";
    for (const std::string& separator : {"\n"s, ",\n"s, ""s, " , "s}) {
        const std::string file = a + separator + b;
        for (size_t size = 1; size <= file.size(); ++size) {
            const bool first = size >= a.size();
            const bool between = first && size <= a.size() + separator.size();
            const bool whole = size == file.size();
            std::vector<std::string> documents;
            if (first)
                documents.push_back(a);
            if (whole)
                documents.push_back(b);
            const char* const reason = whole || between ? nullptr : cut_file;
            for (const Framing framing : {lines, concatenated})
                expect_framing({{file.substr(0, size), framing, framing, documents, reason, size}});
        }
    }
}

TEST(Framing, ReportsACutOuterArrayAtEveryByte) {
    const std::string file = "[ {\"a\":\"]\"} ,\n[[],\"x\"] ]";
    for (size_t size = 1; size < file.size(); ++size) {
        std::vector<std::string> documents;
        if (size >= 11)
            documents.push_back("{\"a\":\"]\"}");
        if (size >= 22)
            documents.push_back("[[],\"x\"]");
        const bool inside = (size > 2 && size < 11) || (size > 14 && size < 22);
        expect_framing({{file.substr(0, size), automatic, array, documents,
                         inside ? cut_file : cut_array, size}});
    }
    // A number may be whole or not: the array is not.
    expect_framing({{"[1,23", automatic, array, {"1", "23"}, cut_array, 5}});
    expect_framing({{"[1,\"2", automatic, array, {"1"}, cut_file, 5}});
}

TEST(Framing, NoDocumentCrossesALineEndUnderLines) {
    expect_framing({
        {"{\"a\":1}\n{\"a\":\n2}\n", lines, lines, {"{\"a\":1}"}, cut_line, 13},
        {"{\n}", lines, lines, {}, cut_line, 1},
        {"[1,\r\n2]", lines, lines, {}, cut_line, 4},
        {"\"a\nb\"", lines, lines, {}, cut_line, 2},
        {"{\"a\":\"x\\\n\"}", lines, lines, {}, cut_line, 8},
        {"{\"a\":\"\\\\\n\"}", lines, lines, {}, cut_line, 8},
        {"{}\n{}\n{\n}", automatic, lines, {"{}", "{}"}, cut_line, 7},
        {"{}\n{\"a", automatic, lines, {"{}"}, cut_file, 6},
        // Elsewhere a line end is white space, or a fault in a string, for the decoder to say.
        {"{\"a\":\n2}\n", concatenated, concatenated, {"{\"a\":\n2}"}},
        {"{\"a\":\"x\\\n\"}", concatenated, concatenated, {"{\"a\":\"x\\\n\"}"}},
        {"[{\n}]", array, array, {"{\n}"}},
    });
}

// --- Sizes ---------------------------------------------------------------------------------------

TEST(Framing, LimitsTheSizeOfADocument) {
    constexpr size_t maximum = 20;
    const ErrorCode code = ErrorCode::TooLarge;
    const std::string fits = "{\"a\":\"" + std::string(maximum - 8, 'x') + "\"}";
    const std::string longer = "{\"a\":\"" + std::string(maximum - 7, 'x') + "\"}";
    ASSERT_EQ(fits.size(), maximum);
    for (const Framing framing : {automatic, lines, concatenated}) {
        const Framing found = framing == automatic ? lines : framing;
        expect_framing({{fits + "\n" + fits, framing, found, {fits, fits}},
                        {fits + "\n" + longer, framing, found, {fits}, too_large, 21, code},
                        {fits + ",\n \n " + longer, framing, found, {fits}, too_large, 25, code}},
                       maximum);
    }
    expect_framing({{"[" + fits + "," + fits + "]", array, array, {fits, fits}},
                    {"[" + fits + "," + longer + "]", array, array, {fits}, too_large, 22, code},
                    {"[\n" + longer + "]", automatic, array, {}, too_large, 2, code}},
                   maximum);
    // Also where it has no end, is a scalar, ends in a backslash; blanks have no size.
    expect_framing({{longer.substr(0, maximum + 1), lines, lines, {}, too_large, 0, code},
                    {longer.substr(0, maximum), lines, lines, {}, cut_file, maximum},
                    {repeat("1", maximum), lines, lines, {repeat("1", maximum)}},
                    {repeat("1", maximum + 1), lines, lines, {}, too_large, 0, code},
                    {repeat("1", maximum) + ",", lines, lines, {repeat("1", maximum)}},
                    {"\"" + repeat("\\\\", 10) + "\"", lines, lines, {}, too_large, 0, code},
                    {repeat(" ", 100) + fits + repeat("\n", 100), lines, lines, {fits}}},
                   maximum);
    const std::string long_lines = longer.substr(0, 10) + "\n" + longer;
    expect_framing(
        {{long_lines, lines, lines, {}, cut_line, 10},
         {"{\"a\":\"" + repeat("x", 14) + "\n\"}", lines, lines, {}, cut_line, 20},
         {"{\"a\":\"" + repeat("x", 15) + "\n\"}", lines, lines, {}, too_large, 0, code}},
        maximum);
    // What framing a document that is too long has is not looked for beyond it.
    expect_framing({{repeat("{\"a\":", 10), automatic, concatenated, {}, too_large, 0, code},
                    {longer + "\n{}\n", automatic, concatenated, {}, too_large, 0, code},
                    {repeat("\\", 30), automatic, concatenated, {}, too_large, 0, code},
                    {repeat("1", 30) + "\n", automatic, concatenated, {}, too_large, 0, code}},
                   maximum);
}

TEST(Framing, NestsAThousandLevelsDeep) {
    const std::string deep = repeat("[", 1000) + repeat("]", 1000);
    const std::string deeper = repeat("[", 1001) + repeat("]", 1001);
    const ErrorCode code = ErrorCode::TooDeep;
    for (const Framing framing : {lines, concatenated}) {
        EXPECT_EQ(frame(deep + "\n" + deep, framing),
                  expected({deep + "\n" + deep, framing, framing, {deep, deep}}));
        for (const Reads reads : {Reads(), Reads{1, 1}, Reads{1001, 1}, Reads{1003, 7}})
            EXPECT_EQ(frame("{}\n" + deeper, framing, reads),
                      expected({"{}\n" + deeper, framing, framing, {"{}"}, too_deep, 1003, code}));
    }
    const std::string objects = repeat("{\"a\":", 1001) + "1";
    EXPECT_EQ(frame(objects, automatic, {100, 100}),
              expected({objects, automatic, concatenated, {}, too_deep, 5000, code}));
    // The outer array is no level of a document.
    EXPECT_EQ(frame("[" + deep + "]", automatic),
              expected({"[" + deep + "]", automatic, array, {deep}}));
    EXPECT_EQ(frame("[" + deeper + "]", automatic),
              expected({"[" + deeper + "]", automatic, array, {}, too_deep, 1001, code}));
}

TEST(Framing, StopsEarlyInTenMillionBrackets) {
    const std::string brackets(10 * 1000 * 1000, '[');
    TextSource source(brackets);
    Window window;
    Framer framer(automatic, 16 * 1024 * 1024);
    window.begin_file();
    framer.begin_file();
    Extent extent;
    Error error;
    Framed framed;
    while ((framed = framer.next(window, extent, error)) == Framed::NeedInput)
        window.fill(source, error);
    EXPECT_EQ(framed, Framed::Malformed);
    EXPECT_EQ(error.code, ErrorCode::TooDeep);
    EXPECT_EQ(error.offset, 1001u);
    EXPECT_LT(source.position, 1024u * 1024u);
}

// --- The decision of `auto`
// ------------------------------------------------------------------------

TEST(Framing, DecidesByTheFirstDocument) {
    expect_framing({
        // Lines: the first extent lies on one line and a line end follows, a comma between allowed.
        {"{}\n", automatic, lines, {"{}"}},
        {"{}\r\n", automatic, lines, {"{}"}},
        {"{} \t \n", automatic, lines, {"{}"}},
        {"{},\n", automatic, lines, {"{}"}},
        {"{} , \r\n", automatic, lines, {"{}"}},
        {"1\n", automatic, lines, {"1"}},
        {"\"a\",\n", automatic, lines, {"\"a\""}},
        {"{\"a\":\"\\n\"}\n", automatic, lines, {"{\"a\":\"\\n\"}"}},
        {"\n\n{}\n", automatic, lines, {"{}"}},
        // ... well-formed or not.
        {"{]\n{}", automatic, lines, {"{]", "{}"}},
        {"{,,}\n{}", automatic, lines, {"{,,}", "{}"}},
        {"x\n{}", automatic, lines, {"x", "{}"}},
        // Concatenated: something else or the end of the file follows.
        {"{}", automatic, concatenated, {"{}"}},
        {"{} ", automatic, concatenated, {"{}"}},
        {"{},", automatic, concatenated, {"{}"}},
        {"{}{}\n", automatic, concatenated, {"{}", "{}"}},
        {"{} {}\n", automatic, concatenated, {"{}", "{}"}},
        {"{},{}\n", automatic, concatenated, {"{}", "{}"}},
        {"1", automatic, concatenated, {"1"}},
        {"{},,\n", automatic, concatenated, {"{}"}, two_commas, 3},
        {"{}x\n", automatic, concatenated, {"{}"}, behind, 2},
        // Concatenated: the first extent has a line end inside.
        {"{\n}\n{}\n", automatic, concatenated, {"{\n}", "{}"}},
        {"{\"a\":\"\n\"}\n", automatic, concatenated, {"{\"a\":\"\n\"}"}},
        {"{\"a\":1\n{\"a\":2}\n", automatic, concatenated, {}, cut_file, 15},
        {"\"a\nb\n", automatic, concatenated, {}, cut_file, 5},
        // Array: the first byte after BOM and white space.
        {"[1]\n[2]\n", automatic, array, {"1"}, after_array, 4},
        {"\r\n [\n1\n]", automatic, array, {"1"}},
    });
}

// How far `auto` looks behind the first document, however the blanks come in.
TEST(Framing, LooksOnlySoFarForTheLineEnd) {
    const std::string near = "{}" + repeat(" ", 4095) + "\n{}";
    const std::string far = "{}" + repeat(" ", 4096) + "\n{}";
    for (const size_t each : {SIZE_MAX, size_t{1}, size_t{4096}, size_t{4097}, size_t{4098}}) {
        EXPECT_EQ(frame(near, automatic, {each, each}).framing, lines) << each;
        EXPECT_EQ(frame(far, automatic, {each, each}).framing, concatenated) << each;
        EXPECT_EQ(frame(far, automatic, {each, each}).documents.size(), 2u) << each;
    }
}

TEST(Framing, DecidesForEachFileAnew) {
    Framer framer(automatic, test_maximum_size);
    Window window;
    const std::vector<std::pair<std::string, Framing>> files = {
        {"{}\n{}", lines}, {"[1]", array},         {"{\n}", concatenated},
        {"", automatic},   {"{\"a", concatenated}, {"{}\n", lines}};
    for (const auto& [file, found] : files) {
        TextSource source(file);
        window.begin_file();
        framer.begin_file();
        Extent extent;
        Error error;
        Framed framed;
        do {
            framed = framer.next(window, extent, error);
            if (framed == Framed::NeedInput)
                window.fill(source, error);
        } while (framed == Framed::NeedInput || framed == Framed::Document);
        EXPECT_EQ(framer.detected(), found) << file;
        EXPECT_EQ(framed == Framed::Malformed, file == "{\"a") << file;
    }
}

// --- Places and memory
// -----------------------------------------------------------------------------

TEST(Framing, CountsOffsetsAndLinesThroughALongFile) {
    std::string file = "\xEF\xBB\xBF";
    std::vector<std::string> documents;
    for (int i = 0; i < 20000; ++i) {
        documents.push_back("{\"i\":" + std::to_string(i) + ",\"pad\":\"" +
                            std::string(static_cast<size_t>(i % 97), 'p') + "\"}");
        file += documents.back() + (i % 3 == 0 ? "\n" : i % 3 == 1 ? ",\r\n\n" : "\n \n");
    }
    const FramingOutcome outcome = expected({file, automatic, lines, documents});
    for (const size_t each : {size_t{1000}, size_t{4096}, size_t{131071}, SIZE_MAX})
        EXPECT_TRUE(frame(file, automatic, {each, each}) == outcome) << each << " bytes at a time";
}

// Memory is bounded by the document, not by what stands between documents.
TEST(Framing, DoesNotKeepBlanksWhileItDecides) {
    const std::string file = "{}" + repeat(" ", 4 * 1024 * 1024) + "\n{}";
    TextSource source(file, {65536, 65536});
    Window window;
    Framer framer(automatic, test_maximum_size);
    window.begin_file();
    framer.begin_file();
    Extent extent;
    Error error;
    size_t most = 0;
    size_t documents = 0;
    Framed framed;
    while ((framed = framer.next(window, extent, error)) != Framed::End) {
        ASSERT_NE(framed, Framed::Malformed) << show(error);
        documents += framed == Framed::Document;
        if (framed == Framed::NeedInput)
            window.fill(source, error);
        most = std::max(most, window.view().size());
    }
    EXPECT_EQ(documents, 2u);
    EXPECT_LT(most, 1024u * 1024u);
}

TEST(Framing, ReportsAFailedRead) {
    Reads reads;
    reads.fails_at_end = true;
    const FramingOutcome outcome = frame("{}\n{\"a\":", lines, reads);
    EXPECT_EQ(outcome.documents.size(), 1u);
    EXPECT_EQ(outcome.error.code, ErrorCode::Io);
    EXPECT_EQ(outcome.error.offset, 8u);
}

} // namespace
} // namespace weather
