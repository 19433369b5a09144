// One scan of a foreign table: the state between the calls of the executor, or of ANALYZE.
#pragma once

#include "boundary.h"
#include "columns.h"
#include "encoding.h"
#include "file_list.h"
#include "fingerprint.h"
#include "input_file.h"
#include "options.h"
#include "prune.h"
#include "reader.h"
#include "report.h"

#include "pg.h"

namespace weather {

// What stands in ForeignScan::fdw_private.
enum PlanPrivate {
    PlanNeededColumns, // List of int: attribute numbers, offset as in Bitmapset of pull_varattnos()
};

struct ScanState {
    MemoryContext context;     // everything here lives in it
    MemoryContext row_context; // of the row at hand
    Oid relation;
    const char* table; // its name
    const TableOptions* options;
    Columns* columns;
    Column** spec_columns; // those that the engine knows, by its numbers
    int spec_count;
    Column** batch_columns; // those that a batch has values for, in their order
    int batch_width;
    Owned<Reader>* reader;
    FileConversion* conversion; // null: the files are UTF-8

    Pruning* pruning; // null: all files are read, as for ANALYZE
    FileList listed;  // made when the first row is asked for, kept over rescans; or looked up only
    FileList files;   // those to be read
    bool chosen;      // `files` is filled
    int next_file;
    bool is_open; // a file, or the program
    bool at_end;  // of it
    InputFile* file;
    bool holds_external_fd; // the program's pipe is accounted for in the fd layer
    MemoryContextCallback release_external_fd;
    Position position;
    TimestampTz mtime; // of the open file
    bool takes_fingerprints;
    char fingerprint[fingerprint_size]; // of the open file, if so; before its rows were read

    int row; // next row of the batch
    int rows;
    size_t note; // next note of the batch

    // Of this pass over the files, and the most of a pass before a rescan.
    uint64 skipped_files;             // vanished since they were listed
    uint64 skipped, skipped_before;   // rows in error
    uint64 replaced, replaced_before; // rows in which fallbacks stand for values in error
    bool row_was_replaced;            // the row at hand is such a one

    // For EXPLAIN ANALYZE: sets of the enums' values that were found.
    uint32 framings;
    uint32 compressions;
    uint64 started_at; // in the last file that was not read from its beginning
};

// The Reader of a table, owned by `context`.
Owned<Reader>* make_reader(MemoryContext context, const Columns* columns,
                           const TableOptions* options);

// A scan with an own context below `parent`, which ends it if end_scan() does not. `needed` as for
// describe_columns(). Checks the privileges.
ScanState* begin_scan(MemoryContext parent, Relation relation, const Bitmapset* needed);

// The next row of all files, as a virtual tuple whose values live until the next call. False,
// and an empty slot, after the last.
bool next_row(ScanState* state, TupleTableSlot* slot);

void end_scan(ScanState* state);

// Notes for EXPLAIN what was found in the open file, if there is one.
void note_detected(ScanState* state);

// FdwRoutine members; see src/pg/weather_fdw.cpp.
void weatherBeginForeignScan(ForeignScanState* node, int flags);
TupleTableSlot* weatherIterateForeignScan(ForeignScanState* node);
void weatherReScanForeignScan(ForeignScanState* node);
void weatherEndForeignScan(ForeignScanState* node);

} // namespace weather
