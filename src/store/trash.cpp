#include "store/trash.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"
#include "store/detach.h"
#include "store/sync_point.h"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>

namespace store {

using base::Fd;
using base::Result;

Result<Moved> move_to_trash(const Layout& layout, const std::string& path) {
    const std::string to = layout.trash() + "/" + base::random_id();
    if (::rename(path.c_str(), to.c_str()) == 0) return Moved::ToTrash;
    if (errno == ENOENT && !base::exists(path)) return Moved::Gone;
    TRY(base::remove_tree(path));
    return Moved::Removed;
}

void empty_trash(const Layout& layout, LockKind kind) {
    const Fd lock = base::try_open(layout.lock_file("trash"), O_RDWR);
    if (lock && try_lock(lock.get(), kind, LockMode::Write) == LockResult::Busy) return;
    // What is thrown away meanwhile is taken too: its thrower may have met our lock and left it to us.
    for (bool found = true; found;) {
        found = false;
        const Result<std::vector<base::DirectoryEntry>> entries =
            base::list_directory(layout.trash());
        if (!entries) return;
        for (const base::DirectoryEntry& entry : *entries) {
            sync_point("trash.before-unlink");
            if (base::remove_tree(layout.trash() + "/" + entry.name)) found = true;
        }
    }
}

void empty_trash_detached(const Layout& layout, LockKind kind) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(layout.trash());
    if (!entries || entries->empty()) return;
    static_cast<void>(run_detached(Priority::Idle, [&] { empty_trash(layout, kind); }));
}

}  // namespace store
