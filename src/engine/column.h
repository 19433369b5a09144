// What a scan is asked for: its columns with their paths and types, as plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "number.h"
#include "path.h"
#include "engine_only.h"

namespace weather {

// The types that have a fast road. Every other type goes by its input function.
enum class Type : uint8_t {
    Bool,
    Int2,
    Int4,
    Int8,
    Float4,
    Float8,
    Numeric, // its number's text goes to numeric's input function, which takes every JSON number
    Text,    // also varchar and bpchar
    Json,
    Jsonb,
    Date,
    Timestamp,
    TimestampTz,
    Other,

    // What timezone_path and utc_offset_path find: types of no column of a table.
    ZoneName,  // its name as Text; what cannot be one as Input
    UtcOffset, // seconds east of UTC as Integer; what is none as Input
};

// Where a column's value comes from.
enum class ColumnSource : uint8_t {
    Path,         // paths, from the row
    DocumentPath, // paths, from the document
    Ordinality,   // number of the row within its file, from 1
    Key,          // the member name that the innermost `.*` of the row path stands for
    Raw,          // the text of the row path's match
    Rescued,      // an object of the row's members that no column reads; null if there are none
};

// What a column gets where a value is in error, or missing or null.
enum class Fallback : uint8_t { Error, Null, Default };

// How the values stand within a match of the row path: see DESIGN section 5 and orient.h.
enum class Orient : uint8_t { Records, Columns, Split };

struct ColumnSpec {
    std::string name;
    ColumnSource source = ColumnSource::Path;
    std::vector<JsonPath> paths; // the first that finds something other than null counts
    Type type = Type::Other;     // of the elements, when is_array
    std::string type_name;       // for messages
    bool is_array = false;
    bool wanted = true;    // converted; else only looked for
    bool not_null = false; // missing or null is an error
    Fallback on_empty = Fallback::Null;
    Fallback on_error = Fallback::Error;  // Error: of the row
    std::vector<std::string> null_values; // texts of strings and numbers that mean null
    std::optional<EpochUnit> epoch;
    bool has_datetime_format = false; // strings go to the glue as Input
    bool has_zone = false;            // a local time is welcome in a timestamptz
};

struct ScanSpec {
    JsonPath row_path; // empty: a document is a row
    Orient orient = Orient::Records;
    JsonPath header_path; // with Orient::Split
    std::vector<ColumnSpec> columns;
    bool empty_rows_are_errors = true; // empty_rows 'error'
    bool stop_at_errors = true;        // else malformed documents and bad rows become rejects
};

} // namespace weather
