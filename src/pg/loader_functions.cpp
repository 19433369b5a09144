// What the loader cannot do in SQL: look at the ends of files before they are read, and tell
// whether its procedure may commit.
#include "tail.h" // the engine before PostgreSQL

#include "boundary.h"
#include "file_access.h"
#include "file_functions.h"
#include "fingerprint.h"
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

} // namespace

} // namespace weather

// weather._inspect(relation regclass, path text, length bigint, start bigint, fingerprint text,
// by_lines bool)
Datum weather_inspect(PG_FUNCTION_ARGS) {
    using namespace weather;
    const TableOptions* options = options_for_caller(PG_GETARG_OID(0));
    const char* path = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const int64 length = PG_GETARG_INT64(2);
    const int64 from = PG_GETARG_INT64(3);
    const char* known = text_to_cstring(PG_GETARG_TEXT_PP(4));
    TupleDesc row;
    get_call_result_type(fcinfo, nullptr, &row);
    InputFile* file = make_input_file(CurrentMemoryContext, options);
    if (!is_listed(options, path) || !open_input_file_if_there(file, path))
        PG_RETURN_NULL();
    const bool is_plain = PG_GETARG_BOOL(5) && (length == 0 || has_plain_lines(options, file));
    const int64 start = is_plain ? next_line_start(file, from, length) : from > 0 ? -1 : 0;
    const int64 stop = is_plain ? end_of_whole_lines(options, file, length) : length;
    char fingerprint[fingerprint_size];
    const bool is_there =
        take_fingerprint(file, stop, fingerprint, start > 0 ? known : nullptr, from);
    close_input_file(file);
    if (!is_there)
        PG_RETURN_NULL();
    Datum values[] = {Int64GetDatum(start), Int64GetDatum(stop), BoolGetDatum(is_plain),
                      CStringGetTextDatum(fingerprint)};
    bool nulls[] = {start < 0, false, false, false};
    PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(row), values, nulls)));
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
