// A row's text, taken apart: for each target of the path tree, what its path found. Turning
// captures into typed values is a step of its own (convert.h).
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "captures.h"
#include "error.h"
#include "path_tree.h"
#include "reference_walk.h"
#include "row_handler.h"
#include "engine_only.h"

namespace weather {

class RowDecoder {
  public:
    explicit RowDecoder(PathTree& tree) : captures_(tree), handler_(tree, captures_) {}

    // Only the reference walk is asked from now on.
    void use_reference() { use_fast_walk_ = false; }

    // Takes apart exactly one JSON value with white space around it. True: captures() holds what
    // was found. False: `error` says why the text is malformed (Syntax, InvalidUtf8, TooDeep), with
    // Error::offset counted from the start of `row`; line and column are not set.
    bool decode(std::string_view row, Error& error);

    const Captures& captures() const { return captures_; }

    // See ReferenceWalk::has_escapes().
    bool has_escapes() const { return has_escapes_; }

  private:
    Captures captures_;
    RowHandler handler_;
    ReferenceWalk reference_;
    bool use_fast_walk_ = true;
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
// are dimensions; else they are elements, as objects are. `walk` keeps the decoded strings.
void decode_array(std::string_view array, bool nested, ReferenceWalk& walk, ArrayElements& result);

} // namespace weather
