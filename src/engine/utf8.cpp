// A scalar UTF-8 validator that passes over ASCII, most of any JSON, sixteen bytes at a time.
#include "utf8.h"

#include <cstdint>
#include <cstring>

#include "engine_only.h"

namespace weather {
namespace {

using Byte = unsigned char;

bool is_ascii_block(const char* bytes) {
    uint64_t words[2];
    std::memcpy(words, bytes, sizeof words);
    return ((words[0] | words[1]) & UINT64_C(0x8080808080808080)) == 0;
}

bool is_continuation(Byte byte) {
    return (byte & 0xC0) == 0x80;
}

// Whether the second byte is one that may follow this first one: the table of RFC 3629 section 4,
// which shuts out overlong forms (E0, F0), surrogates (ED) and what lies above U+10FFFF (F4).
bool is_second_byte(Byte first, Byte second) {
    switch (first) {
    case 0xE0:
        return second >= 0xA0 && second <= 0xBF;
    case 0xED:
        return second >= 0x80 && second <= 0x9F;
    case 0xF0:
        return second >= 0x90 && second <= 0xBF;
    case 0xF4:
        return second >= 0x80 && second <= 0x8F;
    default:
        return is_continuation(second);
    }
}

// Length by the first byte; 0 for one that starts no character.
size_t character_length(Byte first) {
    if (first < 0x80)
        return 1;
    if (first < 0xC2)
        return 0;
    if (first < 0xE0)
        return 2;
    if (first < 0xF0)
        return 3;
    return first < 0xF5 ? 4 : 0;
}

// Length of the well-formed character at the start of `text`, which is not empty; 0 if there is
// none.
size_t match_character(std::string_view text) {
    Byte first = static_cast<Byte>(text[0]);
    size_t length = character_length(first);
    if (length <= 1)
        return length;
    if (length > text.size() || !is_second_byte(first, static_cast<Byte>(text[1])))
        return 0;
    for (size_t i = 2; i < length; i++)
        if (!is_continuation(static_cast<Byte>(text[i])))
            return 0;
    return length;
}

} // namespace

size_t find_invalid_utf8(std::string_view text) {
    size_t at = 0;
    while (at < text.size()) {
        if (text.size() - at >= 16 && is_ascii_block(text.data() + at)) {
            at += 16;
            continue;
        }
        size_t length = match_character(text.substr(at));
        if (length == 0)
            return at;
        at += length;
    }
    return at;
}

} // namespace weather
