// next() drives the steps: bytes, documents, matches of the row path, rows, values. With the row
// path `$` a document is a match; unless columns are turned into rows, a match is a row.
#include "scan.h"

#include <algorithm>
#include <utility>

#include "raw_text.h"
#include "engine_only.h"

namespace weather {

namespace {

// A batch ends with whichever comes first. Small enough to stay in the CPU's cache, large enough
// that the way into the engine costs nothing a row.
constexpr size_t batch_rows = 256;
constexpr size_t batch_bytes = 128 * 1024;

// DESIGN section 8: a call returns after so much input, so that interrupts are seen.
constexpr uint64_t call_bytes = 1024 * 1024;

// Whether a fault at `offset` is what the cut at the end of `text` has made, rather than what was
// wrong before: the end itself, half an escape (\uD83C\uDF24 is 12 bytes) or half a character.
bool is_made_by_cut(const Error& fault, std::string_view text) {
    constexpr size_t longest_escape = 12;
    constexpr size_t longest_character = 4;
    const size_t left = text.size() - std::min(static_cast<size_t>(fault.offset), text.size());
    if (fault.code == ErrorCode::InvalidUtf8)
        return left < longest_character;
    const size_t from = fault.offset > 0 ? static_cast<size_t>(fault.offset) - 1 : 0;
    return left == 0 ||
           (left <= longest_escape && text.substr(from, 2).find('\\') != std::string_view::npos);
}

} // namespace

Scan::Scan(const ScanSpec& spec, Framing framing, size_t maximum_object_size)
    : plan_(spec), maximum_size_(maximum_object_size), decoder_(plan_.row_tree),
      document_values_(plan_.document_tree, plan_.document_levels),
      rows_(plan_.document_tree, document_values_, maximum_object_size, !spec.stop_at_errors),
      columns_(plan_.row_tree, plan_.within_row), split_(plan_.row_tree),
      framer_(framing, maximum_object_size) {
    for (const ScanPlan::SplitPath& path : plan_.split_paths) {
        if (path.by_name)
            split_.add_name(path.target, path.step.name);
        else
            split_.add_place(path.target, path.step.index);
    }
}

void Scan::begin_file(Source& source, Start start, std::vector<Given> given,
                      ConvertingSource* conversion) {
    source_ = &source;
    conversion_ = conversion;
    start_ = start;
    given_ = std::move(given);
    started_at_ = 0;
    window_.begin_file();
    framer_.begin_file();
    error_ = Error();
    task_ = start.offset > 0 ? Task::FindStart : Task::FindDocument;
    ordinal_ = 0;
    good_ = {};
    failed_ = false;
}

// From the place in the text to that in the file.
uint64_t Scan::file_offset(uint64_t offset) const {
    return conversion_ ? conversion_->file_offset(offset) : offset;
}

// An error of the text becomes one of the file. Whatever is complained of where a byte was refused,
// the byte is what is wrong.
void Scan::place_in_file(Error& error) const {
    if (!conversion_)
        return;
    if (const ConvertingSource::Fault* fault = conversion_->fault_at(error.offset)) {
        error.code = fault->code;
        error.reason = fault->reason;
    }
    error.offset = conversion_->file_offset(error.offset);
}

ScanStatus Scan::fail() {
    failed_ = true;
    return ScanStatus::Failed;
}

// A row with an error, whose place is the row's.
ScanStatus Scan::fail_row(Batch& batch) {
    error_.offset = file_offset(match_.offset);
    error_.line = match_.line;
    ++counters_.rejected;
    if (plan_.spec().stop_at_errors)
        return fail();
    add_reject(batch);
    return ScanStatus::Rows;
}

// The match at hand as a row without values, and why.
void Scan::add_reject(Batch& batch) {
    batch.notes.push_back({batch.rows.size(), true, std::exchange(error_, Error())});
    const uint64_t offset = is_malformed_ ? malformed_at_ : file_offset(match_.offset);
    batch.rows.push_back({offset, match_.line});
    for (const int index : wanted()) {
        const ColumnSpec& column = plan_.spec().columns[static_cast<size_t>(index)];
        Value value;
        if (column.paths.empty() && !convert_metadata(column, value))
            value = Value(); // what is wrong with it is known already
        batch.values.push_back(value);
    }
    error_ = Error();
    document_has_rows_ = true;
}

// Framing knows only that something is wrong with a text, where it noticed. If the decoder finds a
// fault further ahead in it, that is the one to report: a missing quotation mark shows in framing
// at the end of the file.
ScanStatus Scan::malformed(const Extent& extent) {
    ++counters_.rejected;
    Error found;
    if (!extent.text.empty() && !decoder_.decode(extent.text, found) &&
        !is_made_by_cut(found, extent.text)) {
        locate(found, extent, found.offset);
        error_ = std::move(found);
    }
    const uint64_t fault = error_.offset;
    place_in_file(error_); // now: reading on forgets the places
    if (plan_.spec().stop_at_errors)
        return fail();
    const Resync::Until until = framer_.is_past_documents() ? Resync::Until::EndOfFile
                                : framer_.detected() == Framing::Lines
                                    ? Resync::Until::NextLine
                                    : Resync::Until::LikeBeginning;
    // Of a document with rows, those before the fault stand.
    const uint64_t from = plan_.has_row_path() ? fault : window_.offset();
    malformed_at_ = file_offset(from);
    resync_.begin(window_, from, fault, until, document_, good_,
                  plan_.wants_raw() ? maximum_size_ : 0);
    task_ = Task::PassOver;
    return ScanStatus::Rows;
}

ScanStatus Scan::pass_over(Batch& batch, uint64_t limit) {
    if (!resync_.next(window_))
        return need_input(limit);
    counters_.passed_over += file_offset(window_.offset()) - malformed_at_;
    framer_.resume(window_);
    malformed_ = valid_text(resync_.text());
    match_ = {malformed_, resync_.offset(), resync_.line(), false};
    is_malformed_ = true;
    ++ordinal_;
    add_reject(batch);
    task_ = Task::FindDocument;
    return ScanStatus::Rows;
}

uint64_t Scan::bytes_read() const {
    return conversion_ ? conversion_->bytes_read() : window_.bytes_read();
}

ScanStatus Scan::fill() {
    if (conversion_)
        conversion_->forget_before(window_.offset());
    const uint64_t before = bytes_read();
    const ReadStatus status = window_.fill(*source_, error_);
    counters_.bytes += bytes_read() - before;
    switch (status) {
    case ReadStatus::Data:
    case ReadStatus::End:
        return ScanStatus::Rows;
    case ReadStatus::Again:
        return ScanStatus::Again;
    case ReadStatus::Blocked:
        return ScanStatus::Blocked;
    case ReadStatus::Convert:
        return ScanStatus::Convert;
    case ReadStatus::Failed:
        break;
    }
    return fail();
}

ScanStatus Scan::need_input(uint64_t limit) {
    return window_.bytes_read() < limit ? fill() : ScanStatus::Again;
}

ScanStatus Scan::next(Batch& batch) {
    batch.clear();
    batch.columns = wanted().size();
    arena_ = &batch.arena;
    const uint64_t limit = window_.bytes_read() + call_bytes;
    ScanStatus status = failed_ ? ScanStatus::Failed : ScanStatus::Rows;
    while (status == ScanStatus::Rows && batch.rows.size() < batch_rows &&
           batch.arena.used() < batch_bytes)
        status = step(batch, limit);
    return batch.rows.empty() ? status : ScanStatus::Rows;
}

// Rows: go on with the next step.
ScanStatus Scan::step(Batch& batch, uint64_t limit) {
    switch (task_) {
    case Task::FindStart:
        return find_start(limit);
    case Task::SkipLines:
        return skip_lines(limit);
    case Task::FindDocument:
        return find_document(batch, limit);
    case Task::FindRow:
        return find_row(batch, limit);
    case Task::PassOver:
        return pass_over(batch, limit);
    case Task::EmitRows:
        break;
    }
    return emit_rows(batch);
}

ScanStatus Scan::find_document(Batch& batch, uint64_t limit) {
    Extent document;
    const Framed framed = plan_.has_row_path() ? framer_.find(window_, error_)
                                               : framer_.next(window_, document, error_);
    if (window_.offset() >= start_.end)
        return ScanStatus::EndOfFile;
    if (!window_.view().empty())
        document_ = {window_.view()[0], window_.column()};
    switch (framed) {
    case Framed::Document:
        ++counters_.documents;
        document_has_rows_ = false;
        if (!plan_.has_row_path())
            return begin_match(batch, document);
        rows_.begin_document(window_);
        task_ = Task::FindRow;
        return ScanStatus::Rows;
    case Framed::NeedInput:
        return need_input(limit);
    case Framed::End:
        return ScanStatus::EndOfFile;
    case Framed::Malformed:
        break;
    }
    ++counters_.documents;
    return malformed(document);
}

ScanStatus Scan::find_row(Batch& batch, uint64_t limit) {
    Extent row;
    const bool one_line = framer_.detected() == Framing::Lines;
    switch (rows_.next(window_, *source_, one_line, row, error_)) {
    case RowFinder::Status::Row:
        return begin_match(batch, row);
    case RowFinder::Status::End:
        framer_.document_consumed(rows_.was_container());
        end_document();
        return ScanStatus::Rows;
    case RowFinder::Status::NeedInput:
        return need_input(limit);
    case RowFinder::Status::Malformed:
        break;
    }
    return malformed(row);
}

void Scan::end_document() {
    counters_.empty_documents += !document_has_rows_;
    good_ = document_;
    task_ = Task::FindDocument;
}

void Scan::end_match() {
    if (plan_.has_row_path())
        task_ = Task::FindRow;
    else
        end_document();
}

ScanStatus Scan::begin_match(Batch& batch, const Extent& match) {
    error_ = Error();
    match_ = match;
    is_malformed_ = false;
    task_ = Task::EmitRows;
    match_is_new_ = true;
    bool decoded = decoder_.decode(match_.text, error_);
    if (!decoded && match_.is_guess) {
        if (framer_.exact(window_, match_, error_) != Framed::Document)
            return malformed(match_);
        decoded = decoder_.decode(match_.text, error_);
    }
    if (!decoded) {
        locate(error_, match_, error_.offset);
        return malformed(Extent());
    }
    if (begin_rows())
        return ScanStatus::Rows;
    ++ordinal_;
    end_match();
    return fail_row(batch);
}

// What is to be known before the first row of a match.
bool Scan::begin_rows() {
    const Captures& found = decoder_.captures();
    if (plan_.spec().orient == Orient::Split) {
        const Captures& document = document_values_.captures();
        const TargetId header = static_cast<TargetId>(plan_.header);
        return split_.read_header(document.found(header) ? &document.single(header) : nullptr,
                                  error_);
    }
    if (plan_.spec().empty_rows_are_errors && !found_anything()) {
        error_.code = ErrorCode::EmptyRow;
        error_.reason = "none of the table's paths finds anything in it";
        return false;
    }
    TargetId faulty;
    if (plan_.spec().orient == Orient::Records || columns_.begin(found, error_, faulty))
        return true;
    error_.column = column_of(faulty);
    return false;
}

// The values of the next row of the match; null when there is none, or with `failed`.
const Captures* Scan::next_row(bool& failed) {
    const Captures* row = nullptr;
    TargetId faulty = 0;
    bool well_formed = true;
    switch (plan_.spec().orient) {
    case Orient::Records:
        return std::exchange(match_is_new_, false) ? &decoder_.captures() : nullptr;
    case Orient::Columns:
        row = columns_.next(error_, faulty, well_formed);
        failed = !well_formed;
        if (failed)
            error_.column = column_of(faulty);
        return row;
    case Orient::Split:
        break;
    }
    if (!std::exchange(match_is_new_, false))
        return nullptr;
    row = split_.read_row(match_.text, error_);
    failed = row == nullptr;
    if (row && plan_.spec().empty_rows_are_errors && !plan_.within_row.empty() &&
        !split_.found_anything()) {
        error_.code = ErrorCode::EmptyRow;
        error_.reason = "none of the table's paths finds anything in it";
        failed = true;
    }
    return row;
}

ScanStatus Scan::emit_rows(Batch& batch) {
    while (batch.rows.size() < batch_rows && batch.arena.used() < batch_bytes) {
        bool failed = false;
        const Captures* row = next_row(failed);
        if (!row && !failed) {
            end_match();
            return ScanStatus::Rows;
        }
        ++ordinal_;
        if (failed) {
            end_match();
            return fail_row(batch);
        }
        const size_t values = batch.values.size();
        batch.values.resize(values + batch.columns);
        converter_.begin_row(batch.arena, decoder_.has_escapes() || plan_.has_document_values());
        if (!convert_row(*row, batch.values.data() + values)) {
            batch.values.resize(values);
            if (fail_row(batch) == ScanStatus::Failed)
                return ScanStatus::Failed;
            continue;
        }
        for (Error& error : fallen_back_)
            batch.notes.push_back({batch.rows.size(), false, std::move(error)});
        batch.rows.push_back({file_offset(match_.offset), match_.line});
        document_has_rows_ = true;
        ++counters_.rows;
    }
    return ScanStatus::Rows;
}

bool Scan::found_anything() const {
    for (const TargetId target : plan_.within_row)
        if (decoder_.captures().found(target))
            return true;
    return plan_.within_row.empty();
}

// The column that a target of the row tree belongs to.
int Scan::column_of(TargetId target) const {
    for (size_t i = 0; i < plan_.of_column.size(); ++i)
        for (const ColumnTarget& candidate : plan_.of_column[i])
            if (!candidate.in_document && candidate.target == target)
                return static_cast<int>(i);
    return -1;
}

} // namespace weather
