// The executor, or ANALYZE, asks for a row, a batch at hand gives it; else the engine is asked for
// the next batch, file after file. Only the engine's calls run C++ that owns something, and they
// are guarded.
#include "foreign_scan.h"

#include "access.h"
#include "last_scan.h"
#include "partition.h"
#include "progress.h"
#include "rejects.h"
#include "rows.h"
#include "settings.h"

namespace weather {

namespace {

void release_external_fd(void* argument) {
    auto* state = static_cast<ScanState*>(argument);
    if (state->holds_external_fd)
        ReleaseExternalFD();
    state->holds_external_fd = false;
}

// Ends the program, if there is one, and closes the file.
void close_current(ScanState* state) {
    Reader* reader = state->reader->object;
    note_detected(state);
    if (state->is_open)
        note_scanned(state, state->at_end);
    run_engine([&] { reader->close(); });
    close_input_file(state->file);
    release_external_fd(state);
    state->is_open = state->at_end = false;
    state->rows = state->row = 0;
    state->position = {};
}

[[noreturn]] void report_engine_error(ScanState* state, const Complaint& complaint) {
    if (complaint.column >= 0)
        state->position.column = state->spec_columns[complaint.column]->name;
    report_complaint(complaint, &state->position);
}

bool reads(const Columns* columns, Metadata metadata) {
    for (int i = 0; i < columns->count; ++i)
        if (columns->items[i].wanted && columns->items[i].options->metadata == metadata)
            return true;
    return false;
}

// Rows that begin before what is asked for need not be read, unless the others are numbered.
Start find_start(const ScanState* state) {
    if (!state->pruning)
        return {};
    const uint64 end = end_offset(state->pruning);
    if (reads(state->columns, Metadata::Ordinality))
        return {0, false, end};
    return {start_offset(state->pruning), reads(state->columns, Metadata::Line), end};
}

// A value of a column from the path of a file.
struct Partition {
    PartitionValue value;
    const char* text;
};

// Of the engine's columns, by their numbers; null if the table has no partitions.
Partition* find_partitions(ScanState* state, const char* path) {
    if (!state->options->hive_partitioning)
        return nullptr;
    auto* partitions = static_cast<Partition*>(
        palloc0(static_cast<Size>(state->spec_count + 1) * sizeof(Partition)));
    for (int i = 0; i < state->spec_count; ++i) {
        const Column* column = state->spec_columns[i];
        if (!column->may_be_partition || !column->wanted)
            continue;
        state->position.column = column->name;
        partitions[i].value = find_partition_value(path, column->name);
        partitions[i].text = partition_text(partitions[i].value);
    }
    state->position.column = nullptr;
    return partitions;
}

// Whether a file that has vanished since it was listed is passed over. The one that the option
// filename names was not listed.
bool may_vanish(const TableOptions* options) {
    return options->on_error == OnError::Ignore && !options->filename;
}

// False if it has vanished, and that is no error.
bool open_file(ScanState* state, const char* path) {
    state->position.path = path;
    if (!may_vanish(state->options)) {
        open_input_file(state->file, path);
    } else if (!open_input_file_if_there(state->file, path)) {
        skip_file(state, path);
        return false;
    }
    state->mtime = modification_time(state->file->info);
    if (state->takes_fingerprints)
        take_fingerprint(state->file, state->file->info.st_size, state->fingerprint);
    const Start start = find_start(state);
    const Partition* partitions = find_partitions(state, path);
    run_engine([&] {
        std::vector<Given> given;
        for (int i = 0; partitions && i < state->spec_count; ++i)
            given.push_back(make_given(partitions[i].value, partitions[i].text));
        state->reader->object->open_file(state->file->fd, start, std::move(given));
    });
    return true;
}

void open_program(ScanState* state) {
    const char* command = state->options->program;
    state->position.program = command;
    if (!AcquireExternalFD())
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_RESOURCES),
                        errmsg("could not run program \"%s\": too many open files", command)));
    state->holds_external_fd = true;
    Complaint complaint;
    bool started = false;
    run_engine([&] {
        started = state->reader->object->open_program(command);
        if (!started)
            make_complaint(state->reader->object->error(), complaint);
    });
    if (!started)
        report_engine_error(state, complaint);
}

void find_files(ScanState* state) {
    if (state->pruning) {
        state->files = choose_files(state->pruning, state->options, Missing::IsError,
                                    &state->listed, state->context);
    } else {
        MemoryContext previous = MemoryContextSwitchTo(state->context);
        state->files = state->listed = list_files(state->options, Missing::IsError);
        MemoryContextSwitchTo(previous);
    }
    state->chosen = true;
}

// False when there is nothing more to read.
bool open_next(ScanState* state) {
    if (state->next_file == 0)
        begin_last_scan(state);
    if (is_program(state->options)) {
        if (state->next_file++ > 0)
            return false;
        open_program(state);
    } else {
        if (!state->chosen)
            find_files(state);
        do {
            CHECK_FOR_INTERRUPTS();
            if (state->next_file == state->files.count)
                return false;
        } while (!open_file(state, state->files.paths[state->next_file++]));
    }
    state->is_open = true;
    return true;
}

void wait_for_latch(int events, pgsocket fd, long timeout_ms) {
    const int found = WaitLatchOrSocket(MyLatch, WL_LATCH_SET | WL_EXIT_ON_PM_DEATH | events, fd,
                                        timeout_ms, PG_WAIT_EXTENSION);
    if (found & WL_LATCH_SET)
        ResetLatch(MyLatch);
    CHECK_FOR_INTERRUPTS();
}

// The program has closed its output: as with COPY FROM PROGRAM, all is well only if its status is
// 0.
void wait_for_program_end(ScanState* state) {
    constexpr long poll_ms = 5; // there is no event to wait for: SIGCHLD is not ours
    int status = 0;
    bool ended = false;
    for (;;) {
        run_engine([&] { ended = state->reader->object->program().finished(status); });
        if (ended)
            break;
        wait_for_latch(WL_TIMEOUT, PGINVALID_SOCKET, poll_ms);
    }
    state->position.line = 0; // it is no row's fault
    if (status != 0)
        ereport(ERROR, (errcode(ERRCODE_EXTERNAL_ROUTINE_EXCEPTION),
                        errmsg("program \"%s\" failed", state->options->program),
                        errdetail_internal("%s", wait_result_to_str(status))));
}

// Makes the next batch. False at the end of all files.
bool next_batch(ScanState* state) {
    Reader* reader = state->reader->object;
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (!state->is_open && !open_next(state))
            return false;
        if (state->file->path && reopen_input_file(state->file))
            reader->rebind(state->file->fd);
        Complaint complaint;
        const ScanStatus status = read_batch(reader, state->conversion, &complaint);
        state->position.line_is_unknown = !reader->scan().lines_are_counted();
        report_progress(state);
        switch (status) {
        case ScanStatus::Rows:
            state->row = 0;
            state->note = 0;
            state->rows = static_cast<int>(reader->batch().rows.size());
            return true;
        case ScanStatus::Again:
        case ScanStatus::Convert: // done by read_batch()
            break;
        case ScanStatus::Blocked:
            wait_for_latch(WL_SOCKET_READABLE, reader->program().output(), -1);
            break;
        case ScanStatus::EndOfFile:
            if (is_program(state->options))
                wait_for_program_end(state);
            else
                check_not_overwritten(state->file);
            state->at_end = true;
            close_current(state);
            break;
        case ScanStatus::Failed:
            // What a program leaves unfinished when it fails is not what is wrong with it.
            if (is_program(state->options) && reader->scan().input_ended())
                wait_for_program_end(state);
            report_engine_error(state, complaint);
        }
    }
}

// The columns that the plan found to be needed.
Bitmapset* needed_columns(const ForeignScan* plan) {
    Bitmapset* needed = nullptr;
    List* numbers = static_cast<List*>(list_nth(plan->fdw_private, PlanNeededColumns));
    ListCell* cell;
    foreach (cell, numbers)
        needed = bms_add_member(needed, lfirst_int(cell));
    return needed;
}

void index_columns(ScanState* state) {
    const int most = state->columns->count + state->columns->zone_count;
    const Size size = static_cast<Size>(most + 1) * sizeof(Column*);
    state->spec_columns = static_cast<Column**>(palloc(size));
    state->batch_columns = static_cast<Column**>(palloc(size));
    for (int i = 0; i < state->columns->count; ++i) {
        Column* column = &state->columns->items[i];
        if (!is_from_engine(column->options->metadata))
            continue;
        state->spec_columns[state->spec_count++] = column;
        if (column->wanted)
            state->batch_columns[state->batch_width++] = column;
    }
    int place = state->batch_width;
    for (int i = 0; i < state->columns->zone_count; ++i) {
        ZoneSource* zone = &state->columns->zones[i];
        state->spec_columns[state->spec_count++] = zone->column;
        if (zone->wanted)
            zone->place = place++;
    }
}

} // namespace

Owned<Reader>* make_reader(MemoryContext context, const Columns* columns,
                           const TableOptions* options) {
    Owned<Reader>* owned = own_in<Reader>(context);
    const bool use_reference = decoder_setting() == Decoder::RapidJson;
    run_engine([&] {
        ScanSpec spec;
        fill_spec(columns, options, spec);
        owned->object =
            new Reader(spec, options->framing, static_cast<size_t>(options->maximum_object_size),
                       options->compression, !is_read_as_utf8(options->encoding));
        if (use_reference)
            owned->object->use_reference_decoder();
    });
    return owned;
}

void note_detected(ScanState* state) {
    if (!state->is_open)
        return;
    const Reader* reader = state->reader->object;
    state->framings |= 1u << static_cast<int>(reader->scan().detected_framing());
    state->compressions |= 1u << static_cast<int>(reader->detected_compression());
    if (reader->scan().started_at() > 0)
        state->started_at = reader->scan().started_at();
}

ScanState* begin_scan(MemoryContext parent, Relation relation, const Bitmapset* needed) {
    const Oid table = RelationGetRelid(relation);
    MemoryContext context =
        AllocSetContextCreate(parent, "weather_fdw scan", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    auto* state = static_cast<ScanState*>(palloc0(sizeof(ScanState)));
    state->context = context;
    state->row_context = AllocSetContextCreate(context, "weather_fdw row", ALLOCSET_DEFAULT_SIZES);
    state->relation = table;
    state->table = pstrdup(RelationGetRelationName(relation));
    state->options = get_table_options(table);
    check_may_read(table, state->options);
    state->columns = describe_columns(table, RelationGetDescr(relation), state->options, needed);
    index_columns(state);
    state->file = make_input_file(context, state->options);
    state->release_external_fd.func = release_external_fd;
    state->release_external_fd.arg = state;
    MemoryContextRegisterResetCallback(context, &state->release_external_fd);
    state->reader = make_reader(context, state->columns, state->options);
    state->conversion = make_conversion(state->options->encoding);
    state->takes_fingerprints = fingerprints_setting();
    MemoryContextSwitchTo(previous);
    return state;
}

bool next_row(ScanState* state, TupleTableSlot* slot) {
    ErrorContextCallback callback = {error_context_stack, position_context, &state->position};
    error_context_stack = &callback;
    ExecClearTuple(slot);
    MemoryContext previous = MemoryContextSwitchTo(state->row_context);
    bool found = false;
    do // a reset each time: a file may have millions of rejects one after another
        MemoryContextReset(state->row_context);
    while ((state->row < state->rows || next_batch(state)) && !(found = make_row(state, slot)));
    MemoryContextSwitchTo(previous);
    if (found)
        ExecStoreVirtualTuple(slot);
    error_context_stack = callback.previous;
    return found;
}

void end_scan(ScanState* state) {
    close_current(state);
    report_rejects(state);
    MemoryContextDelete(state->context);
}

void weatherBeginForeignScan(ForeignScanState* node, int flags) {
    if (flags & EXEC_FLAG_EXPLAIN_ONLY)
        return;
    node->fdw_state = begin_scan(node->ss.ps.state->es_query_cxt, node->ss.ss_currentRelation,
                                 needed_columns(reinterpret_cast<ForeignScan*>(node->ss.ps.plan)));
    auto* state = static_cast<ScanState*>(node->fdw_state);
    MemoryContext previous = MemoryContextSwitchTo(state->context);
    state->pruning = begin_pruning(node, state->columns, state->options);
    MemoryContextSwitchTo(previous);
}

TupleTableSlot* weatherIterateForeignScan(ForeignScanState* node) {
    TupleTableSlot* slot = node->ss.ss_ScanTupleSlot;
    next_row(static_cast<ScanState*>(node->fdw_state), slot);
    return slot;
}

void weatherReScanForeignScan(ForeignScanState* node) {
    auto* state = static_cast<ScanState*>(node->fdw_state);
    close_current(state);
    begin_pass(state);
    state->next_file = 0;
    if (state->pruning && node->ss.ps.chgParam)
        state->chosen = false;
}

void weatherEndForeignScan(ForeignScanState* node) {
    auto* state = static_cast<ScanState*>(node->fdw_state);
    if (state) // not with EXPLAIN
        end_scan(state);
}

} // namespace weather
