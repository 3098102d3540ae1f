#include "store/election.h"

#include "base/interrupted.h"
#include "store/pause.h"

#include <algorithm>
#include <fcntl.h>

namespace store {

using base::Fd;

namespace {

constexpr std::int64_t kPatienceMs = 1000;
constexpr std::int64_t kLongestPauseMs = 20;

}  // namespace

Fd try_election(const Layout& layout, LockKind kind) {
    Fd fd = base::try_open(layout.lock_file("gc"), O_RDWR);
    if (fd && try_lock(fd.get(), kind, LockMode::Write) == LockResult::Busy) fd.reset();
    return fd;
}

Fd win_election(const Layout& layout, LockKind kind) {
    std::int64_t pause = 1;
    for (std::int64_t waited = 0; waited < kPatienceMs; waited += pause) {
        Fd fd = base::try_open(layout.lock_file("gc"), O_RDWR);
        // A store that is not ours to write in, or has been taken apart: nobody to wait for.
        if (!fd || try_lock(fd.get(), kind, LockMode::Write) != LockResult::Busy) return fd;
        pause_for_ms(pause);
        pause = std::min(pause * 2, kLongestPauseMs);
    }
    return {};
}

}  // namespace store
