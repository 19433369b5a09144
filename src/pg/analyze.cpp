// Every row of every file is read: JSON has no pages to choose among, so this is what an honest
// sample and an exact count of rows take, as in file_fdw. The sample is a reservoir after Vitter
// (PostgreSQL's utils/sampling.h): all rows are in it with the same probability.
#include "analyze.h"

#include "access.h"
#include "estimate.h"
#include "foreign_scan.h"

extern "C" {
#include "access/htup_details.h"
#include "access/sysattr.h"
#include "commands/vacuum.h"
#include "utils/sampling.h"
}

namespace weather {

namespace {

struct Sample {
    HeapTuple* rows;
    int count;
    int wanted;
    double seen;  // rows that were offered
    double skips; // rows to pass over until one replaces another; negative: to be drawn
    Size bytes;   // of the rows in it
    ReservoirStateData reservoir;
};

int any_of(Sample* sample) {
    return static_cast<int>(sample->count * sampler_random_fract(&sample->reservoir.randstate));
}

void keep(Sample* sample, int index, TupleTableSlot* slot) {
    sample->rows[index] = ExecCopySlotHeapTuple(slot);
    sample->bytes += sample->rows[index]->t_len;
}

void drop(Sample* sample, int index) {
    sample->bytes -= sample->rows[index]->t_len;
    heap_freetuple(sample->rows[index]);
}

// A part of a sample, taken at random, is a sample: so rows may be large.
void keep_within_memory(Sample* sample) {
    const Size allowed = static_cast<Size>(maintenance_work_mem) * 1024;
    if (sample->bytes <= allowed)
        return;
    while (sample->bytes > allowed / 2 && sample->count > 1) {
        const int index = any_of(sample);
        drop(sample, index);
        sample->rows[index] = sample->rows[--sample->count];
    }
    sample->wanted = sample->count;
    sample->skips = -1;
    reservoir_init_selection_state(&sample->reservoir, sample->wanted);
}

void offer(Sample* sample, TupleTableSlot* slot) {
    if (sample->count < sample->wanted) {
        keep(sample, sample->count++, slot);
    } else {
        if (sample->skips < 0)
            sample->skips = reservoir_get_next_S(&sample->reservoir, sample->seen, sample->wanted);
        if (sample->skips <= 0) {
            const int index = any_of(sample);
            drop(sample, index);
            keep(sample, index, slot);
        }
        sample->skips -= 1;
    }
    sample->seen += 1;
    keep_within_memory(sample);
}

Bitmapset* all_columns() {
    return bms_make_singleton(InvalidAttrNumber - FirstLowInvalidHeapAttributeNumber);
}

void offer_all(Relation relation, Sample* sample) {
    ScanState* state = begin_scan(CurrentMemoryContext, relation, all_columns());
    TupleTableSlot* slot = MakeSingleTupleTableSlot(RelationGetDescr(relation), &TTSOpsVirtual);
    for (;;) {
        vacuum_delay_point();
        if (!next_row(state, slot))
            break;
        offer(sample, slot);
    }
    ExecDropSingleTupleTableSlot(slot);
    end_scan(state);
}

int acquire_sample(Relation relation, int level, HeapTuple* rows, int wanted, double* total_rows,
                   double* dead_rows) {
    Sample sample = {};
    sample.rows = rows;
    sample.wanted = wanted;
    sample.skips = -1;
    reservoir_init_selection_state(&sample.reservoir, wanted);
    offer_all(relation, &sample);
    ereport(level, (errmsg("\"%s\": files contain %.0f rows; %d rows in sample",
                           RelationGetRelationName(relation), sample.seen, sample.count)));
    *total_rows = sample.seen;
    *dead_rows = 0;
    return sample.count;
}

} // namespace

bool weatherAnalyzeForeignTable(Relation relation, AcquireSampleRowsFunc* acquire,
                                BlockNumber* pages) {
    const Oid table = RelationGetRelid(relation);
    const TableOptions* options = get_table_options(table);
    check_may_read(table, options);
    if (is_program(options)) // it may have effects, and says something else each time
        return false;
    const double size = pages_for(size_on_disk(options, list_files(options, Missing::IsError)));
    *pages = static_cast<BlockNumber>(Min(size, static_cast<double>(MaxBlockNumber)));
    *acquire = acquire_sample;
    return true;
}

} // namespace weather
