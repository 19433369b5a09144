// Clauses that a file may decide by itself, evaluated for one file after another.
#pragma once

#include "columns.h"

#include "pg.h"

namespace weather {

struct FileQuals;

// What is known of a file beside its path.
struct FileFacts {
    bool known; // else opening the file tells what is the matter
    int64 size;
    TimestampTz mtime;
};

FileFacts find_facts(const TableOptions* options, const char* path);

// In the current memory context.
FileQuals* begin_file_quals(ForeignScanState* node, List* quals, const Columns* columns,
                            const TableOptions* options);

// Whether facts are needed.
bool read_facts(const FileQuals* quals);

// Whether rows of the file can pass. A clause that reads a value which the file does not have, or
// that cannot be shown in its column, prunes nothing: reading the rows decides, or reports it.
bool can_have_rows(FileQuals* quals, const char* path, const FileFacts& facts);

} // namespace weather
