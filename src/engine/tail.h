// The last line of a file under framing lines that may still be written to.
#pragma once

#include <string_view>

#include "engine_only.h"

namespace weather {

// Whether a line without line feed is whole as it stands: blank, or closed objects, arrays or
// strings only. A number may have more digits to come.
bool is_whole_line(std::string_view line);

} // namespace weather
