// Work that nobody waits for: a child in a session of its own that holds on to nothing of ours: no
// descriptor (so no lease, and not the caller's terminal or pipe), no directory.
#pragma once

#include <functional>

namespace store {

enum class Priority {
    Idle,    // the lowest for processor and disk
    Normal,  // for who must be quick when his time comes
};

// Forks twice, so that whatever this process becomes by exec finds no child it did not make. `work`
// runs in the grandchild, which ends with it; it may allocate, but must not count on threads.
// False: no process could be made, and nothing is done.
bool run_detached(Priority priority, const std::function<void()>& work);

}  // namespace store
