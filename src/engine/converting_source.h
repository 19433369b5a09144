// Files in other encodings than UTF-8. The engine knows UTF-8 only, and the conversions are
// PostgreSQL's, which the engine never calls: so this source hands raw bytes out and gets them back
// converted. read() answers Convert; whoever drives the scan then takes pending(), and gives
// supply() or refuse() for it before it calls again.
//
// Every encoding here is one that PostgreSQL allows for a database: a byte below 0x80 is always the
// ASCII character. So ASCII needs no conversion, and places in the two texts can be told apart
// without knowing the encoding: ASCII stands in both, and what is between ASCII corresponds in
// order.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "error.h"
#include "source.h"
#include "engine_only.h"

namespace weather {

class ConvertingSource final : public Source {
  public:
    static constexpr size_t most_at_once = 64 * 1024;

    // `raw` is borrowed: bytes in the file's encoding.
    explicit ConvertingSource(Source& raw) : source_(raw) {}

    ReadResult read(char* buffer, size_t size, Error& error) override;

    // From the beginning again: how long the file's own text before `offset` is, is forgotten.
    bool seek(uint64_t offset, uint64_t& reached) override;

    // What is to be converted: at most most_at_once bytes, not empty after Convert, without NUL.
    // Valid until the next call of anything else.
    struct Pending {
        std::string_view text;
        bool is_complete; // nothing can follow that would complete a character at its end
    };
    Pending pending() const;

    // The UTF-8 of the first `size` bytes of pending(). 0: it ends within its only character.
    void supply(size_t size, std::string_view utf8);

    // The first `size` (> 0) bytes are no character. The text gets a byte in their place that is
    // never valid in UTF-8, and fault_at() says what it was.
    void refuse(size_t size, ErrorCode code, std::string reason);

    struct Fault {
        uint64_t offset; // in the converted text
        ErrorCode code;
        std::string reason;
    };

    // Both for offsets in the converted text that have not been forgotten: the place in the file's
    // own bytes (within a row of characters beyond ASCII a near one), and what was refused there,
    // or null.
    uint64_t file_offset(uint64_t offset) const;
    const Fault* fault_at(uint64_t offset) const;

    // What was before `offset` will not be asked for any more.
    void forget_before(uint64_t offset);

    uint64_t bytes_read() const { return bytes_read_; } // of the file's own

  private:
    // The end of a run of characters beyond ASCII, in both texts.
    struct Mark {
        uint64_t converted;
        uint64_t raw;
    };

    std::string_view rest() const { return std::string_view(raw_).substr(raw_at_); }
    void pass_ascii(size_t size);
    ReadResult take(const char* buffer, size_t size);
    void add_marks(std::string_view raw, std::string_view utf8);

    Source& source_;
    std::string raw_; // not converted yet, from raw_at_ on
    size_t raw_at_ = 0;
    std::string converted_; // not handed out yet, from converted_at_ on
    size_t converted_at_ = 0;
    bool starved_ = false;   // rest() is less than a character
    bool raw_ended_ = false; // nothing comes behind rest()

    uint64_t raw_offset_ = 0;       // of rest()
    uint64_t converted_offset_ = 0; // behind all that has been converted
    uint64_t bytes_read_ = 0;
    std::deque<Mark> marks_{{0, 0}}; // the first one is the last that was forgotten
    std::deque<Fault> faults_;
};

} // namespace weather
