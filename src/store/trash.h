// trash/: where condemned things wait for being unlinked. Moving there is one rename; whatever lies
// there belongs to nobody. Emptying it is slow and done by a detached child; if that one is killed,
// by the next.
#pragma once

#include "base/result.h"
#include "store/layout.h"

#include <string>

namespace store {

enum class Moved {
    ToTrash,
    Removed,  // the rename was refused (full disk, other device): removed on the spot
    Gone,     // was not there
};

base::Result<Moved> move_to_trash(const Layout& layout, const std::string& path);

// Unlinks everything in trash/; returns at once if another process is at it.
void empty_trash(const Layout& layout, LockKind kind);
// The same in a detached child, if there is anything.
void empty_trash_detached(const Layout& layout, LockKind kind);

}  // namespace store
