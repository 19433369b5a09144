#include "document_values.h"

#include <algorithm>

#include "fragment.h"
#include "engine_only.h"

namespace weather {

DocumentValues::DocumentValues(const PathTree& tree, std::vector<uint32_t> level_of)
    : level_of_(std::move(level_of)), place_in_level_(level_of_.size()), captures_(tree),
      decoded_(level_of_.size()) {
    for (TargetId target = 0; target < level_of_.size(); ++target) {
        const uint32_t level = level_of_[target];
        levels_.resize(std::max<size_t>(levels_.size(), level + 1));
        place_in_level_[target] = static_cast<uint32_t>(levels_[level].targets.size());
        levels_[level].targets.push_back(target);
    }
}

void DocumentValues::collect() {
    collecting_ = true;
    bytes_ = 0;
    for (Level& level : levels_)
        level.records.clear();
}

void DocumentValues::follow() {
    collecting_ = false;
    captures_.clear();
    for (Level& level : levels_)
        level.next = 0;
}

void DocumentValues::enter(uint32_t level) {
    if (level >= levels_.size() || levels_[level].targets.empty())
        return;
    Level& entered = levels_[level];
    if (collecting_) {
        entered.records.emplace_back(entered.targets.size());
        bytes_ += sizeof(Record) + entered.targets.size() * sizeof(Finds);
    } else if (entered.next < entered.records.size()) {
        load(entered, entered.records[entered.next++]);
    }
}

DocumentValues::Finds& DocumentValues::finds(TargetId target) {
    return levels_[level_of_[target]].records.back()[place_in_level_[target]];
}

void DocumentValues::add(TargetId target, std::string_view value) {
    Finds& found = finds(target);
    if (!captures_.is_list(target))
        forget(target, 0);
    found.emplace_back(value);
    bytes_ += sizeof(std::string) + value.size();
}

// Before the first element of its level is entered, a target has no record yet.
size_t DocumentValues::count(TargetId target) const {
    const std::vector<Record>& records = levels_[level_of_[target]].records;
    return records.empty() ? 0 : records.back()[place_in_level_[target]].size();
}

void DocumentValues::forget(TargetId target, size_t count) {
    if (levels_[level_of_[target]].records.empty())
        return;
    Finds& found = finds(target);
    for (; found.size() > count; found.pop_back())
        bytes_ -= sizeof(std::string) + found.back().size();
}

void DocumentValues::load(const Level& level, const Record& record) {
    for (size_t i = 0; i < record.size(); ++i) {
        const TargetId target = level.targets[i];
        captures_.forget(target, 0);
        decoded_[target].clear();
        for (const std::string& value : record[i]) {
            decoded_[target].emplace_back();
            captures_.add(target, capture_of(value, decoded_[target].back()));
        }
    }
}

} // namespace weather
