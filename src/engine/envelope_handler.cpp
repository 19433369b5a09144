#include "envelope.h"

#include "engine_only.h"

namespace weather {

void EnvelopeHandler::begin_document(bool collecting) {
    frames_.clear();
    active_.clear();
    collecting_ = collecting;
    came_twice_ = false;
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

void EnvelopeHandler::member(std::string_view name) {
    Frame& frame = frames_.back();
    member_ = name;
    for (uint32_t i = frame.first; i < frame.end; ++i) {
        uint32_t no_guess = PathNode::no_child;
        uint32_t& last = i == frame.first ? frame.last : no_guess;
        if (PathNode* child = active_[i]->member(name, last))
            enter_member(*child, frame.object);
        if (PathNode* child = active_[i]->any_member()) {
            if (child->level > 0)
                row_key_ = member_;
            push(child);
        }
    }
}

void EnvelopeHandler::enter_member(PathNode& child, uint64_t object) {
    const bool again = child.seen_in == object;
    child.seen_in = object;
    if (again && child.leads_to_row)
        came_twice_ = true;
    if (collecting_) { // as RowHandler::enter()
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

void EnvelopeHandler::capture_text(std::string_view value) {
    for (size_t i = first_pending(); i < active_.size(); ++i)
        for (const TargetId target : active_[i]->targets())
            values_.add(target, value);
}

void EnvelopeHandler::scalar(std::string_view value) {
    if (collecting_)
        capture_text(value);
    active_.resize(first_pending());
}

void EnvelopeHandler::start(bool is_array) {
    const uint32_t first = first_pending();
    frames_.push_back({is_array, 0, PathNode::no_child, first,
                       static_cast<uint32_t>(active_.size()), is_array ? 0 : ++objects_});
}

void EnvelopeHandler::end() {
    const uint32_t first = frames_.back().first;
    frames_.pop_back();
    active_.resize(first);
}

// Tells the handler of what is inside a row, for a document path that leads into it by index
// (`$.list[0].dt`).
class EnvelopeHandler::Inside {
  public:
    explicit Inside(EnvelopeHandler& handler) : handler_(handler) {}

    void begin(const char*) {}
    bool too_deep() const { return depth_ > max_depth; }
    void member(std::string_view name) { handler_.member(name); }

    void scalar(const Capture& capture) {
        if (depth_ == 0)
            return; // the row itself: pass_row() has captured it
        handler_.begin_value(false);
        handler_.scalar(capture.json());
    }

    bool start(bool is_array, size_t) {
        if (depth_++ > 0)
            handler_.begin_value(is_array);
        handler_.start(is_array);
        return depth_ <= max_depth;
    }

    void end(size_t) {
        --depth_;
        handler_.end();
    }

  private:
    EnvelopeHandler& handler_;
    int depth_ = 0;
};

bool EnvelopeHandler::pass_row(std::string_view row, ReferenceWalk& walk, WalkFault& fault) {
    const size_t first = first_pending();
    bool leads_on = false;
    if (collecting_) {
        capture_text(row);
        for (size_t i = first; i < active_.size(); ++i)
            leads_on |= !active_[i]->singles_below().empty() || !active_[i]->lists_below().empty();
    }
    bool well_formed = true;
    if (leads_on) {
        Inside inside(*this);
        well_formed = walk.walk(row, inside, fault);
    }
    active_.resize(first);
    return well_formed;
}

} // namespace weather
