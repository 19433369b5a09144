// A shell command whose standard output is read, as COPY FROM PROGRAM does it, but with a process
// group of its own, so that a cancel, a LIMIT or an error can end it and all its children.
#pragma once

#include <memory>
#include <sys/types.h>

#include "error.h"
#include "engine_only.h"

namespace weather {

class Program {
  public:
    // Starts `/bin/sh -c command` by posix_spawn(3): its own process group, all signals at their
    // defaults and unblocked, standard input from /dev/null, standard error inherited, no other
    // descriptor of ours. Null with an Io error when that fails.
    static std::unique_ptr<Program> start(const char* command, Error& error);

    // Closes the pipe, kills the whole group (SIGKILL: it may ignore anything weaker) and reaps
    // the shell; never blocks longer than a second. A child that made itself a group of its own
    // (setsid, a daemon) is beyond reach.
    ~Program();

    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    // The read end of its standard output: non-blocking, close-on-exec, owned by this object.
    int output() const { return output_; }

    // After the end of the output: true when the shell has ended, with its wait(2) status. False:
    // not yet, ask again. Never blocks. It only looks: the shell stays a zombie until the
    // destructor, so that its number cannot pass to a process that the kill would then hit.
    bool finished(int& wait_status);

  private:
    Program() = default;

    pid_t pid_ = -1; // also the process group; -1 when there is nothing of ours to kill and reap
    int output_ = -1;
    bool ended_ = false;
    int wait_status_ = 0; // once ended_
};

} // namespace weather
