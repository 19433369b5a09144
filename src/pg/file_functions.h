// What SQL functions about the files of a foreign table share.
#pragma once

#include "file_list.h"
#include "input_file.h"
#include "options.h"

#include "pg.h"

namespace weather {

// The options of a foreign table that the caller may read and whose owner may read its files.
const TableOptions* options_for_caller(Oid table);

// "crc32c:…" of the first `length` bytes of an open file; null if it ends before. `known`, or null,
// is that of the first `from` of them, which are not read again.
text* fingerprint_of(const InputFile* file, int64 length, const char* known = nullptr,
                     int64 from = 0);

} // namespace weather
