#include "extent.h"

#include <array>

#include "json_library.h"
#include "engine_only.h"

namespace weather {

namespace {

enum ByteClass : uint8_t {
    Plain = 0,
    StopsInside = 1,  // what ends a run of ordinary bytes within a string
    StopsOutside = 2, // ... and outside of strings
    EndsToken = 4,    // what can follow a top-level number, true, false or null
};

constexpr std::array<uint8_t, 256> make_classes() {
    std::array<uint8_t, 256> classes{};
    classes['"'] = StopsInside | StopsOutside | EndsToken;
    classes['\\'] = StopsInside;
    classes['\n'] = StopsInside | StopsOutside | EndsToken;
    classes['{'] = classes['}'] = classes['['] = classes[']'] = StopsOutside | EndsToken;
    classes[' '] = classes['\t'] = classes['\r'] = classes[','] = EndsToken;
    return classes;
}

constexpr std::array<uint8_t, 256> classes = make_classes();

bool is(char c, uint8_t mask) {
    return classes[static_cast<unsigned char>(c)] & mask;
}

} // namespace

void ExtentScanner::classify(char first) {
    if (first == '{' || first == '[') {
        kind_ = Kind::Container;
    } else if (first == '"') {
        kind_ = Kind::String;
        in_string_ = true;
        at_ = 1;
    } else {
        kind_ = Kind::Token;
    }
}

ExtentScanner::Found ExtentScanner::scan_token(std::string_view text, bool ended) {
    while (at_ < text.size() && !is(text[at_], EndsToken))
        ++at_;
    done_ = at_ < text.size() || ended;
    return done_ ? Found::End : Found::More;
}

ExtentScanner::Found ExtentScanner::scan(std::string_view text, bool ended, bool stop_at_line_end) {
    if (done_)
        return Found::End;
    if (text.empty())
        return Found::More;
    if (kind_ == Kind::Unknown)
        classify(text[0]);
    if (kind_ == Kind::Token)
        return scan_token(text, ended);

    size_t at = at_;
    const auto stop = [&](Found found) {
        at_ = at;
        done_ = found == Found::End;
        return found;
    };
    for (; at < text.size(); ++at) {
        const uint8_t stops = in_string_ ? StopsInside : StopsOutside;
        while (!is(text[at], stops))
            if (++at == text.size())
                return stop(Found::More);
        const char c = text[at];
        if (c == '\n') {
            if (stop_at_line_end)
                return stop(Found::LineEnd);
        } else if (c == '"') {
            in_string_ = !in_string_;
            if (!in_string_ && depth_ == 0) {
                ++at;
                return stop(Found::End);
            }
        } else if (c == '\\') {
            // The byte behind it is ordinary, whatever it is; if it has not come yet, come back
            // here.
            if (at + 1 == text.size() && !ended)
                return stop(Found::More);
            if (at + 1 < text.size() && text[at + 1] != '\n')
                ++at;
        } else if (c == '{' || c == '[') {
            if (++depth_ > max_depth)
                return stop(Found::TooDeep);
        } else if (--depth_ == 0) {
            ++at;
            return stop(Found::End);
        }
    }
    return stop(Found::More);
}

} // namespace weather
