#include "store/lock.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace store {
namespace {

struct flock record(LockMode mode, LockRange range) {
    struct flock lock{};
    lock.l_type = mode == LockMode::Read ? F_RDLCK : F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = static_cast<off_t>(range.start);
    lock.l_len = static_cast<off_t>(range.length);
    return lock;
}

LockResult result_of(int status) {
    if (status == 0) return LockResult::Held;
    // flock says EWOULDBLOCK, fcntl says EAGAIN or EACCES.
    const bool busy = errno == EAGAIN || errno == EWOULDBLOCK || errno == EACCES;
    return busy ? LockResult::Busy : LockResult::Unsupported;
}

template <class Call>
int retry_interrupted(Call call) {
    int status = 0;
    do
        status = call();
    while (status != 0 && errno == EINTR);
    return status;
}

LockResult lock_ofd(int fd, int command, LockMode mode, LockRange range) {
    struct flock lock = record(mode, range);
    return result_of(retry_interrupted([&] { return ::fcntl(fd, command, &lock); }));
}

LockResult lock_flock(int fd, LockMode mode, int flags) {
    const int operation = (mode == LockMode::Read ? LOCK_SH : LOCK_EX) | flags;
    return result_of(retry_interrupted([&] { return ::flock(fd, operation); }));
}

}  // namespace

std::string_view name_of(LockKind kind) {
    switch (kind) {
        case LockKind::Ofd:
            return "ofd";
        case LockKind::Flock:
            return "flock";
        case LockKind::None:
            return "none";
    }
    return "none";
}

LockResult try_lock(int fd, LockKind kind, LockMode mode, LockRange range) {
    switch (kind) {
        case LockKind::Ofd:
            return lock_ofd(fd, F_OFD_SETLK, mode, range);
        case LockKind::Flock:
            return lock_flock(fd, mode, LOCK_NB);
        case LockKind::None:
            return LockResult::Held;
    }
    return LockResult::Unsupported;
}

LockResult wait_lock(int fd, LockKind kind, LockMode mode, LockRange range) {
    switch (kind) {
        case LockKind::Ofd:
            return lock_ofd(fd, F_OFD_SETLKW, mode, range);
        case LockKind::Flock:
            return lock_flock(fd, mode, 0);
        case LockKind::None:
            return LockResult::Unsupported;
    }
    return LockResult::Unsupported;
}

void unlock(int fd, LockKind kind, LockRange range) {
    if (kind == LockKind::Flock) static_cast<void>(::flock(fd, LOCK_UN));
    if (kind != LockKind::Ofd) return;
    struct flock lock = record(LockMode::Read, range);
    lock.l_type = F_UNLCK;
    static_cast<void>(::fcntl(fd, F_OFD_SETLK, &lock));
}

bool is_locked(int fd, LockKind kind, LockRange range) {
    if (kind == LockKind::Ofd) {
        struct flock lock = record(LockMode::Write, range);
        return ::fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    }
    const LockResult result = try_lock(fd, kind, LockMode::Write, range);
    if (result == LockResult::Held) unlock(fd, kind, range);
    return result == LockResult::Busy;
}

LockKind probe_lock_kind(int fd) {
    for (const LockKind kind : {LockKind::Ofd, LockKind::Flock}) {
        if (try_lock(fd, kind, LockMode::Write) != LockResult::Held) continue;
        unlock(fd, kind);
        return kind;
    }
    return LockKind::None;
}

}  // namespace store
