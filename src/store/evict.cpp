#include "store/evict.h"

#include "base/clock.h"
#include "store/buckets.h"
#include "store/counters.h"
#include "store/payload_collector.h"
#include "store/summary.h"
#include "store/sync_point.h"
#include "store/trash.h"
#include "store/units.h"

#include <algorithm>
#include <fcntl.h>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kMinAgeNs = 3600 * kSecondNs;
constexpr std::int64_t kDayNs = 24LL * 3600 * kSecondNs;
// Each round works with what the one before could not have: claims may fail, space comes back late.
constexpr int kMaximumRounds = 8;

// The lock of the election also tells when the last eviction was.
std::string stamp_path(const Layout& layout) {
    return layout.lock_file("gc");
}

bool was_today(const Layout& layout) {
    struct stat status{};
    if (::stat(stamp_path(layout).c_str(), &status) != 0) return false;
    const std::int64_t age = base::wall_clock_ns() - status.st_mtim.tv_sec * kSecondNs;
    return age >= 0 && age < kDayNs;
}

void stamp(const Layout& layout) {
    static_cast<void>(::utimensat(AT_FDCWD, stamp_path(layout).c_str(), nullptr, 0));
}

class Evictor {
  public:
    Evictor(
        const Collection& collection,
        const Limits& limits,
        EvictionMode mode,
        const std::set<std::string>& gone
    )
        : collection_(collection), limits_(limits), mode_(mode), gone_(gone) {}

    Result<CollectionReport> run() {
        for (int round = 0; round < kMaximumRounds; ++round) {
            if (!TRY(remove_once()) || collection_.dry_run) break;
            // Only space that is free again counts as free.
            if (mode_ == EvictionMode::Automatic && limits_.min_free) {
                empty_trash(collection_.layout, collection_.kind);
                pending_bytes_ = 0;
            }
        }
        if (!collection_.dry_run) stamp(collection_.layout);
        return std::move(report_);
    }

  private:
    // False: nothing is left to do, or nothing that can be done.
    Result<bool> remove_once() {
        const std::optional<Disk> disk = measure_disk(collection_.layout.root);
        if (!disk) return false;
        const std::int64_t now = base::wall_clock_ns();
        Survey survey = TRY(survey_units(collection_.layout, collection_.kind, now));
        std::erase_if(survey.units, [&](const Unit& unit) {
            if (stays_.contains(unit.name)) return true;
            if (!gone_.contains(unit.name)) return false;
            survey.bytes -= unit.bytes;
            return true;
        });
        const bool is_automatic = mode_ == EvictionMode::Automatic;
        const std::vector<Choice> choices = choose_units(
            survey.units,
            {
                .used = survey.bytes,
                .available = disk->available + pending_bytes_,
                .bounds = bounds_of(limits_, *disk),
                .now_ns = now,
                .min_age_ns = is_automatic ? kMinAgeNs : 0,
            }
        );
        sync_point("evict.chosen");
        chosen_.clear();
        for (const Choice& choice : choices) {
            const Unit& unit = survey.units[choice.unit];
            chosen_.emplace(unit.name, Chosen{unit, choice.reason});
            // Tried once: gone afterwards, or kept for a reason that a second look does not change.
            stays_.insert(unit.name);
        }
        if (chosen_.empty()) return false;
        TRY(remove_bodies(survey.bodies, now));
        TRY(remove_payloads());
        remove_files();
        return true;
    }

    Result<void> remove_bodies(std::vector<BodyEntry>& bodies, std::int64_t now) {
        std::vector<BodyEntry> wanted;
        for (BodyEntry& body : bodies)
            if (chosen_.contains(body.id)) wanted.push_back(std::move(body));
        Collection collection = collection_;
        if (mode_ == EvictionMode::Automatic) collection.idle_since_ns = now - kMinAgeNs;
        const CollectedBodies collected = TRY(collect_bodies(collection, std::move(wanted)));
        for (const BodyEntry& body : collected.removed)
            note(body.id);
        // What survives keeps what it was made from: removing that would free nothing.
        for (const BodyEntry& body : collected.kept) {
            if (!body.record) continue;
            for (const std::string& sha256 : body.record->source_payloads)
                chosen_.erase(sha256);
        }
        CollectedBodies counted = collected;
        // A program in use is no news here: nobody has asked for this environment to go.
        counted.kept.clear();
        add(report_, counted);
        sync_point("evict.bodies");
        return {};
    }

    Result<void> remove_payloads() {
        std::set<std::string> digests;
        for (const auto& [name, chosen] : chosen_)
            if (chosen.unit.kind == UnitKind::Package) digests.insert(name);
        if (digests.empty()) return {};
        CollectedPayloads collected =
            TRY(collect_payloads(collection_, PayloadChoice::Listed, digests));
        for (const RemovedPayload& payload : collected.removed)
            note(payload.sha256);
        collected.kept = 0;
        add(report_, collected);
        sync_point("evict.payloads");
        return {};
    }

    void remove_files() {
        std::vector<std::string> paths;
        for (const auto& [name, chosen] : chosen_)
            if (chosen.unit.kind == UnitKind::File) paths.push_back(name);
        if (paths.empty()) return;
        const CollectedFiles collected = collect_files(collection_, paths);
        if (collected.is_busy) return;
        add(report_, collected.removed);
        for (const std::string& path : paths)
            note(path);
    }

    void note(const std::string& name) {
        const auto chosen = chosen_.find(name);
        if (chosen == chosen_.end()) return;
        const Unit& unit = chosen->second.unit;
        pending_bytes_ += unit.bytes;
        report_.removals.push_back({
            .kind = unit.kind,
            .name = unit.name,
            .label = unit.label,
            .bytes = unit.bytes,
            .last_used_ns = unit.last_used_ns,
            .reason = chosen->second.reason,
        });
    }

    struct Chosen {
        Unit unit;
        Reason reason;
    };

    const Collection& collection_;
    const Limits& limits_;
    EvictionMode mode_;
    const std::set<std::string>& gone_;
    std::map<std::string, Chosen> chosen_;  // of this round
    std::set<std::string> stays_;           // of all rounds
    std::uint64_t pending_bytes_ = 0;       // removed, and not yet free
    CollectionReport report_;
};

}  // namespace

std::int64_t automatic_min_age_ns() {
    return kMinAgeNs;
}

bool is_eviction_due(const Layout& layout, LockKind kind, const Limits& limits) {
    if (limits == Limits{}) return false;
    if (limits.max_age_ns && !was_today(layout)) return true;
    const std::optional<Disk> disk = measure_disk(layout.root);
    if (!disk) return false;
    Situation situation{.available = disk->available, .bounds = bounds_of(limits, *disk)};
    if (situation.bounds.max_bytes) {
        const Result<StoreSize> size = read_counters(layout, kind);
        if (size) situation.used = size->bytes;
    }
    return is_passed(situation);
}

Result<CollectionReport> evict(
    const Collection& collection,
    const Limits& limits,
    EvictionMode mode,
    const std::set<std::string>& gone
) {
    return Evictor(collection, limits, mode, gone).run();
}

}  // namespace store
