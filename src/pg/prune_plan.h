// Planning: what a scan's clauses say about which files can have rows, and from which offset on.
#pragma once

#include "columns.h"

#include "pg.h"

namespace weather {

// What stands in ForeignScan::fdw_exprs, a List each; nothing at all if there is nothing to prune
// by. The executor evaluates them when the first row is asked for, so they may have parameters.
enum PruneExpressions {
    PruneQuals,     // clauses that a file may decide by itself
    PruneFilenames, // text or text[]: the file is, or is one of, these
    PruneOffsets,   // integers: no row that begins before one of them is asked for
    PruneEnds,      // integers: no row that begins at one of them or behind it
};

// The expressions for ForeignScan::fdw_exprs, from the clauses (of RestrictInfo nodes) that the
// scan checks. They only skip work: the scan checks its clauses all the same.
List* find_prune_expressions(const RelOptInfo* relation, const Columns* columns, List* clauses);

// The clauses (of RestrictInfo nodes) but for those that name files.
List* clauses_but_names(const RelOptInfo* relation, const Columns* columns, List* clauses);

// The first expression of PruneFilenames that the clauses have; null: directories must be listed.
Node* find_filenames(const RelOptInfo* relation, const Columns* columns, List* clauses);

// The names (char*) in a value of such an expression.
List* names_in(Datum value, Oid type);

} // namespace weather
