#include "last_scan.h"

#include "datum.h"

extern "C" {
#include "funcapi.h"
PGDLLEXPORT Datum weather_last_scan(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_last_scan);
PGDLLEXPORT Datum weather_last_scan_files(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_last_scan_files);
}

namespace weather {

namespace {

struct ScannedFile {
    const char* path; // null: a program
    int64 size;
    TimestampTz mtime;
    Counters counters;
    int64 next_offset; // -1: not under framing lines
    bool complete;
    char fingerprint[fingerprint_size]; // empty: not taken
};

struct LastScan {
    Oid relation; // the key
    const ScanState* scan;
    MemoryContext context; // of the files
    Counters before;       // the engine's, when the last file was closed
    ScannedFile* files;
    int count;
    int capacity;
};

HTAB* last_scans;

LastScan* find_last_scan(Oid relation, HASHACTION action, bool* found) {
    if (!last_scans) {
        HASHCTL control = {};
        control.keysize = sizeof(Oid);
        control.entrysize = sizeof(LastScan);
        last_scans = hash_create("weather_fdw last scans", 16, &control, HASH_ELEM | HASH_BLOBS);
    }
    return static_cast<LastScan*>(hash_search(last_scans, &relation, action, found));
}

Counters difference(const Counters& after, const Counters& before) {
    return {after.documents - before.documents, after.empty_documents - before.empty_documents,
            after.rows - before.rows,           after.rejected - before.rejected,
            after.bytes - before.bytes,         after.passed_over - before.passed_over};
}

ScannedFile* add_file(LastScan* last) {
    if (last->count == last->capacity) {
        last->capacity *= 2;
        last->files = static_cast<ScannedFile*>(
            repalloc_huge(last->files, static_cast<Size>(last->capacity) * sizeof(ScannedFile)));
    }
    return &last->files[last->count++];
}

} // namespace

void begin_last_scan(ScanState* state) {
    bool found;
    LastScan* last = find_last_scan(state->relation, HASH_ENTER, &found);
    if (!found)
        last->context = nullptr;
    last->scan = state;
    last->before = state->reader->object->scan().counters();
    last->count = 0;
    last->capacity = 8;
    if (last->context)
        MemoryContextReset(last->context);
    else
        last->context =
            AllocSetContextCreate(TopMemoryContext, "weather_fdw last scan", ALLOCSET_SMALL_SIZES);
    last->files = static_cast<ScannedFile*>(
        MemoryContextAlloc(last->context, static_cast<Size>(last->capacity) * sizeof(ScannedFile)));
}

void note_scanned(ScanState* state, bool complete) {
    bool found;
    LastScan* last = find_last_scan(state->relation, HASH_FIND, &found);
    if (!found || last->scan != state)
        return;
    const Scan& scan = state->reader->object->scan();
    ScannedFile* file = add_file(last);
    *file = {};
    if (!is_program(state->options)) {
        file->path = MemoryContextStrdup(last->context, state->file->path);
        file->size = state->file->info.st_size;
        file->mtime = modification_time(state->file->info);
        if (state->takes_fingerprints)
            strlcpy(file->fingerprint, state->fingerprint, fingerprint_size);
    }
    file->counters = difference(scan.counters(), last->before);
    file->next_offset =
        scan.detected_framing() == Framing::Lines ? static_cast<int64>(scan.next_offset()) : -1;
    file->complete = complete;
    last->before = scan.counters();
}

namespace {

void check_may_select(Oid table) {
    const AclResult result = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);
    if (result != ACLCHECK_OK)
        aclcheck_error(result, OBJECT_FOREIGN_TABLE, get_rel_name(table));
}

Datum count_datum(uint64_t count) {
    return Int64GetDatum(static_cast<int64>(count));
}

// documents, documents_without_rows, rows, rejects, bytes
void put_counters(const Counters& counters, Datum* values) {
    values[0] = count_datum(counters.documents);
    values[1] = count_datum(counters.empty_documents);
    values[2] = count_datum(counters.rows);
    values[3] = count_datum(counters.rejected);
    values[4] = count_datum(counters.bytes);
}

const LastScan* last_scan_for_caller(Oid table) {
    check_may_select(table);
    bool found;
    const LastScan* last = find_last_scan(table, HASH_FIND, &found);
    return found ? last : nullptr;
}

} // namespace

} // namespace weather

// weather.last_scan(relation regclass)
Datum weather_last_scan(PG_FUNCTION_ARGS) {
    using namespace weather;
    const LastScan* last = last_scan_for_caller(PG_GETARG_OID(0));
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    if (!last)
        return 0;
    Counters total;
    int64 next_offset = -1;
    for (int i = 0; i < last->count; ++i) {
        const Counters& counters = last->files[i].counters;
        total.documents += counters.documents;
        total.empty_documents += counters.empty_documents;
        total.rows += counters.rows;
        total.rejected += counters.rejected;
        total.bytes += counters.bytes;
        next_offset = last->files[i].next_offset;
    }
    Datum values[8] = {ObjectIdGetDatum(last->relation), Int64GetDatum(last->count)};
    put_counters(total, values + 2);
    values[7] = Int64GetDatum(next_offset);
    bool nulls[8] = {};
    nulls[7] = next_offset < 0;
    tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    return 0;
}

// weather.last_scan_files(relation regclass)
Datum weather_last_scan_files(PG_FUNCTION_ARGS) {
    using namespace weather;
    const LastScan* last = last_scan_for_caller(PG_GETARG_OID(0));
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    for (int i = 0; last && i < last->count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const ScannedFile& file = last->files[i];
        Datum values[11] = {file.path ? path_datum(file.path) : 0, Int64GetDatum(file.size),
                            TimestampTzGetDatum(file.mtime)};
        put_counters(file.counters, values + 3);
        values[8] = Int64GetDatum(file.next_offset);
        values[9] = BoolGetDatum(file.complete);
        values[10] = CStringGetTextDatum(file.fingerprint);
        bool nulls[11] = {};
        nulls[0] = nulls[1] = nulls[2] = file.path == nullptr;
        nulls[8] = file.next_offset < 0;
        nulls[10] = file.fingerprint[0] == '\0';
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}
