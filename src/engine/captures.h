// What the paths of a scan found in one row.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "path_tree.h"
#include "engine_only.h"

namespace weather {

// What a path found. Texts live until the next row is decoded.
struct Capture {
    enum class Kind : uint8_t { Missing, Null, False, True, Number, String, Object, Array };

    Kind kind = Kind::Missing;
    std::string_view text;     // String: decoded; Number, Object, Array: as it stands in the row
    const char* raw = nullptr; // String: its opening quote in the row's own text

    bool found() const { return kind != Kind::Missing; }
    bool is_value() const { return kind > Kind::Null; } // neither missing nor null

    // The value as it stands in the row, a string with its quotes and escapes. Not for Missing.
    std::string_view json() const;
};

// Everything captured of one row.
class Captures {
  public:
    explicit Captures(const PathTree& tree);

    const Capture& single(TargetId target) const { return singles_[target]; }
    // All finds of a path with `[*]`, in the order of the text.
    const std::vector<Capture>& list(TargetId target) const { return lists_[target]; }
    bool found(TargetId target) const {
        return is_list_[target] ? !lists_[target].empty() : singles_[target].found();
    }

    void clear();
    void add(TargetId target, const Capture& capture) {
        if (is_list_[target])
            lists_[target].push_back(capture);
        else
            singles_[target] = capture;
    }
    void set_single(TargetId target, const Capture& capture) { singles_[target] = capture; }
    size_t count(TargetId target) const { return lists_[target].size(); }
    bool is_list(TargetId target) const { return is_list_[target]; }
    // Back to `count` finds of a path with `[*]`, to none of another: a duplicate member came.
    void forget(TargetId target, size_t count) {
        if (is_list_[target])
            lists_[target].resize(count);
        else
            singles_[target].kind = Capture::Kind::Missing;
    }

  private:
    std::vector<Capture> singles_;
    std::vector<std::vector<Capture>> lists_;
    std::vector<TargetId> list_targets_;
    std::vector<char> is_list_; // not vector<bool>: asked for every value
};

} // namespace weather
