// Programs: what the command sees, what is read from it, and that nothing of it stays behind.
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "program.h"
#include "engine_only.h"

namespace weather {
namespace {

using ProgramPtr = std::unique_ptr<Program>;

double now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

void nap() {
    const timespec millisecond = {0, 1000 * 1000};
    nanosleep(&millisecond, nullptr);
}

ProgramPtr start(const std::string& command) {
    Error error;
    ProgramPtr program = Program::start(command.c_str(), error);
    EXPECT_TRUE(program) << error.reason;
    EXPECT_FALSE(error);
    return program;
}

// Up to `size` bytes; empty at the end.
std::string read_some(const Program& program, size_t size) {
    std::string data(size, '\0');
    for (;;) {
        const ssize_t got = read(program.output(), data.data(), size);
        if (got >= 0) {
            data.resize(static_cast<size_t>(got));
            return data;
        }
        EXPECT_EQ(errno, EAGAIN);
        pollfd ready = {program.output(), POLLIN, 0};
        if (errno != EAGAIN || poll(&ready, 1, 10 * 1000) != 1) {
            ADD_FAILURE() << "no output within ten seconds";
            return "";
        }
    }
}

std::string read_line(const Program& program) {
    std::string line;
    for (std::string byte; !(byte = read_some(program, 1)).empty() && byte != "\n";)
        line += byte;
    return line;
}

std::string read_all(const Program& program) {
    std::string data;
    for (std::string some; !(some = read_some(program, 64 * 1024)).empty();)
        data += some;
    return data;
}

int final_status(Program& program) {
    const double start_time = now();
    int status = 0;
    while (!program.finished(status)) {
        if (now() - start_time > 10) {
            ADD_FAILURE() << "the program does not end";
            return -1;
        }
        nap();
    }
    return status;
}

std::string output_of(const std::string& command) {
    const ProgramPtr program = start(command);
    const std::string output = read_all(*program);
    EXPECT_EQ(final_status(*program), 0);
    return output;
}

int count_descriptors() {
    int count = 0;
    DIR* directory = opendir("/proc/self/fd");
    while (readdir(directory) != nullptr)
        count++;
    closedir(directory);
    return count;
}

// This process inherits the orphans of its programs (PR_SET_CHILD_SUBREAPER), so that it can tell
// the dead from the living. `which` is as for waitpid(2).
void expect_all_killed(pid_t which) {
    const double start_time = now();
    int status;
    for (pid_t pid; (pid = waitpid(which, &status, WNOHANG)) >= 0;) {
        if (pid > 0) {
            EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        } else if (now() - start_time > 5) {
            ADD_FAILURE() << "a process lives on";
            return;
        } else {
            nap();
        }
    }
}

void destroy_and_expect_group_gone(ProgramPtr program, pid_t group) {
    ASSERT_GT(group, 1);
    const double start_time = now();
    program.reset();
    EXPECT_LT(now() - start_time, 0.9);
    expect_all_killed(-group);
    EXPECT_EQ(kill(-group, 0), -1);
    EXPECT_EQ(errno, ESRCH);
}

class ProgramTest : public testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
        descriptors_ = count_descriptors();
    }
    void TearDown() override {
        EXPECT_EQ(count_descriptors(), descriptors_);
        expect_all_killed(-1);
    }

  private:
    int descriptors_ = 0;
};

// ---- Output and status

TEST_F(ProgramTest, DeliversItsOutputAndStatus) {
    const ProgramPtr program = start("echo one; echo two");
    EXPECT_EQ(read_all(*program), "one\ntwo\n");
    EXPECT_EQ(final_status(*program), 0);
    EXPECT_EQ(final_status(*program), 0); // asked again
}

TEST_F(ProgramTest, ReportsItsExitStatus) {
    const ProgramPtr program = start("exit 3");
    EXPECT_EQ(read_all(*program), "");
    const int status = final_status(*program);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 3);
}

TEST_F(ProgramTest, ReportsTheSignalThatKilledIt) {
    const ProgramPtr program = start("kill -KILL $$");
    EXPECT_EQ(read_all(*program), "");
    const int status = final_status(*program);
    EXPECT_TRUE(WIFSIGNALED(status));
    EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST_F(ProgramTest, CommandNotFoundIs127) {
    for (const char* command : {"/nonexistent/program 2>/dev/null", "-nonexistent 2>/dev/null"}) {
        const ProgramPtr program = start(command);
        EXPECT_EQ(read_all(*program), "");
        EXPECT_EQ(WEXITSTATUS(final_status(*program)), 127) << command;
    }
}

TEST_F(ProgramTest, StillRunningAfterItsOutputEnded) {
    ProgramPtr program = start("echo $$; exec >&-; sleep 60");
    const pid_t group = atoi(read_all(*program).c_str());
    int status;
    EXPECT_FALSE(program->finished(status));
    destroy_and_expect_group_gone(std::move(program), group);
}

TEST_F(ProgramTest, EndsWithAStatusAfterItsOutputEnded) {
    const ProgramPtr program = start("exec >&-; sleep 0.02; exit 5");
    EXPECT_EQ(read_all(*program), "");
    EXPECT_EQ(WEXITSTATUS(final_status(*program)), 5);
}

TEST_F(ProgramTest, WritesOfTheCommandWaitForASlowReader) {
    const ProgramPtr program = start("head -c 3000000 /dev/zero && echo done");
    pollfd ready = {program->output(), POLLIN, 0};
    ASSERT_EQ(poll(&ready, 1, 10 * 1000), 1);
    std::string output;
    for (std::string some; !(some = read_some(*program, 1000)).empty();) {
        output += some;
        if (output.size() < 20 * 1000)
            nap(); // the pipe is full meanwhile
    }
    EXPECT_EQ(output, std::string(3000000, '\0') + "done\n");
    EXPECT_EQ(final_status(*program), 0);
}

// ---- What the command sees

TEST_F(ProgramTest, StandardInputIsTheNullDevice) {
    EXPECT_EQ(output_of("readlink /proc/self/fd/0; cat"), "/dev/null\n");
}

TEST_F(ProgramTest, NoOtherDescriptorIsInherited) {
    const int leaky = fcntl(STDERR_FILENO, F_DUPFD, 200); // without close-on-exec
    ASSERT_GE(leaky, 200);
    const std::string mine = std::to_string(leaky);
    EXPECT_EQ(output_of("for i in 3 4 5 6 7 8 9 " + mine +
                        "; do if [ -e /proc/$$/fd/$i ]; then echo $i; fi; done"),
              "");
    EXPECT_EQ(output_of("if [ -e /proc/$$/fd/2 ]; then echo inherited; fi"), "inherited\n");
    close(leaky);
}

TEST_F(ProgramTest, SignalsAreAtTheirDefaultsAndUnblocked) {
    sigset_t all, before;
    sigfillset(&all);
    const auto old_pipe = signal(SIGPIPE, SIG_IGN);
    const auto old_term = signal(SIGTERM, SIG_IGN);
    const auto old_last = signal(SIGRTMAX, SIG_IGN);
    sigprocmask(SIG_SETMASK, &all, &before);
    // By the shell alone: dash cleans the mask of what it starts.
    const std::string seen =
        output_of("while read -r name value; do case $name in SigBlk:|SigIgn:) "
                  "echo $value; esac; done </proc/$$/status");
    sigprocmask(SIG_SETMASK, &before, nullptr);
    signal(SIGPIPE, old_pipe);
    signal(SIGTERM, old_term);
    signal(SIGRTMAX, old_last);

    ASSERT_EQ(seen.size(), 34u) << seen; // two lines of 16 digits
    EXPECT_EQ(std::stoull(seen.substr(0, 16), nullptr, 16), 0u);
    // glibc's posix_spawn always leaves its own signals 32 and 33 ignored, as popen(3) does.
    EXPECT_EQ(std::stoull(seen.substr(17, 16), nullptr, 16) & ~0x180000000ull, 0u);
}

TEST_F(ProgramTest, LeadsAProcessGroupOfItsOwn) {
    ProgramPtr program = start("echo $$; sleep 60");
    const pid_t pid = atoi(read_line(*program).c_str());
    EXPECT_EQ(getpgid(pid), pid);
    EXPECT_NE(getpgid(0), pid);
    destroy_and_expect_group_gone(std::move(program), pid);
}

TEST_F(ProgramTest, OurEndIsNonBlockingAndCloseOnExec) {
    const ProgramPtr program = start("sleep 60");
    EXPECT_TRUE(fcntl(program->output(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(fcntl(program->output(), F_GETFD) & FD_CLOEXEC);
    char byte;
    EXPECT_EQ(read(program->output(), &byte, 1), -1);
    EXPECT_EQ(errno, EAGAIN);
}

TEST_F(ProgramTest, StartsWhenTheServerRunsWithoutStandardDescriptors) {
    const int input = fcntl(0, F_DUPFD_CLOEXEC, 10), output = fcntl(1, F_DUPFD_CLOEXEC, 10);
    close(0);
    close(1);
    const std::string seen = output_of("echo fine; readlink /proc/self/fd/0");
    dup2(input, 0);
    dup2(output, 1);
    close(input);
    close(output);
    EXPECT_EQ(seen, "fine\n/dev/null\n");
}

// ---- Nothing stays behind

TEST_F(ProgramTest, GrandchildrenThatIgnoreSignalsAreKilled) {
    ProgramPtr program = start("trap '' TERM HUP INT QUIT PIPE\n"
                               "sleep 60 &\n"
                               "(trap '' TERM; sleep 60; sleep 60) &\n"
                               "(sleep 60 | cat) &\n"
                               "echo $$\n"
                               "while :; do sleep 60; done");
    const pid_t group = atoi(read_line(*program).c_str());
    destroy_and_expect_group_gone(std::move(program), group);
}

TEST_F(ProgramTest, GrandchildrenThatOutliveTheShellAreKilled) {
    ProgramPtr program = start("sleep 60 & echo $$");
    const pid_t group = atoi(read_line(*program).c_str());
    EXPECT_EQ(final_status(*program), 0);
    // Its number is still taken, so the kill cannot hit a stranger.
    EXPECT_EQ(kill(group, 0), 0);
    destroy_and_expect_group_gone(std::move(program), group);
}

TEST_F(ProgramTest, AStoppedGroupIsKilled) {
    ProgramPtr program = start("echo $$; kill -STOP $$");
    const pid_t group = atoi(read_line(*program).c_str());
    destroy_and_expect_group_gone(std::move(program), group);
}

TEST_F(ProgramTest, AnEndlessWriterIsEnded) {
    // It takes no notice of the closed pipe, and would go on for many seconds.
    ProgramPtr program = start("echo $$; trap '' PIPE; i=0\n"
                               "while [ $((i += 1)) -lt 9999999 ]; do echo y; done 2>/dev/null");
    const pid_t group = atoi(read_line(*program).c_str());
    destroy_and_expect_group_gone(std::move(program), group);
}

TEST_F(ProgramTest, ManyProgramsAtOnceAndInTurn) {
    for (int round = 0; round < 20; round++) {
        const ProgramPtr first = start("sleep 60"), second = start("echo x; sleep 60");
        EXPECT_EQ(read_line(*second), "x");
    }
}

// ---- Failures

void expect_start_fails(const std::string& command, int system_errno) {
    Error error;
    EXPECT_FALSE(Program::start(command.c_str(), error));
    EXPECT_EQ(error.code, ErrorCode::Io);
    EXPECT_EQ(error.system_errno, system_errno);
    EXPECT_FALSE(error.reason.empty());
}

TEST_F(ProgramTest, ACommandTooLongForTheKernelIsAnError) {
    expect_start_fails(std::string(200 * 1000, ' '), E2BIG);
}

TEST_F(ProgramTest, NoDescriptorLeftIsAnError) {
    rlimit before, none;
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &none), 0);
    expect_start_fails("true", EMFILE);
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST_F(ProgramTest, AStatusThatWasLostIsNoSuccess) {
    const auto before = signal(SIGCHLD, SIG_IGN);
    const ProgramPtr program = start("exit 0");
    EXPECT_EQ(read_all(*program), "");
    const int status = final_status(*program);
    signal(SIGCHLD, before);
    EXPECT_TRUE(WIFEXITED(status));
    EXPECT_NE(WEXITSTATUS(status), 0);
}

} // namespace
} // namespace weather
