// What a file is known by when its time of modification has changed: a CRC-32C of its bytes.
#pragma once

#include "input_file.h"

#include "pg.h"

namespace weather {

constexpr size_t fingerprint_size = sizeof("crc32c:12345678");

// That of the first `length` bytes of an open file; false if it ends before. `known`, or null, is
// that of the first `from` of them, which are not read again.
bool take_fingerprint(const InputFile* file, int64 length, char* fingerprint,
                      const char* known = nullptr, int64 from = 0);

} // namespace weather
