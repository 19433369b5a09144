// What the loader cannot do in SQL: look at the ends of files before they are read, and tell
// whether its procedure may commit.
#include "tail.h" // the engine before PostgreSQL

#include "boundary.h"
#include "datum.h"
#include "file_access.h"
#include "file_functions.h"
#include "report.h"

extern "C" {
#include "access/xact.h"
#include "executor/spi.h"
#include "funcapi.h"
PGDLLEXPORT Datum weather_inspect(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_inspect);
PGDLLEXPORT Datum weather_refuse_transaction_block(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_refuse_transaction_block);
}

namespace weather {

namespace {

constexpr int64 block = 64 * 1024;

// Reads what there is of `size` bytes.
size_t read_at(const InputFile* file, char* buffer, int64 size, int64 offset) {
    int64 have = 0;
    while (have < size) {
        CHECK_FOR_INTERRUPTS();
        const ssize_t got =
            pread(file->fd, buffer + have, static_cast<size_t>(size - have), offset + have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            report_path_error("read file", file->path);
        if (got == 0)
            break;
        have += got;
    }
    return static_cast<size_t>(have);
}

// Whether it can be read in parts.
bool has_plain_lines(const TableOptions* options, const InputFile* file) {
    bool result = false;
    run_engine([&] {
        FileSource raw(file->fd, FileSource::Kind::RegularFile);
        result = is_plain_lines(raw, options->compression, options->framing,
                                static_cast<size_t>(options->maximum_object_size));
    });
    return result;
}

// Behind the last line feed before `end`; 0 if there is none.
int64 last_line_start(const InputFile* file, int64 end) {
    char* buffer = static_cast<char*>(palloc(block));
    while (end > 0) {
        const int64 from = Max(end - block, 0);
        for (int64 i = static_cast<int64>(read_at(file, buffer, end - from, from)); i > 0; --i)
            if (buffer[i - 1] == '\n')
                return from + i;
        end = from;
    }
    return 0;
}

// Where the whole lines within `length` bytes end. A line that is too long to be a row is left to
// the scan to complain about.
int64 end_of_whole_lines(const TableOptions* options, const InputFile* file, int64 length) {
    const int64 line = last_line_start(file, length);
    const int64 size = length - line;
    if (size == 0 || size > static_cast<int64>(options->maximum_object_size))
        return length;
    char* text = static_cast<char*>(palloc(static_cast<Size>(size)));
    const size_t have = read_at(file, text, size, line);
    bool is_whole = false;
    run_engine([&] { is_whole = is_whole_line({text, have}); });
    pfree(text);
    return is_whole ? length : line;
}

// The beginning of the line that follows `offset`, which is behind a document; -1 if more than a
// comma stands between.
int64 next_line_start(const InputFile* file, int64 offset, int64 length) {
    char byte;
    if (offset == 0 || (read_at(file, &byte, 1, offset - 1) == 1 && byte == '\n'))
        return offset;
    for (; offset < length && read_at(file, &byte, 1, offset) == 1; ++offset) {
        if (byte == '\n')
            return offset + 1;
        if (!strchr(" \t\r,", byte))
            return -1;
    }
    return length;
}

struct Elements {
    Datum* items;
    bool* nulls;
    int count;
};

Elements elements_of(FunctionCallInfo fcinfo, int argument, Oid type) {
    Elements list;
    int16 size;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(type, &size, &by_value, &alignment);
    deconstruct_array(PG_GETARG_ARRAYTYPE_P(argument), type, size, by_value, alignment, &list.items,
                      &list.nulls, &list.count);
    return list;
}

} // namespace

} // namespace weather

// weather._inspect(relation regclass, paths text[], lengths bigint[], starts bigint[], by_lines
// bool)
Datum weather_inspect(PG_FUNCTION_ARGS) {
    using namespace weather;
    const TableOptions* options = options_for_caller(PG_GETARG_OID(0));
    const Elements paths = elements_of(fcinfo, 1, TEXTOID);
    const Elements lengths = elements_of(fcinfo, 2, INT8OID);
    const Elements starts = elements_of(fcinfo, 3, INT8OID);
    const Elements fingerprints = elements_of(fcinfo, 4, TEXTOID);
    const bool by_lines = PG_GETARG_BOOL(5);
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    InputFile* file = make_input_file(CurrentMemoryContext, options);
    for (int i = 0; i < paths.count; ++i) {
        const char* path = TextDatumGetCString(paths.items[i]);
        if (look_up_files(options, list_make1(const_cast<char*>(path)), Missing::IsFine).count ==
                0 ||
            !open_input_file_if_there(file, path))
            continue;
        const int64 length = DatumGetInt64(lengths.items[i]);
        const bool is_plain = by_lines && (length == 0 || has_plain_lines(options, file));
        const int64 from = DatumGetInt64(starts.items[i]);
        const int64 start = is_plain ? next_line_start(file, from, length) : from > 0 ? -1 : 0;
        const int64 stop = is_plain ? end_of_whole_lines(options, file, length) : length;
        const char* known =
            fingerprints.nulls[i] ? nullptr : TextDatumGetCString(fingerprints.items[i]);
        text* fingerprint = fingerprint_of(file, stop, start > 0 ? known : nullptr, from);
        close_input_file(file);
        Datum values[] = {paths.items[i], Int64GetDatum(start), Int64GetDatum(stop),
                          BoolGetDatum(is_plain), PointerGetDatum(fingerprint)};
        bool nulls[] = {false, start < 0, false, false, !fingerprint};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
    return 0;
}

// weather._refuse_transaction_block()
Datum weather_refuse_transaction_block(PG_FUNCTION_ARGS) {
    if (IsTransactionBlock() || !SPI_inside_nonatomic_context())
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_TRANSACTION_STATE),
                 errmsg("weather.refresh() cannot run inside a transaction block or a function"),
                 errdetail("It commits after each file."),
                 errhint("CALL it as a statement of its own, with autocommit on; with psql -c, "
                         "alone in its -c.")));
    PG_RETURN_VOID();
}
