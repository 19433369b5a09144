// Starting, watching and ending a shell command.
//
// The shell leads a process group of its own, so one kill(2) reaches everything that it started.
// Its process number is ours for as long as it is not reaped, even when it has ended: so finished()
// leaves the zombie, and the destructor kills before it reaps. The other order could kill another
// server process, to which the number had passed meanwhile.
#include <cerrno>
#include <csignal>
#include <ctime>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

#include "descriptor.h"
#include "program.h"
#include "engine_only.h"

namespace weather {
namespace {

void set_io_error(Error& error, const char* what, int code) {
    error = Error{};
    error.code = ErrorCode::Io;
    error.system_errno = code;
    error.reason = std::string(what) + ": " + std::generic_category().message(code);
}

// What the child is to look like. The server blocks and ignores signals (SIGPIPE, for one), which
// exec would hand down; and its descriptors are no business of the command's.
class SpawnPlan {
  public:
    explicit SpawnPlan(int output) {
        sigset_t all, none;
        sigfillset(&all);
        sigemptyset(&none);
        note(posix_spawnattr_init(&attributes_));
        note(posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                        POSIX_SPAWN_SETSIGMASK));
        note(posix_spawnattr_setpgroup(&attributes_, 0));
        note(posix_spawnattr_setsigdefault(&attributes_, &all));
        note(posix_spawnattr_setsigmask(&attributes_, &none));

        note(posix_spawn_file_actions_init(&actions_));
        // The output first: it may itself be number 0, if the server runs without one.
        note(posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO));
        note(posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0));
        note(posix_spawn_file_actions_addclosefrom_np(&actions_, STDERR_FILENO + 1));
    }
    ~SpawnPlan() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }
    SpawnPlan(const SpawnPlan&) = delete;
    SpawnPlan& operator=(const SpawnPlan&) = delete;

    // 0, or an errno.
    int run(const char* command, pid_t& pid) const {
        if (problem_ != 0)
            return problem_;
        // `--`: a command may begin with a hyphen.
        const char* const arguments[] = {"sh", "-c", "--", command, nullptr};
        return posix_spawn(&pid, "/bin/sh", &actions_, &attributes_,
                           const_cast<char* const*>(arguments), environ);
    }

  private:
    void note(int code) {
        if (problem_ == 0)
            problem_ = code;
    }

    posix_spawnattr_t attributes_;
    posix_spawn_file_actions_t actions_;
    int problem_ = 0;
};

// Looks without reaping; si_pid is 0 while the shell runs. False when it is not our child any more
// (somebody ignores SIGCHLD, or waits for all children): then its number may be another's.
bool look_at(pid_t pid, siginfo_t& info) {
    info = {};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0;
}

double seconds_since(const timespec& start) {
    timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<double>(now.tv_sec - start.tv_sec) +
           static_cast<double>(now.tv_nsec - start.tv_nsec) / 1e9;
}

// After SIGKILL the shell ends at once, unless the kernel is stuck in a system call of it (a dead
// network file system): then it is left to become a zombie until this process ends.
void reap(pid_t pid) {
    timespec start;
    clock_gettime(CLOCK_MONOTONIC, &start);
    long pause = 50 * 1000; // nanoseconds
    while (::waitpid(pid, nullptr, WNOHANG) == 0 && seconds_since(start) < 1.0) {
        const timespec nap = {0, pause};
        nanosleep(&nap, nullptr);
        if (pause < 10 * 1000 * 1000)
            pause *= 2;
    }
}

} // namespace

std::unique_ptr<Program> Program::start(const char* command, Error& error) {
    // Made first: once the child runs, nothing may fail any more.
    std::unique_ptr<Program> program(new Program());

    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) {
        set_io_error(error, "could not create a pipe", errno);
        return nullptr;
    }
    Descriptor read_end(ends[0]);
    const Descriptor write_end(ends[1]);

    // Only our end: the command's writes must wait for us, as into any pipe.
    if (::fcntl(read_end.get(), F_SETFL, O_NONBLOCK) != 0) {
        set_io_error(error, "could not make a pipe non-blocking", errno);
        return nullptr;
    }
    pid_t pid = -1;
    const int problem = SpawnPlan(write_end.get()).run(command, pid);
    if (problem != 0) {
        set_io_error(error, "could not start the shell", problem);
        return nullptr;
    }
    program->pid_ = pid;
    program->output_ = read_end.release();
    return program;
}

Program::~Program() {
    if (output_ >= 0)
        ::close(output_);
    siginfo_t info;
    if (pid_ < 0 || !look_at(pid_, info))
        return;
    ::kill(-pid_, SIGKILL);
    reap(pid_);
}

bool Program::finished(int& wait_status) {
    if (!ended_) {
        siginfo_t info;
        if (!look_at(pid_, info)) {
            wait_status_ = W_EXITCODE(255, 0); // how it ended is not known: no success, then
            pid_ = -1;
        } else if (info.si_pid == 0) {
            return false;
        } else if (info.si_code == CLD_EXITED) {
            wait_status_ = W_EXITCODE(info.si_status, 0);
        } else {
            wait_status_ = W_EXITCODE(0, info.si_status);
            if (info.si_code == CLD_DUMPED)
                wait_status_ |= WCOREFLAG;
        }
        ended_ = true;
    }
    wait_status = wait_status_;
    return true;
}

} // namespace weather
