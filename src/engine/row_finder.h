// The rows of one document: the matches of the row path, each with what the document paths find for
// it.
//
// Without document paths one walk finds the rows as the text comes. With them there are two: the
// first collects their values, the second finds the rows. Both go over the same bytes in memory
// when the document is not longer than maximum_object_size; else the source is set back to the
// document's beginning, which the output of a program cannot be.
#pragma once

#include <cstdint>

#include "document_values.h"
#include "envelope.h"
#include "error.h"
#include "framing.h"
#include "reference_walk.h"
#include "source.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

class RowFinder {
  public:
    enum class Status : uint8_t {
        Row,       // `row` is it; values() are those for it
        End,       // the document is over, and the window stands behind it
        NeedInput, // fill the window, then call again
        Malformed, // the error says why; `row` is what there is of the row, if it was in one
    };

    // `rows_before_fault`: the rows before a fault in a document count, also where the first walk
    // has met it; what it had collected by then is what the document paths have found.
    RowFinder(PathTree& tree, DocumentValues& values, size_t maximum_size, bool rows_before_fault)
        : values_(values), handler_(tree, values, maximum_size), walk_(handler_, maximum_size),
          maximum_size_(maximum_size), rows_before_fault_(rows_before_fault) {}

    // The window stands at the first byte of a document.
    void begin_document(const Window& window);

    // Takes in the row that the last call found, and finds the next one. `one_line`: framing lines.
    Status next(Window& window, Source& source, bool one_line, Extent& row, Error& error);

    // The member name that the innermost `.*` of the row path stands for.
    std::string_view key() const { return handler_.row_key(); }

    bool was_container() const { return walk_.was_container(); }

  private:
    Status look_on(Window& window, Source& source, bool one_line, Extent& row, Error& error);
    Status find_extent(Window& window, bool one_line, Extent& row, Error& error);
    Status take_row(Window& window, size_t size, Extent& row, Error& error);
    Status need_input(Window& window);
    bool is_small(const Window& window) const;
    bool begin_rows(Window& window, Source& source, Error& error);
    Status malformed(const Window& window, Error& error, ErrorCode code, const char* reason);

    DocumentValues& values_;
    EnvelopeHandler handler_;
    EnvelopeWalk walk_;
    ReferenceWalk reference_;
    ExtentScanner scanner_; // of the row at hand
    size_t maximum_size_;
    bool rows_before_fault_;
    bool collecting_ = false;
    bool at_row_ = false; // at a row whose extent is not known yet
    size_t at_ = 0;       // in the window
    size_t row_size_ = 0; // of the row that the last call found
    uint64_t offset_ = 0; // where the document begins
    uint64_t line_ = 0;
    uint64_t column_ = 0;
};

} // namespace weather
