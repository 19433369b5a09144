// A scan of one file after another: source, framing, rows, decoding and conversion put together.
// Whoever calls it gives it a source for each file and asks for batches of rows until the file
// ends.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "batch.h"
#include "column.h"
#include "convert.h"
#include "converting_source.h"
#include "decode.h"
#include "document_values.h"
#include "error.h"
#include "framing.h"
#include "given.h"
#include "orient.h"
#include "resync.h"
#include "row_finder.h"
#include "scan_plan.h"
#include "source.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

enum class ScanStatus : uint8_t {
    Rows,      // the batch holds at least one row
    Again,     // much was read and no row came of it: check for interrupts, then call again
    Blocked,   // the pipe has nothing yet: wait until it is readable, then call again
    Convert,   // bytes of the ConvertingSource wait for it: convert them, then call again
    EndOfFile, // the batch is empty; begin_file() with the next source
    Failed,    // error() says why; all rows before the error have been handed out
};

// Where in a file the rows begin that are asked for. Under framing lines those before are left
// unread, if a line begins there. The source must be one that can seek. No document is read that
// begins at `end` or behind it.
struct Start {
    uint64_t offset = 0;
    bool count_lines = false; // line numbers are to be the file's all the same
    uint64_t end = UINT64_MAX;
};

// Since the scan was made, over all its files.
struct Counters {
    uint64_t documents = 0;       // found by framing, malformed ones included
    uint64_t empty_documents = 0; // those that gave no row
    uint64_t rows = 0;            // handed out, without rejects
    uint64_t rejected = 0;        // malformed documents, and rows with an error
    uint64_t bytes = 0;           // read, after decompression
    uint64_t passed_over = 0;     // bytes of malformed documents, to where reading went on
};

class Scan {
  public:
    Scan(const ScanSpec& spec, Framing framing, size_t maximum_object_size);

    // See RowDecoder::use_reference().
    void use_reference_decoder() { decoder_.use_reference(); }

    // The next file. `given`: of all columns, or of none. The source is borrowed and must outlive
    // the file's scan. `conversion` is the same source, if it is one that converts: places are then
    // those in the file's own bytes.
    void begin_file(Source& source, Start start = {}, std::vector<Given> given = {},
                    ConvertingSource* conversion = nullptr);

    // Clears the batch and fills it. After 1 MiB that was read a call returns.
    ScanStatus next(Batch& batch);

    const Error& error() const { return error_; }
    const Counters& counters() const { return counters_; }

    // A row that was handed out has turned out to be in error: it counts as rejected.
    void reject_row() {
        --counters_.rows;
        ++counters_.rejected;
    }

    // Whether all of the current file has been read.
    bool input_ended() const { return window_.ended(); }

    // Where the line begins that the scan has come to: at the end of a file all before it is whole
    // lines.
    uint64_t next_offset() const { return file_offset(window_.offset() - window_.column()); }

    // Of the current file; Auto while it is not known.
    Framing detected_framing() const { return framer_.detected(); }

    // Where reading the rows of the current file began. If the lines before were not counted, line
    // numbers count from there.
    uint64_t started_at() const { return started_at_; }
    bool lines_are_counted() const { return started_at_ == 0 || start_.count_lines; }

    // Indexes into ScanSpec::columns of a batch's values, in their order.
    const std::vector<int>& wanted() const { return plan_.wanted; }

  private:
    // What next() has to do next.
    enum class Task : uint8_t {
        FindStart, // where not all of a file is asked for
        SkipLines, // before the start
        FindDocument,
        FindRow,  // in a document
        EmitRows, // of a match
        PassOver, // a malformed document
    };

    ScanStatus step(Batch& batch, uint64_t limit);
    ScanStatus find_start(uint64_t limit);
    ScanStatus skip_lines(uint64_t limit);
    ScanStatus find_document(Batch& batch, uint64_t limit);
    ScanStatus find_row(Batch& batch, uint64_t limit);
    ScanStatus pass_over(Batch& batch, uint64_t limit);
    ScanStatus need_input(uint64_t limit);
    ScanStatus fill();
    uint64_t bytes_read() const;

    void end_document();
    void end_match();
    ScanStatus begin_match(Batch& batch, const Extent& match);
    bool begin_rows();
    const Captures* next_row(bool& failed);
    bool found_anything() const;
    ScanStatus emit_rows(Batch& batch);
    bool convert_row(const Captures& row, Value* values);
    bool convert_column(int column, const Captures& row, Value& value);
    bool convert_metadata(const ColumnSpec& column, Value& value);
    bool convert_paths(int column, const Captures& row, Value& value);
    bool convert_found(const ColumnSpec& column, const Captures& captures, TargetId target,
                       Value& value);
    bool store_null(const ColumnSpec& column, bool found, Value& value);
    bool fall_back(int column, Value& value);

    int column_of(TargetId target) const;
    ScanStatus malformed(const Extent& extent);
    ScanStatus fail_row(Batch& batch);
    void add_reject(Batch& batch);
    ScanStatus fail();
    uint64_t file_offset(uint64_t offset) const;
    void place_in_file(Error& error) const;

    ScanPlan plan_;
    size_t maximum_size_;
    RowDecoder decoder_;
    DocumentValues document_values_;
    RowFinder rows_;
    ColumnsExpander columns_;
    SplitExpander split_;
    Converter converter_;
    Framer framer_;
    Window window_;
    Source* source_ = nullptr;
    ConvertingSource* conversion_ = nullptr; // null: the file is UTF-8

    Start start_;
    std::vector<Given> given_;
    uint64_t started_at_ = 0;
    Task task_ = Task::FindDocument;
    Extent match_;
    bool match_is_new_ = false; // no row of it has been emitted; with Orient::Records
    bool document_has_rows_ = false;
    uint64_t ordinal_ = 0;           // of the last row of the file
    std::vector<Error> fallen_back_; // of the row at hand: values in whose place stands a fallback
    Resync::Beginning document_;     // of the document at hand
    Resync::Beginning good_;         // of the last document that was well-formed
    Resync resync_;
    std::string malformed_;     // the text that was passed over, for the column raw
    bool is_malformed_ = false; // the match is that text
    uint64_t malformed_at_ = 0; // where it is in the file, if so

    Arena* arena_ = nullptr; // of the batch at hand
    Error error_;
    Counters counters_;
    bool failed_ = false;
};

} // namespace weather
