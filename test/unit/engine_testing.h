// What the engine's tests and fuzzers share: a source that delivers a text in given pieces, runs of
// framing and of whole scans with outcomes that can be compared and read, values as text.
//
// Nothing here knows GoogleTest, so that the fuzzers can use it.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "scan.h"
#include "time.h"
#include "engine_only.h"

namespace weather {

// --- Bytes -----------------------------------------------------------------------------------

// How a text is delivered: `first` bytes by the first read, at most `each` by every other; before
// each piece `pauses` answers of Blocked and Again.
struct Reads {
    size_t first = SIZE_MAX;
    size_t each = SIZE_MAX;
    int pauses = 0;
    bool fails_at_end = false; // EIO instead of the end
};

class TextSource final : public Source {
  public:
    TextSource(std::string_view text, Reads reads = {})
        : text_(text), reads_(reads), pauses_left_(reads.pauses) {}

    ReadResult read(char* buffer, size_t size, Error& error) override {
        if (pauses_left_ > 0)
            return {pauses_left_-- % 2 ? ReadStatus::Blocked : ReadStatus::Again, 0};
        const size_t piece = position == 0 ? reads_.first : reads_.each;
        const size_t taken = std::min({size, piece, text_.size() - position});
        if (taken > 0) {
            std::memcpy(buffer, text_.data() + position, taken);
            position += taken;
            pauses_left_ = reads_.pauses;
            return {ReadStatus::Data, taken};
        }
        if (!reads_.fails_at_end)
            return {ReadStatus::End, 0};
        error = Error{};
        error.code = ErrorCode::Io;
        error.reason = "the disk is broken";
        error.offset = position;
        return {ReadStatus::Failed, 0};
    }

    size_t position = 0; // bytes delivered

  private:
    std::string_view text_;
    Reads reads_;
    int pauses_left_;
};

inline uint64_t line_of(std::string_view text, uint64_t offset) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(offset);
    return 1 + static_cast<uint64_t>(std::count(text.begin(), end, '\n'));
}

inline std::string repeat(std::string_view piece, size_t times) {
    std::string result;
    for (size_t i = 0; i < times; ++i)
        result += piece;
    return result;
}

// A text with NULs and other unreadable bytes as \x escapes, and shortened.
inline std::string readable(std::string_view text) {
    std::string result;
    for (const char c : text.substr(0, 200)) {
        const unsigned char byte = static_cast<unsigned char>(c);
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\x%02X", byte);
        result += byte < 0x20 || byte > 0x7e ? escape : std::string(1, c);
    }
    return text.size() > 200 ? result + "... of " + std::to_string(text.size()) + " bytes" : result;
}

// --- Errors ----------------------------------------------------------------------------------

inline const char* code_name(ErrorCode code) {
    switch (code) {
    case ErrorCode::None:
        return "None";
    case ErrorCode::Io:
        return "Io";
    case ErrorCode::CorruptCompression:
        return "CorruptCompression";
    case ErrorCode::ProgramFailed:
        return "ProgramFailed";
    case ErrorCode::Syntax:
        return "Syntax";
    case ErrorCode::InvalidUtf8:
        return "InvalidUtf8";
    case ErrorCode::NoEquivalent:
        return "NoEquivalent";
    case ErrorCode::WrongEncoding:
        return "WrongEncoding";
    case ErrorCode::CutByLine:
        return "CutByLine";
    case ErrorCode::TooDeep:
        return "TooDeep";
    case ErrorCode::TooLarge:
        return "TooLarge";
    case ErrorCode::EmptyRow:
        return "EmptyRow";
    case ErrorCode::EmptyValue:
        return "EmptyValue";
    case ErrorCode::NullValue:
        return "NullValue";
    case ErrorCode::WrongType:
        return "WrongType";
    case ErrorCode::NumberNoTime:
        return "NumberNoTime";
    case ErrorCode::NotIntegral:
        return "NotIntegral";
    case ErrorCode::OutOfRange:
        return "OutOfRange";
    case ErrorCode::BadTime:
        return "BadTime";
    case ErrorCode::TimeRange:
        return "TimeRange";
    case ErrorCode::TimeOfDay:
        return "TimeOfDay";
    case ErrorCode::ZoneMissing:
        return "ZoneMissing";
    case ErrorCode::BadZone:
        return "BadZone";
    case ErrorCode::BadOffset:
        return "BadOffset";
    case ErrorCode::ZoneForbidden:
        return "ZoneForbidden";
    case ErrorCode::NulCharacter:
        return "NulCharacter";
    case ErrorCode::LoneSurrogate:
        return "LoneSurrogate";
    case ErrorCode::RaggedArray:
        return "RaggedArray";
    }
    return "?";
}

inline void PrintTo(ErrorCode code, std::ostream* out) {
    *out << code_name(code);
}

inline bool operator==(const Error& a, const Error& b) {
    return a.code == b.code && a.system_errno == b.system_errno && a.column == b.column &&
           a.offset == b.offset && a.line == b.line && a.reason == b.reason && a.value == b.value;
}

// "Syntax at 17, line 2: the reason [the value] column 0"; "" for no error.
inline std::string show(const Error& error) {
    if (!error)
        return "";
    std::string result = std::string(code_name(error.code)) + " at " +
                         std::to_string(error.offset) + ", line " + std::to_string(error.line) +
                         ": " + error.reason;
    if (!error.value.empty())
        result += " [" + readable(error.value) + "]";
    if (error.column >= 0)
        result += " column " + std::to_string(error.column);
    return result;
}

// --- Framing ---------------------------------------------------------------------------------

inline void PrintTo(Framing framing, std::ostream* out) {
    *out << framing_name(framing);
}

struct FramedDocument {
    std::string text;
    uint64_t offset;
    uint64_t line;

    bool operator==(const FramedDocument& other) const {
        return text == other.text && offset == other.offset && line == other.line;
    }
};

struct FramingOutcome {
    std::vector<FramedDocument> documents;
    Framing framing = Framing::Auto; // that was found
    Error error;

    bool operator==(const FramingOutcome& other) const {
        return documents == other.documents && framing == other.framing && error == other.error;
    }
};

inline std::string show(const FramingOutcome& outcome) {
    std::string result = framing_name(outcome.framing);
    for (const FramedDocument& document : outcome.documents)
        result += "\n  " + std::to_string(document.offset) + ", line " +
                  std::to_string(document.line) + ": " + readable(document.text);
    return result + "\n  " + (outcome.error ? show(outcome.error) : "end");
}

inline void PrintTo(const FramingOutcome& outcome, std::ostream* out) {
    *out << show(outcome);
}

constexpr size_t test_maximum_size = 1024 * 1024;

// Frames a whole file.
inline FramingOutcome frame(std::string_view text, Framing framing, Reads reads = {},
                            size_t maximum_size = test_maximum_size) {
    TextSource source(text, reads);
    static Window window; // one for all files, as in a scan
    Framer framer(framing, maximum_size);
    window.begin_file();
    framer.begin_file();
    FramingOutcome outcome;
    for (;;) {
        Extent extent;
        Framed framed = framer.next(window, extent, outcome.error);
        if (extent.is_guess) // the decoder's word on it is for the tests of the scan
            framed = framer.exact(window, extent, outcome.error);
        outcome.framing = framer.detected();
        if (framed == Framed::Document)
            outcome.documents.push_back({std::string(extent.text), extent.offset, extent.line});
        else if (framed != Framed::NeedInput ||
                 window.fill(source, outcome.error) == ReadStatus::Failed)
            return outcome;
    }
}

// --- Columns ---------------------------------------------------------------------------------

// A path that the test knows to be one; the empty path otherwise.
inline JsonPath path(std::string_view text) {
    JsonPath result;
    PathError error;
    return parse_path(text, result, error) ? result : JsonPath();
}

// What the glue calls a type in messages.
inline std::string type_name(Type type) {
    constexpr const char* names[] = {"boolean",
                                     "smallint",
                                     "integer",
                                     "bigint",
                                     "real",
                                     "double precision",
                                     "numeric",
                                     "text",
                                     "json",
                                     "jsonb",
                                     "date",
                                     "timestamp without time zone",
                                     "timestamp with time zone",
                                     "inet",
                                     "a zone's name",
                                     "an offset"};
    return names[static_cast<size_t>(type)];
}

inline ColumnSpec column(Type type, std::vector<std::string> paths) {
    ColumnSpec result;
    result.name = paths.empty() ? "" : paths[0];
    result.type = type;
    result.type_name = type_name(type);
    for (const std::string& text : paths)
        result.paths.push_back(path(text));
    return result;
}

// --- Values ----------------------------------------------------------------------------------

// "2022-03-14" of days from 2000-01-01, by the C library.
inline std::string show_date(int64_t days) {
    const time_t seconds = static_cast<time_t>((days + postgres_epoch_days) * 86400);
    struct tm fields;
    char text[32];
    gmtime_r(&seconds, &fields);
    strftime(text, sizeof text, "%Y-%m-%d", &fields);
    return text;
}

// "2022-03-14 22:10:41" of microseconds from 2000-01-01, with ".5" where there is a fraction.
inline std::string show_time(int64_t micros) {
    int64_t in_day = micros % micros_per_day;
    if (in_day < 0)
        in_day += micros_per_day;
    char text[32];
    const int64_t seconds = in_day / micros_per_second;
    std::snprintf(text, sizeof text, " %02d:%02d:%02d.%06d", static_cast<int>(seconds / 3600),
                  static_cast<int>(seconds / 60 % 60), static_cast<int>(seconds % 60),
                  static_cast<int>(in_day % micros_per_second));
    std::string result = show_date((micros - in_day) / micros_per_day) + text;
    result.erase(result.find_last_not_of('0') + 1);
    if (result.back() == '.')
        result.pop_back();
    return result;
}

inline std::string show_float(const char* kind, int digits, double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%s %.*g", kind, digits, value);
    return text;
}

inline std::string show(const Value& value);

// "[2][1] {integer 1, null}"
inline std::string show(const ArrayValue& array) {
    std::string result;
    for (int i = 0; i < array.dimensions; ++i)
        result += "[" + std::to_string(array.extents[i]) + "]";
    for (size_t i = 0; i < array.size; ++i)
        result += (i == 0 ? " {" : ", ") + show(array.elements[i]);
    return result + (array.size == 0 ? "{}" : "}");
}

inline std::string show(const Value& value) {
    switch (value.kind) {
    case Value::Kind::Null:
        return "null";
    case Value::Kind::Bool:
        return value.boolean ? "true" : "false";
    case Value::Kind::Integer:
        return "integer " + std::to_string(value.integer);
    case Value::Kind::Float4:
        return show_float("float4", 9, static_cast<double>(value.float4));
    case Value::Kind::Float8:
        return show_float("float8", 17, value.float8);
    case Value::Kind::Date:
        return "date " + show_date(value.integer);
    case Value::Kind::LocalTime:
        return "local " + show_time(value.integer);
    case Value::Kind::Instant:
        return "instant " + show_time(value.integer);
    case Value::Kind::Text:
        return "text " + std::string(value.text, value.size);
    case Value::Kind::Number:
        return "number " + std::string(value.text, value.size);
    case Value::Kind::Input:
        return "input " + std::string(value.text, value.size);
    case Value::Kind::Default:
        return "default";
    case Value::Kind::Array:
        break;
    }
    return show(*value.array);
}

// --- Scans -----------------------------------------------------------------------------------

struct ScannedRow {
    uint64_t offset;
    uint64_t line;
    std::string values; // joined by " | "; of a reject its error before them

    bool operator==(const ScannedRow& other) const {
        return offset == other.offset && line == other.line && values == other.values;
    }
};

struct ScanOutcome {
    std::vector<ScannedRow> rows;
    Framing framing = Framing::Auto;
    Counters counters;
    Error error;

    bool operator==(const ScanOutcome& other) const {
        return rows == other.rows && framing == other.framing && error == other.error &&
               counters.documents == other.counters.documents &&
               counters.rows == other.counters.rows &&
               counters.rejected == other.counters.rejected &&
               counters.passed_over == other.counters.passed_over;
        // Not the bytes: how much was read before an error depends on the size of the reads.
    }
};

inline std::string show(const ScanOutcome& outcome) {
    std::string result = framing_name(outcome.framing);
    for (const ScannedRow& row : outcome.rows)
        result += "\n  " + std::to_string(row.offset) + ", line " + std::to_string(row.line) +
                  ": " + readable(row.values);
    return result + "\n  " + (outcome.error ? show(outcome.error) : "end") + "\n  " +
           std::to_string(outcome.counters.documents) + " documents, " +
           std::to_string(outcome.counters.rows) + " rows, " +
           std::to_string(outcome.counters.rejected) + " rejected";
}

inline void PrintTo(const ScanOutcome& outcome, std::ostream* out) {
    *out << show(outcome);
}

inline void add_rows(const Batch& batch, std::vector<ScannedRow>& rows) {
    for (size_t i = 0; i < batch.rows.size(); ++i) {
        ScannedRow row{batch.rows[i].offset, batch.rows[i].line, ""};
        for (const Note& note : batch.notes)
            if (note.row == i)
                row.values +=
                    (note.is_reject ? "reject: " : "instead of: ") + show(note.error) + "; ";
        for (size_t j = 0; j < batch.columns; ++j)
            row.values += (j == 0 ? "" : " | ") + show(batch.values[i * batch.columns + j]);
        rows.push_back(std::move(row));
    }
}

// Reads the next file of a scan to its end or to an error.
inline ScanOutcome scan_file(Scan& scan, std::string_view text, Reads reads = {}) {
    TextSource source(text, reads);
    scan.begin_file(source);
    ScanOutcome outcome;
    Batch batch;
    for (;;) {
        const ScanStatus status = scan.next(batch);
        add_rows(batch, outcome.rows);
        if (status == ScanStatus::EndOfFile || status == ScanStatus::Failed) {
            outcome.framing = scan.detected_framing();
            outcome.counters = scan.counters();
            outcome.error = status == ScanStatus::Failed ? scan.error() : Error();
            return outcome;
        }
    }
}

inline ScanOutcome scan_text(const ScanSpec& spec, std::string_view text,
                             Framing framing = Framing::Auto, Reads reads = {},
                             size_t maximum_size = test_maximum_size) {
    Scan scan(spec, framing, maximum_size);
    return scan_file(scan, text, reads);
}

} // namespace weather
