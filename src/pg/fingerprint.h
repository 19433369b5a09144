// What a file is known by when its time of modification has changed: a CRC-32C of its bytes.
#pragma once

#include "input_file.h"

#include "pg.h"

extern "C" {
#include "port/pg_crc32c.h"
}

namespace weather {

constexpr size_t fingerprint_size = sizeof("crc32c:12345678");

// The sum of the first bytes of an open file, to be extended while it is read once.
struct PrefixSum {
    const InputFile* file;
    pg_crc32c sum;
    int64 length; // of the bytes in the sum
    char* buffer;
    int64 size;       // of the buffer
    const char* next; // the bytes behind those in the sum
    int64 have;       // so many of them
};

// Of no byte yet; it is to be extended to `longest`.
PrefixSum begin_prefix_sum(const InputFile* file, int64 longest);

// False if the file ends before.
bool extend_prefix_sum(PrefixSum* prefix, int64 length);

// A fingerprint is the text of such a sum.
pg_crc32c sum_of(const PrefixSum* prefix);
void put_fingerprint(const PrefixSum* prefix, char* fingerprint);
bool get_sum(const char* fingerprint, pg_crc32c* sum);

// That of the first `length` bytes of an open file; false if it ends before. `known`, or null, is
// that of the first `from` of them, which are not read again.
bool take_fingerprint(const InputFile* file, int64 length, char* fingerprint,
                      const char* known = nullptr, int64 from = 0);

} // namespace weather
