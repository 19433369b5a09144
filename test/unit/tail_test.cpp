#include "tail.h"

#include <gtest/gtest.h>

#include "engine_testing.h"

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

TEST(Tail, FramedByLines) {
    const auto by_lines = [](const char* text, Framing requested = Framing::Auto) {
        TextSource source(text);
        return is_framed_by_lines(source, requested, 1000);
    };
    EXPECT_TRUE(by_lines("{}\n{"));
    EXPECT_TRUE(by_lines("{\"a\": 1},\n{\"a\": 2}"));
    EXPECT_TRUE(by_lines("{\"a\"", Framing::Lines));
    EXPECT_FALSE(by_lines("[{},\n{}]"));
    EXPECT_FALSE(by_lines("{\n}\n{\n}"));
    EXPECT_FALSE(by_lines("{\"a\": 1}"));
    EXPECT_FALSE(by_lines(""));
}

} // namespace
} // namespace weather
