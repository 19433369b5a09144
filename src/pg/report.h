// How errors in files are worded: where, which column, which value, why, and what to do.
#pragma once

#include "error.h"

#include "pg.h"

namespace weather {

// Where the scan is; kept up to date for messages.
struct Position {
    const char* path;    // of the file, or null
    const char* program; // the command, or null
    uint64 line;         // of the row, from 1; 0: not at a row
    uint64 offset;
    bool line_is_unknown; // a start behind the file's beginning was sought, nothing counted
    const char* column;   // whose value is being converted, or null
    bool reported;        // an error has been raised whose message says all this
};

// An engine error as data that owns nothing: made within guarded(), reported outside.
struct Complaint {
    ErrorCode code;
    int system_errno;
    int column; // Error::column
    uint64 line;
    uint64 offset;
    char reason[256];
    char value[128];
};

// Copies what fits. Calls nothing of PostgreSQL.
void make_complaint(const Error& error, Complaint& complaint);

// ereport(ERROR). Sets the position's line and offset to the complaint's, so that the context says
// the same.
[[noreturn]] void report_complaint(const Complaint& complaint, Position* position);

// The message that report_complaint() would raise, but for Io.
char* complaint_text(const Complaint& complaint, Position* position);

// ereport(ERROR) for a value of the position's column, found bad in the glue; `value` as it is to
// be shown.
[[noreturn]] void report_value(ErrorCode code, const char* reason, const char* value,
                               Position* position);

// A file's name for people: control characters, and all bytes beyond ASCII of a name that is not
// valid in the database's encoding (with SQL_ASCII: in UTF-8), as \xNN.
const char* printable(const char* path);

// Within ereport(): errcode_for_file_access(), but 58030 for what that takes for a mistake of the
// server's, as the ESTALE of a network's file system.
int errcode_for_reading();

// Text of the engine for a message, in quotes if asked for: never an error itself, in whatever
// encoding the database is.
const char* shown(const char* text, bool quoted);

// Whether an error is one about data, which another value might not have.
bool is_about_data(int sqlstate);

// Whether an error is one about a file, which another file might not have.
bool is_about_files(int sqlstate);

// Within PG_CATCH(): throws the error on, its message extended by value, column and place if it is
// one about data, so that a type's own complaint says where.
[[noreturn]] void rethrow_value_error(const char* value, const Position* position);

// The error context callback's text; `argument` is a Position.
void position_context(void* argument);

} // namespace weather
