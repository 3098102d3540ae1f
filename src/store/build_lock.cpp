#include "store/build_lock.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/interrupted.h"
#include "base/trace.h"
#include "store/pause.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::int64_t kNanosecondsPerMillisecond = 1'000'000;
constexpr std::int64_t kFirstPauseMs = 2;
constexpr std::int64_t kLongestPauseMs = 50;

Fd open_lock_file(const Layout& layout, LockKind kind, std::uint64_t hash) {
    const std::string name =
        kind == LockKind::Flock ? fmt::format("build.{:02x}", hash & 0xffU) : "build";
    return base::try_open(layout.lock_file(name), O_RDWR | O_CREAT, 0666);
}

std::int64_t last_change(const std::string& directory) {
    const Result<base::FileStamp> stamp = base::stamp_of(directory);
    return stamp ? stamp->modified_ns : 0;
}

}  // namespace

Fd try_build_lock(const Layout& layout, LockKind kind, std::string_view key) {
    const std::uint64_t hash = base::fast_hash(key)[0];
    Fd fd = open_lock_file(layout, kind, hash);
    // Offsets of fcntl are signed; 62 bits leave room for the length.
    const LockRange byte{.start = hash >> 2U, .length = 1};
    if (fd && try_lock(fd.get(), kind, LockMode::Write, byte) == LockResult::Busy) return {};
    if (!fd) return base::try_open("/dev/null", O_RDONLY);
    return fd;
}

Result<Fd> wait_build_lock(
    const Layout& layout, LockKind kind, std::string_view key, std::int64_t patience_ms
) {
    std::int64_t pause_ms = kFirstPauseMs;
    std::int64_t progress = last_change(layout.stages());
    std::int64_t since_ns = base::monotonic_ns();
    for (bool told = false;; told = true) {
        Fd fd = try_build_lock(layout, kind, key);
        if (fd) return fd;
        TRY(base::check_cancelled());
        if (!told)
            base::trace([&] {
                return fmt::format("waiting for another process that builds `{}`", key);
            });
        pause_for_ms(pause_ms);
        pause_ms = std::min(pause_ms * 2, kLongestPauseMs);
        const std::int64_t change = last_change(layout.stages());
        const std::int64_t now_ns = base::monotonic_ns();
        if (change != progress) since_ns = now_ns;
        progress = change;
        if (now_ns - since_ns >= patience_ms * kNanosecondsPerMillisecond) return Fd();
    }
}

}  // namespace store
