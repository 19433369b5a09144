#include "scan_plan.h"

#include <algorithm>

#include "engine_only.h"

namespace weather {

namespace {

bool same_step(const PathStep& left, const PathStep& right) {
    return left.kind == right.kind && left.name == right.name && left.index == right.index;
}

bool is_wildcard(const PathStep& step) {
    return step.kind == PathStep::Kind::Elements || step.kind == PathStep::Kind::Members;
}

} // namespace

ScanPlan::ScanPlan(const ScanSpec& spec) : of_column(spec.columns.size()), spec_(spec) {
    for (size_t i = 0; i < spec_.columns.size(); ++i)
        add_column(i);
    if (spec_.orient == Orient::Split)
        header = static_cast<int>(add_document_path(spec_.header_path).target);
    mark_rows();
    row_tree.finish();
    document_tree.finish();
}

bool ScanPlan::wants_raw() const {
    return std::any_of(wanted.begin(), wanted.end(), [this](int column) {
        return spec_.columns[static_cast<size_t>(column)].source == ColumnSource::Raw;
    });
}

bool ScanPlan::collects(size_t column) const {
    for (const ColumnTarget& target : of_column[column])
        if ((target.in_document ? document_tree : row_tree).is_list(target.target))
            return true;
    return false;
}

void ScanPlan::add_column(size_t index) {
    const ColumnSpec& column = spec_.columns[index];
    if (column.wanted)
        wanted.push_back(static_cast<int>(index));
    for (const JsonPath& path : column.paths) {
        if (column.source == ColumnSource::DocumentPath) {
            uint32_t level = 0;
            const size_t shared = shared_steps(path, level);
            if (shared == spec_.row_path.size())
                mark_read(path, shared);
            if (column.wanted)
                of_column[index].push_back(add_document_path(path));
        } else {
            add_row_path(index, path);
        }
    }
}

void ScanPlan::add_row_path(size_t column, const JsonPath& path) {
    const bool split = spec_.orient == Orient::Split;
    const TargetId target = row_tree.add(split ? JsonPath() : path);
    of_column[column].push_back({false, target});
    if (path.empty())
        return;
    within_row.push_back(target);
    mark_read(path, 0);
    if (split)
        split_paths.push_back({target, path[0].kind == PathStep::Kind::Member, path[0]});
}

// A path goes on within the row from its step `at` on: the member that it reads. In lax mode `[0]`
// and `[*]` may stand before it.
void ScanPlan::mark_read(const JsonPath& path, size_t at) {
    while (at < path.size() && (path[at].kind == PathStep::Kind::Elements ||
                                (path[at].kind == PathStep::Kind::Index && path[at].index == 0)))
        ++at;
    if (at < path.size() && path[at].kind == PathStep::Kind::Member)
        read_members.insert(path[at].name);
}

// The number of steps that a document path has in common with the row path, and of wildcards among
// them.
size_t ScanPlan::shared_steps(const JsonPath& path, uint32_t& level) const {
    const JsonPath& rows = spec_.row_path;
    size_t shared = 0;
    for (level = 0; shared < rows.size() && shared < path.size(); ++shared) {
        if (!same_step(path[shared], rows[shared]))
            break;
        level += is_wildcard(rows[shared]);
    }
    return shared;
}

// A document path that goes through the row is one of the row's: the rest of it is followed there.
// One that shares wildcards with the row path belongs to the element that the last of them stands
// for; sharing ends at the first step that differs.
ColumnTarget ScanPlan::add_document_path(const JsonPath& path) {
    uint32_t level = 0;
    const size_t shared = shared_steps(path, level);
    if (shared == spec_.row_path.size() && spec_.orient != Orient::Split)
        return {false, row_tree.add({path.begin() + static_cast<ptrdiff_t>(shared), path.end()})};
    const TargetId target = document_tree.add(path, shared);
    document_levels.push_back(level);
    return {true, target};
}

void ScanPlan::mark_rows() {
    const JsonPath& rows = spec_.row_path;
    uint32_t level = 0;
    for (size_t steps = 0; steps <= rows.size(); ++steps) {
        PathNode& node = document_tree.node(rows, steps);
        node.leads_to_row = true;
        node.is_row = steps == rows.size();
        if (steps > 0 && is_wildcard(rows[steps - 1]))
            node.level = ++level;
    }
}

} // namespace weather
