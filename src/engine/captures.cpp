#include "captures.h"

#include "engine_only.h"

namespace weather {

std::string_view Capture::json() const {
    switch (kind) {
    case Kind::Missing:
        return {};
    case Kind::Null:
        return "null";
    case Kind::False:
        return "false";
    case Kind::True:
        return "true";
    case Kind::String:
        break;
    default:
        return text;
    }
    const char* end = raw + 1;
    while (*end != '"')
        end += *end == '\\' ? 2 : 1;
    return {raw, static_cast<size_t>(end + 1 - raw)};
}

Captures::Captures(const PathTree& tree)
    : singles_(tree.targets()), lists_(tree.targets()), is_list_(tree.targets()) {
    for (TargetId target = 0; target < tree.targets(); ++target) {
        is_list_[target] = tree.is_list(target);
        if (is_list_[target])
            list_targets_.push_back(target);
    }
}

void Captures::clear() {
    for (Capture& capture : singles_)
        capture.kind = Capture::Kind::Missing;
    for (const TargetId target : list_targets_)
        lists_[target].clear();
}

} // namespace weather
