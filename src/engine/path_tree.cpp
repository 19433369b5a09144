#include "path_tree.h"

#include "engine_only.h"

namespace weather {

namespace {

// Up to this many members a look at each is faster than a hash.
constexpr size_t linear_members = 8;

} // namespace

uint32_t PathNode::find(std::string_view name) const {
    if (members_.size() > linear_members) {
        const auto found = by_name_.find(name);
        return found == by_name_.end() ? no_child : found->second;
    }
    for (uint32_t i = 0; i < members_.size(); ++i)
        if (members_[i].name == name)
            return i;
    return no_child;
}

PathNode* PathNode::element(uint32_t index) const {
    const auto found = indexes_.find(index);
    return found == indexes_.end() ? nullptr : found->second;
}

PathNode& PathTree::new_node() {
    nodes_.emplace_back();
    return nodes_.back();
}

PathNode& PathTree::child(PathNode& parent, const PathStep& step) {
    switch (step.kind) {
    case PathStep::Kind::Members:
        if (!parent.any_member_)
            parent.any_member_ = &new_node();
        return *parent.any_member_;
    case PathStep::Kind::Elements:
        if (!parent.elements_)
            parent.elements_ = &new_node();
        return *parent.elements_;
    case PathStep::Kind::Index:
        if (PathNode* known = parent.element(step.index))
            return *known;
        return *parent.indexes_.emplace(step.index, &new_node()).first->second;
    case PathStep::Kind::Member:
        break;
    }
    for (PathNode::Member& member : parent.members_)
        if (member.name == step.name)
            return *member.child;
    parent.members_.push_back({step.name, &new_node(), 0});
    return *parent.members_.back().child;
}

TargetId PathTree::add(const JsonPath& path, size_t shared) {
    const TargetId target = static_cast<TargetId>(is_list_.size());
    bool list = false;
    for (size_t i = shared; i < path.size(); ++i)
        list |= path[i].kind == PathStep::Kind::Elements || path[i].kind == PathStep::Kind::Members;
    is_list_.push_back(list);

    PathNode* node = &root();
    for (const PathStep& step : path) {
        node = &child(*node, step);
        if (list)
            node->lists_below_.emplace_back(target, 0);
        else
            node->singles_below_.push_back(target);
    }
    node->targets_.push_back(target);
    return target;
}

PathNode& PathTree::node(const JsonPath& path, size_t steps) {
    PathNode* node = &root();
    for (size_t i = 0; i < steps; ++i)
        node = &child(*node, path[i]);
    return *node;
}

void PathTree::finish() {
    for (PathNode& node : nodes_) {
        if (node.targets_.size() == 1 && !is_list_[node.targets_[0]] && !node.accepts_elements())
            node.only_target_ = node.targets_[0];
        if (node.members_.size() <= linear_members)
            continue;
        for (uint32_t i = 0; i < node.members_.size(); ++i)
            node.by_name_.emplace(node.members_[i].name, i);
    }
}

} // namespace weather
