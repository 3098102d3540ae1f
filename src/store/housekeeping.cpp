#include "store/housekeeping.h"

#include "base/file.h"
#include "store/counters.h"
#include "store/detach.h"
#include "store/election.h"
#include "store/payload.h"
#include "store/sweep.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <fcntl.h>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr int kMaximumRounds = 5;

struct Unsettled {
    std::vector<KeyedName> names;
    std::vector<std::string> payloads;  // directories
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
            std::string path = directory + "/" + payload.name;
            if (base::exists(path + "/.synced")) continue;
            const std::optional<PayloadRecord> record = read_payload_record(path);
            if (record && record->boot == boot) found.payloads.push_back(std::move(path));
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
        for (const std::string& payload : unsettled.payloads)
            static_cast<void>(base::write_file(payload + "/.synced", ""));
    }
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

void keep_house(const Layout& layout, LockKind kind) {
    const Fd turn(::open(layout.lock_file("house").c_str(), O_RDWR | O_CLOEXEC));
    if (!turn || try_lock(turn.get(), kind, LockMode::Write) != LockResult::Held) return;
    settle(layout, kind);
    if (const Fd election = try_election(layout, kind)) collect(layout, kind);
    empty_trash(layout, kind);
    recount_files(layout, kind);
}

void keep_house_detached(const Layout& layout, LockKind kind) {
    static_cast<void>(run_detached(Priority::Idle, [&] { keep_house(layout, kind); }));
}

}  // namespace store
