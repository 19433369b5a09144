// Which files a foreign table reads: the options filename and files, expanded.
#pragma once

#include "options.h"

#include "pg.h"

namespace weather {

enum class Missing : uint8_t {
    IsError, // 58P01, when a scan begins
    IsFine,  // for planning and EXPLAIN, which must work before the files are there
};

struct FileList {
    char** paths; // sorted by strcmp(), each once
    int count;
};

// In the current memory context. `files`: a literal path that must exist, a directory (its regular
// files whose names begin with neither . nor _, not those below), or a pattern. In a pattern * ? [
// ] match within one name, ** matches any number of directories, and names that begin with a dot
// only match where the pattern says so, as in glob(7); the part before the first wildcard must
// exist, and only regular files count. The caller has checked the privileges.
FileList list_files(const TableOptions* options, Missing missing);

// Those of `names` (char*) that list_files() would list, without listing directories.
FileList look_up_files(const TableOptions* options, List* names, Missing missing);

} // namespace weather
