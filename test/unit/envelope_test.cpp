// What a document with rows in it must be, outside of them and in them: RFC 8259, and an error that
// says where it is not.
#include "decode.h"
#include "envelope.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "json_test_suite.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

const ScanSpec& plain() {
    static const ScanSpec spec = envelope("$.rows[*]", {raw()});
    return spec;
}

const ScanSpec& with_document_path() {
    static const ScanSpec spec =
        envelope("$.rows[*]", {raw(), document_column(Type::Json, {"$.x"})});
    return spec;
}

// --- Rows, then the break --------------------------------------------------------------------

TEST(Envelope, SaysWhereItBreaks) {
    const std::vector<std::pair<std::string, std::string>> cases = {
        {R"({"a":1 "rows":[1]})",
         "Syntax at 7, line 1: missing a comma or } after an object member"},
        {R"({"a" 1,"rows":[1]})",
         "Syntax at 5, line 1: missing a colon after a name of object member"},
        {R"({a:1,"rows":[1]})", "Syntax at 1, line 1: missing a name for object member"},
        {R"({,"rows":[1]})", "Syntax at 1, line 1: missing a name for object member"},
        {R"({"a":,"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":],"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":01,"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":+1,"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":nul,"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":NaN,"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {R"({"a":'x',"rows":[1]})", "Syntax at 5, line 1: invalid value"},
        {"{\"a\":1\0,\"rows\":[1]}"s, "Syntax at 5, line 1: invalid value"},
        {"{\"a\":1,\0\"rows\":[1]}"s, "Syntax at 7, line 1: missing a name for object member"},
        {R"({"a":[1,],"rows":[1]})", "Syntax at 8, line 1: invalid value"},
        {R"({"a":[,1],"rows":[1]})", "Syntax at 6, line 1: invalid value"},
        {R"({"a":[1}],"rows":[1]})",
         "Syntax at 7, line 1: missing a comma or ] after an array element"},
        {R"({"a":{]},"rows":[1]})", "Syntax at 6, line 1: missing a name for object member"},
        {R"({"rows":})", "Syntax at 8, line 1: invalid value"},
        {R"({"rows":,})", "Syntax at 8, line 1: invalid value"},
        {R"({"rows":[1],})", "text 1; Syntax at 12, line 1: missing a name for object member"},
        {R"({"rows":[1]],"a":1})",
         "text 1; Syntax at 11, line 1: missing a comma or } after an object member"},
        {R"({"rows":[1,2 3]})",
         "text 1; text 2; Syntax at 13, line 1: missing a comma or ] after an array element"},
        {R"({"rows":[1,,2]})", "text 1; Syntax at 11, line 1: invalid value"},
        {R"({"rows":[1,]})", "text 1; Syntax at 11, line 1: invalid value"},
        {R"({"rows":[,1]})", "Syntax at 9, line 1: invalid value"},
        {R"({"rows":[1}})",
         "text 1; Syntax at 10, line 1: missing a comma or ] after an array element"},
        {R"({"rows":[1:2]})",
         "Syntax at 10, line 1: the document root must not be followed by other values"},
        {R"({"rows":["a""b"]})",
         R"(text "a"; Syntax at 12, line 1: missing a comma or ] after an array element)"},
        {R"({"rows":[{}x,{}]})",
         "text {}; Syntax at 11, line 1: missing a comma or ] after an array element"},
        {"{\"rows\":[1,\n2],\n\n\"a\":tru}", "text 1; text 2; Syntax at 21, line 4: invalid value"},
        {R"({"rows":[{"a":1},{"a":}]})", R"(text {"a":1}; Syntax at 22, line 1: invalid value)"},
    };
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(tell(plain(), text), expected) << readable(text);
        // With document paths the whole document is looked at before the first row.
        const ScanOutcome outcome = scan_text(with_document_path(), text, Framing::Concatenated);
        EXPECT_EQ(outcome.error, scan_text(plain(), text, Framing::Concatenated).error)
            << readable(text);
        EXPECT_EQ(outcome.counters.rejected, 1u);
    }
}

// Whatever stands at any place, and wherever the text ends: all the rows before it, then an
// error.
TEST(Envelope, StandsGarbageInEveryPlace) {
    const std::string text =
        R"({"a":[1,{"b":"\u00e9"}],"rows":[{"x":1},[2],"y",-3.5],"c":{"d":null}})";
    const ScanOutcome whole = scan_text(plain(), text, Framing::Concatenated);
    ASSERT_EQ(tell(whole), R"(text {"x":1}; text [2]; text "y"; text -3.5)");
    PathTree tree;
    RowDecoder decoder(tree);
    const auto expect_break = [&](const std::string& broken, size_t at) {
        const ScanOutcome outcome = scan_text(plain(), broken, Framing::Concatenated);
        Error fault; // what another decoder says of the whole
        EXPECT_EQ(!outcome.error, decoder.decode(broken, fault)) << readable(broken);
        size_t before = 0;
        for (const ScannedRow& row : whole.rows)
            before += row.offset + row.values.size() - 5 < at; // "text "
        EXPECT_GE(outcome.rows.size(), before) << readable(broken);
        for (size_t i = 0; i < before; ++i)
            EXPECT_EQ(outcome.rows[i], whole.rows[i]);
        for (const Reads& reads : {Reads{1, 1}, Reads{at, SIZE_MAX}}) {
            EXPECT_EQ(scan_text(plain(), broken, Framing::Concatenated, reads), outcome)
                << readable(broken);
        }
        const ScanOutcome twice = scan_text(with_document_path(), broken, Framing::Concatenated);
        EXPECT_EQ(!twice.error, !outcome.error) << readable(broken);
        EXPECT_EQ(scan_text(with_document_path(), broken, Framing::Concatenated, {1, 1}), twice);
    };
    for (size_t at = 1; at < text.size(); ++at)
        expect_break(text.substr(0, at), at);
    const auto in_string = [&](size_t at) {
        return std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '"') % 2;
    };
    for (size_t at = 1; at < text.size(); ++at)
        for (const char* const garbage :
             {"\x01", "\\", "@", "]", "}", "{", "[", ":", ",", "\"", "1x"})
            if (!in_string(at) || std::strchr("\x01\"", garbage[0]))
                expect_break(text.substr(0, at) + garbage + text.substr(at), at);
}

TEST(Envelope, IsCutByTheEndOfTheLine) {
    const auto told = [](const ScanSpec& spec, const std::string& text) {
        const ScanOutcome outcome = scan_text(spec, text, Framing::Lines);
        EXPECT_EQ(scan_text(spec, text, Framing::Lines, {1, 1}), outcome) << readable(text);
        return tell(outcome);
    };
    const std::string reason = ", line 1: the document is cut off by the end of the line";
    EXPECT_EQ(told(plain(), "{\"rows\":[1]\n}"), "text 1; CutByLine at 11" + reason);
    EXPECT_EQ(told(plain(), "{\"rows\":[1,{\n}]}"), "text 1; CutByLine at 12" + reason);
    EXPECT_EQ(told(plain(), "{\"rows\":[1],\"x\":\"a\nb\"}"), "text 1; CutByLine at 18" + reason);
    EXPECT_EQ(told(plain(), "{\"rows\":[1],\"x\n\":\"b\"}"), "text 1; CutByLine at 14" + reason);
    EXPECT_EQ(told(plain(), "{\"rows\":[1],\"x\":tru\n}"),
              "text 1; Syntax at 16, line 1: invalid value");
    EXPECT_EQ(told(with_document_path(), "{\"rows\":[1],\"x\":[\n1]}"), "CutByLine at 17" + reason);
    // A string that has no end does not swallow the lines behind it.
    const std::string line = "{\"rows\":[1]}\n";
    EXPECT_EQ(
        tell(scan_text(plain(), "{\"x\":\"a}\n" + repeat(line, 1000), Framing::Lines, {}, 50)),
        "CutByLine at 8" + reason);
    EXPECT_EQ(told(plain(), line + " \r\n" + line + line + "5\n"), "text 1; text 1; text 1");
}

// --- Strings outside of rows -----------------------------------------------------------------

TEST(Envelope, ChecksNamesAndStrings) {
    struct Case {
        std::string string; // inner text; 3 bytes before the fault
        std::string error;  // as a name it begins at 1, as a value at 5
    };
    const std::vector<Case> cases = {
        {"abc\xff", "InvalidUtf8"},
        {"abc\xc3", "InvalidUtf8"},
        {"abc\xed\xa0\x80", "InvalidUtf8"},
        {"abc\xc0\x80", "InvalidUtf8"},
        {"abc\xf5\x80\x80\x80", "InvalidUtf8"},
        {"abc\\x", "Syntax"},
        {"abc\\u12", "Syntax"},
        {"abc\\u12G4", "Syntax"},
        {"abc\\U1234", "Syntax"},
        {"abc\n", "Syntax"},
        {"abc\x1f", "Syntax"},
        {"abc\0d"s, "Syntax"},
        {"abc\xc3\\u00e9", "InvalidUtf8"},
    };
    for (const Case& c : cases) {
        for (const ScanSpec& spec : {plain(), with_document_path()}) {
            const ScanOutcome name =
                scan_text(spec, "{\"" + c.string + "\":1,\"rows\":[1]}", Framing::Concatenated);
            EXPECT_EQ(code_name(name.error.code), c.error) << readable(c.string);
            EXPECT_EQ(name.error.line, 1u);
            EXPECT_GE(name.error.offset, 4u) << show(name);
            EXPECT_LE(name.error.offset, 10u) << show(name);
            const ScanOutcome value =
                scan_text(spec, "{\"x\":\"" + c.string + "\",\"rows\":[1]}", Framing::Concatenated);
            EXPECT_EQ(code_name(value.error.code), c.error) << readable(c.string);
            EXPECT_EQ(value.error.offset, name.error.offset + 4) << readable(c.string);
            EXPECT_EQ(value.rows.size(), 0u);
        }
    }
}

// Half a surrogate pair is a fault of its value alone, DESIGN section 5.
TEST(Envelope, LetsHalfASurrogatePairThrough) {
    for (const char* const half : {"\\ud800", "\\uDFFF", "\\ud83c\\u0041", "\\udf24\\ud83c"}) {
        const std::string name = "{\""s + half + "\":1,\"rows\":[1],\"x\":2}";
        const std::string value = "{\"rows\":[1],\"x\":\""s + half + "\"}";
        EXPECT_EQ(tell(plain(), name), "text 1");
        EXPECT_EQ(tell(plain(), value), "text 1");
        EXPECT_EQ(tell(with_document_path(), name), "text 1 | text 2");
        const ScanOutcome outcome = scan_text(with_document_path(), value);
        EXPECT_EQ(outcome.error.code, ErrorCode::LoneSurrogate) << half;
        EXPECT_EQ(outcome.error.column, 1);
    }
    EXPECT_EQ(tell(with_document_path(), R"({"x":"\ud83c\udf24","rows":[1]})"),
              R"(text 1 | text "\ud83c\udf24")");
    EXPECT_EQ(tell(envelope("$.rows[*]", {document_column(Type::Text, {"$.x"})}),
                   R"({"x":"\u0000","rows":[1]})"),
              "NulCharacter at 22, line 1: \\u0000 cannot be converted to text [\"\\u0000\"] "
              "column 0");
}

// --- Depth -----------------------------------------------------------------------------------

TEST(Envelope, NestsAThousandLevels) {
    const auto told = [](const ScanSpec& spec, const std::string& text) {
        const ScanOutcome outcome = scan_text(spec, text, Framing::Concatenated);
        EXPECT_EQ(scan_text(spec, text, Framing::Concatenated, {1, 1}), outcome);
        return tell(outcome).substr(0, 80);
    };
    const auto nested = [](size_t levels) { return repeat("[", levels) + repeat("]", levels); };
    const std::string error = "TooDeep at 1004, line 1: nested deeper than 1000 levels";
    for (const ScanSpec& spec : {plain(), envelope("$.x.x", {raw()})}) {
        EXPECT_EQ(told(spec, "{\"a\":" + nested(999) + "}"), "");
        EXPECT_EQ(told(spec, "{\"a\":" + nested(1000) + "}"), error);
    }
    EXPECT_EQ(told(with_document_path(), "{\"x\":" + nested(999) + "}"), "");
    EXPECT_EQ(told(with_document_path(), "{\"x\":" + nested(1000) + "}"), error);
    EXPECT_EQ(told(with_document_path(), "{\"x\":" + nested(1001) + "}"),
              "TooDeep at 1005, line 1: nested deeper than 1000 levels");
    // A row's depth is its own.
    EXPECT_EQ(told(plain(), "{\"rows\":[" + nested(1000) + "]}").substr(0, 10), "text [[[[[");
    EXPECT_EQ(told(plain(), "{\"rows\":[1," + nested(1001) + "]}"),
              "text 1; TooDeep at 1011, line 1: nested deeper than 1000 levels");
    const ScanSpec into =
        envelope("$.rows[*]", {raw(), document_column(Type::Json, {"$.rows[1].a"})});
    EXPECT_EQ(told(into, "{\"rows\":[1," + nested(1000) + "]}").substr(0, 13), "text 1 | null");
    EXPECT_EQ(told(into, "{\"rows\":[1," + nested(1001) + "]}"),
              "TooDeep at 1011, line 1: nested deeper than 1000 levels");
}

// --- As strict as RFC 8259 -------------------------------------------------------------------

// Every file of JSONTestSuite as a value before the rows, behind them and as a row.
class EnvelopeSuite {
  public:
    explicit EnvelopeSuite(std::string text) : text_(std::move(text)) {}

    bool is_read(const std::string& before, const std::string& behind) const {
        const std::string wrapped = before + text_ + behind;
        bool first = true;
        bool result = false;
        for (const ScanSpec& spec : {plain(), with_document_path()}) {
            const ScanOutcome outcome = scan_text(spec, wrapped, Framing::Concatenated);
            EXPECT_EQ(scan_text(spec, wrapped, Framing::Concatenated, {1, 1}), outcome);
            const bool read = !outcome.error || outcome.error.column >= 0;
            EXPECT_TRUE(first || read == result) << show(outcome);
            result = read;
            first = false;
        }
        return result;
    }

  private:
    std::string text_;
};

TEST(EnvelopeSuite, ReadsEveryValidFile) {
    const auto files = read_suite("y_");
    SKIP_WITHOUT_SUITE(files);
    for (const auto& [name, text] : files) {
        const EnvelopeSuite file(text);
        EXPECT_TRUE(file.is_read("{\"x\":", ",\"rows\":[{\"a\":1}]}")) << name;
        EXPECT_TRUE(file.is_read("{\"rows\":[{\"a\":1}],\"x\":", "}")) << name;
        EXPECT_TRUE(file.is_read("{\"rows\":[{\"a\":1}],\"y\":", "}")) << name;
        EXPECT_TRUE(file.is_read("{\"y\":[[0,", "]],\"rows\":[{\"a\":1}]}")) << name;
        EXPECT_TRUE(file.is_read("{\"rows\":[1,", ",2]}")) << name;
        EXPECT_TRUE(file.is_read("{\"rows\":", "}")) << name;
    }
}

TEST(EnvelopeSuite, RefusesEveryInvalidFile) {
    const auto files = read_suite("n_");
    SKIP_WITHOUT_SUITE(files);
    for (const auto& [name, text] : files) {
        const EnvelopeSuite file(text);
        EXPECT_FALSE(file.is_read("{\"x\":", ",\"rows\":[{\"a\":1}]}")) << name;
        EXPECT_FALSE(file.is_read("{\"rows\":[{\"a\":1}],\"x\":", "}")) << name;
        EXPECT_FALSE(file.is_read("{\"rows\":[{\"a\":1}],\"y\":", "}")) << name;
        EXPECT_FALSE(file.is_read("{\"y\":[[0,", "]],\"rows\":[{\"a\":1}]}")) << name;
        EXPECT_FALSE(file.is_read("{\"rows\":[1,", ",2]}")) << name;
        EXPECT_FALSE(file.is_read("{\"rows\":", "}")) << name;
    }
}

// What we say of a file as a document, we say of it in one; but for the byte order marks, which are
// none within.
TEST(EnvelopeSuite, TreatsTheUndecidedFilesAsDocuments) {
    const auto files = read_suite("i_");
    SKIP_WITHOUT_SUITE(files);
    for (const auto& [name, text] : files) {
        const bool read = !scan_text(ScanSpec(), text, Framing::Concatenated).error &&
                          name != "i_structure_UTF-8_BOM_empty_object.json";
        const EnvelopeSuite file(text);
        EXPECT_EQ(file.is_read("{\"x\":", ",\"rows\":[{\"a\":1}]}"), read) << name;
        EXPECT_EQ(file.is_read("{\"rows\":[1,", ",2]}"), read) << name;
    }
}

} // namespace
} // namespace weather
