// Metadata 'rescued': what no column reads.
#include "rescue.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

TEST(Rescue, KeepsTheMembersThatNobodyReads) {
    const std::unordered_set<std::string> read = {"a", "b c", "\xc3\xa9", ""};
    const std::vector<std::pair<std::string, std::string>> rows = {
        {R"({"a":1,"x":2})", R"({"x":2})"},
        {R"({"x":{"a":[1, 2]},"a":1,"y":"\u00e9"})", R"({"x":{"a":[1, 2]},"y":"\u00e9"})"},
        {R"({ "x" : 1 ,"b c":2, "y" :null})", R"({"x":1,"y":null})"},
        {R"({"\u0061":1,"\u00e9":2,"":3,"A":4})", R"({"A":4})"},
        {R"({"x\"\\":1})", R"({"x\"\\":1})"},
        {R"({"x":1,"x":2})", R"({"x":1,"x":2})"},
        {R"({"a":1})", ""},
        {"{}", ""},
        {"{ }", ""},
        {"[1]", ""},
        {"5", ""},
        {"null", ""},
        {R"("a")", ""},
    };
    for (const auto& [row, expected] : rows)
        EXPECT_EQ(rescue_members(row, read), expected) << row;
    EXPECT_EQ(rescue_members(R"({"a":1, "b":2})", {}), R"({"a":1,"b":2})");
}

// Which members are read does not depend on the query.
TEST(Rescue, IsOfTheDeclaredColumns) {
    ScanSpec spec =
        envelope("$.list[*]", {column(Type::Int4, {"$.a", "$.b.c"}), column(Type::Int4, {"$[0].d"}),
                               document_column(Type::Int4, {"$.list[*].e"}),
                               document_column(Type::Int4, {"$.z"}),
                               column_from(ColumnSource::Rescued, Type::Jsonb)});
    const std::string text =
        R"({"list":[{"a":1,"b":2,"c":3,"d":4,"e":5,"z":6},{"a":1},{"c":{}}],"z":7})";
    spec.empty_rows_are_errors = false;
    EXPECT_EQ(tell(spec, text), R"(integer 1 | integer 4 | integer 5 | integer 7 | )"
                                R"(input {"c":3,"z":6}; )"
                                R"(integer 1 | null | null | integer 7 | null; )"
                                R"(null | null | null | integer 7 | input {"c":{}})");
    for (size_t i = 0; i < 4; ++i)
        spec.columns[i].wanted = false;
    EXPECT_EQ(tell(spec, text), R"(input {"c":3,"z":6}; null; input {"c":{}})");
    spec.columns[4].type = Type::Text;
    EXPECT_EQ(tell(spec, R"({"list":{"f":1}})"), R"(text {"f":1})");
    spec.columns[4].not_null = true;
    EXPECT_EQ(tell(spec, R"({"list":{"a":1}})"), "NullValue at 8, line 1: null column 4");
}

} // namespace
} // namespace weather
