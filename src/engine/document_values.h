// What document_path columns find outside of the rows. Such a value may stand behind the rows that
// need it (OpenWeatherMap's `city`), and it may belong to an element between document and row. So a
// first walk over the document collects: a record for the document and for each element that a
// wildcard of the row path stands for. The walk over the rows then follows the same elements in the
// same order.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "captures.h"
#include "engine_only.h"

namespace weather {

class DocumentValues {
  public:
    // `level_of[t]`: the number of wildcards of the row path that target t of `tree` shares.
    DocumentValues(const PathTree& tree, std::vector<uint32_t> level_of);

    bool empty() const { return level_of_.empty(); }

    // A new document: everything is forgotten, and the collecting walk begins.
    void collect();
    // The walk over the rows begins.
    void follow();

    // The walk has come to the document (level 0) or to an element that the level-th wildcard
    // stands for.
    void enter(uint32_t level);

    // While collecting: a target has found a value, given by its JSON text.
    void add(TargetId target, std::string_view value);
    size_t count(TargetId target) const;
    void forget(TargetId target, size_t count);

    // About the memory that is held.
    size_t bytes() const { return bytes_; }

    // While following: what the targets have found for the elements that were entered last.
    const Captures& captures() const { return captures_; }

  private:
    using Finds = std::vector<std::string>; // JSON texts
    using Record = std::vector<Finds>;      // for each target of the level

    struct Level {
        std::vector<TargetId> targets;
        std::vector<Record> records; // in the order of the text
        size_t next = 0;             // while following
    };

    Finds& finds(TargetId target);
    void load(const Level& level, const Record& record);

    std::vector<uint32_t> level_of_;
    std::vector<uint32_t> place_in_level_;
    std::vector<Level> levels_;
    bool collecting_ = true;
    size_t bytes_ = 0;
    Captures captures_;
    std::vector<std::deque<std::string>> decoded_; // strings of each target's captures
};

} // namespace weather
