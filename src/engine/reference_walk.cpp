#include "reference_walk.h"

#include <algorithm>
#include <cstring>

#include "number.h"
#include "engine_only.h"

namespace weather {

std::string reason_of(rapidjson::ParseErrorCode code) {
    std::string reason = rapidjson::GetParseError_En(code);
    if (!reason.empty() && reason.back() == '.')
        reason.pop_back();
    if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
        reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
    return reason;
}

namespace {

// Whether what follows a value makes it a member's name, which a number cannot be.
bool stands_for_name(std::string_view behind) {
    const size_t next = behind.find_first_not_of(" \t\r\n");
    return next != std::string_view::npos && behind[next] == ':';
}

} // namespace

bool hide_large_numbers(std::string_view row, char* copy) {
    constexpr std::string_view number_bytes = "+-.0123456789Ee";
    constexpr size_t many_digits = 300;
    bool hidden = false;
    for (size_t at = 0; at < row.size();) {
        if (row[at] == '"') { // pass over a string
            for (++at; at < row.size() && row[at] != '"'; ++at)
                at += row[at] == '\\';
            ++at;
            continue;
        }
        const size_t end = std::min(row.find_first_not_of(number_bytes, at), row.size());
        const std::string_view token = row.substr(at, end - at);
        if ((token.size() > many_digits || token.find_first_of("eE") != std::string_view::npos) &&
            is_json_number(token) && !stands_for_name(row.substr(end))) {
            std::memset(copy + at, '0', token.size());
            copy[at] = copy[end - 1] = '"';
            hidden = true;
        }
        at = std::max(end, at + 1);
    }
    return hidden;
}

} // namespace weather
