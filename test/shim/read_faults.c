/*
 * A library for LD_PRELOAD, see test/t/026_system_calls.pl: system calls that read what lies below
 * the directory WEATHER_FAULT_DIR, or a pipe, fail as the file WEATHER_FAULT says:
 *
 *     RUN N ERRNO LIMIT
 *
 * The Nth of those calls of this process since RUN changed fails with ERRNO, and its name is written
 * to WEATHER_FAULT.hit. With LIMIT, no read gives more bytes than that.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool is_below(const char *path) {
    const char *directory = getenv("WEATHER_FAULT_DIR");
    return directory && strncmp(path, directory, strlen(directory)) == 0;
}

static bool is_target(int fd) {
    char link[64];
    char path[PATH_MAX];
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    const ssize_t length = readlink(link, path, sizeof(path) - 1);
    if (length < 0)
        return false;
    path[length] = '\0';
    return is_below(path) || strncmp(path, "pipe:", 5) == 0;
}

/* Past our own versions of the calls. */
static void write_hit(const char *control, const char *call) {
    char path[PATH_MAX];
    snprintf(path, sizeof(path), "%s.hit", control);
    const long fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    syscall(SYS_write, fd, call, strlen(call));
    syscall(SYS_close, fd);
}

/* Whether this call is to fail, with errno set; and how many bytes it may read. */
static bool fails(const char *call, size_t *limit) {
    static long run, calls;
    const char *control = getenv("WEATHER_FAULT");
    char text[64] = "";
    long wanted_run, wanted, error, wanted_limit;
    const long fd = control ? syscall(SYS_openat, AT_FDCWD, control, O_RDONLY) : -1;
    if (fd < 0)
        return false;
    syscall(SYS_read, fd, text, sizeof(text) - 1);
    syscall(SYS_close, fd);
    if (sscanf(text, "%ld %ld %ld %ld", &wanted_run, &wanted, &error, &wanted_limit) != 4)
        return false;
    if (wanted_run != run)
        calls = 0;
    run = wanted_run;
    if (limit && wanted_limit > 0 && *limit > (size_t)wanted_limit)
        *limit = (size_t)wanted_limit;
    if (++calls != wanted)
        return false;
    write_hit(control, call);
    errno = (int)error;
    return true;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pread(int fd, void *buffer, size_t size, off_t offset) {
    if (is_target(fd) && fails("pread", &size))
        return -1;
    return REAL(pread)(fd, buffer, size, offset);
}

ssize_t read(int fd, void *buffer, size_t size) {
    if (is_target(fd) && fails("read", &size))
        return -1;
    return REAL(read)(fd, buffer, size);
}

int open(const char *path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = va_arg(arguments, mode_t);
    va_end(arguments);
    if (is_below(path) && fails("open", NULL))
        return -1;
    return REAL(open)(path, flags, mode);
}

int stat(const char *path, struct stat *info) {
    if (is_below(path) && fails("stat", NULL))
        return -1;
    return REAL(stat)(path, info);
}

int fstat(int fd, struct stat *info) {
    if (is_target(fd) && fails("fstat", NULL))
        return -1;
    return REAL(fstat)(fd, info);
}

DIR *opendir(const char *path) {
    if (is_below(path) && fails("opendir", NULL))
        return NULL;
    return REAL(opendir)(path);
}

struct dirent *readdir(DIR *directory) {
    if (is_target(dirfd(directory)) && fails("readdir", NULL))
        return NULL;
    return REAL(readdir)(directory);
}
