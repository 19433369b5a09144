// One array's text into the elements of an array column.
#include "decode.h"

#include <stdexcept>

#include "fast_walk.h"
#include "engine_only.h"

namespace weather {

namespace {

// What a walk tells it (see RowHandler) becomes leaves and extents. A leaf is what becomes an
// element: a scalar, an object, and, unless arrays nest, an array within the outermost one.
class ArrayHandler {
  public:
    ArrayHandler(bool nested, ArrayElements& result) : nested_(nested), result_(result) {}

    void begin(const char* array) {
        result_.elements.clear();
        result_.extents.clear();
        result_.ragged = false;
        array_ = array;
        counts_.clear();
        leaf_depth_ = in_leaf_ = 0;
    }

    bool too_deep() const { return false; } // the row that it is from was not

    void member(std::string_view) {}

    void scalar(const Capture& capture) {
        if (in_leaf_ == 0)
            leaf(capture);
    }

    bool start(bool is_array, size_t at) {
        if (in_leaf_ > 0 || !is_array || (!nested_ && !counts_.empty())) {
            if (in_leaf_++ == 0) {
                leaf_start_ = at;
                leaf_is_array_ = is_array;
            }
            return true;
        }
        if (!counts_.empty())
            ++counts_.back();
        counts_.push_back(0);
        return true;
    }

    void end(size_t end) {
        if (in_leaf_ == 0) {
            note_extent(counts_.size() - 1, counts_.back());
            counts_.pop_back();
        } else if (--in_leaf_ == 0) {
            leaf({leaf_is_array_ ? Capture::Kind::Array : Capture::Kind::Object,
                  {array_ + leaf_start_, end - leaf_start_},
                  nullptr});
        }
    }

    // [] and [[], []] are PostgreSQL's one empty array.
    void finish() {
        if (result_.elements.empty())
            result_.extents.clear();
        else
            result_.ragged |= leaf_depth_ != result_.extents.size();
    }

  private:
    void leaf(const Capture& capture) {
        ++counts_.back();
        if (leaf_depth_ == 0)
            leaf_depth_ = counts_.size();
        result_.ragged |= leaf_depth_ != counts_.size();
        result_.elements.push_back(capture);
    }

    void note_extent(size_t level, uint32_t count) {
        constexpr uint32_t unknown = UINT32_MAX;
        if (result_.extents.size() <= level)
            result_.extents.resize(level + 1, unknown);
        uint32_t& extent = result_.extents[level];
        result_.ragged |= extent != unknown && extent != count;
        extent = count;
    }

    bool nested_;
    ArrayElements& result_;
    const char* array_ = nullptr;
    std::vector<uint32_t> counts_; // of elements so far, in each open array
    size_t leaf_depth_ = 0;
    size_t leaf_start_ = 0;
    bool leaf_is_array_ = false;
    int in_leaf_ = 0;
};

} // namespace

void decode_array(std::string_view array, bool nested, ReferenceWalk& walk, ArrayElements& result) {
    ArrayHandler handler(nested, result);
    WalkFault fault;
    if (!fast_walk(array, handler) && !walk.walk(array, handler, fault))
        throw std::logic_error("an array within a well-formed row is malformed");
    handler.finish();
}

} // namespace weather
