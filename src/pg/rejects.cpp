#include "rejects.h"

extern "C" {
#include "utils/json.h"
#include "utils/jsonb.h"
}

namespace weather {

void begin_pass(ScanState* state) {
    state->skipped_before = Max(state->skipped_before, state->skipped);
    state->replaced_before = Max(state->replaced_before, state->replaced);
    state->skipped = state->replaced = 0;
}

void count_reject(ScanState* state, const Reject& reject) {
    const TableOptions* options = state->options;
    ++state->skipped;
    if (options->reject_limit > 0 && state->skipped > static_cast<uint64>(options->reject_limit))
        ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                        errmsg("more rows are in error than reject_limit (" INT64_FORMAT ") allows",
                               options->reject_limit),
                        errdetail("The last one: %s", reject.message)));
    if (options->log_verbosity == LogVerbosity::Verbose && !state->columns->errors_become_rows)
        ereport(NOTICE, (errmsg("skipping row: %s", reject.message)));
}

void skip_file(ScanState* state, const char* path) {
    ++state->skipped_files;
    state->position = {};
    if (state->options->log_verbosity != LogVerbosity::Silent)
        ereport(WARNING,
                (errcode(ERRCODE_UNDEFINED_FILE),
                 errmsg("skipped file \"%s\": No such file or directory", printable(path))));
}

void note_replaced(ScanState* state, const char* message) {
    state->row_was_replaced = true;
    if (state->options->log_verbosity == LogVerbosity::Verbose)
        ereport(NOTICE, (errmsg("replacing value: %s", message)));
}

namespace {

void append_member(StringInfo json, const char* name, const char* value) {
    appendStringInfo(json, "%s\"%s\": ", json->len > 1 ? ", " : "", name);
    if (value)
        escape_json(json, value);
    else
        appendStringInfoString(json, "null");
}

} // namespace

Datum reject_datum(const Column& column, const Reject& reject) {
    if (column.type == Type::Text)
        return CStringGetTextDatum(reject.message);
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    append_member(&json, "sqlstate", unpack_sql_state(reject.sqlstate));
    append_member(&json, "message", reject.message);
    append_member(&json, "column", reject.column);
    appendStringInfoChar(&json, '}');
    return DirectFunctionCall1(jsonb_in, CStringGetDatum(json.data));
}

void report_rejects(const ScanState* state) {
    const char* table = state->table;
    const TableOptions* options = state->options;
    const uint64 skipped = Max(state->skipped, state->skipped_before);
    const uint64 replaced = Max(state->replaced, state->replaced_before);
    if (options->log_verbosity == LogVerbosity::Silent || state->columns->errors_become_rows)
        return;
    if (skipped > 0)
        ereport(NOTICE, (errmsg_plural(UINT64_FORMAT " row of foreign table \"%s\" was skipped "
                                                     "because of an error",
                                       UINT64_FORMAT " rows of foreign table \"%s\" were skipped "
                                                     "because of errors",
                                       static_cast<unsigned long>(skipped), skipped, table)));
    if (replaced > 0 && options->on_error == OnError::SetNull)
        ereport(NOTICE, (errmsg_plural("in " UINT64_FORMAT " row of foreign table \"%s\" values "
                                       "were set to null because of errors",
                                       "in " UINT64_FORMAT " rows of foreign table \"%s\" values "
                                       "were set to null because of errors",
                                       static_cast<unsigned long>(replaced), replaced, table)));
}

} // namespace weather
