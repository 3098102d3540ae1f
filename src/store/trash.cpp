#include "store/trash.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"
#include "store/detach.h"
#include "store/owner.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

// A payload has no name that is taken away before it: where it lies is its name. If the power is cut, the rename must
// not be lost while files that went after it are gone, so of payloads nothing is unlinked before a sync.
constexpr std::string_view kSyncFirst = "sync-";

bool is_payload(const Layout& layout, const std::string& path) {
    return path.starts_with(layout.payloads() + "/");
}

void sync_renames(const Layout& layout, const std::vector<base::DirectoryEntry>& entries) {
    const bool matters = std::ranges::any_of(entries, [](const base::DirectoryEntry& entry) {
        return entry.name.starts_with(kSyncFirst);
    });
    if (!matters) return;
    if (const Result<Fd> trash = base::open_directory(layout.trash())) ::syncfs(trash->get());
    sync_point("trash.synced");
}

// A payload without its record is a miss. So what is deleted in place loses that first, and one that was
// deleted by half is taken for whole by nobody. `path`: a payload, or a directory of payloads.
void forget_records(const std::string& path) {
    if (::unlink((path + "/.meta").c_str()) == 0) return;
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(path);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries)
        static_cast<void>(::unlink((path + "/" + entry.name + "/.meta").c_str()));
}

bool is_own(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && status.st_uid == ::geteuid();
}

}  // namespace

Result<Moved> move_to_trash(const Layout& layout, const std::string& path) {
    const std::string_view prefix = is_payload(layout, path) ? kSyncFirst : "";
    const std::string to = fmt::format("{}/{}{}", layout.trash(), prefix, base::random_id());
    if (::rename(path.c_str(), to.c_str()) == 0) return Moved::ToTrash;
    const int error = errno;
    if (error == ENOENT && !base::exists(path)) return Moved::Gone;
    // Somebody else's, who would be left with half of it.
    if (is_refused(error) && !is_own(path)) return base::fail_errno(error, ownership_of(path));
    forget_records(path);
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
        sync_renames(layout, *entries);
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
