#include "extent.h"

#include <algorithm>
#include <array>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "json_library.h"
#include "engine_only.h"

namespace weather {

namespace {

enum ByteClass : uint8_t {
    Stops = 1,     // quote, backslash, bracket, line feed: what scan() must look at
    EndsToken = 2, // what can follow a top-level number, true, false or null
};

constexpr std::array<uint8_t, 256> make_classes() {
    std::array<uint8_t, 256> classes{};
    classes['\\'] = Stops;
    for (const char c : {'"', '\n', '{', '}', '[', ']'})
        classes[static_cast<unsigned char>(c)] = Stops | EndsToken;
    for (const char c : {' ', '\t', '\r', ','})
        classes[static_cast<unsigned char>(c)] = EndsToken;
    return classes;
}

constexpr std::array<uint8_t, 256> classes = make_classes();

bool is(char c, uint8_t mask) {
    return classes[static_cast<unsigned char>(c)] & mask;
}

constexpr size_t block = 16;

// A bit for each of at most `block` bytes: whether it stops the scan.
uint32_t find_stops(const char* bytes, size_t size) {
#if defined(__SSE2__)
    if (size == block) {
        const auto equal = [](__m128i b, char c) { return _mm_cmpeq_epi8(b, _mm_set1_epi8(c)); };
        const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
        const __m128i braces = _mm_or_si128(text, _mm_set1_epi8(0x20)); // [ ] become { }
        const __m128i stops = _mm_or_si128(
            _mm_or_si128(_mm_or_si128(equal(text, '"'), equal(text, '\\')), equal(text, '\n')),
            _mm_or_si128(equal(braces, '{'), equal(braces, '}')));
        return static_cast<uint32_t>(_mm_movemask_epi8(stops));
    }
#endif
    uint32_t found = 0;
    for (size_t i = 0; i < size; ++i)
        found |= static_cast<uint32_t>(is(bytes[i], Stops)) << i;
    return found;
}

} // namespace

void ExtentScanner::classify(char first) {
    if (first == '{' || first == '[') {
        kind_ = Kind::Container;
    } else if (first == '"') {
        kind_ = Kind::String;
        in_string_ = true;
        at_ = 1;
    } else {
        kind_ = Kind::Token;
    }
}

ExtentScanner::Found ExtentScanner::scan_token(std::string_view text, bool ended) {
    while (at_ < text.size() && !is(text[at_], EndsToken))
        ++at_;
    done_ = at_ < text.size() || ended;
    return done_ ? Found::End : Found::More;
}

ExtentScanner::Found ExtentScanner::scan(std::string_view text, bool ended, bool stop_at_line_end) {
    if (done_)
        return Found::End;
    if (text.empty())
        return Found::More;
    if (kind_ == Kind::Unknown)
        classify(text[0]);
    if (kind_ == Kind::Token)
        return scan_token(text, ended);
    while (at_ < text.size()) {
        const size_t size = std::min(block, text.size() - at_);
        const size_t begin = at_;
        at_ += size;
        for (uint32_t stops = find_stops(text.data() + begin, size); stops; stops &= stops - 1) {
            const size_t stop = begin + static_cast<size_t>(__builtin_ctz(stops));
            if (stop < unescaped_from_)
                continue;
            const Found found = look_at(text, stop, ended, stop_at_line_end);
            if (found != Found::Nothing)
                return found;
        }
    }
    return Found::More;
}

// One byte that stops the scan. Nothing: go on.
inline ExtentScanner::Found ExtentScanner::look_at(std::string_view text, size_t stop, bool ended,
                                                   bool stop_at_line_end) {
    switch (text[stop]) {
    case '"':
        in_string_ = !in_string_;
        return in_string_ || depth_ > 0 ? Found::Nothing : end_at(stop + 1);
    case '\n':
        at_ = stop_at_line_end ? stop : at_;
        return stop_at_line_end ? Found::LineEnd : Found::Nothing;
    case '\\':
        // The byte behind it is ordinary, but for a line feed; if it has not come yet, come back.
        if (stop + 1 == text.size() && !ended) {
            at_ = stop;
            return Found::More;
        }
        if (stop + 1 < text.size() && text[stop + 1] != '\n')
            unescaped_from_ = stop + 2;
        return Found::Nothing;
    case '{':
    case '[':
        if (in_string_ || ++depth_ <= max_depth)
            return Found::Nothing;
        at_ = stop;
        return Found::TooDeep;
    default:
        return in_string_ || --depth_ > 0 ? Found::Nothing : end_at(stop + 1);
    }
}

ExtentScanner::Found ExtentScanner::end_at(size_t position) {
    at_ = position;
    done_ = true;
    return Found::End;
}

} // namespace weather
