// JSONTestSuite (https://github.com/nst/JSONTestSuite), read where it lies: its files are not part
// of this repository. WEATHER_FDW_JSON_TEST_SUITE names its directory test_parsing.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>

namespace weather {

// The suite's directory, looked for beside this repository as seen from where the test runs.
inline std::filesystem::path suite_directory() {
    if (const char* named = std::getenv("WEATHER_FDW_JSON_TEST_SUITE"))
        return named;
    for (const char* const guess :
         {"../shared/conformance/test_parsing", "../../shared/conformance/test_parsing",
          "../../../shared/conformance/test_parsing"})
        if (std::filesystem::is_directory(guess))
            return guess;
    return {};
}

// File name to content.
inline std::map<std::string, std::string> read_suite(const std::string& prefix) {
    std::map<std::string, std::string> files;
    const std::filesystem::path directory = suite_directory();
    if (directory.empty() || !std::filesystem::is_directory(directory))
        return files;
    for (const auto& entry : std::filesystem::directory_iterator(directory)) {
        const std::string name = entry.path().filename().string();
        if (name.rfind(prefix, 0) != 0)
            continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        files[name] = {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
    }
    return files;
}

#define SKIP_WITHOUT_SUITE(files)                                                                  \
    if (files.empty())                                                                             \
    GTEST_SKIP() << "JSONTestSuite was not found; WEATHER_FDW_JSON_TEST_SUITE can name its "       \
                    "directory test_parsing"

} // namespace weather
