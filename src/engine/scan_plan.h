// The columns and paths of a scan, compiled once: which trees of paths the walks follow, and which
// targets of them each column takes its value from.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "column.h"
#include "path_tree.h"
#include "engine_only.h"

namespace weather {

// One path of one column, in one of the two trees.
struct ColumnTarget {
    bool in_document; // else in the row
    TargetId target;
};

class ScanPlan {
  public:
    explicit ScanPlan(const ScanSpec& spec);

    const ScanSpec& spec() const { return spec_; }
    bool has_row_path() const { return !spec_.row_path.empty(); }
    bool has_document_values() const { return !document_levels.empty(); }

    bool wants_raw() const; // some column does

    // Whether a column can find several values.
    bool collects(size_t column) const;

    PathTree row_tree;
    PathTree document_tree;
    std::vector<uint32_t> document_levels; // of each target; see DocumentValues

    std::vector<std::vector<ColumnTarget>> of_column; // its paths, in their order
    std::vector<TargetId> within_row; // of path columns, all paths but `$`, which finds every row
    std::unordered_set<std::string> read_members; // of the row, by some column
    std::vector<int> wanted;                      // columns to convert
    int header = -1;                              // the target of header_path in the document tree

    // With orient 'split': the header's name or the place that a path stands for.
    struct SplitPath {
        TargetId target;
        bool by_name;
        PathStep step;
    };
    std::vector<SplitPath> split_paths;

  private:
    void add_column(size_t column);
    void add_row_path(size_t column, const JsonPath& path);
    ColumnTarget add_document_path(const JsonPath& path);
    void mark_read(const JsonPath& path, size_t at);
    size_t shared_steps(const JsonPath& path, uint32_t& level) const;
    void mark_rows();

    ScanSpec spec_;
};

} // namespace weather
