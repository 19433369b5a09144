#include "boundary.h"

namespace weather {

void report_failure(const Failure& failure) {
    if (failure.out_of_memory)
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
                        errdetail("The JSON reader could not allocate what it needs.")));
    elog(ERROR, "weather_fdw: %s", failure.text);
    pg_unreachable();
}

int sqlstate_of(ErrorCode code) {
    switch (code) {
    case ErrorCode::Io:
        return ERRCODE_IO_ERROR;
    case ErrorCode::CorruptCompression:
        return ERRCODE_INVALID_BINARY_REPRESENTATION;
    case ErrorCode::ProgramFailed:
        return ERRCODE_EXTERNAL_ROUTINE_EXCEPTION; // as COPY FROM PROGRAM
    case ErrorCode::InvalidUtf8:
    case ErrorCode::WrongEncoding:
        return ERRCODE_CHARACTER_NOT_IN_REPERTOIRE;
    case ErrorCode::TooDeep:
        return ERRCODE_STATEMENT_TOO_COMPLEX; // 54001, as json's own depth limit
    case ErrorCode::TooLarge:
        return ERRCODE_PROGRAM_LIMIT_EXCEEDED;
    case ErrorCode::EmptyRow:
    case ErrorCode::EmptyValue:
        return ERRCODE_NO_SQL_JSON_ITEM; // as JSON_TABLE's ERROR ON EMPTY
    case ErrorCode::NullValue:
        return ERRCODE_NOT_NULL_VIOLATION;
    case ErrorCode::OutOfRange:
        return ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE;
    case ErrorCode::BadTime:
    case ErrorCode::TimeOfDay:
    case ErrorCode::ZoneMissing:
    case ErrorCode::ZoneForbidden:
        return ERRCODE_INVALID_DATETIME_FORMAT;
    case ErrorCode::BadZone:
    case ErrorCode::BadOffset:
        return ERRCODE_INVALID_PARAMETER_VALUE; // as AT TIME ZONE
    case ErrorCode::TimeRange:
        return ERRCODE_DATETIME_VALUE_OUT_OF_RANGE;
    case ErrorCode::NoEquivalent:
    case ErrorCode::NulCharacter:
        return ERRCODE_UNTRANSLATABLE_CHARACTER; // as jsonb_in
    case ErrorCode::None:
    case ErrorCode::Syntax:
    case ErrorCode::CutByLine:
    case ErrorCode::WrongType:
    case ErrorCode::NumberNoTime:
    case ErrorCode::NotIntegral:
    case ErrorCode::LoneSurrogate:
    case ErrorCode::RaggedArray:
        break;
    }
    return ERRCODE_INVALID_TEXT_REPRESENTATION;
}

const char* hint_for(ErrorCode code) {
    switch (code) {
    case ErrorCode::WrongEncoding:
        return "Convert it with the option program, as in \"iconv -f UTF-16 -t UTF-8 FILE\".";
    case ErrorCode::InvalidUtf8:
        return "If the file has another encoding, name it with the option encoding, such as "
               "'LATIN1'.";
    case ErrorCode::TooLarge:
        return "Raise the option maximum_object_size.";
    case ErrorCode::CutByLine:
        return "Set the option framing to 'concatenated' if documents go over several lines.";
    case ErrorCode::NumberNoTime:
        return "Set the column option epoch if the number is Unix time.";
    case ErrorCode::EmptyRow:
        return "It may be an error message of the API that was called, or the paths may not fit: "
               "names are case-sensitive. The option empty_rows 'null' accepts such rows.";
    case ErrorCode::NotIntegral:
        return "Use a column of type numeric or double precision.";
    case ErrorCode::BadTime:
        return "Describe other formats with the column option datetime_format.";
    case ErrorCode::ZoneMissing:
        return "Set the option timezone of the table or of the column.";
    case ErrorCode::BadZone:
        return "The view pg_timezone_names lists the names.";
    case ErrorCode::BadOffset:
        return "Offsets are whole seconds east of UTC, such as 3600.";
    case ErrorCode::ZoneForbidden:
        return "Use a column of type timestamp with time zone.";
    case ErrorCode::TimeOfDay:
        return "Use a column of type timestamp or timestamp with time zone.";
    default:
        return nullptr;
    }
}

} // namespace weather
