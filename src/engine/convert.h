// Captures into typed values: DESIGN section 5, "Values".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "batch.h"
#include "column.h"
#include "decode.h"
#include "error.h"
#include "engine_only.h"

namespace weather {

class Converter {
  public:
    // Texts and arrays go into `arena`. `has_escapes`: see RowDecoder::has_escapes().
    void begin_row(Arena& arena, bool has_escapes) {
        arena_ = &arena;
        has_escapes_ = has_escapes;
    }

    // The value of a column that found `capture` (neither missing nor null). False: `error` has
    // code, reason and value.
    bool convert(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);

    // The array of what a path with `[*]` found.
    bool convert_list(const ColumnSpec& column, const std::vector<Capture>& captures, Value& value,
                      Error& error);

  private:
    bool scalar(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool number(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool text(const Capture& capture, Value& value, Error& error);
    bool json(Type type, const Capture& capture, Value& value, Error& error);
    bool time(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool epoch(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool iso_time(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool zone_name(const Capture& capture, Value& value);
    bool utc_offset(const Capture& capture, Value& value);
    bool time_out_of_range(const Capture& capture, Error& error);
    bool instant(const ColumnSpec& column, const Capture& capture, int64_t micros, Value& value,
                 Error& error);
    bool other(const Capture& capture, Value& value, Error& error);
    bool array(const ColumnSpec& column, const Capture& capture, Value& value, Error& error);
    bool elements(const ColumnSpec& column, const std::vector<Capture>& captures, ArrayValue& array,
                  Error& error);

    bool fail(Error& error, ErrorCode code, std::string reason, const Capture& capture);
    bool wrong_type(const ColumnSpec& column, const Capture& capture, Error& error);
    bool check_characters(const Capture& capture, Error& error);
    void store(Value::Kind kind, std::string_view text, Value& value);

    Arena* arena_ = nullptr;
    bool has_escapes_ = false;
    ReferenceWalk array_walk_;
};

// Whether a capture is missing, null, or what the column's null_values name.
bool is_null(const ColumnSpec& column, const Capture& capture);

// A value for a message: at most 80 bytes, cut between characters, "..." behind what was cut.
std::string shorten(std::string_view text);

} // namespace weather
