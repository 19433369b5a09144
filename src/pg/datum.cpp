// Most values need no more than a cast: those take the fast road, which cannot raise anything. The
// others go through functions of their type, whose complaints are completed by where the value
// stands.
#include "datum.h"

extern "C" {
#include "catalog/pg_collation_d.h"
}

namespace weather {

namespace {

Datum text_in_batch(const Value& value) {
    char* header = const_cast<char*>(value.text) - VARHDRSZ; // the engine left room for it
    SET_VARSIZE(header, value.size + VARHDRSZ);
    return PointerGetDatum(header);
}

// numeric_in() takes every JSON number that is not huge; an exponent can make a short one so.
Datum make_numeric(const char* text, int32 typmod) {
    return DirectFunctionCall3(numeric_in, CStringGetDatum(text), ObjectIdGetDatum(InvalidOid),
                               Int32GetDatum(typmod));
}

bool is_plain_number(const Value& value) {
    constexpr uint32_t certainly_fits = 1000; // digits; numeric takes 131,072 before the point
    return value.size <= certainly_fits && strpbrk(value.text, "eE") == nullptr;
}

bool needs_typmod(const TypeInput* input) {
    return input->typmod >= 0;
}

// False: not a value for the fast road.
bool make_fast(const Column* column, const TypeInput* input, const Value& value, Datum* result) {
    switch (value.kind) {
    case Value::Kind::Bool:
        *result = BoolGetDatum(value.boolean);
        return true;
    case Value::Kind::Integer:
        *result = column->type == Type::Int2   ? Int16GetDatum(static_cast<int16>(value.integer))
                  : column->type == Type::Int4 ? Int32GetDatum(static_cast<int32>(value.integer))
                                               : Int64GetDatum(value.integer);
        return true;
    case Value::Kind::Float4:
        *result = Float4GetDatum(value.float4);
        return true;
    case Value::Kind::Float8:
        *result = Float8GetDatum(value.float8);
        return true;
    case Value::Kind::Date:
        *result = DateADTGetDatum(static_cast<DateADT>(value.integer));
        return true;
    case Value::Kind::Instant:
        *result = TimestampTzGetDatum(value.integer);
        return !needs_typmod(input);
    case Value::Kind::LocalTime:
        if (column->type == Type::TimestampTz) {
            if (value.integer < column->offset_from || value.integer >= column->offset_until)
                return false;
            *result = TimestampTzGetDatum(value.integer + column->offset * USECS_PER_SEC);
        } else {
            *result = TimestampGetDatum(value.integer);
        }
        return !needs_typmod(input);
    case Value::Kind::Text:
        if (needs_typmod(input) || GetDatabaseEncoding() != PG_UTF8)
            return false;
        *result = text_in_batch(value);
        return true;
    case Value::Kind::Number:
        if (needs_typmod(input) || !is_plain_number(value))
            return false;
        *result = make_numeric(value.text, -1);
        return true;
    case Value::Kind::Default:
        *result = column->default_value;
        return true;
    case Value::Kind::Null:
    case Value::Kind::Input:
    case Value::Kind::Array:
        break;
    }
    return false;
}

// The span around `local`, read with `offset` seconds west of UTC, in which the zone keeps that
// offset, with a day's distance from its transitions, so that no reading in it is doubtful.
void remember_offset(Column* column, Timestamp local, int offset) {
    constexpr pg_time_t day = SECS_PER_DAY;
    const pg_time_t instant = timestamptz_to_time_t(local + offset * USECS_PER_SEC);
    column->offset = offset;
    column->offset_from = column->offset_until = 0; // empty

    pg_time_t from = instant - 366 * day;
    pg_time_t boundary = 0;
    long before, after;
    int before_dst, after_dst;
    int found;
    while ((found = pg_next_dst_boundary(&from, &before, &before_dst, &boundary, &after, &after_dst,
                                         column->timezone)) > 0 &&
           boundary <= instant)
        from = boundary;
    if (found < 0 || before != -offset)
        return;
    column->offset_from = time_t_to_timestamptz(from + day) - offset * USECS_PER_SEC;
    column->offset_until = found == 0
                               ? END_TIMESTAMP - day * USECS_PER_SEC
                               : time_t_to_timestamptz(boundary - day) - offset * USECS_PER_SEC;
}

// For messages: `text` as it stood in the file, or, where that is not known any more, the time in
// it.
const char* describe_local(Timestamp local, const char* text) {
    if (text)
        return text;
    const Datum shown = DirectFunctionCall1(timestamp_out, TimestampGetDatum(local));
    return psprintf("\"%s\"", DatumGetCString(shown));
}

// A wall clock's reading in the column's zone; a repeated hour is standard time (DESIGN, Values).
TimestampTz local_to_instant(Column* column, Timestamp local, const char* text,
                             Position* position) {
    if (!column->timezone)
        report_value(ErrorCode::ZoneMissing, "a local time, and no zone is known for it",
                     describe_local(local, text), position);
    if (local >= column->offset_from && local < column->offset_until)
        return local + column->offset * USECS_PER_SEC;
    struct pg_tm fields;
    fsec_t fraction;
    if (timestamp2tm(local, nullptr, &fields, &fraction, nullptr, nullptr) != 0)
        report_value(ErrorCode::TimeRange, "timestamp out of range", describe_local(local, text),
                     position);
    const int offset = DetermineTimeZoneOffset(&fields, column->timezone);
    const TimestampTz instant = local + offset * USECS_PER_SEC;
    if (!IS_VALID_TIMESTAMP(instant))
        report_value(ErrorCode::TimeRange, "timestamp out of range", describe_local(local, text),
                     position);
    remember_offset(column, local, offset);
    return instant;
}

Datum adjusted(Timestamp time, const TypeInput* input) {
    AdjustTimestampForTypmod(&time, input->typmod);
    return TimestampGetDatum(time);
}

// A string by the option datetime_format.
Datum parse_by_template(Column* column, const TypeInput* input, const char* string,
                        Position* position) {
    const char* quoted = psprintf("\"%s\"", string);
    Oid type;
    int32 typmod;
    int zone = 0;
    const Datum parsed =
        parse_datetime(cstring_to_text(string), cstring_to_text(column->options->datetime_format),
                       DEFAULT_COLLATION_OID, true, &type, &typmod, &zone, nullptr);
    if (column->type == Type::Date) {
        if (type != DATEOID)
            report_value(ErrorCode::TimeOfDay, "a time of day does not go into date", quoted,
                         position);
        return parsed;
    }
    if (type == TIMESTAMPTZOID) {
        if (column->type == Type::Timestamp)
            report_value(ErrorCode::ZoneForbidden,
                         "a time with a zone does not go into timestamp without time zone", quoted,
                         position);
        return adjusted(DatumGetTimestampTz(parsed), input);
    }
    if (type != TIMESTAMPOID && type != DATEOID)
        report_value(ErrorCode::BadTime, "the template yields no date", quoted, position);
    const Timestamp local = type == DATEOID
                                ? DatumGetTimestamp(DirectFunctionCall1(date_timestamp, parsed))
                                : DatumGetTimestamp(parsed);
    return adjusted(column->type == Type::TimestampTz
                        ? local_to_instant(column, local, quoted, position)
                        : local,
                    input);
}

char* in_server_encoding(const Value& value) {
    return pg_any_to_server(value.text, static_cast<int>(value.size), PG_UTF8);
}

// The value for a message, or "" where it has no text of its own.
const char* describe(const Value& value) {
    const bool is_number = value.kind == Value::Kind::Number;
    if (is_number || value.kind == Value::Kind::Text || value.kind == Value::Kind::Input) {
        constexpr int limit = 80;
        const int length = static_cast<int>(value.size);
        const int cut = pg_encoding_mbcliplen(PG_UTF8, value.text, length, limit);
        const char* text = shown(pnstrdup(value.text, static_cast<Size>(cut)), !is_number);
        return cut < length ? psprintf("%s...", text) : text;
    }
    if (value.kind == Value::Kind::Integer)
        return psprintf(INT64_FORMAT, value.integer);
    return value.kind == Value::Kind::Null ? "null" : "";
}

Datum make_slow(Column* column, TypeInput* input, const Value& value, Position* position) {
    switch (value.kind) {
    case Value::Kind::Text: {
        char* string = in_server_encoding(value);
        if (needs_typmod(input)) // varchar(n) and char(n): too long is an error, as in their input
            return InputFunctionCall(&input->function, string, input->parameter, input->typmod);
        return CStringGetTextDatum(string);
    }
    case Value::Kind::Number:
        return make_numeric(value.text, input->typmod);
    case Value::Kind::Input: {
        char* string = in_server_encoding(value);
        if (column->options->datetime_format)
            return parse_by_template(column, input, string, position);
        return InputFunctionCall(&input->function, string, input->parameter, input->typmod);
    }
    case Value::Kind::LocalTime:
        return adjusted(column->type == Type::TimestampTz
                            ? local_to_instant(column, value.integer, nullptr, position)
                            : value.integer,
                        input);
    case Value::Kind::Instant:
        return adjusted(value.integer, input);
    default:
        elog(ERROR, "weather_fdw: unexpected kind of value %d", static_cast<int>(value.kind));
        pg_unreachable();
    }
}

Datum make_base(Column* column, TypeInput* input, const Value& value, Position* position) {
    Datum result;
    return make_fast(column, input, value, &result) ? result
                                                    : make_slow(column, input, value, position);
}

// `current` follows the element that is being made.
Datum make_array(Column* column, const ArrayValue& array, Position* position,
                 const Value* volatile* current) {
    if (array.dimensions == 0 || array.size == 0)
        return PointerGetDatum(construct_empty_array(column->element_type));
    auto* datums = static_cast<Datum*>(palloc(array.size * sizeof(Datum)));
    auto* nulls = static_cast<bool*>(palloc(array.size * sizeof(bool)));
    const bool is_domain = column->element_type != column->element.type;
    for (size_t i = 0; i < array.size; ++i) {
        const Value& value = array.elements[i];
        *current = &value;
        nulls[i] = value.kind == Value::Kind::Null;
        datums[i] = nulls[i] ? 0 : make_base(column, &column->element, value, position);
        if (is_domain)
            domain_check(datums[i], nulls[i], column->element_type, &column->element_domain_cache,
                         column->input.function.fn_mcxt);
    }
    int extents[MAXDIM];
    int lower_bounds[MAXDIM];
    for (int i = 0; i < array.dimensions; ++i) {
        extents[i] = array.extents[i];
        lower_bounds[i] = 1;
    }
    return PointerGetDatum(construct_md_array(
        datums, nulls, array.dimensions, extents, lower_bounds, column->element_type,
        column->element_length, column->element_by_value, column->element_alignment));
}

// `current`: the value, or the element of it, that is to blame for an error.
Datum make_checked(Column* column, const Value& value, Position* position,
                   const Value* volatile* current, bool* is_null) {
    *is_null = value.kind == Value::Kind::Null;
    Datum result = 0;
    if (!*is_null)
        result = value.kind == Value::Kind::Array
                     ? make_array(column, *value.array, position, current)
                     : make_base(column, &column->input, value, position);
    *current = &value;
    if (column->is_domain)
        domain_check(result, *is_null, column->declared_type, &column->domain_cache,
                     column->input.function.fn_mcxt);
    return result;
}

} // namespace

bool make_quick_datum(Column* column, const Value& value, Datum* result, bool* is_null) {
    *result = 0;
    *is_null = value.kind == Value::Kind::Null;
    return !column->is_domain && (*is_null || make_fast(column, &column->input, value, result));
}

Datum make_datum(Column* column, const Value& value, Position* position, bool* is_null) {
    Datum result;
    if (make_quick_datum(column, value, &result, is_null))
        return result;
    position->column = column->name;
    MemoryContext context = CurrentMemoryContext;
    const Value* volatile current = &value;
    PG_TRY();
    { result = make_checked(column, value, position, &current, is_null); }
    PG_CATCH();
    {
        MemoryContextSwitchTo(context);
        rethrow_value_error(describe(*current), position);
    }
    PG_END_TRY();
    position->column = nullptr;
    return result;
}

Datum text_datum(const char* text) {
    pg_verifymbstr(text, static_cast<int>(strlen(text)), false);
    return CStringGetTextDatum(text);
}

} // namespace weather
