// Raw bytes come into the caller's own buffer. What is ASCII there stays; the rest, from the first
// other byte on, is kept in raw_ until it has been converted.
#include "converting_source.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine_only.h"

namespace weather {

namespace {

// The length of the ASCII that `text` begins with: a look at eight bytes at a time.
size_t ascii_prefix(std::string_view text) {
    constexpr uint64_t high_bits = 0x8080808080808080;
    size_t at = 0;
    for (uint64_t word; text.size() - at >= sizeof word; at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if (word & high_bits)
            break;
    }
    while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80)
        ++at;
    return at;
}

size_t other_prefix(std::string_view text) {
    size_t at = 0;
    while (at < text.size() && static_cast<unsigned char>(text[at]) >= 0x80)
        ++at;
    return at;
}

} // namespace

void ConvertingSource::pass_ascii(size_t size) {
    raw_offset_ += size;
    converted_offset_ += size;
}

// New bytes, in the caller's buffer: hands the ASCII at their beginning out, and keeps the rest.
ReadResult ConvertingSource::take(const char* buffer, size_t size) {
    bytes_read_ += size;
    raw_.erase(0, raw_at_);
    raw_at_ = 0;
    const size_t passed = raw_.empty() ? ascii_prefix({buffer, size}) : 0;
    pass_ascii(passed);
    raw_.append(buffer + passed, size - passed);
    starved_ = false;
    return passed > 0 ? ReadResult{ReadStatus::Data, passed} : ReadResult{ReadStatus::Convert, 0};
}

ReadResult ConvertingSource::read(char* buffer, size_t size, Error& error) {
    if (converted_at_ < converted_.size()) {
        const size_t taken = converted_.copy(buffer, size, converted_at_);
        converted_at_ += taken;
        return {ReadStatus::Data, taken};
    }
    const bool wants_more = rest().empty() || starved_;
    if (wants_more && !raw_ended_) {
        const ReadResult got = source_.read(buffer, size, error);
        if (got.status == ReadStatus::Data)
            return take(buffer, got.size);
        if (got.status != ReadStatus::End)
            return got;
        raw_ended_ = true;
    }
    if (rest().empty())
        return {ReadStatus::End, 0};
    const size_t passed = std::min(ascii_prefix(rest()), size);
    if (passed == 0)
        return {ReadStatus::Convert, 0};
    raw_.copy(buffer, passed, raw_at_);
    raw_at_ += passed;
    pass_ascii(passed);
    return {ReadStatus::Data, passed};
}

bool ConvertingSource::seek(uint64_t, uint64_t& reached) {
    if (!source_.seek(0, reached))
        return false;
    raw_.clear();
    converted_.clear();
    raw_at_ = converted_at_ = 0;
    starved_ = raw_ended_ = false;
    raw_offset_ = converted_offset_ = 0;
    marks_.assign(1, {0, 0});
    faults_.clear();
    return true;
}

ConvertingSource::Pending ConvertingSource::pending() const {
    const std::string_view text = rest().substr(0, most_at_once);
    const size_t nul = std::min(text.find('\0'), text.size());
    return {text.substr(0, nul), nul < text.size() || (raw_ended_ && nul == rest().size())};
}

void ConvertingSource::supply(size_t size, std::string_view utf8) {
    starved_ = size == 0;
    add_marks(rest().substr(0, size), utf8);
    raw_at_ += size;
    raw_offset_ += size;
    converted_offset_ += utf8.size();
    converted_.erase(0, converted_at_);
    converted_.append(utf8);
    converted_at_ = 0;
}

void ConvertingSource::refuse(size_t size, ErrorCode code, std::string reason) {
    faults_.push_back({converted_offset_, code, std::move(reason)});
    marks_.push_back({converted_offset_, raw_offset_});
    supply(size, "\xFF");
}

void ConvertingSource::add_marks(std::string_view raw, std::string_view utf8) {
    size_t raw_at = 0;
    size_t at = 0;
    while (raw_at < raw.size()) {
        const size_t ascii = ascii_prefix(raw.substr(raw_at));
        raw_at += ascii;
        at += ascii;
        const size_t other = other_prefix(raw.substr(raw_at));
        if (other == 0 || at >= utf8.size())
            return;
        raw_at += other;
        at += other_prefix(utf8.substr(at));
        marks_.push_back({converted_offset_ + at, raw_offset_ + raw_at});
    }
}

uint64_t ConvertingSource::file_offset(uint64_t offset) const {
    const auto next =
        std::upper_bound(marks_.begin() + 1, marks_.end(), offset,
                         [](uint64_t wanted, const Mark& mark) { return wanted < mark.converted; });
    const Mark& before = *(next - 1);
    const uint64_t place = before.raw + (offset - before.converted);
    return next == marks_.end() ? place : std::min(place, next->raw);
}

const ConvertingSource::Fault* ConvertingSource::fault_at(uint64_t offset) const {
    for (const Fault& fault : faults_)
        if (fault.offset == offset)
            return &fault;
    return nullptr;
}

void ConvertingSource::forget_before(uint64_t offset) {
    while (marks_.size() > 1 && marks_[1].converted <= offset)
        marks_.pop_front();
    while (!faults_.empty() && faults_.front().offset < offset)
        faults_.pop_front();
}

} // namespace weather
