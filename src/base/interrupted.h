// Calls that a signal may cut short, made again until none does: EINTR is nobody's business. Local file systems
// hardly ever say it; network and FUSE file systems do, for open(2), ftruncate(2) and locks too.
//
// For those who want errno, and whatever it says is fine with them. Otherwise: base/file.h.
#pragma once

#include "base/fd.h"

#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/types.h>

namespace base {

// `call` gives -1 and sets errno when it fails.
template <class Call>
auto retry_interrupted(Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0 || errno != EINTR) return result;
    }
}

// openat(2), close-on-exec; an empty Fd and errno when it is refused.
inline Fd try_open_at(int directory, const char* path, int flags, mode_t mode = 0) {
    return Fd(retry_interrupted([&] { return ::openat(directory, path, flags | O_CLOEXEC, mode); })
    );
}

inline Fd try_open(const std::string& path, int flags, mode_t mode = 0) {
    return try_open_at(AT_FDCWD, path.c_str(), flags, mode);
}

}  // namespace base
