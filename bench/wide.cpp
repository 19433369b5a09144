// Whether the engine's cost is linear where files are wide or long: measures each shape at n and at
// 2n, and prints the ratio of the times. 2 is linear, 4 quadratic. Built and run by bench/wide.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "../test/unit/envelope_testing.h"
#include "engine_only.h"

using namespace weather;

namespace {

struct Job {
    ScanSpec spec;
    std::string text;
    size_t maximum_size = 64 * 1024 * 1024;
    size_t rows = 0; // expected
    size_t each = SIZE_MAX;
};

struct Shape {
    const char* name;
    size_t n;
    std::function<Job(size_t)> make;
};

std::string number(size_t value) {
    return std::to_string(value);
}

std::string list(size_t count, const std::function<std::string(size_t)>& element) {
    std::string result;
    for (size_t i = 0; i < count; ++i)
        result += (i ? "," : "") + element(i);
    return result;
}

std::string members(size_t count) {
    return list(count, [](size_t i) { return "\"m" + number(i) + "\":" + number(i); });
}

ScanSpec columns_m(size_t count) {
    ScanSpec spec;
    for (size_t i = 0; i < count; ++i)
        spec.columns.push_back(column(Type::Int8, {"$.m" + number(i)}));
    return spec;
}

Job columns_read(size_t n) {
    const std::string row = "{" + members(n) + "}\n";
    return {columns_m(n), repeat(row, 500), 64 << 20, 500};
}

Job columns_shuffled(size_t n) { // no member comes where it is guessed
    std::string text;
    for (size_t r = 0; r < 500; ++r)
        text +=
            "{" +
            list(n, [&](size_t i) { return "\"m" + number((i * 7919 + r * 31) % n) + "\":1"; }) +
            "}\n";
    return {columns_m(n), text, 64 << 20, 500};
}

Job columns_planned(size_t n) { // the plan alone
    return {columns_m(n), "{\"m0\":1}", 64 << 20, 1};
}

Job columns_of_document(size_t n) {
    ScanSpec spec = envelope("$.list[*]", {});
    for (size_t i = 0; i < n; ++i)
        spec.columns.push_back(document_column(Type::Int8, {"$.m" + number(i)}));
    return {spec, "{" + members(n) + ",\"list\":[" + list(200, number) + "]}", 64 << 20, 200};
}

Job members_in_row(size_t n) {
    ScanSpec spec;
    spec.columns = {column(Type::Int8, {"$.m7"}), column_from(ColumnSource::Rescued, Type::Json)};
    return {spec, repeat("{" + members(n) + "}\n", 20), 64 << 20, 20};
}

Job long_string(size_t n) {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.a"})};
    return {spec, repeat("{\"a\":\"" + repeat("x", n) + "\"}\n", 40), 64 << 20, 40};
}

Job long_escaped_string(size_t n) {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.a"})};
    return {spec, repeat("{\"a\":\"" + repeat("\\u00e9\\n", n / 8) + "\"}\n", 40), 64 << 20, 40};
}

Job long_string_in_pieces(size_t n) {
    Job job = long_string(n);
    job.each = 4096;
    return job;
}

Job long_string_beside_rows(size_t n) {
    return {envelope("$.list[*]", {raw()}),
            repeat("{\"a\":\"" + repeat("\\n", n / 2) + "\",\"list\":[1]}\n", 20), 64 << 20, 20,
            4096};
}

Job long_array(size_t n) {
    ScanSpec spec;
    spec.columns = {array_of(column(Type::Float8, {"$.a"})),
                    array_of(column(Type::Float8, {"$.a[*]"})), column(Type::Float8, {"$.a[7]"})};
    return {spec, repeat("{\"a\":[" + list(n, number) + "]}\n", 5), 64 << 20, 5};
}

Job array_by_index(size_t n) { // a column an element
    ScanSpec spec;
    for (size_t i = 0; i < n; ++i)
        spec.columns.push_back(column(Type::Float8, {"$.a[" + number(i) + "]"}));
    return {spec, repeat("{\"a\":[" + list(n, number) + "]}\n", 500), 64 << 20, 500};
}

Job long_columns(size_t n) {
    ScanSpec spec;
    spec.orient = Orient::Columns;
    spec.columns = {column(Type::Float8, {"$.a"}), column(Type::Text, {"$.b"})};
    const std::string strings = list(n, [](size_t i) { return "\"" + number(i) + "\""; });
    return {spec, "{\"a\":[" + list(n, number) + "],\"b\":[" + strings + "]}", 64 << 20, n};
}

Job wide_columns(size_t n) {
    ScanSpec spec;
    spec.orient = Orient::Columns;
    for (size_t i = 0; i < n; ++i)
        spec.columns.push_back(column(Type::Float8, {"$.m" + number(i)}));
    const std::string values = "[" + list(300, number) + "]";
    return {spec, "{" + list(n, [&](size_t i) { return "\"m" + number(i) + "\":" + values; }) + "}",
            64 << 20, 300};
}

Job wide_split(size_t n) {
    ScanSpec spec = envelope("$.data[*]", {});
    spec.orient = Orient::Split;
    spec.header_path = path("$.names");
    for (size_t i = 0; i < n; ++i)
        spec.columns.push_back(column(Type::Float8, {"$.m" + number(i)}));
    const std::string row = "[" + list(n, number) + "]";
    return {spec,
            "{\"names\":[" + list(n, [](size_t i) { return "\"m" + number(i) + "\""; }) +
                "],\"data\":[" + list(200, [&](size_t) { return row; }) + "]}",
            64 << 20, 200};
}

std::string rows(size_t n) {
    return list(n, [](size_t i) { return "{\"a\":" + number(i) + ",\"b\":\"x\"}\n"; });
}

Job rows_in_envelope(size_t n) {
    return {envelope("$.list[*]", {column(Type::Int8, {"$.a"})}), "{\"list\":[" + rows(n) + "]}",
            64 << 20, n};
}

Job rows_in_memory(size_t n) {
    return {envelope("$.list[*]",
                     {column(Type::Int8, {"$.a"}), document_column(Type::Text, {"$.city"}), raw()}),
            "{\"list\":[" + rows(n) + "],\"city\":\"x\"}", 256 << 20, n};
}

Job rows_read_twice(size_t n) {
    Job job = rows_in_memory(n);
    job.maximum_size = 1000;
    return job;
}

Job rows_under_members(size_t n) {
    return {envelope("$.p.*", {column_from(ColumnSource::Key)}), "{\"p\":{" + members(n) + "}}",
            64 << 20, n};
}

Job rows_at_levels(size_t n) {
    return {envelope("$.c[*].h[*]", {raw(), document_column(Type::Text, {"$.c[*].name"})}),
            "{\"c\":[" +
                list(n, [](size_t i) { return "{\"h\":[1,2],\"name\":\"" + number(i) + "\"}"; }) +
                "]}",
            256 << 20, 2 * n};
}

Job levels_nested(size_t n) {
    return {envelope("$[*].x", {raw()}),
            "[" +
                list(200,
                     [&](size_t) {
                         return "{\"y\":" + repeat("[", n) + repeat("]", n) + ",\"x\":1}";
                     }) +
                "]",
            64 << 20, 200};
}

const Shape shapes[] = {
    {"columns, all read", 800, columns_read},
    {"columns, in no order", 800, columns_shuffled},
    {"columns, planned", 800, columns_planned},
    {"columns of document paths", 800, columns_of_document},
    {"members in a row, rescued", 10000, members_in_row},
    {"string of a row", 1 << 20, long_string},
    {"string with escapes", 1 << 20, long_escaped_string},
    {"string, read by 4 KiB", 1 << 20, long_string_in_pieces},
    {"string beside the rows", 1 << 20, long_string_beside_rows},
    {"elements of an array", 100000, long_array},
    {"elements, a column each", 800, array_by_index},
    {"orient columns: elements", 100000, long_columns},
    {"orient columns: columns", 800, wide_columns},
    {"orient split: columns", 800, wide_split},
    {"rows in an envelope", 100000, rows_in_envelope},
    {"... and a value behind them", 100000, rows_in_memory},
    {"... read twice", 100000, rows_read_twice},
    {"rows under .*", 100000, rows_under_members},
    {"elements above the rows", 50000, rows_at_levels},
    {"levels beside the rows", 450, levels_nested},
};

double seconds(const Job& job) {
    const auto start = std::chrono::steady_clock::now();
    Scan scan(job.spec, Framing::Concatenated, job.maximum_size);
    SeekableText source(job.text, {job.each, job.each});
    scan.begin_file(source);
    Batch batch;
    size_t rows = 0;
    ScanStatus status;
    while ((status = scan.next(batch)) != ScanStatus::EndOfFile && status != ScanStatus::Failed)
        rows += batch.rows.size();
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
    if (status == ScanStatus::Failed || rows != job.rows) {
        std::fprintf(stderr, "%zu rows instead of %zu; %s\n", rows, job.rows,
                     show(scan.error()).c_str());
        std::exit(1);
    }
    return passed.count();
}

} // namespace

int main(int count, char** arguments) {
    const int runs = count > 1 ? std::atoi(arguments[1]) : 5;
    std::printf("| shape | n | ms at n | ms at 2n | ratio |\n|---|---|---|---|---|\n");
    for (const Shape& shape : shapes) {
        const Job one = shape.make(shape.n);
        const Job two = shape.make(2 * shape.n);
        double least[2] = {1e9, 1e9};
        for (int run = 0; run < runs; ++run) { // in turns: other load meets both
            least[0] = std::min(least[0], seconds(one));
            least[1] = std::min(least[1], seconds(two));
        }
        std::printf("| %s | %zu | %.2f | %.2f | %.2f |\n", shape.name, shape.n, least[0] * 1e3,
                    least[1] * 1e3, least[1] / least[0]);
        std::fflush(stdout);
    }
    return 0;
}
