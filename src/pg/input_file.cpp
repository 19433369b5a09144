#include "input_file.h"

#include "file_access.h"
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

// -1, with errno, if it cannot be opened.
int open_regular(const TableOptions* options, const char* path, struct stat* info) {
    const int fd = open_path(options, path);
    if (fd < 0) {
        const int open_errno = errno;
        if (open_errno == ENXIO && stat_path(options, path, info) == 0) // what a socket answers
            check_is_regular(path, *info);
        errno = open_errno;
        return -1;
    }
    if (fstat(fd, info) != 0)
        report_path_error("stat file", path);
    check_is_regular(path, *info);
    return fd;
}

bool written_between(const struct stat& before, const struct stat& after) {
    return before.st_mtim.tv_sec != after.st_mtim.tv_sec ||
           before.st_mtim.tv_nsec != after.st_mtim.tv_nsec;
}

} // namespace

void init_input_files() {
    RegisterSubXactCallback(at_subtransaction_end, nullptr);
}

InputFile* make_input_file(MemoryContext context, const TableOptions* options) {
    auto* file = static_cast<InputFile*>(MemoryContextAllocZero(context, sizeof(InputFile)));
    file->options = options;
    file->fd = -1;
    file->unlink.func = forget_callback;
    file->unlink.arg = file;
    MemoryContextRegisterResetCallback(context, &file->unlink);
    return file;
}

void open_input_file(InputFile* file, const char* path) {
    if (!open_input_file_if_there(file, path))
        report_path_error("open file", path);
}

bool open_input_file_if_there(InputFile* file, const char* path) {
    file->fd = open_regular(file->options, path, &file->info);
    if (file->fd < 0 && errno != ENOENT)
        report_path_error("open file", path);
    if (file->fd < 0)
        return false;
    file->path = path;
    file->subtransaction = GetCurrentSubTransactionId();
    file->previous = nullptr;
    file->next = open_files;
    if (open_files)
        open_files->previous = file;
    open_files = file;
    return true;
}

bool reopen_input_file(InputFile* file) {
    if (file->fd >= 0)
        return false;
    struct stat info;
    const int fd = open_regular(file->options, file->path, &info);
    if (fd < 0)
        report_path_error("open file", file->path);
    if (info.st_dev != file->info.st_dev || info.st_ino != file->info.st_ino ||
        info.st_size < file->info.st_size)
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("file \"%s\" was replaced while a cursor was reading it",
                               printable(file->path))));
    file->fd = fd;
    file->subtransaction = GetCurrentSubTransactionId();
    return true;
}

void check_is_regular(const char* path, const struct stat& info) {
    if (S_ISREG(info.st_mode))
        return;
    const mode_t mode = info.st_mode;
    const char* kind = S_ISDIR(mode)    ? "a directory"
                       : S_ISFIFO(mode) ? "a FIFO"
                       : S_ISSOCK(mode) ? "a socket"
                                        : "a device";
    ereport(ERROR, (errcode(ERRCODE_WRONG_OBJECT_TYPE),
                    errmsg("\"%s\" is not a regular file but %s", printable(path), kind),
                    S_ISDIR(mode) ? errhint("The option files reads all files of a directory.") : 0,
                    S_ISFIFO(mode) ? errhint("The option program reads from a command.") : 0));
}

void check_not_overwritten(InputFile* file) {
    struct stat info;
    if (fstat(file->fd, &info) != 0)
        report_path_error("stat file", file->path);
    const bool truncated = info.st_size < file->info.st_size;
    if (truncated || (info.st_size == file->info.st_size && written_between(file->info, info)))
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("file \"%s\" was %s while it was being read", printable(file->path),
                               truncated ? "truncated" : "overwritten"),
                        errhint("Write a new file, and rename it into place.")));
    file->info = info;
}

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

void close_input_file(InputFile* file) {
    if (file->path && file->fd >= 0)
        CloseTransientFile(file->fd);
    file->fd = -1;
    forget(file);
}

TimestampTz modification_time(const struct stat& info) {
    return time_t_to_timestamptz(info.st_mtim.tv_sec) + info.st_mtim.tv_nsec / 1000;
}

} // namespace weather
