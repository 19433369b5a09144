// All paths of a scan, merged into one tree, so that a row is walked once whatever the number of
// columns. A target is one path of one column; a column with alternative paths has several.
//
// A node stands for a position that some path reaches. Several nodes can apply to one value: an
// array element belongs to `[*]` and to `[0]`; and in SQL/JSON's lax mode `[*]` and `[0]` on
// something that is no array take it as the one element.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "path.h"
#include "engine_only.h"

namespace weather {

using TargetId = uint32_t;

class PathNode {
  public:
    // The child for a member name, or null. `last` belongs to the object that is being read: the
    // number of the child that its last found member led to, no_child at first. Members mostly come
    // in the same order in every row, so that the child after it is the first guess.
    PathNode* member(std::string_view name, uint32_t& last) {
        uint32_t& guess = last == no_child ? first_ : members_[last].follower;
        if (guess >= members_.size() || members_[guess].name != name) {
            const uint32_t found = find(name);
            if (found == no_child)
                return nullptr;
            guess = found;
        }
        last = guess;
        return members_[last].child;
    }
    static constexpr uint32_t no_child = UINT32_MAX;

    PathNode* any_member() const { return any_member_; } // .*
    PathNode* elements() const { return elements_; }     // [*]
    PathNode* element(uint32_t index) const;             // [index]
    bool accepts_elements() const { return elements_ || !indexes_.empty(); }

    const std::vector<TargetId>& targets() const { return targets_; } // paths that end here

    // Where exactly one path without `[*]` ends here and none leads on, as at most columns': that
    // target. Else no_target.
    TargetId only_target() const { return only_target_; }
    static constexpr TargetId no_target = UINT32_MAX;

    // The paths that end here or deeper, without `[*]` ...
    const std::vector<TargetId>& singles_below() const { return singles_below_; }
    // ... and with it, each with a place where the walk notes how many values it had found when
    // `seen_in` was set: a duplicate member makes it go back there.
    std::vector<std::pair<TargetId, size_t>>& lists_below() { return lists_below_; }

    // For the walk: the object in which a member last led here. Tells a duplicate member.
    uint64_t seen_in = 0;

    // For the walk over an envelope (envelope.h): this position is a row, or leads to one;
    // its number among the
    // wildcards of the row path, from 1, or 0.
    bool is_row = false;
    bool leads_to_row = false;
    uint32_t level = 0;

  private:
    friend class PathTree;

    struct Member {
        std::string name;
        PathNode* child;
        uint32_t follower = 0; // what came after it the last time: a guess
    };

    uint32_t find(std::string_view name) const;

    std::vector<Member> members_;
    uint32_t first_ = 0; // what came first in the last object: a guess
    std::unordered_map<std::string_view, uint32_t> by_name_; // filled only where worth it
    std::map<uint32_t, PathNode*> indexes_;
    PathNode* any_member_ = nullptr;
    PathNode* elements_ = nullptr;
    std::vector<TargetId> targets_;
    TargetId only_target_ = no_target;
    std::vector<TargetId> singles_below_;
    std::vector<std::pair<TargetId, size_t>> lists_below_;
};

class PathTree {
  public:
    PathTree() { nodes_.emplace_back(); }

    // Adds a path; the result numbers the targets from 0. Wildcards among its first `shared` steps
    // are bound by somebody else: they do not make it a list.
    TargetId add(const JsonPath& path, size_t shared = 0);

    // The node that a path leads to, for marks of the caller's; no target.
    PathNode& node(const JsonPath& path, size_t steps);

    // To be called once after the last add().
    void finish();

    PathNode& root() { return nodes_.front(); }
    size_t targets() const { return is_list_.size(); }

    // Whether the target's path has a wildcard of its own, so that it may find several values.
    bool is_list(TargetId target) const { return is_list_[target]; }

  private:
    PathNode& child(PathNode& parent, const PathStep& step);
    PathNode& new_node();

    std::deque<PathNode> nodes_; // a deque: nodes point to one another and must not move
    std::vector<bool> is_list_;
};

} // namespace weather
