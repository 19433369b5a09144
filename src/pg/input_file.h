// One open input file, on a descriptor of PostgreSQL's fd layer.
//
// That layer closes a descriptor with the subtransaction that opened it, when that aborts. A cursor
// can outlive it: DECLARE, SAVEPOINT, FETCH (opens the next file), ROLLBACK TO, FETCH. So open
// files are known here, and one that was closed that way is opened again before the next read.
#pragma once

#include <sys/stat.h>

#include "options.h"

#include "pg.h"

namespace weather {

struct InputFile {
    const TableOptions* options;
    const char* path; // null: not open
    int fd;           // -1: closed by an aborted subtransaction
    SubTransactionId subtransaction;
    struct stat info;    // when it was opened; once its end was checked, as it was then
    InputFile* previous; // among the open files
    InputFile* next;
    MemoryContextCallback unlink;
};

// Call once, when the library is loaded.
void init_input_files();

// An InputFile in `context`, not open.
InputFile* make_input_file(MemoryContext context, const TableOptions* options);

// Opens a regular file. Errors: 58P01 missing, 42501 no permission, 42809 a directory, FIFO, socket
// or device (at once: opening a FIFO must not wait for a writer).
void open_input_file(InputFile* file, const char* path);

// The same, but false if it is missing.
bool open_input_file_if_there(InputFile* file, const char* path);

// 42809 for what is no regular file.
void check_is_regular(const char* path, const struct stat& info);

// Makes fd valid again if an aborted subtransaction closed it: true if it did, so that fd is new.
bool reopen_input_file(InputFile* file);

// To be called at the end of the data. 55000 for a file that is shorter than when it was opened, or
// as long but written to since: its rows are of two states. One that grew is taken for a log that
// goes on.
void check_not_overwritten(InputFile* file);

// Reads what there is of `size` bytes from `offset` on, and says how many.
size_t read_at(const InputFile* file, char* buffer, int64 size, int64 offset);

void close_input_file(InputFile* file);

TimestampTz modification_time(const struct stat& info);

} // namespace weather
