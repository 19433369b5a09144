#include "fragment.h"

#include "extent.h"
#include "unescape.h"
#include "engine_only.h"

namespace weather {

Capture capture_of(std::string_view value, std::string& storage) {
    switch (value[0]) {
    case '{':
        return {Capture::Kind::Object, value, nullptr};
    case '[':
        return {Capture::Kind::Array, value, nullptr};
    case 't':
        return {Capture::Kind::True, {}, nullptr};
    case 'f':
        return {Capture::Kind::False, {}, nullptr};
    case 'n':
        return {Capture::Kind::Null, {}, nullptr};
    case '"':
        break;
    default:
        return {Capture::Kind::Number, value, nullptr};
    }
    const std::string_view inner = value.substr(1, value.size() - 2);
    if (inner.find('\\') == std::string_view::npos)
        return {Capture::Kind::String, inner, value.data()};
    decode_string(value, storage);
    return {Capture::Kind::String, storage, value.data()};
}

void ElementCursor::begin(std::string_view container) {
    text_ = container;
    at_ = 1;
    is_object_ = !container.empty() && container[0] == '{';
}

void ElementCursor::skip_blanks() {
    while (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\r' || text_[at_] == '\n')
        ++at_;
}

std::string_view ElementCursor::take_value() {
    skip_blanks();
    ExtentScanner scanner;
    scanner.scan(text_.substr(at_), true, false);
    const std::string_view value = text_.substr(at_, scanner.position());
    at_ += value.size();
    return value;
}

bool ElementCursor::next(std::string_view& value, std::string_view& name) {
    if (at_ >= text_.size())
        return false;
    skip_blanks();
    if (text_[at_] == ',') {
        ++at_;
    } else if (text_[at_] == ']' || text_[at_] == '}') {
        at_ = text_.size();
        return false;
    }
    if (is_object_) {
        name = take_value();
        name = name.substr(1, name.size() - 2);
        skip_blanks();
        ++at_; // the colon
    }
    value = take_value();
    return true;
}

} // namespace weather
