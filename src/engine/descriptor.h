// A file descriptor that is closed at the end of its scope. errno outlives that.
#pragma once

#include <cerrno>
#include <unistd.h>

#include "engine_only.h"

namespace weather {

class Descriptor {
  public:
    explicit Descriptor(int fd = -1) : fd_(fd) {}
    ~Descriptor() { reset(-1); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    int get() const { return fd_; }
    int release() {
        const int fd = fd_;
        fd_ = -1;
        return fd;
    }
    void reset(int fd) {
        const int kept = errno;
        if (fd_ >= 0)
            ::close(fd_);
        fd_ = fd;
        errno = kept;
    }

  private:
    int fd_;
};

} // namespace weather
