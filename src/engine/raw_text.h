// The text of a malformed document, for people to look at.
#pragma once

#include <string>
#include <string_view>

#include "engine_only.h"

namespace weather {

// `text` without white space at its end, and with U+FFFD for NUL and for each byte that is no
// UTF-8.
std::string valid_text(std::string_view text);

// A JSON string (RFC 8259 section 7) that holds `text`, which is UTF-8.
std::string quote_json(std::string_view text);

} // namespace weather
