// One array's text into the elements of an array column.
#include "decode.h"

#include "unescape.h"
#include "engine_only.h"

namespace weather {

namespace {

// Depth 1 is the outermost array. A leaf is what becomes an element: a scalar, an object, and,
// unless arrays nest, an array.
class ArrayHandler {
  public:
    ArrayHandler(std::string_view array, const char* copy, rapidjson::InsituStringStream& stream,
                 bool nested, ArrayElements& result)
        : array_(array), copy_(copy), stream_(stream), nested_(nested), result_(result) {}

    bool Null() { return leaf({Capture::Kind::Null, {}, nullptr}); }
    bool Bool(bool value) {
        return leaf({value ? Capture::Kind::True : Capture::Kind::False, {}, nullptr});
    }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
        return leaf({Capture::Kind::Number, {in_array(text), size}, nullptr});
    }
    bool String(const char* text, rapidjson::SizeType size, bool) {
        return leaf({Capture::Kind::String, {text, size}, in_array(text) - 1});
    }
    bool Key(const char*, rapidjson::SizeType, bool) { return true; }
    bool StartObject() { return start_leaf(); }
    bool EndObject(rapidjson::SizeType) { return end_leaf(Capture::Kind::Object); }

    bool StartArray() {
        if (in_leaf_ || (!nested_ && depth_ == 1))
            return start_leaf();
        ++depth_;
        return true;
    }
    bool EndArray(rapidjson::SizeType count) {
        if (in_leaf_)
            return end_leaf(Capture::Kind::Array);
        --depth_;
        note_extent(static_cast<size_t>(depth_), count);
        return true;
    }

    bool Int(int) { return false; } // never called: numbers come as text
    bool Uint(unsigned) { return false; }
    bool Int64(int64_t) { return false; }
    bool Uint64(uint64_t) { return false; }
    bool Double(double) { return false; }

    int leaf_depth() const { return leaf_depth_; }

  private:
    const char* in_array(const char* in_copy) const { return array_.data() + (in_copy - copy_); }

    bool start_leaf() {
        if (in_leaf_++ == 0)
            leaf_start_ = stream_.Tell() - 1;
        return true;
    }

    bool end_leaf(Capture::Kind kind) {
        if (--in_leaf_ > 0)
            return true;
        return leaf({kind, array_.substr(leaf_start_, stream_.Tell() - leaf_start_), nullptr});
    }

    bool leaf(const Capture& capture) {
        if (in_leaf_)
            return true;
        if (leaf_depth_ == 0)
            leaf_depth_ = depth_;
        result_.ragged |= leaf_depth_ != depth_;
        result_.elements.push_back(capture);
        return true;
    }

    void note_extent(size_t level, uint32_t count) {
        constexpr uint32_t unknown = UINT32_MAX;
        if (result_.extents.size() <= level)
            result_.extents.resize(level + 1, unknown);
        uint32_t& extent = result_.extents[level];
        result_.ragged |= extent != unknown && extent != count;
        extent = count;
    }

    std::string_view array_;
    const char* copy_;
    rapidjson::InsituStringStream& stream_;
    bool nested_;
    ArrayElements& result_;
    int depth_ = 0;
    int leaf_depth_ = 0;
    int in_leaf_ = 0;
    size_t leaf_start_ = 0;
};

} // namespace

void decode_array(std::string_view array, bool nested, std::vector<char>& buffer,
                  ArrayElements& result) {
    result.elements.clear();
    result.extents.clear();
    result.ragged = false;
    copy_for_parsing(array, buffer);
    rapidjson::InsituStringStream stream(buffer.data());
    ArrayHandler handler(array, buffer.data(), stream, nested, result);
    JsonReader reader;
    reader.Parse<json_flags>(stream, handler);
    if (result.elements.empty()) // [] and [[], []] are PostgreSQL's one empty array
        result.extents.clear();
    else
        result.ragged |= handler.leaf_depth() != static_cast<int>(result.extents.size());
}

} // namespace weather
