#include "batch.h"

#include <algorithm>
#include <cstring>

#include "engine_only.h"

namespace weather {

char* Arena::allocate(size_t size) {
    size = (size + 7) & ~size_t{7};
    if (blocks_.empty() || blocks_.back().size - at_ < size) {
        const size_t wanted = std::max(size, block_size);
        blocks_.push_back({std::unique_ptr<char[]>(new char[wanted]), wanted});
        at_ = 0;
    }
    char* piece = blocks_.back().bytes.get() + at_;
    at_ += size;
    used_ += size;
    return piece;
}

const char* Arena::store_text(std::string_view text) {
    constexpr size_t header = 4; // VARHDRSZ
    char* copy = allocate(header + text.size() + 1) + header;
    std::memcpy(copy, text.data(), text.size());
    copy[text.size()] = '\0';
    return copy;
}

void store_text(Arena& arena, std::string_view text, Value& value) {
    value.kind = Value::Kind::Text;
    value.size = static_cast<uint32_t>(text.size());
    value.text = arena.store_text(text);
}

// Keeps one block of the usual size, so that the next batch need not allocate, and gives larger
// ones back: one long row must not cost its memory for the rest of the scan.
void Arena::clear() {
    blocks_.erase(std::remove_if(blocks_.begin(), blocks_.end(),
                                 [](const Block& block) { return block.size != block_size; }),
                  blocks_.end());
    if (blocks_.size() > 1)
        blocks_.resize(1);
    at_ = 0;
    used_ = 0;
}

} // namespace weather
