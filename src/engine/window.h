// The part of a file that is being looked at: contiguous bytes, their offset and their line. It
// grows to hold one document and slides on; it never holds the file.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "source.h"
#include "engine_only.h"

namespace weather {

class Window {
  public:
    void begin_file();

    // The bytes read and not yet consumed. Valid until fill() or begin_file().
    std::string_view view() const { return {buffer_.get() + begin_, end_ - begin_}; }

    // Where view() begins: offset in the decompressed file, and line, from 1.
    uint64_t offset() const { return offset_; }
    uint64_t line() const { return line_; }
    // Bytes between the beginning of that line and view().
    uint64_t column() const { return offset_ - line_begin_; }

    // Whether view() reaches to the end of the file.
    bool ended() const { return ended_; }

    void consume(size_t size);

    // Reads more behind view(). Data and End are both progress; see Source::read().
    ReadStatus fill(Source& source, Error& error);

    // Goes back in the file, to where it stood before: offset(), line() and column() of then.
    // False: see Source::seek().
    bool seek(Source& source, uint64_t offset, uint64_t line, uint64_t column);

    // All bytes read so far, those read twice twice.
    uint64_t bytes_read() const { return bytes_read_; }

  private:
    void make_room();

    static constexpr size_t block_size = 128 * 1024;
    // The buffer of a long document has room for millions of bytes; one read must not take long.
    static constexpr size_t most_at_once = 2 * block_size;

    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };

    std::unique_ptr<char, Free> buffer_;
    size_t capacity_ = 0;
    size_t begin_ = 0;
    size_t end_ = 0;
    uint64_t offset_ = 0;
    uint64_t line_ = 1;
    uint64_t line_begin_ = 0; // offset
    bool ended_ = false;
    uint64_t bytes_read_ = 0;
    uint64_t passed_over_ = 0; // bytes still to be dropped after a seek
};

// The number of line feeds in `text`.
uint64_t count_lines(std::string_view text);

} // namespace weather
