// The checks of single values come first, then the table. What two options have to do with each
// other is the validator's.
#include "option_table.h"

#include "beneath.h"
#include "path.h"

#include "boundary.h"
#include "encoding.h"
#include "options.h"
#include "zone.h"

namespace weather {

namespace {

constexpr int mebibyte = 1024 * 1024;
constexpr int largest_object_size = 256 * mebibyte;

template <typename Value>
constexpr Choice choice(const char* word, Value value) {
    return {word, static_cast<int>(value)};
}

[[noreturn]] void invalid_value(const Option& option, const char* value, const char* detail) {
    ereport(ERROR,
            (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
             errmsg("invalid value for option \"%s\": \"%s\"", option.name, value),
             detail ? errdetail("%s", detail) : 0, option.hint ? errhint("%s", option.hint) : 0));
    pg_unreachable();
}

} // namespace

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

char* text_in_utf8(const char* text) {
    return pg_server_to_any(text, static_cast<int>(strlen(text)), PG_UTF8);
}

int parse_object_size(const Option& option, const char* value) {
    int bytes;
    const char* detail = nullptr;
    if (!parse_int(value, &bytes, GUC_UNIT_BYTE, &detail) || bytes < 1 ||
        bytes > largest_object_size)
        invalid_value(option, value, nullptr);
    return bytes;
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

namespace {

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
    {"filename", OfTable, check_absolute_path, absolute_hint, nullptr},
    {"files", OfTable, check_files, files_hint, nullptr},
    {"program", OfTable, check_program, "Give a shell command.", nullptr},
    {"format", OfTable, check_choice, nullptr, formats},
    {"row_path", OfTable, check_single_path, row_path_hint, nullptr},
    {"orient", OfTable, check_choice, nullptr, orients},
    {"header_path", OfTable, check_single_path, row_path_hint, nullptr},
    {"framing", OfServer | OfTable, check_choice, nullptr, framings},
    {"compression", OfServer | OfTable, check_choice, nullptr, compressions},
    {"maximum_object_size", OfServer | OfTable, check_object_size,
     "Give bytes or a number with unit, such as 16MB, at most 256MB.", nullptr},
    {"encoding", OfServer | OfTable, check_encoding, encoding_hint, nullptr},
    {"empty_rows", OfServer | OfTable, check_choice, nullptr, empty_rows},
    {"on_error", OfServer | OfTable, check_choice, nullptr, on_errors},
    {"reject_limit", OfServer | OfTable, check_reject_limit, "Give a number of rows.", nullptr},
    {"log_verbosity", OfServer | OfTable, check_choice, nullptr, log_verbosities},
    {"hive_partitioning", OfServer | OfTable, check_boolean, "Give true or false.", nullptr},
    {"timezone", OfServer | OfTable | OfColumn, check_timezone, timezone_hint, nullptr},
    {"allowed_directories", OfServer, check_directories,
     "Give paths that begin with /, without \"..\". They are no patterns.", nullptr},

    {"path", OfColumn, check_path, path_hint, nullptr},
    {"document_path", OfColumn, check_document_paths, path_hint, nullptr},
    {"for_ordinality", OfColumn, check_boolean, "Give true or false.", nullptr},
    {"metadata", OfColumn, check_choice, nullptr, metadata},
    {"epoch", OfColumn, check_choice, nullptr, epochs},
    {"datetime_format", OfColumn, check_template,
     "Give a template of to_timestamp(), such as DD.MM.YYYY HH24:MI.", nullptr},
    {"timezone_path", OfColumn, check_document_paths, path_hint, nullptr},
    {"utc_offset_path", OfColumn, check_document_paths, path_hint, nullptr},
    {"on_empty", OfColumn, check_choice, nullptr, fallbacks},
    {"on_error", OfColumn, check_choice, nullptr, fallbacks},
    {"default", OfColumn, accept_any, nullptr, nullptr},
    {"null_values", OfColumn, check_null_values,
     "Give an array literal of texts, such as {NA,--,\"\",-9999}.", nullptr},
    {"unit", OfColumn, accept_any, nullptr, nullptr},
};

// COPY's options for CSV: JSON has no such thing.
const char* const csv_options[] = {"header", "delimiter", "quote", "escape", "null"};

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

} // namespace

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

[[noreturn]] void reject_limit_without_ignore() {
    ereport(ERROR, (errcode(ERRCODE_FDW_INVALID_OPTION_NAME),
                    errmsg("option \"reject_limit\" needs on_error 'ignore'")));
    pg_unreachable();
}

} // namespace weather
