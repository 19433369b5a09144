// Reading a file from an offset on: the rows behind it are those of a reading from the beginning.
#include "scan.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

ScanSpec temp_spec(const char* row_path = "$") {
    ScanSpec spec;
    spec.row_path = path(row_path);
    spec.columns = {column(Type::Float8, {"$.temp"})};
    return spec;
}

std::vector<ScannedRow> rows_from(std::vector<ScannedRow> rows, uint64_t offset) {
    std::vector<ScannedRow> result;
    for (ScannedRow& row : rows)
        if (row.offset >= offset)
            result.push_back(std::move(row));
    return result;
}

ScanOutcome scan_from(const ScanSpec& spec, const std::string& text, Framing framing, Start start,
                      Reads reads = {}) {
    Scan scan(spec, framing, test_maximum_size);
    SeekableText source(text, reads);
    return scan_source(scan, source, start);
}

const std::string texts[] = {
    "{\"temp\":1}\n{\"temp\":2}\n{\"temp\":3}\n",
    "\xEF\xBB\xBF\n\n{\"temp\":1},\r\n{\"temp\":2},\r\n\r\n{\"temp\":3},\r\n",
    "{\"temp\":1}\n{\"temp\":2}\n{\"temp\":3}",
    "{\"temp\":1} {\"temp\":2}\n{\"temp\":3}{\"temp\":4}\n\n",
    "{\"temp\":1}\n,{\"temp\":2}\n,\n{\"temp\":3}\n",
    "[{\"temp\":1},\n{\"temp\":2},\n{\"temp\":3}]\n",
    "{\n\"temp\":1}\n{\n\"temp\":2}\n",
    "{\"temp\":1}",
    "\n",
    "",
};

TEST(ScanStart, GivesTheRowsBehindAnyOffset) {
    for (const std::string& text : texts) {
        const ScanOutcome whole = scan_text(temp_spec(), text);
        ASSERT_FALSE(whole.error) << text;
        for (uint64_t offset = 0; offset <= text.size() + 2; ++offset) {
            for (const size_t block : {size_t{1}, size_t{100}}) {
                SCOPED_TRACE(text + " from " + std::to_string(offset));
                const Reads reads = {block, block};
                const ScanOutcome tail =
                    scan_from(temp_spec(), text, Framing::Auto, {offset, true}, reads);
                EXPECT_FALSE(tail.error) << show(tail);
                EXPECT_EQ(rows_from(tail.rows, offset), rows_from(whole.rows, offset));
                // Without counting, all but the lines.
                std::vector<ScannedRow> sought = rows_from(
                    scan_from(temp_spec(), text, Framing::Auto, {offset, false}, reads).rows,
                    offset);
                const std::vector<ScannedRow> expected = rows_from(whole.rows, offset);
                ASSERT_EQ(sought.size(), expected.size());
                for (size_t i = 0; i < sought.size(); ++i)
                    sought[i].line = expected[i].line;
                EXPECT_EQ(sought, expected);
            }
        }
    }
}

TEST(ScanStart, GivesTheRowsOfEnvelopesBehindIt) {
    const std::string text = "{\"list\":[{\"temp\":1},{\"temp\":2}]}\n{\"list\":[{\"temp\":3}]}\n";
    const ScanSpec spec = temp_spec("$.list[*]");
    const ScanOutcome whole = scan_text(spec, text, Framing::Lines);
    ASSERT_EQ(whole.rows.size(), 3u);
    for (uint64_t offset = 0; offset <= text.size(); ++offset)
        EXPECT_EQ(rows_from(scan_from(spec, text, Framing::Lines, {offset, true}).rows, offset),
                  rows_from(whole.rows, offset))
            << offset;
}

TEST(ScanStart, LeavesOutWhatIsBefore) {
    const std::string text = "{\"temp\":1}\n{\"temp\":\n{\"temp\":3}\n";
    const uint64_t third = text.rfind('{');
    const ScanOutcome outcome = scan_from(temp_spec(), text, Framing::Auto, {third, true});
    EXPECT_FALSE(outcome.error);
    EXPECT_EQ(outcome.counters.documents, 1u);
    ASSERT_EQ(outcome.rows.size(), 1u);
    EXPECT_EQ(outcome.rows[0].line, 3u);
    // Not from within a line.
    EXPECT_TRUE(scan_from(temp_spec(), text, Framing::Auto, {third + 1, true}).error);
    // Nor where line feeds end nothing.
    EXPECT_TRUE(scan_from(temp_spec(), text, Framing::Concatenated, {third, true}).error);
}

TEST(ScanStart, SaysWhereItBegan) {
    const std::string text = "{\"temp\":1}\n{\"temp\":2}\n";
    Scan scan(temp_spec(), Framing::Auto, test_maximum_size);
    SeekableText source(text);
    scan_source(scan, source, {11, false});
    EXPECT_EQ(scan.started_at(), 11u);
    EXPECT_FALSE(scan.lines_are_counted());
    SeekableText again(text);
    scan_source(scan, again, {11, true});
    EXPECT_EQ(scan.started_at(), 11u);
    EXPECT_TRUE(scan.lines_are_counted());
    SeekableText within_line(text);
    scan_source(scan, within_line, {12, false});
    EXPECT_EQ(scan.started_at(), 0u);
    EXPECT_TRUE(scan.lines_are_counted());
    scan_file(scan, text);
    EXPECT_EQ(scan.started_at(), 0u);
}

} // namespace
} // namespace weather
