// Everything the engine holds for one scan, in one object: what src/pg owns.
#pragma once

#include <memory>
#include <optional>

#include "converting_source.h"
#include "program.h"
#include "scan.h"
#include "source.h"
#include "engine_only.h"

namespace weather {

class Reader {
  public:
    // `converts`: the files are not UTF-8.
    Reader(const ScanSpec& spec, Framing framing, size_t maximum_object_size,
           Compression compression, bool converts)
        : scan_(spec, framing, maximum_object_size), compression_(compression),
          converts_(converts) {}

    // See RowDecoder::use_reference().
    void use_reference_decoder() { scan_.use_reference_decoder(); }

    // Reads a regular file next; the descriptor is borrowed.
    void open_file(int fd, Start start = {}, std::vector<Given> given = {});
    // The same file under another descriptor; see FileSource::rebind().
    void rebind(int fd) { raw_->rebind(fd); }

    // Reads the output of a program next. False: it could not be started, error() says why.
    bool open_program(const char* command);
    // Between open_program() and close(); see Program.
    Program& program() { return *program_; }

    // The next batch; between open and close only.
    ScanStatus next() { return scan_.next(batch_); }
    const Batch& batch() const { return batch_; }
    const Error& error() const { return start_error_ ? start_error_ : scan_.error(); }

    // After ScanStatus::Convert: what waits there.
    ConvertingSource& conversion() { return *conversion_; }

    // Ends the program, if there is one.
    void close();

    const Scan& scan() const { return scan_; }
    void reject_row() { scan_.reject_row(); }
    Compression detected_compression() const {
        return source_ ? source_->detected() : compression_;
    }
    uint64_t raw_bytes_read() const { return raw_ ? raw_->bytes_read() : 0; } // of this file

  private:
    void open(int fd, FileSource::Kind kind, Start start, std::vector<Given> given);

    Scan scan_;
    Compression compression_;
    bool converts_;
    Batch batch_;
    Error start_error_;
    std::unique_ptr<Program> program_;
    std::optional<FileSource> raw_;
    std::optional<DecompressingSource> source_;
    std::optional<ConvertingSource> conversion_; // on top, if converts_
};

} // namespace weather
