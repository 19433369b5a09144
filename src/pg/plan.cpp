#include "plan.h"

#include "access.h"
#include "columns.h"
#include "estimate.h"
#include "foreign_scan.h"

extern "C" {
#include "access/sysattr.h"
}

namespace weather {

namespace {

// What RelOptInfo::fdw_private holds between the planner's calls.
struct PlanState {
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

// What the options of table and columns make impossible together shows here at the latest.
Columns* check_columns(Oid table, const TableOptions* options) {
    const Relation relation = table_open(table, NoLock); // the planner holds the lock
    Columns* columns = describe_columns(table, RelationGetDescr(relation), options, nullptr);
    check_paths(columns, options);
    table_close(relation, NoLock);
    return columns;
}

} // namespace

void weatherGetForeignRelSize(PlannerInfo* root, RelOptInfo* relation, Oid table) {
    const TableOptions* options = get_table_options(table);
    check_may_read(table, options);
    auto* state = static_cast<PlanState*>(palloc0(sizeof(PlanState)));
    state->needed = find_needed(relation);
    state->estimate = estimate_scan(options, check_columns(table, options));
    relation->fdw_private = state;
    relation->tuples = state->estimate.rows;
    relation->rows = clamp_row_est(
        state->estimate.rows *
        clauselist_selectivity(root, relation->baserestrictinfo, 0, JOIN_INNER, nullptr));
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
                            NIL, plan_private, NIL, NIL, outer_plan);
}

} // namespace weather
