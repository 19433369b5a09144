#include "envelope.h"

#include "engine_only.h"

namespace weather {

void EnvelopeHandler::begin_document(bool collecting) {
    frames_.clear();
    active_.clear();
    collecting_ = collecting;
    came_twice_ = false;
    names_bytes_ = 0;
    values_.enter(0);
}

void EnvelopeHandler::push(PathNode* node) {
    if (!node)
        return;
    active_.push_back(node);
    if (node->level > 0)
        values_.enter(node->level);
}

void EnvelopeHandler::begin_value(bool is_array) {
    if (frames_.empty()) {
        active_.assign(1, &tree_.root());
    } else if (frames_.back().is_array) {
        Frame& frame = frames_.back();
        for (uint32_t i = frame.first; i < frame.end; ++i) {
            push(active_[i]->element(frame.element));
            push(active_[i]->elements());
        }
        ++frame.element;
    }
    if (is_array)
        return;
    for (size_t i = first_pending(); i < active_.size(); ++i) { // lax mode: see path_tree.h
        push(active_[i]->element(0));
        push(active_[i]->elements());
    }
}

bool EnvelopeHandler::at_row() const {
    for (size_t i = first_pending(); i < active_.size(); ++i)
        if (active_[i]->is_row)
            return true;
    return false;
}

bool EnvelopeHandler::wants_text() const {
    if (collecting_)
        for (size_t i = first_pending(); i < active_.size(); ++i)
            if (!active_[i]->targets().empty())
                return true;
    return false;
}

bool EnvelopeHandler::wants_row() const {
    if (collecting_)
        for (size_t i = first_pending(); i < active_.size(); ++i)
            if (active_[i] == &tree_.root() || !active_[i]->targets().empty() ||
                !active_[i]->singles_below().empty() || !active_[i]->lists_below().empty())
                return true;
    return false;
}

void EnvelopeHandler::member(std::string_view name) {
    Frame& frame = frames_.back();
    member_ = name;
    for (uint32_t i = frame.first; i < frame.end; ++i) {
        uint32_t no_guess = PathNode::no_child;
        uint32_t& last = i == frame.first ? frame.last : no_guess;
        if (PathNode* child = active_[i]->member(name, last))
            enter_member(*child, frame.object);
        if (PathNode* child = active_[i]->any_member()) {
            if (child->level > 0) { // a step of the row path
                row_key_ = member_;
                came_twice_ |= !frame.names.insert(member_).second;
                const size_t bytes = sizeof(std::string) + member_.size();
                frame.names_bytes += bytes;
                names_bytes_ += bytes;
            }
            push(child);
        }
    }
}

void EnvelopeHandler::enter_member(PathNode& child, uint64_t object) {
    const bool again = child.seen_in == object;
    child.seen_in = object;
    if (child.leads_to_row) { // never again; and what is below may be of a level not yet entered
        came_twice_ |= again;
    } else if (collecting_) { // as RowHandler::enter()
        for (const TargetId target : child.singles_below())
            if (again)
                values_.forget(target, 0);
        for (auto& [target, count] : child.lists_below()) {
            if (again)
                values_.forget(target, count);
            else
                count = values_.count(target);
        }
    }
    push(&child);
}

void EnvelopeHandler::capture(size_t first, size_t end, std::string_view value) {
    for (size_t i = first; i < end; ++i)
        for (const TargetId target : active_[i]->targets())
            values_.add(target, value);
}

void EnvelopeHandler::capture_text(std::string_view value) {
    capture(first_pending(), active_.size(), value);
}

void EnvelopeHandler::scalar(std::string_view value) {
    if (collecting_)
        capture_text(value);
    active_.resize(first_pending());
}

void EnvelopeHandler::start(bool is_array) {
    const uint32_t first = first_pending();
    frames_.push_back({is_array,
                       0,
                       PathNode::no_child,
                       first,
                       static_cast<uint32_t>(active_.size()),
                       is_array ? 0 : ++objects_,
                       {},
                       0});
}

void EnvelopeHandler::end() {
    const uint32_t first = frames_.back().first;
    names_bytes_ -= frames_.back().names_bytes;
    frames_.pop_back();
    active_.resize(first);
}

// Tells the handler of what is inside a row, for a document path that leads into it by index
// (`$.list[0].dt`).
class EnvelopeHandler::Inside {
  public:
    explicit Inside(EnvelopeHandler& handler) : handler_(handler) {}

    void begin(const char* row) { row_ = row; }
    bool too_deep() const { return starts_.size() > static_cast<size_t>(max_depth); }
    void member(std::string_view name) { handler_.member(name); }

    void scalar(const Capture& capture) {
        if (starts_.empty())
            return; // the row itself: pass_row() has captured it
        handler_.begin_value(false);
        handler_.scalar(capture.json());
    }

    bool start(bool is_array, size_t at) {
        if (!starts_.empty())
            handler_.begin_value(is_array);
        starts_.push_back(at);
        handler_.start(is_array);
        return !too_deep();
    }

    void end(size_t end) {
        const size_t start = starts_.back();
        starts_.pop_back();
        const Frame& frame = handler_.frames_.back();
        if (!starts_.empty())
            handler_.capture(frame.first, frame.end, {row_ + start, end - start});
        handler_.end();
    }

  private:
    EnvelopeHandler& handler_;
    const char* row_ = nullptr;
    std::vector<size_t> starts_; // offsets of the open containers
};

bool EnvelopeHandler::pass_row(std::string_view row, ReferenceWalk& walk, WalkFault& fault) {
    const size_t first = first_pending();
    bool well_formed = true;
    if (wants_row()) {
        capture_text(row);
        Inside inside(*this);
        well_formed = walk.walk(row, inside, fault);
    }
    active_.resize(first);
    return well_formed;
}

} // namespace weather
