#include "tail.h"

#include <gtest/gtest.h>

#include "engine_testing.h"

namespace weather {
namespace {

TEST(Tail, WholeLines) {
    for (const char* line : {"", " \r", ",", "{}", R"({"a": "}"})", R"( {"a": 1}, )", "[1, 2]",
                             R"("a")", R"({"a": 1},{"b": [2]})", "\xEF\xBB\xBF", "\xEF\xBB\xBF{}"})
        EXPECT_TRUE(is_whole_line(line)) << line;
}

// fault 2: the last line without newline
TEST(Tail, CutLines) {
    for (const char* line :
         {"{", R"({"a": {"b": 1})", R"({"a": "})", R"({"a": "\"})", "[1, 2", R"("a)", "12", "tru",
          R"({"a": 1},{"b": )", "}", "\xEF\xBB{}", "\xEF\xBB\xBF{"})
        EXPECT_FALSE(is_whole_line(line)) << line;
}

TEST(Tail, PlainLines) {
    const auto by_lines = [](std::string_view text, Framing framing = Framing::Auto,
                             Compression compression = Compression::Auto) {
        TextSource source(text);
        return is_plain_lines(source, compression, framing, 1000);
    };
    EXPECT_TRUE(by_lines("{}\n{"));
    EXPECT_TRUE(by_lines("{\"a\": 1},\n{\"a\": 2}"));
    EXPECT_TRUE(by_lines("{\"a\"", Framing::Lines));
    EXPECT_FALSE(by_lines("[{},\n{}]"));
    EXPECT_FALSE(by_lines("{\n}\n{\n}"));
    EXPECT_FALSE(by_lines("{\"a\": 1}"));
    EXPECT_FALSE(by_lines(""));
    EXPECT_TRUE(by_lines("{}\n{", Framing::Auto, Compression::None));
    EXPECT_FALSE(by_lines("{}\n{", Framing::Auto, Compression::Gzip));
    EXPECT_FALSE(by_lines("\x1f\x8b\x08", Framing::Lines));
    EXPECT_FALSE(by_lines("\x28\xb5\x2f\xfd", Framing::Lines));
    EXPECT_FALSE(by_lines("\x5a\x2a\x4d\x18", Framing::Lines));
    EXPECT_FALSE(by_lines(repeat("\n", 1 << 20) + "{}\n{}", Framing::Lines)); // not read to its end
}

} // namespace
} // namespace weather
