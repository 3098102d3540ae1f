// Who holds a write lock. The kernel does not tell: locks of open file descriptions belong to no
// process. But /proc lists, for every descriptor, the locks of its description. Only the processes
// of this user (of all users as root) in this PID namespace are seen. It looks at everybody and
// takes milliseconds: for telling the user, not for deciding.
#pragma once

#include "store/lock.h"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace store {

// `path` is absolute and without links. Never this process.
std::optional<pid_t> find_lock_holder(const std::string& path, LockKind kind, LockRange range);

// Whether a line of /proc/PID/fdinfo/FD, "lock:\t1: OFDLCK  ADVISORY  WRITE -1 08:01:42 7 7", says
// that the descriptor holds this lock (proc(5)).
bool is_write_lock(std::string_view line, LockKind kind, LockRange range);

}  // namespace store
