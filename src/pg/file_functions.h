// What SQL functions about the files of a foreign table share.
#pragma once

#include "file_list.h"
#include "options.h"

#include "pg.h"

namespace weather {

// The options of a foreign table that the caller may read and whose owner may read its files.
const TableOptions* options_for_caller(Oid table);

// Whether a regular file is there that the table would read.
bool is_listed(const TableOptions* options, const char* path);

} // namespace weather
