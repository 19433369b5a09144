#include "orient.h"

#include "convert.h"
#include "engine_only.h"

namespace weather {

ColumnsExpander::ColumnsExpander(const PathTree& tree, const std::vector<TargetId>& targets)
    : captures_(tree) {
    for (const TargetId target : targets)
        if (!tree.is_list(target)) // what a path with [*] finds is one value of all rows
            targets_.push_back(target);
    cursors_.resize(targets_.size());
    decoded_.resize(targets_.size());
}

bool ColumnsExpander::begin(const Captures& found, Error& error, TargetId& faulty) {
    row_ = 0;
    captures_ = found; // of targets that are no columns of arrays: the same for all rows
    for (size_t i = 0; i < targets_.size(); ++i) {
        const Capture& capture = found.single(targets_[i]);
        const bool is_container =
            capture.kind == Capture::Kind::Array || capture.kind == Capture::Kind::Object;
        if (!is_container && capture.is_value()) {
            error.code = ErrorCode::WrongType;
            error.reason = "with orient 'columns' it must be an array";
            error.value = shorten(capture.json());
            faulty = targets_[i];
            return false;
        }
        cursors_[i].begin(is_container ? capture.text : std::string_view());
    }
    return true;
}

const Captures* ColumnsExpander::next(Error& error, TargetId& faulty, bool& well_formed) {
    well_formed = true;
    bool any = false;
    for (size_t i = 0; i < targets_.size(); ++i) {
        captures_.forget(targets_[i], 0);
        std::string_view value, name;
        if (!cursors_[i].next(value, name))
            continue;
        any = true;
        if (cursors_[i].is_object() && name != std::to_string(row_)) {
            error.code = ErrorCode::WrongType;
            error.reason = "the members of an object of values must be named 0, 1, 2 and so on";
            error.value = shorten(name);
            faulty = targets_[i];
            well_formed = false;
            return nullptr;
        }
        captures_.add(targets_[i], capture_of(value, decoded_[i]));
    }
    ++row_;
    return any ? &captures_ : nullptr;
}

bool SplitExpander::read_header(const Capture* header, Error& error) {
    targets_.clear();
    names_ = 0;
    if (!header || header->kind != Capture::Kind::Array) {
        error.code = ErrorCode::WrongType; // empty_rows 'null' cannot help
        error.reason = "header_path finds no array of names";
        return false;
    }
    ElementCursor cursor;
    cursor.begin(header->text);
    std::string_view value, unused;
    std::string decoded;
    for (; cursor.next(value, unused); ++names_) {
        const Capture name = capture_of(value, decoded);
        const auto known = by_name_.find(std::string(name.text));
        targets_.emplace_back();
        if (name.kind == Capture::Kind::String && known != by_name_.end())
            targets_.back() = known->second;
    }
    for (const auto& [place, target] : places_)
        if (place < names_)
            targets_[place].push_back(target);
    return true;
}

const Captures* SplitExpander::read_row(std::string_view row, Error& error) {
    captures_.clear();
    decoded_.clear();
    found_ = false;
    error.code = ErrorCode::WrongType;
    if (row[0] != '[') {
        error.reason = "with orient 'split' a row must be an array";
        error.value = shorten(row);
        return nullptr;
    }
    ElementCursor cursor;
    cursor.begin(row);
    std::string_view value, unused;
    for (size_t place = 0; cursor.next(value, unused); ++place) {
        if (place >= names_) {
            error.reason = "the row is longer than the header";
            error.value = shorten(row);
            return nullptr;
        }
        if (targets_[place].empty())
            continue;
        decoded_.emplace_back();
        for (const TargetId target : targets_[place])
            captures_.add(target, capture_of(value, decoded_.back()));
        found_ = true;
    }
    error.code = ErrorCode::None;
    return &captures_;
}

} // namespace weather
