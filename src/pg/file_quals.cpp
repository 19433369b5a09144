#include "file_quals.h"

#include "boundary.h"
#include "datum.h"
#include "file_access.h"
#include "input_file.h"
#include "partition.h"
#include "soft.h"

extern "C" {
#include "access/sysattr.h"
}

namespace weather {

namespace {

struct FileQual {
    ExprState* clause;
    Bitmapset* reads; // attributes, offset as by pull_varattnos()
};

Bitmapset* attribute_set(const Node* expression, Index relation) {
    Bitmapset* reads = nullptr;
    pull_varattnos(const_cast<Node*>(expression), relation, &reads);
    return reads;
}

bool is_member(const Column& column, const Bitmapset* attributes) {
    return bms_is_member(column.attribute - FirstLowInvalidHeapAttributeNumber, attributes);
}

} // namespace

struct FileQuals {
    const Columns* columns;
    ExprContext* context;
    TupleTableSlot* slot; // a file's values
    FileQual* items;
    int count;
    Bitmapset* reads;                 // of all items
    Owned<GivenConverter>* converter; // of partitions; null if there are none
};

FileFacts find_facts(const TableOptions* options, const char* path) {
    struct stat info;
    if (stat_path(options, path, &info) != 0)
        return {};
    return {true, info.st_size, modification_time(info)};
}

FileQuals* begin_file_quals(ForeignScanState* node, List* clauses, const Columns* columns,
                            const TableOptions* options) {
    EState* executor = node->ss.ps.state;
    const Index relation = reinterpret_cast<ForeignScan*>(node->ss.ps.plan)->scan.scanrelid;
    auto* quals = static_cast<FileQuals*>(palloc0(sizeof(FileQuals)));
    quals->columns = columns;
    quals->context = CreateExprContext(executor);
    quals->slot = ExecInitExtraTupleSlot(executor, RelationGetDescr(node->ss.ss_currentRelation),
                                         &TTSOpsVirtual);
    quals->items = static_cast<FileQual*>(
        palloc(static_cast<Size>(Max(list_length(clauses), 1)) * sizeof(FileQual)));
    ListCell* cell;
    foreach (cell, clauses) {
        Node* clause = static_cast<Node*>(lfirst(cell));
        Bitmapset* reads = attribute_set(clause, relation);
        quals->items[quals->count++] = {ExecInitQual(list_make1(clause), &node->ss.ps), reads};
        quals->reads = bms_add_members(quals->reads, reads);
    }
    if (options->hive_partitioning) {
        Owned<GivenConverter>* owned = own_in<GivenConverter>(CurrentMemoryContext);
        run_engine([&] {
            ScanSpec spec;
            fill_spec(columns, options, spec);
            owned->object = new GivenConverter(spec);
        });
        quals->converter = owned;
    }
    return quals;
}

bool read_facts(const FileQuals* quals) {
    for (int i = 0; i < quals->columns->count; ++i) {
        const Column& column = quals->columns->items[i];
        if (is_member(column, quals->reads) && (column.options->metadata == Metadata::Size ||
                                                column.options->metadata == Metadata::Mtime))
            return true;
    }
    return false;
}

namespace {

// A value of a file's path on its way into the slot.
struct Making {
    Column* column;
    const Value* value;
    Position position;
    Datum result;
    bool is_null;
};

void make(void* argument) {
    auto* task = static_cast<Making*>(argument);
    task->result = make_datum(task->column, *task->value, &task->position, &task->is_null);
}

// The values of a file, each false if it has none. One in error is for the rows to complain of, as
// their policy says.
bool partition_value(const FileQuals* quals, Column* column, size_t spec_index, const char* path,
                     Datum* result, bool* is_null) {
    const PartitionValue partition = find_partition_value(path, column->name);
    if (!partition.is_given || !is_text(partition.text))
        return false;
    const char* text = partition_text(partition);
    Value value;
    bool converted = false;
    run_engine([&] {
        converted =
            quals->converter->object->convert(spec_index, make_given(partition, text), value);
    });
    if (!converted)
        return false;
    if (make_quick_datum(column, value, result, is_null))
        return true;
    Making task = {column, &value, {}, 0, false};
    task.position.path = path;
    if (run_softly(make, &task, is_about_data))
        return false;
    *result = task.result;
    *is_null = task.is_null;
    return true;
}

bool size_value(const Column& column, int64 size, Datum* result) {
    *result =
        column.type == Type::Int8 ? Int64GetDatum(size) : Int32GetDatum(static_cast<int32>(size));
    return column.type == Type::Int8 || size <= PG_INT32_MAX;
}

bool file_value(const FileQuals* quals, Column* column, size_t spec_index, const char* path,
                const FileFacts& facts, Datum* result, bool* is_null) {
    switch (column->options->metadata) {
    case Metadata::Filename:
        if (!is_text(path))
            return false;
        *result = CStringGetTextDatum(path);
        return true;
    case Metadata::Size:
        return facts.known && size_value(*column, facts.size, result);
    case Metadata::Mtime:
        *result = TimestampTzGetDatum(facts.mtime);
        return facts.known;
    default:
        return partition_value(quals, column, spec_index, path, result, is_null);
    }
}

// Fills the slot, and returns the attributes for which the file has no value.
Bitmapset* fill_slot(const FileQuals* quals, const char* path, const FileFacts& facts) {
    TupleTableSlot* slot = quals->slot;
    Bitmapset* unknown = nullptr;
    ExecClearTuple(slot);
    memset(slot->tts_isnull, true, static_cast<Size>(slot->tts_tupleDescriptor->natts));
    if (quals->converter)
        run_engine([&] { quals->converter->object->begin_file(); });
    size_t spec_index = 0;
    for (int i = 0; i < quals->columns->count; ++i) {
        Column* column = &quals->columns->items[i];
        const size_t index = spec_index;
        spec_index += is_from_engine(column->options->metadata);
        if (!is_member(*column, quals->reads))
            continue;
        bool is_null = false;
        if (file_value(quals, column, index, path, facts, &slot->tts_values[column->attribute - 1],
                       &is_null))
            slot->tts_isnull[column->attribute - 1] = is_null;
        else
            unknown =
                bms_add_member(unknown, column->attribute - FirstLowInvalidHeapAttributeNumber);
    }
    ExecStoreVirtualTuple(slot);
    return unknown;
}

} // namespace

bool can_have_rows(FileQuals* quals, const char* path, const FileFacts& facts) {
    CHECK_FOR_INTERRUPTS();
    MemoryContext previous = MemoryContextSwitchTo(quals->context->ecxt_per_tuple_memory);
    const Bitmapset* unknown = fill_slot(quals, path, facts);
    quals->context->ecxt_scantuple = quals->slot;
    bool result = true;
    for (int i = 0; i < quals->count && result; ++i)
        result = bms_overlap(unknown, quals->items[i].reads) ||
                 ExecQual(quals->items[i].clause, quals->context);
    MemoryContextSwitchTo(previous);
    ResetExprContext(quals->context);
    return result;
}

} // namespace weather
