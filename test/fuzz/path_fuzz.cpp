// Paths: every text is one or is refused at a place within it; what was read can be written and
// read again.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "path.h"
#include "utf8.h"
#include "engine_only.h"

using namespace weather;

namespace {

[[noreturn]] void fail(const char* what, std::string_view text) {
    std::fprintf(stderr, "%s: %.*s\n", what, static_cast<int>(text.size()), text.data());
    std::abort();
}

// The name as a JSON string.
std::string quote(const std::string& name) {
    std::string result = "\"";
    for (const char c : name) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
        const bool odd = static_cast<unsigned char>(c) < ' ' || c == '"' || c == '\\';
        result += odd ? escape : std::string(1, c);
    }
    return result + "\"";
}

std::string write(const JsonPath& path) {
    std::string result = "$";
    for (const PathStep& step : path) {
        switch (step.kind) {
        case PathStep::Kind::Member:
            result += "." + quote(step.name);
            break;
        case PathStep::Kind::Index:
            result += "[" + std::to_string(step.index) + "]";
            break;
        case PathStep::Kind::Elements:
            result += "[*]";
            break;
        case PathStep::Kind::Members:
            result += ".*";
            break;
        }
    }
    return result;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    JsonPath path;
    PathError error{SIZE_MAX, ""};
    if (!parse_path(text, path, error)) {
        if (error.position > text.size() || error.reason.empty())
            fail("refused without saying where and why", text);
        return 0;
    }
    if (find_invalid_utf8(text) != text.size())
        return 0; // unquoted names are taken as they are
    const std::string written = write(path);
    JsonPath again;
    if (!parse_path(written, again, error) || write(again) != written)
        fail("cannot be read again", written);
    return 0;
}
