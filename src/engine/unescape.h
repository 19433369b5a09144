// JSON string escapes outside of the decoder (RFC 8259 section 7).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine_only.h"

namespace weather {

// The characters that a JSON string's inner text stands for, by RapidJSON itself. False, with the
// index of the fault, where it is no such text, or holds a lone surrogate or bytes that are not
// UTF-8.
bool unescape_json(std::string_view inner, std::string& result, size_t& bad);

// The characters that a well-formed JSON string, quotes included, stands for; half a surrogate pair
// becomes three bytes that are no UTF-8.
void decode_string(std::string_view string, std::string& result);

// Index of the first \uD800-\uDFFF escape in JSON text that is not half of a pair, from `from` on;
// npos where there is none. An escaped backslash is not mistaken for an escape's start.
size_t find_lone_surrogate(std::string_view json, size_t from = 0);

// Copies JSON text, with a NUL behind it, for RapidJSON to decode in situ. True when the text holds
// a backslash.
//
// RapidJSON takes half a surrogate pair for a fault of the document when it is a first half, and
// lets a second half through. For us it is a fault of its value alone: in the copy a lone first
// half becomes a second half, so that the document is read, and whoever wants the value finds in it
// what is no UTF-8.
bool copy_for_parsing(std::string_view json, std::vector<char>& copy);

} // namespace weather
