// One collector at a time. Not needed for safety, every step may be done twice at once; but a body
// that another collector has claimed looks like one in use, and two that look into /proc cost twice
// as much.
#pragma once

#include "base/fd.h"
#include "store/layout.h"

namespace store {

// For automatic collection: an empty Fd when another collector is at work.
base::Fd try_election(const Layout& layout, LockKind kind);
// For clean and prune: waits a moment for the other one, and then goes on all the same (an empty Fd).
base::Fd win_election(const Layout& layout, LockKind kind);

}  // namespace store
