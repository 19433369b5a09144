// Opening beneath a directory: by openat2() and step by step, which differ in symbolic links that
// stay inside, and in nothing else.
#include "beneath.h"

#include <atomic>
#include <cerrno>
#include <climits>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "descriptor.h"
#include "engine_only.h"

namespace weather {
namespace {

namespace fs = std::filesystem;

using Open = int (*)(const char*, const char*, int) noexcept;

class Beneath : public testing::TestWithParam<Open> {
  protected:
    void SetUp() override {
        std::string pattern = (fs::temp_directory_path() / "beneath.XXXXXX").string();
        root_ = mkdtemp(pattern.data());
        fs::create_directories(inside() / "deep");
        fs::create_directory(root_ / "outside");
        write("in/a", "inside");
        write("in/deep/b", "inside");
        write("outside/secret", "outside");
    }
    void TearDown() override { fs::remove_all(root_); }

    fs::path inside() const { return root_ / "in"; }
    void write(const fs::path& path, const char* text) const {
        std::ofstream(root_ / path) << text;
    }
    void link(const char* target, const char* name) const {
        fs::create_symlink(target, inside() / name);
    }

    // The file's text, or the error.
    std::string open(const char* path, int flags = O_RDONLY | O_NONBLOCK) const {
        const Descriptor fd(GetParam()(inside().c_str(), path, flags));
        if (fd.get() < 0)
            return strerrorname_np(errno);
        char text[16];
        const ssize_t got = read(fd.get(), text, sizeof(text));
        return got < 0 ? strerrorname_np(errno) : std::string(text, static_cast<size_t>(got));
    }

    fs::path root_;
};

TEST_P(Beneath, OpensWhatIsInside) {
    EXPECT_EQ(open("a"), "inside");
    EXPECT_EQ(open("deep/b"), "inside");
    EXPECT_EQ(open("//deep//./b"), "inside");
    EXPECT_EQ(open("missing"), "ENOENT");
    EXPECT_EQ(open("a/b"), "ENOTDIR");
    EXPECT_EQ(open(""), "EISDIR");
    EXPECT_EQ(open("deep", O_RDONLY | O_DIRECTORY), "EISDIR");
    EXPECT_EQ(open(std::string(NAME_MAX + 1, 'x').c_str()), "ENAMETOOLONG");
}

TEST_P(Beneath, AnswersAlikeForEverythingOutside) { // fault 16
    for (const char* target : {"../outside/secret", "../outside/missing", "/etc/passwd", "/nowhere",
                               "deep/../../outside/secret", "self"}) {
        fs::remove(inside() / "self");
        link(target, "self");
        EXPECT_EQ(open("self"), "EXDEV") << target;
        EXPECT_EQ(open("self", O_PATH), "EXDEV") << target;
        EXPECT_EQ(open("self/x"), "EXDEV") << target;
    }
    link("../outside", "out");
    EXPECT_EQ(open("out/secret"), "EXDEV");
    EXPECT_EQ(open("out/missing"), "EXDEV");
    EXPECT_EQ(open("out/"), "EXDEV");
}

TEST_P(Beneath, RefusesDotDotAlsoWhereItStaysInside) {
    for (const char* path : {"..", "../in/a", "deep/../a", "deep/..", "missing/../a"})
        EXPECT_EQ(open(path), "EXDEV") << path;
    write("in/..a", "inside");
    EXPECT_EQ(open("..a"), "inside");
}

TEST_P(Beneath, RefusesASecondHardLink) {
    fs::create_hard_link(root_ / "outside/secret", inside() / "hard");
    EXPECT_EQ(open("hard"), "EXDEV");
    EXPECT_EQ(open("hard", O_PATH), "EXDEV");
    fs::remove(root_ / "outside/secret");
    EXPECT_EQ(open("hard"), "outside"); // it has moved
}

TEST_P(Beneath, TheDirectoryItselfMayBeALink) {
    fs::create_symlink("in", root_ / "link");
    const Descriptor fd(GetParam()((root_ / "link").c_str(), "a", O_RDONLY));
    EXPECT_GE(fd.get(), 0);
    const Descriptor none(GetParam()((root_ / "none").c_str(), "a", O_RDONLY));
    EXPECT_EQ(errno, ENOENT);
}

TEST_P(Beneath, LeavesNoDescriptorOpen) {
    const auto count = [] {
        const fs::directory_iterator open_files("/proc/self/fd");
        return std::distance(begin(open_files), end(open_files));
    };
    link("../outside", "out");
    const auto before = count();
    for (const char* path : {"a", "deep/b", "missing", "out/secret", "deep/../a", "a/b"})
        open(path);
    EXPECT_EQ(count(), before);
}

TEST_P(Beneath, NoRaceLeadsOut) { // fault 16: 100,000 swaps
    link("../outside/secret", "evil");
    link("../outside", "out");
    write("in/deep/secret", "inside");
    std::atomic<bool> done = false;
    std::thread swapper([&] {
        const std::string at = inside().string() + '/';
        for (int i = 0; i < 50000; ++i) {
            renameat2(AT_FDCWD, (at + "a").c_str(), AT_FDCWD, (at + "evil").c_str(),
                      RENAME_EXCHANGE);
            renameat2(AT_FDCWD, (at + "deep").c_str(), AT_FDCWD, (at + "out").c_str(),
                      RENAME_EXCHANGE);
        }
        done = true;
    });
    int read_inside = 0;
    int refused = 0;
    for (int i = 0; !done || i < 1000; ++i) {
        const std::string got = open(i % 2 ? "a" : "deep/secret");
        ASSERT_TRUE(got == "inside" || got == "EXDEV" || got == "EAGAIN") << got;
        ++(got == "inside" ? read_inside : refused);
    }
    swapper.join();
    EXPECT_GT(read_inside, 0);
    EXPECT_GT(refused, 0);
}

INSTANTIATE_TEST_SUITE_P(By, Beneath, testing::Values(open_beneath, open_beneath_stepwise),
                         [](const auto& info) {
                             return info.param == open_beneath ? "Kernel" : "Steps";
                         });

class BeneathLinks : public Beneath {};

TEST_P(BeneathLinks, ThatStayInside) {
    link("a", "link");
    link("deep", "directory");
    link("../a", "deep/up");
    syscall(SYS_openat2, -1, nullptr, nullptr, 0);
    const bool follows = GetParam() == open_beneath && errno != ENOSYS && errno != EPERM;
    const char* expected = follows ? "inside" : "EXDEV";
    for (const char* path : {"link", "directory/b", "deep/up"})
        EXPECT_EQ(open(path), expected) << path;
}

INSTANTIATE_TEST_SUITE_P(By, BeneathLinks, testing::Values(open_beneath, open_beneath_stepwise),
                         [](const auto& info) {
                             return info.param == open_beneath ? "Kernel" : "Steps";
                         });

TEST(RestBeneath, IsByWholeNames) {
    EXPECT_STREQ(rest_beneath("/a", "/a"), "");
    EXPECT_STREQ(rest_beneath("/a", "/a/b"), "/b");
    EXPECT_STREQ(rest_beneath("/a/", "/a/b"), "/b");
    EXPECT_STREQ(rest_beneath("/", "/a"), "/a");
    EXPECT_EQ(rest_beneath("/a", "/ab"), nullptr);
    EXPECT_EQ(rest_beneath("/a", "/"), nullptr);
    EXPECT_EQ(rest_beneath("/a/b", "/a"), nullptr);
}

} // namespace
} // namespace weather
