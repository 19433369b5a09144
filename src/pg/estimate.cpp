#include "estimate.h"

#include <sys/stat.h>

#include "foreign_scan.h"

namespace weather {

namespace {

// So many files are looked at; what there is beyond them is taken to be like them.
constexpr int files_looked_at = 1000;

// Where nothing can be learned: file_fdw's default for a file, COPY's plain guess for a program.
constexpr double default_bytes = 10 * BLCKSZ;
constexpr double default_row_bytes = 200;
constexpr double default_program_rows = 1000;

// Bytes on disk a row, from the first batch of a file; 0 when it has none to tell.
double sample_row_bytes(const TableOptions* options, const char* path) {
    const int fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | PG_BINARY);
    if (fd < 0)
        return 0;
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "weather_fdw sample", ALLOCSET_DEFAULT_SIZES);
    Columns no_columns = {};
    Reader* reader = make_reader(context, &no_columns, options)->object;
    double row_bytes = 0;
    run_engine([&] {
        reader->open_file(fd);
        if (reader->next() != ScanStatus::Rows)
            return;
        const Batch& batch = reader->batch();
        const Counters& counters = reader->scan().counters();
        const double compression =
            static_cast<double>(reader->raw_bytes_read()) / static_cast<double>(counters.bytes);
        const double rows = static_cast<double>(batch.rows.size());
        const double read = static_cast<double>(batch.rows.back().offset);
        row_bytes =
            compression * (rows > 1 ? read / (rows - 1) : static_cast<double>(counters.bytes));
    });
    MemoryContextDelete(context);
    CloseTransientFile(fd);
    return row_bytes;
}

} // namespace

Estimate estimate_scan(const TableOptions* options) {
    if (is_program(options))
        return {0, 0, default_program_rows};
    const FileList files = list_files(options, Missing::IsFine);
    double bytes = 0;
    double row_bytes = 0;
    int looked_at = 0;
    for (int i = 0; i < Min(files.count, files_looked_at); ++i) {
        struct stat info;
        if (stat(files.paths[i], &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        ++looked_at;
        bytes += static_cast<double>(info.st_size);
        if (row_bytes == 0 && info.st_size > 0)
            row_bytes = sample_row_bytes(options, files.paths[i]);
    }
    if (looked_at == 0)
        bytes = default_bytes;
    else
        bytes *= static_cast<double>(files.count) / looked_at;
    if (row_bytes == 0)
        row_bytes = default_row_bytes;
    return {static_cast<double>(files.count), bytes, clamp_row_est(bytes / row_bytes)};
}

} // namespace weather
