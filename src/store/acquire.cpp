#include "store/acquire.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/interrupted.h"
#include "store/names.h"
#include "store/pause.h"
#include "store/sync_point.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

// A claim lasts as long as a look into /proc; a collector that was stopped in the middle costs us this and no more.
constexpr std::array<std::int64_t, 5> kPausesMs = {1, 5, 20, 50, 100};

// Seconds.
constexpr std::int64_t kTouchInterval = 60;

enum class Attempt { Leased, Again, Busy, Miss };

// The last use, for the order of eviction: to the minute, which spares a program that is started all the time most of
// the writing. In the store of another user reading is all we can do: the kernel notes it once a day (relatime).
void touch(int fd, const struct stat& status) {
    const std::int64_t age = base::wall_clock_seconds() - status.st_mtim.tv_sec;
    if (age >= 0 && age < kTouchInterval) return;
    if (::futimens(fd, nullptr) == 0) return;
    char byte = 0;
    static_cast<void>(::pread(fd, &byte, 1, 0));
}

Result<Attempt> try_lease(const std::string& body, LockKind kind, Fd& fd) {
    const std::string path = body + "/.lease";
    fd = base::try_open(path, O_RDONLY);
    if (!fd) {
        // Renamed away between the two steps, or the name is dangling; or a body that others may not read.
        if (errno == ENOENT || errno == ENOTDIR || errno == ESTALE) return Attempt::Again;
        if (errno == EACCES) return Attempt::Miss;
        return base::fail_errno(errno, fmt::format("failed to open `{}`", path));
    }
    sync_point("lease.opened");
    if (try_lock(fd.get(), kind, LockMode::Read) == LockResult::Busy) return Attempt::Busy;
    sync_point("lease.locked");
    // The lock may be on a body that was condemned before we got it: then its lease says so.
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0 || status.st_size != 0) return Attempt::Miss;
    touch(fd.get(), status);
    return Attempt::Leased;
}

}  // namespace

Fd hold_body(const Layout& layout, LockKind kind, std::string_view id) {
    Fd fd = base::try_open(layout.body(std::string(id)) + "/.lease", O_RDONLY);
    if (!fd || try_lock(fd.get(), kind, LockMode::Read) != LockResult::Held) return {};
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0 || status.st_size != 0) return {};
    return fd;
}

Result<std::optional<Lease>> acquire_lease(
    const Layout& layout, LockKind kind, std::string_view key, const Lease::Companions& companions
) {
    std::size_t pauses = 0;
    bool was_gone = false;
    for (;;) {
        const std::optional<Name> name = TRY(read_name(layout, key));
        if (!name) return std::nullopt;
        if (!name->boot.empty() && name->boot != boot_id()) {
            static_cast<void>(remove_name(layout, key, name->id));
            return std::nullopt;
        }
        Fd fd;
        std::string body = layout.body(name->id);
        switch (TRY(try_lease(body, kind, fd))) {
            case Attempt::Leased:
                return Lease(std::move(body), std::move(fd), companions);
            case Attempt::Miss:
                return std::nullopt;
            case Attempt::Again:
                if (std::exchange(was_gone, true)) return std::nullopt;
                break;
            case Attempt::Busy:
                if (pauses == kPausesMs.size()) return std::nullopt;
                pause_for_ms(kPausesMs[pauses++]);
                break;
        }
    }
}

}  // namespace store
