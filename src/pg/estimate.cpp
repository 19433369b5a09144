#include "estimate.h"

#include <cmath>

#include "file_access.h"
#include "foreign_scan.h"

namespace weather {

namespace {

// So many files are looked at; what there is beyond them is taken to be like them.
constexpr int files_looked_at = 1000;
constexpr int names_looked_up = 100; // of those in a clause

// The first files may be empty, or broken.
constexpr int files_sampled = 3;

// Where nothing can be learned: file_fdw's default for a file, COPY's plain guess for a program.
constexpr double default_bytes = 10 * BLCKSZ;
constexpr double default_row_bytes = 200;
constexpr double default_program_rows = 1000;

// Bytes on disk a row, from the beginning of a file; 0 when it has none to tell.
double sample_row_bytes(const TableOptions* options, const Columns* columns, const char* path) {
    constexpr int batches = 4;     // some hundred rows
    constexpr int most_calls = 16; // a call that brings no row has read a mebibyte, or a block
    const int fd = open_path(options, path);
    if (fd < 0)
        return 0;
    MemoryContext context =
        AllocSetContextCreate(CurrentMemoryContext, "weather_fdw sample", ALLOCSET_DEFAULT_SIZES);
    MemoryContext previous = MemoryContextSwitchTo(context);
    Reader* reader = make_reader(context, columns, options)->object;
    const FileConversion* conversion = make_conversion(options->encoding);
    double rows = 0;
    double read = 0; // decompressed bytes that hold them
    run_engine([&] { reader->open_file(fd); });
    for (int calls = 0, found = 0; calls < most_calls && found < batches; ++calls) {
        Complaint ignored;
        const ScanStatus status = read_batch(reader, conversion, &ignored);
        if (status == ScanStatus::Again)
            continue;
        if (status != ScanStatus::Rows)
            break;
        ++found;
        rows += static_cast<double>(reader->batch().rows.size());
        read = static_cast<double>(reader->batch().rows.back().offset);
    }
    const double bytes = static_cast<double>(reader->scan().counters().bytes);
    const double compression = static_cast<double>(reader->raw_bytes_read()) / Max(bytes, 1);
    if (rows < 2 || options->orient != Orient::Records) // the offset is of the match
        read = bytes;
    MemoryContextSwitchTo(previous);
    MemoryContextDelete(context);
    CloseTransientFile(fd);
    return rows > 0 ? compression * read / rows : 0;
}

double first_row_bytes(const TableOptions* options, const Columns* columns, const FileList& files) {
    int sampled = 0;
    for (int i = 0; i < Min(files.count, files_looked_at) && sampled < files_sampled; ++i) {
        CHECK_FOR_INTERRUPTS();
        struct stat info;
        if (stat_path(options, files.paths[i], &info) != 0 || !S_ISREG(info.st_mode) ||
            info.st_size == 0)
            continue;
        ++sampled;
        const double row_bytes = sample_row_bytes(options, columns, files.paths[i]);
        if (row_bytes > 0)
            return row_bytes;
    }
    return default_row_bytes;
}

} // namespace

double size_on_disk(const TableOptions* options, const FileList& files) {
    double bytes = 0;
    int looked_at = 0;
    for (int i = 0; i < Min(files.count, files_looked_at); ++i) {
        CHECK_FOR_INTERRUPTS();
        struct stat info;
        if (stat_path(options, files.paths[i], &info) != 0 || !S_ISREG(info.st_mode))
            continue;
        ++looked_at;
        bytes += static_cast<double>(info.st_size);
    }
    return looked_at > 0 ? bytes * files.count / looked_at : default_bytes;
}

double pages_for(double bytes) {
    return Max(ceil(bytes / BLCKSZ), 1); // 0 would mean: never analyzed
}

Estimate estimate_scan(const TableOptions* options, const Columns* columns, double rows_per_page) {
    if (is_program(options))
        return {0, 0, default_program_rows};
    return estimate_files(list_files(options, Missing::IsFine), options, columns, rows_per_page);
}

Estimate estimate_files(const FileList& files, const TableOptions* options, const Columns* columns,
                        double rows_per_page) {
    const double bytes = size_on_disk(options, files);
    const double rows = rows_per_page > 0 ? rows_per_page * pages_for(bytes)
                                          : bytes / first_row_bytes(options, columns, files);
    return {static_cast<double>(files.count), bytes, clamp_row_est(rows)};
}

Estimate estimate_named(List* names, const TableOptions* options, const Columns* columns,
                        double rows_per_page) {
    const double count = list_length(names);
    List* first = list_truncate(list_copy(names), names_looked_up);
    Estimate estimate = estimate_files(look_up_files(options, first, Missing::IsFine), options,
                                       columns, rows_per_page);
    const double part = count > 0 ? list_length(first) / count : 1;
    return {estimate.files / part, estimate.bytes / part, clamp_row_est(estimate.rows / part)};
}

} // namespace weather
