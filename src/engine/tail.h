// Files under framing lines that may still be written to.
#pragma once

#include <string_view>

#include "framing.h"
#include "source.h"
#include "engine_only.h"

namespace weather {

// Whether a line without line feed is whole as it stands: blank, or closed objects, arrays or
// strings only. A number may have more digits to come. A byte order mark may precede them; whether
// it stands where it may is the scan's business.
bool is_whole_line(std::string_view line);

// Whether a file is not compressed and framed by lines: what the two options find out at its
// beginning. False as well where no document begins within `maximum_size` bytes and one block: so
// much is read at most.
bool is_plain_lines(Source& raw, Compression compression, Framing framing, size_t maximum_size);

} // namespace weather
