// What can go wrong in the engine, as a value. The engine throws only std::bad_alloc; everything
// that input can cause comes back as an Error, and the glue words it as a PostgreSQL error.
#pragma once

#include <cstdint>
#include <string>

#include "engine_only.h"

namespace weather {

// Each code becomes one SQLSTATE in src/pg/boundary.cpp.
enum class ErrorCode : uint8_t {
    None,

    // The bytes below the text.
    Io,                 // a system call failed: Error::system_errno says which way
    CorruptCompression, // truncated or damaged gzip or zstd data, or something after it
    ProgramFailed,      // the program ended with a status that is not 0

    // The text as such; these make a document malformed.
    Syntax,        // RFC 8259, or the grammar between documents (DESIGN section 4)
    InvalidUtf8,   // RFC 3629; or no character of the file's own encoding
    NoEquivalent,  // a character of the file's own encoding that UTF-8 does not have
    WrongEncoding, // UTF-16 or UTF-32 where UTF-8 was expected (RFC 8259 section 8.1)
    CutByLine,     // framing lines: a document goes beyond its line
    TooDeep,       // nested deeper than max_depth
    TooLarge,      // a row longer than maximum_object_size

    // Values of a row.
    EmptyRow,      // no declared path found anything
    EmptyValue,    // on_empty 'error': missing or null
    NullValue,     // missing or null in a NOT NULL column
    WrongType,     // this kind of JSON value does not go into this type
    NumberNoTime,  // a number into a time type without the option epoch
    NotIntegral,   // 1.5 into an integer
    OutOfRange,    // a number beyond the range of the type
    BadTime,       // not an ISO 8601 date or time
    TimeRange,     // a time beyond what PostgreSQL's types hold, or with a field like month 13
    TimeOfDay,     // a date with a time of day into a date
    ZoneMissing,   // a local time into timestamptz without a timezone option
    BadZone,       // timezone_path finds what names no zone
    BadOffset,     // utc_offset_path finds what is no offset
    ZoneForbidden, // a time with a zone into timestamp
    NulCharacter,  // \u0000 where PostgreSQL's text cannot hold it
    LoneSurrogate, // \ud800 without its other half: no character (RFC 8259 section 8.2)
    RaggedArray,   // nested arrays of unequal length into an array column
};

struct Error {
    ErrorCode code = ErrorCode::None;
    int system_errno = 0; // with Io
    int column = -1;      // index into ScanSpec::columns, or -1 where no column is concerned
    uint64_t offset = 0;  // bytes from the start of the (decompressed) file
    uint64_t line = 0;    // from 1; lines end with LF (RFC 8259 knows CR as white space only)
    std::string reason;   // what is wrong, worded to follow a colon: lower case, no full stop
    std::string value;    // the offending value as it stands in the text, shortened; may be empty

    explicit operator bool() const { return code != ErrorCode::None; }
};

} // namespace weather
