#include "access.h"

#include "beneath.h"
#include "file_access.h"

extern "C" {
#include "access/genam.h"
#include "access/htup_details.h"
#include "catalog/pg_class.h"
#include "utils/syscache.h"
}

namespace weather {

namespace {

// Whether the caller has USAGE on a server with allowed_directories that `validator` serves.
bool may_use_directories(Oid validator) {
    bool found = false;
    const Relation servers = table_open(ForeignServerRelationId, AccessShareLock);
    SysScanDesc scan = systable_beginscan(servers, InvalidOid, false, nullptr, 0, nullptr);
    while (HeapTuple tuple = found ? nullptr : systable_getnext(scan)) {
        const Oid id = reinterpret_cast<Form_pg_foreign_server>(GETSTRUCT(tuple))->oid;
        const ForeignServer* server = GetForeignServerExtended(id, FSV_MISSING_OK);
        found = server && GetForeignDataWrapper(server->fdwid)->fdwvalidator == validator &&
                get_allowed_directories(server) != NIL &&
                pg_foreign_server_aclcheck(server->serverid, GetUserId(), ACL_USAGE) == ACLCHECK_OK;
    }
    systable_endscan(scan);
    table_close(servers, AccessShareLock);
    return found;
}

} // namespace

void check_may_set(bool reads_files, bool runs_program, Oid validator) {
    if (reads_files && !has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES) &&
        !may_use_directories(validator))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("permission denied to set the option filename or files of a weather_fdw "
                        "foreign table"),
                 errhint("Only roles with privileges of the pg_read_server_files role, or with "
                         "USAGE on a server that has allowed_directories, may set them.")));
    if (runs_program && !has_privs_of_role(GetUserId(), ROLE_PG_EXECUTE_SERVER_PROGRAM))
        ereport(
            ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("permission denied to set the option program of a weather_fdw foreign table"),
             errhint("Only roles with privileges of the pg_execute_server_program role may set "
                     "it.")));
}

void check_may_set_directories() {
    if (!has_privs_of_role(GetUserId(), ROLE_PG_READ_SERVER_FILES))
        ereport(ERROR,
                (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                 errmsg("permission denied to set options of a server that has "
                        "allowed_directories"),
                 errhint("Only roles with privileges of the pg_read_server_files role may set "
                         "them.")));
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

[[noreturn]] void report_no_role(Oid relation, const char* action, const char* role) {
    ereport(
        ERROR,
        (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
         errmsg("permission denied to %s for foreign table \"%s\"", action, get_rel_name(relation)),
         errdetail("The owner of the foreign table does not have the privileges of the %s role.",
                   role)));
    pg_unreachable();
}

// Of `files`: by what stands before the first wildcard's name.
bool is_beneath(const TableOptions* options, const char* path, bool is_pattern) {
    char* fixed = pstrdup(path);
    if (char* wildcard = is_pattern ? strpbrk(fixed, "*?[") : nullptr) {
        *wildcard = '\0';
        *(strrchr(fixed, '/') + 1) = '\0';
    }
    bool found = false;
    ListCell* cell;
    foreach (cell, options->allowed_directories)
        found |= rest_beneath(strVal(lfirst(cell)), fixed) != nullptr;
    return found && !goes_up(path);
}

void check_are_beneath(const TableOptions* options) {
    if (options->filename && !is_beneath(options, options->filename, false))
        report_not_beneath(options->filename);
    ListCell* cell;
    foreach (cell, options->files)
        if (!is_beneath(options, strVal(lfirst(cell)), true))
            report_not_beneath(strVal(lfirst(cell)));
}

} // namespace

void find_access(Oid relation, const ForeignServer* server, TableOptions* options) {
    const Oid owner = owner_of(relation);
    options->reads_everything = has_privs_of_role(owner, ROLE_PG_READ_SERVER_FILES);
    if (!options->reads_everything &&
        pg_foreign_server_aclcheck(server->serverid, owner, ACL_USAGE) == ACLCHECK_OK)
        options->allowed_directories = get_allowed_directories(server);
}

void check_may_read(Oid relation, const TableOptions* options) {
    if (is_program(options)) {
        if (has_privs_of_role(owner_of(relation), ROLE_PG_EXECUTE_SERVER_PROGRAM))
            return;
        report_no_role(relation, "run a program", "pg_execute_server_program");
    }
    if (options->reads_everything)
        return;
    if (options->allowed_directories == NIL)
        report_no_role(relation, "read server files", "pg_read_server_files");
    check_are_beneath(options);
}

} // namespace weather
