// The members of a row that no column reads.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>

#include "engine_only.h"

namespace weather {

// The text of a JSON object of those members directly in `row`, well-formed JSON, whose names are
// not among `read`; empty when there are none, or the row is no object.
std::string rescue_members(std::string_view row, const std::unordered_set<std::string>& read);

} // namespace weather
