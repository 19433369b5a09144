// A row's text, taken apart: for each target of the path tree, what its path found. This is the
// reference decoder, on RapidJSON's SAX reader. It captures and checks; turning captures into typed
// values is a step of its own (convert.h), so that a faster walk can stand beside this one.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "error.h"
#include "json_library.h"
#include "path_tree.h"
#include "engine_only.h"

namespace weather {

// What a path found. Texts live until the next decode() and, where they are raw, as long as the
// row's own text.
struct Capture {
    enum class Kind : uint8_t { Missing, Null, False, True, Number, String, Object, Array };

    Kind kind = Kind::Missing;
    std::string_view text;     // String: decoded; Number, Object, Array: as it stands in the row
    const char* raw = nullptr; // String: its opening quote in the row's own text

    bool found() const { return kind != Kind::Missing; }
    bool is_value() const { return kind > Kind::Null; } // neither missing nor null

    // The value as it stands in the row, a string with its quotes and escapes. Not for Missing.
    std::string_view json() const;
};

// Everything captured of one row.
class Captures {
  public:
    explicit Captures(const PathTree& tree);

    const Capture& single(TargetId target) const { return singles_[target]; }
    // All finds of a path with `[*]`, in the order of the text.
    const std::vector<Capture>& list(TargetId target) const { return lists_[target]; }
    bool found(TargetId target) const {
        return is_list_[target] ? !lists_[target].empty() : singles_[target].found();
    }

    void clear();
    void add(TargetId target, const Capture& capture);
    size_t count(TargetId target) const { return lists_[target].size(); }
    // Back to `count` finds of a path with `[*]`, to none of another: a duplicate member came.
    void forget(TargetId target, size_t count);

  private:
    std::vector<Capture> singles_;
    std::vector<std::vector<Capture>> lists_;
    std::vector<bool> is_list_;
};

class RowDecoder {
  public:
    explicit RowDecoder(PathTree& tree);
    ~RowDecoder();

    // Takes apart exactly one JSON value with white space around it. True: captures() holds what
    // was found. False: `error` says why the text is malformed (Syntax, InvalidUtf8, TooDeep), with
    // Error::offset counted from the start of `row`; line and column are not set.
    bool decode(std::string_view row, Error& error);

    const Captures& captures() const { return captures_; }

    // Whether the last row holds a backslash: only then can a decoded string hold U+0000 or half a
    // surrogate pair.
    bool has_escapes() const { return has_escapes_; }

  private:
    class Handler;

    bool copy_row(std::string_view row, Error& error);

    PathTree& tree_;
    Captures captures_;
    JsonReader reader_;
    std::vector<char> copy_; // RapidJSON decodes strings in situ, in here
    std::unique_ptr<Handler> handler_;
    bool has_escapes_ = false;
};

// The elements of one array, for array columns: the leaves in order, and the extents of the nested
// arrays they stand in.
struct ArrayElements {
    std::vector<Capture> elements;
    std::vector<uint32_t> extents; // outermost first
    bool ragged = false;           // nested arrays of unequal length, or beside scalars
};

// Takes apart the text of one array, which decode() has found well-formed. `nested`: arrays within
// are dimensions; else they are elements, as objects are. `buffer` keeps the decoded strings.
void decode_array(std::string_view array, bool nested, std::vector<char>& buffer,
                  ArrayElements& result);

} // namespace weather
