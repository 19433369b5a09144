// Who may read what: DESIGN section 7.
#pragma once

#include "options.h"

#include "pg.h"

namespace weather {

// For the role that sets the options of a table: as file_fdw, early, so that a mistake shows at
// once. It is not the gate: the owner may change, and roles are revoked.
void check_may_set(bool reads_files, bool runs_program);

// The gate, for the owner of the foreign table, before the first file-system call of planning,
// EXPLAIN and scan. 42501 without the role.
void check_may_read(Oid relation, const TableOptions* options);

} // namespace weather
