// The walk: one token after another, by what the grammar expects next. Nothing is taken before it
// is there as a whole, so that the walk can stop anywhere and go on when more of the text has come.
#include "envelope.h"

#include "number.h"
#include "unescape.h"
#include "utf8.h"
#include "engine_only.h"

namespace weather {

namespace {

constexpr const char* cut_by_file = "the document is cut off by the end of the file";
constexpr const char* cut_by_line = "the document is cut off by the end of the line";

// Takes no interest in what a walk tells it.
struct NoHandler {
    void begin(const char*) {}
    bool too_deep() const { return false; }
    void member(std::string_view) {}
    void scalar(const Capture&) {}
    bool start(bool, size_t) { return true; }
    void end(size_t) {}
};

} // namespace

void EnvelopeWalk::begin() {
    arrays_.clear();
    expect_ = Expect::Value;
    value_begun_ = was_container_ = false;
    scanner_.begin();
}

EnvelopeWalk::Step EnvelopeWalk::fail(const char* reason, ErrorCode code) {
    fault_ = reason;
    fault_code_ = code;
    return Step::Fault;
}

void EnvelopeWalk::value_done() {
    value_begun_ = false;
    scanner_.begin();
    expect_ = arrays_.empty() ? Expect::End : Expect::CommaOrEnd;
}

EnvelopeWalk::Step EnvelopeWalk::next(std::string_view text, size_t& at, bool ended,
                                      bool one_line) {
    ended_ = ended;
    one_line_ = one_line;
    while (expect_ != Expect::End) {
        const Step step = token(text, at);
        if (step != Step::End)
            return step;
        if (const char* kept = handler_.keeps_too_much())
            return fail(kept, ErrorCode::TooLarge);
    }
    return Step::End;
}

// One token. End: it was taken.
EnvelopeWalk::Step EnvelopeWalk::token(std::string_view text, size_t& at) {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r' ||
                                (text[at] == '\n' && !one_line_)))
        ++at;
    if (at == text.size())
        return ended_ ? fail(cut_by_file) : Step::NeedInput;
    const char c = text[at];
    if (c == '\n')
        return fail(cut_by_line, ErrorCode::CutByLine);
    if (expect_ == Expect::Value || (expect_ == Expect::ValueOrEnd && c != ']'))
        return value(text, at);
    if (expect_ == Expect::Member || (expect_ == Expect::MemberOrEnd && c != '}'))
        return member(text, at);
    return punctuation(c, at);
}

// Colon, comma or closing bracket.
EnvelopeWalk::Step EnvelopeWalk::punctuation(char c, size_t& at) {
    if (expect_ == Expect::Colon) {
        if (c != ':')
            return fail("missing a colon after a name of object member");
        expect_ = Expect::Value;
    } else if (c == (arrays_.back() ? ']' : '}')) {
        handler_.end();
        arrays_.pop_back();
        value_done();
    } else if (c == ',' && expect_ == Expect::CommaOrEnd) {
        expect_ = arrays_.back() ? Expect::Value : Expect::Member;
    } else {
        return fail(arrays_.back() ? "missing a comma or ] after an array element"
                                   : "missing a comma or } after an object member");
    }
    ++at;
    return Step::End;
}

// The text of the value from `at` on. End: it is complete. Fault: `at` is moved to it.
EnvelopeWalk::Step EnvelopeWalk::take_token(std::string_view text, size_t& at,
                                            std::string_view& token) {
    const ExtentScanner::Found found = scanner_.scan(text.substr(at), ended_, one_line_);
    const size_t size = scanner_.position();
    if (size > maximum_size_)
        return fail("a value is longer than maximum_object_size", ErrorCode::TooLarge);
    if (found == ExtentScanner::Found::More && !ended_)
        return Step::NeedInput;
    if (found == ExtentScanner::Found::End) {
        token = text.substr(at, size);
        scanner_.begin();
        return Step::End;
    }
    at += size;
    if (found == ExtentScanner::Found::LineEnd)
        return fail(cut_by_line, ErrorCode::CutByLine);
    if (found == ExtentScanner::Found::TooDeep)
        return fail("nested deeper than 1000 levels", ErrorCode::TooDeep);
    return fail(cut_by_file);
}

// Whether a complete token is well-formed; `at` is moved to the fault in it.
bool EnvelopeWalk::check_token(std::string_view token, size_t& at) {
    if (token.empty() || token[0] != '"') {
        if (token == "true" || token == "false" || token == "null" || is_json_number(token))
            return true;
        fail("invalid value");
        return false;
    }
    const size_t invalid = find_invalid_utf8(token);
    if (invalid != token.size()) {
        at += invalid;
        fail("invalid byte sequence for encoding UTF8", ErrorCode::InvalidUtf8);
        return false;
    }
    const std::string_view inner = token.substr(1, token.size() - 2);
    for (const char c : inner) {
        if (c != '\\' && static_cast<unsigned char>(c) >= 0x20)
            continue;
        WalkFault fault; // an escape or a control character: RapidJSON knows whether it is valid
        NoHandler nobody;
        if (ReferenceWalk().walk(token, nobody, fault))
            return true;
        at += fault.offset;
        fail(fault.reason.c_str());
        return false;
    }
    return true;
}

EnvelopeWalk::Step EnvelopeWalk::value(std::string_view text, size_t& at) {
    const char c = text[at];
    if (c == ',' || c == ':' || c == ']' || c == '}')
        return fail("invalid value");
    if (!value_begun_) {
        if (arrays_.empty())
            was_container_ = c == '{' || c == '[';
        handler_.begin_value(c == '[');
        value_begun_ = true;
    }
    if (handler_.at_row())
        return Step::Row;
    if (c == '{' || c == '[')
        return container(text, at);
    std::string_view token;
    const Step step = take_token(text, at, token);
    if (step != Step::End)
        return step;
    if (!check_token(token, at))
        return Step::Fault;
    handler_.scalar(token);
    at += token.size();
    value_done();
    return Step::End;
}

EnvelopeWalk::Step EnvelopeWalk::container(std::string_view text, size_t& at) {
    if (handler_.wants_text()) { // then it has to be there as a whole
        std::string_view whole;
        const Step step = take_token(text, at, whole);
        if (step != Step::End)
            return step;
        handler_.capture_text(whole);
    }
    if (arrays_.size() >= static_cast<size_t>(max_depth)) {
        return fail("nested deeper than 1000 levels", ErrorCode::TooDeep);
    }
    const bool is_array = text[at] == '[';
    handler_.start(is_array);
    arrays_.push_back(is_array);
    value_begun_ = false;
    expect_ = is_array ? Expect::ValueOrEnd : Expect::MemberOrEnd;
    ++at;
    return Step::End;
}

EnvelopeWalk::Step EnvelopeWalk::member(std::string_view text, size_t& at) {
    if (text[at] != '"')
        return fail("missing a name for object member");
    std::string_view token;
    const Step step = take_token(text, at, token);
    if (step != Step::End)
        return step;
    if (!check_token(token, at))
        return Step::Fault;
    std::string_view name = token.substr(1, token.size() - 2);
    if (name.find('\\') != std::string_view::npos) {
        decode_string(token, decoded_);
        name = decoded_;
    }
    handler_.member(name);
    if (handler_.row_member_came_twice())
        return fail("a member on the way to the rows comes twice in one object");
    at += token.size();
    expect_ = Expect::Colon;
    return Step::End;
}

} // namespace weather
