#include "given.h"

#include <cstdio>

#include "engine_only.h"

namespace weather {

Given given_string(std::string_view text) {
    Given given;
    given.is_given = true;
    given.text = text;
    given.json = '"';
    for (const char c : text) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
        const bool is_control = static_cast<unsigned char>(c) < ' ';
        given.json += is_control              ? escape
                      : c == '"' || c == '\\' ? std::string{'\\', c}
                                              : std::string(1, c);
    }
    given.json += '"';
    return given;
}

Given given_null() {
    Given given;
    given.is_given = given.is_null = true;
    return given;
}

bool GivenConverter::convert(size_t column, const Given& given, Value& value) {
    Error error;
    value = Value();
    converter_.begin_row(arena_, false);
    return given.is_null ||
           converter_.convert(spec_.columns[column], given.capture(), value, error);
}

} // namespace weather
