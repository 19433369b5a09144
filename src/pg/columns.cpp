#include "columns.h"

#include "boundary.h"

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
    ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
                    errmsg("option \"%s\" of column \"%s\" needs a column of type %s", option,
                           column->name, wanted),
                    errdetail("The column's type is %s.", format_type_be(column->declared_type))));
    pg_unreachable();
}

void check_metadata(const Column* column) {
    const Oid type = column->input.type;
    switch (column->options->metadata) {
    case Metadata::None:
        break;
    case Metadata::Filename:
        if (type != TEXTOID)
            report_mismatch("metadata 'filename'", column, "text");
        break;
    case Metadata::Mtime:
        if (type != TIMESTAMPTZOID)
            report_mismatch("metadata 'mtime'", column, "timestamp with time zone");
        break;
    case Metadata::Offset:
        if (type != INT8OID)
            report_mismatch("metadata 'offset'", column, "bigint");
        break;
    case Metadata::Line:
        if (type != INT8OID)
            report_mismatch("metadata 'line'", column, "bigint");
        break;
    }
}

void check_time_options(const Column* column) {
    const char* const times = "date, timestamp or timestamp with time zone";
    if (column->options->epoch && !is_time(column->type))
        report_mismatch("epoch", column, times);
    if (column->options->datetime_format && !is_time(column->type))
        report_mismatch("datetime_format", column, times);
    if (column->options->timezone && column->type != Type::TimestampTz)
        report_mismatch("timezone", column, "timestamp with time zone");
}

// Within guarded(). Paths were checked by the validator.
std::vector<JsonPath> make_paths(const Column& column) {
    std::vector<JsonPath> paths;
    if (column.options->paths == NIL)
        paths.push_back(member_path(column.options->member));
    for (int i = 0; i < list_length(column.options->paths); ++i) {
        JsonPath path;
        PathError error;
        parse_path(strVal(list_nth(column.options->paths, i)), path, error);
        paths.push_back(std::move(path));
    }
    return paths;
}

// A path with [*] finds any number of values.
void check_paths(const Column* column) {
    bool collects = false;
    run_engine([&] {
        for (const JsonPath& path : make_paths(*column))
            for (const PathStep& step : path)
                collects |= step.kind == PathStep::Kind::Elements;
    });
    if (collects && !column->is_array)
        ereport(ERROR,
                (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
                 errmsg("a path with [*] needs a column of an array type"),
                 errdetail("The type of column \"%s\" is %s.", column->name,
                           format_type_be(column->declared_type)),
                 errhint("For one element write its index, as in $.weather[0].description.")));
}

bool is_needed(const Bitmapset* needed, AttrNumber attribute) {
    return bms_is_member(attribute - FirstLowInvalidHeapAttributeNumber, needed) ||
           bms_is_member(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber, needed);
}

void describe_column(Column* column, Oid relation, Form_pg_attribute attribute,
                     const TableOptions* table, const Bitmapset* needed) {
    column->attribute = attribute->attnum;
    column->name = pstrdup(NameStr(attribute->attname));
    column->not_null = attribute->attnotnull;
    column->wanted = column->not_null || is_needed(needed, attribute->attnum);
    column->options = get_column_options(relation, attribute->attnum, column->name);
    describe_type(column, attribute->atttypid, attribute->atttypmod);
    if (attribute->attgenerated)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("column \"%s\" is generated, which weather_fdw does not support",
                               column->name),
                        errhint("Compute it in a view over the foreign table.")));
    check_metadata(column);
    check_time_options(column);
    check_paths(column);
    column->timezone = column->options->timezone ? column->options->timezone : table->timezone;
}

EpochUnit epoch_unit(const char* word) {
    return strcmp(word, "s") == 0    ? EpochUnit::Seconds
           : strcmp(word, "ms") == 0 ? EpochUnit::Milliseconds
                                     : EpochUnit::Microseconds;
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
    return columns;
}

void fill_spec(const Columns* columns, const TableOptions* table, ScanSpec& spec) {
    spec.empty_rows_are_errors = table->empty_rows_are_errors;
    for (int i = 0; i < columns->count; ++i) {
        const Column& column = columns->items[i];
        if (column.options->metadata != Metadata::None)
            continue;
        ColumnSpec result;
        result.name = column.name;
        result.paths = make_paths(column);
        result.type = column.type;
        result.is_array = column.is_array;
        result.wanted = column.wanted;
        result.not_null = column.not_null;
        result.empty_is_error = column.options->empty_is_error;
        if (column.options->epoch)
            result.epoch = epoch_unit(column.options->epoch);
        result.has_datetime_format = column.options->datetime_format != nullptr;
        result.has_zone = column.timezone != nullptr;
        spec.columns.push_back(std::move(result));
    }
}

} // namespace weather
