#include "fingerprint.h"

extern "C" {
#include "port/pg_crc32c.h"
}

namespace weather {

bool take_fingerprint(const InputFile* file, int64 length, char* fingerprint, const char* known,
                      int64 from) {
    constexpr int64 block = 256 * 1024;
    pg_crc32c sum;
    INIT_CRC32C(sum);
    if (!known || sscanf(known, "crc32c:%8x", &sum) != 1)
        from = 0;
    else
        FIN_CRC32C(sum); // undoes it: it is an inversion
    char* buffer = static_cast<char*>(palloc(static_cast<Size>(Max(Min(length - from, block), 1))));
    while (from < length) {
        const size_t got = read_at(file, buffer, Min(block, length - from), from);
        if (got == 0)
            break;
        COMP_CRC32C(sum, buffer, got);
        from += static_cast<int64>(got);
    }
    pfree(buffer);
    FIN_CRC32C(sum);
    snprintf(fingerprint, fingerprint_size, "crc32c:%08x", sum);
    return from >= length;
}

} // namespace weather
