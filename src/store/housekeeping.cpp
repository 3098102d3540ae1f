#include "store/housekeeping.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "store/counters.h"
#include "store/detach.h"
#include "store/election.h"
#include "store/evict.h"
#include "store/own_sizes.h"
#include "store/payload.h"
#include "store/sweep.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr int kMaximumRounds = 5;
// One descriptor each, and the usual limit is 1024.
constexpr std::size_t kPayloadsPerRound = 400;

struct Unsettled {
    std::vector<KeyedName> names;
    // Open: at the path another payload, which is not on the disk, may have taken the place of this
    // one when it is marked.
    std::vector<Fd> payloads;
};

Unsettled find_unsettled(const Layout& layout, const std::string& boot) {
    Unsettled found;
    if (Result<std::vector<KeyedName>> names = list_names(layout)) {
        for (KeyedName& entry : *names)
            if (!boot.empty() && entry.name.boot == boot) found.names.push_back(std::move(entry));
    }
    const Result<std::vector<base::DirectoryEntry>> shards =
        base::list_directory(layout.payloads());
    if (!shards) return found;
    for (const base::DirectoryEntry& shard : *shards) {
        const std::string directory = layout.payloads() + "/" + shard.name;
        const Result<std::vector<base::DirectoryEntry>> payloads = base::list_directory(directory);
        if (!payloads) continue;
        for (const base::DirectoryEntry& payload : *payloads) {
            const std::string path = directory + "/" + payload.name;
            if (found.payloads.size() == kPayloadsPerRound) return found;
            if (base::exists(path + "/.synced")) continue;
            Result<Fd> directory_fd = base::open_directory(path);
            const std::optional<PayloadRecord> record = read_payload_record(path);
            if (directory_fd && record && record->boot == boot)
                found.payloads.push_back(std::move(*directory_fd));
        }
    }
    return found;
}

// Only what was found before the syncfs is known to be on disk after it.
void settle(const Layout& layout, LockKind kind) {
    const std::string boot = boot_id();
    for (int round = 0; round < kMaximumRounds; ++round) {
        const Unsettled unsettled = find_unsettled(layout, boot);
        if (unsettled.names.empty() && unsettled.payloads.empty()) return;
        const Result<Fd> root = base::open_directory(layout.root);
        if (!root || ::syncfs(root->get()) != 0) return;
        sync_point("house.synced");
        for (const KeyedName& entry : unsettled.names)
            settle_name(layout, kind, entry);
        for (const Fd& payload : unsettled.payloads) {
            const int flags = O_WRONLY | O_CREAT | O_CLOEXEC;
            static_cast<void>(base::open_at(payload.get(), ".synced", flags, 0666));
        }
    }
}

// What the next publish must know about sizes, and what the limits ask for.
void measure(const Layout& layout, LockKind kind) {
    const Result<std::vector<BodyEntry>> bodies = survey_bodies(layout);
    const bool measured = bodies && measure_idle_bodies(layout, *bodies, base::wall_clock_ns());
    if (measured) {
        recount(layout, kind);
    } else {
        recount_files(layout, kind);
    }
}

void keep_limits(const Layout& layout, LockKind kind, const Limits& limits) {
    if (!is_eviction_due(layout, kind, limits)) return;
    const Fd election = try_election(layout, kind);
    if (!election) return;
    const Collection collection{.layout = layout, .kind = kind};
    const Result<CollectionReport> report = evict(collection, limits, EvictionMode::Automatic);
    empty_trash(layout, kind);
    recount(layout, kind);
}

// With a time of our own: that of the kernel's clock stands still for milliseconds. Only the owner
// may; for others that one must do.
void ring(int house) {
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const timespec times[] = {now, now};
    if (::futimens(house, times) != 0) static_cast<void>(::futimens(house, nullptr));
}

std::int64_t last_ring(int house) {
    struct stat status{};
    if (::fstat(house, &status) != 0) return 0;
    return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

void collect(const Layout& layout, LockKind kind) {
    const Collection collection{.layout = layout, .kind = kind};
    if (Result<std::vector<BodyEntry>> orphans = find_orphans(layout)) {
        static_cast<void>(collect_bodies(collection, std::move(*orphans)));
    }
    sweep_stages(collection);
}

}  // namespace

Result<std::vector<BodyEntry>> find_orphans(const Layout& layout) {
    std::vector<BodyEntry> bodies = TRY(survey_bodies(layout));
    std::erase_if(bodies, [](const BodyEntry& entry) { return !entry.keys.empty(); });
    return bodies;
}

void keep_house(const Layout& layout, LockKind kind, const Limits& limits) {
    const Fd turn = base::try_open(layout.lock_file("house"), O_RDWR);
    if (!turn) return;
    ring(turn.get());
    for (int round = 0; round < kMaximumRounds; ++round) {
        if (try_lock(turn.get(), kind, LockMode::Write) != LockResult::Held) return;
        const std::int64_t begin = last_ring(turn.get());
        settle(layout, kind);
        if (const Fd election = try_election(layout, kind)) collect(layout, kind);
        empty_trash(layout, kind);
        measure(layout, kind);
        keep_limits(layout, kind, limits);
        sync_point("house.before-unlock");
        // First the unlock, then the look: who rings in between finds the lock free.
        unlock(turn.get(), kind);
        if (last_ring(turn.get()) == begin) return;
    }
}

void keep_house_detached(const Layout& layout, LockKind kind, const Limits& limits) {
    static_cast<void>(run_detached(Priority::Idle, [&] { keep_house(layout, kind, limits); }));
}

}  // namespace store
