#include "progress.h"

extern "C" {
#include "commands/progress.h"
#include "utils/backend_progress.h"
#include "utils/backend_status.h"
PGDLLEXPORT Datum weather_begin_progress(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_begin_progress);
PGDLLEXPORT Datum weather_end_progress(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_end_progress);
}

namespace weather {

namespace {

bool reports(Oid table) {
    return MyBEEntry && MyBEEntry->st_progress_command == PROGRESS_COMMAND_COPY &&
           MyBEEntry->st_progress_command_target == table;
}

} // namespace

void report_progress(const ScanState* state) {
    if (!reports(state->relation))
        return;
    const Reader* reader = state->reader->object;
    const int parameters[] = {PROGRESS_COPY_BYTES_PROCESSED, PROGRESS_COPY_BYTES_TOTAL,
                              PROGRESS_COPY_TUPLES_PROCESSED, PROGRESS_COPY_TUPLES_EXCLUDED};
    const Counters& counters = reader->scan().counters();
    const int64 values[] = {static_cast<int64>(reader->raw_bytes_read()),
                            is_program(state->options) ? 0 : state->file->info.st_size,
                            static_cast<int64>(counters.rows),
                            static_cast<int64>(counters.rejected)};
    pgstat_progress_update_multi_param(lengthof(parameters), parameters, values);
}

} // namespace weather

// weather._begin_progress(foreign_table regclass)
Datum weather_begin_progress(PG_FUNCTION_ARGS) {
    // Another command's progress is left alone. An abort ends ours.
    if (MyBEEntry && MyBEEntry->st_progress_command == PROGRESS_COMMAND_INVALID) {
        pgstat_progress_start_command(PROGRESS_COMMAND_COPY, PG_GETARG_OID(0));
        pgstat_progress_update_param(PROGRESS_COPY_COMMAND, PROGRESS_COPY_COMMAND_FROM);
        pgstat_progress_update_param(PROGRESS_COPY_TYPE, PROGRESS_COPY_TYPE_FILE);
    }
    PG_RETURN_VOID();
}

// weather._end_progress(foreign_table regclass)
Datum weather_end_progress(PG_FUNCTION_ARGS) {
    if (weather::reports(PG_GETARG_OID(0)))
        pgstat_progress_end_command();
    PG_RETURN_VOID();
}
