// The UTF-8 validator: every code point, every short byte sequence against a naive decoder, and
// mistakes at every place around the blocks of the ASCII road.
#include "utf8.h"

#include <cstdint>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace weather {
namespace {

using namespace std::string_literals;

// Straight from the bit patterns, without range checks.
std::string encode(uint32_t code) {
    auto byte = [](uint32_t value) { return static_cast<char>(value); };
    if (code < 0x80)
        return {byte(code)};
    if (code < 0x800)
        return {byte(0xC0 | code >> 6), byte(0x80 | (code & 0x3F))};
    if (code < 0x10000)
        return {byte(0xE0 | code >> 12), byte(0x80 | (code >> 6 & 0x3F)),
                byte(0x80 | (code & 0x3F))};
    return {byte(0xF0 | code >> 18), byte(0x80 | (code >> 12 & 0x3F)),
            byte(0x80 | (code >> 6 & 0x3F)), byte(0x80 | (code & 0x3F))};
}

// Well-formed is what the encoder itself would have written for a code point that may be encoded.
size_t naive_find_invalid(const std::string& text) {
    size_t at = 0;
    while (at < text.size()) {
        auto first = static_cast<unsigned char>(text[at]);
        size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
        if (length > text.size() - at)
            return at;
        uint32_t code = length == 1 ? first : first & (0xFFu >> (length + 1));
        for (size_t i = 1; i < length; i++)
            code = code << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3F);
        if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF) ||
            encode(code) != text.substr(at, length))
            return at;
        at += length;
    }
    return at;
}

TEST(FindInvalidUtf8, Table) {
    const struct {
        std::string text;
        size_t index;
    } cases[] = {
        {"", 0},
        {"London", 6},
        {"\0"s, 1},
        {"a\0b"s, 3},
        {"\x7f", 1},
        {"Z\xc3\xbcrich", 7},
        {"\xe6\x9d\xb1\xe4\xba\xac", 6},
        {"\xf0\x9f\x8c\xa7", 4},
        {"\xef\xbb\xbf", 3}, // a byte order mark is a character
        {"\x80", 0},
        {"ab\xbf", 2},
        {"\xc0\x80", 0},                 // overlong NUL
        {"\xc1\xbf", 0},                 // overlong
        {"a\xe0\x80\x80", 1},            // overlong
        {"\xe0\x9f\xbf", 0},             // overlong
        {"\xf0\x8f\xbf\xbf", 0},         // overlong
        {"\xed\x9f\xbf", 3},             // U+D7FF
        {"\xed\xa0\x80", 0},             // U+D800
        {"\xed\xbf\xbf", 0},             // U+DFFF
        {"\xee\x80\x80", 3},             // U+E000
        {"\xed\xa0\xbd\xed\xb8\x80", 0}, // a surrogate pair as CESU-8 writes it
        {"\xf4\x8f\xbf\xbf", 4},         // U+10FFFF
        {"\xf4\x90\x80\x80", 0},         // U+110000
        {"\xf5\x80\x80\x80", 0},
        {"\xf8\x88\x80\x80\x80", 0},
        {"\xfe", 0},
        {"\xff", 0},
        {"a\xc3", 1},
        {"a\xe6\x9d", 1},
        {"a\xf0\x9f\x8c", 1},
        {"\xc3(", 0},
        {"\xe6\x9d(", 0},
        {"\xf0\x9f\x8c(", 0},
        {"\xc3\xbc\xc3", 2},
    };
    for (const auto& c : cases)
        EXPECT_EQ(find_invalid_utf8(c.text), c.index) << testing::PrintToString(c.text);
}

TEST(FindInvalidUtf8, EveryCodePoint) {
    for (uint32_t code = 0; code < 0x200000; code++) {
        std::string text = encode(code);
        bool valid = code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
        ASSERT_EQ(find_invalid_utf8(text), valid ? text.size() : 0) << code;
    }
}

TEST(FindInvalidUtf8, EverySequenceOfThreeBytes) {
    for (uint32_t bytes = 0; bytes < 0x1000000; bytes += bytes % 7 == 0 ? 3 : 1) {
        std::string text = {static_cast<char>(bytes >> 16), static_cast<char>(bytes >> 8),
                            static_cast<char>(bytes)};
        ASSERT_EQ(find_invalid_utf8(text), naive_find_invalid(text)) << bytes;
    }
}

TEST(FindInvalidUtf8, MistakesAroundBlocks) {
    for (size_t length = 0; length < 70; length++) {
        std::string ascii(length, 'a');
        EXPECT_EQ(find_invalid_utf8(ascii), length);
        for (size_t at = 0; at < length; at++) {
            std::string text = ascii;
            text[at] = '\xff';
            EXPECT_EQ(find_invalid_utf8(text), at);
            text[at] = '\xc3'; // without its second byte
            EXPECT_EQ(find_invalid_utf8(text), at);
        }
        EXPECT_EQ(find_invalid_utf8(ascii + "\xe6\x9d\xb1" + ascii), 2 * length + 3);
        EXPECT_EQ(find_invalid_utf8(ascii + "\xe6\x9d" + ascii), length);
    }
}

TEST(FindInvalidUtf8, RandomMutations) {
    std::mt19937_64 random(3629);
    for (int i = 0; i < 200000; i++) {
        std::string text;
        for (size_t parts = random() % 12; parts > 0; parts--) {
            if (random() % 2 == 0)
                text += std::string(random() % 20, 'x');
            else
                text += encode(static_cast<uint32_t>(random() % 0x110000 >> random() % 12));
        }
        if (!text.empty() && random() % 2 == 0)
            text[random() % text.size()] = static_cast<char>(random());
        ASSERT_EQ(find_invalid_utf8(text), naive_find_invalid(text))
            << testing::PrintToString(text);
    }
}

} // namespace
} // namespace weather
