// Where reading goes on after a malformed document: DESIGN section 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "window.h"
#include "engine_only.h"

namespace weather {

class Resync {
  public:
    // How a document began; a line that begins the same way is where the next one is expected.
    struct Beginning {
        char first = 0;      // its first byte
        uint64_t column = 0; // bytes before it on its line
    };

    enum class Until : uint8_t {
        NextLine,      // framing lines
        LikeBeginning, // a line that has a document's first byte at its column, blanks before it
        EndOfFile,
    };

    // The window stands at the first byte to pass over, or before it. `fault`: the byte in error;
    // what is looked for comes behind it. `bad`: the beginning of the malformed document, or of
    // what stands in place of one; `good`: of the last one before it, if there was one. Of the text
    // at most `keep` bytes are kept.
    void begin(Window& window, uint64_t from, uint64_t fault, Until until, const Beginning& bad,
               const Beginning& good, size_t keep);

    // False: fill the window, then call again. True: the window stands where reading goes on.
    bool next(Window& window);

    std::string_view text() const { return text_; } // what was passed over, or its beginning
    uint64_t bytes() const { return bytes_; }       // the size of all of it
    uint64_t offset() const { return offset_; }     // where it begins
    uint64_t line() const { return line_; }

  private:
    enum class Match : uint8_t { Yes, No, Unknown };

    Match looks_like_beginning(std::string_view line, bool ended) const;
    void pass(Window& window, size_t size);

    uint64_t look_from_ = 0; // offset of the first byte that may be the line end that is looked for
    Until until_ = Until::EndOfFile;
    Beginning bad_;
    Beginning good_;
    size_t keep_ = 0;
    std::string text_;
    uint64_t bytes_ = 0;
    uint64_t offset_ = 0;
    uint64_t line_ = 0;
};

} // namespace weather
