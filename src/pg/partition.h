// The option hive_partitioning: directories `key=value` in a file's path give columns their values.
#pragma once

#include "columns.h"
#include "given.h"

#include "pg.h"

namespace weather {

struct PartitionValue {
    bool is_given;
    bool is_null;
    const char* text; // decoded, in the bytes of the file system
};

// What the path of a file says of a column that may_be_partition. Of a key that comes twice the
// innermost counts. The value %XX stands for a byte, __HIVE_DEFAULT_PARTITION__ for NULL.
PartitionValue find_partition_value(const char* path, const char* key);

// The same in the engine's encoding; the text must be valid in the database's.
const char* partition_text(const PartitionValue& value);

// Within guarded().
Given make_given(const PartitionValue& value, const char* text);

} // namespace weather
