// next() drives the steps: bytes, documents, rows, values. With the row path `$` a document is a
// row.
#include "scan.h"

#include "engine_only.h"

namespace weather {

namespace {

// A batch ends with whichever comes first. Small enough to stay in the CPU's cache, large enough
// that the way into the engine costs nothing a row.
constexpr size_t batch_rows = 256;
constexpr size_t batch_bytes = 128 * 1024;

// DESIGN section 8: a call returns after so much input, so that interrupts are seen.
constexpr uint64_t call_bytes = 1024 * 1024;

// What a cut may have made of an escape at the end of a text: \uD83C\uDF24 is 12 bytes.
constexpr size_t longest_escape = 12;

} // namespace

ScanTargets::ScanTargets(const std::vector<ColumnSpec>& columns) : of_column(columns.size()) {
    for (size_t i = 0; i < columns.size(); ++i) {
        for (const JsonPath& path : columns[i].paths) {
            const TargetId target = tree.add(path);
            of_column[i].push_back(target);
            if (!path.empty())
                within_row.push_back(target);
        }
        if (columns[i].wanted)
            wanted.push_back(static_cast<int>(i));
    }
    tree.finish();
}

Scan::Scan(const ScanSpec& spec, Framing framing, size_t maximum_object_size)
    : spec_(spec), targets_(spec.columns), decoder_(targets_.tree),
      framer_(framing, maximum_object_size) {}

void Scan::begin_file(Source& source) {
    source_ = &source;
    window_.begin_file();
    framer_.begin_file();
    failed_ = false;
}

ScanStatus Scan::fail() {
    failed_ = true;
    return ScanStatus::Failed;
}

ScanStatus Scan::fill() {
    const uint64_t before = window_.bytes_read();
    const ReadStatus status = window_.fill(*source_, error_);
    counters_.bytes += window_.bytes_read() - before;
    switch (status) {
    case ReadStatus::Data:
    case ReadStatus::End:
        return ScanStatus::Rows;
    case ReadStatus::Again:
        return ScanStatus::Again;
    case ReadStatus::Blocked:
        return ScanStatus::Blocked;
    case ReadStatus::Failed:
        break;
    }
    return fail();
}

ScanStatus Scan::next(Batch& batch) {
    batch.clear();
    batch.columns = wanted().size();
    const uint64_t limit = window_.bytes_read() + call_bytes;
    ScanStatus status = failed_ ? ScanStatus::Failed : ScanStatus::Rows;
    while (status == ScanStatus::Rows && batch.rows.size() < batch_rows &&
           batch.arena.used() < batch_bytes) {
        Extent extent;
        switch (framer_.next(window_, extent, error_)) {
        case Framed::Document:
            ++counters_.documents;
            if (!add_row(extent, batch))
                status = fail();
            break;
        case Framed::NeedInput:
            status = window_.bytes_read() < limit ? fill() : ScanStatus::Again;
            break;
        case Framed::End:
            status = ScanStatus::EndOfFile;
            break;
        case Framed::Malformed:
            ++counters_.documents;
            ++counters_.rejected;
            explain_malformed(extent);
            status = fail();
            break;
        }
    }
    return batch.rows.empty() ? status : ScanStatus::Rows;
}

// Framing knows only that something is wrong with a document, where it noticed. If the decoder
// finds a fault further ahead in it, that is the one to report: a missing quotation mark shows in
// framing at the end of the file.
void Scan::explain_malformed(const Extent& extent) {
    Error found;
    if (extent.text.empty() || decoder_.decode(extent.text, found) ||
        found.offset + longest_escape >= extent.text.size())
        return;
    locate(found, extent, found.offset);
    error_ = std::move(found);
}

bool Scan::add_row(const Extent& row, Batch& batch) {
    error_ = Error();
    if (!decoder_.decode(row.text, error_)) {
        locate(error_, row, error_.offset);
        ++counters_.rejected;
        return false;
    }
    const size_t values = batch.values.size();
    batch.values.resize(values + batch.columns);
    converter_.begin_row(batch.arena, decoder_.has_escapes());
    if (!convert_row(batch.values.data() + values)) {
        error_.offset = row.offset;
        error_.line = row.line;
        batch.values.resize(values);
        ++counters_.rejected;
        return false;
    }
    batch.rows.push_back({row.offset, row.line});
    ++counters_.rows;
    return true;
}

bool Scan::found_anything() const {
    for (const TargetId target : targets_.within_row)
        if (decoder_.captures().found(target))
            return true;
    return targets_.within_row.empty();
}

bool Scan::convert_row(Value* values) {
    if (spec_.empty_rows_are_errors && !found_anything()) {
        error_.code = ErrorCode::EmptyRow;
        error_.reason = "none of the table's paths finds anything in it";
        return false;
    }
    for (const int column : wanted()) {
        const size_t index = static_cast<size_t>(column);
        if (!convert_column(spec_.columns[index], targets_.of_column[index], *values++)) {
            error_.column = column;
            return false;
        }
    }
    return true;
}

bool Scan::convert_column(const ColumnSpec& column, const std::vector<TargetId>& targets,
                          Value& value) {
    bool found = false;
    for (const TargetId target : targets) {
        const Captures& captures = decoder_.captures();
        found |= captures.found(target);
        if (targets_.tree.is_list(target)) {
            if (captures.found(target))
                return converter_.convert_list(column, captures.list(target), value, error_);
        } else if (captures.single(target).is_value()) {
            return converter_.convert(column, captures.single(target), value, error_);
        }
    }
    if (!column.empty_is_error && !column.not_null)
        return true; // Null
    error_.code = column.empty_is_error ? ErrorCode::EmptyValue : ErrorCode::NullValue;
    error_.reason = found ? "null" : "missing";
    return false;
}

} // namespace weather
