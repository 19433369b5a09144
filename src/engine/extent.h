// Where a JSON text ends, told from strings, escapes and depth alone, whether it is well-formed or
// not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine_only.h"

namespace weather {

class ExtentScanner {
  public:
    enum class Found : uint8_t {
        End,     // position() is the size of the text
        More,    // the bytes end before the text does
        LineEnd, // position() is a line feed within the text, and the caller wanted to stop there
        TooDeep, // position() is the bracket that goes beyond max_depth
        Nothing, // never answered
    };

    // Forgets the last text. The next one begins with a byte that is no white space.
    void begin() { *this = ExtentScanner(); }

    // `text` begins with the JSON text and is as much of it as there is; on a later call it may
    // have grown. `ended`: nothing more will come. After End, answers End again.
    Found scan(std::string_view text, bool ended, bool stop_at_line_end);

    size_t position() const { return at_; }

    // Whether the text is an object or array, by its first byte.
    bool is_container() const { return kind_ == Kind::Container; }

  private:
    enum class Kind : uint8_t { Unknown, Container, String, Token };

    void classify(char first);
    Found scan_token(std::string_view text, bool ended);
    Found look_at(std::string_view text, size_t stop, bool ended, bool stop_at_line_end);
    Found end_at(size_t position);

    Kind kind_ = Kind::Unknown;
    bool in_string_ = false;
    bool done_ = false;
    int depth_ = 0;
    size_t at_ = 0;
    size_t unescaped_from_ = 0; // what is before it and behind at_ was escaped by a backslash
};

} // namespace weather
