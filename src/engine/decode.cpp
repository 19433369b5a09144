// The walk: RapidJSON reports what it meets, the handler keeps for each open container the nodes of
// the path tree that apply to it. Where no path leads, only depth is counted.
#include "decode.h"

#include "unescape.h"
#include "utf8.h"
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
    for (TargetId target = 0; target < tree.targets(); ++target)
        is_list_[target] = tree.is_list(target);
}

void Captures::clear() {
    for (TargetId target = 0; target < singles_.size(); ++target)
        forget(target, 0);
}

void Captures::add(TargetId target, const Capture& capture) {
    if (is_list_[target])
        lists_[target].push_back(capture);
    else
        singles_[target] = capture;
}

void Captures::forget(TargetId target, size_t count) {
    if (is_list_[target])
        lists_[target].resize(count);
    else
        singles_[target].kind = Capture::Kind::Missing;
}

// The receiver of RapidJSON's events. Its methods' names and signatures are RapidJSON's.
class RowDecoder::Handler {
  public:
    Handler(PathTree& tree, Captures& captures) : tree_(tree), captures_(captures) {}

    void begin_row(const char* row, const char* copy, rapidjson::InsituStringStream& stream) {
        row_ = row;
        copy_ = copy;
        stream_ = &stream;
        frames_.clear();
        active_.assign(1, &tree_.root());
        depth_ = 0;
        below_paths_ = 0;
    }

    bool too_deep() const { return depth_ > max_depth; }

    bool Null() { return scalar({Capture::Kind::Null, {}, nullptr}); }
    bool Bool(bool value) {
        return scalar({value ? Capture::Kind::True : Capture::Kind::False, {}, nullptr});
    }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return below_paths_ || scalar({Capture::Kind::Number, {in_row(text), size}, nullptr});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return below_paths_ || scalar({Capture::Kind::String, {text, size}, in_row(text) - 1});
    }
    bool Key(const char* name, rapidjson::SizeType size, bool);
    bool StartObject() { return start(false); }
    bool StartArray() { return start(true); }
    bool EndObject(rapidjson::SizeType) { return end(Capture::Kind::Object); }
    bool EndArray(rapidjson::SizeType) { return end(Capture::Kind::Array); }

    // Never called: numbers come as text.
    bool Int(int) { return false; }
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }

  private:
    struct Frame {
        bool is_array;
        uint32_t element; // of an array: index of the next element
        uint32_t hint;    // of an object: see PathNode::member()
        size_t first;     // its nodes are active_[first .. end)
        size_t end;
        size_t start;    // offset of its bracket in the row
        uint64_t object; // number of this object; see PathNode::seen_in
    };

    const char* in_row(const char* in_copy) const { return row_ + (in_copy - copy_); }

    void begin_element();
    void take_as_element(size_t first);
    void enter(PathNode& child, uint64_t object);
    bool scalar(const Capture& capture);
    bool start(bool is_array);
    bool end(Capture::Kind kind);
    size_t first_pending() const { return frames_.empty() ? 0 : frames_.back().end; }

    void capture_all(size_t first, size_t end, const Capture& capture) {
        for (size_t i = first; i < end; ++i)
            for (const TargetId target : active_[i]->targets())
                captures_.add(target, capture);
    }

    PathTree& tree_;
    Captures& captures_;
    const char* row_ = nullptr;
    const char* copy_ = nullptr;
    rapidjson::InsituStringStream* stream_ = nullptr;
    std::vector<Frame> frames_;
    // The nodes of each open container, then those of the value that comes next.
    std::vector<PathNode*> active_;
    uint64_t objects_ = 0;
    int depth_ = 0;
    uint32_t below_paths_ = 0; // open containers that no path leads into
};

bool RowDecoder::Handler::Key(const char* name, rapidjson::SizeType size, bool) {
    if (below_paths_)
        return true;
    Frame& frame = frames_.back();
    uint32_t unused_hint = 0;
    for (size_t i = frame.first; i < frame.end; ++i) {
        uint32_t& hint = i == frame.first ? frame.hint : unused_hint;
        if (PathNode* child = active_[i]->member({name, size}, hint))
            enter(*child, frame.object);
    }
    return true;
}

// A member leads to `child`. The last one of several members of one name counts, as in jsonb:
// what an earlier one found is taken back.
void RowDecoder::Handler::enter(PathNode& child, uint64_t object) {
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
void RowDecoder::Handler::begin_element() {
    if (frames_.empty() || !frames_.back().is_array)
        return;
    Frame& frame = frames_.back();
    for (size_t i = frame.first; i < frame.end; ++i) {
        if (PathNode* child = active_[i]->element(frame.element))
            active_.push_back(child);
        if (PathNode* child = active_[i]->elements())
            active_.push_back(child);
    }
    ++frame.element;
}

// Lax mode: the value is no array, so that `[0]` and `[*]` take it as the one element.
void RowDecoder::Handler::take_as_element(size_t first) {
    for (size_t i = first; i < active_.size(); ++i) { // grows while it runs: `[*][0]` is possible
        if (PathNode* child = active_[i]->element(0))
            active_.push_back(child);
        if (PathNode* child = active_[i]->elements())
            active_.push_back(child);
    }
}

bool RowDecoder::Handler::scalar(const Capture& capture) {
    if (below_paths_)
        return true;
    const size_t first = first_pending();
    begin_element();
    if (active_.size() != first) {
        take_as_element(first);
        capture_all(first, active_.size(), capture);
        active_.resize(first);
    }
    return true;
}

bool RowDecoder::Handler::start(bool is_array) {
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
    frames_.push_back(
        {is_array, 0, 0, first, active_.size(), stream_->Tell() - 1, is_array ? 0 : ++objects_});
    return true;
}

bool RowDecoder::Handler::end(Capture::Kind kind) {
    --depth_;
    if (below_paths_) {
        --below_paths_;
        return true;
    }
    const Frame& frame = frames_.back();
    capture_all(frame.first, frame.end,
                {kind, {row_ + frame.start, stream_->Tell() - frame.start}, nullptr});
    active_.resize(frame.first);
    frames_.pop_back();
    return true;
}

RowDecoder::RowDecoder(PathTree& tree)
    : tree_(tree), captures_(tree), handler_(std::make_unique<Handler>(tree, captures_)) {}

RowDecoder::~RowDecoder() = default;

bool RowDecoder::copy_row(std::string_view row, Error& error) {
    const size_t invalid = find_invalid_utf8(row);
    if (invalid != row.size()) {
        error.code = ErrorCode::InvalidUtf8;
        error.offset = invalid;
        error.reason = "invalid byte sequence for encoding UTF8";
        return false;
    }
    has_escapes_ = copy_for_parsing(row, copy_);
    return true;
}

namespace {

// RapidJSON's words, which are sentences, as a reason that follows a colon.
std::string reason_of(rapidjson::ParseErrorCode code) {
    std::string reason = rapidjson::GetParseError_En(code);
    if (!reason.empty() && reason.back() == '.')
        reason.pop_back();
    if (!reason.empty() && reason[0] >= 'A' && reason[0] <= 'Z')
        reason[0] = static_cast<char>(reason[0] - 'A' + 'a');
    return reason;
}

} // namespace

bool RowDecoder::decode(std::string_view row, Error& error) {
    captures_.clear();
    if (!copy_row(row, error))
        return false;
    rapidjson::InsituStringStream stream(copy_.data());
    handler_->begin_row(row.data(), copy_.data(), stream);
    const rapidjson::ParseResult parsed = reader_.Parse<json_flags>(stream, *handler_);
    if (!parsed.IsError() && stream.Tell() == row.size())
        return true;
    error.offset = parsed.IsError() ? parsed.Offset() : stream.Tell();
    if (handler_->too_deep()) {
        error.code = ErrorCode::TooDeep;
        error.reason = "nested deeper than " + std::to_string(max_depth) + " levels";
    } else {
        error.code = ErrorCode::Syntax;
        error.reason = parsed.IsError() ? reason_of(parsed.Code()) : "unexpected NUL byte";
    }
    return false;
}

} // namespace weather
