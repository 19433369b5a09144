// Every option stands in one table with its catalog, its check and the hint that a wrong value
// gets.
#include "options.h"

#include <string>

#include "beneath.h"
#include "path.h"

#include "access.h"
#include "boundary.h"
#include "zone.h"
#include "encoding.h"

extern "C" {
PGDLLEXPORT Datum weather_fdw_validator(PG_FUNCTION_ARGS);
PG_FUNCTION_INFO_V1(weather_fdw_validator);
}

namespace weather {

namespace {

constexpr int mebibyte = 1024 * 1024;
constexpr int default_object_size = 16 * mebibyte;
constexpr int largest_object_size = 256 * mebibyte;

// Where an option may be set.
enum Catalog : uint8_t { Server = 1, Table = 2, Column = 4 };

// A word that an option can have, and what it stands for.
struct Choice {
    const char* word;
    int value;
};

template <typename Value>
constexpr Choice choice(const char* word, Value value) {
    return {word, static_cast<int>(value)};
}

struct Option {
    const char* name;
    uint8_t catalogs;
    // Raises what is wrong with the value.
    void (*check)(const Option& option, const char* value);
    const char* hint;
    const Choice* choices; // of check_choice(), ended by one without a word
};

[[noreturn]] void invalid_value(const Option& option, const char* value, const char* detail) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
             detail ? errdetail("%s", detail) : 0, option.hint ? errhint("%s", option.hint) : 0));
    pg_unreachable();
}

void check_choice(const Option& option, const char* value) {
    StringInfoData words;
    initStringInfo(&words);
    for (const Choice* choice = option.choices; choice->word; ++choice) {
        if (strcmp(choice->word, value) == 0)
            return;
        appendStringInfo(&words, "%s\"%s\"", words.len > 0 ? ", " : "", choice->word);
    }
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
                    errhint("Valid values are: %s.", words.data)));
}

void check_absolute_path(const Option& option, const char* value) {
    if (!is_absolute_path(value))
        invalid_value(option, value, "The path is not absolute.");
}

// An array literal, or one element. A path that begins with { can be written as an array literal.
List* split_list(const Option& option, const char* value) {
    if (value[0] != '{')
        return list_make1(makeString(pstrdup(value)));
    FmgrInfo input;
    fmgr_info(F_ARRAY_IN, &input);
    const Datum array = InputFunctionCall(&input, pstrdup(value), TEXTOID, -1);
    if (ARR_NDIM(DatumGetArrayTypeP(array)) > 1)
        invalid_value(option, value, "The array has more than one dimension.");
    Datum* elements;
    bool* nulls;
    int count;
    deconstruct_array(DatumGetArrayTypeP(array), TEXTOID, -1, false, TYPALIGN_INT, &elements,
                      &nulls, &count);
    List* list = NIL;
    for (int i = 0; i < count; ++i) {
        if (nulls[i])
            invalid_value(option, value, "The array has an element that is NULL.");
        list = lappend(list, makeString(TextDatumGetCString(elements[i])));
    }
    if (list == NIL)
        invalid_value(option, value, "The array is empty.");
    return list;
}

// Behind the first wildcard each component is matched against names, and no name is empty, . or ..
void check_pattern(const Option& option, const char* path) {
    const char* rest = strpbrk(path, "*?[");
    while (rest && (rest = strchr(rest, '/'))) {
        const size_t length = strcspn(++rest, "/");
        if (length == 0 || (length == 1 && rest[0] == '.') ||
            (length == 2 && strncmp(rest, "..", 2) == 0))
            invalid_value(option, path,
                          "Behind a wildcard the path has an empty name, \".\" or \"..\".");
    }
}

void check_files(const Option& option, const char* value) {
    ListCell* cell;
    foreach (cell, split_list(option, value)) {
        check_absolute_path(option, strVal(lfirst(cell)));
        check_pattern(option, strVal(lfirst(cell)));
    }
}

void check_directories(const Option& option, const char* value) {
    ListCell* cell;
    foreach (cell, split_list(option, value)) {
        check_absolute_path(option, strVal(lfirst(cell)));
        if (goes_up(strVal(lfirst(cell))))
            invalid_value(option, value, "The path has \"..\".");
    }
}

void check_program(const Option& option, const char* value) {
    if (value[0] == '\0')
        invalid_value(option, value, "The command is empty.");
}

// From the database's encoding to the engine's.
char* text_in_utf8(const char* text) {
    return pg_server_to_any(text, static_cast<int>(strlen(text)), PG_UTF8);
}

List* in_utf8(List* texts) {
    List* result = NIL;
    ListCell* cell;
    foreach (cell, texts)
        result = lappend(result, makeString(text_in_utf8(strVal(lfirst(cell)))));
    return result;
}

// Whether one path, in the database's encoding, is well-formed; and whether it has a `.*`.
bool check_one_path(const Option& option, const char* text) {
    const char* utf8 = text_in_utf8(text);
    bool valid = false;
    bool any_member = false;
    size_t position = 0;
    char reason[160] = "";
    run_engine([&] {
        JsonPath path;
        PathError error;
        valid = parse_path(utf8, path, error);
        position = error.position;
        strlcpy(reason, error.reason.c_str(), sizeof(reason));
        for (const PathStep& step : path)
            any_member |= step.kind == PathStep::Kind::Members;
    });
    if (!valid)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("invalid path \"%s\" at position %zu: %s", text, position + 1, reason),
                 errhint("%s", option.hint)));
    return any_member;
}

void check_single_path(const Option& option, const char* value) {
    check_one_path(option, value);
}

void check_document_paths(const Option& option, const char* value) {
    ListCell* cell;
    foreach (cell, split_list(option, value))
        check_one_path(option, strVal(lfirst(cell)));
}

void check_path(const Option& option, const char* value) {
    ListCell* cell;
    foreach (cell, split_list(option, value)) {
        const char* text = strVal(lfirst(cell));
        if (check_one_path(option, text))
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                            errmsg("invalid path \"%s\": .* is not for a column's path", text),
                            errhint("The table option row_path can make a row of each member.")));
    }
}

void check_boolean(const Option& option, const char* value) {
    bool unused;
    if (!parse_bool(value, &unused))
        invalid_value(option, value, nullptr);
}

void check_timezone(const Option& option, const char* value) {
    if (!find_zone(value))
        invalid_value(option, value, "There is no time zone of this name.");
}

int parse_object_size(const Option& option, const char* value) {
    int bytes;
    const char* detail = nullptr;
    if (!parse_int(value, &bytes, GUC_UNIT_BYTE, &detail) || bytes < 1 ||
        bytes > largest_object_size)
        invalid_value(option, value, nullptr);
    return bytes;
}

void check_object_size(const Option& option, const char* value) {
    parse_object_size(option, value);
}

void check_encoding(const Option& option, const char* value) {
    const int encoding = pg_char_to_encoding(value);
    if (PG_ENCODING_IS_CLIENT_ONLY(encoding))
        invalid_value(option, value, "It is an encoding for clients, not for servers.");
    if (!PG_VALID_BE_ENCODING(encoding))
        invalid_value(option, value, "There is no encoding of this name.");
    if (!is_read_as_utf8(encoding) && !OidIsValid(conversion_to_utf8(encoding)))
        invalid_value(option, value, "There is no conversion from this encoding to UTF8.");
}

int64 parse_reject_limit(const Option& option, const char* value) {
    char* end;
    errno = 0;
    const int64 limit = strtoll(value, &end, 10);
    if (errno != 0 || end == value || *end)
        invalid_value(option, value, nullptr);
    if (limit <= 0)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("reject_limit (" INT64_FORMAT ") must be greater than zero", limit)));
    return limit;
}

void check_reject_limit(const Option& option, const char* value) {
    parse_reject_limit(option, value);
}

void check_null_values(const Option& option, const char* value) {
    split_list(option, value);
}

void accept_any(const Option&, const char*) {}

void check_template(const Option& option, const char* value) {
    if (value[0] == '\0')
        invalid_value(option, value, "The template is empty.");
}

const Choice formats[] = {choice("json", 0), {}};
const Choice framings[] = {choice("auto", Framing::Auto),
                           choice("lines", Framing::Lines),
                           choice("ndjson", Framing::Lines),
                           choice("newline_delimited", Framing::Lines),
                           choice("concatenated", Framing::Concatenated),
                           choice("unstructured", Framing::Concatenated),
                           choice("array", Framing::Array),
                           {}};
const Choice compressions[] = {choice("auto", Compression::Auto),
                               choice("none", Compression::None),
                               choice("gzip", Compression::Gzip),
                               choice("zstd", Compression::Zstd),
                               {}};
const Choice orients[] = {choice("records", Orient::Records),
                          choice("columns", Orient::Columns),
                          choice("split", Orient::Split),
                          {}};
const Choice on_errors[] = {choice("stop", OnError::Stop),
                            choice("ignore", OnError::Ignore),
                            choice("set_null", OnError::SetNull),
                            {}};
const Choice log_verbosities[] = {choice("default", LogVerbosity::Default),
                                  choice("verbose", LogVerbosity::Verbose),
                                  choice("silent", LogVerbosity::Silent),
                                  {}};
const Choice empty_rows[] = {choice("error", true), choice("null", false), {}};
const Choice fallbacks[] = {choice("null", Fallback::Null),
                            choice("error", Fallback::Error),
                            choice("default", Fallback::Default),
                            {}};
const Choice epochs[] = {choice("s", EpochUnit::Seconds),
                         choice("ms", EpochUnit::Milliseconds),
                         choice("us", EpochUnit::Microseconds),
                         {}};
const Choice metadata[] = {
    choice("filename", Metadata::Filename), choice("size", Metadata::Size),
    choice("mtime", Metadata::Mtime),       choice("offset", Metadata::Offset),
    choice("line", Metadata::Line),         choice("key", Metadata::Key),
    choice("raw", Metadata::Raw),           choice("rescued", Metadata::Rescued),
    choice("error", Metadata::Error),       {}};

const char* const path_hint = "A path looks like $.main.temp, $.weather[0].description, "
                              "$.rain.\"3h\" or $.clouds[*].cover.";
const char* const row_path_hint = "A path looks like $.list[*], $.cities[*].hourly[*] or $.days.*";
const char* const absolute_hint = "The server reads the file: give a path that begins with /.";
const char* const files_hint =
    "The server reads the files: give paths that begin with /, and behind a "
    "wildcard only names and patterns.";
const char* const encoding_hint =
    "Give the name of a server encoding, such as LATIN1 or EUC_JP. Other files can be converted "
    "with the option program, as in \"iconv -f SJIS -t UTF-8 FILE\".";
const char* const timezone_hint = "The view pg_timezone_names lists the names.";

const Option all_options[] = {
    {"filename", Table, check_absolute_path, absolute_hint, nullptr},
    {"files", Table, check_files, files_hint, nullptr},
    {"program", Table, check_program, "Give a shell command.", nullptr},
    {"format", Table, check_choice, nullptr, formats},
    {"row_path", Table, check_single_path, row_path_hint, nullptr},
    {"orient", Table, check_choice, nullptr, orients},
    {"header_path", Table, check_single_path, row_path_hint, nullptr},
    {"framing", Server | Table, check_choice, nullptr, framings},
    {"compression", Server | Table, check_choice, nullptr, compressions},
    {"maximum_object_size", Server | Table, check_object_size,
     "Give bytes or a number with unit, such as 16MB, at most 256MB.", nullptr},
    {"encoding", Server | Table, check_encoding, encoding_hint, nullptr},
    {"empty_rows", Server | Table, check_choice, nullptr, empty_rows},
    {"on_error", Server | Table, check_choice, nullptr, on_errors},
    {"reject_limit", Server | Table, check_reject_limit, "Give a number of rows.", nullptr},
    {"log_verbosity", Server | Table, check_choice, nullptr, log_verbosities},
    {"hive_partitioning", Server | Table, check_boolean, "Give true or false.", nullptr},
    {"timezone", Server | Table | Column, check_timezone, timezone_hint, nullptr},
    {"allowed_directories", Server, check_directories,
     "Give paths that begin with /, without \"..\". They are no patterns.", nullptr},

    {"path", Column, check_path, path_hint, nullptr},
    {"document_path", Column, check_document_paths, path_hint, nullptr},
    {"for_ordinality", Column, check_boolean, "Give true or false.", nullptr},
    {"metadata", Column, check_choice, nullptr, metadata},
    {"epoch", Column, check_choice, nullptr, epochs},
    {"datetime_format", Column, check_template,
     "Give a template of to_timestamp(), such as DD.MM.YYYY HH24:MI.", nullptr},
    {"timezone_path", Column, check_document_paths, path_hint, nullptr},
    {"utc_offset_path", Column, check_document_paths, path_hint, nullptr},
    {"on_empty", Column, check_choice, nullptr, fallbacks},
    {"on_error", Column, check_choice, nullptr, fallbacks},
    {"default", Column, accept_any, nullptr, nullptr},
    {"null_values", Column, check_null_values,
     "Give an array literal of texts, such as {NA,--,\"\",-9999}.", nullptr},
    {"unit", Column, accept_any, nullptr, nullptr},
};

// COPY's options for CSV: JSON has no such thing.
const char* const csv_options[] = {"header", "delimiter", "quote", "escape", "null"};

uint8_t catalog_of(Oid catalog) {
    switch (catalog) {
    case ForeignServerRelationId:
        return Server;
    case ForeignTableRelationId:
        return Table;
    case AttributeRelationId:
        return Column;
    default: // the wrapper itself and user mappings have no options
        return 0;
    }
}

[[noreturn]] void unknown_option(const char* name, uint8_t catalog) {
    for (const char* csv : csv_options)
        if (strcmp(name, csv) == 0)
            ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                            errmsg("option \"%s\" does not apply to JSON", name)));
    StringInfoData valid;
    initStringInfo(&valid);
    for (const Option& option : all_options)
        if (option.catalogs & catalog)
            appendStringInfo(&valid, "%s%s", valid.len > 0 ? ", " : "", option.name);
    ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME), errmsg("invalid option \"%s\"", name),
                    valid.len > 0 ? errhint("Valid options in this context are: %s.", valid.data)
                                  : errhint("There are no valid options in this context.")));
    pg_unreachable();
}

const Option& find_option(const char* name, uint8_t catalog) {
    for (const Option& option : all_options)
        if ((option.catalogs & catalog) && strcmp(option.name, name) == 0)
            return option;
    unknown_option(name, catalog);
}

const char* find_value(List* options, const char* name) {
    ListCell* cell;
    foreach (cell, options) {
        DefElem* definition = static_cast<DefElem*>(lfirst(cell));
        if (strcmp(definition->defname, name) == 0)
            return defGetString(definition);
    }
    return nullptr;
}

bool is_word(List* options, const char* name, const char* word) {
    const char* value = find_value(options, name);
    return value && strcmp(value, word) == 0;
}

// Both of two options that exclude each other, in one list.
void check_contradiction(List* options, const char* first, const char* second, const char* hint) {
    if (find_value(options, first) && find_value(options, second))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("conflicting options \"%s\" and \"%s\"", first, second),
                        errhint("%s", hint)));
}

// As in COPY: without on_error 'ignore' there is nothing to count.
[[noreturn]] void reject_limit_without_ignore() {
    ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                    errmsg("option \"reject_limit\" needs on_error 'ignore'")));
    pg_unreachable();
}

// Within one list; what stands at the server and at the table shows when the table is read.
void check_reject_limit_use(List* options) {
    const char* on_error = find_value(options, "on_error");
    if (find_value(options, "reject_limit") && on_error && strcmp(on_error, "ignore") != 0)
        reject_limit_without_ignore();
}

void check_table_list(List* options, Oid validator) {
    const char* const hint = "Set exactly one of filename, files and program.";
    check_contradiction(options, "filename", "files", hint);
    check_contradiction(options, "filename", "program", hint);
    check_contradiction(options, "files", "program", hint);
    const bool reads_files = find_value(options, "filename") || find_value(options, "files");
    const bool runs_program = find_value(options, "program") != nullptr;
    if (!reads_files && !runs_program)
        ereport(ERROR, (errcode(ERRCODE_FDW_DYNAMIC_PARAMETER_VALUE_NEEDED),
                        errmsg("a foreign table of weather_fdw needs one of the options "
                               "\"filename\", \"files\" and \"program\"")));
    const bool split = is_word(options, "orient", "split");
    if (split != (find_value(options, "header_path") != nullptr))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("the options orient 'split' and header_path need each other")));
    const char* row_path = find_value(options, "row_path");
    if (split && (!row_path || strcmp(row_path, "$") == 0))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("orient 'split' needs a row_path that leads to the rows"),
                        errhint("Header and rows stand in one document, as in "
                                "{\"names\": [...], \"rows\": [[...]]}: header_path '$.names', "
                                "row_path '$.rows[*]'.")));
    check_reject_limit_use(options);
    check_may_set(reads_files, runs_program, validator);
}

void check_column_list(List* options) {
    const char* const paths_hint = "Write alternatives as an array literal in one of them.";
    check_contradiction(options, "path", "document_path", paths_hint);
    check_contradiction(options, "timezone_path", "utc_offset_path",
                        "Set timezone beside one of them for documents that name no zone.");
    const char* const metadata_hint = "Such a column takes nothing from the JSON text's values.";
    check_contradiction(options, "metadata", "for_ordinality", metadata_hint);
    for (const char* other :
         {"path", "document_path", "epoch", "datetime_format", "timezone", "timezone_path",
          "utc_offset_path", "on_empty", "on_error", "default", "null_values"}) {
        check_contradiction(options, "metadata", other, metadata_hint);
        check_contradiction(options, "for_ordinality", other, metadata_hint);
    }
    const bool wants_default =
        is_word(options, "on_empty", "default") || is_word(options, "on_error", "default");
    if (wants_default != (find_value(options, "default") != nullptr))
        ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                        errmsg("option \"default\" and on_empty or on_error 'default' need each "
                               "other")));
}

// What the option's word stands for, or `otherwise` when it is not set.
template <typename Value>
Value choose(List* options, const char* name, const Choice* choices, Value otherwise) {
    const char* value = find_value(options, name);
    for (; value && choices->word; ++choices)
        if (strcmp(value, choices->word) == 0)
            return static_cast<Value>(choices->value);
    return otherwise;
}

// NIL where there are none.
List* read_paths(const char* value) {
    return value ? in_utf8(split_list(find_option("path", Column), value)) : NIL;
}

} // namespace

List* get_allowed_directories(const ForeignServer* server) {
    const char* value = find_value(server->options, "allowed_directories");
    return value ? split_list(find_option("allowed_directories", Server), value) : NIL;
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
        result->files = split_list(find_option("files", Table), files);
    if (!result->filename && !result->program && result->files == NIL)
        elog(ERROR, "weather_fdw: foreign table %u names no file", relation);
    find_access(relation, server, result);
    const char* row_path = find_value(options, "row_path");
    result->row_path = row_path ? text_in_utf8(row_path) : "$";
    result->orient = choose(options, "orient", orients, Orient::Records);
    if (const char* header_path = find_value(options, "header_path"))
        result->header_path = text_in_utf8(header_path);
    result->framing = choose(options, "framing", framings, Framing::Auto);
    result->compression = choose(options, "compression", compressions, Compression::Auto);
    const char* encoding = find_value(options, "encoding");
    result->encoding = encoding ? pg_char_to_encoding(encoding) : PG_UTF8;
    result->timezone = find_value(options, "timezone");
    const char* size = find_value(options, "maximum_object_size");
    result->maximum_object_size =
        size ? parse_object_size(find_option("maximum_object_size", Table), size)
             : default_object_size;
    result->empty_rows_are_errors = choose(options, "empty_rows", empty_rows, true);
    result->on_error = choose(options, "on_error", on_errors, OnError::Stop);
    if (const char* limit = find_value(options, "reject_limit"))
        result->reject_limit = parse_reject_limit(find_option("reject_limit", Table), limit);
    if (find_value(table->options, "reject_limit") && result->on_error != OnError::Ignore)
        reject_limit_without_ignore();
    result->log_verbosity =
        choose(options, "log_verbosity", log_verbosities, LogVerbosity::Default);
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
    result->metadata = choose(options, "metadata", metadata, Metadata::None);
    bool for_ordinality = false;
    if (const char* value = find_value(options, "for_ordinality"))
        parse_bool(value, &for_ordinality);
    if (for_ordinality)
        result->metadata = Metadata::Ordinality;
    result->has_epoch = find_value(options, "epoch") != nullptr;
    result->epoch = choose(options, "epoch", epochs, EpochUnit::Seconds);
    result->datetime_format = find_value(options, "datetime_format");
    result->timezone = find_value(options, "timezone");
    const char* utc_offset_path = find_value(options, "utc_offset_path");
    result->zone_is_offset = utc_offset_path != nullptr;
    result->zone_paths =
        read_paths(utc_offset_path ? utc_offset_path : find_value(options, "timezone_path"));
    result->on_empty = choose(options, "on_empty", fallbacks, Fallback::Null);
    result->has_on_error = find_value(options, "on_error") != nullptr;
    result->on_error = choose(options, "on_error", fallbacks, Fallback::Error);
    result->default_value = find_value(options, "default");
    if (const char* null_values = find_value(options, "null_values"))
        result->null_values = in_utf8(split_list(find_option("null_values", Column), null_values));
    return result;
}

} // namespace weather

// Called with each list of options that CREATE or ALTER would leave, one list at a time; it sees
// the options and the catalog that they are for, nothing else.
Datum weather_fdw_validator(PG_FUNCTION_ARGS) {
    using namespace weather;
    List* options = untransformRelOptions(PG_GETARG_DATUM(0));
    const uint8_t catalog = catalog_of(PG_GETARG_OID(1));
    ListCell* cell;
    foreach (cell, options) {
        DefElem* definition = static_cast<DefElem*>(lfirst(cell));
        const Option& option = find_option(definition->defname, catalog);
        option.check(option, defGetString(definition));
    }
    if (catalog == Server)
        check_reject_limit_use(options);
    if (catalog == Table)
        check_table_list(options, fcinfo->flinfo->fn_oid);
    if (catalog == Server && find_value(options, "allowed_directories"))
        check_may_set_directories();
    if (catalog == Column)
        check_column_list(options);
    PG_RETURN_VOID();
}
