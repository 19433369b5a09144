#include "resync.h"

#include <algorithm>

#include "engine_only.h"

namespace weather {

namespace {

// Documents do not begin further to the right than this: to look there, as much would have to be
// kept in memory for each line.
constexpr uint64_t longest_indent = 4096;

bool begins(const Resync::Beginning& document, uint64_t column, char first) {
    return document.column == column && document.first == first && first != '\0';
}

} // namespace

void Resync::begin(Window& window, uint64_t from, uint64_t fault, Until until, const Beginning& bad,
                   const Beginning& good, size_t keep) {
    until_ = until;
    bad_ = bad;
    good_ = good;
    keep_ = keep;
    look_from_ = std::max(from, fault);
    if (from > window.offset())
        window.consume(static_cast<size_t>(from - window.offset()));
    text_.clear();
    bytes_ = 0;
    offset_ = window.offset();
    line_ = window.line();
}

void Resync::pass(Window& window, size_t size) {
    const std::string_view passed = window.view().substr(0, size);
    text_.append(passed.substr(0, keep_ - std::min(keep_, text_.size())));
    bytes_ += size;
    window.consume(size);
}

Resync::Match Resync::looks_like_beginning(std::string_view line, bool ended) const {
    const size_t blanks = std::min<size_t>(line.find_first_not_of(" \t"), line.size());
    if (blanks < line.size())
        return begins(bad_, blanks, line[blanks]) || begins(good_, blanks, line[blanks])
                   ? Match::Yes
                   : Match::No;
    return ended || blanks > longest_indent ? Match::No : Match::Unknown;
}

bool Resync::next(Window& window) {
    for (;;) {
        const std::string_view text = window.view();
        const uint64_t behind = look_from_ - std::min(look_from_, window.offset());
        const size_t line_end = until_ == Until::EndOfFile || behind > text.size()
                                    ? std::string_view::npos
                                    : text.find('\n', static_cast<size_t>(behind));
        if (line_end == std::string_view::npos) {
            pass(window, text.size());
            return window.ended();
        }
        if (until_ == Until::NextLine) {
            pass(window, line_end);
            return true;
        }
        switch (looks_like_beginning(text.substr(line_end + 1), window.ended())) {
        case Match::Yes:
            pass(window, text.find_first_not_of(" \t", line_end + 1));
            return true;
        case Match::No:
            look_from_ = window.offset() + line_end + 1;
            break;
        case Match::Unknown:
            pass(window, line_end);
            look_from_ = window.offset();
            return false;
        }
    }
}

} // namespace weather
