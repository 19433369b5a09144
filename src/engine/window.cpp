#include "window.h"

#include <cstring>

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
    ended_ = false;
}

void Window::consume(size_t size) {
    if (size == 0)
        return;
    line_ += count_lines(view().substr(0, size));
    begin_ += size;
    offset_ += size;
}

// Free space for a block behind the bytes: by moving them to the front if most of the buffer has
// been consumed, else by a larger buffer. Doubling keeps the cost of a long document linear.
void Window::make_room() {
    if (buffer_.size() - end_ >= block_size)
        return;
    const size_t unread = end_ - begin_;
    if (unread > 0 && begin_ > 0)
        std::memmove(buffer_.data(), buffer_.data() + begin_, unread);
    begin_ = 0;
    end_ = unread;
    if (buffer_.size() - end_ < block_size)
        buffer_.resize(2 * unread + 2 * block_size);
}

ReadStatus Window::fill(Source& source, Error& error) {
    make_room();
    const ReadResult result = source.read(buffer_.data() + end_, buffer_.size() - end_, error);
    end_ += result.size;
    ended_ = result.status == ReadStatus::End;
    return result.status;
}

} // namespace weather
