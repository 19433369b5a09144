// One function a family of types. Every way out is a value or an error: nothing becomes NULL here.
#include "convert.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "time.h"
#include "unescape.h"
#include "utf8.h"
#include "engine_only.h"

namespace weather {

std::string shorten(std::string_view text) {
    constexpr size_t limit = 80;
    if (text.size() <= limit)
        return std::string(text);
    size_t end = limit;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return std::string(text.substr(0, end)) + "...";
}

bool is_null(const ColumnSpec& column, const Capture& capture) {
    if (!capture.is_value())
        return true;
    const bool is_number = capture.kind == Capture::Kind::Number;
    if (!is_number && capture.kind != Capture::Kind::String)
        return false;
    for (const std::string& null : column.null_values)
        if (capture.text == null ||
            (is_number && is_json_number(null) && same_number(capture.text, null)))
            return true;
    return false;
}

namespace {

const char* kind_name(Capture::Kind kind) {
    switch (kind) {
    case Capture::Kind::False:
    case Capture::Kind::True:
        return "a JSON boolean";
    case Capture::Kind::Number:
        return "a JSON number";
    case Capture::Kind::String:
        return "a JSON string";
    case Capture::Kind::Object:
        return "a JSON object";
    case Capture::Kind::Array:
        return "a JSON array";
    default:
        return "null";
    }
}

bool is_boolean(const Capture& capture) {
    return capture.kind == Capture::Kind::False || capture.kind == Capture::Kind::True;
}

bool is_container(const Capture& capture) {
    return capture.kind == Capture::Kind::Object || capture.kind == Capture::Kind::Array;
}

} // namespace

bool Converter::fail(Error& error, ErrorCode code, std::string reason, const Capture& capture) {
    error.code = code;
    error.reason = std::move(reason);
    error.value = shorten(capture.json());
    return false;
}

bool Converter::wrong_type(const ColumnSpec& column, const Capture& capture, Error& error) {
    return fail(error, ErrorCode::WrongType,
                std::string(kind_name(capture.kind)) + " does not go into " + column.type_name,
                capture);
}

void Converter::store(Value::Kind kind, std::string_view text, Value& value) {
    value.kind = kind;
    value.size = static_cast<uint32_t>(text.size());
    value.text = arena_->store_text(text);
}

// What JSON's escapes can name and PostgreSQL's text cannot hold. Only escapes can: the row's own
// bytes are checked as a whole.
bool Converter::check_characters(const Capture& capture, Error& error) {
    if (!has_escapes_)
        return true;
    if (is_container(capture)) {
        if (find_lone_surrogate(capture.text) == std::string_view::npos)
            return true;
        return fail(error, ErrorCode::LoneSurrogate, "half of a surrogate pair", capture);
    }
    if (capture.kind != Capture::Kind::String)
        return true;
    if (std::memchr(capture.text.data(), '\0', capture.text.size()))
        return fail(error, ErrorCode::NulCharacter, "\\u0000 cannot be converted to text", capture);
    if (find_invalid_utf8(capture.text) != capture.text.size())
        return fail(error, ErrorCode::LoneSurrogate, "half of a surrogate pair", capture);
    return true;
}

bool Converter::convert(const ColumnSpec& column, const Capture& capture, Value& value,
                        Error& error) {
    if (!column.is_array)
        return scalar(column, capture, value, error);
    if (capture.kind == Capture::Kind::Array)
        return array(column, capture, value, error);
    if (capture.kind == Capture::Kind::String)
        return other(capture, value, error); // '{1,2}' as array_in reads it
    return fail(error, ErrorCode::WrongType,
                std::string(kind_name(capture.kind)) + " does not go into an array", capture);
}

bool Converter::scalar(const ColumnSpec& column, const Capture& capture, Value& value,
                       Error& error) {
    switch (column.type) {
    case Type::Bool:
        if (capture.kind == Capture::Kind::String)
            return other(capture, value, error);
        if (!is_boolean(capture))
            return wrong_type(column, capture, error);
        value.kind = Value::Kind::Bool;
        value.boolean = capture.kind == Capture::Kind::True;
        return true;
    case Type::Int2:
    case Type::Int4:
    case Type::Int8:
    case Type::Float4:
    case Type::Float8:
    case Type::Numeric:
        return number(column, capture, value, error);
    case Type::Text:
        return text(capture, value, error);
    case Type::Json:
    case Type::Jsonb:
        return json(column.type, capture, value, error);
    case Type::Date:
    case Type::Timestamp:
    case Type::TimestampTz:
        return time(column, capture, value, error);
    case Type::ZoneName:
        return zone_name(capture, value);
    case Type::UtcOffset:
        return utc_offset(capture, value);
    case Type::Other:
        break;
    }
    if (is_container(capture))
        return wrong_type(column, capture, error);
    return other(capture, value, error);
}

namespace {

template <typename Integer>
NumberStatus parse_as(std::string_view number, int64_t& result) {
    return parse_integer(number, std::numeric_limits<Integer>::min(),
                         std::numeric_limits<Integer>::max(), result);
}

NumberStatus parse_number(Type type, std::string_view number, Value& value) {
    switch (type) {
    case Type::Int2:
        value.kind = Value::Kind::Integer;
        return parse_as<int16_t>(number, value.integer);
    case Type::Int4:
        value.kind = Value::Kind::Integer;
        return parse_as<int32_t>(number, value.integer);
    case Type::Int8:
        value.kind = Value::Kind::Integer;
        return parse_as<int64_t>(number, value.integer);
    case Type::Float4:
        value.kind = Value::Kind::Float4;
        return parse_float4(number, value.float4);
    default:
        value.kind = Value::Kind::Float8;
        return parse_float8(number, value.float8);
    }
}

} // namespace

bool Converter::number(const ColumnSpec& column, const Capture& capture, Value& value,
                       Error& error) {
    if (capture.kind == Capture::Kind::String)
        return other(capture, value, error); // "9.1" as the input function reads it
    if (capture.kind != Capture::Kind::Number)
        return wrong_type(column, capture, error);
    if (column.type == Type::Numeric) {
        store(Value::Kind::Number, capture.text, value);
        return true;
    }
    switch (parse_number(column.type, capture.text, value)) {
    case NumberStatus::Ok:
        return true;
    case NumberStatus::NotIntegral:
        return fail(error, ErrorCode::NotIntegral,
                    "a fraction does not go into " + column.type_name, capture);
    case NumberStatus::OutOfRange:
        break;
    }
    return fail(error, ErrorCode::OutOfRange, "out of range for type " + column.type_name, capture);
}

bool Converter::text(const Capture& capture, Value& value, Error& error) {
    if (!check_characters(capture, error))
        return false;
    store(Value::Kind::Text, capture.kind == Capture::Kind::String ? capture.text : capture.json(),
          value);
    return true;
}

// Scalars enter as JSON. The text is well-formed, which is all that json's own input function
// checks; jsonb has to be built by its own.
bool Converter::json(Type type, const Capture& capture, Value& value, Error& error) {
    const bool keeps_text = type == Type::Json;
    if (capture.kind == Capture::Kind::String ? !keeps_text && !check_characters(capture, error)
                                              : !check_characters(capture, error))
        return false;
    if (keeps_text && capture.kind == Capture::Kind::String &&
        find_lone_surrogate(capture.json()) != std::string_view::npos)
        return fail(error, ErrorCode::LoneSurrogate, "half of a surrogate pair", capture);
    store(keeps_text ? Value::Kind::Text : Value::Kind::Input, capture.json(), value);
    return true;
}

bool Converter::other(const Capture& capture, Value& value, Error& error) {
    if (!check_characters(capture, error))
        return false;
    store(Value::Kind::Input, capture.kind == Capture::Kind::String ? capture.text : capture.json(),
          value);
    return true;
}

bool Converter::time(const ColumnSpec& column, const Capture& capture, Value& value, Error& error) {
    if (capture.kind == Capture::Kind::Number) {
        if (column.epoch)
            return epoch(column, capture, value, error);
        return fail(error, ErrorCode::NumberNoTime,
                    "a JSON number does not go into " + column.type_name, capture);
    }
    if (capture.kind != Capture::Kind::String)
        return wrong_type(column, capture, error);
    if (column.has_datetime_format)
        return other(capture, value, error);
    if (column.epoch && is_json_number(capture.text))
        return epoch(column, capture, value, error);
    return iso_time(column, capture, value, error);
}

bool Converter::epoch(const ColumnSpec& column, const Capture& capture, Value& value,
                      Error& error) {
    int64_t micros;
    if (parse_epoch(capture.text, *column.epoch, postgres_epoch_micros, micros) !=
            NumberStatus::Ok ||
        micros < min_timestamp || micros >= end_timestamp)
        return fail(error, ErrorCode::TimeRange, "timestamp out of range", capture);
    return instant(column, capture, micros, value, error);
}

// An instant that was given as Unix time: UTC is its wall clock where a type has no zone.
bool Converter::instant(const ColumnSpec& column, const Capture& capture, int64_t micros,
                        Value& value, Error& error) {
    value.kind = column.type == Type::Timestamp ? Value::Kind::LocalTime : Value::Kind::Instant;
    value.integer = micros;
    if (column.type != Type::Date)
        return true;
    if (micros % micros_per_day != 0)
        return fail(error, ErrorCode::TimeOfDay, "a time of day does not go into date", capture);
    value.kind = Value::Kind::Date;
    value.integer = micros / micros_per_day;
    return true;
}

bool Converter::iso_time(const ColumnSpec& column, const Capture& capture, Value& value,
                         Error& error) {
    IsoTime time;
    TimeStatus status = parse_iso_time(capture.text, time);
    if (status == TimeStatus::Malformed)
        return fail(error, ErrorCode::BadTime, "not an ISO 8601 date or time", capture);
    if (status == TimeStatus::OutOfRange)
        return time_out_of_range(capture, error);
    if (column.type == Type::Date) {
        if (time.has_time)
            return fail(error, ErrorCode::TimeOfDay, "a time of day does not go into date",
                        capture);
        value.kind = Value::Kind::Date;
        value.integer = time.days;
        return true;
    }
    if (time.has_offset && column.type == Type::Timestamp)
        return fail(error, ErrorCode::ZoneForbidden,
                    "a time with a zone does not go into timestamp without time zone", capture);
    if (!time.has_offset && column.type == Type::TimestampTz && !column.has_zone)
        return fail(error, ErrorCode::ZoneMissing, "a local time, and no zone is known for it",
                    capture);
    value.kind = time.has_offset ? Value::Kind::Instant : Value::Kind::LocalTime;
    status = time.has_offset ? instant_timestamp(time, value.integer)
                             : local_timestamp(time, value.integer);
    return status == TimeStatus::Ok || time_out_of_range(capture, error);
}

// A zone that is none becomes an error only where a local time needs it, so it is handed on.
bool Converter::zone_name(const Capture& capture, Value& value) {
    constexpr size_t longest = 255; // TZ_STRLEN_MAX
    if (capture.kind == Capture::Kind::String && capture.text.size() <= longest &&
        capture.text.find('\0') == std::string_view::npos)
        store(Value::Kind::Text, capture.text, value);
    else
        store(Value::Kind::Input, shorten(capture.json()), value);
    return true;
}

bool Converter::utc_offset(const Capture& capture, Value& value) {
    const bool is_number = capture.kind == Capture::Kind::Number ||
                           (capture.kind == Capture::Kind::String && is_json_number(capture.text));
    if (is_number && parse_integer(capture.text, -max_utc_offset, max_utc_offset, value.integer) ==
                         NumberStatus::Ok)
        value.kind = Value::Kind::Integer;
    else
        store(Value::Kind::Input, shorten(capture.json()), value);
    return true;
}

bool Converter::time_out_of_range(const Capture& capture, Error& error) {
    return fail(error, ErrorCode::TimeRange, "date or time out of range", capture);
}

namespace {

// Within json and jsonb arrays an array is an element; elsewhere it is a dimension.
bool arrays_nest(Type type) {
    return type != Type::Json && type != Type::Jsonb;
}

constexpr size_t max_dimensions = 6; // MAXDIM

} // namespace

bool Converter::array(const ColumnSpec& column, const Capture& capture, Value& value,
                      Error& error) {
    ArrayElements found; // not kept: a long array must not cost its memory for the rest of the scan
    decode_array(capture.text, arrays_nest(column.type), array_walk_, found);
    if (found.ragged)
        return fail(error, ErrorCode::RaggedArray, "nested arrays differ in length or depth",
                    capture);
    if (found.extents.size() > max_dimensions)
        return fail(error, ErrorCode::RaggedArray, "more than 6 dimensions", capture);
    auto* result = new (arena_->allocate(sizeof(ArrayValue))) ArrayValue{};
    result->dimensions = static_cast<int>(found.extents.size());
    std::copy(found.extents.begin(), found.extents.end(), result->extents);
    value.kind = Value::Kind::Array;
    value.array = result;
    return elements(column, found.elements, *result, error);
}

bool Converter::convert_list(const ColumnSpec& column, const std::vector<Capture>& captures,
                             Value& value, Error& error) {
    auto* result = new (arena_->allocate(sizeof(ArrayValue))) ArrayValue{};
    result->dimensions = 1;
    result->extents[0] = static_cast<int>(captures.size());
    value.kind = Value::Kind::Array;
    value.array = result;
    return elements(column, captures, *result, error);
}

bool Converter::elements(const ColumnSpec& column, const std::vector<Capture>& captures,
                         ArrayValue& array, Error& error) {
    auto* values = reinterpret_cast<Value*>(arena_->allocate(captures.size() * sizeof(Value)));
    array.size = captures.size();
    array.elements = values;
    for (size_t i = 0; i < captures.size(); ++i) {
        Value* value = new (values + i) Value;
        if (!is_null(column, captures[i]) && !scalar(column, captures[i], *value, error))
            return false;
    }
    return true;
}

} // namespace weather
