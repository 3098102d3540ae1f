#include "store/sweep.h"

#include "base/interrupted.h"
#include "store/measure.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kLeaseSuffix = ".lease";

struct FileClaim {
    Fd fd;
    bool exists = false;
    bool is_held = false;
};

FileClaim claim_file(const std::string& path, LockKind kind) {
    FileClaim claim;
    claim.fd = base::try_open(path, O_RDWR | O_NOFOLLOW);
    claim.exists = claim.fd || errno != ENOENT;
    claim.is_held = claim.fd && try_lock(claim.fd.get(), kind, LockMode::Write) == LockResult::Held;
    return claim;
}

// A directory is alive when the lock beside it or the lock inside is held. The builder moves the
// file from beside to inside, so it is looked for in that order; where neither is, the directory
// was half removed (or has been published by now, and then there is nothing at this path to
// remove).
bool is_dead_directory(const std::string& path, LockKind kind, FileClaim& claim) {
    claim = claim_file(path + std::string(kLeaseSuffix), kind);
    if (!claim.exists) claim = claim_file(path + "/.lease", kind);
    return !claim.exists || claim.is_held;
}

bool is_directory(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

void sweep_leased_directories(
    const std::string& parent,
    LockKind kind,
    const std::function<void(const std::string& path)>& remove
) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(parent);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::string path = parent + "/" + entry.name;
        FileClaim claim;
        if (is_directory(path)) {
            sync_point("sweep.before-claim");
            if (is_valid_id(entry.name) && is_dead_directory(path, kind, claim)) remove(path);
            continue;
        }
        const bool is_lease = entry.name.ends_with(kLeaseSuffix) || entry.name.starts_with(".new-");
        if (!is_lease) continue;
        claim = claim_file(path, kind);
        if (claim.is_held) remove(path);
    }
}

base::RemovedCount sweep_stages(const Collection& collection) {
    base::RemovedCount removed;
    // Without locks a living stage cannot be told from a dead one.
    if (collection.kind == LockKind::None && !collection.force) return removed;
    const auto take = [&](const std::string& path) {
        const base::RemovedCount count = measure_tree(path);
        if (!collection.dry_run && !move_to_trash(collection.layout, path)) return;
        add(removed, count);
    };
    sweep_leased_directories(collection.layout.stages(), collection.kind, take);
    // Links and files on their way to their name; who still needs one makes it again.
    const Result<std::vector<base::DirectoryEntry>> entries =
        base::list_directory(collection.layout.stages());
    if (!entries) return removed;
    for (const base::DirectoryEntry& entry : *entries)
        if (entry.name.starts_with("p-")) take(collection.layout.stages() + "/" + entry.name);
    return removed;
}

}  // namespace store
