// Opens what stands beneath a directory, and nothing else, whatever is renamed meanwhile: the
// kernel judges what it opens, not a name that somebody looked at before.
#pragma once

namespace weather {

// Whether a step of the path is "..".
bool goes_up(const char* path) noexcept;

// What follows `directory` in a path that is it or stands beneath it by its text, else null.
const char* rest_beneath(const char* directory, const char* path) noexcept;

// A descriptor (close-on-exec) of `path`, which is taken relative to `directory`; "" is the
// directory itself. -1 with errno; EXDEV for all that is not beneath: "..", a symbolic link that
// leads out or is absolute or leads in a circle, a link itself (O_NOFOLLOW), a regular file with a
// second hard link. What stands outside is not looked at, so it makes no difference. The directory
// may be a symbolic link.
int open_beneath(const char* directory, const char* path, int flags) noexcept;

// The same without openat2(), which older kernels lack and some containers forbid: step by step,
// where every symbolic link is EXDEV.
int open_beneath_stepwise(const char* directory, const char* path, int flags) noexcept;

} // namespace weather
