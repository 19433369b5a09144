// Who may read what: DESIGN section 7.
#pragma once

#include "options.h"

#include "pg.h"

namespace weather {

// For the role that sets the options of a table: as file_fdw, early, so that a mistake shows at
// once. It is not the gate: the owner may change, and roles are revoked.
// Files may be set by whoever has USAGE on some server with allowed_directories, too: which server
// the table is on, `validator`, the function that asks, is not told.
void check_may_set(bool reads_files, bool runs_program, Oid validator);

// For the role that sets any option of a server that has, or is to have, allowed_directories.
void check_may_set_directories();

// Finds what the owner may read, and sets it in the options.
void find_access(Oid relation, const ForeignServer* server, TableOptions* options);

// The gate, for the owner of the foreign table, before the first file-system call of planning,
// EXPLAIN and scan. 42501 without the role and, for files, without directories; also for paths that
// are not beneath those by their text, so that plans and scans say the same.
void check_may_read(Oid relation, const TableOptions* options);

} // namespace weather
