// Values that a file's path gives: in each row they are what a string in the row would be.
#include "given.h"
#include "scan.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

std::string rows_of(const ScanSpec& spec, const std::string& text, std::vector<Given> given) {
    Scan scan(spec, Framing::Auto, test_maximum_size);
    TextSource source(text);
    scan.begin_file(source, {}, std::move(given));
    Batch batch;
    std::string result;
    while (scan.next(batch) == ScanStatus::Rows) {
        std::vector<ScannedRow> rows;
        add_rows(batch, rows);
        for (const ScannedRow& row : rows)
            result += row.values + "; ";
    }
    return result + (scan.error() ? show(scan.error()) : "end");
}

TEST(Given, GoesBeforeTheRowsMember) {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.city"}), column(Type::Float8, {"$.temp"})};
    const std::string text = "{\"city\":\"a\",\"temp\":1}\n{\"temp\":2}\n";
    EXPECT_EQ(rows_of(spec, text, {}), "text a | float8 1; null | float8 2; end");
    EXPECT_EQ(rows_of(spec, text, {given_string("x"), Given()}),
              "text x | float8 1; text x | float8 2; end");
    EXPECT_EQ(rows_of(spec, text, {given_null(), Given()}),
              "null | float8 1; null | float8 2; end");
    spec.columns[0].not_null = true;
    EXPECT_EQ(rows_of(spec, "{\"temp\":1}", {given_string(""), Given()}), "text  | float8 1; end");
    EXPECT_EQ(rows_of(spec, "{\"city\":\"a\"}", {given_null(), Given()}),
              "NullValue at 0, line 1: null column 0");
}

TEST(Given, IsConvertedAsAString) {
    const std::vector<std::pair<Type, std::string>> expected = {
        {Type::Text, "text a\"\\\n"},
        {Type::Json, "text \"a\\\"\\\\\\u000a\""},
        {Type::Jsonb, "input \"a\\\"\\\\\\u000a\""},
        {Type::Int4, "input a\"\\\n"},
    };
    for (const auto& [type, value] : expected) {
        ScanSpec spec;
        spec.columns = {column(type, {"$.v"})};
        EXPECT_EQ(rows_of(spec, "{\"v\":1}", {given_string("a\"\\\n")}), value + "; end");
        GivenConverter converter(spec);
        Value converted;
        ASSERT_TRUE(converter.convert(0, given_string("a\"\\\n"), converted));
        EXPECT_EQ(show(converted), value);
        ASSERT_TRUE(converter.convert(0, given_null(), converted));
        EXPECT_EQ(show(converted), "null");
    }
    ScanSpec spec;
    spec.columns = {column(Type::Date, {"$.v"})};
    GivenConverter converter(spec);
    Value converted;
    EXPECT_FALSE(converter.convert(0, given_string("no date"), converted));
    EXPECT_TRUE(converter.convert(0, given_string("2022-03-14"), converted));
    EXPECT_EQ(show(converted), "date 2022-03-14");
}

} // namespace
} // namespace weather
