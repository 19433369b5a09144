#include "partition.h"

namespace weather {

namespace {

int hex_digit(char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

// Hive writes what a file name must not have as %XX. %00 stays as it stands: no text can hold it.
char* decode(const char* text, size_t size) {
    auto* result = static_cast<char*>(palloc(size + 1));
    char* to = result;
    for (size_t i = 0; i < size; ++i) {
        const int high = text[i] == '%' && i + 2 < size ? hex_digit(text[i + 1]) : -1;
        const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0 && high * 16 + low > 0) {
            *to++ = static_cast<char>(high * 16 + low);
            i += 2;
        } else {
            *to++ = text[i];
        }
    }
    *to = '\0';
    return result;
}

} // namespace

PartitionValue find_partition_value(const char* path, const char* key) {
    PartitionValue result = {};
    const char* component = path;
    // The last component is the file.
    for (const char* slash; (slash = strchr(component, '/')); component = slash + 1) {
        const char* equals = static_cast<const char*>(
            memchr(component, '=', static_cast<size_t>(slash - component)));
        if (!equals || strcmp(decode(component, static_cast<size_t>(equals - component)), key) != 0)
            continue;
        result.is_given = true;
        result.text = decode(equals + 1, static_cast<size_t>(slash - equals - 1));
        result.is_null = strcmp(result.text, "__HIVE_DEFAULT_PARTITION__") == 0;
    }
    return result;
}

const char* partition_text(const PartitionValue& value) {
    if (!value.is_given || value.is_null)
        return nullptr;
    const int size = static_cast<int>(strlen(value.text));
    pg_verifymbstr(value.text, size, false);
    return pg_server_to_any(value.text, size, PG_UTF8);
}

Given make_given(const PartitionValue& value, const char* text) {
    return value.is_null ? given_null() : value.is_given ? given_string(text) : Given();
}

} // namespace weather
