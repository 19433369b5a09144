// Most values need no more than a cast: those take the fast road, which cannot raise anything. The
// others go through functions of their type, whose complaints are completed by where the value
// stands.
#include "datum.h"

#include "time_of_day.h"

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
            const Zone* zone = column->zone;
            if (!zone || value.integer < zone->from || value.integer >= zone->until)
                return false;
            *result = TimestampTzGetDatum(value.integer + zone->offset * USECS_PER_SEC);
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

// For messages: `text` as it stood in the file, or, where that is not known any more, the time in
// it.
const char* describe_local(Timestamp local, const char* text) {
    if (text)
        return text;
    const Datum shown = DirectFunctionCall1(timestamp_out, TimestampGetDatum(local));
    return psprintf("\"%s\"", DatumGetCString(shown));
}

// There is no zone for a local time. `local`: the time, for the message.
[[noreturn]] void report_no_zone(const Column* column, const char* local, Position* position) {
    const Value* found = column->found_zone;
    if (!found || found->kind == Value::Kind::Null)
        report_value(ErrorCode::ZoneMissing, "a local time, and no zone is known for it", local,
                     position);
    const char* text = shown(found->text, found->kind == Value::Kind::Text);
    if (column->options->zone_is_offset)
        report_value(
            ErrorCode::BadOffset,
            psprintf("utc_offset_path finds %s, which is no offset in whole seconds within "
                     "15:59:59",
                     text),
            local, position);
    report_value(ErrorCode::BadZone,
                 psprintf("timezone_path finds %s, which is no name of a time zone", text), local,
                 position);
}

// `text`: see describe_local().
TimestampTz local_to_instant(const Column* column, Timestamp local, const char* text,
                             Position* position) {
    if (!column->zone)
        report_no_zone(column, describe_local(local, text), position);
    TimestampTz instant;
    if (!instant_of(column->zone, local, &instant))
        report_value(ErrorCode::TimeRange, "timestamp out of range", describe_local(local, text),
                     position);
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

// No lossy cast (DESIGN, Values).
void check_time_of_day(const TypeInput* input, const char* string, Position* position) {
    const BesidesTime dropped = dropped_by(input->type, string);
    if (dropped == BesidesTime::Date)
        report_value(ErrorCode::TimeOfDay, "a date does not go into a time of day",
                     psprintf("\"%s\"", string), position);
    if (dropped == BesidesTime::Zone)
        report_value(ErrorCode::WrongType,
                     "a time with a zone does not go into time without time zone",
                     psprintf("\"%s\"", string), position);
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
        if (input->type == TIMEOID || input->type == TIMETZOID)
            check_time_of_day(input, string, position);
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

void set_zone(Column* column, const Value& found) {
    column->found_zone = &found;
    switch (found.kind) {
    case Value::Kind::Null:
        column->zone = column->fallback;
        break;
    case Value::Kind::Integer:
        fix_offset(&column->fixed, static_cast<int>(found.integer));
        column->zone = &column->fixed;
        break;
    case Value::Kind::Text:
        if (!column->zone || strcmp(column->zone->name, found.text) != 0)
            column->zone = find_zone(found.text);
        break;
    default:
        column->zone = nullptr;
    }
}

bool is_text(const char* path) {
    return pg_verifymbstr(path, static_cast<int>(strlen(path)), true);
}

Datum path_datum(const char* path) {
    if (!is_text(path))
        ereport(ERROR, (errcode(ERRCODE_CHARACTER_NOT_IN_REPERTOIRE),
                        errmsg("the name of file \"%s\" is not valid in the database's encoding",
                               printable(path)),
                        errhint("Rename it, or leave the column out of the query.")));
    return CStringGetTextDatum(path);
}

} // namespace weather
