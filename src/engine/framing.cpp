// The scan stands either between documents or at one. Between them it reads byte by byte what the
// grammar allows there; at one, the extent scanner finds its end.
#include "framing.h"

#include <algorithm>
#include <cstring>

#include "engine_only.h"

namespace weather {

namespace {

// How far behind the first document `auto` looks for the end of its line: what is looked at is kept
// in memory, and blanks know no limit.
constexpr size_t longest_gap = 4096;

} // namespace

const char* framing_name(Framing framing) {
    switch (framing) {
    case Framing::Auto:
        return "auto";
    case Framing::Lines:
        return "lines";
    case Framing::Concatenated:
        return "concatenated";
    case Framing::Array:
        break;
    }
    return "array";
}

void locate(Error& error, const Extent& extent, size_t position) {
    position = std::min(position, extent.text.size());
    error.offset = extent.offset + position;
    error.line = extent.line + count_lines(extent.text.substr(0, position));
}

void Framer::begin_file() {
    framing_ = requested_;
    before_ = Before::FileStart;
    head_checked_ = false;
    found_ = 0;
    scanner_.begin();
}

void Framer::begin_tail() {
    before_ = Before::Blank;
    found_ = 0;
    scanner_.begin();
}

bool Framer::fail(const Window& window, Error& error, const char* reason) {
    error.code = ErrorCode::Syntax;
    error.offset = window.offset();
    error.line = window.line();
    error.reason = reason;
    return false;
}

Framed Framer::malformed(Error& error, ErrorCode code, const Extent& extent, size_t position,
                         const char* reason) {
    error.code = code;
    error.reason = reason;
    locate(error, extent, position);
    return Framed::Malformed;
}

// RFC 8259 section 8.1: JSON is UTF-8, and a parser may ignore a byte order mark. A NUL among the
// first two bytes, or the other byte orders' marks, mean UTF-16 or UTF-32.
Framed Framer::check_head(Window& window, Error& error) {
    const std::string_view head = window.view().substr(0, 3);
    if (head.size() < 3 && !window.ended())
        return Framed::NeedInput;
    const bool utf16 = head.substr(0, 2) == "\xFF\xFE" || head.substr(0, 2) == "\xFE\xFF";
    if (utf16 || (head.size() >= 2 && (head[0] == '\0' || head[1] == '\0'))) {
        fail(window, error, "the file looks like UTF-16 or UTF-32, not UTF-8");
        error.code = ErrorCode::WrongEncoding;
        return Framed::Malformed;
    }
    if (head == "\xEF\xBB\xBF")
        window.consume(3);
    head_checked_ = true;
    return Framed::Document;
}

// The framing of a file, from its first document (DESIGN section 4).
Framed Framer::detect(Window& window) {
    const std::string_view text = window.view();
    framing_ = Framing::Concatenated;
    if (text[0] == '[') {
        framing_ = Framing::Array;
        return Framed::Document;
    }
    const ExtentScanner::Found found = scanner_.scan(text, window.ended(), true);
    if (scanner_.position() > maximum_size_)
        return Framed::Document; // kept in memory it must not be, so its end is not waited for
    if (found == ExtentScanner::Found::End) {
        size_t at = scanner_.position();
        const size_t far_enough = at + longest_gap;
        for (bool comma = false; at < text.size() && at < far_enough; ++at) {
            if (text[at] == ',' && !comma)
                comma = true;
            else if (text[at] != ' ' && text[at] != '\t' && text[at] != '\r')
                break;
        }
        if (at < text.size() && at < far_enough && text[at] == '\n')
            framing_ = Framing::Lines;
        if (at < text.size() || at == far_enough || window.ended())
            return Framed::Document;
    } else if (found != ExtentScanner::Found::More || window.ended()) {
        return Framed::Document;
    }
    framing_ = Framing::Auto;
    return Framed::NeedInput;
}

Framed Framer::end_of_file(const Window& window, Error& error) {
    const bool in_array = framing_ == Framing::Array && before_ != Before::FileStart;
    if (!in_array || before_ == Before::Closing)
        return Framed::End;
    fail(window, error, "the outer array is cut off by the end of the file");
    return Framed::Malformed;
}

// Takes in one comma or bracket of the outer array. False where it may not stand.
bool Framer::separator(Window& window, char c, Error& error) {
    const bool in_array = framing_ == Framing::Array;
    if (before_ == Before::Closing)
        return fail(window, error, "only white space may follow the outer array");
    if (c == ',') {
        if (before_ == Before::Comma)
            return fail(window, error, "two commas without a document between them");
        if (before_ == Before::FileStart || before_ == Before::Opening)
            return fail(window, error, "a comma without a document before it");
        before_ = Before::Comma;
    } else if (c == '[') {
        before_ = Before::Opening;
    } else {
        if (in_array && before_ == Before::Comma)
            return fail(window, error, "a comma before the end of the outer array");
        before_ = Before::Closing;
    }
    window.consume(1);
    return true;
}

bool Framer::document_may_begin(const Window& window, Error& error) {
    const char c = window.view()[0];
    if (before_ == Before::Closing)
        return fail(window, error, "only white space may follow the outer array");
    if (framing_ == Framing::Array) {
        if (before_ != Before::Opening && before_ != Before::Comma)
            return fail(window, error, "expected a comma or ] after an element of the outer array");
    } else if (before_ == Before::Scalar ||
               (before_ == Before::Container && c != '{' && c != '[')) {
        return fail(window, error, "unexpected text directly behind a document");
    }
    if (c == '}' || c == ']')
        return fail(window, error, "a closing bracket without its opening one");
    return true;
}

bool Framer::guess_line(const Window& window, Extent& extent) const {
    const std::string_view text = window.view();
    if (framing_ != Framing::Lines || text[0] != '{')
        return false;
    const void* line_end = std::memchr(text.data(), '\n', text.size());
    if (!line_end)
        return false;
    const size_t size = static_cast<size_t>(static_cast<const char*>(line_end) - text.data());
    const size_t brace = text.substr(0, size).find_last_not_of(" \t\r,");
    if (text[brace] != '}' || brace >= maximum_size_)
        return false;
    extent = {text.substr(0, brace + 1), window.offset(), window.line(), true};
    return true;
}

Framed Framer::exact(Window& window, Extent& extent, Error& error) {
    extent = {window.view(), window.offset(), window.line(), false};
    const ExtentScanner::Found found =
        scanner_.scan(extent.text, window.ended(), framing_ == Framing::Lines);
    const size_t position = scanner_.position();
    if (position > maximum_size_) {
        extent.text = extent.text.substr(0, maximum_size_);
        return malformed(error, ErrorCode::TooLarge, extent, 0,
                         "the row is longer than maximum_object_size");
    }
    switch (found) {
    case ExtentScanner::Found::End:
        extent.text = extent.text.substr(0, position);
        found_ = position;
        document_consumed(scanner_.is_container());
        return Framed::Document;
    case ExtentScanner::Found::More:
        if (!window.ended())
            return Framed::NeedInput;
        return malformed(error, ErrorCode::Syntax, extent, extent.text.size(),
                         "the document is cut off by the end of the file");
    case ExtentScanner::Found::LineEnd:
        extent.text = extent.text.substr(0, position);
        return malformed(error, ErrorCode::CutByLine, extent, position,
                         "the document is cut off by the end of the line");
    case ExtentScanner::Found::TooDeep:
    case ExtentScanner::Found::Nothing:
        break;
    }
    extent.text = extent.text.substr(0, position + 1);
    return malformed(error, ErrorCode::TooDeep, extent, position, "nested deeper than 1000 levels");
}

void Framer::document_consumed(bool is_container) {
    before_ = is_container ? Before::Container : Before::Scalar;
    scanner_.begin();
}

void Framer::resume(const Window& window) {
    const bool at_end = window.ended() && window.view().empty();
    before_ = framing_ != Framing::Array ? Before::Blank : at_end ? Before::Closing : Before::Comma;
    head_checked_ = true;
    found_ = 0;
    scanner_.begin();
}

// No array where one was asked for, or text behind it.
bool Framer::is_past_documents() const {
    return !head_checked_ || before_ == Before::Closing ||
           (framing_ == Framing::Array && before_ == Before::FileStart);
}

Framed Framer::next(Window& window, Extent& extent, Error& error) {
    extent = Extent();
    window.consume(found_);
    found_ = 0;
    const Framed found = find(window, error);
    if (found != Framed::Document)
        return found;
    if (!guess_line(window, extent))
        return exact(window, extent, error);
    found_ = extent.text.size();
    document_consumed(true);
    return Framed::Document;
}

Framed Framer::find(Window& window, Error& error) {
    if (!head_checked_) {
        const Framed head = check_head(window, error);
        if (head != Framed::Document)
            return head;
    }
    for (;;) {
        const std::string_view text = window.view();
        size_t blanks = 0;
        while (blanks < text.size() && (text[blanks] == ' ' || text[blanks] == '\n' ||
                                        text[blanks] == '\r' || text[blanks] == '\t'))
            ++blanks;
        if (blanks > 0 && (before_ == Before::Scalar || before_ == Before::Container))
            before_ = Before::Blank;
        window.consume(blanks);
        if (blanks == text.size())
            return window.ended() ? end_of_file(window, error) : Framed::NeedInput;
        if (framing_ == Framing::Auto && detect(window) == Framed::NeedInput)
            return Framed::NeedInput;

        const char c = text[blanks];
        const bool at_start = before_ == Before::FileStart;
        if (framing_ == Framing::Array && at_start && c != '[') {
            fail(window, error, "expected [, the beginning of the outer array");
            return Framed::Malformed;
        }
        const bool outer_bracket =
            framing_ == Framing::Array && (c == ']' || (c == '[' && at_start));
        if (c != ',' && !outer_bracket)
            break;
        if (!separator(window, c, error))
            return Framed::Malformed;
    }
    return document_may_begin(window, error) ? Framed::Document : Framed::Malformed;
}

} // namespace weather
