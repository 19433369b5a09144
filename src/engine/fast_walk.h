// A faster walk for what nearly all rows are: well-formed JSON without escapes. It takes strings
// and numbers where they stand, without a copy.
//
// A recursive descent over the bytes of one row. Each function gets the place of its value's first
// byte and returns the place behind it, or null for "not here".
#pragma once

#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "captures.h"
#include "engine_only.h"

namespace weather {

inline bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}
inline bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// The closing quote of the string whose first character is at `at`; null when a backslash or a
// control character comes before it.
inline const char* find_string_end(const char* at, const char* end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"');
    const __m128i backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1f);
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
        const __m128i stops = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), control),
                                           _mm_cmpeq_epi8(bytes, backslash));
        if (const int mask = _mm_movemask_epi8(stops)) {
            at += __builtin_ctz(static_cast<unsigned>(mask));
            return *at == '"' ? at : nullptr;
        }
    }
#endif
    for (; at < end; ++at) {
        if (*at == '"')
            return at;
        if (*at == '\\' || static_cast<unsigned char>(*at) < 0x20)
            return nullptr;
    }
    return nullptr;
}

template <typename Handler>
class FastWalk {
  public:
    FastWalk(std::string_view row, Handler& handler)
        : begin_(row.data()), end_(row.data() + row.size()), handler_(handler) {}

    bool run() {
        const char* at = value(skip_blanks(begin_));
        return at && skip_blanks(at) == end_;
    }

  private:
    const char* skip_blanks(const char* at) const {
        while (at < end_ && is_blank(*at))
            ++at;
        return at;
    }

    const char* value(const char* at);
    const char* object(const char* at);
    const char* array(const char* at);
    const char* literal(const char* at, std::string_view word, Capture::Kind kind);
    const char* number(const char* at);

    const char* begin_;
    const char* end_;
    Handler& handler_;
};

template <typename Handler>
const char* FastWalk<Handler>::literal(const char* at, std::string_view word, Capture::Kind kind) {
    if (static_cast<size_t>(end_ - at) < word.size() ||
        std::memcmp(at, word.data(), word.size()) != 0)
        return nullptr;
    handler_.scalar({kind, {}, nullptr});
    return at + word.size();
}

// RFC 8259 section 6.
template <typename Handler>
const char* FastWalk<Handler>::number(const char* at) {
    const char* const start = at;
    const auto digits = [&] {
        const char* const first = at;
        while (at < end_ && is_digit(*at))
            ++at;
        return at > first;
    };
    if (*at == '-')
        ++at;
    if (at < end_ && *at == '0')
        ++at;
    else if (!digits())
        return nullptr;
    if (at < end_ && *at == '.') {
        ++at;
        if (!digits())
            return nullptr;
    }
    if (at < end_ && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at < end_ && (*at == '+' || *at == '-'))
            ++at;
        if (!digits())
            return nullptr;
    }
    handler_.scalar({Capture::Kind::Number, {start, static_cast<size_t>(at - start)}, nullptr});
    return at;
}

template <typename Handler>
const char* FastWalk<Handler>::value(const char* at) {
    if (at == end_)
        return nullptr;
    switch (*at) {
    case '{':
        return object(at);
    case '[':
        return array(at);
    case '"': {
        const char* const close = find_string_end(at + 1, end_);
        if (!close)
            return nullptr;
        handler_.scalar({Capture::Kind::String, {at + 1, static_cast<size_t>(close - at - 1)}, at});
        return close + 1;
    }
    case 't':
        return literal(at, "true", Capture::Kind::True);
    case 'f':
        return literal(at, "false", Capture::Kind::False);
    case 'n':
        return literal(at, "null", Capture::Kind::Null);
    default:
        return number(at);
    }
}

template <typename Handler>
const char* FastWalk<Handler>::object(const char* at) {
    if (!handler_.start(false, static_cast<size_t>(at - begin_)))
        return nullptr;
    at = skip_blanks(at + 1);
    bool first = true;
    while (at < end_ && *at != '}') {
        if (!first) {
            if (*at != ',')
                return nullptr;
            at = skip_blanks(at + 1);
        }
        first = false;
        if (at == end_ || *at != '"')
            return nullptr;
        const char* const close = find_string_end(at + 1, end_);
        if (!close)
            return nullptr;
        handler_.member({at + 1, static_cast<size_t>(close - at - 1)});
        at = skip_blanks(close + 1);
        if (at == end_ || *at != ':')
            return nullptr;
        at = value(skip_blanks(at + 1));
        if (!at)
            return nullptr;
        at = skip_blanks(at);
    }
    if (at == end_)
        return nullptr;
    handler_.end(static_cast<size_t>(at + 1 - begin_));
    return at + 1;
}

template <typename Handler>
const char* FastWalk<Handler>::array(const char* at) {
    if (!handler_.start(true, static_cast<size_t>(at - begin_)))
        return nullptr;
    at = skip_blanks(at + 1);
    bool first = true;
    while (at < end_ && *at != ']') {
        if (!first) {
            if (*at != ',')
                return nullptr;
            at = skip_blanks(at + 1);
        }
        first = false;
        at = value(at);
        if (!at)
            return nullptr;
        at = skip_blanks(at);
    }
    if (at == end_)
        return nullptr;
    handler_.end(static_cast<size_t>(at + 1 - begin_));
    return at + 1;
}

// Tells `handler` (see RowHandler) of everything in `row`, which must be UTF-8. True: the row is
// one JSON text by RFC 8259, and nothing was left out. False: it is not, or it holds a backslash,
// or nests too deeply; the handler has been told half of something, and the reference walk is to be
// asked instead. So whatever this walk accepts, the reference walk accepts with the same captures,
// and a doubt costs time only.
template <typename Handler>
bool fast_walk(std::string_view row, Handler& handler) {
    handler.begin(row.data());
    return FastWalk<Handler>(row, handler).run();
}

} // namespace weather
