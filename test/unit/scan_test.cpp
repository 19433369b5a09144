// Scans from bytes to batches: which values a row has, which rows are errors, what is counted, and
// when a call returns. How files are framed and values converted is tested on its own.
#include "scan.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

ScanSpec spec_of(std::vector<ColumnSpec> columns) {
    ScanSpec spec;
    spec.columns = std::move(columns);
    return spec;
}

ScanSpec temp_spec() {
    return spec_of({column(Type::Text, {"$.city"}), column(Type::Float8, {"$.temp"})});
}

// The one row of `json`, or its error: "NullValue: missing column 0".
std::string values_of(const ScanSpec& spec, const std::string& json) {
    const ScanOutcome outcome = scan_text(spec, json, Framing::Concatenated);
    if (!outcome.error)
        return outcome.rows.size() == 1 ? outcome.rows[0].values : "not one row";
    return std::string(code_name(outcome.error.code)) + ": " + outcome.error.reason +
           (outcome.error.column < 0 ? "" : " column " + std::to_string(outcome.error.column));
}

// --- Columns
// ---------------------------------------------------------------------------------------

TEST(Scan, TakesTheFirstAlternativeThatIsNotNull) {
    const ScanSpec spec = spec_of({column(Type::Text, {"$.name", "$.city", "$.place.name"})});
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"name":"a","city":"b"})", "text a"},
        {R"({"city":"b","name":"a"})", "text a"},
        {R"({"city":"b"})", "text b"},
        {R"({"name":null,"city":"b"})", "text b"},
        {R"({"name":null,"city":null,"place":{"name":"c"}})", "text c"},
        {R"({"name":"","city":"b"})", "text "},
        {R"({"name":false,"city":"b"})", "text false"},
        {R"({"name":null,"city":null})", "null"},
        {R"({"name":null})", "null"},
        {R"({"place":{"name":null}})", "null"},
    };
    for (const auto& [row, expected] : rows)
        EXPECT_EQ(values_of(spec, row), expected) << row;
    // A value that is found is converted or an error: no later alternative is tried.
    EXPECT_EQ(values_of(spec_of({column(Type::Int4, {"$.a", "$.b"})}), R"({"a":1.5,"b":2})"),
              "NotIntegral: a fraction does not go into integer column 0");
}

TEST(Scan, TakesAlternativesThatAreLists) {
    ColumnSpec list = column(Type::Int4, {"$.a[*].x", "$.b", "$.c[*]"});
    list.is_array = true;
    const ScanSpec spec = spec_of({list});
    EXPECT_EQ(values_of(spec, R"({"a":[{"x":1},{"x":2}],"b":[3]})"), "[2] {integer 1, integer 2}");
    EXPECT_EQ(values_of(spec, R"({"a":[],"b":[3]})"), "[1] {integer 3}");
    EXPECT_EQ(values_of(spec, R"({"a":[{}],"b":null,"c":[4,null]})"), "[2] {integer 4, null}");
    EXPECT_EQ(values_of(spec, R"({"b":[]})"), "{}");
    EXPECT_EQ(values_of(spec, R"({"b":null,"c":[]})"), "null");
}

TEST(Scan, SaysWhereANullMayNotBe) {
    ColumnSpec key = column(Type::Text, {"$.city", "$.name"});
    const ColumnSpec other = column(Type::Float8, {"$.temp"});
    const std::string missing = R"({"temp":1})";
    const std::string null = R"({"city":null,"temp":1})";
    const std::string list_null = R"({"city":[],"temp":1})";
    EXPECT_EQ(values_of(spec_of({other, key}), missing), "float8 1 | null");
    EXPECT_EQ(values_of(spec_of({other, key}), null), "float8 1 | null");
    key.not_null = true;
    EXPECT_EQ(values_of(spec_of({other, key}), missing), "NullValue: missing column 1");
    EXPECT_EQ(values_of(spec_of({other, key}), null), "NullValue: null column 1");
    EXPECT_EQ(values_of(spec_of({other, key}), R"({"name":"x","city":null})"), "null | text x");
    key.on_empty = Fallback::Error;
    EXPECT_EQ(values_of(spec_of({other, key}), missing), "EmptyValue: missing column 1");
    EXPECT_EQ(values_of(spec_of({other, key}), null), "EmptyValue: null column 1");
    EXPECT_EQ(values_of(spec_of({other, key}), R"({"city":""})"), "null | text ");
    ColumnSpec list = column(Type::Text, {"$.city[*]"});
    list.is_array = list.not_null = true;
    EXPECT_EQ(values_of(spec_of({list, other}), list_null), "NullValue: missing column 0");
}

TEST(Scan, LeavesOutColumnsThatAreNotWanted) {
    ScanSpec spec = spec_of(
        {column(Type::Int4, {"$.a"}), column(Type::Text, {"$.b"}), column(Type::Int4, {"$.c"})});
    spec.columns[0].wanted = false;
    Scan scan(spec, Framing::Auto, test_maximum_size);
    EXPECT_EQ(scan.wanted(), (std::vector<int>{1, 2}));
    EXPECT_EQ(values_of(spec, R"({"a":"no number","b":"x","c":3})"), "text x | integer 3");
    EXPECT_EQ(values_of(spec, R"({"c":1.5,"b":"x"})"),
              "NotIntegral: a fraction does not go into integer column 2");
    // They are looked for: the row is not empty.
    EXPECT_EQ(values_of(spec, R"({"a":null})"), "null | null");
    for (ColumnSpec& column : spec.columns)
        column.wanted = false;
    const ScanOutcome outcome = scan_text(spec, "{\"a\":{}}\n{\"b\":1}\n{\"x\":0}");
    EXPECT_EQ(outcome.rows.size(), 2u);
    EXPECT_EQ(outcome.error.code, ErrorCode::EmptyRow);
}

// --- Rows
// ------------------------------------------------------------------------------------------

TEST(Scan, RefusesRowsInWhichNoPathFindsAnything) {
    const std::string error = "EmptyRow: none of the table's paths finds anything in it";
    const std::string not_found = R"({"cod":"404","message":"city not found"})";
    ScanSpec spec = temp_spec();
    for (const std::string& row :
         {not_found, "{}"s, "[]"s, "[1]"s, "5"s, "null"s, "\"city\""s, R"([{"city":"x"}])"s,
          R"({"City":"x"})"s, R"({"a":{"city":"x"}})"s})
        EXPECT_EQ(values_of(spec, row), error) << row;
    EXPECT_EQ(values_of(spec, R"({"temp":null})"), "null | null");
    spec.empty_rows_are_errors = false;
    EXPECT_EQ(values_of(spec, not_found), "null | null");
    EXPECT_EQ(values_of(spec, "5"), "null | null");
}

TEST(Scan, TheRowItselfIsNoFindOfTheRow) {
    const ColumnSpec whole = column(Type::Json, {"$"});
    // Among other columns `$` does not count ...
    EXPECT_EQ(values_of(spec_of({whole, column(Type::Text, {"$.city"})}), R"({"x":1})"),
              "EmptyRow: none of the table's paths finds anything in it");
    EXPECT_EQ(values_of(spec_of({column(Type::Json, {"$.x", "$"}), column(Type::Int4, {"$.y"})}),
                        R"({"z":1})"),
              "EmptyRow: none of the table's paths finds anything in it");
    // ... but a table of nothing else takes every row, as does one without path columns.
    EXPECT_EQ(values_of(spec_of({whole}), R"({"x":1})"), "text {\"x\":1}");
    EXPECT_EQ(values_of(spec_of({whole, column(Type::Text, {"$"})}), "5"), "text 5 | text 5");
    EXPECT_EQ(values_of(spec_of({}), "{}"), "");
    EXPECT_EQ(values_of(spec_of({}), "null"), "");
}

TEST(Scan, HandsOutTheRowsBeforeAnError) {
    struct Case {
        std::string file;
        size_t rows;
        std::string error;
    };
    const std::string row = R"({"city":"a","temp":1})";
    const std::vector<Case> cases = {
        {row + "\n" + row + "\n{\"city\":\"b\" \"temp\":2, \"padding\":1}\n" + row, 2,
         "Syntax at 56, line 3: missing a comma or '}' after an object member"},
        {row + "\n{\"city\":\"b\",\"temp\":true}\n", 1,
         "WrongType at 22, line 2: a JSON boolean does not go into double precision [true] "
         "column 1"},
        {row + ",\n\n " + row + ",,", 2,
         "Syntax at 47, line 3: two commas without a document between them"},
        {"[" + row + "\n,\n{\"x\":1}]", 1,
         "EmptyRow at 25, line 3: none of the table's paths finds anything in it"},
        {row + "\n{\"city\":\"\xff\"}", 1,
         "InvalidUtf8 at 31, line 2: invalid byte sequence for encoding UTF8"},
        {row + row + "{\"city\"", 2,
         "Syntax at 49, line 1: the document is cut off by the end of the file"},
        {"\xFF\xFE", 0,
         "WrongEncoding at 0, line 1: the file looks like UTF-16 or UTF-32, not UTF-8"},
    };
    for (const Case& c : cases) {
        const ScanOutcome outcome = scan_text(temp_spec(), c.file);
        EXPECT_EQ(outcome.rows.size(), c.rows) << readable(c.file);
        EXPECT_EQ(show(outcome.error), c.error) << readable(c.file);
        EXPECT_EQ(outcome.counters.rows, c.rows) << readable(c.file);
        EXPECT_EQ(outcome.counters.rejected, 1u) << readable(c.file);
        EXPECT_EQ(outcome.counters.documents, c.rows + 1) << readable(c.file);
    }
}

// A quotation mark that is missing shows in framing only at the end of the file; the message names
// the place where the text stops being JSON.
TEST(Scan, SaysWhereABrokenDocumentBreaks) {
    const std::string row = R"({"city":"a","temp":1})";
    const auto error = [&](const std::string& file, Framing framing) {
        return show(scan_text(temp_spec(), file, framing).error);
    };
    const std::string missing_quote = "{\"city\":\"a,\"temp\":1}\n" + row + "\n" + row + "\n";
    EXPECT_EQ(error(missing_quote, Framing::Concatenated),
              "Syntax at 12, line 1: missing a comma or '}' after an object member");
    EXPECT_EQ(error(row + "\n{\"city\":{\"temp\":1}\n" + row + row, Framing::Concatenated),
              "Syntax at 41, line 3: missing a comma or '}' after an object member");
    EXPECT_EQ(error("{\"city\":\"\xff\"," + repeat(" ", 50), Framing::Concatenated),
              "InvalidUtf8 at 9, line 1: invalid byte sequence for encoding UTF8");
    // A fault where the text ends anyway is the cut.
    EXPECT_EQ(error("{\"city\":\"a\",\"temp\":tr", Framing::Concatenated),
              "Syntax at 21, line 1: the document is cut off by the end of the file");
    EXPECT_EQ(error("{\"city\":\"a\\ud83c", Framing::Lines),
              "Syntax at 16, line 1: the document is cut off by the end of the file");
    EXPECT_EQ(error("{\"city\":\"abcdefghijkl\n\"}", Framing::Lines),
              "CutByLine at 21, line 1: the document is cut off by the end of the line");
}

TEST(Scan, LimitsRowsToMaximumObjectSize) {
    const std::string row = R"({"city":"a","temp":1})";
    const std::string longer = R"({"city":"ab","temp":1})";
    const ScanOutcome outcome =
        scan_text(temp_spec(), row + "\n" + longer + "\n", Framing::Auto, {}, row.size());
    EXPECT_EQ(outcome.rows.size(), 1u);
    EXPECT_EQ(show(outcome.error),
              "TooLarge at 22, line 2: the row is longer than maximum_object_size");
}

// --- Rows within documents -------------------------------------------------------------------

// An envelope of several megabytes, with a value behind the rows.
std::string long_envelope(size_t count) {
    std::string file = "{\"list\":[";
    for (size_t i = 0; i < count; ++i)
        file += (i ? ",\n" : "") + ("{\"temp\":" + std::to_string(i) + ",\"city\":\"") +
                repeat("x", 80) + "\"}";
    return file + "],\"name\":\"n\"}";
}

ScanSpec long_spec() {
    return envelope("$.list[*]",
                    {column(Type::Int4, {"$.temp"}), document_column(Type::Text, {"$.name"}),
                     column_from(ColumnSource::Ordinality, Type::Int8)});
}

// Two walks over a document that does not fit into memory, and over one that does.
TEST(Scan, ReadsAnEnvelopeInBatches) {
    const std::string file = long_envelope(30000);
    for (const size_t maximum : {size_t{1000}, size_t{16} << 20}) {
        Scan scan(long_spec(), Framing::Auto, maximum);
        SeekableText source(file, {});
        scan.begin_file(source);
        Batch batch;
        size_t rows = 0;
        size_t again = 0;
        for (ScanStatus status = ScanStatus::Rows; status != ScanStatus::EndOfFile;) {
            const uint64_t before = scan.counters().bytes;
            status = scan.next(batch);
            ASSERT_NE(status, ScanStatus::Failed) << show(scan.error());
            ASSERT_LE(scan.counters().bytes - before, (1024 + 256) * 1024u);
            again += status == ScanStatus::Again;
            for (size_t i = 0; i < batch.rows.size(); ++i, ++rows) {
                ASSERT_EQ(batch.values[3 * i].integer, static_cast<int64_t>(rows));
                ASSERT_EQ(show(batch.values[3 * i + 1]), "text n");
                ASSERT_EQ(batch.values[3 * i + 2].integer, static_cast<int64_t>(rows) + 1);
                ASSERT_EQ(batch.rows[i].line, rows + 1);
            }
        }
        EXPECT_EQ(rows, 30000u);
        EXPECT_GE(again, 2u) << "the first walk returns after each megabyte";
        EXPECT_EQ(scan.counters().bytes >= 2 * file.size(), maximum == 1000);
        EXPECT_EQ(source.seeks, maximum == 1000 ? 1u : 0u);
        EXPECT_TRUE(scan.input_ended());
    }
}

// A file is left in the middle of an envelope, or of its row; the next one begins anew.
TEST(Scan, ForgetsAnEnvelopeThatWasLeft) {
    const std::string file = long_envelope(2000);
    Scan scan(long_spec(), Framing::Auto, 1000);
    const ScanOutcome expected = scan_text(long_spec(), R"({"list":{"temp":7}})");
    EXPECT_EQ(tell(expected), "integer 7 | null | integer 1");
    for (const size_t left_after : {1, 2, 3, 5}) {
        SeekableText source(file, {10, 100, 0});
        scan.begin_file(source);
        Batch batch;
        for (size_t i = 0; i < left_after; ++i)
            EXPECT_NE(scan.next(batch), ScanStatus::Failed);
        EXPECT_EQ(tell(scan_file(scan, R"({"list":{"temp":7}})")), tell(expected));
        EXPECT_EQ(scan_file(scan, R"({"list":[{"temp":7},{"temp":)").error.code, ErrorCode::Syntax);
        EXPECT_EQ(tell(scan_file(scan, R"({"list":{"temp":7}})")), tell(expected));
    }
}

TEST(Scan, ReportsAFailedReadInAnEnvelope) {
    Reads reads;
    reads.fails_at_end = true;
    const std::string file = R"({"list":[{"temp":1},{"temp":2},{"te)";
    const ScanOutcome once = scan_text(envelope("$.list[*]", {column(Type::Int4, {"$.temp"})}),
                                       file, Framing::Auto, reads);
    EXPECT_EQ(tell(once), "Io at 35, line 0: the disk is broken");
    const ScanOutcome concatenated =
        scan_text(envelope("$.list[*]", {column(Type::Int4, {"$.temp"})}), file,
                  Framing::Concatenated, reads);
    EXPECT_EQ(tell(concatenated), "integer 1; integer 2; Io at 35, line 0: the disk is broken");
    EXPECT_EQ(tell(scan_text(long_spec(), file, Framing::Concatenated, reads)),
              "Io at 35, line 0: the disk is broken");
}

// Rows without a find are errors of their own, in an envelope as well.
TEST(Scan, RefusesRowsOfAnEnvelopeInWhichNoPathFindsAnything) {
    const std::string text = R"({"name":"n","list":[{"temp":1},{"x":2},{"temp":3}]})";
    ScanSpec spec = long_spec();
    EXPECT_EQ(tell(spec, text), "integer 1 | text n | integer 1; EmptyRow at 31, line 1: none of "
                                "the table's paths finds anything in it");
    spec.empty_rows_are_errors = false;
    EXPECT_EQ(tell(spec, text), "integer 1 | text n | integer 1; null | text n | integer 2; "
                                "integer 3 | text n | integer 3");
    // Document paths do not make a row; without path columns every row is one.
    spec.empty_rows_are_errors = true;
    spec.columns.erase(spec.columns.begin());
    EXPECT_EQ(tell(spec, R"({"list":[{"x":2},null]})"), "null | integer 1; null | integer 2");
}

TEST(Scan, LimitsOrdinalityToItsType) {
    const ScanSpec spec = envelope("$[*]", {column_from(ColumnSource::Ordinality, Type::Int4)});
    EXPECT_EQ(tell(spec, "[5,6]"), "integer 1; integer 2");
}

// --- Files
// -----------------------------------------------------------------------------------------

std::string many_rows(size_t count) {
    std::string file;
    for (size_t i = 0; i < count; ++i)
        file += "{\"city\":\"city " + std::to_string(i) + "\",\"temp\":" + std::to_string(i) +
                ".5},\n" + (i % 10 == 0 ? "\n" : "");
    return file;
}

TEST(Scan, GivesTheSameHoweverItIsRead) {
    const std::vector<std::string> files = {
        many_rows(2000),
        many_rows(700) + "{\"city\":\"x\",\"temp\":1e400}\n" + many_rows(10),
        "[" + repeat("{\"temp\":1,\n \"city\":null},", 800) + "{}]",
        repeat("{\"city\":\"" + repeat("long \\u00e9", 1000) + "\"}", 40) + "{\"city\":",
    };
    for (const std::string& file : files) {
        const ScanOutcome expected = scan_text(temp_spec(), file);
        for (const Reads& reads :
             {Reads{1, 1}, Reads{7, 7}, Reads{100, 100, 3}, Reads{4096, 4096}, Reads{65537, 1}})
            EXPECT_EQ(scan_text(temp_spec(), file, Framing::Auto, reads), expected)
                << reads.first << " bytes, then " << reads.each << " at a time";
    }
}

TEST(Scan, PlacesRowsByOffsetAndLine) {
    const std::string file = "\xEF\xBB\xBF\n" + many_rows(3000);
    const ScanOutcome outcome = scan_text(temp_spec(), file);
    ASSERT_EQ(outcome.rows.size(), 3000u);
    for (const ScannedRow& row : outcome.rows) {
        EXPECT_EQ(file[row.offset], '{');
        EXPECT_EQ(file[row.offset - 1], '\n');
    }
    EXPECT_EQ(outcome.rows[2999].offset, file.rfind('{'));
    EXPECT_EQ(outcome.rows[2999].line, line_of(file, file.rfind('{')));
    EXPECT_EQ(outcome.rows[1].line, 4u);
}

TEST(Scan, CountsOverAllFiles) {
    Scan scan(temp_spec(), Framing::Auto, test_maximum_size);
    const std::string rows = many_rows(300);
    const auto expect_counts = [&](uint64_t documents, uint64_t rows, uint64_t rejected,
                                   uint64_t bytes) {
        EXPECT_EQ(scan.counters().documents, documents);
        EXPECT_EQ(scan.counters().rows, rows);
        EXPECT_EQ(scan.counters().rejected, rejected);
        EXPECT_EQ(scan.counters().bytes, bytes);
    };
    scan_file(scan, rows);
    expect_counts(300, 300, 0, rows.size());
    EXPECT_EQ(scan.detected_framing(), Framing::Lines);
    scan_file(scan, "");
    expect_counts(300, 300, 0, rows.size());
    EXPECT_EQ(scan.detected_framing(), Framing::Auto);
    scan_file(scan, "[{\"temp\":1},{\"x\":1}]");
    expect_counts(302, 301, 1, rows.size() + 20);
    EXPECT_EQ(scan.detected_framing(), Framing::Array);
    scan_file(scan, "{\"temp\":1");
    expect_counts(303, 301, 2, rows.size() + 29);
}

// The next file begins anew: offsets, lines, framing, and nothing of the last error.
TEST(Scan, ForgetsTheLastFile) {
    Scan scan(temp_spec(), Framing::Auto, test_maximum_size);
    const ScanOutcome bad_value = scan_file(scan, "\n\n{\"temp\":true}\n{\"temp\":1}");
    EXPECT_EQ(show(bad_value.error), "WrongType at 2, line 3: a JSON boolean does not go into "
                                     "double precision [true] column 1");
    EXPECT_EQ(show(scan_file(scan, " ,").error),
              "Syntax at 1, line 1: a comma without a document before it");
    const ScanOutcome good = scan_file(scan, " {\"temp\":1}");
    EXPECT_EQ(show(good.error), "");
    EXPECT_FALSE(scan.error()) << "of a file without an error: " << show(scan.error());
    ASSERT_EQ(good.rows.size(), 1u);
    EXPECT_EQ(good.rows[0].offset, 1u);
    EXPECT_EQ(good.rows[0].line, 1u);
    EXPECT_EQ(show(scan_file(scan, "{\"temp\":1", {1, 1}).error),
              "Syntax at 9, line 1: the document is cut off by the end of the file");
}

TEST(Scan, KeepsAnsweringAfterTheEnd) {
    Scan scan(temp_spec(), Framing::Auto, test_maximum_size);
    Batch batch;
    TextSource good("{\"temp\":1}");
    scan.begin_file(good);
    EXPECT_EQ(scan.next(batch), ScanStatus::Rows);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(scan.next(batch), ScanStatus::EndOfFile);
        EXPECT_TRUE(batch.rows.empty());
    }
    TextSource bad("{\"temp\":1},,");
    scan.begin_file(bad);
    EXPECT_EQ(scan.next(batch), ScanStatus::Rows);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(scan.next(batch), ScanStatus::Failed);
        EXPECT_TRUE(batch.rows.empty());
        EXPECT_EQ(scan.error().offset, 11u);
    }
    EXPECT_EQ(scan.counters().rejected, 1u);
}

TEST(Scan, ReportsAFailedReadAfterItsRows) {
    Reads reads;
    reads.fails_at_end = true;
    const ScanOutcome outcome = scan_text(temp_spec(), many_rows(10), Framing::Auto, reads);
    EXPECT_EQ(outcome.rows.size(), 10u);
    EXPECT_EQ(outcome.error.code, ErrorCode::Io);
    EXPECT_EQ(outcome.error.reason, "the disk is broken");
    EXPECT_EQ(outcome.counters.rejected, 0u);
}

// --- Calls
// -----------------------------------------------------------------------------------------

TEST(Scan, EndsABatchByRowsOrBytes) {
    Scan scan(temp_spec(), Framing::Auto, test_maximum_size);
    Batch batch;
    const std::string short_rows = many_rows(1000);
    TextSource source(short_rows);
    scan.begin_file(source);
    size_t rows = 0;
    while (scan.next(batch) == ScanStatus::Rows) {
        EXPECT_LE(batch.rows.size(), 256u);
        EXPECT_EQ(batch.columns, 2u);
        EXPECT_EQ(batch.values.size(), batch.rows.size() * 2);
        rows += batch.rows.size();
    }
    EXPECT_EQ(rows, 1000u);

    const std::string long_rows = repeat("{\"city\":\"" + repeat("x", 50000) + "\"}\n", 20);
    TextSource long_source(long_rows);
    scan.begin_file(long_source);
    for (rows = 0; scan.next(batch) == ScanStatus::Rows; rows += batch.rows.size())
        EXPECT_LE(batch.rows.size(), 3u);
    EXPECT_EQ(rows, 20u);
}

// The rows at hand go out before a pipe is waited for.
TEST(Scan, HandsOutRowsBeforeItWaits) {
    const std::string file = "{\"temp\":1}\n{\"temp\":2}\n{\"temp\":3}";
    TextSource source(file, {11, 11, 2});
    Scan scan(temp_spec(), Framing::Lines, test_maximum_size);
    scan.begin_file(source);
    Batch batch;
    std::string statuses;
    for (ScanStatus status = ScanStatus::Rows;
         status != ScanStatus::EndOfFile && status != ScanStatus::Failed;) {
        status = scan.next(batch);
        statuses += "RABCEF"[static_cast<size_t>(status)];
        EXPECT_EQ(status == ScanStatus::Rows, !batch.rows.empty());
    }
    EXPECT_EQ(statuses, "ABRBRBRBE");
}

// A call returns after 1 MiB of input even without a row, so that interrupts are seen; the block
// that is being read may come on top.
TEST(Scan, ReturnsAfterAMegabyte) {
    constexpr size_t most = (1024 + 256) * 1024;
    const std::string one_long = "{\"city\":\"" + repeat("x", 20 * 1024 * 1024) + "\"}";
    const std::string blanks = repeat("\n", 20 * 1024 * 1024) + "{\"temp\":1}";
    const std::string after_row = "{\"temp\":1}\n" + blanks;
    ScanSpec spec = temp_spec();
    spec.columns[0].wanted = false;
    for (const std::string& file : {one_long, blanks, after_row}) {
        for (const size_t each : {SIZE_MAX, size_t{65536}}) {
            Scan scan(spec, Framing::Auto, 32 * 1024 * 1024);
            TextSource source(file, {each, each});
            scan.begin_file(source);
            Batch batch;
            size_t calls = 0;
            size_t rows = 0;
            for (ScanStatus status = ScanStatus::Rows; status != ScanStatus::EndOfFile; ++calls) {
                const size_t before = source.position;
                status = scan.next(batch);
                rows += batch.rows.size();
                ASSERT_NE(status, ScanStatus::Failed) << show(scan.error());
                ASSERT_LE(source.position - before, most) << "in call " << calls;
            }
            EXPECT_GE(calls, 16u);
            EXPECT_EQ(rows, file == after_row ? 2u : 1u);
        }
    }
}

TEST(Scan, HandsOutTextsThatPostgresCanWrap) {
    Scan scan(spec_of({column(Type::Text, {"$.a"}), column(Type::Numeric, {"$.b"})}), Framing::Auto,
              test_maximum_size);
    const std::string file = "{\"a\":\"x\\u00e9\",\"b\":\"\"}\n{\"a\":\"" + repeat("y", 400000) +
                             "\",\"b\":1}\n{\"a\":\"z\",\"b\":2}";
    TextSource source(file);
    scan.begin_file(source);
    Batch batch;
    size_t texts = 0;
    while (scan.next(batch) == ScanStatus::Rows) {
        for (const Value& value : batch.values) {
            EXPECT_EQ(reinterpret_cast<uintptr_t>(value.text) % 4, 0u) << "no room for a header";
            EXPECT_EQ(std::strlen(value.text), value.size);
            std::memset(const_cast<char*>(value.text) - 4, 0x55, 4); // AddressSanitizer watches
            ++texts;
        }
    }
    EXPECT_EQ(texts, 6u);
}

} // namespace
} // namespace weather
