// Values column by column (orient 'columns') and rows without names (orient 'split').
#include "orient.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "envelope_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

ScanSpec columns_of(std::string_view row_path, std::vector<ColumnSpec> columns) {
    ScanSpec spec = envelope(row_path, std::move(columns));
    spec.orient = Orient::Columns;
    return spec;
}

ScanSpec split_of(std::string_view row_path, std::string_view header,
                  std::vector<ColumnSpec> columns) {
    ScanSpec spec = envelope(row_path, std::move(columns));
    spec.orient = Orient::Split;
    spec.header_path = path(header);
    return spec;
}

const ColumnSpec time_column = column(Type::Text, {"$.time"});
const ColumnSpec temp_column = column(Type::Float8, {"$.temp"});

// --- orient 'columns' ------------------------------------------------------------------------

TEST(OrientColumns, TurnsParallelArraysIntoRows) {
    const std::string rows = "text a | float8 1; text b | float8 2.5";
    EXPECT_EQ(tell(columns_of("$", {time_column, temp_column}),
                   R"({"time":["a", "b"],"x":[1,2,3],"temp":[1,2.5]})"),
              rows);
    EXPECT_EQ(tell(columns_of("$.hourly", {time_column, temp_column}),
                   R"({"units":{},"hourly":{ "temp":[1 ,2.5 ],"time":["a","b"]},"time":["x"]})"),
              rows);
    EXPECT_EQ(tell(columns_of("$.data[*]", {time_column, temp_column}),
                   R"({"data":[{"time":["a"],"temp":[1]},{"temp":[2.5],"time":["b"]}]})"),
              rows);
    // In several objects, none of them the rows' own.
    EXPECT_EQ(tell(columns_of("$", {column(Type::Text, {"$.time.start"}),
                                    column(Type::Float8, {"$.data.temperature"})}),
                   R"({"data":{"temperature":[1,2.5]},"time":{"start":["a","b"]}})"),
              rows);
    // Arrays in an array.
    EXPECT_EQ(
        tell(columns_of("$.series", {column(Type::Text, {"$[0]"}), column(Type::Float8, {"$[1]"})}),
             R"({"series":[["a","b"],[1,2.5]]})"),
        rows);
}

TEST(OrientColumns, ReadsObjectsKeyedByIndex) {
    const ScanSpec spec = columns_of("$", {time_column, temp_column});
    EXPECT_EQ(tell(spec, R"({"time":{"0":"a","1":"b"},"temp":{"0":1, "1" :2.5}})"),
              "text a | float8 1; text b | float8 2.5");
    EXPECT_EQ(tell(spec, R"({"time":{"0":"a"},"temp":[1,2]})"),
              "text a | float8 1; null | float8 2");
    EXPECT_EQ(tell(spec, R"({"time":["a"],"temp":{"1":1}})"),
              "WrongType at 0, line 1: the members of an object of values must be named 0, 1, 2 "
              "and so on [1] column 1");
    EXPECT_EQ(tell(spec, R"({"time":["a","b"],"temp":{"0":1,"x":2}})"),
              "text a | float8 1; WrongType at 0, line 1: the members of an object of values must "
              "be named 0, 1, 2 and so on [x] column 1");
    EXPECT_EQ(tell(spec, R"({"time":["a"],"temp":{}})"), "text a | null");
}

TEST(OrientColumns, FillsUpShortArraysWithNulls) {
    const ScanSpec spec = columns_of("$", {time_column, temp_column});
    const std::vector<std::pair<std::string, std::string>> documents = {
        {R"({"time":["a","b","c"],"temp":[1]})", "text a | float8 1; text b | null; text c | null"},
        {R"({"time":["a"],"temp":[null,2]})", "text a | null; null | float8 2"},
        {R"({"time":["a"]})", "text a | null"},
        {R"({"time":["a"],"temp":null})", "text a | null"},
        {R"({"time":["a"],"temp":[]})", "text a | null"},
        {R"({"time":[null]})", "null | null"},
        {R"({"time":[],"temp":[]})", ""},
        {R"({"time":null})", ""},
        {R"({"time":["a"],"temp":1})",
         "WrongType at 0, line 1: with orient 'columns' it must be an array [1] column 1"},
        {R"({"temp":[1],"time":"a"})",
         "WrongType at 0, line 1: with orient 'columns' it must be an array [\"a\"] column 0"},
        {R"({"temp":[1],"time":false})",
         "WrongType at 0, line 1: with orient 'columns' it must be an array [false] column 0"},
        {R"({"x":[1]})", "EmptyRow at 0, line 1: none of the table's paths finds anything in it"},
        {R"({"time":[["a"],{"b":1}]})", R"(text ["a"] | null; text {"b":1} | null)"},
        {R"({"time":["a"],"time":["b"]})", "text b | null"},
        {R"({"temp":[1,"x"]})", "null | float8 1; null | input x"},
        {R"({"temp":[1,true,2]})", "null | float8 1; WrongType at 0, line 1: a JSON boolean does "
                                   "not go into double precision [true] column 1"},
    };
    for (const auto& [text, expected] : documents)
        EXPECT_EQ(tell(spec, text), expected) << text;
}

// The declared columns decide the number of rows, whatever the query reads; metadata is the
// match's; ordinality counts rows.
TEST(OrientColumns, KeepsTheMatchBesideItsRows) {
    ScanSpec spec = columns_of(
        "$.p.*", {time_column, temp_column, column_from(ColumnSource::Ordinality, Type::Int8),
                  column_from(ColumnSource::Key), raw(), document_column(Type::Text, {"$.name"}),
                  column(Type::Json, {"$"}), column_from(ColumnSource::Rescued),
                  document_column(Type::Text, {"$.p.*.u"})});
    const std::string k = R"({"time":["a","b"],"u":"C","x":[0]})";
    const std::string l = R"({"temp":[1]})";
    const std::string rescued = R"({"x":[0]})";
    const std::string text = R"({"p":{"k":)" + k + R"(,"l":)" + l + R"(},"name":"n"})";
    const ScanOutcome outcome = scan_text(spec, text, Framing::Concatenated);
    EXPECT_EQ(tell(outcome), "text a | null | integer 1 | text k | text " + k +
                                 " | text n | text " + k + " | text " + rescued +
                                 " | text C; text b | null | integer 2 | text k | text " + k +
                                 " | text n | text " + k + " | text " + rescued +
                                 " | text C; null | float8 1 | integer 3 | text l | text " + l +
                                 " | text n | text " + l + " | null | null");
    EXPECT_EQ(outcome.rows[1].offset, text.find(k));
    EXPECT_EQ(outcome.rows[2].offset, text.find(l));
    for (ColumnSpec& column : spec.columns)
        column.wanted = false;
    EXPECT_EQ(scan_text(spec, text).rows.size(), 3u);
}

TEST(OrientColumns, TakesTheFirstAlternativeOfEachRow) {
    const ScanSpec spec = columns_of("$", {column(Type::Int4, {"$.a", "$.b"})});
    EXPECT_EQ(tell(spec, R"({"a":[1,null],"b":[3,4,5]})"), "integer 1; integer 4; integer 5");
}

TEST(OrientColumns, ReadsArraysOfArrays) {
    const ScanSpec spec = columns_of("$", {array_of(column(Type::Int4, {"$.a"})), time_column});
    EXPECT_EQ(tell(spec, R"({"a":[[1,2],[],null,[3]],"time":["x","\u00e9"]})"),
              "[2] {integer 1, integer 2} | text x; {} | text \xc3\xa9; null | null; [1] {integer "
              "3} | null");
}

// A path with a wildcard collects for the whole match, as document paths do.
TEST(OrientColumns, GivesAListToEveryRow) {
    const ScanSpec spec =
        columns_of("$", {time_column, array_of(column(Type::Int4, {"$.a[*].b"}))});
    EXPECT_EQ(tell(spec, R"({"time":["x","y"],"a":[{"b":1},{"b":2},{"b":3}]})"),
              "text x | [3] {integer 1, integer 2, integer 3}; "
              "text y | [3] {integer 1, integer 2, integer 3}");
}

TEST(OrientColumns, DecodesEscapesInEveryColumn) {
    const ScanSpec spec = columns_of("$", {time_column, column(Type::Text, {"$.x"})});
    EXPECT_EQ(tell(spec, R"({"time":["\u0061","b\\"],"x":["\"","\/"]})"),
              "text a | text \"; text b\\ | text /");
    EXPECT_EQ(tell(spec, R"({"time":["a","\ud800"]})"),
              "text a | null; LoneSurrogate at 0, line 1: half of a surrogate pair [\"\\ud800\"] "
              "column 0");
}

// A document whose arrays are empty is one without a row.
TEST(OrientColumns, CountsDocumentsWithoutRows) {
    for (const char* const row_path : {"$", "$.h"}) {
        const ScanOutcome outcome = scan_text(columns_of(row_path, {time_column}),
                                              R"({"h":{"time":[]},"time":[]}
                                                 {"h":{"time":["a"]},"time":["a"]})",
                                              Framing::Concatenated);
        EXPECT_EQ(tell(outcome), "text a") << row_path;
        EXPECT_EQ(outcome.counters.documents, 2u) << row_path;
        EXPECT_EQ(outcome.counters.empty_documents, 1u) << row_path;
    }
}

TEST(OrientColumns, GoesOverManyBatches) {
    std::string times, temps;
    for (int i = 0; i < 5000; ++i) {
        times += (i ? ",\"" : "\"") + std::to_string(i) + "\"";
        temps += (i ? "," : "") + std::to_string(i) + ".5";
    }
    const std::string text =
        "{\"h\":{\"time\":[" + times + "],\"temp\":[" + temps + "]},\"n\":\"x\"}";
    const ScanSpec spec =
        columns_of("$.h", {time_column, temp_column, document_column(Type::Text, {"$.n"})});
    const ScanOutcome outcome = scan_text(spec, text);
    ASSERT_EQ(outcome.rows.size(), 5000u);
    EXPECT_EQ(outcome.rows[4999].values, "text 4999 | float8 4999.5 | text x");
    EXPECT_EQ(scan_text(spec, text, Framing::Auto, {1, 1}), outcome);
    EXPECT_EQ(scan_text(spec, text, Framing::Auto, {100, 1000, 2}), outcome);
}

// --- orient 'split' --------------------------------------------------------------------------

TEST(OrientSplit, NamesTheElementsByTheHeader) {
    const std::string rows = "text a | float8 1; text b | float8 2.5";
    const ScanSpec spec = split_of("$.data[*]", "$.columns", {time_column, temp_column});
    EXPECT_EQ(tell(spec, R"({"columns":["time","x","temp"],"data":[["a",0,1],[ "b" ,[0], 2.5 ]]})"),
              rows);
    EXPECT_EQ(tell(spec, R"({"data":[["a",1],["b",2.5]],"columns":["time","temp"]})"), rows);
    EXPECT_EQ(tell(spec, R"({"columns":["t\u0069me"],"data":[["\u0061"]]})"), "text a | null");
    // Its own header for each document.
    EXPECT_EQ(tell(spec, R"({"columns":["time","temp"],"data":[["a",1]]}
                            {"columns":["temp","time"],"data":[[2.5,"b"]]})"),
              rows);
    // By place, and by place and name.
    EXPECT_EQ(tell(split_of("$.data[*]", "$.columns",
                            {column(Type::Text, {"$[0]"}), column(Type::Float8, {"$[1]", "$.x"})}),
                   R"({"columns":["p","q","x"],"data":[["a",1,9],["b",null,2.5],["c"]]})"),
              rows + "; text c | null");
    // The same element for two columns; a header that is not beside the rows.
    EXPECT_EQ(tell(split_of("$.d.*[*]", "$.h[0].names", {time_column, time_column}),
                   R"({"h":[{"names":["time"]}],"d":{"x":[["a"]],"y":[["b"]]}})"),
              "text a | text a; text b | text b");
    // Beside rows at each level.
    EXPECT_EQ(tell(split_of("$.s[*].data[*]", "$.s[*].columns", {time_column, temp_column}),
                   R"({"s":[{"columns":["time","temp"],"data":[["a",1]]},
                            {"data":[[2.5,"b"]],"columns":["temp","time"]}]})"),
              rows);
}

TEST(OrientSplit, SaysWhatIsNoRow) {
    const ScanSpec spec = split_of("$.data[*]", "$.columns", {time_column, temp_column});
    const std::vector<std::pair<std::string, std::string>> documents = {
        {R"({"columns":["time","temp"],"data":[["a"],[]]})",
         "text a | null; EmptyRow at 41, line 1: none of the table's paths finds anything in it"},
        {R"({"columns":["time","temp"],"data":[["a",1,2]]})",
         "WrongType at 35, line 1: the row is longer than the header [[\"a\",1,2]]"},
        {R"({"columns":["time"],"data":[{"time":"a"}]})",
         "WrongType at 28, line 1: with orient 'split' a row must be an array [{\"time\":\"a\"}]"},
        {R"({"columns":["time"],"data":["time"]})",
         "WrongType at 28, line 1: with orient 'split' a row must be an array [\"time\"]"},
        {R"({"data":[["a"]]})", "WrongType at 9, line 1: header_path finds no array of names"},
        {R"({"columns":"time","data":[["a"]]})",
         "WrongType at 26, line 1: header_path finds no array of names"},
        {R"({"columns":null,"data":[["a"]]})",
         "WrongType at 24, line 1: header_path finds no array of names"},
        {R"({"columns":["x"],"data":[["a"]]})",
         "EmptyRow at 25, line 1: none of the table's paths finds anything in it"},
        {R"({"columns":["time",7,null,["temp"]],"data":[["a",1,2,3]]})", "text a | null"},
        {R"({"columns":["time","time"],"data":[["a","b"]]})", "text b | null"},
        {R"({"columns":["time"],"data":[]})", ""},
        {R"({"columns":["time"]})", ""},
        {R"({"columns":["time"],"data":[["a"],["b]]})",
         "Syntax at 40, line 1: the document is cut off by the end of the file"},
    };
    for (const auto& [text, expected] : documents)
        EXPECT_EQ(tell(spec, text), expected) << text;
    // No columns but metadata: no row is empty.
    EXPECT_EQ(
        tell(split_of("$.data[*]", "$.columns", {raw()}), R"({"columns":["x"],"data":[[1],[]]})"),
        "text [1]; text []");
    ScanSpec lenient = spec;
    lenient.empty_rows_are_errors = false;
    EXPECT_EQ(tell(lenient, R"({"columns":["time","temp"],"data":[[],[null]]})"),
              "null | null; null | null");
}

// The header is a row as well: it is checked before anything is taken from it.
TEST(OrientSplit, CanTakeTheFirstRowAsHeader) {
    const ScanSpec spec = split_of("$.data[*]", "$.data[0]", {time_column, raw()});
    EXPECT_EQ(tell(spec, R"({"data":[["time"],["a"]]})"),
              R"(text time | text ["time"]; text a | text ["a"])");
    EXPECT_TRUE(scan_text(spec, R"({"data":[["time" "x"],["a"]]})").error);
    EXPECT_TRUE(scan_text(spec, R"({"data":[["time},["a"]]})").error);
    EXPECT_TRUE(scan_text(spec, R"({"data":[[:],["a"]]})").error);
    EXPECT_TRUE(scan_text(spec, R"({"data":[[tru,"time"],["a"]]})").error);
}

TEST(OrientSplit, KeepsMetadataAndDocumentValues) {
    const ScanSpec spec =
        split_of("$.data[*]", "$.columns",
                 {time_column, raw(), column_from(ColumnSource::Ordinality, Type::Int8),
                  document_column(Type::Text, {"$.name"}), column_from(ColumnSource::Rescued)});
    const std::string text = R"({"data":[["a", 1],["b" ]],"columns":["time","z"],"name":"n"})";
    const ScanOutcome outcome = scan_text(spec, text);
    EXPECT_EQ(tell(outcome), R"(text a | text ["a", 1] | integer 1 | text n | null; )"
                             R"(text b | text ["b" ] | integer 2 | text n | null)");
    EXPECT_EQ(outcome.rows[1].offset, text.find("[\"b\""));
    for (size_t first = 1; first < text.size(); ++first)
        ASSERT_EQ(scan_text(spec, text, Framing::Auto, {first, 1}), outcome) << first;
    SeekableText source(text, {1, 3});
    Scan scan(spec, Framing::Auto, 20);
    EXPECT_EQ(scan_source(scan, source).rows, outcome.rows);
    EXPECT_EQ(source.seeks, 1u);
}

} // namespace
} // namespace weather
