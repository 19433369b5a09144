// How much a scan will read, for the planner: from the files' sizes and a look into the first one.
#pragma once

#include "columns.h"
#include "options.h"

#include "pg.h"

namespace weather {

struct Estimate {
    double files;
    double bytes; // on disk
    double rows;
};

// Never raises because of what is or is not in the file system: planning and EXPLAIN work before
// the files are there. The caller has checked the privileges.
Estimate estimate_scan(const TableOptions* options, const Columns* columns);

} // namespace weather
