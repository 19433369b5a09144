#include "explain.h"

#include "access.h"
#include "file_access.h"
#include "foreign_scan.h"

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

void show_files(const TableOptions* options, const ScanState* state, ExplainState* explain) {
    const FileList files =
        state && state->listed ? state->files : list_files(options, Missing::IsFine);
    int64 bytes = 0;
    bool known = true;
    for (int i = 0; i < files.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        struct stat info;
        known &= stat_path(options, files.paths[i], &info) == 0;
        bytes += known ? info.st_size : 0;
    }
    ExplainPropertyInteger("Files", nullptr, files.count, explain);
    if (files.count == 1)
        ExplainPropertyText("File", printable(files.paths[0]), explain);
    if (known)
        ExplainPropertyInteger("Bytes", nullptr, bytes, explain);
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
        show_files(options, state, explain);
    show_choice("Compression", state ? state->compressions : 0, options->compression,
                compression_name, explain);
    show_choice("Framing", state ? state->framings : 0, options->framing, framing_name, explain);
    if (!explain->analyze || !state)
        return;
    const Counters& counters = state->reader->object->scan().counters();
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
