#include "tail.h"

#include <gtest/gtest.h>

namespace weather {
namespace {

TEST(Tail, WholeLines) {
    for (const char* line : {"", " \r", ",", "{}", R"({"a": "}"})", R"( {"a": 1}, )", "[1, 2]",
                             R"("a")", R"({"a": 1},{"b": [2]})"})
        EXPECT_TRUE(is_whole_line(line)) << line;
}

// fault 2: the last line without newline
TEST(Tail, CutLines) {
    for (const char* line : {"{", R"({"a": {"b": 1})", R"({"a": "})", R"({"a": "\"})", "[1, 2",
                             R"("a)", "12", "tru", R"({"a": 1},{"b": )", "}"})
        EXPECT_FALSE(is_whole_line(line)) << line;
}

} // namespace
} // namespace weather
