#include "row_finder.h"

#include "utf8.h"
#include "engine_only.h"

namespace weather {

void RowFinder::begin_document(const Window& window) {
    offset_ = window.offset();
    line_ = window.line();
    column_ = window.column();
    collecting_ = !values_.empty();
    at_row_ = false;
    at_ = row_size_ = 0;
    values_.collect();
    handler_.begin_document(collecting_);
    walk_.begin();
}

RowFinder::Status RowFinder::malformed(const Window& window, Error& error, ErrorCode code,
                                       const char* reason) {
    error.code = code;
    error.reason = reason;
    locate(error, {window.view(), window.offset(), window.line()}, at_);
    return Status::Malformed;
}

// Whether what the walk has seen of the document is short enough to be kept in the window.
bool RowFinder::is_small(const Window& window) const {
    return window.offset() + at_ - offset_ <= maximum_size_;
}

RowFinder::Status RowFinder::need_input(Window& window) {
    if (!collecting_ || window.offset() > offset_ || window.view().size() > maximum_size_) {
        window.consume(at_);
        at_ = 0;
    }
    return Status::NeedInput;
}

// The collecting walk is over: back to the beginning of the document. A short one is still there.
bool RowFinder::begin_rows(Window& window, Source& source, Error& error) {
    if (!is_small(window) && !window.seek(source, offset_, line_, column_)) {
        malformed(
            window, error, ErrorCode::TooLarge,
            "the document is longer than maximum_object_size, and a program's output cannot be "
            "read twice for the document_path columns");
        return false;
    }
    collecting_ = at_row_ = false;
    at_ = 0;
    values_.follow();
    handler_.begin_document(false);
    walk_.begin();
    return true;
}

RowFinder::Status RowFinder::next(Window& window, Source& source, bool one_line, Extent& row,
                                  Error& error) {
    row = Extent();
    if (row_size_ > 0) {
        window.consume(row_size_);
        row_size_ = 0;
        walk_.row_passed();
    }
    const Status status = look_on(window, source, one_line, row, error);
    if (status != Status::Malformed || !collecting_ || !rows_before_fault_ ||
        handler_.keeps_too_much() || !begin_rows(window, source, error))
        return status;
    row = Extent();
    error = Error();
    return look_on(window, source, one_line, row, error);
}

// Goes on where it is, to the next row or to the end of the document.
RowFinder::Status RowFinder::look_on(Window& window, Source& source, bool one_line, Extent& row,
                                     Error& error) {
    for (;;) {
        if (at_row_) {
            const Status status = find_extent(window, one_line, row, error);
            if (status != Status::End)
                return status;
        }
        switch (walk_.next(window.view(), at_, window.ended(), one_line)) {
        case EnvelopeWalk::Step::Row:
            at_row_ = true;
            scanner_.begin();
            break;
        case EnvelopeWalk::Step::NeedInput:
            return need_input(window);
        case EnvelopeWalk::Step::End:
            if (!collecting_) {
                window.consume(at_);
                return Status::End;
            }
            if (!begin_rows(window, source, error))
                return Status::Malformed;
            break;
        case EnvelopeWalk::Step::Fault:
            return malformed(window, error, walk_.fault_code(), walk_.fault().c_str());
        }
    }
}

// The extent of the row at at_. End: the row was passed, there is more to walk.
RowFinder::Status RowFinder::find_extent(Window& window, bool one_line, Extent& row, Error& error) {
    const std::string_view text = window.view().substr(at_);
    const ExtentScanner::Found found = scanner_.scan(text, window.ended(), one_line);
    const size_t position = scanner_.position();
    if (position > maximum_size_)
        return malformed(window, error, ErrorCode::TooLarge,
                         "the row is longer than maximum_object_size");
    if (found == ExtentScanner::Found::More && !window.ended())
        return need_input(window);
    if (found == ExtentScanner::Found::End)
        return take_row(window, position, row, error);
    row = {text.substr(0, position), window.offset() + at_,
           window.line() + count_lines(window.view().substr(0, at_))};
    at_ += position;
    if (found == ExtentScanner::Found::TooDeep)
        return malformed(window, error, ErrorCode::TooDeep, "nested deeper than 1000 levels");
    if (found == ExtentScanner::Found::LineEnd)
        return malformed(window, error, ErrorCode::CutByLine,
                         "the document is cut off by the end of the line");
    return malformed(window, error, ErrorCode::Syntax,
                     "the document is cut off by the end of the file");
}

RowFinder::Status RowFinder::take_row(Window& window, size_t size, Extent& row, Error& error) {
    const std::string_view text = window.view().substr(at_, size);
    if (handler_.wants_row()) {
        const size_t invalid = find_invalid_utf8(text);
        if (invalid != size) {
            at_ += invalid;
            return malformed(window, error, ErrorCode::InvalidUtf8,
                             "invalid byte sequence for encoding UTF8");
        }
    }
    WalkFault fault;
    if (!handler_.pass_row(text, reference_, fault)) {
        at_ += fault.offset;
        return malformed(window, error, ErrorCode::Syntax, fault.reason.c_str());
    }
    at_row_ = false;
    if (collecting_) {
        at_ += size;
        walk_.row_passed();
        return Status::End;
    }
    window.consume(at_);
    at_ = 0;
    row = {window.view().substr(0, size), window.offset(), window.line()};
    row_size_ = size;
    return Status::Row;
}

} // namespace weather
