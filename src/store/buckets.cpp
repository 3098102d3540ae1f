#include "store/buckets.h"

#include "base/interrupted.h"
#include "store/measure.h"
#include "store/pause.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

namespace store {

using base::DirectoryEntry;
using base::EntryType;
using base::Fd;
using base::Result;

namespace {

// A collector that was stopped in the middle costs us their sum, and no more.
constexpr std::array<std::int64_t, 6> kPausesMs = {1, 5, 20, 50, 100, 200};

// base::write_file_atomically's names.
constexpr std::string_view kTemporaryMark = ".tmp-";

std::vector<DirectoryEntry> entries_of(const std::string& directory) {
    return base::list_directory(directory).value_or(std::vector<DirectoryEntry>());
}

// Removes one entry, counting it.
void take(const Collection& collection, const std::string& path, base::RemovedCount& removed) {
    const base::RemovedCount count = measure_tree(path);
    if (!collection.dry_run && !move_to_trash(collection.layout, path)) return;
    add(removed, count);
}

// Empties a directory by renaming what is in it, so that nobody who is about to write into it finds it missing.
void take_content(
    const Collection& collection, const std::string& directory, base::RemovedCount& removed
) {
    for (const DirectoryEntry& entry : entries_of(directory))
        take(collection, directory + "/" + entry.name, removed);
}

// Takes the entries below `directory` that `is_wanted`; goes into the directories that are not.
void take_matching(
    const Collection& collection,
    const std::string& directory,
    const std::function<bool(const DirectoryEntry&)>& is_wanted,
    base::RemovedCount& removed
) {
    for (const DirectoryEntry& entry : entries_of(directory)) {
        const std::string path = directory + "/" + entry.name;
        if (is_wanted(entry)) {
            take(collection, path, removed);
        } else if (entry.type == EntryType::Directory) {
            take_matching(collection, path, is_wanted, removed);
        }
    }
}

CollectedFiles with_claim(
    const Collection& collection, const std::function<void(base::RemovedCount&)>& work
) {
    CollectedFiles files;
    const Fd lock = base::try_open(collection.layout.lock_file("bucket"), O_RDWR);
    // Where locks are refused that this store had before, nobody knows.
    const bool is_busy =
        lock && try_lock(lock.get(), collection.kind, LockMode::Write) != LockResult::Held;
    files.is_busy = is_busy && !collection.force;
    sync_point("buckets.claimed");
    if (!files.is_busy) work(files.removed);
    return files;
}

}  // namespace

Fd share_buckets(const Layout& layout, LockKind kind) {
    Fd fd = base::try_open(layout.lock_file("bucket"), O_RDONLY);
    if (!fd) return fd;
    // A collector holds it for as long as it takes to rename what it takes.
    for (const std::int64_t pause : kPausesMs) {
        if (try_lock(fd.get(), kind, LockMode::Read) != LockResult::Busy) return fd;
        pause_for_ms(pause);
    }
    return Fd();
}

bool belongs_to(const std::string& entry, const std::set<std::string>& packages) {
    const std::size_t end = entry.find_first_of(".~");
    return packages.contains(entry.substr(0, end));
}

CollectedFiles collect_buckets(const Collection& collection) {
    return with_claim(collection, [&](base::RemovedCount& removed) {
        take_content(collection, collection.layout.buckets(), removed);
        take_content(collection, collection.layout.memos(), removed);
    });
}

CollectedFiles collect_bucket(const Collection& collection, const std::string& name) {
    return with_claim(collection, [&](base::RemovedCount& removed) {
        take_content(collection, collection.layout.buckets() + "/" + name, removed);
    });
}

CollectedFiles collect_package_files(
    const Collection& collection, const std::set<std::string>& packages
) {
    return with_claim(collection, [&](base::RemovedCount& removed) {
        const auto is_wanted = [&](const DirectoryEntry& entry) {
            if (entry.type == EntryType::Directory) return packages.contains(entry.name);
            return belongs_to(entry.name, packages);
        };
        for (const DirectoryEntry& bucket : entries_of(collection.layout.buckets()))
            take_matching(
                collection, collection.layout.buckets() + "/" + bucket.name, is_wanted, removed
            );
    });
}

CollectedFiles collect_files(const Collection& collection, std::span<const std::string> paths) {
    return with_claim(collection, [&](base::RemovedCount& removed) {
        for (const std::string& path : paths)
            take(collection, path, removed);
    });
}

CollectedFiles collect_torn_files(const Collection& collection) {
    return with_claim(collection, [&](base::RemovedCount& removed) {
        const auto is_wanted = [](const DirectoryEntry& entry) {
            return entry.type != EntryType::Directory &&
                   entry.name.find(kTemporaryMark) != std::string::npos;
        };
        take_matching(collection, collection.layout.buckets(), is_wanted, removed);
        take_matching(collection, collection.layout.memos(), is_wanted, removed);
    });
}

}  // namespace store
