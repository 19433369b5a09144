#include "input_file.h"

#include "report.h"

extern "C" {
#include "access/xact.h"
}

namespace weather {

namespace {

InputFile* open_files; // a doubly linked list

void at_subtransaction_end(SubXactEvent event, SubTransactionId subtransaction,
                           SubTransactionId parent, void*) {
    for (InputFile* file = open_files; file; file = file->next) {
        if (file->subtransaction != subtransaction)
            continue;
        if (event == SUBXACT_EVENT_COMMIT_SUB)
            file->subtransaction = parent;
        else if (event == SUBXACT_EVENT_ABORT_SUB)
            file->fd = -1;
    }
}

void forget(InputFile* file) {
    if (!file->path)
        return;
    (file->previous ? file->previous->next : open_files) = file->next;
    if (file->next)
        file->next->previous = file->previous;
    file->path = nullptr;
}

void forget_callback(void* argument) {
    forget(static_cast<InputFile*>(argument));
}

[[noreturn]] void report_wrong_kind(const char* path, mode_t mode) {
    const char* kind = S_ISDIR(mode)    ? "a directory"
                       : S_ISFIFO(mode) ? "a FIFO"
                       : S_ISSOCK(mode) ? "a socket"
                                        : "a device";
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a regular file but %s", printable(path), kind),
                    S_ISDIR(mode) ? errhint("The option files reads all files of a directory.") : 0,
                    S_ISFIFO(mode) ? errhint("The option program reads from a command.") : 0));
    pg_unreachable();
}

int open_regular(const char* path, struct stat* info) {
    const int fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | PG_BINARY);
    if (fd < 0) {
        const int open_errno = errno;
        if (open_errno == ENXIO && stat(path, info) == 0) // what a socket answers
            report_wrong_kind(path, info->st_mode);
        errno = open_errno;
        ereport(ERROR, (errcode_for_file_access(),
                        errmsg("could not open file \"%s\": %m", printable(path))));
    }
    if (fstat(fd, info) != 0)
        ereport(ERROR, (errcode_for_file_access(),
                        errmsg("could not stat file \"%s\": %m", printable(path))));
    if (!S_ISREG(info->st_mode))
        report_wrong_kind(path, info->st_mode);
    return fd;
}

} // namespace

void init_input_files() {
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
}

InputFile* make_input_file(MemoryContext context) {
    auto* file = static_cast<InputFile*>(MemoryContextAllocZero(context, sizeof(InputFile)));
    file->fd = -1;
    file->unlink.func = forget_callback;
    file->unlink.arg = file;
    MemoryContextRegisterResetCallback(context, &file->unlink);
    return file;
}

void open_input_file(InputFile* file, const char* path) {
    file->fd = open_regular(path, &file->info);
    file->path = path;
    file->subtransaction = GetCurrentSubTransactionId();
    file->previous = nullptr;
    file->next = open_files;
    if (open_files)
        open_files->previous = file;
    open_files = file;
}

bool reopen_input_file(InputFile* file) {
    if (file->fd >= 0)
        return false;
    struct stat info;
    const int fd = open_regular(file->path, &info);
    if (info.st_dev != file->info.st_dev || info.st_ino != file->info.st_ino ||
        info.st_size < file->info.st_size)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("file \"%s\" was replaced while a cursor was reading it",
                               printable(file->path))));
    file->fd = fd;
    file->subtransaction = GetCurrentSubTransactionId();
    return true;
}

void check_not_truncated(const InputFile* file) {
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        ereport(ERROR, (errcode_for_file_access(),
                        errmsg("could not stat file \"%s\": %m", printable(file->path))));
    if (info.st_size < file->info.st_size)
        ereport(ERROR,
                (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                 errmsg("file \"%s\" was truncated while it was being read", printable(file->path)),
                 errhint("Write a new file, and rename it into place.")));
}

void close_input_file(InputFile* file) {
    if (file->path && file->fd >= 0)
        CloseTransientFile(file->fd);
    file->fd = -1;
    forget(file);
}

} // namespace weather
