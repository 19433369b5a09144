// Follows the paths of a tree through one row, whoever reads the row's text: it is told of every
// member, scalar and bracket in order, and captures what the paths find. For each open container it
// keeps the nodes of the tree that apply to it; where no path leads, only depth is counted.
//
// All inline: these functions run for every value of every row.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "captures.h"
#include "json_library.h"
#include "path_tree.h"
#include "engine_only.h"

namespace weather {

class RowHandler {
  public:
    RowHandler(PathTree& tree, Captures& captures) : tree_(tree), captures_(captures) {}

    // A walk over the row begins.
    void begin(const char* row) {
        row_ = row;
        frames_.clear();
        active_.assign(1, &tree_.root());
        depth_ = 0;
        below_paths_ = 0;
        captures_.clear();
    }

    bool too_deep() const { return depth_ > max_depth; }

    void member(std::string_view name);
    void scalar(const Capture& capture);
    // `at`: offset of the bracket in the row. False: nested too deeply.
    bool start(bool is_array, size_t at);
    // `end`: offset behind the bracket.
    void end(size_t end);

  private:
    struct Frame {
        bool is_array;
        uint32_t element; // of an array: index of the next element
        uint32_t last;    // of an object: see PathNode::member()
        uint32_t first;   // its nodes are active_[first .. end)
        uint32_t end;
        size_t start;    // offset of its bracket in the row
        uint64_t object; // number of this object; see PathNode::seen_in
    };

    void begin_element();
    void take_as_element(size_t first);
    void enter(PathNode& child, uint64_t object);
    size_t first_pending() const { return frames_.empty() ? 0 : frames_.back().end; }

    void capture_all(size_t first, size_t end, const Capture& capture) {
        for (size_t i = first; i < end; ++i)
            for (const TargetId target : active_[i]->targets())
                captures_.add(target, capture);
    }

    PathTree& tree_;
    Captures& captures_;
    const char* row_ = nullptr;
    std::vector<Frame> frames_;
    // The nodes of each open container, then those of the value that comes next.
    std::vector<PathNode*> active_;
    uint64_t objects_ = 0;
    int depth_ = 0;
    uint32_t below_paths_ = 0; // open containers that no path leads into
};

inline void RowHandler::member(std::string_view name) {
    if (below_paths_)
        return;
    Frame& frame = frames_.back();
    if (PathNode* child = active_[frame.first]->member(name, frame.last))
        enter(*child, frame.object);
    if (PathNode* child = active_[frame.first]->any_member())
        active_.push_back(child);
    for (uint32_t i = frame.first + 1; i < frame.end; ++i) { // rarely: see path_tree.h
        uint32_t last = PathNode::no_child;
        if (PathNode* child = active_[i]->member(name, last))
            enter(*child, frame.object);
        if (PathNode* child = active_[i]->any_member())
            active_.push_back(child);
    }
}

// A member leads to `child`. The last one of several members of one name counts, as in jsonb:
// what an earlier one found is taken back.
inline void RowHandler::enter(PathNode& child, uint64_t object) {
    if (child.seen_in == object) {
        for (const TargetId target : child.singles_below())
            captures_.forget(target, 0);
        for (const auto& [target, count] : child.lists_below())
            captures_.forget(target, count);
    } else {
        child.seen_in = object;
        for (auto& [target, count] : child.lists_below())
            count = captures_.count(target);
    }
    active_.push_back(&child);
}

// Within an array nothing announces a value: find the nodes of the next element.
inline void RowHandler::begin_element() {
    if (frames_.empty() || !frames_.back().is_array)
        return;
    Frame& frame = frames_.back();
    for (uint32_t i = frame.first; i < frame.end; ++i) {
        if (PathNode* child = active_[i]->element(frame.element))
            active_.push_back(child);
        if (PathNode* child = active_[i]->elements())
            active_.push_back(child);
    }
    ++frame.element;
}

// Lax mode: the value is no array, so that `[0]` and `[*]` take it as the one element.
inline void RowHandler::take_as_element(size_t first) {
    for (size_t i = first; i < active_.size(); ++i) { // grows while it runs: `[*][0]` is possible
        if (!active_[i]->accepts_elements())
            continue;
        if (PathNode* child = active_[i]->element(0))
            active_.push_back(child);
        if (PathNode* child = active_[i]->elements())
            active_.push_back(child);
    }
}

inline void RowHandler::scalar(const Capture& capture) {
    if (below_paths_)
        return;
    const size_t first = first_pending();
    begin_element();
    if (active_.size() == first)
        return;
    if (active_.size() == first + 1 && active_[first]->only_target() != PathNode::no_target) {
        captures_.set_single(active_[first]->only_target(), capture);
        active_.pop_back();
        return;
    }
    take_as_element(first);
    capture_all(first, active_.size(), capture);
    active_.resize(first);
}

inline bool RowHandler::start(bool is_array, size_t at) {
    if (++depth_ > max_depth)
        return false;
    if (below_paths_) {
        ++below_paths_;
        return true;
    }
    const size_t first = first_pending();
    begin_element();
    if (active_.size() == first) {
        below_paths_ = 1;
        return true;
    }
    if (!is_array)
        take_as_element(first);
    frames_.push_back({is_array, 0, PathNode::no_child, static_cast<uint32_t>(first),
                       static_cast<uint32_t>(active_.size()), at, is_array ? 0 : ++objects_});
    return true;
}

inline void RowHandler::end(size_t end) {
    --depth_;
    if (below_paths_) {
        --below_paths_;
        return;
    }
    const Frame& frame = frames_.back();
    capture_all(frame.first, frame.end,
                {frame.is_array ? Capture::Kind::Array : Capture::Kind::Object,
                 {row_ + frame.start, end - frame.start},
                 nullptr});
    active_.resize(frame.first);
    frames_.pop_back();
}

} // namespace weather
