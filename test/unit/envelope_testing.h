// What the tests and the fuzzer of rows within documents share: columns of each source, a source
// that can be set back, outcomes in one line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine_testing.h"
#include "engine_only.h"

namespace weather {

// A file: it can be set back. `reached`: how far before the wanted byte it comes to stand, as
// decompression does.
class SeekableText final : public Source {
  public:
    SeekableText(std::string_view text, Reads reads = {}, uint64_t reached_before = 0)
        : text_(text), reads_(reads), reached_before_(reached_before), at_(text, reads) {}

    ReadResult read(char* buffer, size_t size, Error& error) override {
        return at_.read(buffer, size, error);
    }

    bool seek(uint64_t offset, uint64_t& reached) override {
        ++seeks;
        reached = offset - std::min(offset, reached_before_);
        at_ = TextSource(text_.substr(std::min<uint64_t>(reached, text_.size())), reads_);
        return true;
    }

    size_t seeks = 0;

  private:
    std::string_view text_;
    Reads reads_;
    uint64_t reached_before_;
    TextSource at_;
};

// Reads one file to its end or to an error.
inline ScanOutcome scan_source(Scan& scan, Source& source, Start start = {}) {
    scan.begin_file(source, start);
    ScanOutcome outcome;
    Batch batch;
    for (;;) {
        const ScanStatus status = scan.next(batch);
        add_rows(batch, outcome.rows);
        if (status == ScanStatus::EndOfFile || status == ScanStatus::Failed) {
            outcome.framing = scan.detected_framing();
            outcome.counters = scan.counters();
            outcome.error = status == ScanStatus::Failed ? scan.error() : Error();
            return outcome;
        }
    }
}

inline ColumnSpec column_from(ColumnSource source, Type type = Type::Text) {
    ColumnSpec result = column(type, {});
    result.name = "metadata";
    result.source = source;
    return result;
}

inline ColumnSpec raw() {
    return column_from(ColumnSource::Raw);
}

inline ColumnSpec document_column(Type type, std::vector<std::string> paths) {
    ColumnSpec result = column(type, std::move(paths));
    result.source = ColumnSource::DocumentPath;
    return result;
}

inline ColumnSpec array_of(ColumnSpec element) {
    element.is_array = true;
    return element;
}

inline ScanSpec envelope(std::string_view row_path, std::vector<ColumnSpec> columns) {
    ScanSpec spec;
    spec.row_path = path(row_path);
    spec.columns = std::move(columns);
    return spec;
}

// "text {"a":1}; text {"a":2}; Syntax at 17, line 1: the reason"
inline std::string tell(const ScanOutcome& outcome) {
    std::string result;
    for (const ScannedRow& row : outcome.rows)
        result += (result.empty() ? "" : "; ") + row.values;
    if (outcome.error)
        result += (result.empty() ? "" : "; ") + show(outcome.error);
    return result;
}

inline std::string tell(const ScanSpec& spec, std::string_view text,
                        Framing framing = Framing::Concatenated,
                        size_t maximum_size = test_maximum_size) {
    return tell(scan_text(spec, text, framing, {}, maximum_size));
}

// The texts of the rows that a row path finds.
inline std::string rows_of(std::string_view row_path, std::string_view text,
                           Framing framing = Framing::Concatenated) {
    return tell(envelope(row_path, {raw()}), text, framing);
}

} // namespace weather
