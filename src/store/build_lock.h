// The single-flight lock: one builder per key. A write lock on one byte of the permanent file
// `lock/build` (with flock, on one of 256 files), held from begin to publish, not inherited by
// programs.
//
// It saves work and nothing else: two builders of one key are harmless, the last name wins.
#pragma once

#include "base/fd.h"
#include "base/result.h"
#include "store/layout.h"
#include "store/lock.h"
#include "store/report.h"

#include <cstdint>
#include <string_view>

namespace store {

// An empty Fd when somebody else holds it. Without locks, or when they fail: an open descriptor
// that locks nothing.
base::Fd try_build_lock(const Layout& layout, LockKind kind, std::string_view key);

// Waits until it is free, or until nothing has happened in stage/ for `patience_ms` while somebody
// held it: then an empty Fd, and the caller builds on its own. Interrupted when the user asks for
// it.
base::Result<base::Fd> wait_build_lock(
    const Layout& layout,
    LockKind kind,
    std::string_view key,
    std::int64_t patience_ms,
    const WaitNotice& notice = {}
);

}  // namespace store
