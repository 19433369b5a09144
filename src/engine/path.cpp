// A path is read left to right, step by step; nothing is looked at twice.
#include "path.h"

#include "utf8.h"
#include "unescape.h"
#include "engine_only.h"

namespace weather {

namespace {

class PathParser {
  public:
    PathParser(std::string_view text, JsonPath& path, PathError& error)
        : text_(text), path_(path), error_(error) {}

    bool parse() {
        if (text_.empty() || text_[0] != '$')
            return fail("a path begins with $");
        at_ = 1;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '.' ? !member_step() : c == '[' ? !bracket_step() : !fail_step())
                return false;
        }
        return true;
    }

  private:
    bool fail(const char* reason) {
        error_ = {at_, reason};
        return false;
    }

    bool fail_step() { return fail("expected . or [ or the end of the path"); }

    bool add(PathStep::Kind kind, std::string name = {}, uint32_t index = 0) {
        path_.push_back({kind, std::move(name), index});
        return true;
    }

    bool member_step() {
        ++at_; // the dot
        if (at_ == text_.size())
            return fail("expected a member name after the dot");
        if (text_[at_] == '*') {
            ++at_;
            return add(PathStep::Kind::Members);
        }
        return text_[at_] == '"' ? quoted_member() : plain_member();
    }

    bool plain_member() {
        const size_t start = at_;
        while (at_ < text_.size() && is_name_byte(text_[at_]))
            ++at_;
        if (at_ == start)
            return fail("expected a member name; write odd names in double quotes");
        return add(PathStep::Kind::Member, std::string(text_.substr(start, at_ - start)));
    }

    static bool is_name_byte(char c) {
        const unsigned char byte = static_cast<unsigned char>(c);
        return byte > ' ' && byte != 0x7f &&
               std::string_view(".[]\"'*()?,:").find(c) == std::string_view::npos;
    }

    bool quoted_member() {
        const size_t open = at_;
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_)
            if (text_[at_] == '\\')
                ++at_;
        if (at_ >= text_.size()) {
            at_ = open;
            return fail("the quoted name has no end");
        }
        const std::string_view inner = text_.substr(open + 1, at_ - open - 1);
        std::string name;
        size_t bad;
        if (!unescape_json(inner, name, bad)) {
            at_ = open + 1 + bad;
            return fail("not a valid JSON string");
        }
        ++at_; // the closing quote
        return add(PathStep::Kind::Member, std::move(name));
    }

    bool bracket_step() {
        ++at_; // the bracket
        if (at_ < text_.size() && text_[at_] == '*') {
            ++at_;
            return close_bracket() && add(PathStep::Kind::Elements);
        }
        uint64_t index = 0;
        const size_t start = at_;
        for (; at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; ++at_) {
            index = index * 10 + static_cast<uint64_t>(text_[at_] - '0');
            if (index > INT32_MAX)
                return fail("the index is too large");
        }
        if (at_ == start)
            return fail("expected an index from 0 on, or *");
        return close_bracket() && add(PathStep::Kind::Index, {}, static_cast<uint32_t>(index));
    }

    bool close_bracket() {
        if (at_ == text_.size() || text_[at_] != ']')
            return fail("expected ]");
        ++at_;
        return true;
    }

    std::string_view text_;
    JsonPath& path_;
    PathError& error_;
    size_t at_ = 0;
};

} // namespace

bool parse_path(std::string_view text, JsonPath& path, PathError& error) {
    path.clear();
    return PathParser(text, path, error).parse();
}

JsonPath member_path(std::string_view name) {
    return {{PathStep::Kind::Member, std::string(name)}};
}

} // namespace weather
