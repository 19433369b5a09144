// Paths in the manner of SQL/JSON: `$`, `.name`, `."any \"name\""`, `[3]`, `[*]`, `.*`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine_only.h"

namespace weather {

struct PathStep {
    enum class Kind : uint8_t {
        Member,   // .name
        Index,    // [3]
        Elements, // [*]
        Members,  // .*
    };

    Kind kind;
    std::string name;   // of Member, UTF-8, escapes resolved
    uint32_t index = 0; // of Index
};

using JsonPath = std::vector<PathStep>; // empty: `$`, the context item itself

struct PathError {
    size_t position; // byte in the path's text
    std::string reason;
};

// Reads a path. Unquoted names take every character but white space, control characters and
// . [ ] " ' * ( ) ? , : so that -, @, digits and letters of any script need no quotes. Quoted names
// are JSON strings (RFC 8259 section 7). False, with the position, where it is none.
bool parse_path(std::string_view text, JsonPath& path, PathError& error);

// The path `$.<name>` of a column that states none: the name as it is, whatever it contains.
JsonPath member_path(std::string_view name);

} // namespace weather
