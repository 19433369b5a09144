// The directory of an export: its files are written under a hidden name beside it, which is given
// up for its own when all of them are complete and on disk. Whatever ends the transaction before
// that removes them; after a crash of the server the next export of the same name does.
#include "pg.h"

extern "C" {
#include "access/xact.h"
#include "catalog/pg_authid.h"
#include "common/hashfn.h"
#include "storage/fd.h"
#include "storage/lock.h"
#include "utils/acl.h"
#include "utils/array.h"
#include <sys/stat.h>
PGDLLEXPORT Datum weather_begin_export(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_begin_export);
PGDLLEXPORT Datum weather_finish_export(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_finish_export);
}

namespace weather {

namespace {

// The export of this transaction, if hidden is not empty.
char directory[MAXPGPATH];
char hidden[MAXPGPATH];

void remove_unfinished(XactEvent event, void*) {
    const bool is_end =
        event == XACT_EVENT_COMMIT || event == XACT_EVENT_ABORT || event == XACT_EVENT_PREPARE;
    if (is_end && hidden[0] != '\0') {
        rmtree(hidden, true);
        hidden[0] = '\0';
    }
}

[[noreturn]] void report_file_error(const char* action, const char* path) {
    ereport(ERROR, (errcode_for_file_access(), errmsg("could not %s \"%s\": %m", action, path)));
    pg_unreachable();
}

void check_may_write() {
    if (!has_privs_of_role(GetUserId(), ROLE_PG_WRITE_SERVER_FILES))
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("permission denied to export to server files"),
                        errhint("Only roles with privileges of the pg_write_server_files role may "
                                "export.")));
}

// Another session, of whatever database, that is writing the same export. Freed with the
// transaction.
void lock_export() {
    const uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char*>(directory),
                                            static_cast<int>(strlen(directory)), 0);
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, InvalidOid, static_cast<uint32>(hash >> 32),
                         static_cast<uint32>(hash), 1);
    if (LockAcquire(&tag, ExclusiveLock, false, true) == LOCKACQUIRE_NOT_AVAIL)
        ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                        errmsg("another session is exporting to \"%s\"", directory)));
}

void set_paths(const char* path) {
    if (!is_absolute_path(path))
        ereport(ERROR, (errcode(ERRCODE_INVALID_NAME),
                        errmsg("relative path not allowed for an export: \"%s\"", path)));
    strlcpy(directory, path, sizeof(directory));
    canonicalize_path(directory);
    const char* name = last_dir_separator(directory) + 1;
    const int length = snprintf(hidden, sizeof(hidden), "%.*s.%s.partial",
                                static_cast<int>(name - directory), directory, name);
    const bool fits = strlen(path) < sizeof(directory) && length < MAXPGPATH - NAMEDATALEN;
    if (!fits || *name == '\0') {
        hidden[0] = '\0';
        ereport(ERROR, (errcode(ERRCODE_INVALID_NAME), errmsg("cannot export to \"%s\"", path)));
    }
}

void check_is_new() {
    struct stat info;
    if (lstat(directory, &info) == 0)
        ereport(ERROR, (errcode(ERRCODE_DUPLICATE_FILE), errmsg("\"%s\" exists already", directory),
                        errhint("An export is never written over another one: name a directory "
                                "that does not exist, or remove this one.")));
    if (errno != ENOENT)
        report_file_error("look at", directory);
}

// Readable by others, as the files of COPY TO are; the server's umask would forbid it.
void make_directory(const char* path) {
    if (mkdir(path, S_IRWXU) != 0)
        report_file_error("create directory", path);
    if (chmod(path, S_IRWXU | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH) != 0)
        report_file_error("set the permissions of", path);
}

void make_folders(ArrayType* names) {
    Datum* elements;
    int count;
    deconstruct_array(names, TEXTOID, -1, false, TYPALIGN_INT, &elements, nullptr, &count);
    for (int i = 0; i < count; ++i) {
        const char* name = TextDatumGetCString(elements[i]);
        if (*name == '\0' || *name == '.' || strchr(name, '/'))
            ereport(ERROR, (errcode(ERRCODE_INVALID_NAME),
                            errmsg("invalid name of a folder: \"%s\"", name)));
        make_directory(psprintf("%s/%s", hidden, name));
    }
}

// Files and directories beneath this one, then itself.
void sync_directory(const char* path) {
    DIR* entries = AllocateDir(path);
    while (const dirent* entry = ReadDir(entries, path)) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        CHECK_FOR_INTERRUPTS();
        const char* inner = psprintf("%s/%s", path, entry->d_name);
        struct stat info;
        if (lstat(inner, &info) != 0)
            report_file_error("look at", inner);
        if (S_ISDIR(info.st_mode))
            sync_directory(inner);
        else
            fsync_fname_ext(inner, false, false, ERROR);
    }
    FreeDir(entries);
    fsync_fname_ext(path, true, false, ERROR);
}

} // namespace

} // namespace weather

// weather._begin_export(directory text, folders text[]): where to write the files
Datum weather_begin_export(PG_FUNCTION_ARGS) {
    using namespace weather;
    static bool is_registered;
    check_may_write();
    if (hidden[0] != '\0')
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("an export is under way in this transaction")));
    char* path = text_to_cstring(PG_GETARG_TEXT_PP(0));
    if (!is_registered) {
        RegisterXactCallback(remove_unfinished, nullptr);
        is_registered = true;
    }
    set_paths(path);
    char* own = pstrdup(hidden);
    hidden[0] = '\0'; // nothing to remove, before it is known to be ours
    lock_export();
    check_is_new();
    struct stat info;
    if (lstat(own, &info) == 0 && !rmtree(own, true))
        report_file_error("remove", own);
    strlcpy(hidden, own, sizeof(hidden));
    make_directory(hidden);
    make_folders(PG_GETARG_ARRAYTYPE_P(1));
    PG_RETURN_TEXT_P(cstring_to_text(hidden));
}

// weather._finish_export()
Datum weather_finish_export(PG_FUNCTION_ARGS) {
    using namespace weather;
    (void)fcinfo;
    if (hidden[0] == '\0')
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("no export is under way in this transaction")));
    check_may_write();
    sync_directory(hidden);
    if (rename(hidden, directory) != 0) // an empty directory of that name is replaced
        report_file_error("give the export its name,", directory);
    hidden[0] = '\0';
    char* parent = pstrdup(directory);
    get_parent_directory(parent);
    fsync_fname_ext(*parent ? parent : "/", true, true, ERROR);
    PG_RETURN_VOID();
}
