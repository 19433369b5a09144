// The values of a row: each column's from its path or the row's metadata, and what stands in the
// place of one that is missing or in error.
#include "scan.h"

#include <utility>

#include "raw_text.h"
#include "rescue.h"
#include "utf8.h"
#include "engine_only.h"

namespace weather {

namespace {

// A key's escapes can name what PostgreSQL's text cannot hold.
bool check_key(std::string_view key, Error& error) {
    const bool has_nul = key.find('\0') != std::string_view::npos;
    if (!has_nul && find_invalid_utf8(key) == key.size())
        return true;
    error.code = has_nul ? ErrorCode::NulCharacter : ErrorCode::LoneSurrogate;
    error.reason = has_nul ? "\\u0000 cannot be converted to text" : "half of a surrogate pair";
    return false;
}

} // namespace

bool Scan::convert_row(const Captures& row, Value* values) {
    fallen_back_.clear();
    for (const int column : wanted()) {
        if (!convert_column(column, row, *values++)) {
            error_.column = column;
            return false;
        }
    }
    return true;
}

bool Scan::convert_column(int index, const Captures& row, Value& value) {
    const ColumnSpec& column = plan_.spec().columns[static_cast<size_t>(index)];
    return column.paths.empty() ? convert_metadata(column, value)
                                : convert_paths(index, row, value);
}

bool Scan::convert_metadata(const ColumnSpec& column, Value& value) {
    std::string made;
    std::string_view text;
    switch (column.source) {
    case ColumnSource::Path:
    case ColumnSource::DocumentPath:
        return false;
    case ColumnSource::Ordinality:
        value.kind = Value::Kind::Integer;
        value.integer = static_cast<int64_t>(ordinal_);
        if (column.type == Type::Int8 || value.integer <= INT32_MAX)
            return true;
        error_.code = ErrorCode::OutOfRange;
        error_.reason = "out of range for type integer";
        return false;
    case ColumnSource::Key:
        if (is_malformed_)
            return true;
        text = rows_.key();
        if (!check_key(text, error_))
            return false;
        break;
    case ColumnSource::Raw:
        text = match_.text;
        if (is_malformed_ && column.type != Type::Text)
            text = made = quote_json(match_.text);
        break;
    case ColumnSource::Rescued:
        if (!is_malformed_)
            made = rescue_members(match_.text, plan_.read_members);
        if (made.empty())
            return store_null(column, true, value);
        text = made;
        break;
    }
    store_text(*arena_, text, value);
    if (column.type == Type::Jsonb)
        value.kind = Value::Kind::Input;
    return true;
}

bool Scan::convert_paths(int index, const Captures& row, Value& value) {
    const ColumnSpec& column = plan_.spec().columns[static_cast<size_t>(index)];
    if (!given_.empty() && given_[static_cast<size_t>(index)].is_given) {
        const Given& given = given_[static_cast<size_t>(index)];
        if (given.is_null || is_null(column, given.capture()))
            return store_null(column, true, value);
        return converter_.convert(column, given.capture(), value, error_) ||
               fall_back(index, value);
    }
    bool found = false;
    for (const ColumnTarget& target : plan_.of_column[static_cast<size_t>(index)]) {
        const Captures& captures = target.in_document ? document_values_.captures() : row;
        if (!captures.found(target.target))
            continue;
        found = true;
        if (!captures.is_list(target.target) && is_null(column, captures.single(target.target)))
            continue;
        return convert_found(column, captures, target.target, value) || fall_back(index, value);
    }
    return store_null(column, found, value);
}

bool Scan::convert_found(const ColumnSpec& column, const Captures& captures, TargetId target,
                         Value& value) {
    return captures.is_list(target)
               ? converter_.convert_list(column, captures.list(target), value, error_)
               : converter_.convert(column, captures.single(target), value, error_);
}

// Nothing but missing members and nulls: NULL, if the column takes it.
bool Scan::store_null(const ColumnSpec& column, bool found, Value& value) {
    if (column.on_empty == Fallback::Default) {
        value.kind = Value::Kind::Default;
        return true;
    }
    if (column.on_empty == Fallback::Null && !column.not_null)
        return true;
    error_.code = column.on_empty == Fallback::Error ? ErrorCode::EmptyValue : ErrorCode::NullValue;
    error_.reason = found ? "null" : "missing";
    return false;
}

// The value is in error, as error_ says: what stands in its place, if anything may.
bool Scan::fall_back(int index, Value& value) {
    const ColumnSpec& column = plan_.spec().columns[static_cast<size_t>(index)];
    if (column.on_error == Fallback::Error ||
        (column.on_error == Fallback::Null && column.not_null))
        return false;
    value = Value();
    if (column.on_error == Fallback::Default)
        value.kind = Value::Kind::Default;
    error_.column = index;
    error_.offset = file_offset(match_.offset);
    error_.line = match_.line;
    fallen_back_.push_back(std::exchange(error_, Error()));
    return true;
}

} // namespace weather
