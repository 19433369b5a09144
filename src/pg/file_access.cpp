#include "file_access.h"

#include <fcntl.h>
#include <unistd.h>

#include "beneath.h"
#include "report.h"

namespace weather {

namespace {

constexpr int read_flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | PG_BINARY;

// A descriptor of nobody's: the caller calls nothing that raises until it is closed.
int open_beneath_allowed(const TableOptions* options, const char* path, int flags) {
    int fd = -1;
    errno = EXDEV;
    ListCell* cell;
    foreach (cell, options->allowed_directories) {
        const char* directory = strVal(lfirst(cell));
        const char* rest = rest_beneath(directory, path);
        if (rest && (fd = open_beneath(directory, rest, flags)) >= 0)
            break;
    }
    return fd;
}

// The fd layer opens by name only. So it is given a number first, which it closes on every way out,
// and what was judged takes that number.
int open_confined(const TableOptions* options, const char* path, int flags) {
    const int fd = OpenTransientFile("/", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    const int found = open_beneath_allowed(options, path, flags);
    const bool taken = found >= 0 && dup3(found, fd, O_CLOEXEC) >= 0;
    const int kept = errno;
    if (found >= 0)
        close(found);
    if (!taken)
        CloseTransientFile(fd);
    errno = kept;
    return taken ? fd : -1;
}

} // namespace

int stat_path(const TableOptions* options, const char* path, struct stat* info) {
    if (options->reads_everything)
        return stat(path, info);
    const int fd = open_beneath_allowed(options, path, O_PATH);
    if (fd < 0)
        return -1;
    const int result = fstat(fd, info);
    close(fd);
    return result;
}

bool is_symbolic_link(const TableOptions* options, const char* path) {
    struct stat info;
    if (options->reads_everything)
        return lstat(path, &info) == 0 && S_ISLNK(info.st_mode);
    const int fd = open_beneath_allowed(options, path, O_PATH | O_NOFOLLOW);
    if (fd >= 0)
        close(fd);
    return fd < 0 && errno == EXDEV; // which open_beneath() says of a link itself, too
}

int open_path(const TableOptions* options, const char* path) {
    return options->reads_everything ? OpenTransientFile(path, read_flags)
                                     : open_confined(options, path, read_flags);
}

DIR* open_directory(const TableOptions* options, const char* path) {
    if (options->reads_everything)
        return AllocateDir(path);
    const int fd = open_confined(options, path, read_flags | O_DIRECTORY);
    if (fd < 0)
        return nullptr;
    char same[MAXPGPATH];
    snprintf(same, sizeof(same), "/proc/self/fd/%d", fd);
    DIR* directory = AllocateDir(same);
    const int kept = errno;
    CloseTransientFile(fd);
    errno = kept;
    return directory;
}

void report_path_error(const char* action, const char* path) {
    if (errno == EXDEV)
        report_not_beneath(path);
    const bool denied = errno == EACCES;
    ereport(ERROR,
            (errcode_for_reading(), errmsg("could not %s \"%s\": %m", action, printable(path)),
             denied ? errhint("The server's operating system user must be able to read the file, "
                              "and to search the directories above it.")
                    : 0));
    pg_unreachable();
}

void report_not_beneath(const char* path) {
    ereport(ERROR,
            (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
             errmsg("permission denied to read \"%s\": it is not beneath the allowed "
                    "directories",
                    printable(path)),
             errdetail("The owner of the foreign table does not have the privileges of the "
                       "pg_read_server_files role, and the server has allowed_directories: "
                       "\"..\", symbolic links that lead out of them and files with a second "
                       "hard link are not beneath them.")));
    pg_unreachable();
}

} // namespace weather
