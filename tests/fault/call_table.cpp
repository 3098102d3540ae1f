#include "call_table.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/syscall.h>
#include <utility>

namespace fault {
namespace {

// By what the call asks of the system.
constexpr int kLook[] = {EIO, EACCES, ESTALE};
constexpr int kRead[] = {EIO, EINTR, ESTALE};
constexpr int kWrite[] = {EIO, ENOSPC, EDQUOT, EINTR, ESTALE};
constexpr int kCreate[] = {EIO, ENOSPC, EDQUOT, EACCES, EROFS, ESTALE};
constexpr int kMove[] = {EIO, ENOSPC, EDQUOT, EACCES, EROFS, ESTALE, EXDEV};
constexpr int kRemove[] = {EIO, EACCES, EROFS, ESTALE};
constexpr int kSetFacts[] = {EIO, EACCES, EROFS, ESTALE};
constexpr int kList[] = {EIO, ESTALE};
constexpr int kSync[] = {EIO, ENOSPC, EDQUOT};
constexpr int kClose[] = {EIO, ENOSPC, EDQUOT, EINTR};
constexpr int kOpenToRead[] = {EIO, EMFILE, EINTR, EACCES, ESTALE};
constexpr int kOpenToWrite[] = {EIO, EMFILE, EINTR, EACCES, EROFS, ESTALE};
constexpr int kOpenToCreate[] = {EIO, ENOSPC, EDQUOT, EMFILE, EINTR, EACCES, EROFS, ESTALE};
constexpr int kLock[] = {ENOLCK, EINTR, EIO};
constexpr int kDescriptor[] = {EMFILE};
constexpr int kSocket[] = {EMFILE, EACCES};
constexpr int kCopy[] = {EIO, ENOSPC, EDQUOT, EINTR, ESTALE, EXDEV};
constexpr int kWait[] = {EINTR};
constexpr int kExecute[] = {EIO, EACCES};
constexpr int kProcess[] = {EAGAIN};
constexpr int kPermission[] = {EACCES};

enum class Kind : std::uint8_t {
    Plain,
    OnDescriptor,
    Close,
    Write,
    Open,  // flags in the third argument (openat) or the second (open)
    Fcntl,
    Stat,  // newfstatat: on a descriptor when the path is empty
};

struct Entry {
    long number;
    const char* name;
    unsigned paths;
    std::span<const int> errors;
    Kind kind = Kind::Plain;
};

constexpr Entry kTable[] = {
    {SYS_open, "open", 1U, {}, Kind::Open},
    {SYS_openat, "openat", 2U, {}, Kind::Open},
    {SYS_creat, "creat", 1U, kOpenToCreate},
    {SYS_close, "close", 0, kClose, Kind::Close},
    {SYS_read, "read", 0, kRead, Kind::OnDescriptor},
    {SYS_pread64, "pread64", 0, kRead, Kind::OnDescriptor},
    {SYS_readv, "readv", 0, kRead, Kind::OnDescriptor},
    {SYS_write, "write", 0, kWrite, Kind::Write},
    {SYS_pwrite64, "pwrite64", 0, kWrite, Kind::Write},
    {SYS_writev, "writev", 0, kWrite, Kind::Write},
    {SYS_ftruncate, "ftruncate", 0, kWrite, Kind::OnDescriptor},
    {SYS_fallocate, "fallocate", 0, kWrite, Kind::OnDescriptor},
    {SYS_copy_file_range, "copy_file_range", 0, kCopy, Kind::OnDescriptor},
    {SYS_sendfile, "sendfile", 0, kCopy, Kind::OnDescriptor},
    {SYS_fsync, "fsync", 0, kSync, Kind::OnDescriptor},
    {SYS_fdatasync, "fdatasync", 0, kSync, Kind::OnDescriptor},
    {SYS_syncfs, "syncfs", 0, kSync, Kind::OnDescriptor},
    {SYS_stat, "stat", 1U, kLook},
    {SYS_lstat, "lstat", 1U, kLook},
    {SYS_fstat, "fstat", 0, kList, Kind::OnDescriptor},
    {SYS_newfstatat, "newfstatat", 2U, kLook, Kind::Stat},
    {SYS_statx, "statx", 2U, kLook, Kind::Stat},
    {SYS_statfs, "statfs", 1U, kLook},
    {SYS_fstatfs, "fstatfs", 0, kList, Kind::OnDescriptor},
    {SYS_access, "access", 1U, kLook},
    {SYS_faccessat, "faccessat", 2U, kLook},
    {SYS_faccessat2, "faccessat2", 2U, kLook},
    {SYS_readlink, "readlink", 1U, kLook},
    {SYS_readlinkat, "readlinkat", 2U, kLook},
    {SYS_getdents64, "getdents64", 0, kList, Kind::OnDescriptor},
    {SYS_mkdir, "mkdir", 1U, kCreate},
    {SYS_mkdirat, "mkdirat", 2U, kCreate},
    {SYS_mknodat, "mknodat", 2U, kCreate},
    {SYS_symlink, "symlink", 3U, kCreate},
    {SYS_symlinkat, "symlinkat", 5U, kCreate},
    {SYS_link, "link", 3U, kMove},
    {SYS_linkat, "linkat", 10U, kMove},
    {SYS_rename, "rename", 3U, kMove},
    {SYS_renameat, "renameat", 10U, kMove},
    {SYS_renameat2, "renameat2", 10U, kMove},
    {SYS_unlink, "unlink", 1U, kRemove},
    {SYS_unlinkat, "unlinkat", 2U, kRemove},
    {SYS_rmdir, "rmdir", 1U, kRemove},
    {SYS_chmod, "chmod", 1U, kSetFacts},
    {SYS_fchmod, "fchmod", 0, kSetFacts, Kind::OnDescriptor},
    {SYS_fchmodat, "fchmodat", 2U, kSetFacts},
    {SYS_utimensat, "utimensat", 2U, kSetFacts},
    {SYS_chdir, "chdir", 1U, kLook},
    {SYS_getcwd, "getcwd", 0, kPermission},
    {SYS_fcntl, "fcntl", 0, {}, Kind::Fcntl},
    {SYS_flock, "flock", 0, kLock, Kind::OnDescriptor},
    {SYS_dup, "dup", 0, kDescriptor, Kind::OnDescriptor},
    {SYS_dup2, "dup2", 0, kDescriptor, Kind::OnDescriptor},
    {SYS_dup3, "dup3", 0, kDescriptor, Kind::OnDescriptor},
    {SYS_pipe, "pipe", 0, kDescriptor},
    {SYS_pipe2, "pipe2", 0, kDescriptor},
    {SYS_eventfd2, "eventfd2", 0, kDescriptor},
    {SYS_epoll_create1, "epoll_create1", 0, kDescriptor},
    {SYS_inotify_init1, "inotify_init1", 0, kDescriptor},
    {SYS_memfd_create, "memfd_create", 0, kDescriptor},
    {SYS_socket, "socket", 0, kSocket},
    {SYS_socketpair, "socketpair", 0, kSocket},
    {SYS_connect, "connect", 0, kPermission, Kind::OnDescriptor},
    {SYS_sendto, "sendto", 0, kWait, Kind::OnDescriptor},
    {SYS_recvfrom, "recvfrom", 0, kWait, Kind::OnDescriptor},
    {SYS_poll, "poll", 0, kWait},
    {SYS_ppoll, "ppoll", 0, kWait},
    {SYS_epoll_wait, "epoll_wait", 0, kWait, Kind::OnDescriptor},
    {SYS_epoll_pwait, "epoll_pwait", 0, kWait, Kind::OnDescriptor},
    {SYS_select, "select", 0, kWait},
    {SYS_pselect6, "pselect6", 0, kWait},
    {SYS_nanosleep, "nanosleep", 0, kWait},
    {SYS_clock_nanosleep, "clock_nanosleep", 0, kWait},
    {SYS_wait4, "wait4", 0, kWait},
    {SYS_waitid, "waitid", 0, kWait},
    {SYS_getrandom, "getrandom", 0, kWait},
    {SYS_execve, "execve", 1U, kExecute},
    {SYS_fork, "fork", 0, kProcess},
    {SYS_vfork, "vfork", 0, kProcess},
    {SYS_clone, "clone", 0, kProcess},
    {SYS_clone3, "clone3", 0, kProcess},
    // They have names so that a list can be read; none of them fails on a machine in trouble.
    {SYS_lseek, "lseek", 0, {}, Kind::OnDescriptor},
    {SYS_mmap, "mmap", 0, {}},
    {SYS_munmap, "munmap", 0, {}},
    {SYS_mprotect, "mprotect", 0, {}},
    {SYS_madvise, "madvise", 0, {}},
    {SYS_brk, "brk", 0, {}},
    {SYS_futex, "futex", 0, {}},
    {SYS_rt_sigaction, "rt_sigaction", 0, {}},
    {SYS_rt_sigprocmask, "rt_sigprocmask", 0, {}},
    {SYS_ioctl, "ioctl", 0, {}, Kind::OnDescriptor},
    {SYS_exit, "exit", 0, {}},
    {SYS_exit_group, "exit_group", 0, {}},
    {SYS_prlimit64, "prlimit64", 0, {}},
    {SYS_getpid, "getpid", 0, {}},
    {SYS_gettid, "gettid", 0, {}},
    {SYS_geteuid, "geteuid", 0, {}},
    {SYS_umask, "umask", 0, {}},
    {SYS_uname, "uname", 0, {}},
    {SYS_setsid, "setsid", 0, {}},
    {SYS_close_range, "close_range", 0, {}},
    {SYS_sched_getaffinity, "sched_getaffinity", 0, {}},
};

struct ErrorName {
    int number;
    const char* name;
};

constexpr ErrorName kErrorNames[] = {
    {EIO, "EIO"},
    {ENOSPC, "ENOSPC"},
    {EDQUOT, "EDQUOT"},
    {EMFILE, "EMFILE"},
    {ENOLCK, "ENOLCK"},
    {EINTR, "EINTR"},
    {EACCES, "EACCES"},
    {EROFS, "EROFS"},
    {ESTALE, "ESTALE"},
    {EXDEV, "EXDEV"},
    {EAGAIN, "EAGAIN"},
};

const Entry* find(const Call& call) {
    const auto* const found = std::ranges::find(kTable, call.number, &Entry::number);
    return found == std::end(kTable) ? nullptr : found;
}

std::span<const int> errors_of_open(const Call& call) {
    const std::uint64_t flags = call.arguments[call.number == SYS_openat ? 2 : 1];
    if ((flags & (O_CREAT | __O_TMPFILE)) != 0) return kOpenToCreate;
    if ((flags & O_ACCMODE) != O_RDONLY) return kOpenToWrite;
    return kOpenToRead;
}

std::span<const int> errors_of_fcntl(const Call& call) {
    switch (call.arguments[1]) {
        case F_SETLK:
        case F_SETLKW:
        case F_OFD_SETLK:
        case F_OFD_SETLKW:
            return kLock;
        case F_DUPFD:
        case F_DUPFD_CLOEXEC:
            return kDescriptor;
        default:
            return {};
    }
}

}  // namespace

std::string name_of(const Call& call) {
    const Entry* entry = find(call);
    return entry != nullptr ? entry->name : "call-" + std::to_string(call.number);
}

unsigned path_arguments(const Call& call) {
    const Entry* entry = find(call);
    return entry != nullptr ? entry->paths : 0;
}

bool takes_descriptor(const Call& call) {
    const Entry* entry = find(call);
    return entry != nullptr && entry->kind != Kind::Plain && entry->kind != Kind::Open &&
           entry->kind != Kind::Stat;
}

std::span<const int> plausible_errors(const Call& call) {
    const Entry* entry = find(call);
    if (entry == nullptr) return {};
    if (entry->kind == Kind::Open) return errors_of_open(call);
    if (entry->kind == Kind::Fcntl) return errors_of_fcntl(call);
    // What cannot be told any more is not tested: the standard streams take what they are given.
    if (entry->kind == Kind::Write && call.arguments[0] <= 2) return kWait;
    return entry->errors;
}

bool is_done_although_it_fails(const Call& call) {
    return call.number == SYS_close;
}

std::string error_name(int error) {
    const auto* const found = std::ranges::find(kErrorNames, error, &ErrorName::number);
    return found == std::end(kErrorNames) ? std::to_string(error) : found->name;
}

int error_number(const std::string& name) {
    const auto* const found = std::ranges::find_if(kErrorNames, [&](const ErrorName& known) {
        return known.name == name;
    });
    return found == std::end(kErrorNames) ? 0 : found->number;
}

}  // namespace fault
