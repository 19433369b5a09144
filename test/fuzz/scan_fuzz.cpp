// Framing, decoding and conversion together. The first four bytes choose how the rest is read; what
// must hold of every scan is checked, and so is that the size of the reads and the choice of the
// decoder change nothing.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "../unit/engine_testing.h"
#include "utf8.h"
#include "engine_only.h"

using namespace weather;

namespace {

// What the first bytes choose.
struct Choice {
    Framing framing;
    size_t maximum_size;
    ScanSpec spec;
    bool whole_rows; // the only column is the row itself
    Reads reads;
};

ScanSpec typed_column(uint8_t flags, uint8_t type) {
    ColumnSpec value = column(static_cast<Type>(type % 14), {"$.a", "$.b[0].c"});
    value.is_array = flags & 1;
    if (value.is_array)
        value.paths.push_back(path("$.d[*].e"));
    value.has_zone = flags & 2;
    value.not_null = flags & 4;
    value.on_empty = flags & 8 ? Fallback::Error : Fallback::Null;
    value.has_datetime_format = flags & 16;
    if (flags & 32)
        value.epoch = static_cast<EpochUnit>(type / 14 % 3);
    ScanSpec spec;
    spec.columns.push_back(std::move(value));
    return spec;
}

// Either form of a weather file.
ScanSpec weather_columns(uint8_t unwanted) {
    ScanSpec spec;
    spec.columns = {column(Type::Text, {"$.city", "$.name"}),
                    column(Type::TimestampTz, {"$.timestamp", "$.dt"}),
                    column(Type::Float8, {"$.temp", "$.main.temp"}),
                    column(Type::Int4, {"$.weather[*].id"}), column(Type::Jsonb, {"$.clouds"})};
    spec.columns[1].epoch = EpochUnit::Seconds;
    spec.columns[1].has_zone = true;
    spec.columns[3].is_array = true;
    for (ColumnSpec& column : spec.columns) {
        column.wanted = !(unwanted & 1);
        unwanted = static_cast<uint8_t>(unwanted >> 1);
    }
    return spec;
}

Choice choose(const uint8_t* bytes) {
    Choice choice;
    choice.framing = static_cast<Framing>(bytes[0] & 3);
    choice.maximum_size = bytes[0] & 64 ? 40 : 4096;
    choice.whole_rows = (bytes[0] >> 2 & 3) == 1;
    switch (bytes[0] >> 2 & 3) {
    case 0:
        break; // no columns: rows are counted
    case 1:
        choice.spec.columns.push_back(column(Type::Json, {"$"}));
        break;
    case 2:
        choice.spec = typed_column(bytes[2], bytes[3]);
        break;
    case 3:
        choice.spec = weather_columns(bytes[2]);
        break;
    }
    choice.spec.empty_rows_are_errors = bytes[0] & 16;
    choice.reads.first = bytes[1] + 1u;
    choice.reads.each = (bytes[1] & 15) + 1u;
    choice.reads.pauses = bytes[1] & 16 ? 2 : 0;
    return choice;
}

[[noreturn]] void fail(const char* what, const ScanOutcome& outcome) {
    std::fprintf(stderr, "%s:\n%s\n", what, show(outcome).c_str());
    std::abort();
}

void check_value(const Value& value, const ScanOutcome& outcome) {
    if (value.kind == Value::Kind::Array) {
        size_t size = value.array->dimensions > 0 ? 1 : 0;
        for (int i = 0; i < value.array->dimensions; ++i)
            size *= static_cast<size_t>(value.array->extents[i]);
        if (value.array->dimensions > 6 || size != value.array->size)
            fail("an array whose dimensions and size differ", outcome);
        for (size_t i = 0; i < value.array->size; ++i)
            check_value(value.array->elements[i], outcome);
    } else if (value.kind == Value::Kind::Text || value.kind == Value::Kind::Input) {
        const std::string_view text(value.text, value.size);
        if (find_invalid_utf8(text) != text.size() || text.find('\0') != text.npos ||
            value.text[value.size] != '\0')
            fail("a text that PostgreSQL cannot hold", outcome);
    }
}

Counters operator-(Counters after, const Counters& before) {
    after.documents -= before.documents;
    after.rows -= before.rows;
    after.rejected -= before.rejected;
    after.passed_over -= before.passed_over;
    return after;
}

// Reads the text as the next file of the scan.
ScanOutcome run(Scan& scan, std::string_view text, Reads reads) {
    TextSource source(text, reads);
    const Counters before = scan.counters();
    scan.begin_file(source);
    ScanOutcome outcome;
    Batch batch;
    for (size_t calls = 0;; ++calls) {
        const ScanStatus status = scan.next(batch);
        add_rows(batch, outcome.rows);
        for (const Value& value : batch.values)
            check_value(value, outcome);
        if ((status == ScanStatus::Rows) != !batch.rows.empty() || calls > 10 * text.size() + 10)
            fail("a status that does not fit its batch", outcome);
        if (status != ScanStatus::EndOfFile && status != ScanStatus::Failed)
            continue;
        outcome.framing = scan.detected_framing();
        outcome.counters = scan.counters() - before;
        if (status == ScanStatus::Failed)
            outcome.error = scan.error();
        return outcome;
    }
}

void check_counters(const ScanOutcome& outcome) {
    const Counters& counters = outcome.counters;
    if (counters.rows + (outcome.error ? 0 : counters.rejected) != outcome.rows.size())
        fail("rows are miscounted", outcome);
    if (outcome.error && counters.rejected != 1)
        fail("rejects are miscounted", outcome);
    if (counters.documents != counters.rows + counters.rejected)
        fail("documents are miscounted", outcome);
}

void check_error(const Error& error, std::string_view text, const ScanOutcome& outcome) {
    if (!error)
        return;
    if (error.offset > text.size() || error.line != line_of(text, error.offset))
        fail("an error whose place is not in the file", outcome);
    if (error.reason.empty() || error.value.size() > 83 ||
        find_invalid_utf8(error.value) != error.value.size())
        fail("an error that cannot be shown", outcome);
}

// A row stands where it says; between rows stands nothing but white space, commas and the outer
// array.
void check_rows(const Choice& choice, std::string_view text, const ScanOutcome& outcome) {
    const std::string_view between = outcome.framing == Framing::Array ? " \t\r\n,[]" : " \t\r\n,";
    size_t end = text.substr(0, 3) == "\xEF\xBB\xBF" ? 3 : 0;
    for (const ScannedRow& row : outcome.rows) {
        if (row.offset < end || row.offset >= text.size())
            fail("a row out of its place", outcome);
        if (row.line != line_of(text, row.offset))
            fail("a row on another line", outcome);
        const std::string_view gap = text.substr(end, row.offset - end);
        if (!choice.whole_rows) {
            end = row.offset + 1;
            continue;
        }
        if (gap.find_first_not_of(between) != gap.npos)
            fail("bytes between two rows are lost", outcome);
        const std::string_view json = row.values == "null" // JSON's null is SQL's
                                          ? "null"
                                          : std::string_view(row.values).substr(5); // "text "
        if (text.substr(row.offset, json.size()) != json || json.size() > choice.maximum_size)
            fail("a row that is not the file's text", outcome);
        end = row.offset + json.size();
    }
    if (choice.whole_rows && !outcome.error &&
        text.substr(end).find_first_not_of(between) != text.npos)
        fail("bytes behind the last row are lost", outcome);
}

// Where errors do not stop the scan, it ends with the file, and its rows begin with those before
// the first error.
void check_tolerant(Choice choice, std::string_view text, const ScanOutcome& strict) {
    choice.spec.stop_at_errors = false;
    Scan scan(choice.spec, choice.framing, choice.maximum_size);
    const ScanOutcome outcome = run(scan, text, Reads());
    check_counters(outcome);
    if (outcome.error)
        fail("an error that stopped the scan", outcome);
    if (outcome.rows.size() < strict.rows.size() ||
        !std::equal(strict.rows.begin(), strict.rows.end(), outcome.rows.begin()))
        fail("rows before the first error are lost", outcome);
    if ((outcome.counters.rejected > 0) != static_cast<bool>(strict.error))
        fail("rejects without an error", outcome);
    uint64_t before = 0;
    for (const ScannedRow& row : outcome.rows) {
        if (row.offset < before || row.offset > text.size() ||
            row.line != line_of(text, row.offset))
            fail("a row or reject out of its place", outcome);
        before = row.offset;
    }
    const ScanOutcome pieces = run(scan, text, choice.reads);
    if (!(pieces == outcome)) {
        std::fprintf(stderr, "read in pieces:\n%s\n", show(pieces).c_str());
        fail("rejects depend on the size of the reads", outcome);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr size_t header = 4;
    if (size < header)
        return 0;
    const Choice choice = choose(data);
    const std::string_view text(reinterpret_cast<const char*>(data) + header, size - header);
    Scan scan(choice.spec, choice.framing, choice.maximum_size);
    const ScanOutcome outcome = run(scan, text, Reads());
    check_counters(outcome);
    check_error(outcome.error, text, outcome);
    check_rows(choice, text, outcome);
    check_tolerant(choice, text, outcome);

    const ScanOutcome pieces = run(scan, text, choice.reads);
    if (!(pieces == outcome)) {
        std::fprintf(stderr, "read in pieces:\n%s\n", show(pieces).c_str());
        fail("read at once it is not the same", outcome);
    }
    scan.use_reference_decoder();
    const ScanOutcome reference = run(scan, text, Reads());
    if (!(reference == outcome)) {
        std::fprintf(stderr, "by the reference decoder:\n%s\n", show(reference).c_str());
        fail("by the fast decoder it is not the same", outcome);
    }
    return 0;
}
