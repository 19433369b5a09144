// A walk from the directory, in which the kernel itself, or each step, refuses what leads out.
#include "beneath.h"

#include <cerrno>
#include <climits>
#include <cstring>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptor.h"
#include "engine_only.h"

namespace weather {

namespace {

int refuse() {
    errno = EXDEV;
    return -1;
}

int open_root(const char* directory) {
    return open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

// A second name of a file may stand anywhere.
int judge(int fd) {
    Descriptor opened(fd);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0)
        return -1;
    if (S_ISLNK(info.st_mode) || (S_ISREG(info.st_mode) && info.st_nlink > 1))
        return refuse();
    return opened.release();
}

const char* skip_slashes(const char* path) {
    return path + strspn(path, "/");
}

int open_by_kernel(int root, const char* path, int flags) {
    constexpr int attempts =
        1000; // EAGAIN: something was renamed while it resolved a ".." of a link
    struct open_how how = {};
    how.flags = static_cast<unsigned>(flags);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    int fd = -1;
    for (int i = 0; i < attempts && fd < 0; ++i) {
        fd = static_cast<int>(syscall(SYS_openat2, root, path, &how, sizeof(how)));
        if (fd < 0 && errno != EAGAIN && errno != EINTR)
            break;
    }
    if (fd < 0 && errno == ELOOP)
        errno = EXDEV;
    return fd;
}

// One step, `name` being the path's first `length` bytes.
int open_step(int at, const char* path, size_t length, int flags) {
    char name[NAME_MAX + 1];
    if (length > NAME_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(name, path, length);
    name[length] = '\0';
    const int fd = openat(at, length > 0 ? name : ".", flags | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ELOOP)
        errno = EXDEV;
    return fd;
}

} // namespace

bool goes_up(const char* path) noexcept {
    while (*(path = skip_slashes(path))) {
        const size_t length = strcspn(path, "/");
        if (length == 2 && strncmp(path, "..", 2) == 0)
            return true;
        path += length;
    }
    return false;
}

const char* rest_beneath(const char* directory, const char* path) noexcept {
    size_t length = strlen(directory);
    while (length > 0 && directory[length - 1] == '/')
        --length;
    if (strncmp(directory, path, length) != 0 || (path[length] != '/' && path[length] != '\0'))
        return nullptr;
    return path + length;
}

int open_beneath_stepwise(const char* directory, const char* path, int flags) noexcept {
    if (goes_up(path))
        return refuse();
    Descriptor at(open_root(directory));
    for (path = skip_slashes(path); at.get() >= 0;) {
        const size_t length = strcspn(path, "/");
        const char* rest = skip_slashes(path + length);
        if (*rest == '\0')
            return judge(open_step(at.get(), path, length, flags));
        at.reset(judge(open_step(at.get(), path, length, O_PATH)));
        path = rest;
    }
    return -1;
}

int open_beneath(const char* directory, const char* path, int flags) noexcept {
    if (goes_up(path))
        return refuse();
    const Descriptor root(open_root(directory));
    if (root.get() < 0)
        return -1;
    const char* relative = skip_slashes(path);
    const int fd = open_by_kernel(root.get(), *relative ? relative : ".", flags | O_CLOEXEC);
    if (fd < 0 && (errno == ENOSYS || errno == EPERM))
        return open_beneath_stepwise(directory, path, flags);
    return judge(fd);
}

} // namespace weather
