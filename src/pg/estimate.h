// How much a scan will read, for the planner: from the files' sizes, and what ANALYZE found or a
// look into the first one.
#pragma once

#include "columns.h"
#include "file_list.h"
#include "options.h"

#include "pg.h"

namespace weather {

struct Estimate {
    double files;
    double bytes; // on disk
    double rows;
};

// `rows_per_page`: as the last ANALYZE found them, so that the estimate grows with the files; 0 if
// there was none. None raises because of what is or is not in the file system: planning and
// EXPLAIN work before the files are there. The caller has checked the privileges.
Estimate estimate_scan(const TableOptions* options, const Columns* columns, double rows_per_page);
Estimate estimate_files(const FileList& files, const TableOptions* options, const Columns* columns,
                        double rows_per_page);
// Those of these names (of char*) that the table reads.
Estimate estimate_named(List* names, const TableOptions* options, const Columns* columns,
                        double rows_per_page);

// Bytes of the files, a guess for those that cannot be looked at.
double size_on_disk(const TableOptions* options, const FileList& files);

// The pages that so many bytes fill, at least one.
double pages_for(double bytes);

} // namespace weather
