#include "store/private_root.h"

#include "base/interrupted.h"
#include "base/random.h"
#include "store/detach.h"
#include "store/layout.h"
#include "store/measure.h"
#include "store/pause.h"
#include "store/process_scan.h"
#include "store/stage.h"
#include "store/sweep.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::string_view kTrashPrefix = ".trash-";
constexpr std::int64_t kFirstLookAgainMs = 1000;
constexpr std::int64_t kLastLookAgainMs = 60'000;
constexpr int kCreateAttempts = 5;

std::string parent_prefix() {
    return fmt::format("adder-{}", ::geteuid());
}

// Ours, and nobody else's to write in: in a directory like /tmp anybody may have made it first.
bool is_safe_parent(const std::string& path) {
    struct stat status{};
    return ::lstat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == ::geteuid() && (status.st_mode & 077U) == 0;
}

Result<std::string> make_parent(const std::string& temporary_directory) {
    std::string usual = temporary_directory + "/" + parent_prefix();
    static_cast<void>(::mkdir(usual.c_str(), 0700));
    if (is_safe_parent(usual)) return usual;
    std::string other = usual + "-" + base::random_id();
    TRY(base::make_directory(other, 0700));
    return other;
}

// What the file system of this directory can do. Everybody who asks gets the same answer.
LockKind lock_kind_in(const std::string& directory) {
    const Fd probe = base::try_open(directory, O_TMPFILE | O_RDWR, 0600);
    return probe ? probe_lock_kind(probe.get()) : LockKind::Ofd;
}

std::string trash_name(const std::string& parent) {
    return fmt::format("{}/{}{}", parent, kTrashPrefix, base::random_id());
}

// Renamed first, so that a removal cut short is known for what it is.
void remove_private_root(const std::string& path) {
    const std::string parent(base::parent_path(path));
    const std::string trash = trash_name(parent);
    const bool moved = ::rename(path.c_str(), trash.c_str()) == 0;
    sync_point("private.moved");
    static_cast<void>(base::remove_tree(moved ? trash : path));
    static_cast<void>(::rmdir(parent.c_str()));
}

bool is_seen_in_use(const std::string& path) {
    const std::set<std::string> id = {std::string(base::file_name(path))};
    const ProcessScan scan = scan_processes(id, Depth::Everything);
    return !scan.is_complete || !scan.users.empty();
}

// Runs detached: it has closed everything it inherited, the lease too, or it would wait for itself.
// Readers that come while it waits are let in by the kernel.
void reap(const std::string& path, LockKind kind) {
    ::prctl(PR_SET_NAME, "adder-reaper");
    const std::string lease_path = path + "/.lease";
    const Fd lease = base::try_open(lease_path, O_RDWR);
    if (!lease) return;
    for (std::int64_t pause = kFirstLookAgainMs;; pause = std::min(pause * 2, kLastLookAgainMs)) {
        if (wait_lock(lease.get(), kind, LockMode::Write) != LockResult::Held) return;
        sync_point("reaper.claimed");
        if (!is_seen_in_use(path)) break;
        // Somebody runs from it without the descriptor: let others in, look again later.
        unlock(lease.get(), kind);
        pause_for_ms(pause);
    }
    static_cast<void>(base::retry_interrupted([&] { return ::ftruncate(lease.get(), 1); }));
    remove_private_root(path);
}

Result<LeasedDirectory> make_directory(const std::string& temporary_directory, LockKind& kind) {
    for (int attempt = 1;; ++attempt) {
        const std::string parent = TRY(make_parent(temporary_directory));
        kind = lock_kind_in(parent);
        Result<LeasedDirectory> directory =
            create_leased_directory(parent, base::random_id(), kind);
        // The reaper of the last private store takes the empty parent away.
        const bool again = !directory && !base::exists(parent) && attempt < kCreateAttempts;
        if (!again) return directory;
    }
}

std::vector<std::string> parents_in(const std::string& temporary_directory) {
    std::vector<std::string> parents;
    const Result<std::vector<base::DirectoryEntry>> entries =
        base::list_directory(temporary_directory);
    if (!entries) return parents;
    const std::string prefix = parent_prefix();
    for (const base::DirectoryEntry& entry : *entries) {
        const bool is_ours = entry.name == prefix || entry.name.starts_with(prefix + "-");
        std::string path = temporary_directory + "/" + entry.name;
        if (is_ours && is_safe_parent(path)) parents.push_back(std::move(path));
    }
    return parents;
}

std::set<std::string> private_roots_in(const std::string& parent) {
    std::set<std::string> ids;
    if (const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(parent)) {
        for (const base::DirectoryEntry& entry : *entries)
            if (is_valid_id(entry.name)) ids.insert(entry.name);
    }
    return ids;
}

void empty_private_trash(const std::string& parent) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(parent);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        if (entry.name.starts_with(kTrashPrefix))
            static_cast<void>(base::remove_tree(parent + "/" + entry.name));
    }
    static_cast<void>(::rmdir(parent.c_str()));
}

}  // namespace

Result<std::unique_ptr<PrivateRoot>> PrivateRoot::create(const std::string& temporary_directory) {
    LockKind kind = LockKind::Ofd;
    LeasedDirectory directory = TRY(base::with_context(
        make_directory(temporary_directory, kind),
        fmt::format("failed to create a temporary cache in `{}`", temporary_directory)
    ));
    std::unique_ptr<PrivateRoot> root(new PrivateRoot());
    root->path_ = directory.path;
    root->companions_.push_back(std::make_shared<InheritedLock>(std::move(directory.lease)));
    Fd self = TRY(base::open_directory(root->path_));
    static_cast<void>(::flock(self.get(), LOCK_SH | LOCK_NB));
    root->companions_.push_back(std::make_shared<InheritedLock>(std::move(self)));
    static_cast<void>(run_detached(Priority::Normal, [&] { reap(root->path_, kind); }));
    return root;
}

PrivateRoot::~PrivateRoot() {
    const bool is_leased =
        std::ranges::any_of(companions_, [](const std::shared_ptr<InheritedLock>& lock) {
            return lock.use_count() > 1 || lock->is_passed_on();
        });
    if (!is_leased && !path_.empty()) remove_private_root(path_);
}

base::RemovedCount sweep_private_roots(const std::string& temporary_directory, SweepMode mode) {
    base::RemovedCount removed;
    const std::vector<std::string> parents = parents_in(temporary_directory);
    for (const std::string& parent : parents) {
        // One look for all of them, before the claims: whoever comes to use one afterwards descends
        // from somebody who is seen now. Of what was made after the list nobody was looked for.
        const std::set<std::string> ids = private_roots_in(parent);
        const ProcessScan scan =
            ids.empty() ? ProcessScan{} : scan_processes(ids, Depth::Everything);
        sync_point("private.looked");
        sweep_leased_directories(parent, lock_kind_in(parent), [&](const std::string& path) {
            const std::string id(base::file_name(path));
            const bool is_younger = is_valid_id(id) && !ids.contains(id);
            if (!scan.is_complete || is_younger || scan.users.contains(id)) return;
            add(removed, measure_tree(path));
            if (mode == SweepMode::Remove)
                static_cast<void>(::rename(path.c_str(), trash_name(parent).c_str()));
        });
    }
    if (mode == SweepMode::Remove && !parents.empty()) {
        static_cast<void>(run_detached(Priority::Idle, [&] {
            for (const std::string& parent : parents)
                empty_private_trash(parent);
        }));
    }
    return removed;
}

}  // namespace store
