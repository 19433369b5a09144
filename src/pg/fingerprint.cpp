#include "fingerprint.h"

namespace weather {

PrefixSum begin_prefix_sum(const InputFile* file, int64 longest) {
    constexpr int64 block = 256 * 1024;
    const int64 size = Max(Min(longest, block), 1);
    PrefixSum prefix = {file, 0,       0, static_cast<char*>(palloc(static_cast<Size>(size))),
                        size, nullptr, 0};
    INIT_CRC32C(prefix.sum);
    return prefix;
}

bool extend_prefix_sum(PrefixSum* prefix, int64 length) {
    while (prefix->length < length) {
        if (prefix->have == 0) {
            prefix->next = prefix->buffer;
            prefix->have = static_cast<int64>(
                read_at(prefix->file, prefix->buffer, prefix->size, prefix->length));
            if (prefix->have == 0)
                return false;
        }
        const int64 part = Min(prefix->have, length - prefix->length);
        COMP_CRC32C(prefix->sum, prefix->next, static_cast<size_t>(part));
        prefix->next += part;
        prefix->have -= part;
        prefix->length += part;
    }
    return true;
}

pg_crc32c sum_of(const PrefixSum* prefix) {
    pg_crc32c sum = prefix->sum;
    FIN_CRC32C(sum);
    return sum;
}

void put_fingerprint(const PrefixSum* prefix, char* fingerprint) {
    snprintf(fingerprint, fingerprint_size, "crc32c:%08x", sum_of(prefix));
}

bool get_sum(const char* fingerprint, pg_crc32c* sum) {
    return sscanf(fingerprint, "crc32c:%8x", sum) == 1;
}

bool take_fingerprint(const InputFile* file, int64 length, char* fingerprint, const char* known,
                      int64 from) {
    PrefixSum prefix = begin_prefix_sum(file, length);
    pg_crc32c sum;
    if (known && get_sum(known, &sum)) {
        FIN_CRC32C(sum); // undoes it: it is an inversion
        prefix.sum = sum;
        prefix.length = from;
    }
    const bool is_taken = extend_prefix_sum(&prefix, length);
    put_fingerprint(&prefix, fingerprint);
    pfree(prefix.buffer);
    return is_taken;
}

} // namespace weather
