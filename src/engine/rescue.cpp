#include "rescue.h"

#include "fragment.h"
#include "unescape.h"
#include "engine_only.h"

namespace weather {

std::string rescue_members(std::string_view row, const std::unordered_set<std::string>& read) {
    std::string result;
    if (row[0] != '{')
        return result;
    ElementCursor cursor;
    cursor.begin(row);
    std::string_view value, name;
    std::string decoded;
    while (cursor.next(value, name)) {
        const std::string quoted = '"' + std::string(name) + '"';
        decode_string(quoted, decoded);
        if (read.count(decoded) > 0)
            continue;
        result += result.empty() ? '{' : ',';
        result += quoted;
        result += ':';
        result += value;
    }
    if (!result.empty())
        result += '}';
    return result;
}

} // namespace weather
