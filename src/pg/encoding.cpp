#include "encoding.h"

#include "boundary.h"

extern "C" {
#include "catalog/namespace.h"
}

namespace weather {

namespace {

constexpr int buffer_size =
    static_cast<int>(ConvertingSource::most_at_once) * MAX_CONVERSION_GROWTH + 1;

// Why a conversion stopped before its end.
struct Refusal {
    int size; // bytes that are to blame; 0: none, a character is incomplete
    ErrorCode code;
    const char* reason;
};

// In PostgreSQL's own words, which it has only as errors.
Refusal explain_refusal(int encoding, const char* at, int left) {
    const int verified = pg_encoding_verifymbchar(encoding, at, left);
    const bool is_character = verified > 0;
    const int shown = is_character ? verified : Min(pg_encoding_mblen(encoding, at), left);
    StringInfoData bytes;
    initStringInfo(&bytes);
    for (int i = 0; i < shown; ++i)
        appendStringInfo(&bytes, "%s0x%02x", i > 0 ? " " : "", static_cast<unsigned char>(at[i]));
    const char* name = pg_encoding_to_char(encoding);
    if (is_character)
        return {verified, ErrorCode::NoEquivalent,
                psprintf("character with byte sequence %s in encoding \"%s\" has no equivalent in "
                         "encoding \"UTF8\"",
                         bytes.data, name)};
    return {1, ErrorCode::InvalidUtf8,
            psprintf("invalid byte sequence for encoding \"%s\": %s", name, bytes.data)};
}

void convert_pending(ConvertingSource* source, const FileConversion* conversion) {
    ConvertingSource::Pending pending = {};
    run_engine([&] { pending = source->pending(); });
    char* text = const_cast<char*>(pending.text.data()); // it is only read
    const int size = static_cast<int>(pending.text.size());
    const int converted = pg_do_encoding_conversion_buf(
        conversion->procedure, conversion->encoding, PG_UTF8,
        reinterpret_cast<unsigned char*>(text), size,
        reinterpret_cast<unsigned char*>(conversion->buffer), buffer_size, true);
    const int left = size - converted;
    Refusal refusal = {};
    if (left > 0 && (pending.is_complete || left >= MAX_CONVERSION_INPUT_LENGTH))
        refusal = explain_refusal(conversion->encoding, text + converted, left);
    run_engine([&] {
        source->supply(static_cast<size_t>(converted), conversion->buffer);
        if (refusal.size > 0)
            source->refuse(static_cast<size_t>(refusal.size), refusal.code, refusal.reason);
    });
}

} // namespace

// Without an encoding, they can only be what JSON is.
bool is_read_as_utf8(int encoding) {
    return encoding == PG_UTF8 || encoding == PG_SQL_ASCII;
}

Oid conversion_to_utf8(int encoding) {
    return FindDefaultConversionProc(encoding, PG_UTF8);
}

FileConversion* make_conversion(int encoding) {
    if (is_read_as_utf8(encoding))
        return nullptr;
    auto* conversion = static_cast<FileConversion*>(palloc(sizeof(FileConversion)));
    conversion->encoding = encoding;
    conversion->procedure = conversion_to_utf8(encoding);
    if (!OidIsValid(conversion->procedure)) // it was there when the option was set
        ereport(ERROR,
                (errcode(ERRCODE_UNDEFINED_FUNCTION),
                 errmsg("default conversion function for encoding \"%s\" to \"%s\" does not exist",
                        pg_encoding_to_char(encoding), pg_encoding_to_char(PG_UTF8))));
    conversion->buffer = static_cast<char*>(palloc(buffer_size));
    return conversion;
}

ScanStatus read_batch(Reader* reader, const FileConversion* conversion, Complaint* complaint) {
    ScanStatus status = ScanStatus::Failed;
    run_engine([&] {
        status = reader->next();
        if (status == ScanStatus::Failed)
            make_complaint(reader->error(), *complaint);
    });
    if (status != ScanStatus::Convert)
        return status;
    convert_pending(&reader->conversion(), conversion);
    return ScanStatus::Again;
}

} // namespace weather
