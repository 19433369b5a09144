// A value that a column has in all of a file, whatever its rows say: a partition's, from the file's
// path. It counts as a string that stands in each row.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "convert.h"
#include "engine_only.h"

namespace weather {

struct Given {
    bool is_given = false;
    bool is_null = false;
    std::string text;
    std::string json; // the same as a JSON string

    Capture capture() const { return {Capture::Kind::String, text, json.data()}; }
};

// `text` is valid UTF-8 without NUL.
Given given_string(std::string_view text);
Given given_null();

// Converts such values when there is no row.
class GivenConverter {
  public:
    explicit GivenConverter(const ScanSpec& spec) : spec_(spec) {}

    void begin_file() { arena_.clear(); }

    // False: the column does not take the value. The value lives as long as the file.
    bool convert(size_t column, const Given& given, Value& value);

  private:
    ScanSpec spec_;
    Arena arena_;
    Converter converter_;
};

} // namespace weather
