// Planning: which columns are needed, and how many rows to expect. FdwRoutine members; see
// src/pg/weather_fdw.cpp.
#pragma once

#include "pg.h"

namespace weather {

void weatherGetForeignRelSize(PlannerInfo* root, RelOptInfo* relation, Oid table);
void weatherGetForeignPaths(PlannerInfo* root, RelOptInfo* relation, Oid table);
ForeignScan* weatherGetForeignPlan(PlannerInfo* root, RelOptInfo* relation, Oid table,
                                   ForeignPath* path, List* target_list, List* clauses,
                                   Plan* outer_plan);

// PostgreSQL would take FOR UPDATE and the like of a foreign table, and lock nothing.
RowMarkType weatherGetForeignRowMarkType(RangeTblEntry* table, LockClauseStrength strength);

} // namespace weather
