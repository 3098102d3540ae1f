#include "store/build_lock.h"

#include "base/cancel.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/interrupted.h"
#include "store/lock_holder.h"
#include "store/owner.h"
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
constexpr std::int64_t kNoticeNs = 500 * kNanosecondsPerMillisecond;

// Where the lock of a key is.
struct LockPlace {
    std::string path;
    LockRange range;
};

LockPlace place_of(const Layout& layout, LockKind kind, std::string_view key) {
    const std::uint64_t hash = base::fast_hash(key)[0];
    const std::string name =
        kind == LockKind::Flock ? fmt::format("build.{:02x}", hash & 0xffU) : "build";
    // Offsets of fcntl are signed; 62 bits leave room for the length.
    return {layout.lock_file(name), {.start = hash >> 2U, .length = 1}};
}

std::optional<pid_t> builder_of(const Layout& layout, LockKind kind, std::string_view key) {
    const LockPlace place = place_of(layout, kind, key);
    const Result<std::string> path = base::canonical_path(place.path);
    return path ? find_lock_holder(*path, kind, place.range) : std::nullopt;
}

std::int64_t last_change(const std::string& directory) {
    const Result<base::FileStamp> stamp = base::stamp_of(directory);
    return stamp ? stamp->modified_ns : 0;
}

}  // namespace

Fd try_build_lock(const Layout& layout, LockKind kind, std::string_view key) {
    const LockPlace place = place_of(layout, kind, key);
    Fd fd = open_shared_file(layout, place.path);
    if (fd && try_lock(fd.get(), kind, LockMode::Write, place.range) == LockResult::Busy) return {};
    if (!fd) return base::try_open("/dev/null", O_RDONLY);
    return fd;
}

Result<Fd> wait_build_lock(
    const Layout& layout,
    LockKind kind,
    std::string_view key,
    std::int64_t patience_ms,
    const WaitNotice& notice
) {
    std::int64_t pause_ms = kFirstPauseMs;
    std::int64_t progress = last_change(layout.stages());
    const std::int64_t start_ns = base::monotonic_ns();
    std::int64_t since_ns = start_ns;
    for (bool noticed = !notice;;) {
        Fd fd = try_build_lock(layout, kind, key);
        if (fd) return fd;
        TRY(base::check_cancelled());
        pause_for_ms(pause_ms);
        pause_ms = std::min(pause_ms * 2, kLongestPauseMs);
        const std::int64_t change = last_change(layout.stages());
        const std::int64_t now_ns = base::monotonic_ns();
        if (!noticed && now_ns - start_ns >= kNoticeNs) {
            noticed = true;
            notice(builder_of(layout, kind, key));
        }
        if (change != progress) since_ns = now_ns;
        progress = change;
        if (now_ns - since_ns >= patience_ms * kNanosecondsPerMillisecond) return Fd();
    }
}

}  // namespace store
