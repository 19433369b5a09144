#include "report.h"

#include "boundary.h"

extern "C" {
#include "catalog/namespace.h"
}

namespace weather {

namespace {

// file "/a/b.json", line 3, byte offset 120
const char* place(const Position* position) {
    StringInfoData text;
    initStringInfo(&text);
    if (position->program)
        appendStringInfo(&text, "the output of program \"%s\"", position->program);
    else
        appendStringInfo(&text, "file \"%s\"", printable(position->path));
    if (position->line > 0 && !position->line_is_unknown)
        appendStringInfo(&text, ", line " UINT64_FORMAT, position->line);
    if (position->line > 0)
        appendStringInfo(&text, ", byte offset " UINT64_FORMAT, position->offset);
    return text.data;
}

// Valid UTF-8 in the database's encoding, with ? for the characters that it does not have.
const char* in_database_encoding(const char* utf8) {
    const int encoding = GetDatabaseEncoding();
    if (encoding == PG_UTF8 || encoding == PG_SQL_ASCII)
        return utf8;
    const Oid procedure = FindDefaultConversionProc(PG_UTF8, encoding);
    const Size size = strlen(utf8) * MAX_CONVERSION_GROWTH + 1;
    char* piece = static_cast<char*>(palloc(size));
    StringInfoData text;
    initStringInfo(&text);
    while (*utf8 && OidIsValid(procedure)) {
        utf8 += pg_do_encoding_conversion_buf(
            procedure, PG_UTF8, encoding,
            reinterpret_cast<unsigned char*>(const_cast<char*>(utf8)), // it is only read
            static_cast<int>(strlen(utf8)), reinterpret_cast<unsigned char*>(piece),
            static_cast<int>(size), true);
        appendStringInfoString(&text, piece);
        if (*utf8) {
            appendStringInfoChar(&text, '?');
            utf8 += pg_encoding_mblen(PG_UTF8, utf8);
        }
    }
    return text.data;
}

// A type's own message repeats the value, however long.
const char* shortened_message(const char* message) {
    constexpr int limit = 300;
    const int length = static_cast<int>(strlen(message));
    const int shown = pg_mbcliplen(message, length, limit);
    return shown == length ? message : psprintf("%.*s...", shown, message);
}

// How the message goes on behind `invalid value 1.5 for column "x" in file …`: what is before it
// depends on what there is to say.
const char* subject(ErrorCode code, const char* value, const Position* position) {
    const char* where = place(position);
    switch (code) {
    case ErrorCode::CorruptCompression:
        return psprintf("could not decompress %s, byte offset " UINT64_FORMAT, where,
                        position->offset); // of the compressed file
    case ErrorCode::Syntax:
    case ErrorCode::CutByLine:
    case ErrorCode::InvalidUtf8:
    case ErrorCode::NoEquivalent:
    case ErrorCode::WrongEncoding:
    case ErrorCode::TooDeep:
        return psprintf("malformed JSON in %s", where);
    case ErrorCode::TooLarge:
        return psprintf("row too long in %s", where);
    case ErrorCode::EmptyRow:
        return psprintf("empty row in %s", where);
    case ErrorCode::EmptyValue:
    case ErrorCode::NullValue:
        return psprintf("no value for column \"%s\" in %s", position->column, where);
    default:
        if (!position->column)
            return psprintf("invalid row%s%s in %s", *value ? " " : "", value, where);
        return psprintf("invalid value%s%s for column \"%s\" in %s", *value ? " " : "", value,
                        position->column, where);
    }
}

char* message_of(ErrorCode code, const char* reason, const char* value, const Position* position) {
    return psprintf("%s: %s", subject(code, value, position), reason);
}

[[noreturn]] void report(ErrorCode code, const char* reason, const char* value,
                         Position* position) {
    position->reported = true;
    const char* hint = hint_for(code);
    ereport(ERROR,
            (errcode(sqlstate_of(code)), errmsg("%s", message_of(code, reason, value, position)),
             hint ? errhint("%s", hint) : 0));
    pg_unreachable();
}

} // namespace

const char* printable(const char* path) {
    // In SQL_ASCII all bytes are valid, but a client wants to have them in its own encoding.
    const int encoding = GetDatabaseEncoding() == PG_SQL_ASCII ? PG_UTF8 : GetDatabaseEncoding();
    const bool valid = pg_verify_mbstr(encoding, path, static_cast<int>(strlen(path)), true);
    StringInfoData text;
    initStringInfo(&text);
    for (const char* at = path; *at; ++at) {
        const unsigned char byte = static_cast<unsigned char>(*at);
        if (byte < ' ' || byte == 0x7f || (!valid && (IS_HIGHBIT_SET(byte) || byte == '\\')))
            appendStringInfo(&text, "\\x%02x", byte);
        else
            appendStringInfoChar(&text, *at);
    }
    return text.data;
}

const char* shown(const char* text, bool quoted) {
    char* copy = psprintf(quoted ? "\"%s\"" : "%s", text);
    if (pg_verify_mbstr(PG_UTF8, copy, static_cast<int>(strlen(copy)), true))
        return in_database_encoding(copy);
    for (char* at = copy; *at; ++at)
        if (IS_HIGHBIT_SET(*at))
            *at = '?';
    return copy;
}

int errcode_for_reading() {
    errcode_for_file_access();
    return geterrcode() == ERRCODE_INTERNAL_ERROR ? errcode(ERRCODE_IO_ERROR) : 0;
}

void make_complaint(const Error& error, Complaint& complaint) {
    complaint.code = error.code;
    complaint.system_errno = error.system_errno;
    complaint.line = error.line;
    complaint.offset = error.offset;
    complaint.column = error.column;
    strlcpy(complaint.reason, error.reason.c_str(), sizeof(complaint.reason));
    strlcpy(complaint.value, error.value.c_str(), sizeof(complaint.value));
}

void report_complaint(const Complaint& complaint, Position* position) {
    position->line = complaint.line;
    position->offset = complaint.offset;
    if (complaint.code == ErrorCode::Io) {
        position->line = 0;
        errno = complaint.system_errno;
        if (position->program)
            ereport(ERROR, (errcode_for_reading(),
                            errmsg("could not read the output of program \"%s\": %s",
                                   position->program, complaint.reason)));
        ereport(ERROR, (errcode_for_reading(),
                        errmsg("could not read file \"%s\": %m", printable(position->path))));
    }
    report(complaint.code, complaint.reason, shown(complaint.value, false), position);
}

char* complaint_text(const Complaint& complaint, Position* position) {
    position->line = complaint.line;
    position->offset = complaint.offset;
    return message_of(complaint.code, complaint.reason, shown(complaint.value, false), position);
}

void report_value(ErrorCode code, const char* reason, const char* value, Position* position) {
    report(code, reason, value, position);
}

// What input functions and the checks of domains raise: bad data, names that are not there (as
// regclass has it), and what PL/pgSQL raises by itself.
bool is_about_data(int sqlstate) {
    const int category = ERRCODE_TO_CATEGORY(sqlstate);
    return category == ERRCODE_DATA_EXCEPTION ||
           category == ERRCODE_INTEGRITY_CONSTRAINT_VIOLATION ||
           sqlstate == ERRCODE_RAISE_EXCEPTION || sqlstate == ERRCODE_UNDEFINED_OBJECT ||
           sqlstate == ERRCODE_UNDEFINED_TABLE || sqlstate == ERRCODE_UNDEFINED_FUNCTION;
}

// What errcode_for_reading() makes of errno, and what is no regular file.
bool is_about_files(int sqlstate) {
    return ERRCODE_TO_CATEGORY(sqlstate) == ERRCODE_TO_CATEGORY(ERRCODE_UNDEFINED_FILE) ||
           sqlstate == ERRCODE_INSUFFICIENT_PRIVILEGE || sqlstate == ERRCODE_WRONG_OBJECT_TYPE;
}

void rethrow_value_error(const char* value, const Position* position) {
    if (position->reported)
        PG_RE_THROW();
    ErrorData* error = CopyErrorData();
    if (!is_about_data(error->sqlerrcode))
        PG_RE_THROW();
    FlushErrorState();
    error->message = psprintf("%s: %s", subject(ErrorCode::WrongType, value, position),
                              shortened_message(error->message));
    ReThrowError(error);
}

void position_context(void* argument) {
    const auto* position = static_cast<const Position*>(argument);
    if (!position->path && !position->program)
        return;
    StringInfoData text;
    initStringInfo(&text);
    if (position->program)
        appendStringInfo(&text, "program \"%s\"", position->program);
    else
        appendStringInfo(&text, "file \"%s\"", printable(position->path));
    if (position->line > 0 && !position->line_is_unknown)
        appendStringInfo(&text, ", line " UINT64_FORMAT, position->line);
    if (position->column)
        appendStringInfo(&text, ", column \"%s\"", position->column);
    errcontext("weather_fdw: %s", text.data);
}

} // namespace weather
