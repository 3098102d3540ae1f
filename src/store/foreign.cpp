#include "store/foreign.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "base/trace.h"
#include "store/listing.h"
#include "store/lock.h"
#include "store/owner.h"
#include "store/pause.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::array<std::string_view, 12> kBuckets = {
    "wheels",
    "sdists",
    "flat-index",
    "git",
    "interpreter",
    "simple",
    "archive",
    "builds",
    "environments",
    "python",
    "binaries",
    "osv",
};
constexpr std::int64_t kPauseMs = 50;
constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;

// NFS emulates flock by byte ranges, which need a writable descriptor for exclusive mode.
Fd open_lock_file(const Layout& layout) {
    Fd fd = base::try_open(layout.foreign_lock(), O_RDWR);
    if (!fd && (errno == EACCES || errno == EROFS)) {
        fd = base::try_open(layout.foreign_lock(), O_RDONLY);
    }
    return fd;
}

// Old versions unlink the file when they clean; a lock on the dead inode protects nothing.
bool is_still_there(const Layout& layout, const Fd& fd) {
    struct stat ours{};
    struct stat there{};
    return ::fstat(fd.get(), &ours) == 0 && ::stat(layout.foreign_lock().c_str(), &there) == 0 &&
           ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

}  // namespace

bool is_foreign_entry(std::string_view name) {
    if (name.starts_with(".tmp")) return true;
    const std::size_t version = name.rfind("-v");
    if (version == std::string_view::npos || version + 2 == name.size()) return false;
    const std::string_view digits = name.substr(version + 2);
    return std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; }) &&
           std::ranges::find(kBuckets, name.substr(0, version)) != kBuckets.end();
}

Result<void> prepare_foreign_lock(const Layout& layout) {
    const std::vector<base::DirectoryEntry> entries = TRY(list_if_exists(layout.root));
    const bool is_shared = std::ranges::any_of(entries, [](const base::DirectoryEntry& entry) {
        return is_foreign_entry(entry.name);
    });
    if (!is_shared) return {};
    // The mode is uv's: whoever may write to the directory may lock it.
    if (open_shared_file(layout, layout.foreign_lock())) return {};
    return base::fail_errno(errno, fmt::format("failed to open `{}`", layout.foreign_lock()));
}

Result<std::shared_ptr<InheritedLock>> share_foreign_lock(
    const Layout& layout, std::int64_t patience_ms
) {
    const std::int64_t end_ns = base::monotonic_ns() + patience_ms * kNanosecondsPerMillisecond;
    for (;;) {
        Fd fd = open_lock_file(layout);
        if (!fd) return nullptr;
        const LockResult result = try_lock(fd.get(), LockKind::Flock, LockMode::Read);
        if (result == LockResult::Unsupported) return nullptr;
        if (result == LockResult::Held && is_still_there(layout, fd)) {
            return std::make_shared<InheritedLock>(std::move(fd));
        }
        TRY(base::check_cancelled());
        if (base::monotonic_ns() >= end_ns) return nullptr;
        if (result == LockResult::Busy) {
            base::trace([&] {
                return fmt::format("waiting for a uv that cleans `{}`", layout.root);
            });
            pause_for_ms(kPauseMs);
        }
    }
}

Result<ForeignEntries> claim_foreign_entries(const Layout& layout) {
    ForeignEntries found;
    for (const base::DirectoryEntry& entry : TRY(list_if_exists(layout.root))) {
        if (is_foreign_entry(entry.name)) found.paths.push_back(layout.root + "/" + entry.name);
    }
    if (found.paths.empty()) return found;
    TRY(prepare_foreign_lock(layout));
    Fd fd = open_lock_file(layout);
    if (fd && try_lock(fd.get(), LockKind::Flock, LockMode::Write) == LockResult::Held)
        found.lock = std::move(fd);
    return found;
}

}  // namespace store
