// Files under framing lines that may still be written to.
#pragma once

#include <string_view>

#include "framing.h"
#include "source.h"
#include "engine_only.h"

namespace weather {

// Whether a line without line feed is whole as it stands: blank, or closed objects, arrays or
// strings only. A number may have more digits to come.
bool is_whole_line(std::string_view line);

// Whether the file is framed by lines: what `requested` finds out at its beginning.
bool is_framed_by_lines(Source& source, Framing requested, size_t maximum_size);

} // namespace weather
