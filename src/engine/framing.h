// Finds the documents of a file: DESIGN section 4. What is inside a document is not its business;
// what is between documents is.
#pragma once

#include <cstdint>
#include <string_view>

#include "error.h"
#include "extent.h"
#include "window.h"
#include "engine_only.h"

namespace weather {

enum class Framing : uint8_t { Auto, Lines, Concatenated, Array };

// "auto", "lines", "concatenated", "array": the words of the option `framing`.
const char* framing_name(Framing framing);

// A piece of the file. `text` lives until the window is filled again.
struct Extent {
    std::string_view text;
    uint64_t offset = 0;   // of its first byte in the decompressed file
    uint64_t line = 0;     // ... from 1
    bool is_guess = false; // see Framer::next()
};

enum class Framed : uint8_t {
    Document,  // extent is it; well-formedness is for the decoder to say
    NeedInput, // fill the window, then call again
    End,       // orderly end of the file
    Malformed, // the error says why; extent is what there is of the document, if one had begun
};

class Framer {
  public:
    // Documents longer than `maximum_size` bytes are TooLarge.
    Framer(Framing requested, size_t maximum_size)
        : requested_(requested), maximum_size_(maximum_size) {}

    void begin_file();
    // Under framing lines: goes on at the beginning of a line that is not the first.
    void begin_tail();

    // Consumes the document that the last call found, and finds the next one. Under framing lines
    // the extent may be a guess, which costs no look at each byte: an object from its first byte to
    // the last brace of its line. If that is well-formed JSON, it is the document; if it is not,
    // exact() has to say what is.
    Framed next(Window& window, Extent& extent, Error& error);
    Framed exact(Window& window, Extent& extent, Error& error);

    // The same in two steps, for whoever reads documents piece by piece. Document: the window
    // stands at the first byte of one. Then the caller consumes it, and says what it was.
    Framed find(Window& window, Error& error);
    void document_consumed(bool is_container);

    // After a malformed document whose bytes were passed over: a document, or what may follow one,
    // comes next.
    void resume(const Window& window);

    // Whether no document can come in this file any more, however much text does.
    bool is_past_documents() const;

    // What framing was found; Auto as long as that is open.
    Framing detected() const { return framing_; }

  private:
    // What stands before the place where the scan is.
    enum class Before : uint8_t {
        FileStart, // nothing but a BOM
        Opening,   // the bracket of the outer array
        Scalar,    // a number, string, true, false or null; nothing since
        Container, // an object or array; nothing since
        Blank,     // a document and white space
        Comma,     // a document and its comma
        Closing,   // the bracket that ends the outer array
    };

    Framed check_head(Window& window, Error& error);
    Framed detect(Window& window);
    Framed end_of_file(const Window& window, Error& error);
    bool separator(Window& window, char c, Error& error);
    bool document_may_begin(const Window& window, Error& error);
    bool guess_line(const Window& window, Extent& extent) const;
    Framed malformed(Error& error, ErrorCode code, const Extent& extent, size_t position,
                     const char* reason);
    bool fail(const Window& window, Error& error, const char* reason);

    Framing requested_;
    size_t maximum_size_;
    Framing framing_ = Framing::Auto;
    Before before_ = Before::FileStart;
    bool head_checked_ = false;
    size_t found_ = 0; // size of the document that the last call found
    ExtentScanner scanner_;
};

// Completes an error at `position` in an extent: offset and line.
void locate(Error& error, const Extent& extent, size_t position);

} // namespace weather
