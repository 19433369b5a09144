#include "access.h"

extern "C" {
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/syscache.h"
}

namespace weather {

void check_may_set(bool reads_files, bool runs_program) {
    if (reads_files && !has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("permission denied to set the option filename or files of a weather_fdw "
                        "foreign table"),
                 errhint("Only roles with privileges of the pg_read_server_files role may set "
                         "them.")));
    if (runs_program && !has_privs_of_role(GetUserId(), ROLE_PG_EXECUTE_SERVER_PROGRAM))
        ereport(
            ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("permission denied to set the option program of a weather_fdw foreign table"),
             errhint("Only roles with privileges of the pg_execute_server_program role may set "
                     "it.")));
}

namespace {

Oid owner_of(Oid relation) {
    HeapTuple tuple = SearchSysCache1(RELOID, ObjectIdGetDatum(relation));
    if (!HeapTupleIsValid(tuple))
        elog(ERROR, "cache lookup failed for relation %u", relation);
    const Oid owner = reinterpret_cast<Form_pg_class>(GETSTRUCT(tuple))->relowner;
    ReleaseSysCache(tuple);
    return owner;
}

} // namespace

void check_may_read(Oid relation, const TableOptions* options) {
    const Oid role =
        is_program(options) ? ROLE_PG_EXECUTE_SERVER_PROGRAM : ROLE_PG_READ_SERVER_FILES;
    if (has_privs_of_role(owner_of(relation), role))
        return;
    ereport(
        ERROR,
        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
         is_program(options)
             ? errmsg("permission denied to run a program for foreign table \"%s\"",
                      get_rel_name(relation))
             : errmsg("permission denied to read server files for foreign table \"%s\"",
                      get_rel_name(relation)),
         errdetail("The owner of the foreign table does not have the privileges of the %s role.",
                   is_program(options) ? "pg_execute_server_program" : "pg_read_server_files")));
}

} // namespace weather
