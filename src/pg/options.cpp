// The options as planning and scans read them.
#include "options.h"

#include "access.h"
#include "option_table.h"

namespace weather {

namespace {

constexpr int default_object_size = 16 * 1024 * 1024;

List* in_utf8(List* texts) {
    List* result = NIL;
    ListCell* cell;
    foreach (cell, texts)
        result = lappend(result, makeString(text_in_utf8(strVal(lfirst(cell)))));
    return result;
}

// What the option's word stands for, or `otherwise` when it is not set.
template <typename Value>
Value choose(List* options, const char* name, Catalog catalog, Value otherwise) {
    const char* value = find_value(options, name);
    if (!value)
        return otherwise;
    const Choice* choice = find_option(name, catalog).choices;
    while (choice->word && strcmp(choice->word, value) != 0)
        ++choice;
    return choice->word ? static_cast<Value>(choice->value) : otherwise;
}

// NIL where there are none.
List* read_paths(const char* value) {
    return value ? in_utf8(split_list(find_option("path", OfColumn), value)) : NIL;
}

} // namespace

List* get_allowed_directories(const ForeignServer* server) {
    const char* value = find_value(server->options, "allowed_directories");
    return value ? split_list(find_option("allowed_directories", OfServer), value) : NIL;
}

TableOptions* get_table_options(Oid relation) {
    const ForeignTable* table = GetForeignTable(relation);
    const ForeignServer* server = GetForeignServer(table->serverid);
    // The table's own options come first, so they are found before the server's defaults.
    List* options = list_concat(list_copy(table->options), server->options);
    auto* result = static_cast<TableOptions*>(palloc0(sizeof(TableOptions)));
    result->filename = find_value(options, "filename");
    result->program = find_value(options, "program");
    if (const char* files = find_value(options, "files"))
        result->files = split_list(find_option("files", OfTable), files);
    if (!result->filename && !result->program && result->files == NIL)
        elog(ERROR, "weather_fdw: foreign table %u names no file", relation);
    find_access(relation, server, result);
    const char* row_path = find_value(options, "row_path");
    result->row_path = row_path ? text_in_utf8(row_path) : "$";
    result->orient = choose(options, "orient", OfTable, Orient::Records);
    if (const char* header_path = find_value(options, "header_path"))
        result->header_path = text_in_utf8(header_path);
    result->framing = choose(options, "framing", OfTable, Framing::Auto);
    result->compression = choose(options, "compression", OfTable, Compression::Auto);
    const char* encoding = find_value(options, "encoding");
    result->encoding = encoding ? pg_char_to_encoding(encoding) : PG_UTF8;
    result->timezone = find_value(options, "timezone");
    const char* size = find_value(options, "maximum_object_size");
    result->maximum_object_size =
        size ? parse_object_size(find_option("maximum_object_size", OfTable), size)
             : default_object_size;
    result->empty_rows_are_errors = choose(options, "empty_rows", OfTable, true);
    result->on_error = choose(options, "on_error", OfTable, OnError::Stop);
    if (const char* limit = find_value(options, "reject_limit"))
        result->reject_limit = parse_reject_limit(find_option("reject_limit", OfTable), limit);
    if (find_value(table->options, "reject_limit") && result->on_error != OnError::Ignore)
        reject_limit_without_ignore();
    result->log_verbosity = choose(options, "log_verbosity", OfTable, LogVerbosity::Default);
    if (const char* value = find_value(options, "hive_partitioning"))
        parse_bool(value, &result->hive_partitioning);
    return result;
}

ColumnOptions* get_column_options(Oid relation, AttrNumber attribute, const char* name) {
    List* options = GetForeignColumnOptions(relation, attribute);
    auto* result = static_cast<ColumnOptions*>(palloc0(sizeof(ColumnOptions)));
    result->member = text_in_utf8(name);
    const char* document_path = find_value(options, "document_path");
    result->from_document = document_path != nullptr;
    result->paths = read_paths(document_path ? document_path : find_value(options, "path"));
    result->metadata = choose(options, "metadata", OfColumn, Metadata::None);
    bool for_ordinality = false;
    if (const char* value = find_value(options, "for_ordinality"))
        parse_bool(value, &for_ordinality);
    if (for_ordinality)
        result->metadata = Metadata::Ordinality;
    result->has_epoch = find_value(options, "epoch") != nullptr;
    result->epoch = choose(options, "epoch", OfColumn, EpochUnit::Seconds);
    result->datetime_format = find_value(options, "datetime_format");
    result->timezone = find_value(options, "timezone");
    const char* utc_offset_path = find_value(options, "utc_offset_path");
    result->zone_is_offset = utc_offset_path != nullptr;
    result->zone_paths =
        read_paths(utc_offset_path ? utc_offset_path : find_value(options, "timezone_path"));
    result->on_empty = choose(options, "on_empty", OfColumn, Fallback::Null);
    result->has_on_error = find_value(options, "on_error") != nullptr;
    result->on_error = choose(options, "on_error", OfColumn, Fallback::Error);
    result->default_value = find_value(options, "default");
    if (const char* null_values = find_value(options, "null_values"))
        result->null_values =
            in_utf8(split_list(find_option("null_values", OfColumn), null_values));
    return result;
}

} // namespace weather
