// Where bytes come from: a descriptor (file or pipe), plain or compressed. A source yields the
// decompressed bytes in order and never interprets them.
//
// Ownership: a FileSource borrows its descriptor from PostgreSQL's fd layer and never closes it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "error.h"
#include "engine_only.h"

namespace weather {

enum class ReadStatus : uint8_t {
    Data,    // at least one byte was delivered
    End,     // orderly end of the data
    Blocked, // a pipe has nothing yet: wait until it is readable, then call again
    Again,   // bytes were worked through but none came of them: check interrupts, then call again
    Convert, // bytes wait for their conversion: see ConvertingSource
    Failed,  // the Error says why (Io, CorruptCompression)
};

struct ReadResult {
    ReadStatus status;
    size_t size; // bytes delivered; 0 unless Data
};

class Source {
  public:
    virtual ~Source() = default;

    // Reads at most `size` (> 0) bytes into `buffer`. After End or Failed it keeps answering so.
    // A single call does a bounded amount of work even when it delivers little (Again): callers
    // check for interrupts between calls. `error` is set with Failed and untouched otherwise.
    virtual ReadResult read(char* buffer, size_t size, Error& error) = 0;

    // Goes back, so that the next byte read is the one at `offset`, or one before it: `reached` is
    // where. False where that is impossible, as with a pipe.
    virtual bool seek(uint64_t offset, uint64_t& reached);
};

// A regular file, read with pread(2) (retrying EINTR), or with read(2) for a non-blocking pipe.
// Not mmap: a mapping that is truncated meanwhile kills the server (DESIGN section 8).
class FileSource final : public Source {
  public:
    enum class Kind : uint8_t { RegularFile, Pipe };

    FileSource(int fd, Kind kind) : fd_(fd), kind_(kind) {}

    ReadResult read(char* buffer, size_t size, Error& error) override;
    bool seek(uint64_t offset, uint64_t& reached) override;

    // The same file under another descriptor: PostgreSQL closes descriptors with the
    // subtransaction that opened them, a cursor outlives it.
    void rebind(int fd) { fd_ = fd; }

    uint64_t bytes_read() const { return position_; } // raw bytes, before decompression

  private:
    int fd_;
    Kind kind_;
    bool ended_ = false;   // a file that grows after its end was seen stays at its end
    int failed_errno_ = 0; // the failure that is answered from then on
    uint64_t position_ = 0;
};

enum class Compression : uint8_t { Auto, None, Gzip, Zstd };

// "none", "gzip", "zstd", "auto": the words of the option `compression`.
const char* compression_name(Compression compression);

// Puts the decompressor that `requested` asks for on top of `raw`. Auto looks at the first bytes:
// gzip (RFC 1952 section 2.3.1: 1f 8b), zstd frame or skippable frame (RFC 8878 sections 3.1.1
// and 3.1.2), else none; it decides as soon as the bytes that are there leave one answer, and data
// that ends before that is none. Several gzip members or zstd frames one after another are joined
// (RFC 1952 section 2.2). Data that ends within a member, damaged data (checksums are verified),
// anything but another member after one, and an empty file under an explicit gzip or zstd are
// CorruptCompression, never an end. Error::offset is then the raw offset in the compressed file.
// Under these two a call takes at most one block of 64 KiB from `raw`. `raw` is borrowed.
class DecompressingSource final : public Source {
  public:
    DecompressingSource(Source& raw, Compression requested);
    ~DecompressingSource() override;

    ReadResult read(char* buffer, size_t size, Error& error) override;

    // Compressed data is decompressed from its beginning again.
    bool seek(uint64_t offset, uint64_t& reached) override;

    // What was found. Auto until the first bytes have been seen.
    Compression detected() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace weather
