// Errors that do not end a scan: what becomes of the row, where reading goes on, what is counted,
// what stands in the place of a value.
#include "scan.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "raw_text.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

// A number, the raw text and the ordinality.
ScanSpec tolerant_spec() {
    ColumnSpec raw;
    raw.source = ColumnSource::Raw;
    raw.type = Type::Text;
    ColumnSpec ordinality;
    ordinality.source = ColumnSource::Ordinality;
    ordinality.type = Type::Int8;
    ScanSpec spec;
    spec.columns = {column(Type::Int4, {"$.a"}), raw, ordinality};
    spec.stop_at_errors = false;
    return spec;
}

// "integer 1", or "reject" and the text that was passed over, of each row; whatever the reads.
std::vector<std::string> rows_of(const ScanSpec& spec, const std::string& text, Framing framing,
                                 size_t maximum_size = test_maximum_size) {
    const ScanOutcome outcome = scan_text(spec, text, framing, {}, maximum_size);
    for (const size_t each : {1, 2, 3, 7})
        EXPECT_EQ(scan_text(spec, text, framing, {each, each}, maximum_size), outcome)
            << "in pieces of " << each << ": " << readable(text);
    EXPECT_EQ(show(outcome.error), "") << readable(text);
    EXPECT_EQ(outcome.counters.rows + outcome.counters.rejected, outcome.rows.size());
    std::vector<std::string> rows;
    for (const ScannedRow& row : outcome.rows) {
        const bool is_reject = row.values.substr(0, 6) == "reject";
        const size_t raw = row.values.find(" | text ") + 8;
        const size_t end = row.values.rfind(" | integer");
        EXPECT_EQ(row.values.substr(end), " | integer " + std::to_string(rows.size() + 1));
        rows.push_back(is_reject ? "reject " + row.values.substr(raw, end - raw)
                                 : row.values.substr(0, raw - 8));
    }
    return rows;
}

using Rows = std::vector<std::string>;

TEST(OnError, ABadRowIsARejectAndTheNextOneIsRead) {
    EXPECT_EQ(
        rows_of(tolerant_spec(), "{\"a\":1}\n{\"a\":1.5}\n{\"b\":1}\n{\"a\":2}", Framing::Auto),
        (Rows{"integer 1", "reject {\"a\":1.5}", "reject {\"b\":1}", "integer 2"}));
}

// After a malformed line the next line is read, whatever is on it.
TEST(OnError, LinesGoOnWithTheNextLine) {
    const std::string good = "{\"a\":1}\n";
    for (const std::string& bad : {"{\"a\":1 \"b\"}"s, "{\"a\":"s, "{\"a\":\"x"s, "<html>"s, "]"s,
                                   "{\"a\":[[}"s, "{\"a\":nan}"s, "{\"a\":\"\x01\"}"s})
        EXPECT_EQ(rows_of(tolerant_spec(), good + bad + "\n" + good, Framing::Auto),
                  (Rows{"integer 1", "reject " + bad, "integer 1"}))
            << bad;
    EXPECT_EQ(rows_of(tolerant_spec(), good + "{\"a\":\n" + good, Framing::Lines),
              (Rows{"integer 1", "reject {\"a\":", "integer 1"}));
    EXPECT_EQ(rows_of(tolerant_spec(), good + "{\"a\":2}x {\"a\":3}\n" + good, Framing::Lines),
              (Rows{"integer 1", "integer 2", "reject x {\"a\":3}", "integer 1"}));
    // Nothing but the bad line: the end of the file ends it.
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":\n", Framing::Lines), (Rows{"reject {\"a\":"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":", Framing::Lines), (Rows{"reject {\"a\":"}));
}

// Elsewhere with a line that begins as the bad document did.
TEST(OnError, ConcatenatedGoesOnWhereALineBeginsLikeTheDocument) {
    const std::string pretty = "{\n  \"a\": 1\n}\n";
    const std::string bad = "{\n  \"a\": 1\n  {\"b\": 2}\n}\n";
    EXPECT_EQ(rows_of(tolerant_spec(), pretty + bad + pretty, Framing::Auto),
              (Rows{"integer 1", "reject " + bad.substr(0, bad.size() - 1), "integer 1"}));
    // Indented by two, and another byte at the column.
    EXPECT_EQ(
        rows_of(tolerant_spec(), "[\n  {\"a\":1,},\n[\n  [2],\n  {\"a\":2}\n]", Framing::Array),
        (Rows{"reject {\"a\":1,},\n[\n  [2],", "integer 2"}));
    // A quotation mark is missing: the fault is before the end of the file that framing has
    // reached.
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a:1}\n{\"a\":2}\n{\"a\":3}\n", Framing::Concatenated),
              (Rows{"reject {\"a:1}", "integer 2", "integer 3"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":1} {\"a\" {\"a\":2}", Framing::Concatenated),
              (Rows{"integer 1", "reject {\"a\" {\"a\":2}"}));
}

// What stands between two documents begins like neither: a line that begins like the last document
// is as good.
TEST(OnError, StrayTextCostsNoDocumentsBehindIt) {
    const std::string good = "{\"a\":1\n}\n";
    EXPECT_EQ(rows_of(tolerant_spec(), good + "<html>\n" + good + good, Framing::Concatenated),
              (Rows{"integer 1", "reject <html>", "integer 1", "integer 1"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":1\n} x\n" + good, Framing::Concatenated),
              (Rows{"integer 1", "reject x", "integer 1"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "<html>\n" + good, Framing::Concatenated),
              (Rows{"reject <html>\n{\"a\":1\n}"}));
}

TEST(OnError, AnArrayEndsWhereItEnds) {
    EXPECT_EQ(rows_of(tolerant_spec(), "[{\"a\":1}]\n{\"a\":2}\n", Framing::Auto),
              (Rows{"integer 1", "reject {\"a\":2}"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":1}\n{\"a\":2}\n", Framing::Array),
              (Rows{"reject {\"a\":1}\n{\"a\":2}"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "[{\"a\":1}\n", Framing::Auto),
              (Rows{"integer 1", "reject "}));
    EXPECT_EQ(rows_of(tolerant_spec(), "[\n{\"a\":1}\n{\"a\":2},\n{\"a\":3}]", Framing::Auto),
              (Rows{"integer 1", "reject {\"a\":2},", "integer 3"}));
}

TEST(OnError, WhatIsTooLargeIsPassedOver) {
    const std::string large = "{\"a\":\"" + repeat("x", 100) + "\"}";
    EXPECT_EQ(rows_of(tolerant_spec(), "{\"a\":1}\n" + large + "\n{\"a\":2}\n", Framing::Auto, 50),
              (Rows{"integer 1", "reject " + large.substr(0, 50), "integer 2"}));
    EXPECT_EQ(rows_of(tolerant_spec(), "\xFF\xFE{\n{\"a\":2}\n", Framing::Auto),
              (Rows{"reject \xEF\xBF\xBD\xEF\xBF\xBD{\n{\"a\":2}"}));
}

TEST(OnError, CountsTheBytesThatWerePassedOver) {
    const ScanOutcome outcome =
        scan_text(tolerant_spec(), "{\"a\":1}\n{\"a\" 1}\n{\"a\":\"x\"}\n", Framing::Auto);
    EXPECT_EQ(outcome.counters.documents, 3u);
    EXPECT_EQ(outcome.counters.rows, 2u); // "x" is for the input function to judge
    EXPECT_EQ(outcome.counters.rejected, 1u);
    EXPECT_EQ(outcome.counters.passed_over, 7u);
}

// The rows before a fault in an envelope stand, also where a first walk for the document's values
// meets it.
TEST(OnError, RowsBeforeAFaultInTheirDocumentStand) {
    ScanSpec spec = tolerant_spec();
    spec.row_path = path("$.l[*]");
    const std::string text = "{\"c\":\"x\",\"l\":[{\"a\":1},{\"a\":2} {\"a\":3}],\"d\":4}\n"
                             "{\"l\":[{\"a\":5}],\"c\":\"y\"}\n";
    const Rows rows = {"integer 1", "integer 2", "reject {\"a\":3}],\"d\":4}", "integer 5"};
    EXPECT_EQ(rows_of(spec, text, Framing::Auto), rows);
    for (const std::string& found : {"$.c"s, "$.d"s}) {
        ColumnSpec beside = column(Type::Text, {found});
        beside.source = ColumnSource::DocumentPath;
        spec.columns.insert(spec.columns.begin() + 1, beside);
        const ScanOutcome outcome = scan_text(spec, text);
        ASSERT_EQ(outcome.rows.size(), rows.size()) << show(outcome);
        spec.columns.erase(spec.columns.begin() + 1);
    }
}

TEST(OnError, AFallbackStandsForAValue) {
    ScanSpec spec;
    spec.columns = {column(Type::Int4, {"$.a"}), column(Type::Int4, {"$.b"})};
    spec.columns[0].on_error = Fallback::Null;
    spec.columns[1].on_error = Fallback::Default;
    spec.columns[1].on_empty = Fallback::Default;
    const ScanOutcome outcome =
        scan_text(spec, "{\"a\":1.5,\"b\":true}\n{\"a\":1,\"b\":null}\n{\"a\":2,\"b\":3}\n");
    ASSERT_EQ(outcome.rows.size(), 3u) << show(outcome);
    EXPECT_EQ(
        outcome.rows[0].values,
        "instead of: NotIntegral at 0, line 1: a fraction does not go into integer [1.5] column 0; "
        "instead of: WrongType at 0, line 1: a JSON boolean does not go into integer [true] column "
        "1; "
        "null | default");
    EXPECT_EQ(outcome.rows[1].values, "integer 1 | default");
    EXPECT_EQ(outcome.rows[2].values, "integer 2 | integer 3");
    // NULL is none for a NOT NULL column.
    spec.columns[0].not_null = true;
    EXPECT_EQ(scan_text(spec, "{\"a\":1.5}").error.code, ErrorCode::NotIntegral);
}

TEST(OnError, NullValuesAreComparedByTheirCharactersAndNumbersByTheirValue) {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.a", "$.b"})};
    spec.columns[0].null_values = {"NA", "-9999", "1e2", ""};
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"\"NA\"", "null"},
        {"\"na\"", "text na"},
        {"-9999", "null"},
        {"-9999.000", "null"},
        {"-99990e-1", "null"},
        {"9999", "text 9999"},
        {"\"-9999\"", "null"},
        {"\"-9999.0\"", "text -9999.0"},
        {"100", "null"},
        {"\"\"", "null"},
        {"0", "text 0"},
        {"false", "text false"},
        {"[\"NA\"]", "text [\"NA\"]"},
    };
    for (const auto& [json, expected] : cases)
        EXPECT_EQ(scan_text(spec, "{\"a\":" + json + "}").rows.at(0).values, expected) << json;
    EXPECT_EQ(scan_text(spec, R"({"a":"NA","b":"x"})").rows.at(0).values, "text x");
    EXPECT_TRUE(same_number("0", "-0.00e5"));
    EXPECT_FALSE(same_number("9007199254740993", "9007199254740992"));
}

TEST(RawText, IsValidWhateverItWasMadeOf) {
    EXPECT_EQ(valid_text("a\xFF\0b \r\n"s), "a\xEF\xBF\xBD\xEF\xBF\xBD"
                                            "b");
    EXPECT_EQ(valid_text(" \t"), "");
    EXPECT_EQ(quote_json("a\"\\\n\x01\xC3\xA9"), "\"a\\\"\\\\\\u000a\\u0001\xC3\xA9\"");
}

} // namespace
} // namespace weather
