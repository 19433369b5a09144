// Execution: which files a scan reads, and from which offset on, by the expressions that planning
// found (prune_plan.h).
#pragma once

#include "columns.h"
#include "file_list.h"

#include "pg.h"

namespace weather {

struct Pruning;

// In the current memory context; null if the plan has nothing to prune by. `node` gives the plan,
// the parameters and the state that the expressions need.
Pruning* begin_pruning(ForeignScanState* node, const Columns* columns, const TableOptions* options);

// The clauses by which whole files are pruned.
List* file_quals(const ForeignScanState* node);

// Whether what the expressions need is known before the plan runs, as EXPLAIN wants it.
bool is_known_before_run(const ForeignScanState* node);

// Evaluates the expressions: when the first row is asked for, and again after the parameters have
// changed. `listed` is filled when it is needed, in `list_context`, and serves the next call.
// The result is valid until the next call.
FileList choose_files(Pruning* pruning, const TableOptions* options, Missing missing,
                      FileList* listed, MemoryContext list_context);

// After choose_files(): no row that begins before is asked for.
uint64 start_offset(const Pruning* pruning);

// ... no row that begins here or behind it.
uint64 end_offset(const Pruning* pruning);

} // namespace weather
