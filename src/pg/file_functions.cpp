// SQL functions about the files of a foreign table: what would be read, and what is in a file so
// far. The caller needs SELECT on the table, its owner the right to read the files; both are judged
// before the file system is asked anything.
#include "file_functions.h"

#include "access.h"
#include "datum.h"
#include "file_access.h"
#include "fingerprint.h"
#include "foreign_scan.h"
#include "report.h"

extern "C" {
#include "access/relation.h"
#include "funcapi.h"
PGDLLEXPORT Datum weather_files(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_files);
PGDLLEXPORT Datum weather_all_files(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_all_files);
PGDLLEXPORT Datum weather_fingerprint(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_fingerprint);
}

namespace weather {

namespace {

void check_is_weather_table(Relation relation) {
    if (relation->rd_rel->relkind == RELKIND_FOREIGN_TABLE &&
        GetFdwRoutineForRelation(relation, false)->BeginForeignScan == weatherBeginForeignScan)
        return;
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a foreign table of weather_fdw",
                           RelationGetRelationName(relation)),
                    errhint("Name the foreign table itself, not a view over it or a table that it "
                            "is a partition of.")));
}

} // namespace

const TableOptions* options_for_caller(Oid table) {
    const Relation relation = relation_open(table, AccessShareLock); // held to the end
    const AclResult result = pg_class_aclcheck(table, GetUserId(), ACL_SELECT);
    if (result != ACLCHECK_OK)
        aclcheck_error(result, get_relkind_objtype(relation->rd_rel->relkind),
                       RelationGetRelationName(relation));
    check_is_weather_table(relation);
    const TableOptions* options = get_table_options(table);
    check_may_read(table, options);
    if (is_program(options))
        ereport(ERROR,
                (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                 errmsg("foreign table \"%s\" reads the output of a program, which has no files",
                        RelationGetRelationName(relation))));
    relation_close(relation, NoLock);
    return options;
}

namespace {

// False when it vanished since it was listed. A file that the option filename names must be there.
bool stat_listed(const TableOptions* options, const char* path, struct stat* info) {
    if (stat_path(options, path, info) == 0) {
        check_is_regular(path, *info);
        return true;
    }
    if (errno != ENOENT || options->filename)
        report_path_error("open file", path);
    return false;
}

// For what is no text, in quotation marks: no path begins with one.
Datum name_datum(const char* path) {
    return CStringGetTextDatum(is_text(path) ? path : psprintf("\"%s\"", printable(path)));
}

// The rows of weather.files(), and with a column more of weather._files().
void put_files(FunctionCallInfo fcinfo, Datum (*make_name)(const char* path)) {
    const TableOptions* options = options_for_caller(PG_GETARG_OID(0));
    InitMaterializedSRF(fcinfo, 0);
    const auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    const FileList files = list_files(options, Missing::IsError);
    for (int i = 0; i < files.count; ++i) {
        CHECK_FOR_INTERRUPTS();
        const char* path = files.paths[i];
        struct stat info;
        if (!stat_listed(options, path, &info))
            continue;
        Datum values[] = {make_name(path), Int64GetDatum(info.st_size),
                          TimestampTzGetDatum(modification_time(info)),
                          BoolGetDatum(is_text(path))};
        bool nulls[] = {false, false, false, false};
        tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
    }
}

} // namespace

bool is_listed(const TableOptions* options, const char* path) {
    List* names = list_make1(const_cast<char*>(path));
    return look_up_files(options, names, Missing::IsFine).count > 0;
}

} // namespace weather

// weather.files(relation regclass)
Datum weather_files(PG_FUNCTION_ARGS) {
    weather::put_files(fcinfo, weather::path_datum);
    return 0;
}

// weather._files(relation regclass)
Datum weather_all_files(PG_FUNCTION_ARGS) {
    weather::put_files(fcinfo, weather::name_datum);
    return 0;
}

// weather.fingerprint(relation regclass, path text, length bigint)
Datum weather_fingerprint(PG_FUNCTION_ARGS) {
    using namespace weather;
    const TableOptions* options = options_for_caller(PG_GETARG_OID(0));
    const char* path = text_to_cstring(PG_GETARG_TEXT_PP(1));
    const int64 length = PG_GETARG_INT64(2);
    if (length < 0)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("the length of a fingerprint must not be negative")));
    if (!is_listed(options, path))
        PG_RETURN_NULL();
    InputFile* file = make_input_file(CurrentMemoryContext, options);
    char fingerprint[fingerprint_size];
    const bool is_taken =
        open_input_file_if_there(file, path) && take_fingerprint(file, length, fingerprint);
    close_input_file(file);
    if (!is_taken)
        PG_RETURN_NULL();
    PG_RETURN_TEXT_P(cstring_to_text(fingerprint));
}
