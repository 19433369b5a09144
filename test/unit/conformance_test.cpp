// JSONTestSuite (json_test_suite.h): y_ files are JSON, n_ files are not, of i_ files a parser may
// say either: what we say of them is pinned here. Skipped where the suite is not found.
#include <map>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "json_test_suite.h"
#include "engine_only.h"

namespace weather {
namespace {

// Read as a table of one json column that takes the whole row, so that every value is looked at.
ScanOutcome read_as(const std::string& text, Framing framing, Reads reads = {}) {
    ScanSpec spec;
    spec.columns.push_back(column(Type::Json, {"$"}));
    return scan_text(spec, text, framing, reads);
}

TEST(JsonTestSuite, ReadsEveryValidFile) {
    const auto files = read_suite("y_");
    SKIP_WITHOUT_SUITE(files);
    EXPECT_GE(files.size(), 95u);
    for (const auto& [name, text] : files) {
        const ScanOutcome whole = read_as(text, Framing::Concatenated);
        EXPECT_EQ(show(whole.error), "") << name;
        EXPECT_EQ(whole.rows.size(), 1u) << name;
        for (const Framing framing : {Framing::Auto, Framing::Concatenated}) {
            const ScanOutcome outcome = read_as(text, framing);
            EXPECT_EQ(show(outcome.error), "") << name;
            EXPECT_EQ(read_as(text, framing, {1, 1}), outcome) << name;
        }
    }
}

TEST(JsonTestSuite, RefusesEveryInvalidFileButFour) {
    // DESIGN section 4 allows files without a document, and several documents in one file.
    const std::set<std::string> allowed = {
        "n_single_space.json", "n_structure_no_data.json", "n_structure_UTF8_BOM_no_data.json",
        "n_structure_object_with_trailing_garbage.json", // {"a": true} "x"
    };
    // Under `concatenated` nothing is stripped, so that arrays are documents as well.
    const std::set<std::string> several_arrays = {
        "n_array_comma_after_close.json", // [""],
        "n_structure_double_array.json",  // [][]
    };
    const auto files = read_suite("n_");
    SKIP_WITHOUT_SUITE(files);
    EXPECT_GE(files.size(), 188u);
    for (const auto& [name, text] : files) {
        for (const Framing framing : {Framing::Auto, Framing::Concatenated}) {
            const ScanOutcome outcome = read_as(text, framing);
            const bool read = allowed.count(name) > 0 ||
                              (framing == Framing::Concatenated && several_arrays.count(name) > 0);
            EXPECT_EQ(!outcome.error, read) << name << ": " << show(outcome);
            EXPECT_EQ(outcome.error.column, -1) << name << ": a fault of the text, not of a value";
            EXPECT_EQ(read_as(text, framing, {1, 1}), outcome) << name;
        }
    }
}

// As documents: whether the text is JSON to us. As json: whether the value can be had.
struct Pinned {
    ErrorCode document;
    ErrorCode json;
};

const std::map<std::string, Pinned>& pinned() {
    constexpr ErrorCode fine = ErrorCode::None;
    constexpr ErrorCode lone = ErrorCode::LoneSurrogate;
    constexpr ErrorCode utf8 = ErrorCode::InvalidUtf8;
    constexpr ErrorCode utf16 = ErrorCode::WrongEncoding;
    static const std::map<std::string, Pinned> table = {
        {"i_number_double_huge_neg_exp.json", {fine, fine}},
        {"i_number_huge_exp.json", {fine, fine}},
        {"i_number_neg_int_huge_exp.json", {fine, fine}},
        {"i_number_pos_double_huge_exp.json", {fine, fine}},
        {"i_number_real_neg_overflow.json", {fine, fine}},
        {"i_number_real_pos_overflow.json", {fine, fine}},
        {"i_number_real_underflow.json", {fine, fine}},
        {"i_number_too_big_neg_int.json", {fine, fine}},
        {"i_number_too_big_pos_int.json", {fine, fine}},
        {"i_number_very_big_negative_int.json", {fine, fine}},
        {"i_object_key_lone_2nd_surrogate.json", {fine, lone}},
        {"i_string_1st_surrogate_but_2nd_missing.json", {fine, lone}},
        {"i_string_1st_valid_surrogate_2nd_invalid.json", {fine, lone}},
        {"i_string_UTF-16LE_with_BOM.json", {utf16, utf16}},
        {"i_string_UTF-8_invalid_sequence.json", {utf8, utf8}},
        {"i_string_UTF8_surrogate_U+D800.json", {utf8, utf8}},
        {"i_string_incomplete_surrogate_and_escape_valid.json", {fine, lone}},
        {"i_string_incomplete_surrogate_pair.json", {fine, lone}},
        {"i_string_incomplete_surrogates_escape_valid.json", {fine, lone}},
        {"i_string_invalid_lonely_surrogate.json", {fine, lone}},
        {"i_string_invalid_surrogate.json", {fine, lone}},
        {"i_string_invalid_utf-8.json", {utf8, utf8}},
        {"i_string_inverted_surrogates_U+1D11E.json", {fine, lone}},
        {"i_string_iso_latin_1.json", {utf8, utf8}},
        {"i_string_lone_second_surrogate.json", {fine, lone}},
        {"i_string_lone_utf8_continuation_byte.json", {utf8, utf8}},
        {"i_string_not_in_unicode_range.json", {utf8, utf8}},
        {"i_string_overlong_sequence_2_bytes.json", {utf8, utf8}},
        {"i_string_overlong_sequence_6_bytes.json", {utf8, utf8}},
        {"i_string_overlong_sequence_6_bytes_null.json", {utf8, utf8}},
        {"i_string_truncated-utf-8.json", {utf8, utf8}},
        {"i_string_utf16BE_no_BOM.json", {utf16, utf16}},
        {"i_string_utf16LE_no_BOM.json", {utf16, utf16}},
        {"i_structure_500_nested_arrays.json", {fine, fine}},
        {"i_structure_UTF-8_BOM_empty_object.json", {fine, fine}},
    };
    return table;
}

TEST(JsonTestSuite, TreatsTheUndecidedFilesAsPinned) {
    const auto files = read_suite("i_");
    SKIP_WITHOUT_SUITE(files);
    EXPECT_EQ(files.size(), pinned().size()) << "the suite has other i_ files than the table";
    for (const auto& [name, text] : files) {
        const auto found = pinned().find(name);
        if (found == pinned().end()) {
            ADD_FAILURE() << name << " is not in the table";
            continue;
        }
        for (const Framing framing : {Framing::Auto, Framing::Concatenated}) {
            const ScanOutcome document = scan_text(ScanSpec(), text, framing);
            EXPECT_EQ(document.error.code, found->second.document) << name << show(document);
            const ScanOutcome json = read_as(text, framing);
            EXPECT_EQ(json.error.code, found->second.json) << name << show(json);
        }
    }
}

} // namespace
} // namespace weather
