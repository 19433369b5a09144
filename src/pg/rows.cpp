// A batch's values go into the slot one by one. Where an error of a value does not stop the scan,
// the values that cannot raise one come first; the others are converted softly, and then an error
// is a matter of the column's fallback, or makes the row a reject.
#include "rows.h"

#include "datum.h"
#include "rejects.h"
#include "soft.h"

namespace weather {

namespace {

Datum make_number(const Column& column, uint64 number, Position* position) {
    if (column.type == Type::Int8)
        return Int64GetDatum(static_cast<int64>(number));
    if (number > PG_INT32_MAX) {
        position->column = column.name;
        report_value(ErrorCode::OutOfRange, "out of range for type integer",
                     psprintf(UINT64_FORMAT, number), position);
    }
    return Int32GetDatum(static_cast<int32>(number));
}

// What the glue knows of a file or row.
Datum metadata_datum(ScanState* state, const Column& column, bool* is_null) {
    const bool has_file = !is_program(state->options);
    *is_null = false;
    switch (column.options->metadata) {
    case Metadata::Offset:
        return make_number(column, state->position.offset, &state->position);
    case Metadata::Line:
        return make_number(column, state->position.line, &state->position);
    case Metadata::Error: // a reject's is set by itself
        *is_null = true;
        return 0;
    case Metadata::Filename:
        *is_null = !has_file;
        return has_file ? path_datum(state->file->path) : 0;
    case Metadata::Mtime:
        *is_null = !has_file;
        return TimestampTzGetDatum(state->mtime);
    case Metadata::Size:
        *is_null = !has_file;
        return has_file ? make_number(column, static_cast<uint64>(state->file->info.st_size),
                                      &state->position)
                        : 0;
    default:
        elog(ERROR, "weather_fdw: unexpected metadata of column \"%s\"", column.name);
        pg_unreachable();
    }
}

// What the glue knows of the row, beside the values of the batch.
void fill_metadata(ScanState* state, TupleTableSlot* slot) {
    for (int i = 0; i < state->columns->count; ++i) {
        const Column& column = state->columns->items[i];
        if (is_from_engine(column.options->metadata) || !column.wanted)
            continue;
        const int slot_index = column.attribute - 1;
        slot->tts_values[slot_index] = metadata_datum(state, column, &slot->tts_isnull[slot_index]);
        if (column.not_null && slot->tts_isnull[slot_index]) {
            state->position.column = column.name;
            report_value(ErrorCode::NullValue, "the output of a program has none", "",
                         &state->position);
        }
    }
}

// The conversion of a row's values, from a column of the batch on.
struct Conversion {
    ScanState* state;
    TupleTableSlot* slot;
    const Value* values;
    int at;
};

// A column of the batch, ready for the local times of the row.
Column* column_at(const Conversion& task, int at) {
    Column* column = task.state->batch_columns[at];
    if (column->zone_source >= 0)
        set_zone(column, task.values[task.state->columns->zones[column->zone_source].place]);
    return column;
}

void convert_one(Conversion* task, const Value& value) {
    Column* column = column_at(*task, task->at);
    const int slot_index = column->attribute - 1;
    task->slot->tts_values[slot_index] =
        make_datum(column, value, &task->state->position, &task->slot->tts_isnull[slot_index]);
}

void convert_rest(void* argument) {
    auto* task = static_cast<Conversion*>(argument);
    for (; task->at < task->state->batch_width; ++task->at)
        convert_one(task, task->values[task->at]);
}

void convert_at(void* argument) {
    auto* task = static_cast<Conversion*>(argument);
    convert_one(task, task->values[task->at]);
}

void convert_null(void* argument) {
    convert_one(static_cast<Conversion*>(argument), Value());
}

bool convert_quickly(const Conversion& task) {
    for (int i = 0; i < task.state->batch_width; ++i) {
        Column* column = column_at(task, i);
        const int slot_index = column->attribute - 1;
        if (!make_quick_datum(column, task.values[i], &task.slot->tts_values[slot_index],
                              &task.slot->tts_isnull[slot_index]))
            return false;
    }
    return true;
}

// run_softly(), with the position ready for what comes next.
ErrorData* attempt(void (*function)(void*), Conversion* task) {
    ErrorData* error = run_softly(function, task, is_about_data);
    task->state->position.column = nullptr;
    task->state->position.reported = false;
    return error;
}

// The value at hand is in error: what stands in its place, if anything may. A domain may refuse
// NULL.
bool fall_back(Conversion* task) {
    const Column* column = task->state->batch_columns[task->at];
    if (column->on_error == Fallback::Error)
        return false;
    if (column->on_error == Fallback::Null)
        return !column->not_null && attempt(convert_null, task) == nullptr;
    task->slot->tts_values[column->attribute - 1] = column->default_value;
    task->slot->tts_isnull[column->attribute - 1] = false;
    return true;
}

// Null, or the error that makes the row a reject; task->at is then its column.
ErrorData* convert_tolerantly(Conversion* task) {
    if (convert_quickly(*task))
        return nullptr;
    for (; task->at < task->state->batch_width; ++task->at) {
        ErrorData* error = attempt(convert_rest, task);
        if (!error)
            break;
        if (!fall_back(task))
            return error;
        note_replaced(task->state, error->message);
    }
    return nullptr;
}

void clear(TupleTableSlot* slot) {
    memset(slot->tts_isnull, true, static_cast<Size>(slot->tts_tupleDescriptor->natts));
}

// A reject as a row: what is known of it, and no values.
void fill_reject(Conversion* task, const Reject& reject) {
    ScanState* state = task->state;
    clear(task->slot);
    for (task->at = 0; task->at < state->batch_width; ++task->at) {
        const Column* column = state->batch_columns[task->at];
        if (column->options->metadata != Metadata::None && attempt(convert_at, task))
            task->slot->tts_isnull[column->attribute - 1] = true;
    }
    fill_metadata(state, task->slot);
    for (int i = 0; i < state->columns->count; ++i) {
        const Column& column = state->columns->items[i];
        if (column.options->metadata != Metadata::Error)
            continue;
        task->slot->tts_values[column.attribute - 1] = reject_datum(column, reject);
        task->slot->tts_isnull[column.attribute - 1] = false;
    }
}

bool handle_reject(Conversion* task, const Reject& reject) {
    count_reject(task->state, reject);
    if (!task->state->columns->errors_become_rows)
        return false;
    fill_reject(task, reject);
    return true;
}

const char* column_of(const ScanState* state, const Complaint& complaint) {
    return complaint.column < 0 ? nullptr : state->spec_columns[complaint.column]->name;
}

// What the engine notes of the row. True: it is a reject, and `complaint` says why.
bool take_notes(ScanState* state, size_t row, Complaint* complaint) {
    const std::vector<Note>& notes = state->reader->object->batch().notes;
    while (state->note < notes.size() && notes[state->note].row == row) {
        const Note& note = notes[state->note++];
        make_complaint(note.error, *complaint);
        if (note.is_reject)
            return true;
        state->position.column = column_of(state, *complaint);
        note_replaced(state, complaint_text(*complaint, &state->position));
        state->position.column = nullptr;
    }
    return false;
}

bool engine_reject(Conversion* task, const Complaint& complaint) {
    ScanState* state = task->state;
    const uint64 line = state->position.line;
    const uint64 offset = state->position.offset;
    state->position.column = column_of(state, complaint);
    const Reject reject = {sqlstate_of(complaint.code), complaint_text(complaint, &state->position),
                           state->position.column};
    state->position.line = line; // the row's, which a fault within it is behind
    state->position.offset = offset;
    state->position.column = nullptr;
    return handle_reject(task, reject);
}

} // namespace

bool make_row(ScanState* state, TupleTableSlot* slot) {
    const Batch& batch = state->reader->object->batch();
    const size_t row = static_cast<size_t>(state->row++);
    state->position.line = batch.rows[row].line;
    state->position.offset = batch.rows[row].offset;
    state->row_was_replaced = false;
    Conversion task = {state, slot, batch.values.data() + row * batch.columns, 0};
    Complaint complaint;
    if (take_notes(state, row, &complaint))
        return engine_reject(&task, complaint);
    clear(slot);
    if (state->columns->stop_at_errors && !state->columns->has_fallbacks) {
        convert_rest(&task);
    } else if (ErrorData* error = convert_tolerantly(&task)) {
        if (state->columns->stop_at_errors)
            ReThrowError(error);
        state->reader->object->reject_row();
        return handle_reject(
            &task, {error->sqlerrcode, error->message, state->batch_columns[task.at]->name});
    }
    fill_metadata(state, slot);
    state->replaced += state->row_was_replaced;
    return true;
}

} // namespace weather
