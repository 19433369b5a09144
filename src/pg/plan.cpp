#include "plan.h"

#include "access.h"
#include "columns.h"
#include "estimate.h"
#include "foreign_scan.h"
#include "prune_plan.h"

extern "C" {
#include "access/sysattr.h"
#include "catalog/heap.h"
}

namespace weather {

namespace {

// What RelOptInfo::fdw_private holds between the planner's calls.
struct PlanState {
    const Columns* columns;
    Bitmapset* needed;
    Estimate estimate;
};

// The columns that the query reads of this relation.
Bitmapset* find_needed(const RelOptInfo* relation) {
    Bitmapset* needed = nullptr;
    pull_varattnos(reinterpret_cast<Node*>(relation->reltarget->exprs), relation->relid, &needed);
    ListCell* cell;
    foreach (cell, relation->baserestrictinfo) {
        auto* restriction = static_cast<RestrictInfo*>(lfirst(cell));
        pull_varattnos(reinterpret_cast<Node*>(restriction->clause), relation->relid, &needed);
    }
    return needed;
}

// PostgreSQL would show one ctid for all rows, so that what is told apart by it gets lost. Beside
// rows that are changed or locked it asks for ctid by itself, and uses it for native tables alone.
void check_system_columns(const PlannerInfo* root, Oid table, const Bitmapset* needed) {
    if (root->rowMarks != NIL)
        return;
    for (int member = -1; (member = bms_next_member(needed, member)) >= 0;) {
        const int attribute = member + FirstLowInvalidHeapAttributeNumber;
        if (attribute >= InvalidAttrNumber)
            return;
        if (attribute == TableOidAttributeNumber)
            continue;
        ereport(ERROR,
                (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                 errmsg("foreign table \"%s\" has no system column \"%s\"", get_rel_name(table),
                        NameStr(SystemAttributeDefinition(attribute)->attname)),
                 errhint("A row is told apart by columns with metadata 'filename' and 'offset'.")));
    }
}

// What the options of table and columns make impossible together shows here at the latest.
Columns* check_columns(Oid table, const TableOptions* options) {
    const Relation relation = table_open(table, NoLock); // the planner holds the lock
    Columns* columns = describe_columns(table, RelationGetDescr(relation), options, nullptr);
    check_paths(columns, options);
    table_close(relation, NoLock);
    return columns;
}

// From pg_class. ANALYZE of an empty directory has nothing to say about what came since.
double analyzed_rows_per_page(const RelOptInfo* relation) {
    return relation->pages > 0 && relation->tuples > 0 ? relation->tuples / relation->pages : 0;
}

// The files that a clause names, as far as their names are known at planning.
Estimate estimate_named_files(PlannerInfo* root, const TableOptions* options,
                              const Columns* columns, double rows_per_page, Node* names) {
    const Node* value = estimate_expression_value(root, names);
    if (!IsA(value, Const) || reinterpret_cast<const Const*>(value)->constisnull)
        return estimate_files({}, options, columns, rows_per_page);
    const Const* known = reinterpret_cast<const Const*>(value);
    return estimate_named(names_in(known->constvalue, known->consttype), options, columns,
                          rows_per_page);
}

} // namespace

void weatherGetForeignRelSize(PlannerInfo* root, RelOptInfo* relation, Oid table) {
    const TableOptions* options = get_table_options(table);
    check_may_read(table, options);
    auto* state = static_cast<PlanState*>(palloc0(sizeof(PlanState)));
    state->needed = find_needed(relation);
    check_system_columns(root, table, state->needed);
    state->columns = check_columns(table, options);
    const double rows_per_page = analyzed_rows_per_page(relation);
    List* clauses = relation->baserestrictinfo;
    Node* names = is_program(options) ? nullptr : find_filenames(relation, state->columns, clauses);
    if (names) {
        state->estimate = estimate_named_files(root, options, state->columns, rows_per_page, names);
        clauses = clauses_but_names(relation, state->columns, clauses);
    } else {
        state->estimate = estimate_scan(options, state->columns, rows_per_page);
    }
    relation->fdw_private = state;
    relation->tuples = state->estimate.rows;
    relation->rows = clamp_row_est(state->estimate.rows *
                                   clauselist_selectivity(root, clauses, 0, JOIN_INNER, nullptr));
}

void weatherGetForeignPaths(PlannerInfo* root, RelOptInfo* relation, Oid) {
    const auto* state = static_cast<PlanState*>(relation->fdw_private);
    // Reading JSON costs far more a row than reading a heap tuple does; as file_fdw, ten times.
    const Cost per_row = cpu_tuple_cost * 10 + relation->baserestrictcost.per_tuple;
    const Cost startup = relation->baserestrictcost.startup;
    const Cost total =
        startup + seq_page_cost * (state->estimate.bytes / BLCKSZ) + per_row * relation->tuples;
    add_path(relation, reinterpret_cast<Path*>(create_foreignscan_path(
                           root, relation, nullptr, relation->rows, startup, total, NIL,
                           relation->lateral_relids, nullptr, NIL)));
}

ForeignScan* weatherGetForeignPlan(PlannerInfo*, RelOptInfo* relation, Oid, ForeignPath*,
                                   List* target_list, List* clauses, Plan* outer_plan) {
    const auto* state = static_cast<PlanState*>(relation->fdw_private);
    List* needed = NIL;
    for (int member = -1; (member = bms_next_member(state->needed, member)) >= 0;)
        needed = lappend_int(needed, member);
    List* plan_private = list_make1(needed); // by PlanPrivate
    return make_foreignscan(target_list, extract_actual_clauses(clauses, false), relation->relid,
                            find_prune_expressions(relation, state->columns, clauses), plan_private,
                            NIL, NIL, outer_plan);
}

RowMarkType weatherGetForeignRowMarkType(RangeTblEntry* table, LockClauseStrength strength) {
    if (strength == LCS_NONE) // read beside rows that are updated or locked
        return ROW_MARK_COPY;
    ereport(ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("cannot lock rows of foreign table \"%s\"", get_rel_name(table->relid)),
             errdetail("They are in files, which weather_fdw only reads."),
             errhint("Name the tables to lock: FOR UPDATE OF ..., or leave the clause out.")));
    pg_unreachable();
}

} // namespace weather
