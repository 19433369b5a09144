// The columns of a foreign table: what the engine is asked for, and how its values become Datums.
#pragma once

#include "batch.h"
#include "column.h"
#include "options.h"
#include "zone.h"

#include "pg.h"

namespace weather {

// How text enters a type that has no fast road.
struct TypeInput {
    Oid type;
    int32 typmod;
    FmgrInfo function;
    Oid parameter;
};

struct Column {
    AttrNumber attribute;
    const char* name;
    Oid declared_type; // possibly a domain
    bool is_domain;
    void* domain_cache; // domain_check()'s
    bool not_null;
    bool wanted; // the query reads it, it is NOT NULL, or which rows there are must not depend on
                 // that
    const ColumnOptions* options;
    Fallback on_error;
    Datum default_value;   // of the option default, if there is one
    bool may_be_partition; // a file's path may give its value, see partition.h

    Type type; // of the elements, when is_array
    const char* type_name;
    bool is_array;
    TypeInput input;   // of the column, below its domains
    TypeInput element; // of an array's elements, below their domains
    Oid element_type;  // possibly a domain
    void* element_domain_cache;
    int16 element_length;
    bool element_by_value;
    char element_alignment;

    // For local times into timestamptz.
    Zone* zone;              // null: none is known
    Zone* fallback;          // of the option timezone, or null
    int zone_source;         // of timezone_path or utc_offset_path in Columns::zones, or -1
    Zone fixed;              // of utc_offset_path
    const Value* found_zone; // what they find for the row at hand; null without them
};

// What timezone_path or utc_offset_path find is a value of the engine's rows, of no column of the
// table. Columns of one zone share it.
struct ZoneSource {
    Column* column; // the first that has it
    bool wanted;
    int place; // among the values of a row, if wanted
};

struct Columns {
    Column* items; // all that are not dropped, in the order of the table
    int count;
    bool stop_at_errors;     // at malformed documents and bad rows; else these are rejects
    bool errors_become_rows; // a column has metadata 'error'
    bool has_fallbacks;      // some column's on_error is not 'error'
    ZoneSource* zones;
    int zone_count;
};

// In the current memory context, which must live as long as they are used. `needed`: attribute
// numbers that the query reads, offset by FirstLowInvalidHeapAttributeNumber; a whole-row reference
// needs all. Raises what the options of a table and of its columns, taken together, make
// impossible.
Columns* describe_columns(Oid relation, TupleDesc tuple, const TableOptions* table,
                          const Bitmapset* needed);

// What the engine is to do. To be called within guarded(): it calls nothing of PostgreSQL. The
// columns of the result are those for which is_from_engine() holds, in their order, then the zones.
void fill_spec(const Columns* columns, const TableOptions* table, ScanSpec& spec);

// Raises what is wrong with the paths of the columns beside those of the table, whatever the query
// reads.
void check_paths(const Columns* columns, const TableOptions* table);

} // namespace weather
