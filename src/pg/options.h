// The options of servers, foreign tables and columns: one table of them, checked by the validator
// when they are set, read when a table is planned and scanned.
#pragma once

#include "framing.h"
#include "source.h"

#include "pg.h"

namespace weather {

enum class OnError : uint8_t { Stop, Ignore, SetNull };
enum class LogVerbosity : uint8_t { Default, Verbose, Silent };

struct TableOptions {
    // Exactly one of these three is set.
    const char* filename;
    List* files; // of String nodes: paths, globs, directories
    const char* program;

    // What the owner may read, by access.cpp. False and NIL: no file.
    bool reads_everything;
    List* allowed_directories; // of String nodes: where else

    const char* row_path; // UTF-8; "$" by default
    Orient orient;
    const char* header_path; // UTF-8, or null
    Framing framing;
    Compression compression;
    int encoding;         // of the files
    const char* timezone; // null: local times do not go into timestamptz
    int maximum_object_size;
    bool empty_rows_are_errors;
    OnError on_error;
    int64 reject_limit; // 0: none
    LogVerbosity log_verbosity;
    bool hive_partitioning;
};

// What a column shows other than values: of the file, or of the row.
enum class Metadata : uint8_t {
    None,
    Filename,
    Size,
    Mtime,
    Offset,
    Line,
    Error,
    Key,
    Raw,
    Rescued,
    Ordinality, // the option for_ordinality
};

// Whether the engine supplies it, rather than the glue, which knows the file.
inline bool is_from_engine(Metadata metadata) {
    return metadata == Metadata::None || metadata >= Metadata::Key;
}

struct ColumnOptions {
    List* paths;        // of String nodes, UTF-8; NIL: the member below
    bool from_document; // they are document paths
    const char* member; // the column's name, UTF-8
    Metadata metadata;
    bool has_epoch;
    EpochUnit epoch; // if so
    const char* datetime_format;
    const char* timezone;
    List* zone_paths; // of String nodes, UTF-8; or NIL
    bool zone_is_offset;
    Fallback on_empty;
    bool has_on_error;
    Fallback on_error;         // if so; else the table's policy counts
    const char* default_value; // text for the type's input function, or null
    List* null_values;         // of String nodes, UTF-8
};

// In the current memory context. Errors: what only shows across several lists of options.
TableOptions* get_table_options(Oid relation);
ColumnOptions* get_column_options(Oid relation, AttrNumber attribute, const char* name);

// Of a server; NIL if it has none.
List* get_allowed_directories(const ForeignServer* server);

inline bool is_program(const TableOptions* options) {
    return options->program != nullptr;
}

} // namespace weather
