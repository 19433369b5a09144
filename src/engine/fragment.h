// One JSON value's own text, cut out of a text that has been found well-formed.
#pragma once

#include <string>
#include <string_view>

#include "captures.h"
#include "engine_only.h"

namespace weather {

// The value as a capture. A string with escapes is decoded into `storage`, which must live as long
// as the capture is used; half a surrogate pair in it becomes bytes that are no UTF-8, for whoever
// wants the value to find.
Capture capture_of(std::string_view value, std::string& storage);

// Steps through the values directly within an array or object.
class ElementCursor {
  public:
    // Stands before the first element of `container`, or of nothing when it is empty.
    void begin(std::string_view container);

    // False at the end; else the next value, and in an object the inner text of its member name.
    bool next(std::string_view& value, std::string_view& name);

    bool is_object() const { return is_object_; }

  private:
    std::string_view take_value();
    void skip_blanks();

    std::string_view text_;
    size_t at_ = 0;
    bool is_object_ = false;
};

} // namespace weather
