// What CREATE and ALTER refuse: options that do not exist, values that are wrong, and options of
// one list that contradict each other.
#include "access.h"
#include "option_table.h"

extern "C" {
PGDLLEXPORT Datum weather_fdw_validator(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_fdw_validator);
}

namespace weather {

namespace {

uint8_t catalog_of(Oid catalog) {
    switch (catalog) {
    case ForeignServerRelationId:
        return OfServer;
    case ForeignTableRelationId:
        return OfTable;
    case AttributeRelationId:
        return OfColumn;
    default: // the wrapper itself and user mappings have no options
        return 0;
    }
}

bool is_word(List* options, const char* name, const char* word) {
    const char* value = find_value(options, name);
    return value && strcmp(value, word) == 0;
}

// Both of two options that exclude each other, in one list.
void check_contradiction(List* options, const char* first, const char* second, const char* hint) {
    if (find_value(options, first) && find_value(options, second))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("conflicting options \"%s\" and \"%s\"", first, second),
                        errhint("%s", hint)));
}

// Within one list; what stands at the server and at the table shows when the table is read.
void check_reject_limit_use(List* options) {
    const char* on_error = find_value(options, "on_error");
    if (find_value(options, "reject_limit") && on_error && strcmp(on_error, "ignore") != 0)
        reject_limit_without_ignore();
}

void check_table_list(List* options, Oid validator) {
    const char* const hint = "Set exactly one of filename, files and program.";
    check_contradiction(options, "filename", "files", hint);
    check_contradiction(options, "filename", "program", hint);
    check_contradiction(options, "files", "program", hint);
    const bool reads_files = find_value(options, "filename") || find_value(options, "files");
    const bool runs_program = find_value(options, "program") != nullptr;
    if (!reads_files && !runs_program)
        ereport(ERROR, (errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
                        errmsg("a foreign table of weather_fdw needs one of the options "
                               "\"filename\", \"files\" and \"program\"")));
    const bool split = is_word(options, "orient", "split");
    if (split != (find_value(options, "header_path") != nullptr))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("the options orient 'split' and header_path need each other")));
    const char* row_path = find_value(options, "row_path");
    if (split && (!row_path || strcmp(row_path, "$") == 0))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("orient 'split' needs a row_path that leads to the rows"),
                        errhint("Header and rows stand in one document, as in "
                                "{\"names\": [...], \"rows\": [[...]]}: header_path '$.names', "
                                "row_path '$.rows[*]'.")));
    check_reject_limit_use(options);
    check_may_set(reads_files, runs_program, validator);
}

void check_column_list(List* options) {
    const char* const paths_hint = "Write alternatives as an array literal in one of them.";
    check_contradiction(options, "path", "document_path", paths_hint);
    check_contradiction(options, "timezone_path", "utc_offset_path",
                        "Set timezone beside one of them for documents that name no zone.");
    const char* const metadata_hint = "Such a column takes nothing from the JSON text's values.";
    check_contradiction(options, "metadata", "for_ordinality", metadata_hint);
    for (const char* other :
         {"path", "document_path", "epoch", "datetime_format", "timezone", "timezone_path",
          "utc_offset_path", "on_empty", "on_error", "default", "null_values"}) {
        check_contradiction(options, "metadata", other, metadata_hint);
        check_contradiction(options, "for_ordinality", other, metadata_hint);
    }
    const bool wants_default =
        is_word(options, "on_empty", "default") || is_word(options, "on_error", "default");
    if (wants_default != (find_value(options, "default") != nullptr))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("option \"default\" and on_empty or on_error 'default' need each "
                               "other")));
}

} // namespace

} // namespace weather

// Called with each list of options that CREATE or ALTER would leave, one list at a time; it sees
// the options and the catalog that they are for, nothing else.
Datum weather_fdw_validator(PG_FUNCTION_ARGS) {
    using namespace weather;
    List* options = untransformRelOptions(PG_GETARG_DATUM(0));
    const uint8_t catalog = catalog_of(PG_GETARG_OID(1));
    ListCell* cell;
    foreach (cell, options) {
        DefElem* definition = static_cast<DefElem*>(lfirst(cell));
        const Option& option = find_option(definition->defname, catalog);
        option.check(option, defGetString(definition));
    }
    if (catalog == OfServer)
        check_reject_limit_use(options);
    if (catalog == OfTable)
        check_table_list(options, fcinfo->flinfo->fn_oid);
    if (catalog == OfServer && find_value(options, "allowed_directories"))
        check_may_set_directories();
    if (catalog == OfColumn)
        check_column_list(options);
    PG_RETURN_VOID();
}
