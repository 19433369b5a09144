#include "unescape.h"

#include <algorithm>
#include <cstring>

#include "json_library.h"
#include "utf8.h"
#include "engine_only.h"

namespace weather {

namespace {

struct StringHandler : rapidjson::BaseReaderHandler<rapidjson::UTF8<>, StringHandler> {
    std::string& result;

    explicit StringHandler(std::string& target) : result(target) {}
    bool String(const char* text, rapidjson::SizeType size, bool) {
        result.assign(text, size);
        return true;
    }
};

// The value of four hex digits at `text`, or -1.
int hex4(std::string_view text) {
    if (text.size() < 4)
        return -1;
    int value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = text[static_cast<size_t>(i)];
        const int digit = c >= '0' && c <= '9'   ? c - '0'
                          : c >= 'a' && c <= 'f' ? c - 'a' + 10
                          : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                                 : -1;
        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

bool is_high(int unit) {
    return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(int unit) {
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

} // namespace

bool unescape_json(std::string_view inner, std::string& result, size_t& bad) {
    std::string quoted = "\"" + std::string(inner) + "\"";
    JsonReader reader;
    StringHandler handler(result);
    rapidjson::InsituStringStream stream(quoted.data());
    const rapidjson::ParseResult parsed = reader.Parse<json_flags>(stream, handler);
    if (parsed.IsError() || stream.Tell() != quoted.size()) {
        bad = std::min(parsed.Offset() > 0 ? parsed.Offset() - 1 : 0, inner.size());
        return false;
    }
    if (find_invalid_utf8(result) != result.size()) { // \uDC00 alone gets past RapidJSON
        const size_t lone = find_lone_surrogate(inner);
        bad = lone == std::string_view::npos ? find_invalid_utf8(inner) : lone;
        return false;
    }
    return true;
}

void decode_string(std::string_view string, std::string& result) {
    std::vector<char> copy;
    copy_for_parsing(string, copy);
    JsonReader reader;
    StringHandler handler(result);
    rapidjson::InsituStringStream stream(copy.data());
    reader.Parse<json_flags>(stream, handler);
}

size_t find_lone_surrogate(std::string_view json, size_t from) {
    while (from < json.size()) {
        const void* found = std::memchr(json.data() + from, '\\', json.size() - from);
        if (!found)
            break;
        const size_t at = static_cast<size_t>(static_cast<const char*>(found) - json.data());
        if (at + 1 < json.size() && json[at + 1] != 'u') {
            from = at + 2;
            continue;
        }
        const int unit = hex4(json.substr(std::min(at + 2, json.size())));
        if (is_low(unit))
            return at;
        if (is_high(unit)) {
            const std::string_view next = json.substr(at + 6);
            if (next.substr(0, 2) != "\\u" || !is_low(hex4(next.substr(2))))
                return at;
            from = at + 12;
        } else {
            from = at + 6;
        }
    }
    return std::string_view::npos;
}

bool copy_for_parsing(std::string_view json, std::vector<char>& copy) {
    copy.resize(json.size() + 1);
    std::memcpy(copy.data(), json.data(), json.size());
    copy[json.size()] = '\0';
    if (!std::memchr(json.data(), '\\', json.size()))
        return false;
    for (size_t at = find_lone_surrogate(json); at != std::string_view::npos;
         at = find_lone_surrogate(json, at + 6))
        std::memcpy(copy.data() + at, "\\uDC00", 6);
    return true;
}

} // namespace weather
