// Which files begin with what was loaded of others: how the loader finds a file that has moved.
#include "file_functions.h"
#include "fingerprint.h"
#include "report.h"
#include "soft.h"

extern "C" {
#include "funcapi.h"
PGDLLEXPORT Datum weather_beginnings(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_beginnings);
}

namespace weather {

namespace {

struct Beginning {
    int64 length;
    pg_crc32c sum;
};

// In the order of their lengths and sums, as bsearch() wants them.
struct Beginnings {
    const Beginning* items;
    int count;
};

int compare(const void* a, const void* b) {
    const auto* one = static_cast<const Beginning*>(a);
    const auto* other = static_cast<const Beginning*>(b);
    if (one->length != other->length)
        return one->length < other->length ? -1 : 1;
    return one->sum < other->sum ? -1 : one->sum > other->sum;
}

Beginnings get_beginnings(ArrayType* lengths, ArrayType* fingerprints) {
    Datum* length_items;
    Datum* fingerprint_items;
    int count;
    int fingerprint_count;
    deconstruct_array(lengths, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE,
                      &length_items, nullptr, &count);
    deconstruct_array(fingerprints, TEXTOID, -1, false, TYPALIGN_INT, &fingerprint_items, nullptr,
                      &fingerprint_count);
    count = Min(count, fingerprint_count);
    auto* items =
        static_cast<Beginning*>(palloc(sizeof(Beginning) * static_cast<Size>(Max(count, 1))));
    int known = 0;
    for (int i = 0; i < count; ++i) {
        pg_crc32c sum;
        if (get_sum(TextDatumGetCString(fingerprint_items[i]), &sum))
            items[known++] = {DatumGetInt64(length_items[i]), sum};
    }
    qsort(items, static_cast<size_t>(known), sizeof(Beginning), compare);
    return {items, known};
}

struct Task {
    const TableOptions* options;
    const char* path;
    Beginnings beginnings;
    const ReturnSetInfo* result;
};

// Reads a file once, up to the longest beginning that it may have.
void put_beginnings(void* argument) {
    const auto* task = static_cast<const Task*>(argument);
    InputFile* file = make_input_file(CurrentMemoryContext, task->options);
    if (!is_listed(task->options, task->path) || !open_input_file_if_there(file, task->path))
        return;
    PrefixSum prefix = begin_prefix_sum(file, file->info.st_size);
    char fingerprint[fingerprint_size];
    const Beginnings& known = task->beginnings;
    for (int i = 0; i < known.count && known.items[i].length <= file->info.st_size; ++i) {
        CHECK_FOR_INTERRUPTS();
        if (i > 0 && known.items[i].length == known.items[i - 1].length)
            continue;
        if (!extend_prefix_sum(&prefix, known.items[i].length))
            break;
        const Beginning own = {known.items[i].length, sum_of(&prefix)};
        if (!bsearch(&own, known.items, static_cast<size_t>(known.count), sizeof(own), compare))
            continue;
        put_fingerprint(&prefix, fingerprint);
        Datum values[] = {CStringGetTextDatum(task->path), Int64GetDatum(own.length),
                          CStringGetTextDatum(fingerprint)};
        bool nulls[] = {false, false, false};
        tuplestore_putvalues(task->result->setResult, task->result->setDesc, values, nulls);
    }
    close_input_file(file);
}

} // namespace

} // namespace weather

// weather._beginnings(relation regclass, paths text[], lengths bigint[], fingerprints text[])
Datum weather_beginnings(PG_FUNCTION_ARGS) {
    using namespace weather;
    InitMaterializedSRF(fcinfo, 0);
    Task task = {options_for_caller(PG_GETARG_OID(0)), nullptr,
                 get_beginnings(PG_GETARG_ARRAYTYPE_P(2), PG_GETARG_ARRAYTYPE_P(3)),
                 reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo)};
    Datum* paths;
    int count;
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(1), TEXTOID, -1, false, TYPALIGN_INT, &paths, nullptr,
                      &count);
    const MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "weather_fdw file", ALLOCSET_DEFAULT_SIZES);
    const MemoryContext caller = MemoryContextSwitchTo(context);
    for (int i = 0; i < count; ++i) {
        task.path = TextDatumGetCString(paths[i]);
        run_softly(put_beginnings, &task, is_about_files);
        MemoryContextReset(context);
    }
    MemoryContextSwitchTo(caller);
    MemoryContextDelete(context);
    return 0;
}
