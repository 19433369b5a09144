// The reference decoder: RapidJSON's SAX reader. It reads every text that is JSON, and words the
// faults of every text that is none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "captures.h"
#include "json_library.h"
#include "unescape.h"
#include "engine_only.h"

namespace weather {

struct WalkFault {
    size_t offset = 0; // in the row; without a fault, where the walk ended
    bool too_deep = false;
    std::string reason;
};

class ReferenceWalk {
  public:
    // Tells `handler` (see RowHandler) of everything in `row`, which must be UTF-8. False, with
    // `fault`, where it is not exactly one JSON text. Decoded strings live until the next call.
    template <typename Handler>
    bool walk(std::string_view row, Handler& handler, WalkFault& fault);

    // Whether the last row held a backslash: only then can a decoded string hold U+0000 or half a
    // surrogate pair.
    bool has_escapes() const { return has_escapes_; }

  private:
    template <typename Handler>
    rapidjson::ParseErrorCode parse(std::string_view row, Handler& handler, WalkFault& fault);

    JsonReader reader_;
    std::vector<char> copy_; // RapidJSON decodes strings in situ, in here
    bool has_escapes_ = false;
};

// RapidJSON refuses numbers beyond double's range even where it leaves them as text; but they are
// JSON, and numeric can hold them. In `copy` each number of `row` with an exponent or with many
// digits becomes a string of the same length. False where there is none.
bool hide_large_numbers(std::string_view row, char* copy);

// RapidJSON's words, which are sentences, as a reason that follows a colon.
std::string reason_of(rapidjson::ParseErrorCode code);

// The receiver of RapidJSON's events; the methods' names and signatures are RapidJSON's.
template <typename Handler>
class RapidJsonEvents {
  public:
    RapidJsonEvents(const char* row, const char* copy, rapidjson::InsituStringStream& stream,
                    Handler& handler)
        : row_(row), copy_(copy), stream_(stream), handler_(handler) {}

    bool Null() { return scalar({Capture::Kind::Null, {}, nullptr}); }
    bool Bool(bool value) {
        return scalar({value ? Capture::Kind::True : Capture::Kind::False, {}, nullptr});
    }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return scalar({Capture::Kind::Number, {in_row(text), size}, nullptr});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        const char* const raw = in_row(text) - 1;
        if (*raw != '"') // see hide_large_numbers()
            return scalar({Capture::Kind::Number, {raw, size + 2}, nullptr});
        return scalar({Capture::Kind::String, {text, size}, raw});
    }
    bool Key(const char* name, rapidjson::SizeType size, bool) {
        handler_.member({name, size});
        return true;
    }
    bool StartObject() { return handler_.start(false, stream_.Tell() - 1); }
    bool StartArray() { return handler_.start(true, stream_.Tell() - 1); }
    bool EndObject(rapidjson::SizeType) { return end(); }
    bool EndArray(rapidjson::SizeType) { return end(); }

    bool Int(int) { return false; } // never called: numbers come as text
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }

  private:
    const char* in_row(const char* in_copy) const { return row_ + (in_copy - copy_); }

    bool scalar(const Capture& capture) {
        handler_.scalar(capture);
        return true;
    }
    bool end() {
        handler_.end(stream_.Tell());
        return true;
    }

    const char* row_;
    const char* copy_;
    rapidjson::InsituStringStream& stream_;
    Handler& handler_;
};

template <typename Handler>
bool ReferenceWalk::walk(std::string_view row, Handler& handler, WalkFault& fault) {
    has_escapes_ = copy_for_parsing(row, copy_);
    rapidjson::ParseErrorCode code = parse(row, handler, fault);
    if (code == rapidjson::kParseErrorNumberTooBig) {
        copy_for_parsing(row, copy_);
        if (hide_large_numbers(row, copy_.data()))
            code = parse(row, handler, fault);
    }
    if (code == rapidjson::kParseErrorNone && fault.offset == row.size())
        return true;
    fault.too_deep = handler.too_deep();
    fault.reason = code == rapidjson::kParseErrorNone ? "unexpected NUL byte" : reason_of(code);
    return false;
}

template <typename Handler>
rapidjson::ParseErrorCode ReferenceWalk::parse(std::string_view row, Handler& handler,
                                               WalkFault& fault) {
    rapidjson::InsituStringStream stream(copy_.data());
    RapidJsonEvents<Handler> events(row.data(), copy_.data(), stream, handler);
    handler.begin(row.data());
    const rapidjson::ParseResult parsed = reader_.Parse<json_flags>(stream, events);
    fault.offset = parsed.IsError() ? parsed.Offset() : stream.Tell();
    return parsed.Code();
}

} // namespace weather
