#include "window.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "engine_only.h"

namespace weather {

uint64_t count_lines(std::string_view text) {
    uint64_t lines = 0;
    const char* at = text.data();
    const char* const end = at + text.size();
    while ((at = static_cast<const char*>(std::memchr(at, '\n', static_cast<size_t>(end - at))))) {
        ++lines;
        if (++at == end)
            break;
    }
    return lines;
}

void Window::begin_file() {
    begin_ = end_ = 0;
    offset_ = 0;
    line_ = 1;
    line_begin_ = 0;
    ended_ = false;
    passed_over_ = 0;
    bytes_read_ = 0;
}

bool Window::seek(Source& source, uint64_t offset, uint64_t line, uint64_t column) {
    uint64_t reached;
    if (!source.seek(offset, reached))
        return false;
    begin_ = end_ = 0;
    offset_ = offset;
    line_ = line;
    line_begin_ = offset - column;
    ended_ = false;
    passed_over_ = offset - reached;
    return true;
}

void Window::consume(size_t size) {
    if (size == 0)
        return;
    const std::string_view consumed = view().substr(0, size);
    if (const uint64_t lines = count_lines(consumed)) {
        line_ += lines;
        line_begin_ = offset_ + consumed.rfind('\n') + 1;
    }
    begin_ += size;
    offset_ += size;
}

// Free space for a block behind the bytes: by moving them to the front, and by a larger buffer if
// that does not do. Doubling keeps the cost of a long document linear; realloc() moves pages
// instead of copying them, and does not touch the new ones.
void Window::make_room() {
    if (capacity_ - end_ >= block_size)
        return;
    const size_t unread = end_ - begin_;
    if (unread > 0 && begin_ > 0)
        std::memmove(buffer_.get(), buffer_.get() + begin_, unread);
    begin_ = 0;
    end_ = unread;
    if (capacity_ - end_ >= block_size)
        return;
    const size_t wanted = 2 * unread + 2 * block_size;
    void* larger = std::realloc(buffer_.get(), wanted);
    if (!larger)
        throw std::bad_alloc();
    static_cast<void>(buffer_.release()); // realloc() has taken it
    buffer_.reset(static_cast<char*>(larger));
    capacity_ = wanted;
}

ReadStatus Window::fill(Source& source, Error& error) {
    make_room();
    const size_t room = std::min(capacity_ - end_, most_at_once);
    const ReadResult result = source.read(buffer_.get() + end_, room, error);
    const size_t dropped = static_cast<size_t>(std::min<uint64_t>(passed_over_, result.size));
    if (dropped > 0) {
        std::memmove(buffer_.get() + end_, buffer_.get() + end_ + dropped, result.size - dropped);
        passed_over_ -= dropped;
    }
    bytes_read_ += result.size;
    end_ += result.size - dropped;
    ended_ = result.status == ReadStatus::End;
    return result.status;
}

} // namespace weather
