// Advisory locks on single bytes of files, of the kind that belongs to the open file description:
// it survives exec, is shared by fork, and ends with the last descriptor. One kind is chosen per
// store, when it is made, and written into its STORE file, so that all programs meet on the same
// locks.
//
// Rules that everything in this directory keeps: locks are never converted (a refused flock upgrade
// loses the lock that was held), the collector never waits for one, and lock files are never
// unlinked while they may be waited for.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <string_view>

namespace store {

enum class LockKind : std::uint8_t {
    Ofd,    // fcntl(2) F_OFD_SETLK, byte ranges
    Flock,  // flock(2), whole files: ranges are ignored
    None,   // the file system has no locks: everybody is let in, the collector goes by age
};

std::string_view name_of(LockKind kind);  // "ofd", "flock", "none"

enum class LockMode { Read, Write };

enum class LockResult {
    Held,
    Busy,         // somebody holds a lock that excludes this one
    Unsupported,  // no locks on this file (system), or none left: nothing is known
};

// The bytes [start, start + length); length 0: to the end of the world.
struct LockRange {
    std::uint64_t start = 0;
    std::uint64_t length = 1;
};

// Never waits. A read lock needs a readable descriptor, a write lock of kind Ofd a writable one.
LockResult try_lock(int fd, LockKind kind, LockMode mode, LockRange range = {});
void unlock(int fd, LockKind kind, LockRange range = {});
// Waits for the kernel to grant it; for the reaper only.
LockResult wait_lock(int fd, LockKind kind, LockMode mode, LockRange range = {});
// Whether somebody else holds a lock that a write lock would meet. Takes nothing (kind Ofd), or
// takes it for an instant.
bool is_locked(int fd, LockKind kind, LockRange range = {});

// Tries what the file system of `fd` (readable and writable, nobody else's) can do.
LockKind probe_lock_kind(int fd);

}  // namespace store
