// Rows within documents: which rows a row path finds, what document paths find for them, however
// the bytes come. What is no JSON is in envelope_test.cpp.
#include "row_finder.h"

#include <string>
#include <vector>

#include <zlib.h>
#include <zstd.h>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

using namespace std::string_literals;

struct Case {
    std::string row_path;
    std::string text;
    std::string rows;
};

void expect_rows(const std::vector<Case>& cases) {
    for (const Case& c : cases)
        EXPECT_EQ(rows_of(c.row_path, c.text), c.rows) << c.row_path << " in " << c.text;
}

// --- Row paths -------------------------------------------------------------------------------

TEST(RowFinder, FindsElementsAndMembers) {
    expect_rows({
        {"$.list[*]", R"({"a":0,"list":[{"b":1}, {"b":2} ,3],"c":[4]})",
         R"(text {"b":1}; text {"b":2}; text 3)"},
        {"$[*]", R"([1,"x",[2],{"y":[]},null,true])",
         R"(text 1; text "x"; text [2]; text {"y":[]}; text null; text true)"},
        {"$.days.*", R"({"days":{"mon":{"t":1},"tue":2,"":[3]},"x":{"y":1}})",
         R"(text {"t":1}; text 2; text [3])"},
        {"$.*", R"({"a":1,"b":{}})", "text 1; text {}"},
        {"$.list[1]", R"({"list":[1,2,3]})", "text 2"},
        {"$.list[0]", R"({"list":[1,2,3]})", "text 1"},
        {"$.a.b", R"({"b":0,"a":{"a":1,"b":{"b":2}}})", R"(text {"b":2})"},
        {R"($."odd key".".")", R"({"odd key":{"":1,".":2}})", "text 2"},
        {R"($."\u00e9\"")", "{\"\xc3\xa9\\\"\":1}", "text 1"},
        {R"($."\u00e9\"")", R"({"\u00E9\u0022":1})", "text 1"},
        {R"($."")", R"({"":7})", "text 7"},
        {"$.@id", R"({"@id":7})", "text 7"},
    });
}

TEST(RowFinder, NestsWildcards) {
    expect_rows({
        {"$.days[*].hours[*]", R"({"days":[{"hours":[1,2]},{"hours":[]},{"x":0},{"hours":[3]}]})",
         "text 1; text 2; text 3"},
        {"$.*.*", R"({"a":{"b":1,"c":2},"d":3,"e":{"f":[4]}})", "text 1; text 2; text [4]"},
        {"$[*][*]", "[[1,2],[],[[3]],4]", "text 1; text 2; text [3]; text 4"},
        {"$[*].*[*].x", R"([{"a":[{"x":1},{"x":2}],"b":{"x":3}},{"c":[]}])",
         "text 1; text 2; text 3"},
        {"$.*[1]", R"({"a":[1,2],"b":[3],"c":4,"d":[5,6,7]})", "text 2; text 6"},
        {"$[1][*]", "[[1],[2,3],[4]]", "text 2; text 3"},
        {"$.list[*].list[*]", R"({"list":[{"list":[1]},{"list":2}]})", "text 1; text 2"},
    });
}

// SQL/JSON's lax mode: what is no array is taken as the one element; a step that does not fit finds
// nothing.
TEST(RowFinder, IsLax) {
    expect_rows({
        {"$.list[*]", R"({"list":{"a":1}})", R"(text {"a":1})"},
        {"$.list[*]", R"({"list":5})", "text 5"},
        {"$.list[*]", R"({"list":null})", "text null"},
        {"$.list[0]", R"({"list":"x"})", R"(text "x")"},
        {"$.list[1]", R"({"list":"x"})", ""},
        {"$.list[*][*]", R"({"list":5})", "text 5"},
        {"$.list[0][0][*]", R"({"list":{"a":[1]}})", R"(text {"a":[1]})"},
        {"$[*]", R"({"a":1}{"a":2})", R"(text {"a":1}; text {"a":2})"},
        {"$[*]", "5", "text 5"},
        {"$[0]", R"({"a":1} 7)", R"(text {"a":1}; text 7)"},
        {"$.list[*]", "{}", ""},
        {"$.list[*]", "[]", ""},
        {"$.list[*]", "5", ""},
        {"$.list[*]", "null", ""},
        {"$.list[*]", R"([{"list":[1]}])", ""},
        {"$.*", "[1,2]", ""},
        {"$.*", "7", ""},
        {"$.list[*]", R"({"list":[]})", ""},
        {"$.list[3]", R"({"list":[1]})", ""},
        {"$.a[*].b", R"({"a":[1,{"b":2},[{"b":3}],null,{"c":{"b":4}}]})", "text 2"},
    });
}

TEST(RowFinder, CountsDocumentsWithoutRows) {
    const ScanSpec spec = envelope("$.list[*]", {raw()});
    const ScanOutcome outcome =
        scan_text(spec, R"({"list":[1,2]} {"error":404} {"list":[]} 5 {"list":3} "x" null)");
    EXPECT_EQ(tell(outcome), "text 1; text 2; text 3");
    EXPECT_EQ(outcome.counters.documents, 7u);
    EXPECT_EQ(outcome.counters.empty_documents, 5u);
    EXPECT_EQ(outcome.counters.rows, 3u);
    EXPECT_EQ(outcome.counters.rejected, 0u);
}

// Of which of the two the rows are is known only at the end of the object.
TEST(RowFinder, RefusesTwoMembersOfItsPath) {
    expect_rows({
        {"$.list[*]", R"({"list":[1],"x":0,"list":[2]})",
         "text 1; Syntax at 18, line 1: a member on the way to the rows comes twice in one object"},
        {"$.a.b", R"({"a":{"b":1,"b":2}})",
         "text 1; Syntax at 12, line 1: a member on the way to the rows comes twice in one object"},
        {"$.a.b", R"({"a":{"c":1},"a":{"b":2}})",
         "Syntax at 13, line 1: a member on the way to the rows comes twice in one object"},
        {"$.list[*]", R"({"list":[],"l\u0069st":[2]})",
         "Syntax at 11, line 1: a member on the way to the rows comes twice in one object"},
        {"$[*].a", R"([{"a":1},{"a":2}])", "text 1; text 2"},
        {"$.*", R"({"a":1,"b":2,"\u0061":3})",
         "text 1; text 2; Syntax at 13, line 1: a member on the way to the rows comes twice in one "
         "object"},
        {"$.*.*", R"({"a":{"x":1,"y":2},"b":{"x":3,"y":4},"x":5})",
         "text 1; text 2; text 3; text 4"},
        {"$.*.*", R"({"a":{"x":1},"b":{"x":3,"x":4}})",
         "text 1; text 3; Syntax at 24, line 1: a member on the way to the rows comes twice in one "
         "object"},
        {"$.p.*.a", R"({"p":{"x":{"a":1},"y":{"b":2},"y":{"a":3}}})",
         "text 1; Syntax at 30, line 1: a member on the way to the rows comes twice in one object"},
        {"$.*", R"({"a":{"b":1,"b":2}})", R"(text {"b":1,"b":2})"},
        {"$.list[*]", R"({"x":{"list":0,"list":1},"list":[2]})", "text 2"},
        {"$.list[*]", R"({"list":[{"list":0,"list":1}]})", R"(text {"list":0,"list":1})"},
    });
    // The same with document paths, of any level, that go through the member.
    for (const char* const document_path : {"$.x", "$.list", "$.list[0].a", "$.list[*].name",
                                            "$.list[*].tags[*]", "$.list[2].b[*]"}) {
        const ScanSpec spec = envelope(
            "$.list[*].h[*]", {raw(), array_of(document_column(Type::Json, {document_path}))});
        EXPECT_EQ(tell(spec, R"({"list":[],"list":[{"h":1}]})"),
                  "Syntax at 11, line 1: a member on the way to the rows comes twice in one object")
            << document_path;
    }
}

TEST(RowFinder, KnowsTheKeyOfTheInnermostMembers) {
    const auto keys = [](const char* row_path, const char* text) {
        return tell(envelope(row_path, {column_from(ColumnSource::Key), raw()}), text);
    };
    EXPECT_EQ(keys("$.*", R"({"a":1,"":2,"b c":{"d":3}})"),
              R"(text a | text 1; text  | text 2; text b c | text {"d":3})");
    EXPECT_EQ(keys("$.*.x.*", R"({"p":{"x":{"q":1,"r":2}},"s":{"x":{"t":3}}})"),
              "text q | text 1; text r | text 2; text t | text 3");
    EXPECT_EQ(keys("$.*.list[*]", R"({"a":{"z":0,"list":[{"y":1},2],"w":1},"b":{"list":3}})"),
              R"(text a | text {"y":1}; text a | text 2; text b | text 3)");
    EXPECT_EQ(keys("$.*", R"({"\u00e9\ud83c\udf24\"":1})"),
              "text \xc3\xa9\xf0\x9f\x8c\xa4\" | text 1");
    // A row of many batches keeps its own.
    EXPECT_EQ(keys("$.p.*", R"({"p":{"a":1,"b":2},"q":{"c":3}})"),
              "text a | text 1; text b | text 2");
}

// A key that is no text cannot be a column's value; the row is JSON nevertheless.
TEST(RowFinder, RefusesAKeyThatPostgresCannotHold) {
    ScanSpec spec = envelope("$.*", {column_from(ColumnSource::Key), raw()});
    EXPECT_EQ(tell(spec, R"({"a":1,"b\u0000":2})"),
              "text a | text 1; NulCharacter at 17, line 1: \\u0000 cannot be converted to text "
              "column 0");
    EXPECT_EQ(tell(spec, R"({"a":1,"\ud800":2})"),
              "text a | text 1; LoneSurrogate at 16, line 1: half of a surrogate pair column 0");
    spec.columns[0].wanted = false;
    EXPECT_EQ(tell(spec, R"({"a":1,"b\u0000":2,"\ud800":3})"), "text 1; text 2; text 3");
}

TEST(RowFinder, CountsRowsOfTheFile) {
    const ScanSpec spec =
        envelope("$.list[*]", {column_from(ColumnSource::Ordinality, Type::Int8), raw(),
                               column_from(ColumnSource::Ordinality, Type::Int4)});
    const std::string text = R"({"list":[7,8]}{}{"list":[9]})";
    EXPECT_EQ(tell(spec, text), "integer 1 | text 7 | integer 1; integer 2 | text 8 | integer 2; "
                                "integer 3 | text 9 | integer 3");
    Scan scan(spec, Framing::Auto, test_maximum_size);
    EXPECT_EQ(tell(scan_file(scan, text)), tell(scan_file(scan, text))) << "anew in each file";
}

// Byte for byte, white space, escapes and number forms included; offsets are of the row's first
// byte.
TEST(RowFinder, PlacesRows) {
    const std::string text =
        "\xEF\xBB\xBF\n{ \"list\" :\n[ {\"a\" :\t1.0e0 , \"\\u0061\":\"\\/\"}\n"
        " ,\r\n\n\"x\\ny\" , [ ] ]\n}\n{\"list\":[-0]}";
    const ScanOutcome outcome =
        scan_text(envelope("$.list[*]", {raw()}), text, Framing::Concatenated);
    const std::vector<std::string> rows = {"{\"a\" :\t1.0e0 , \"\\u0061\":\"\\/\"}", "\"x\\ny\"",
                                           "[ ]", "-0"};
    ASSERT_EQ(outcome.rows.size(), rows.size()) << show(outcome);
    for (size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(outcome.rows[i].values, "text " + rows[i]);
        EXPECT_EQ(outcome.rows[i].offset, text.find(rows[i]));
        EXPECT_EQ(outcome.rows[i].line, line_of(text, text.find(rows[i])));
    }
}

// --- Document paths --------------------------------------------------------------------------

struct DocumentCase {
    std::string row_path;
    std::string document_path;
    std::string text;
    std::string rows; // raw | document value
};

void expect_values(const std::vector<DocumentCase>& cases, bool is_array = false) {
    for (const DocumentCase& c : cases) {
        ColumnSpec value = document_column(Type::Json, {c.document_path});
        value.is_array = is_array;
        EXPECT_EQ(tell(envelope(c.row_path, {raw(), value}), c.text), c.rows)
            << c.row_path << " and " << c.document_path << " in " << c.text;
    }
}

TEST(RowFinder, FindsDocumentValuesWhereverTheyStand) {
    const std::string expected = R"(text 1 | text "x"; text 2 | text "x")";
    expect_values({
        {"$.list[*]", "$.city.name", R"({"city":{"name":"x"},"list":[1,2]})", expected},
        {"$.list[*]", "$.city.name", R"({"list":[1,2],"city":{"id":5,"name":"x"}})", expected},
        {"$.a.list[*]", "$.a.c", R"({"a":{"b":0,"list":[1,2],"c":"x"}})", expected},
        {"$.list[*]", "$.city[1]", R"({"city":[0,"x",2],"list":[1,2]})", expected},
        {"$.list[*]", "$.city[0]", R"({"city":"x","list":[1,2]})", expected},
        {"$.list[*]", "$.city.name", R"({"list":[1,2]})", "text 1 | null; text 2 | null"},
        {"$.list[*]", "$.city.name", R"({"list":[1],"city":null})", "text 1 | null"},
        {"$.list[*]", "$.city", R"({"list":[1],"city":null})", "text 1 | null"},
        {"$.list[*]", "$.city", R"({"city":[ {"a" : 1} ],"list":[1]})",
         R"(text 1 | text [ {"a" : 1} ])"},
        {"$.list[*]", "$.list", R"({"list":[ 1 , 2]})",
         "text 1 | text [ 1 , 2]; text 2 | text [ 1 , 2]"},
        {"$.list[*]", "$", R"({"list":[1],"a":{}})", R"(text 1 | text {"list":[1],"a":{}})"},
        {"$.list[*]", "$.city", R"({"list":[1],"city":"x\u00e9"}{"list":[2]}{"city":3,"list":4})",
         R"(text 1 | text "x\u00e9"; text 2 | null; text 4 | text 3)"},
    });
}

// The last one, as in jsonb.
TEST(RowFinder, TakesTheLastOfDuplicateMembers) {
    expect_values({
        {"$.list[*]", "$.c", R"({"c":1,"list":[0],"c":2})", "text 0 | text 2"},
        {"$.list[*]", "$.c.d", R"({"c":{"d":1},"list":[0],"c":{"e":2}})", "text 0 | null"},
        {"$.list[*]", "$.c.d", R"({"c":{"d":1,"d":2},"list":[0]})", "text 0 | text 2"},
        {"$.list[*]", "$.c", R"({"c":1,"list":[0],"\u0063":{"x":[2]}})",
         R"(text 0 | text {"x":[2]})"},
        {"$.l[*].h[*]", "$.l[*].c", R"({"l":[{"c":1,"h":[0],"c":2},{"h":3,"c":4}]})",
         "text 0 | text 2; text 3 | text 4"},
        {"$.list[*]", "$.list[0].a", R"({"list":[{"a":1,"a":2}]})",
         R"(text {"a":1,"a":2} | text 2)"},
    });
    expect_values(
        {{"$.list[*]", "$.c[*].d", R"({"c":[{"d":1},{"d":2}],"list":[0],"c":[{"d":3,"d":4}]})",
          "text 0 | [1] {text 4}"},
         {"$.l[*].h[*]", "$.l[*].t[*]", R"({"l":[{"t":[1,2],"h":[0],"t":[3]},{"h":[9],"t":[4]}]})",
          "text 0 | [1] {text 3}; text 9 | [1] {text 4}"}},
        true);
}

// A document path that begins as the row path does means the same element.
TEST(RowFinder, SharesWildcards) {
    const std::string cities =
        R"({"cities":[{"name":"a","hourly":[1,2]},{"hourly":[3],"name":"b"},{"hourly":[4]},)"
        R"({"name":"c","hourly":[]},{"hourly":5,"name":"d"}],"name":"z"})";
    expect_values({
        {"$.cities[*].hourly[*]", "$.cities[*].name", cities,
         R"(text 1 | text "a"; text 2 | text "a"; text 3 | text "b"; text 4 | null; )"
         R"(text 5 | text "d")"},
        {"$.cities[*].hourly[*]", "$.name", cities,
         R"(text 1 | text "z"; text 2 | text "z"; text 3 | text "z"; text 4 | text "z"; )"
         R"(text 5 | text "z")"},
        {"$.cities[*].hourly[*]", "$.cities[0].name", cities,
         R"(text 1 | text "a"; text 2 | text "a"; text 3 | text "a"; text 4 | text "a"; )"
         R"(text 5 | text "a")"},
        {"$.cities[*].hourly[*]", "$.cities[*].hourly", cities,
         "text 1 | text [1,2]; text 2 | text [1,2]; text 3 | text [3]; text 4 | text [4]; "
         "text 5 | text 5"},
        {"$.cities[*].hourly[*]", "$.cities[*].hourly[0]", cities,
         "text 1 | text 1; text 2 | text 1; text 3 | text 3; text 4 | text 4; text 5 | text 5"},
        {"$.p.*.values[*]", "$.p.*.uom",
         R"({"p":{"t":{"uom":"C","values":[1,2]},"w":{"values":[3],"uom":"m"}}})",
         R"(text 1 | text "C"; text 2 | text "C"; text 3 | text "m")"},
        {"$.p.*[*].v[*]", "$.p.*[*].n",
         R"({"p":{"t":[{"n":1,"v":[2,3]},{"v":[4],"n":5}],"u":{"n":6,"v":7}}})",
         "text 2 | text 1; text 3 | text 1; text 4 | text 5; text 7 | text 6"},
        {"$[*][*]", "$[*][1]", "[[1,2],[3],4]",
         "text 1 | text 2; text 2 | text 2; text 3 | null; text 4 | null"},
    });
    // What is the row's own is found in the row.
    expect_values({
        {"$.list[*]", "$.list[*].a", R"({"list":[{"a":1},{"a":2},3]})",
         R"(text {"a":1} | text 1; text {"a":2} | text 2; text 3 | null)"},
        {"$.list[*]", "$.list[*]", R"({"list":[1,[2]]})", "text 1 | text 1; text [2] | text [2]"},
        {"$.a", "$.a.b", R"({"a":{"b":1}})", R"(text {"b":1} | text 1)"},
        {"$", "$.a", R"({"a":7})", R"(text {"a":7} | text 7)"},
    });
    expect_values(
        {
            // Within the row.
            {"$.a", "$.a.*.c", R"({"a":{"x":{"c":1},"y":2,"c":{"c":[3]}}})",
             R"(text {"x":{"c":1},"y":2,"c":{"c":[3]}} | [2] {text 1, text [3]})"},
            {"$", "$.*", R"({"a":1,"b":[2]})", R"(text {"a":1,"b":[2]} | [2] {text 1, text [2]})"},
            {"$.l[*]", "$.l[*].*[*].*", R"({"l":[{"a":[{"b":1},{"c":2}]},{"d":{"e":3}}]})",
             R"(text {"a":[{"b":1},{"c":2}]} | [2] {text 1, text 2}; )"
             R"(text {"d":{"e":3}} | [1] {text 3})"},
            // Its own wildcards beside shared ones; the levels above do not know the level yet.
            {"$.cities[*].hourly[*]", "$.cities[*].tags[*]",
             R"({"cities":[{"tags":[1,2],"hourly":[0]},{"hourly":[8,9],"tags":[]},{"hourly":7,"tags":3}]})",
             "text 0 | [2] {text 1, text 2}; text 8 | null; text 9 | null; text 7 | [1] {text 3}"},
            {"$.l[*]", "$.m[*]", R"({"l":[0],"m":[1,[2],{}]})",
             "text 0 | [3] {text 1, text [2], text {}}"},
            {"$.l[*]", "$.l[0].x[*]", R"({"l":[{"x":[1,2]},0]})",
             R"(text {"x":[1,2]} | [2] {text 1, text 2}; text 0 | [2] {text 1, text 2})"},
            {"$.a[*].b[*]", "$.*", R"({"x":1,"a":[{"b":[0]}],"y":2})",
             R"(text 0 | [3] {text 1, text [{"b":[0]}], text 2})"},
            {"$.*.r[*]", "$.*.u[*].v",
             R"({"p":{"u":[{"v":1},{"v":2}],"r":[5]},"q":{"r":[6],"u":{"v":3}}})",
             "text 5 | [2] {text 1, text 2}; text 6 | [1] {text 3}"},
        },
        true);
}

TEST(RowFinder, LooksIntoRowsForADocumentPath) {
    expect_values({
        {"$.list[*]", "$.list[0].dt", R"({"list":[{"dt":1},{"dt":2}]})",
         R"(text {"dt":1} | text 1; text {"dt":2} | text 1)"},
        {"$.list[*]", "$.list[1].dt", R"({"list":[{"dt":1},{"dt":{"x":"\n"}}]})",
         R"(text {"dt":1} | text {"x":"\n"}; text {"dt":{"x":"\n"}} | text {"x":"\n"})"},
        {"$.list[*]", "$.list[1]", R"({"list":[1, "a"]})",
         R"(text 1 | text "a"; text "a" | text "a")"},
        {"$.list[*]", "$.list[0][0]", R"({"list":[1,2]})", "text 1 | text 1; text 2 | text 1"},
        {"$.list[*]", "$.list[0][1].a[0]", R"({"list":[[0,{"a":[5,6]}],2]})",
         R"(text [0,{"a":[5,6]}] | text 5; text 2 | text 5)"},
        {"$[*]", "$.a.b", R"({"a":{"b":2}})", R"(text {"a":{"b":2}} | text 2)"}, // lax
        {"$.*", "$.b.c", R"({"a":1,"b":{"c":2}})", R"(text 1 | text 2; text {"c":2} | text 2)"},
        {"$.*", "$.b", R"({"a":1,"b":{"c":2}})",
         R"(text 1 | text {"c":2}; text {"c":2} | text {"c":2})"},
    });
}

// Every find of a document path is well-formed before the first row goes out.
TEST(RowFinder, ChecksTheRowsThatADocumentPathFinds) {
    const auto told = [](const char* document_path, const std::string& text) {
        return tell(envelope("$.list[*]", {raw(), document_column(Type::Json, {document_path})}),
                    text);
    };
    const std::string literal = R"({"list":[{"a":0},{"a":trx},{"b":1}]})";
    EXPECT_EQ(told("$.list[1]", literal), "Syntax at 24, line 1: invalid value");
    EXPECT_EQ(told("$.list[1].a", literal), "Syntax at 24, line 1: invalid value");
    const std::string bytes = "\n\n{\"list\":[{\"a\":0},{\"a\":\"\xff\"}]}";
    for (const char* const document_path : {"$.list[1]", "$.list[1].a"})
        EXPECT_EQ(told(document_path, bytes),
                  "InvalidUtf8 at 25, line 3: invalid byte sequence for encoding UTF8");
    EXPECT_EQ(told("$.list[1].a", R"({"list":[{"a":0},{"a":"\ud800"}]})"),
              "LoneSurrogate at 9, line 1: half of a surrogate pair [\"\\ud800\"] column 1");
    // Of a whole row under wildcards and a scalar that is none.
    EXPECT_EQ(told("$.list[0]", R"({"list":[,1]})"), "Syntax at 9, line 1: invalid value");
    EXPECT_EQ(told("$.list[1]", R"({"list":["x","y)"), "Syntax at 15, line 1: the document is cut "
                                                       "off by the end of the file");
}

TEST(RowFinder, TakesTheFirstAlternativeOfDocumentPaths) {
    const ScanSpec spec =
        envelope("$.l[*]", {document_column(Type::Int4, {"$.a", "$.l[*].b", "$.c[0]"}), raw()});
    EXPECT_EQ(tell(spec, R"({"l":[{"b":1},{}],"c":[2]} {"a":null,"l":[{"b":null}],"c":3}
                            {"l":[{"b":4}],"a":5} {"l":[{}]})"),
              R"(integer 1 | text {"b":1}; integer 2 | text {}; integer 3 | text {"b":null}; )"
              R"(integer 5 | text {"b":4}; null | text {})");
}

// --- However the bytes come ------------------------------------------------------------------

struct Split {
    ScanSpec spec;
    std::string text;
    Framing framing;
};

std::vector<Split> splits() {
    const std::string forecast =
        R"({"cod":"200","list":[ {"dt":1,"x":"a\u00e9\\"} , {"dt":2.5e1} ,3],"city":{"name":"x\"y"}})";
    const std::string levels =
        R"({"p":{"t":{"uom":"C","v":[1,{"a":2}]},"w":{"v":[3],"uom":"m"}},"n":[ true,false ]})";
    const ScanSpec by_list =
        envelope("$.list[*]",
                 {raw(), document_column(Type::Text, {"$.city.name"}),
                  document_column(Type::Text, {"$.list[1].dt"}), column(Type::Float8, {"$.dt"})});
    ScanSpec plain = envelope("$.list[*]", {raw(), column(Type::Float8, {"$.dt"})});
    plain.empty_rows_are_errors = false;
    ScanSpec lenient = by_list;
    lenient.empty_rows_are_errors = false;
    const ScanSpec by_level = envelope(
        "$.p.*.v[*]",
        {raw(), column_from(ColumnSource::Key), document_column(Type::Text, {"$.p.*.uom"}),
         array_of(document_column(Type::Json, {"$.n[*]"})), document_column(Type::Json, {"$.p"})});
    return {
        {plain, forecast + "\n" + forecast + "\n", Framing::Lines},
        {lenient, forecast + "\r\n" + forecast, Framing::Auto},
        {by_list, forecast, Framing::Concatenated},
        {lenient, "[" + forecast + ",\n " + forecast + "]", Framing::Auto},
        {lenient, forecast + forecast + ",{},\n" + forecast + ",\n", Framing::Concatenated},
        {by_level, levels + "\n5\n" + levels, Framing::Auto},
        {plain, R"({"list":[1,{"dt":"1\)", Framing::Auto},
        {plain, R"({"list":[1,2] "x":0})", Framing::Auto},
        {plain, "{\"list\":[1,2],\"x\":\"\xf0\x9f\x8c\"}", Framing::Auto},
        {plain, "{\"list\":[1\n,2]}\n{\"list\":[3]}", Framing::Lines},
        {lenient, "{\"list\":[1,\"\n\"]}\n{\"list\":[3]}", Framing::Lines},
        {lenient, R"({"list":[{"dt":1},{"dt":tru}]})", Framing::Auto},
        {by_level, R"({"p":{"t":{"uom":"\ud83c\udf24","v":[1]},"t":{"v":2}},"n":tru})",
         Framing::Auto},
        {envelope("$[*]", {raw()}), "12 \"x\" 3.5e-1\n{}{}", Framing::Concatenated},
    };
}

TEST(RowFinder, GivesTheSameHoweverItIsRead) {
    for (const Split& split : splits()) {
        const ScanOutcome expected = scan_text(split.spec, split.text, split.framing);
        for (size_t first = 1; first <= split.text.size(); ++first)
            ASSERT_EQ(scan_text(split.spec, split.text, split.framing, {first, SIZE_MAX}), expected)
                << readable(split.text) << " split at " << first;
        for (const Reads& reads : {Reads{1, 1}, Reads{2, 2}, Reads{3, 5, 2}, Reads{16, 16}})
            EXPECT_EQ(scan_text(split.spec, split.text, split.framing, reads), expected)
                << readable(split.text) << " by " << reads.each;
    }
}

// A document that is longer than maximum_object_size is read twice: the same rows and errors.
TEST(RowFinder, GivesTheSameWhenItReadsTwice) {
    size_t seeks = 0;
    for (const Split& split : splits()) {
        const ScanOutcome expected = scan_text(split.spec, split.text, split.framing);
        for (const uint64_t reached_before : {0, 1, 1000}) {
            for (const Reads& reads : {Reads(), Reads{1, 1}, Reads{7, 3, 2}}) {
                // Just enough for $.p as a whole, the longest value.
                for (const size_t maximum : {75, 200}) {
                    SeekableText source(split.text, reads, reached_before);
                    Scan scan(split.spec, split.framing, maximum);
                    ScanOutcome outcome = scan_source(scan, source);
                    // `auto` does not look for the end of a long first document.
                    EXPECT_EQ(tell(outcome), tell(expected))
                        << readable(split.text) << " by " << reads.each << ", at most " << maximum;
                    EXPECT_EQ(outcome.rows, expected.rows);
                    EXPECT_EQ(outcome.counters.documents, expected.counters.documents);
                    EXPECT_EQ(outcome.counters.empty_documents, expected.counters.empty_documents);
                    seeks += source.seeks;
                }
            }
        }
    }
    EXPECT_GT(seeks, 50u);
}

std::string gzip(const std::string& data) {
    std::string packed(compressBound(data.size()) + 64, '\0');
    z_stream stream = {};
    EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string zstd(const std::string& data) {
    std::string packed(ZSTD_compressBound(data.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), data.data(), data.size(), 3));
    return packed;
}

// Going back in compressed data means to begin anew.
TEST(RowFinder, ReadsCompressedDocumentsTwice) {
    std::string list;
    for (int i = 0; i < 3000; ++i)
        list += (i ? ", " : "") + ("{\"dt\":" + std::to_string(i * 7919 % 3001) + "}");
    const std::string document = "{\"list\":[" + list + "],\n\"city\":{\"name\":\"x\"}}\n";
    const std::string text = document + document + document;
    const ScanSpec spec =
        envelope("$.list[*]", {raw(), document_column(Type::Text, {"$.city.name"}),
                               document_column(Type::Text, {"$.list[2999].dt"})});
    const ScanOutcome expected = scan_text(spec, text);
    ASSERT_EQ(expected.rows.size(), 9000u) << show(expected.error);
    struct Packed {
        Compression compression;
        std::string bytes;
    };
    const std::vector<Packed> all = {
        {Compression::None, text},
        {Compression::Gzip, gzip(text)},
        {Compression::Gzip, gzip(document) + gzip(document + document)}, // members
        {Compression::Zstd, zstd(text)},
        {Compression::Zstd, zstd(document + document) + zstd(document)},
    };
    for (const Packed& packed : all) {
        for (const Compression requested : {packed.compression, Compression::Auto}) {
            for (const Reads& reads : {Reads(), Reads{1, 1000}, Reads{100, 77, 1}}) {
                SeekableText raw_source(packed.bytes, reads);
                DecompressingSource source(raw_source, requested);
                Scan scan(spec, Framing::Concatenated, 5000);
                const ScanOutcome outcome = scan_source(scan, source);
                EXPECT_EQ(outcome.rows, expected.rows);
                EXPECT_EQ(show(outcome.error), "");
                EXPECT_EQ(raw_source.seeks, 3u);
                EXPECT_EQ(source.detected(), packed.compression);
            }
        }
    }
    // What is damaged behind the first document.
    std::string damaged = gzip(text);
    damaged.resize(damaged.size() - 20);
    SeekableText raw_source(damaged);
    DecompressingSource source(raw_source, Compression::Auto);
    Scan scan(spec, Framing::Concatenated, 5000);
    const ScanOutcome outcome = scan_source(scan, source);
    EXPECT_EQ(outcome.error.code, ErrorCode::CorruptCompression);
    EXPECT_GE(outcome.rows.size(), 3000u);
    // A compressed pipe cannot go back either.
    const std::string packed = gzip(text);
    TextSource pipe(packed);
    DecompressingSource from_pipe(pipe, Compression::Auto);
    EXPECT_EQ(scan_source(scan, from_pipe).error.code, ErrorCode::TooLarge);
}

TEST(RowFinder, SaysThatAPipeCannotBeReadTwice) {
    const std::string text = R"({"list":[1,2,3],"city":"abcdefghijklmnopqrstuvwxyz"})";
    const std::string reason = "TooLarge at 52, line 1: the document is longer than "
                               "maximum_object_size, and a program's output cannot be read twice "
                               "for the document_path columns";
    const ScanSpec spec = envelope("$.list[*]", {raw(), document_column(Type::Text, {"$.city"})});
    for (const Reads& reads : {Reads(), Reads{1, 1}, Reads{10, 7}}) {
        EXPECT_EQ(tell(scan_text(spec, text, Framing::Concatenated, reads, 51)), reason);
        EXPECT_EQ(scan_text(spec, text, Framing::Concatenated, reads, 52).rows.size(), 3u);
        // Without document paths once is enough.
        EXPECT_EQ(scan_text(envelope("$.list[*]", {raw()}), text, Framing::Concatenated, reads, 28)
                      .rows.size(),
                  3u);
    }
}

// Under every framing a document is an envelope.
TEST(RowFinder, ReadsEveryFraming) {
    const std::string one = R"({"list":[1,{"a":2}],"c":"x"})";
    const std::string two = R"({"c":"y","list":[3]})";
    const std::string rows = R"(text 1 | text x; text {"a":2} | text x; text 3 | text y)";
    const ScanSpec spec = envelope("$.list[*]", {raw(), document_column(Type::Text, {"$.c"})});
    struct File {
        std::string text;
        Framing framing; // that is found
    };
    const std::vector<File> files = {
        {one + "\n" + two, Framing::Lines},
        {one + "\r\n\r\n" + two + "\n", Framing::Lines},
        {one + ",\n" + two + ",\n", Framing::Lines},
        {one + two, Framing::Concatenated},
        {one + " , " + two + "\n,", Framing::Concatenated},
        {"\n{\n" + one.substr(1) + "\n" + two, Framing::Concatenated},
        {"[" + one + "," + two + "]", Framing::Array},
        {"\xEF\xBB\xBF [\n" + one + "\n,\n" + two + "\n]\n", Framing::Array},
    };
    for (const File& file : files) {
        for (const Framing requested : {Framing::Auto, file.framing}) {
            const ScanOutcome outcome = scan_text(spec, file.text, requested);
            EXPECT_EQ(tell(outcome), rows) << readable(file.text);
            EXPECT_EQ(outcome.framing, file.framing) << readable(file.text);
            EXPECT_EQ(outcome.counters.documents, 2u);
            for (const ScannedRow& row : outcome.rows)
                EXPECT_EQ(row.line, line_of(file.text, row.offset));
        }
    }
    // Between documents everything is as without rows in them.
    EXPECT_EQ(tell(spec, "{\"list\":1}x{\"list\":2}"),
              "text 1 | null; Syntax at 10, line 1: unexpected text directly behind a document");
    EXPECT_EQ(tell(spec, "{\"list\":1},,{\"list\":2}"),
              "text 1 | null; Syntax at 11, line 1: two commas without a document between them");
    EXPECT_EQ(tell(spec, "[{\"list\":1} {\"list\":2}]", Framing::Array),
              "text 1 | null; Syntax at 12, line 1: expected a comma or ] after an element of the "
              "outer array");
    EXPECT_EQ(tell(spec, "[{\"list\":1}", Framing::Array),
              "text 1 | null; Syntax at 11, line 1: the outer array is cut off by the end of the "
              "file");
    EXPECT_EQ(tell(spec, "5 \"x\" null true"), "");
    EXPECT_EQ(tell(spec, "5\"x\""),
              "Syntax at 1, line 1: unexpected text directly behind a document");
}

// --- Limits ----------------------------------------------------------------------------------

TEST(RowFinder, LimitsRowsNotDocuments) {
    const ScanSpec plain = envelope("$.list[*]", {raw()});
    const ScanSpec twice = envelope("$.list[*]", {raw(), document_column(Type::Text, {"$.a"})});
    const std::string text =
        R"({"list":[)" + repeat(R"({"a":"12345"},)", 50) + R"({"a":"123456"},0]})";
    for (const Reads& reads : {Reads(), Reads{1, 1}, Reads{100, 9}}) {
        SeekableText source(text, reads);
        Scan scan(plain, Framing::Auto, 13);
        const ScanOutcome outcome = scan_source(scan, source);
        EXPECT_EQ(outcome.rows.size(), 50u);
        EXPECT_EQ(show(outcome.error),
                  "TooLarge at 709, line 1: the row is longer than maximum_object_size");
        SeekableText again(text, reads);
        Scan reads_twice(twice, Framing::Auto, 14);
        EXPECT_EQ(scan_source(reads_twice, again).rows.size(), 52u);
        EXPECT_EQ(again.seeks, 1u);
    }
}

TEST(RowFinder, LimitsWhatStandsOutsideOfRows) {
    const std::string value = "TooLarge at 5, line 1: a value is longer than maximum_object_size";
    const ScanSpec plain = envelope("$.list[*]", {raw()});
    const ScanSpec whole = envelope("$.list[*]", {raw(), document_column(Type::Json, {"$.x"})});
    for (const Reads& reads : {Reads(), Reads{1, 1}, Reads{3, 2}}) {
        const auto told = [&](const ScanSpec& spec, const std::string& text, size_t maximum) {
            SeekableText source(text, reads);
            Scan scan(spec, Framing::Concatenated, maximum);
            return tell(scan_source(scan, source));
        };
        EXPECT_EQ(told(plain, R"({"x":"12345678","list":[1]})", 10), "text 1");
        EXPECT_EQ(told(plain, R"({"x":"12345678","list":[1]})", 9), value);
        EXPECT_EQ(told(plain, R"({"x":"12345678)", 8), value);
        EXPECT_EQ(told(plain, R"({"x":"1234567\\","list":[1]})", 10), value);
        EXPECT_EQ(told(plain, R"({"x":1234567890,"list":[1]})", 9), value);
        EXPECT_EQ(told(plain, R"({"123456789":0,"list":[1]})", 10),
                  "TooLarge at 1, line 1: a value is longer than maximum_object_size");
        // A container that nobody wants as a whole has no limit; blanks have none.
        EXPECT_EQ(told(plain, R"({"x":[1,2,3,4,5,6,7,8],"list":[1]})", 10), "text 1");
        EXPECT_EQ(told(plain, R"({"x":)" + repeat(" ", 50) + R"(0,"list":[1]})", 10), "text 1");
        EXPECT_EQ(told(whole, R"({"x":[1,2,3,4,5,6,7,8],"list":[1]})", 10), value);
    }
}

// What is kept for document_path columns is bounded as well, with and without rows.
TEST(RowFinder, LimitsTheValuesOfADocument) {
    const std::string reason =
        "the values of the document_path columns are longer than maximum_object_size";
    ColumnSpec list = array_of(document_column(Type::Text, {"$.x[*]"}));
    const std::string values = "[" + repeat("1,", 10000) + "1]";
    const ScanSpec spec = envelope("$.list[*]", {raw(), list});
    const ScanSpec levels =
        envelope("$.list[*].h[*]", {raw(), document_column(Type::Text, {"$.list[*].name"})});
    const std::string cities = "[" + repeat("{\"name\":1,\"h\":[]},", 10000) + "0]";
    const std::string empty = "[" + repeat("[],", 10000) + "0]";
    for (const Reads& reads : {Reads(), Reads{1, 1}}) {
        const auto told = [&](const ScanSpec& spec, const std::string& text, size_t maximum) {
            SeekableText source(text, reads);
            Scan scan(spec, Framing::Concatenated, maximum);
            const ScanOutcome outcome = scan_source(scan, source);
            return outcome.error.reason;
        };
        EXPECT_EQ(told(spec, "{\"x\":" + values + ",\"list\":[1]}", 4000), reason);
        EXPECT_EQ(told(spec, "{\"list\":[1],\"x\":" + values + "}", 4000), reason);
        EXPECT_EQ(told(spec, "{\"x\":" + values + "}", 4000), reason) << "no rows";
        EXPECT_EQ(told(spec, "{\"x\":" + values + ",\"list\":[1]}", 4000000), "");
        EXPECT_EQ(told(levels, "{\"list\":" + cities + "}", 4000), reason) << "no rows";
        EXPECT_EQ(told(levels, "{\"list\":" + empty + "}", 4000), reason) << "no values";
        EXPECT_EQ(told(levels, "{\"list\":" + cities + "}", 4000000), "");
        std::string names;
        for (int i = 0; i < 10000; ++i)
            names += "\"" + std::to_string(i) + "\":0,";
        EXPECT_EQ(told(envelope("$.*", {raw()}), "{" + names + "\"\":0}", 4000),
                  "the names that .* stands for are longer than maximum_object_size");
        EXPECT_EQ(told(envelope("$.*", {raw()}), "{" + names + "\"\":0}", 4000000), "");
        EXPECT_EQ(told(envelope("$[*].*", {raw()}),
                       "[" + repeat("{\"a\":0,\"b\":1},", 10000) + "0]", 4000),
                  "");
        // Given back with the document.
        EXPECT_EQ(told(levels, repeat("{\"list\":[{\"name\":1,\"h\":[2]}]}\n", 1000), 4000), "");
    }
}

} // namespace
} // namespace weather
