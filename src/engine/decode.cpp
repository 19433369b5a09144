#include "decode.h"

#include "fast_walk.h"
#include "utf8.h"
#include "engine_only.h"

namespace weather {

bool RowDecoder::decode(std::string_view row, Error& error) {
    const size_t invalid = find_invalid_utf8(row);
    if (invalid != row.size()) {
        error.code = ErrorCode::InvalidUtf8;
        error.offset = invalid;
        error.reason = "invalid byte sequence for encoding UTF8";
        return false;
    }
    has_escapes_ = false;
    if (use_fast_walk_ && fast_walk(row, handler_))
        return true;
    WalkFault fault;
    const bool read = reference_.walk(row, handler_, fault);
    has_escapes_ = reference_.has_escapes();
    if (read)
        return true;
    error.code = fault.too_deep ? ErrorCode::TooDeep : ErrorCode::Syntax;
    error.offset = fault.offset;
    error.reason = fault.too_deep ? "nested deeper than " + std::to_string(max_depth) + " levels"
                                  : std::move(fault.reason);
    return false;
}

} // namespace weather
