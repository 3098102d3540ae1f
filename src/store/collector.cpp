#include "store/collector.h"

#include "base/clock.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "store/last_use.h"
#include "store/listing.h"
#include "store/owner.h"
#include "store/references.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <set>
#include <sys/stat.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

// One descriptor per claim, and the usual limit is 1024.
constexpr std::size_t kBatchSize = 200;
// Without locks only age tells; git waits as long before it takes what nothing refers to.
constexpr std::int64_t kUnlockedAgeNs = 14LL * 24 * 3600 * 1'000'000'000;

enum class ClaimState { Held, InUse, NotOurs, Unknown, TooYoung, UsedLately };

struct Claim {
    BodyEntry entry;
    Fd lease;  // empty: there is no lease file any more, so nobody can take it
};

// Somebody may have come and gone since the survey.
bool is_idle(const Collection& collection, int lease) {
    if (!collection.idle_since_ns) return true;
    struct stat status{};
    return ::fstat(lease, &status) == 0 && file_last_use(status) <= *collection.idle_since_ns;
}

ClaimState claim_body(const Collection& collection, const BodyEntry& entry, Fd& lease) {
    const std::string path = collection.layout.body(entry.id) + "/.lease";
    lease = base::try_open(path, O_RDWR);
    // The rest of a body that was being deleted in place.
    if (!lease && errno == ENOENT) return ClaimState::Held;
    if (!lease) return is_refused(errno) ? ClaimState::NotOurs : ClaimState::Unknown;
    if (collection.kind == LockKind::None) {
        const bool is_old = base::wall_clock_ns() - entry.last_used_ns > kUnlockedAgeNs;
        return is_old || collection.force ? ClaimState::Held : ClaimState::TooYoung;
    }
    switch (try_lock(lease.get(), collection.kind, LockMode::Write)) {
        case LockResult::Held:
            return is_idle(collection, lease.get()) ? ClaimState::Held : ClaimState::UsedLately;
        case LockResult::Busy:
            return ClaimState::InUse;
        case LockResult::Unsupported:
            return ClaimState::Unknown;
    }
    return ClaimState::Unknown;
}

std::string note_of(const Collection& collection, ClaimState state, const BodyEntry& entry) {
    const std::string label = entry.record ? entry.record->label : entry.id;
    switch (state) {
        case ClaimState::NotOurs:
            return fmt::format(
                "kept `{}`: {}", label, ownership_of(collection.layout.body(entry.id))
            );
        case ClaimState::Unknown:
            return fmt::format("kept `{}`: whether it is in use cannot be found out", label);
        case ClaimState::TooYoung:
            return fmt::format(
                "kept `{}`: the file system has no locks, and it was used in the last 14 days; use "
                "`--force` to "
                "remove it",
                label
            );
        case ClaimState::Held:
        case ClaimState::InUse:
        case ClaimState::UsedLately:
            break;
    }
    return "";
}

// One batch on its way through the protocol.
class Batch {
  public:
    Batch(const Collection& collection, CollectedBodies& result)
        : collection_(collection), result_(result), right_(collection.layout.bodies()) {}

    void claim(std::vector<BodyEntry> candidates) {
        for (BodyEntry& entry : candidates) {
            Fd lease;
            // Asked before the claim: what cannot be moved must not be marked.
            const ClaimState state = right_.covers(collection_.layout.body(entry.id))
                                         ? claim_body(collection_, entry, lease)
                                         : ClaimState::NotOurs;
            sync_point("collect.claimed");
            if (state == ClaimState::Held) {
                claims_.push_back({std::move(entry), std::move(lease)});
                continue;
            }
            std::string note = note_of(collection_, state, entry);
            entry.is_in_use = note.empty();
            if (!note.empty()) result_.notes.push_back(std::move(note));
            result_.kept.push_back(std::move(entry));
        }
    }

    void look() {
        if (claims_.empty() || collection_.look == Look::Nowhere) return;
        std::set<std::string> ids;
        for (const Claim& claim : claims_)
            ids.insert(claim.entry.id);
        const ProcessScan scan = scan_processes(ids, Depth::Everything);
        if (!scan.is_complete) {
            result_.notes.emplace_back("not all processes could be looked at; try again");
            drop_if([](const Claim&) { return true; });
            return;
        }
        drop_if([&](Claim& claim) {
            const auto users = scan.users.find(claim.entry.id);
            if (users == scan.users.end()) return false;
            for (const pid_t pid : users->second)
                claim.entry.users.push_back(describe_user(pid));
            return true;
        });
    }

    // A body whose name we may not remove stays with it.
    Result<void> spare_named() {
        const RemovalRight right(collection_.layout.names());
        if (claims_.empty() || !right.is_limited()) return {};
        for (const KeyedName& entry : TRY(list_names(collection_.layout))) {
            const std::string path = collection_.layout.name(entry.key);
            if (!right.covers(path)) keep_named(entry.name.id, path);
        }
        return {};
    }

    // Nobody can begin to depend on a claimed body: he would need its lease. So what is found here is all there is.
    Result<void> mark() {
        if (claims_.empty()) return {};
        const References references = TRY(read_references(collection_.layout));
        for (bool dropped = true; dropped;) {
            std::set<std::string> needed;
            std::set<std::string> claimed;
            for (const Claim& claim : claims_)
                claimed.insert(claim.entry.id);
            if (may_need_everything(references.unknown, claimed)) break;
            for (const auto& [id, ids] : references.parents)
                if (!claimed.contains(id)) needed.insert(ids.begin(), ids.end());
            dropped = drop_if([&](const Claim& claim) { return needed.contains(claim.entry.id); });
        }
        return {};
    }

    // The names are read anew: one may be younger than the survey. With the claims held no more will come, as whoever
    // writes a name holds the lease of its body.
    Result<void> unname() {
        if (claims_.empty()) return {};
        std::set<std::string> ids;
        for (const Claim& claim : claims_)
            ids.insert(claim.entry.id);
        for (const KeyedName& name : TRY(list_names(collection_.layout))) {
            if (!ids.contains(name.name.id)) continue;
            TRY(remove_name(collection_.layout, name.key, name.name.id));
        }
        sync_point("collect.unnamed");
        // Even if there were none: whoever removed or replaced them may have been killed before he came to this.
        sync_names(collection_.layout);
        return {};
    }

    void bury() {
        for (Claim& claim : claims_) {
            // A longer length needs no block: it works on a full disk.
            const int lease = claim.lease.get();
            const bool is_marked =
                !claim.lease || base::retry_interrupted([&] { return ::ftruncate(lease, 1); }) == 0;
            sync_point("collect.tombstone");
            const Result<Moved> moved =
                is_marked
                    ? move_to_trash(collection_.layout, collection_.layout.body(claim.entry.id))
                    : Result<Moved>(base::fail_errno(errno, "failed to mark the body"));
            sync_point("collect.moved");
            if (moved) {
                result_.removed.push_back(std::move(claim.entry));
            } else {
                result_.notes.push_back(
                    fmt::format("kept `{}`: {}", claim.entry.id, moved.error().flat())
                );
                claim.entry.is_in_use = false;
                result_.kept.push_back(std::move(claim.entry));
            }
            claim.lease.reset();
        }
        claims_.clear();
    }

    void pretend() {
        for (Claim& claim : claims_)
            result_.removed.push_back(std::move(claim.entry));
        claims_.clear();
    }

  private:
    template <class Predicate>
    bool drop_if(Predicate predicate) {
        std::vector<Claim> left;
        for (Claim& claim : claims_) {
            if (predicate(claim)) {
                result_.kept.push_back(std::move(claim.entry));
            } else {
                left.push_back(std::move(claim));
            }
        }
        const bool dropped = left.size() != claims_.size();
        claims_ = std::move(left);
        return dropped;
    }

    void keep_named(const std::string& id, const std::string& name) {
        drop_if([&](Claim& claim) {
            if (claim.entry.id != id) return false;
            const std::string& label = claim.entry.record ? claim.entry.record->label : id;
            result_.notes.push_back(
                fmt::format("kept `{}`: its name is {}", label, ownership_of(name))
            );
            claim.entry.is_in_use = false;
            return true;
        });
    }

    // Gives up all claims for a body that is not claimed, so may run, and whose record tells nothing.
    bool may_need_everything(
        const std::vector<std::string>& unknown, const std::set<std::string>& claimed
    ) {
        const auto found = std::ranges::find_if(unknown, [&](const std::string& id) {
            return !claimed.contains(id);
        });
        if (found == unknown.end()) return false;
        result_.notes.push_back(fmt::format(
            "kept what `{}` may be layered on: its record cannot be read",
            collection_.layout.body(*found)
        ));
        drop_if([](const Claim&) { return true; });
        return true;
    }

    const Collection& collection_;
    CollectedBodies& result_;
    RemovalRight right_;
    std::vector<Claim> claims_;
};

}  // namespace

Result<std::vector<BodyEntry>> survey_bodies(const Layout& layout) {
    std::map<std::string, std::vector<std::string>> keys;
    for (KeyedName& entry : TRY(list_names(layout)))
        if (!entry.name.id.empty()) keys[entry.name.id].push_back(std::move(entry.key));
    std::vector<BodyEntry> bodies;
    for (base::DirectoryEntry& directory : TRY(list_if_exists(layout.bodies()))) {
        const std::string path = layout.body(directory.name);
        BodyEntry entry{.id = std::move(directory.name)};
        entry.record = read_body_record(path);
        entry.last_used_ns = body_last_use(path);
        if (const auto found = keys.find(entry.id); found != keys.end()) entry.keys = found->second;
        bodies.push_back(std::move(entry));
    }
    return bodies;
}

Result<CollectedBodies> collect_bodies(
    const Collection& collection, std::vector<BodyEntry> candidates
) {
    // Youngest first: what is layered on another body is younger than that one and goes before it.
    std::ranges::sort(candidates, std::greater<>(), [](const BodyEntry& entry) {
        return entry.record ? entry.record->created_ns : 0;
    });
    CollectedBodies result;
    for (std::size_t first = 0; first < candidates.size(); first += kBatchSize) {
        const std::size_t last = std::min(first + kBatchSize, candidates.size());
        const auto begin = candidates.begin() + static_cast<std::ptrdiff_t>(first);
        const auto end = candidates.begin() + static_cast<std::ptrdiff_t>(last);
        Batch batch(collection, result);
        batch.claim({std::make_move_iterator(begin), std::make_move_iterator(end)});
        batch.look();
        TRY(batch.spare_named());
        TRY(batch.mark());
        if (collection.dry_run) {
            batch.pretend();
            continue;
        }
        TRY(batch.unname());
        batch.bury();
    }
    find_users(result.kept, Depth::Descriptors);
    // Who holds a lease by a mapping alone (install/lease_hook.h) shows elsewhere.
    find_users(result.kept, Depth::Everything);
    return result;
}

void find_users(std::vector<BodyEntry>& bodies, Depth depth) {
    std::set<std::string> ids;
    for (const BodyEntry& entry : bodies)
        if (entry.users.empty()) ids.insert(entry.id);
    if (ids.empty()) return;
    const ProcessScan scan = scan_processes(ids, depth);
    for (BodyEntry& entry : bodies) {
        const auto users = scan.users.find(entry.id);
        if (users == scan.users.end()) continue;
        for (const pid_t pid : users->second)
            entry.users.push_back(describe_user(pid));
    }
}

StoredBody describe_body(const BodyEntry& entry) {
    StoredBody body{
        .id = entry.id,
        .key = entry.keys.empty() ? "" : entry.keys.front(),
        .last_used_ns = entry.last_used_ns,
        .in_use = !entry.users.empty(),
        .users = entry.users,
    };
    if (entry.record) {
        body.kind = entry.record->kind;
        body.label = entry.record->label;
        body.packages = entry.record->packages;
        body.files = entry.record->files;
        body.bytes = entry.record->bytes;
        body.created_ns = entry.record->created_ns;
    }
    return body;
}

}  // namespace store
