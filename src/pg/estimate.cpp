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

// Bytes on disk a row, from the beginning of a file; 0 when it has none to tell.
double sample_row_bytes(const TableOptions* options, const Columns* columns, const char* path) {
    constexpr int batches = 4; // some hundred rows
    const int fd = OpenTransientFile(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | PG_BINARY);
    if (fd < 0)
        return 0;
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "weather_fdw sample", ALLOCSET_DEFAULT_SIZES);
    Reader* reader = make_reader(context, columns, options)->object;
    double rows = 0;
    double read = 0; // decompressed bytes that hold them
    double compression = 1;
    run_engine([&] {
        reader->open_file(fd);
        for (int i = 0; i < batches && reader->next() == ScanStatus::Rows; ++i) {
            rows += static_cast<double>(reader->batch().rows.size());
            read = static_cast<double>(reader->batch().rows.back().offset);
        }
        const double bytes = static_cast<double>(reader->scan().counters().bytes);
        compression = static_cast<double>(reader->raw_bytes_read()) / Max(bytes, 1);
        if (rows < 2 || options->orient != Orient::Records) // the offset is of the match
            read = bytes;
    });
    MemoryContextDelete(context);
    CloseTransientFile(fd);
    return rows > 0 ? compression * read / rows : 0;
}

} // namespace

Estimate estimate_scan(const TableOptions* options, const Columns* columns) {
    if (is_program(options))
        return {0, 0, default_program_rows};
    const FileList files = list_files(options, Missing::IsFine);
    double bytes = 0;
    double row_bytes = 0;
    int looked_at = 0;
    int samples_left = 3; // the first files may be empty, or broken
    for (int i = 0; i < Min(files.count, files_looked_at); ++i) {
        CHECK_FOR_INTERRUPTS();
        struct stat info;
        if (stat(files.paths[i], &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        ++looked_at;
        bytes += static_cast<double>(info.st_size);
        if (row_bytes == 0 && info.st_size > 0 && samples_left-- > 0)
            row_bytes = sample_row_bytes(options, columns, files.paths[i]);
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
