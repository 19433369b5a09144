#include "columns.h"

extern "C" {
#include "access/sysattr.h"
}

namespace weather {

namespace {

Type type_of(Oid type) {
    switch (type) {
    case BOOLOID:
        return Type::Bool;
    case INT2OID:
        return Type::Int2;
    case INT4OID:
        return Type::Int4;
    case INT8OID:
        return Type::Int8;
    case FLOAT4OID:
        return Type::Float4;
    case FLOAT8OID:
        return Type::Float8;
    case NUMERICOID:
        return Type::Numeric;
    case TEXTOID:
    case VARCHAROID:
    case BPCHAROID:
        return Type::Text;
    case JSONOID:
        return Type::Json;
    case JSONBOID:
        return Type::Jsonb;
    case DATEOID:
        return Type::Date;
    case TIMESTAMPOID:
        return Type::Timestamp;
    case TIMESTAMPTZOID:
        return Type::TimestampTz;
    default:
        return Type::Other;
    }
}

bool is_time(Type type) {
    return type == Type::Date || type == Type::Timestamp || type == Type::TimestampTz;
}

TypeInput make_input(Oid type, int32 typmod) {
    TypeInput input = {};
    input.type = type;
    input.typmod = typmod;
    Oid function;
    getTypeInputInfo(type, &function, &input.parameter);
    fmgr_info(function, &input.function);
    return input;
}

void describe_type(Column* column, Oid declared, int32 typmod) {
    column->declared_type = declared;
    column->is_domain = get_typtype(declared) == TYPTYPE_DOMAIN;
    const Oid base = getBaseTypeAndTypmod(declared, &typmod);
    column->input = make_input(base, typmod);
    column->type = type_of(base);
    column->element_type = get_element_type(base);
    column->is_array = OidIsValid(column->element_type);
    column->type_name = format_type_be(column->is_array ? getBaseType(column->element_type) : base);
    if (!column->is_array)
        return;
    int32 element_typmod = typmod;
    const Oid element_base = getBaseTypeAndTypmod(column->element_type, &element_typmod);
    column->element = make_input(element_base, element_typmod);
    column->type = type_of(element_base);
    get_typlenbyvalalign(column->element_type, &column->element_length, &column->element_by_value,
                         &column->element_alignment);
}

[[noreturn]] void report_mismatch(const char* option, const Column* column, const char* wanted) {
    ereport(ERROR,
            (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
             errmsg("option \"%s\" of column \"%s\" needs a column of type %s", option,
                    column->name, wanted),
             errdetail("The column's type is %s.",
                       format_type_with_typemod(column->declared_type, column->input.typmod))));
    pg_unreachable();
}

// What a column of metadata must be: one of these types. The glue hands its values out as they are,
// so for those that it knows neither domains nor type modifiers are taken.
struct MetadataRule {
    Metadata metadata;
    const char* option;
    const char* wanted;
    Oid types[3];
};

const MetadataRule metadata_rules[] = {
    {Metadata::Filename, "metadata 'filename'", "text", {TEXTOID}},
    {Metadata::Size, "metadata 'size'", "bigint or integer", {INT8OID, INT4OID}},
    {Metadata::Mtime, "metadata 'mtime'", "timestamp with time zone", {TIMESTAMPTZOID}},
    {Metadata::Offset, "metadata 'offset'", "bigint or integer", {INT8OID, INT4OID}},
    {Metadata::Line, "metadata 'line'", "bigint or integer", {INT8OID, INT4OID}},
    {Metadata::Error, "metadata 'error'", "text or jsonb", {TEXTOID, JSONBOID}},
    {Metadata::Key, "metadata 'key'", "text", {TEXTOID}},
    {Metadata::Raw, "metadata 'raw'", "text, json or jsonb", {TEXTOID, JSONOID, JSONBOID}},
    {Metadata::Rescued, "metadata 'rescued'", "jsonb or json", {JSONBOID, JSONOID}},
    {Metadata::Ordinality, "for_ordinality", "bigint or integer", {INT8OID, INT4OID}},
};

void check_metadata(const Column* column) {
    const Metadata metadata = column->options->metadata;
    for (const MetadataRule& rule : metadata_rules) {
        if (rule.metadata != metadata)
            continue;
        bool fits = false;
        for (const Oid type : rule.types)
            fits |= OidIsValid(type) && type == column->input.type;
        if (!is_from_engine(metadata))
            fits &= !column->is_domain && column->input.typmod < 0;
        if (!fits)
            report_mismatch(rule.option, column, rule.wanted);
    }
}

void check_time_options(const Column* column) {
    const char* const times = "date, timestamp or timestamp with time zone";
    if (column->options->has_epoch && !is_time(column->type))
        report_mismatch("epoch", column, times);
    if (column->options->datetime_format && !is_time(column->type))
        report_mismatch("datetime_format", column, times);
    if (column->type == Type::TimestampTz)
        return;
    const char* const instants = "timestamp with time zone";
    if (column->options->timezone)
        report_mismatch("timezone", column, instants);
    if (column->options->zone_paths != NIL)
        report_mismatch(column->options->zone_is_offset ? "utc_offset_path" : "timezone_path",
                        column, instants);
}

// The zone of the option timezone, whose name was checked when it was set.
Zone* zone_of_option(const char* name) {
    auto* zone = static_cast<Zone*>(palloc0(sizeof(Zone)));
    zone->name = name;
    zone->timezone = pg_tzset(name);
    return zone->timezone ? zone : nullptr;
}

bool is_needed(const Bitmapset* needed, AttrNumber attribute) {
    return bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, needed) ||
           bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, needed);
}

void default_context(void* name) {
    errcontext("weather_fdw: option \"default\" of column \"%s\"", static_cast<const char*>(name));
}

// The value that the option default names, by the type's input function.
Datum make_default(Column* column) {
    ErrorContextCallback callback = {error_context_stack, default_context,
                                     const_cast<char*>(column->name)};
    error_context_stack = &callback;
    TypeInput* input = &column->input;
    char* text = pstrdup(column->options->default_value);
    const Datum value = InputFunctionCall(&input->function, text, input->parameter, input->typmod);
    if (column->is_domain)
        domain_check(value, false, column->declared_type, nullptr, nullptr);
    error_context_stack = callback.previous;
    return value;
}

void describe_column(Column* column, Oid relation, Form_pg_attribute attribute,
                     const TableOptions* table, const Bitmapset* needed) {
    column->attribute = attribute->attnum;
    column->name = pstrdup(NameStr(attribute->attname));
    column->not_null = attribute->attnotnull;
    column->wanted = column->not_null || is_needed(needed, attribute->attnum);
    column->options = get_column_options(relation, attribute->attnum, column->name);
    column->may_be_partition = table->hive_partitioning && !is_program(table) &&
                               column->options->metadata == Metadata::None &&
                               column->options->paths == NIL;
    describe_type(column, attribute->atttypid, attribute->atttypmod);
    if (attribute->attgenerated)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("column \"%s\" is generated, which weather_fdw does not support",
                               column->name),
                        errhint("Compute it in a view over the foreign table.")));
    check_metadata(column);
    check_time_options(column);
    column->on_error = column->options->has_on_error         ? column->options->on_error
                       : table->on_error == OnError::SetNull ? Fallback::Null
                                                             : Fallback::Error;
    if (column->options->default_value)
        column->default_value = make_default(column);
    const char* timezone = column->options->timezone ? column->options->timezone : table->timezone;
    if (timezone && column->type == Type::TimestampTz)
        column->fallback = column->zone = zone_of_option(timezone);
}

// The paths of one zone cost once, whatever the number of columns that have them.
void describe_zones(Columns* columns) {
    columns->zones = static_cast<ZoneSource*>(
        palloc0(static_cast<Size>(Max(columns->count, 1)) * sizeof(ZoneSource)));
    for (int i = 0; i < columns->count; ++i) {
        Column* column = &columns->items[i];
        column->zone_source = -1;
        if (column->options->zone_paths == NIL)
            continue;
        int source = 0;
        while (source < columns->zone_count &&
               !(equal(columns->zones[source].column->options->zone_paths,
                       column->options->zone_paths) &&
                 columns->zones[source].column->options->zone_is_offset ==
                     column->options->zone_is_offset))
            ++source;
        if (source == columns->zone_count)
            columns->zones[columns->zone_count++].column = column;
        columns->zones[source].wanted |= column->wanted;
        column->zone_source = source;
    }
}

// Rejects have no values, so that an error column has no place beside NOT NULL columns of values.
void check_error_column(const Columns* columns) {
    for (int i = 0; i < columns->count; ++i) {
        const Column* column = &columns->items[i];
        const Metadata metadata = column->options->metadata;
        const bool is_empty = metadata == Metadata::None || metadata == Metadata::Error ||
                              metadata == Metadata::Key || metadata == Metadata::Rescued;
        if (column->not_null && is_empty)
            ereport(
                ERROR,
                (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                 errmsg("column \"%s\" is NOT NULL beside a column with metadata 'error'",
                        column->name),
                 errhint("Rows in error have no values. Drop NOT NULL, and set on_empty 'error': "
                         "a row without the value is then one of them.")));
    }
}

// What the scan counts and has room for: it cannot fail. Line numbers and ordinalities have all
// before them read.
bool is_counted(const Column* column) {
    const Metadata metadata = column->options->metadata;
    return column->input.type == INT8OID &&
           (metadata == Metadata::Line || metadata == Metadata::Ordinality);
}

} // namespace

Columns* describe_columns(Oid relation, TupleDesc tuple, const TableOptions* table,
                          const Bitmapset* needed) {
    auto* columns = static_cast<Columns*>(palloc0(sizeof(Columns)));
    columns->items =
        static_cast<Column*>(palloc0(static_cast<Size>(Max(tuple->natts, 1)) * sizeof(Column)));
    for (int i = 0; i < tuple->natts; ++i) {
        Form_pg_attribute attribute = TupleDescAttr(tuple, i);
        if (!attribute->attisdropped)
            describe_column(&columns->items[columns->count++], relation, attribute, table, needed);
    }
    for (int i = 0; i < columns->count; ++i)
        columns->errors_become_rows |= columns->items[i].options->metadata == Metadata::Error;
    if (columns->errors_become_rows)
        check_error_column(columns);
    // Which rows there are must not depend on the columns that a query reads.
    const bool errors_are_no_end = table->on_error != OnError::Stop || columns->errors_become_rows;
    columns->stop_at_errors = table->on_error != OnError::Ignore && !columns->errors_become_rows;
    for (int i = 0; i < columns->count; ++i) {
        Column* column = &columns->items[i];
        column->wanted |= errors_are_no_end && !is_counted(column);
        columns->has_fallbacks |= column->on_error != Fallback::Error;
    }
    describe_zones(columns);
    return columns;
}

} // namespace weather
