// Sweeping stage/: what lies there with a free lock was left behind by a process that died, and
// goes at once, however young it is (see stage.h for why nothing living looks like that).
#pragma once

#include "base/file.h"
#include "store/collector.h"

#include <functional>
#include <string>

namespace store {

// Returns what was, or would be, removed.
base::RemovedCount sweep_stages(const Collection& collection);

// Leased directories in `parent` whose locks are free, and what is left of such; each is given to
// `remove` while the lock is held. For stage/ and for the directory of private stores.
void sweep_leased_directories(
    const std::string& parent,
    LockKind kind,
    const std::function<void(const std::string& path)>& remove
);

}  // namespace store
