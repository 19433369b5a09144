// The file system as the owner of a foreign table may see it (DESIGN section 7): all of it, or what
// stands beneath the server's allowed_directories. Whatever the glue opens, lists or looks at by
// path goes through here; the directories are judged on what was opened, not on names.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include "options.h"

#include "pg.h"

namespace weather {

// Each answers like the system call, with errno; EXDEV: the owner may not, and whether there is
// something makes no difference.
int stat_path(const TableOptions* options, const char* path, struct stat* info);
// False also if it cannot be looked at; true for what leads out of the allowed directories.
bool is_symbolic_link(const TableOptions* options, const char* path);
// For reading, of PostgreSQL's fd layer as OpenTransientFile().
int open_path(const TableOptions* options, const char* path);
// To be read by ReadDir() and closed by FreeDir(), as AllocateDir().
DIR* open_directory(const TableOptions* options, const char* path);

// ereport(ERROR) by errno; `action` as in "open file".
[[noreturn]] void report_path_error(const char* action, const char* path);

// 42501 for a path that is not beneath the allowed directories.
[[noreturn]] void report_not_beneath(const char* path);

} // namespace weather
