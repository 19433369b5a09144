// Raw bytes from a descriptor: regular files by pread(2), pipes by a non-blocking read(2).
//
// The system calls are made directly, not through stdio, so that a fault injected at the libc
// boundary (EIO, short reads) meets this code, and nothing is copied twice.
#include <cerrno>
#include <system_error>
#include <unistd.h>

#include "source.h"
#include "engine_only.h"

namespace weather {

bool Source::seek(uint64_t, uint64_t&) {
    return false;
}

ReadResult FileSource::read(char* buffer, size_t size, Error& error) {
    if (ended_)
        return {ReadStatus::End, 0};

    if (failed_errno_ == 0) {
        ssize_t got;
        do {
            got = kind_ == Kind::RegularFile
                      ? ::pread(fd_, buffer, size, static_cast<off_t>(position_))
                      : ::read(fd_, buffer, size);
        } while (got < 0 && errno == EINTR);

        if (got > 0) {
            position_ += static_cast<uint64_t>(got);
            return {ReadStatus::Data, static_cast<size_t>(got)};
        }
        if (got == 0) {
            ended_ = true;
            return {ReadStatus::End, 0};
        }
        if (kind_ == Kind::Pipe && (errno == EAGAIN || errno == EWOULDBLOCK))
            return {ReadStatus::Blocked, 0};
        failed_errno_ = errno;
    }

    error = Error{};
    error.code = ErrorCode::Io;
    error.system_errno = failed_errno_;
    error.offset = position_;
    error.reason = std::generic_category().message(failed_errno_);
    return {ReadStatus::Failed, 0};
}

bool FileSource::seek(uint64_t offset, uint64_t& reached) {
    if (kind_ == Kind::Pipe)
        return false;
    position_ = reached = offset;
    ended_ = false;
    return true;
}

const char* compression_name(Compression compression) {
    switch (compression) {
    case Compression::Auto:
        return "auto";
    case Compression::None:
        return "none";
    case Compression::Gzip:
        return "gzip";
    case Compression::Zstd:
        return "zstd";
    }
    return "unknown"; // no such value: the compiler checks the cases above
}

} // namespace weather
