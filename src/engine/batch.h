// Rows as they leave the engine: plain C values, ready for PostgreSQL to wrap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "error.h"
#include "engine_only.h"

namespace weather {

// Memory that is handed out piece by piece and taken back all at once.
class Arena {
  public:
    // `size` bytes, aligned to 8.
    char* allocate(size_t size);

    // A copy of `text` with 4 bytes before it (aligned to 4), where PostgreSQL's varlena header
    // goes, and a NUL behind it.
    const char* store_text(std::string_view text);

    void clear();
    size_t used() const { return used_; }

  private:
    struct Block {
        std::unique_ptr<char[]> bytes;
        size_t size;
    };

    static constexpr size_t block_size = 256 * 1024;

    std::vector<Block> blocks_; // the last one is in use
    size_t at_ = 0;             // in the last block
    size_t used_ = 0;
};

struct ArrayValue;

struct Value {
    enum class Kind : uint8_t {
        Null,
        Bool,      // boolean
        Integer,   // integer: int2, int4, int8 (in range)
        Float4,    // float4
        Float8,    // float8
        Date,      // integer: days from 2000-01-01
        LocalTime, // integer: microseconds from 2000-01-01 of a wall clock, the zone is not known
        Instant,   // integer: microseconds from 2000-01-01 00:00 UTC
        Text,      // text: a varlena's content, ready but for the header
        Number,    // text: a JSON number for numeric's input function
        Input,     // text: for the type's input function (or, with datetime_format, its template)
        Array,     // array
        Default,   // what the option default says
    };

    Kind kind = Kind::Null;
    uint32_t size = 0; // of text, in bytes
    union {
        bool boolean;
        int64_t integer;
        float float4;
        double float8;
        const char* text; // NUL-terminated, 4 bytes free before it; lives as long as the batch
        const ArrayValue* array;
    };

    Value() : integer(0) {}
};

// At most six dimensions, as in PostgreSQL (MAXDIM); none of them for an empty array.
struct ArrayValue {
    int dimensions;
    int extents[6];
    size_t size;
    const Value* elements; // in row-major order
};

// A text value, copied into the arena.
void store_text(Arena& arena, std::string_view text, Value& value);

struct RowPlace {
    uint64_t offset; // of the row's first byte in the (decompressed) file
    uint64_t line;   // from 1
};

// An error that did not end the scan. A reject is a row of the batch that has no values but for its
// ordinality, key, raw text and rescued members; else one of the row's columns got its fallback.
struct Note {
    size_t row; // of the batch
    bool is_reject;
    Error error;
};

struct Batch {
    size_t columns = 0; // values a row: the wanted columns of the scan, in their order
    std::vector<RowPlace> rows;
    std::vector<Value> values; // row by row
    std::vector<Note> notes;   // in the order of the rows
    Arena arena;               // what values point to

    void clear() {
        rows.clear();
        values.clear();
        notes.clear();
        arena.clear();
    }
};

} // namespace weather
