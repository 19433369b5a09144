// A scan of one file after another: source, framing, decoding and conversion put together. Whoever
// calls it gives it a source for each file and asks for batches of rows until the file ends.
#pragma once

#include <cstdint>
#include <vector>

#include "batch.h"
#include "column.h"
#include "convert.h"
#include "decode.h"
#include "error.h"
#include "framing.h"
#include "path_tree.h"
#include "source.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

enum class ScanStatus : uint8_t {
    Rows,      // the batch holds at least one row
    Again,     // much was read and no row came of it: check for interrupts, then call again
    Blocked,   // the pipe has nothing yet: wait until it is readable, then call again
    EndOfFile, // the batch is empty; begin_file() with the next source
    Failed,    // error() says why; all rows before the error have been handed out
};

// Since the scan was made, over all its files.
struct Counters {
    uint64_t documents = 0; // found by framing, malformed ones included
    uint64_t rows = 0;      // handed out
    uint64_t rejected = 0;  // malformed documents, and rows with an error
    uint64_t bytes = 0;     // read, after decompression
};

// The columns of a scan and their paths in one tree, compiled once.
struct ScanTargets {
    explicit ScanTargets(const std::vector<ColumnSpec>& columns);

    PathTree tree;
    std::vector<std::vector<TargetId>> of_column; // its paths, in their order
    std::vector<TargetId> within_row;             // all paths but `$`, which finds every row
    std::vector<int> wanted;                      // columns to convert
};

class Scan {
  public:
    Scan(const ScanSpec& spec, Framing framing, size_t maximum_object_size);

    // See RowDecoder::use_reference().
    void use_reference_decoder() { decoder_.use_reference(); }

    // The next file. The source is borrowed and must outlive the file's scan.
    void begin_file(Source& source);

    // Clears the batch and fills it. One call reads at most 1 MiB.
    ScanStatus next(Batch& batch);

    const Error& error() const { return error_; }
    const Counters& counters() const { return counters_; }

    // Of the current file; Auto while it is not known.
    Framing detected_framing() const { return framer_.detected(); }

    // Indexes into ScanSpec::columns of a batch's values, in their order.
    const std::vector<int>& wanted() const { return targets_.wanted; }

  private:
    bool add_row(const Extent& row, Batch& batch);
    bool convert_row(Value* values);
    bool convert_column(const ColumnSpec& column, const std::vector<TargetId>& targets,
                        Value& value);
    bool found_anything() const;
    void explain_malformed(const Extent& extent);
    ScanStatus fill();
    ScanStatus fail();

    ScanSpec spec_;
    ScanTargets targets_;
    RowDecoder decoder_;
    Converter converter_;
    Framer framer_;
    Window window_;
    Source* source_ = nullptr;
    Error error_;
    Counters counters_;
    bool failed_ = false;
};

} // namespace weather
