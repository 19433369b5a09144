// Rows out of a match whose values stand column by column (orient 'columns') or without their names
// (orient 'split'): DESIGN section 5.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "captures.h"
#include "error.h"
#include "fragment.h"
#include "engine_only.h"

namespace weather {

// Parallel arrays, or objects with the keys 0, 1, 2, …: row i is made of the i-th element of each.
class ColumnsExpander {
  public:
    ColumnsExpander(const PathTree& tree, const std::vector<TargetId>& targets);

    // `found`: what the targets found in the match. False: `error` has code, reason and value for
    // the target `faulty`, which found something else than an array.
    bool begin(const Captures& found, Error& error, TargetId& faulty);

    // The next row's values, or null when the longest array is at its end. False in `well_formed`,
    // with the same, where an object's keys are not 0, 1, 2, …
    const Captures* next(Error& error, TargetId& faulty, bool& well_formed);

  private:
    std::vector<TargetId> targets_;
    std::vector<ElementCursor> cursors_;
    std::vector<std::string> decoded_;
    Captures captures_;
    size_t row_ = 0;
};

// A row is an array; the header, another array, has the names of its elements.
class SplitExpander {
  public:
    explicit SplitExpander(const PathTree& tree) : captures_(tree) {}

    // A path of a column: the header's name for it, or its place.
    void add_name(TargetId target, std::string name) {
        by_name_[std::move(name)].push_back(target);
    }
    void add_place(TargetId target, size_t place) { places_.emplace_back(place, target); }

    // The header of a document; null: none was found. False: it is no array of strings.
    bool read_header(const Capture* header, Error& error);

    // The values of one row, the text of an array. Null, with `error`, where it is none or is
    // longer than the header.
    const Captures* read_row(std::string_view row, Error& error);

    bool found_anything() const { return found_; }

  private:
    std::unordered_map<std::string, std::vector<TargetId>> by_name_;
    std::vector<std::pair<size_t, TargetId>> places_;
    std::vector<std::vector<TargetId>> targets_; // of each element, by the header
    size_t names_ = 0;
    Captures captures_;
    std::deque<std::string> decoded_;
    bool found_ = false;
};

} // namespace weather
