// UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine_only.h"

namespace weather {

// Index of the first byte that does not belong to a well-formed character, or text.size().
// NUL counts as well-formed here. ASCII runs are passed over a word at a time.
size_t find_invalid_utf8(std::string_view text);

} // namespace weather
