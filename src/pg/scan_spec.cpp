// What the engine is asked for: the columns as it knows them, without types of PostgreSQL. All but
// check_paths() and column_of_spec() runs within guarded().
#include "columns.h"

#include "boundary.h"

namespace weather {

namespace {

// Paths were checked by the validator.
JsonPath make_path(const char* text) {
    JsonPath path;
    PathError error;
    parse_path(text, path, error);
    return path;
}

std::vector<JsonPath> make_paths(const List* texts) {
    std::vector<JsonPath> paths;
    for (int i = 0; i < list_length(texts); ++i)
        paths.push_back(make_path(strVal(list_nth(texts, i))));
    return paths;
}

ColumnSource source_of(const ColumnOptions& options) {
    switch (options.metadata) {
    case Metadata::Ordinality:
        return ColumnSource::Ordinality;
    case Metadata::Key:
        return ColumnSource::Key;
    case Metadata::Raw:
        return ColumnSource::Raw;
    case Metadata::Rescued:
        return ColumnSource::Rescued;
    default:
        return options.from_document ? ColumnSource::DocumentPath : ColumnSource::Path;
    }
}

ColumnSpec column_spec(const Column& column) {
    ColumnSpec spec;
    spec.name = column.name;
    spec.source = source_of(*column.options);
    if (column.options->metadata == Metadata::None)
        spec.paths = column.options->paths == NIL
                         ? std::vector<JsonPath>{member_path(column.options->member)}
                         : make_paths(column.options->paths);
    spec.type = column.type;
    spec.type_name = column.type_name;
    spec.is_array = column.is_array;
    spec.wanted = column.wanted;
    spec.not_null = column.not_null;
    spec.on_empty = column.options->on_empty;
    spec.on_error = column.on_error;
    for (int j = 0; j < list_length(column.options->null_values); ++j)
        spec.null_values.emplace_back(strVal(list_nth(column.options->null_values, j)));
    if (column.options->has_epoch)
        spec.epoch = column.options->epoch;
    spec.has_datetime_format = column.options->datetime_format != nullptr;
    spec.has_zone = column.fallback || column.zone_source >= 0;
    return spec;
}

ColumnSpec zone_spec(const ZoneSource& zone) {
    ColumnSpec spec;
    spec.name = zone.column->name;
    spec.source = ColumnSource::DocumentPath;
    spec.paths = make_paths(zone.column->options->zone_paths);
    spec.type = zone.column->options->zone_is_offset ? Type::UtcOffset : Type::ZoneName;
    spec.wanted = zone.wanted;
    return spec;
}

} // namespace

void fill_spec(const Columns* columns, const TableOptions* table, ScanSpec& spec) {
    spec.row_path = make_path(table->row_path);
    spec.orient = table->orient;
    if (table->header_path)
        spec.header_path = make_path(table->header_path);
    spec.empty_rows_are_errors = table->empty_rows_are_errors;
    spec.stop_at_errors = columns->stop_at_errors;
    for (int i = 0; i < columns->count; ++i) {
        const Column& column = columns->items[i];
        if (is_from_engine(column.options->metadata))
            spec.columns.push_back(column_spec(column));
    }
    for (int i = 0; i < columns->zone_count; ++i)
        spec.columns.push_back(zone_spec(columns->zones[i]));
}

namespace {

enum class PathFault : uint8_t {
    None,
    CollectsIntoScalar,
    CollectsWithColumns,
    NoColumnOfSplit,
    NoMemberForKey,
    ManyZones,
};

bool has_any_member(const JsonPath& path) {
    for (const PathStep& step : path)
        if (step.kind == PathStep::Kind::Members)
            return true;
    return false;
}

// Within guarded(). The first column whose paths do not go with the table's, counted as in
// ScanSpec.
PathFault find_path_fault(const Columns* columns, const TableOptions* table, size_t& faulty) {
    ScanSpec spec;
    fill_spec(columns, table, spec);
    for (ColumnSpec& column : spec.columns)
        column.wanted = true; // a fault shows whatever the query reads
    const ScanPlan plan(spec);
    for (faulty = 0; faulty < spec.columns.size(); ++faulty) {
        const ColumnSpec& column = spec.columns[faulty];
        if (column.source == ColumnSource::Key && !has_any_member(spec.row_path))
            return PathFault::NoMemberForKey;
        if (column.source == ColumnSource::Path && spec.orient == Orient::Split)
            for (const JsonPath& path : column.paths)
                if (path.size() != 1 || path[0].kind == PathStep::Kind::Elements)
                    return PathFault::NoColumnOfSplit;
        if (column.source == ColumnSource::Path && spec.orient == Orient::Columns &&
            plan.collects(faulty))
            return PathFault::CollectsWithColumns;
        if (!column.is_array && plan.collects(faulty))
            return column.type == Type::ZoneName || column.type == Type::UtcOffset
                       ? PathFault::ManyZones
                       : PathFault::CollectsIntoScalar;
    }
    return PathFault::None;
}

// The column that an index into ScanSpec::columns is about.
const Column* column_of_spec(const Columns* columns, size_t index) {
    for (int i = 0; i < columns->count; ++i)
        if (is_from_engine(columns->items[i].options->metadata) && index-- == 0)
            return &columns->items[i];
    return columns->zones[index].column;
}

} // namespace

void check_paths(const Columns* columns, const TableOptions* table) {
    PathFault fault = PathFault::None;
    size_t faulty = 0;
    run_engine([&] { fault = find_path_fault(columns, table, faulty); });
    if (fault == PathFault::None)
        return;
    const Column* column = column_of_spec(columns, faulty);
    switch (fault) {
    case PathFault::CollectsIntoScalar:
        ereport(ERROR,
                (errcode(ERRCODE_FDW_INVALID_DATA_TYPE),
                 errmsg("a path with [*] needs a column of an array type"),
                 errdetail("The type of column \"%s\" is %s.", column->name,
                           format_type_be(column->declared_type)),
                 errhint("For one element write its index, as in $.weather[0].description. For a "
                         "row an element set the table option row_path.")));
    case PathFault::CollectsWithColumns:
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("with orient 'columns' the path of column \"%s\" must lead to one "
                               "array",
                               column->name),
                        errhint("The path of an array has no [*]: $.hourly.time reads the elements "
                                "of time. For an array of such objects set the table option "
                                "row_path.")));
    case PathFault::NoColumnOfSplit:
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("with orient 'split' the path of column \"%s\" must be one name of "
                               "the header, or one index",
                               column->name)));
    case PathFault::NoMemberForKey:
        ereport(ERROR,
                (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                 errmsg("metadata 'key' of column \"%s\" needs a row_path with .*", column->name)));
    case PathFault::ManyZones:
        ereport(ERROR,
                (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                 errmsg("option \"%s\" of column \"%s\" must lead to one value for a row",
                        column->options->zone_is_offset ? "utc_offset_path" : "timezone_path",
                        column->name),
                 errhint("Its [*] and .* are those of row_path, with which it begins.")));
    case PathFault::None:
        break;
    }
}

} // namespace weather
