#include "prune.h"

#include "file_quals.h"
#include "prune_plan.h"

extern "C" {
#include "nodes/nodeFuncs.h"
}

namespace weather {

struct Pruning {
    ExprContext* context;
    MemoryContext memory; // of the chosen files
    FileQuals* quals;     // null: none
    FileFacts* facts;     // of the listed files, in their order; null: not needed yet
    List* filenames;      // of ExprState, at most one
    List* offsets;        // of ExprState
    List* ends;           // of ExprState
    uint64 start;
    uint64 end;
};

namespace {

List* expressions_of(const ForeignScanState* node, PruneExpressions which) {
    const ForeignScan* plan = reinterpret_cast<const ForeignScan*>(node->ss.ps.plan);
    return plan->fdw_exprs == NIL ? NIL : static_cast<List*>(list_nth(plan->fdw_exprs, which));
}

bool has_exec_parameter(Node* node, void*) {
    if (!node)
        return false;
    if (IsA(node, Param))
        return reinterpret_cast<Param*>(node)->paramkind == PARAM_EXEC;
    // The walker's parameters are not declared in PostgreSQL 15: to C++ it has none.
    const auto undeclared = reinterpret_cast<void (*)()>(has_exec_parameter);
    return expression_tree_walker(node, reinterpret_cast<bool (*)()>(undeclared), nullptr);
}

// Evaluates an expression; false if it is NULL. The result lives until the context is reset.
bool evaluate(const Pruning* pruning, ExprState* expression, Datum* result) {
    bool is_null;
    *result = ExecEvalExprSwitchContext(expression, pruning->context, &is_null);
    return !is_null;
}

// The names that an expression of PruneFilenames stands for.
List* names_of(const Pruning* pruning, ExprState* expression) {
    Datum value;
    if (!evaluate(pruning, expression, &value))
        return NIL;
    return names_in(value, exprType(reinterpret_cast<Node*>(expression->expr)));
}

uint64 offset_of(const Pruning* pruning, ExprState* expression) {
    Datum value;
    if (!evaluate(pruning, expression, &value))
        return 0;
    int64 offset;
    switch (exprType(reinterpret_cast<Node*>(expression->expr))) {
    case INT2OID:
        offset = DatumGetInt16(value);
        break;
    case INT4OID:
        offset = DatumGetInt32(value);
        break;
    default:
        offset = DatumGetInt64(value);
    }
    constexpr int64 largest =
        PG_INT64_MAX / 2; // pread() takes no offset whose block would overflow
    return static_cast<uint64>(Max(Min(offset, largest), 0));
}

void find_facts_of_listed(Pruning* pruning, const TableOptions* options, const FileList& files,
                          MemoryContext context) {
    const Size size = static_cast<Size>(files.count) * sizeof(FileFacts);
    pruning->facts =
        static_cast<FileFacts*>(MemoryContextAllocExtended(context, Max(size, 1), MCXT_ALLOC_HUGE));
    for (int i = 0; i < files.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        pruning->facts[i] = find_facts(options, files.paths[i]);
    }
}

FileList apply_quals(Pruning* pruning, const TableOptions* options, const FileList& files,
                     const FileFacts* facts) {
    FileList chosen = {};
    chosen.paths = static_cast<char**>(
        palloc_extended(static_cast<Size>(Max(files.count, 1)) * sizeof(char*), MCXT_ALLOC_HUGE));
    const bool needs_facts = read_facts(pruning->quals);
    for (int i = 0; i < files.count; ++i) {
        const FileFacts known = !needs_facts ? FileFacts{}
                                : facts      ? facts[i]
                                             : find_facts(options, files.paths[i]);
        if (can_have_rows(pruning->quals, files.paths[i], known))
            chosen.paths[chosen.count++] = files.paths[i];
    }
    return chosen;
}

} // namespace

Pruning* begin_pruning(ForeignScanState* node, const Columns* columns,
                       const TableOptions* options) {
    const ForeignScan* plan = reinterpret_cast<const ForeignScan*>(node->ss.ps.plan);
    if (plan->fdw_exprs == NIL)
        return nullptr;
    auto* pruning = static_cast<Pruning*>(palloc0(sizeof(Pruning)));
    pruning->context = CreateExprContext(node->ss.ps.state);
    pruning->memory = AllocSetContextCreate(CurrentMemoryContext, "weather_fdw chosen files",
                                            ALLOCSET_DEFAULT_SIZES);
    List* quals = expressions_of(node, PruneQuals);
    if (quals != NIL)
        pruning->quals = begin_file_quals(node, quals, columns, options);
    pruning->filenames = ExecInitExprList(expressions_of(node, PruneFilenames), &node->ss.ps);
    pruning->offsets = ExecInitExprList(expressions_of(node, PruneOffsets), &node->ss.ps);
    pruning->ends = ExecInitExprList(expressions_of(node, PruneEnds), &node->ss.ps);
    return pruning;
}

List* file_quals(const ForeignScanState* node) {
    return expressions_of(node, PruneQuals);
}

bool is_known_before_run(const ForeignScanState* node) {
    const ForeignScan* plan = reinterpret_cast<const ForeignScan*>(node->ss.ps.plan);
    return !has_exec_parameter(reinterpret_cast<Node*>(plan->fdw_exprs), nullptr);
}

FileList choose_files(Pruning* pruning, const TableOptions* options, Missing missing,
                      FileList* listed, MemoryContext list_context) {
    MemoryContextReset(pruning->memory);
    MemoryContext previous = MemoryContextSwitchTo(pruning->memory);
    pruning->start = 0;
    ListCell* cell;
    foreach (cell, pruning->offsets)
        pruning->start =
            Max(pruning->start, offset_of(pruning, static_cast<ExprState*>(lfirst(cell))));
    pruning->end = PG_UINT64_MAX;
    foreach (cell, pruning->ends)
        pruning->end = Min(pruning->end, offset_of(pruning, static_cast<ExprState*>(lfirst(cell))));
    FileList files;
    const FileFacts* facts = nullptr;
    if (pruning->filenames != NIL) {
        List* names = names_of(pruning, static_cast<ExprState*>(linitial(pruning->filenames)));
        files = look_up_files(options, names, missing);
    } else {
        if (!listed->paths) {
            MemoryContextSwitchTo(list_context);
            *listed = list_files(options, missing);
            MemoryContextSwitchTo(pruning->memory);
        }
        if (pruning->quals && read_facts(pruning->quals) && !pruning->facts)
            find_facts_of_listed(pruning, options, *listed, list_context);
        files = *listed;
        facts = pruning->facts;
    }
    ResetExprContext(pruning->context);
    if (pruning->quals)
        files = apply_quals(pruning, options, files, facts);
    MemoryContextSwitchTo(previous);
    return files;
}

uint64 start_offset(const Pruning* pruning) {
    return pruning->start;
}

uint64 end_offset(const Pruning* pruning) {
    return pruning->end;
}

} // namespace weather
