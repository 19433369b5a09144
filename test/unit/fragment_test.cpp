// Values cut out of well-formed JSON.
#include "fragment.h"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "engine_testing.h"
#include "engine_only.h"

namespace weather {
namespace {

std::string show(const Capture& capture) {
    const char* const kinds[] = {"missing", "null",   "false",  "true",
                                 "number",  "string", "object", "array"};
    std::string result = kinds[static_cast<size_t>(capture.kind)];
    return capture.text.empty() ? result : result + " " + readable(capture.text);
}

TEST(Fragment, KnowsEachKindOfValue) {
    const std::vector<std::pair<std::string, std::string>> values = {
        {"null", "null"},
        {"true", "true"},
        {"false", "false"},
        {"-1.5e3", "number -1.5e3"},
        {"0", "number 0"},
        {"{}", "object {}"},
        {"[ 1 ]", "array [ 1 ]"},
        {"\"\"", "string"},
        {"\"true\"", "string true"},
        {R"("a\"b\\")", R"(string a"b\)"},
        {R"("\u00e9")", "string \\xC3\\xA9"},
        {R"("\u0000")", "string \\x00"},
        {R"("\ud83c\udf24")", "string \\xF0\\x9F\\x8C\\xA4"},
        {R"("x\ud83c")", "string x\\xED\\xB0\\x80"}, // no UTF-8: see decode_string()
        {R"("\/\b\f\n\r\t")", "string /\\x08\\x0C\\x0A\\x0D\\x09"},
    };
    for (const auto& [value, expected] : values) {
        std::string storage;
        const Capture capture = capture_of(value, storage);
        EXPECT_EQ(show(capture), expected) << value;
        EXPECT_EQ(capture.json(), value);
    }
}

// "name=value;" of each; an array's elements have no name.
std::string elements_of(const std::string& container) {
    // On the heap and without a NUL behind it, so that AddressSanitizer watches its end.
    const std::vector<char> copy(container.begin(), container.end());
    ElementCursor cursor;
    cursor.begin({copy.data(), copy.size()});
    std::string result;
    std::string_view value, name;
    while (cursor.next(value, name)) {
        if (cursor.is_object())
            result += std::string(name) + "=";
        result += std::string(value) + ";";
    }
    EXPECT_FALSE(cursor.next(value, name)) << "after the end";
    return result;
}

TEST(Fragment, StepsThroughArraysAndObjects) {
    const std::vector<std::pair<std::string, std::string>> containers = {
        {"", ""},
        {"[]", ""},
        {"[ \n]", ""},
        {"{}", ""},
        {"{\t}", ""},
        {"[1]", "1;"},
        {"[1,2]", "1;2;"},
        {"[ 1 , -2.5e1\n,true\t]", "1;-2.5e1;true;"},
        {R"(["a,b","]","\"",""])", R"("a,b";"]";"\"";"";)"},
        {R"([[1,[2]],{"a":[3]},[],{}])", R"([1,[2]];{"a":[3]};[];{};)"},
        {R"({"a":1})", "a=1;"},
        {R"({ "a" : 1 , "b" :[2] ,"":"x"})", R"(a=1;b=[2];="x";)"},
        {R"({"a\"}":{"b":"}"},"\u0061":null})", R"(a\"}={"b":"}"};\u0061=null;)"},
        {R"({"a":1,"a":2})", "a=1;a=2;"},
        {"[\"" + repeat("x", 40) + "\",[" + repeat("{},", 20) + "0],7]",
         "\"" + repeat("x", 40) + "\";[" + repeat("{},", 20) + "0];7;"},
        {"[" + repeat("[", 999) + repeat("]", 999) + "]",
         repeat("[", 999) + repeat("]", 999) + ";"},
    };
    for (const auto& [container, expected] : containers)
        EXPECT_EQ(elements_of(container), expected) << container;
}

TEST(Fragment, CanBeginAnew) {
    ElementCursor cursor;
    std::string_view value, name;
    EXPECT_FALSE(cursor.next(value, name)) << "of nothing";
    cursor.begin("{\"a\":1}");
    EXPECT_TRUE(cursor.next(value, name));
    cursor.begin("[2]");
    EXPECT_FALSE(cursor.is_object());
    EXPECT_TRUE(cursor.next(value, name));
    EXPECT_EQ(value, "2");
    cursor.begin("");
    EXPECT_FALSE(cursor.next(value, name));
}

} // namespace
} // namespace weather
