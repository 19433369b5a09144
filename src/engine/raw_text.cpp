#include "raw_text.h"

#include <cstdio>

#include "utf8.h"
#include "engine_only.h"

namespace weather {

std::string valid_text(std::string_view text) {
    constexpr const char* replacement = "\xEF\xBF\xBD";
    text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    std::string result;
    while (!text.empty()) {
        const std::string_view valid =
            text.substr(0, std::min(find_invalid_utf8(text), text.find('\0')));
        result += valid;
        text.remove_prefix(valid.size());
        if (text.empty())
            break;
        result += replacement;
        text.remove_prefix(1);
    }
    return result;
}

std::string quote_json(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        char escape[8];
        if (static_cast<unsigned char>(c) < 0x20) {
            std::snprintf(escape, sizeof(escape), "\\u%04x", static_cast<unsigned>(c));
            result += escape;
            continue;
        }
        if (c == '"' || c == '\\')
            result += '\\';
        result += c;
    }
    return result + '"';
}

} // namespace weather
