#include "explain.h"

#include "access.h"
#include "file_access.h"
#include "foreign_scan.h"
#include "partition.h"

extern "C" {
#include "access/sysattr.h"
#include "utils/ruleutils.h"
}

namespace weather {

namespace {

// The names of what was found, in the option's word if nothing was.
template <typename Choice>
void show_choice(const char* label, uint32 found, Choice option, const char* (*name)(Choice),
                 ExplainState* explain) {
    StringInfoData text;
    initStringInfo(&text);
    for (int i = 1; i < 32; ++i) // 0 is Auto
        if (found & (1u << i))
            appendStringInfo(&text, "%s%s", text.len > 0 ? ", " : "", name(static_cast<Choice>(i)));
    ExplainPropertyText(label, text.len > 0 ? text.data : name(option), explain);
}

bool is_partition(const Column& column, const FileList& files) {
    for (int i = 0; i < files.count; ++i)
        if (find_partition_value(files.paths[i], column.name).is_given)
            return true;
    return false;
}

// Whether it reads no column but those that files have values for.
bool is_about_files(Node* clause, const ForeignScanState* node, const Columns* columns,
                    const FileList& files) {
    Bitmapset* reads = nullptr;
    pull_varattnos(clause, reinterpret_cast<ForeignScan*>(node->ss.ps.plan)->scan.scanrelid,
                   &reads);
    for (int i = 0; i < columns->count; ++i) {
        const Column& column = columns->items[i];
        if (column.may_be_partition &&
            bms_is_member(column.attribute - FirstLowInvalidHeapAttributeNumber, reads) &&
            !is_partition(column, files))
            return false;
    }
    return true;
}

// The clauses by which files are pruned, as EXPLAIN shows a filter.
void show_file_filter(ForeignScanState* node, const Columns* columns, const FileList& listed,
                      ExplainState* explain) {
    List* quals = NIL;
    ListCell* cell;
    foreach (cell, file_quals(node)) {
        Node* clause = static_cast<Node*>(lfirst(cell));
        if (is_about_files(clause, node, columns, listed))
            quals = lappend(quals, clause);
    }
    if (quals == NIL)
        return;
    List* context = set_deparse_context_plan(explain->deparse_cxt, node->ss.ps.plan, NIL);
    Node* filter = reinterpret_cast<Node*>(make_ands_explicit(quals));
    ExplainPropertyText("File Filter", deparse_expression(filter, context, explain->verbose, false),
                        explain);
}

// Which files are read, and where in them reading begins.
struct Extracts {
    FileList listed;
    FileList files; // of these
    uint64 start;
};

// Before the scan has run: as far as the values that decide it are known.
Extracts expect_extracts(ForeignScanState* node, const TableOptions* options,
                         const Columns* columns) {
    FileList listed = list_files(options, Missing::IsFine);
    Pruning* pruning = is_known_before_run(node) ? begin_pruning(node, columns, options) : nullptr;
    if (!pruning)
        return {listed, listed, 0};
    const FileList files =
        choose_files(pruning, options, Missing::IsFine, &listed, CurrentMemoryContext);
    return {listed, files, start_offset(pruning)};
}

Extracts find_extracts(ForeignScanState* node, const TableOptions* options, const Columns* columns,
                       const ScanState* state) {
    if (!state || !state->chosen)
        return expect_extracts(node, options, columns);
    // What was looked up by name was not listed.
    return {state->listed.paths ? state->listed : list_files(options, Missing::IsFine),
            state->files, state->started_at};
}

void show_files(ForeignScanState* node, const TableOptions* options, const ScanState* state,
                ExplainState* explain) {
    const Relation relation = node->ss.ss_currentRelation;
    const Columns* columns = state ? state->columns
                                   : describe_columns(RelationGetRelid(relation),
                                                      RelationGetDescr(relation), options, nullptr);
    const Extracts extracts = find_extracts(node, options, columns, state);
    const FileList& files = extracts.files;
    int64 bytes = 0;
    bool known = true;
    for (int i = 0; i < files.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        struct stat info;
        known &= stat_path(options, files.paths[i], &info) == 0;
        bytes += known ? info.st_size : 0;
    }
    show_file_filter(node, columns, extracts.listed, explain);
    ExplainPropertyInteger("Files", nullptr, files.count, explain);
    if (extracts.listed.count > files.count)
        ExplainPropertyInteger("Files Pruned", nullptr, extracts.listed.count - files.count,
                               explain);
    if (files.count == 1)
        ExplainPropertyText("File", printable(files.paths[0]), explain);
    if (known)
        ExplainPropertyInteger("Bytes", nullptr, bytes, explain);
    if (extracts.start > 0)
        ExplainPropertyInteger("Start Offset", nullptr, static_cast<int64>(extracts.start),
                               explain);
}

void show_counter(const char* label, uint64_t value, ExplainState* explain) {
    ExplainPropertyInteger(label, nullptr, static_cast<int64>(value), explain);
}

} // namespace

void weatherExplainForeignScan(ForeignScanState* node, ExplainState* explain) {
    const Oid relation = RelationGetRelid(node->ss.ss_currentRelation);
    const TableOptions* options = get_table_options(relation);
    check_may_read(relation, options);
    auto* state = static_cast<ScanState*>(node->fdw_state); // null without ANALYZE
    if (state)
        note_detected(state);
    if (is_program(options))
        ExplainPropertyText("Program", options->program, explain);
    else
        show_files(node, options, state, explain);
    show_choice("Compression", state ? state->compressions : 0, options->compression,
                compression_name, explain);
    show_choice("Framing", state ? state->framings : 0, options->framing, framing_name, explain);
    if (!explain->analyze || !state)
        return;
    const Counters& counters = state->reader->object->scan().counters();
    if (state->skipped_files > 0)
        show_counter("Files Skipped", state->skipped_files, explain);
    show_counter("Documents", counters.documents, explain);
    if (strcmp(options->row_path, "$") != 0 || options->orient == Orient::Columns)
        show_counter("Documents Without Rows", counters.empty_documents, explain);
    show_counter("Rows", counters.rows, explain);
    show_counter("Rejects", counters.rejected, explain);
    if (counters.passed_over > 0)
        show_counter("Bytes Passed Over", counters.passed_over, explain);
    if (state->columns->has_fallbacks)
        show_counter("Rows With Replaced Values", Max(state->replaced, state->replaced_before),
                     explain);
}

} // namespace weather
