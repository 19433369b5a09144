// Files in other encodings: whatever the sizes of the reads, and however a conversion is cut up,
// the rows are those of the same text in UTF-8, and the places are those in the file's own bytes.
#include "converting_source.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

// Two encodings of the test's own. Latin 1, without the character 0x80; and one of two bytes a
// character, A1 to FE each, as in EUC: the first byte 0xA1 has no characters.
enum class Encoding : uint8_t { OneByte, TwoBytes };

std::string utf8_of(uint32_t character) {
    if (character < 0x800)
        return {static_cast<char>(0xC0 | character >> 6),
                static_cast<char>(0x80 | (character & 0x3F))};
    return {static_cast<char>(0xE0 | character >> 12),
            static_cast<char>(0x80 | (character >> 6 & 0x3F)),
            static_cast<char>(0x80 | (character & 0x3F))};
}

// One character: its size in bytes, and its UTF-8. Size 0: cut off. No UTF-8: invalid, or, with two
// bytes, without an equivalent.
struct Character {
    size_t size;
    std::string utf8;
};

Character first_character(Encoding encoding, std::string_view text) {
    const auto byte = static_cast<unsigned char>(text[0]);
    if (byte < 0x80)
        return {1, std::string(1, text[0])};
    if (encoding == Encoding::OneByte)
        return {1, byte == 0x80 ? "" : utf8_of(byte)};
    if (byte < 0xA1 || byte == 0xFF)
        return {1, ""};
    if (text.size() < 2)
        return {0, ""};
    const auto second = static_cast<unsigned char>(text[1]);
    if (second < 0xA1 || second == 0xFF)
        return {1, ""};
    return {2, byte == 0xA1 ? "" : utf8_of(0x4E00 + byte * 94u + second)};
}

// What the glue does with PostgreSQL's conversions; `most` characters at a time.
void convert(Encoding encoding, ConvertingSource& source, size_t most) {
    const ConvertingSource::Pending pending = source.pending();
    ASSERT_FALSE(pending.text.empty());
    std::string_view left = pending.text;
    std::string converted;
    Character character{0, ""};
    while (most-- > 0 && !left.empty()) {
        character = first_character(encoding, left);
        if (character.utf8.empty())
            break;
        left.remove_prefix(character.size);
        converted += character.utf8;
    }
    const bool is_invalid =
        !left.empty() && character.utf8.empty() && (character.size > 0 || pending.is_complete);
    source.supply(pending.text.size() - left.size(), converted);
    if (is_invalid && character.size == 2)
        source.refuse(2, ErrorCode::NoEquivalent, "no equivalent");
    else if (is_invalid)
        source.refuse(1, ErrorCode::InvalidUtf8, "invalid");
}

// The whole text in UTF-8, by the same rules.
std::string in_utf8(Encoding encoding, std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const Character character = first_character(encoding, text);
        result += character.utf8.empty() ? "\xFF" : character.utf8;
        text.remove_prefix(std::max<size_t>(character.size, 1));
    }
    return result;
}

ScanOutcome scan_converted(const ScanSpec& spec, Encoding encoding, std::string_view text,
                           Reads reads = {}, size_t most = SIZE_MAX,
                           size_t maximum_size = test_maximum_size) {
    TextSource raw(text, reads);
    ConvertingSource source(raw);
    Scan scan(spec, Framing::Auto, maximum_size);
    scan.begin_file(source, {}, {}, &source);
    ScanOutcome outcome;
    Batch batch;
    for (;;) {
        const ScanStatus status = scan.next(batch);
        add_rows(batch, outcome.rows);
        if (status == ScanStatus::Convert)
            convert(encoding, source, most);
        if (status == ScanStatus::EndOfFile || status == ScanStatus::Failed) {
            outcome.framing = scan.detected_framing();
            outcome.counters = scan.counters();
            outcome.error = status == ScanStatus::Failed ? scan.error() : Error();
            return outcome;
        }
    }
}

ScanSpec city_spec() {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.city"}), column(Type::Float8, {"$.temp"})};
    return spec;
}

// --- Whole scans -----------------------------------------------------------------------------

// Rows of a text with characters of the encoding in every place, each about 40 bytes.
std::string many_rows(Encoding encoding, int rows) {
    const std::string character = encoding == Encoding::OneByte ? "\xE9" : "\xB0\xA1";
    std::string text;
    for (int i = 0; i < rows; ++i)
        text += "{\"city\":\"" + repeat("x", static_cast<size_t>(i % 3)) +
                repeat(character, static_cast<size_t>(i % 5)) + "y" + character +
                "\",\"temp\":" + std::to_string(i) + ", \"" + character + "\":[]},\n";
    return text;
}

TEST(ConvertingSource, SameRowsAsInUtf8AtThePlacesOfTheFile) {
    for (const Encoding encoding : {Encoding::OneByte, Encoding::TwoBytes}) {
        const std::string text = many_rows(encoding, 400);
        const ScanOutcome expected = scan_text(city_spec(), in_utf8(encoding, text));
        ASSERT_EQ(expected.rows.size(), 400u);
        for (const size_t each : {SIZE_MAX, size_t{1}, size_t{2}, size_t{7}, size_t{64}})
            for (const size_t most : {SIZE_MAX, size_t{1}, size_t{3}}) {
                const Reads reads{each, each, each == 7 ? 2 : 0, false};
                const ScanOutcome got = scan_converted(city_spec(), encoding, text, reads, most);
                EXPECT_EQ(show(got.error), "");
                ASSERT_EQ(got.rows.size(), 400u);
                size_t offset = 0;
                for (size_t i = 0; i < got.rows.size(); ++i) {
                    EXPECT_EQ(got.rows[i].values, expected.rows[i].values);
                    EXPECT_EQ(got.rows[i].offset, offset) << "row " << i << ", reads of " << each;
                    EXPECT_EQ(got.rows[i].line, i + 1);
                    offset = text.find('\n', offset) + 1;
                }
                EXPECT_EQ(got.counters.bytes, text.size());
            }
    }
}

TEST(ConvertingSource, BlocksAndBuffersThatEndWithinACharacter) {
    // Longer than every block on the way, so that each ends somewhere in it.
    for (size_t before = 0; before < 4; ++before) {
        const std::string text = "{\"city\":\"" + repeat("x", before) +
                                 repeat("\xB0\xA1", 300'000) + "\",\"temp\":1}\n{\"temp\":2}";
        const ScanOutcome got = scan_converted(city_spec(), Encoding::TwoBytes, text);
        ASSERT_EQ(got.rows.size(), 2u) << show(got.error);
        EXPECT_EQ(got.rows[1].offset, text.size() - 10);
        const ScanOutcome expected = scan_text(city_spec(), in_utf8(Encoding::TwoBytes, text));
        EXPECT_EQ(got.rows[0].values, expected.rows[0].values);
    }
}

TEST(ConvertingSource, AsciiIsNeverHandedOut) {
    const std::string text = repeat("{\"city\":\"x\",\"temp\":1}\n", 20'000);
    TextSource raw(text);
    ConvertingSource source(raw);
    Scan scan(city_spec(), Framing::Auto, test_maximum_size);
    scan.begin_file(source, {}, {}, &source);
    Batch batch;
    ScanStatus status;
    while ((status = scan.next(batch)) != ScanStatus::EndOfFile)
        ASSERT_TRUE(status == ScanStatus::Rows || status == ScanStatus::Again);
    EXPECT_EQ(scan.counters().rows, 20'000u);
}

// --- Errors ----------------------------------------------------------------------------------

// fault 3: a bad byte is named, with its place in the file, wherever it stands.
TEST(ConvertingSource, NamesTheByteThatIsNoCharacter) {
    struct Case {
        Encoding encoding;
        std::string before;
        std::string at;
        std::string expected;
    };
    const std::vector<Case> cases = {
        {Encoding::OneByte, "{\"city\":\"\xE9\xE9", "\x80\",\"temp\":2}\n", "InvalidUtf8: invalid"},
        {Encoding::OneByte, "{\"\xE9\":1,\"\xE9\xE9\":", "\x80}\n", "InvalidUtf8: invalid"},
        {Encoding::OneByte, "", "\x80{}\n", "InvalidUtf8: invalid"},
        {Encoding::OneByte, "{\"city\":\"\xE9\"}", "\x80\n", "InvalidUtf8: invalid"},
        {Encoding::OneByte, "{\"city\":\"\xE9\"}  ", "x\n", "Syntax"},
        {Encoding::OneByte, "{\"city\":\"\xE9\", \"x\":", "}\n", "Syntax"},
        {Encoding::OneByte, "{\"city\":\"\xE9", "\n\"}\n", "CutByLine"},
        {Encoding::OneByte, "{\"city\":\"\xE9", "\0\"}\n"s, "Syntax"},
        {Encoding::TwoBytes, "{\"city\":\"\xB0\xA1", "\xB0\",\"temp\":2}\n",
         "InvalidUtf8: invalid"},
        {Encoding::TwoBytes, "{\"city\":\"\xB0\xA1", "\xA1\xA1\"}\n",
         "NoEquivalent: no equivalent"},
        {Encoding::TwoBytes, "{\"city\":\"\xB0\xA1", "\xB0\0\"}\n"s, "InvalidUtf8: invalid"},
        {Encoding::TwoBytes, "{\"city\":\"\xB0\xA1", "\xFF\xFE\"}\n", "InvalidUtf8: invalid"},
    };
    for (const Case& c : cases) {
        const std::string character = c.encoding == Encoding::OneByte ? "\xE9" : "\xB0\xA1";
        const std::string first = "{\"city\":\"" + character + "\"}\n";
        const std::string text = first + c.before + c.at + first;
        for (const size_t each : {SIZE_MAX, size_t{1}, size_t{5}}) {
            const ScanOutcome got =
                scan_converted(city_spec(), c.encoding, text, {each, each, 0, false}, 2);
            SCOPED_TRACE(readable(c.before + c.at) + ", reads of " + std::to_string(each));
            const std::string error =
                std::string(code_name(got.error.code)) + ": " + got.error.reason;
            EXPECT_EQ(error.substr(0, c.expected.size()), c.expected);
            EXPECT_EQ(got.error.offset, first.size() + c.before.size());
            EXPECT_EQ(got.error.line, 2u);
            const bool behind_a_document = c.before.find('}') != std::string::npos;
            EXPECT_EQ(got.rows.size(), behind_a_document ? 2u : 1u);
        }
    }
}

TEST(ConvertingSource, AFileThatEndsWithinACharacter) {
    const std::string text = "{\"city\":\"\xB0\xA1\"}\n{\"city\":\"\xB0";
    for (const size_t each : {SIZE_MAX, size_t{1}}) {
        const ScanOutcome got = scan_converted(city_spec(), Encoding::TwoBytes, text, {each, each});
        EXPECT_EQ(show(got.error), "Syntax at 24, line 2: the document is cut off by the end of "
                                   "the file");
        EXPECT_EQ(got.rows.size(), 1u);
    }
    EXPECT_EQ(show(scan_converted(city_spec(), Encoding::TwoBytes, "{\"temp\":1} \xB0").error),
              "InvalidUtf8 at 11, line 1: invalid");
}

TEST(ConvertingSource, HandsOnWhatTheSourceBelowSays) {
    const std::string text = "{\"city\":\"\xB0\xA1\"}\n{\"city\":\"\xB0";
    const ScanOutcome got =
        scan_converted(city_spec(), Encoding::TwoBytes, text, {SIZE_MAX, SIZE_MAX, 0, true});
    EXPECT_EQ(show(got.error), "Io at 24, line 0: the disk is broken");
    EXPECT_EQ(got.rows.size(), 1u);
}

// Whatever bytes there are, and however they come: one outcome.
TEST(ConvertingSource, TheOutcomeIsThatOfTheBytesNotOfTheReads) {
    std::mt19937 random(1);
    for (int round = 0; round < 300; ++round) {
        const Encoding encoding = round % 2 == 0 ? Encoding::OneByte : Encoding::TwoBytes;
        std::string text = many_rows(encoding, 12);
        for (int mutations = round % 4; mutations > 0; --mutations)
            text[random() % text.size()] = "\x80\xB0\xA1\xFF\xE9{}[]\",\n\\x"[random() % 14];
        const ScanOutcome expected = scan_converted(city_spec(), encoding, text);
        ScanOutcome in_text = scan_text(city_spec(), in_utf8(encoding, text));
        ASSERT_EQ(in_text.rows.size(), expected.rows.size()) << readable(text);
        EXPECT_EQ(in_text.error.line, expected.error.line) << readable(text);
        for (const size_t each : {size_t{1}, size_t{3}, 1 + random() % 100})
            EXPECT_EQ(scan_converted(city_spec(), encoding, text, {each, each, 1, false},
                                     1 + random() % 5),
                      expected)
                << readable(text) << ", reads of " << each;
    }
}

// --- Going back ------------------------------------------------------------------------------

// A document that is larger than what may be kept is read twice, for its document paths.
TEST(ConvertingSource, ReadsALargeDocumentTwice) {
    ScanSpec spec;
    spec.row_path = path("$.list[*]");
    spec.columns = {column(Type::Text, {"$.\xC3\xA9"}), column(Type::Text, {"$.city.name"})};
    spec.columns[1].source = ColumnSource::DocumentPath;
    const std::string rows = repeat("{\"\xE9\":\"\xE8\xE8\"},", 2000);
    const std::string document =
        "{\"list\":[" + rows + "{\"\xE9\":\"last\"}],\"city\":{\"name\":\"\xE0\"}}\n";
    const std::string text = document + document;
    SeekableText raw(text, {1000, 1000});
    ConvertingSource source(raw);
    Scan scan(spec, Framing::Concatenated, 4096);
    scan.begin_file(source, {}, {}, &source);
    std::vector<ScannedRow> got;
    Batch batch;
    ScanStatus status;
    while ((status = scan.next(batch)) != ScanStatus::EndOfFile) {
        ASSERT_NE(status, ScanStatus::Failed) << show(scan.error());
        add_rows(batch, got);
        if (status == ScanStatus::Convert)
            convert(Encoding::OneByte, source, SIZE_MAX);
    }
    ASSERT_EQ(got.size(), 4002u);
    EXPECT_EQ(got[0].values, "text \xC3\xA8\xC3\xA8 | text \xC3\xA0");
    EXPECT_EQ(got[0].offset, 9u);
    EXPECT_EQ(got[2001].offset, document.size() + 9);
    EXPECT_EQ(got[4001].values, "text last | text \xC3\xA0");
    EXPECT_EQ(got[4001].offset, text.rfind("{\"\xE9\""));
}

} // namespace
} // namespace weather
