#include "base/file.h"
#include "store/buckets.h"
#include "store/clean.h"
#include "store/counters.h"
#include "store/election.h"
#include "store/evict.h"
#include "store/housekeeping.h"
#include "store/listing.h"
#include "store/names.h"
#include "store/owner.h"
#include "store/payload_collector.h"
#include "store/summary.h"
#include "store/sweep.h"
#include "store/trash.h"

#include <algorithm>
#include <set>
#include <unistd.h>

namespace store {

using base::Result;

namespace {

class Pruner {
  public:
    Pruner(const Layout& layout, LockKind kind, const PruneOptions& options)
        : collection_{.layout = layout, .kind = kind, .dry_run = options.dry_run, .force = options.force},
          options_(options) {}

    Result<CollectionReport> run() {
        if (!options_.dry_run) TRY(check_may_collect(collection_.layout));
        add(report_, sweep_stages(collection_));
        if (!options_.dry_run) TRY(remove_dead_names());
        std::vector<BodyEntry> bodies = TRY(survey_bodies(collection_.layout));
        const std::set<std::string> current = TRY(current_keys());
        std::erase_if(bodies, [&](const BodyEntry& entry) { return is_current(entry, current); });
        const CollectedBodies collected = TRY(collect_bodies(collection_, std::move(bodies)));
        add(report_, collected);
        for (const BodyEntry& body : collected.removed)
            report_.removals.push_back(removal_of(body));
        TRY(prune_payloads());
        prune_files();
        TRY(keep_limits());
        if (options_.dry_run) return std::move(report_);
        TRY(remove_dead_groups());
        empty_trash_detached(collection_.layout, collection_.kind);
        recount(collection_.layout, collection_.kind);
        return std::move(report_);
    }

  private:
    // Names that lead nowhere, and those of an earlier boot that nobody knows to be on disk.
    Result<void> remove_dead_names() {
        const std::string boot = boot_id();
        const RemovalRight right(collection_.layout.names());
        for (const KeyedName& entry : TRY(list_names(collection_.layout))) {
            if (!right.covers(collection_.layout.name(entry.key))) continue;
            const std::string& id = entry.name.id;
            if (id.empty()) {
                static_cast<void>(::unlink(collection_.layout.name(entry.key).c_str()));
                continue;
            }
            const bool is_old = !entry.name.boot.empty() && entry.name.boot != boot;
            if (is_old || !base::exists(collection_.layout.body(id)))
                TRY(remove_name(collection_.layout, entry.key, id));
        }
        return {};
    }

    Result<std::set<std::string>> current_keys() const {
        std::set<std::string> keys;
        for (const base::DirectoryEntry& entry : TRY(list_if_exists(collection_.layout.groups()))) {
            if (std::optional<std::string> key =
                    TRY(read_link_text(collection_.layout.groups() + "/" + entry.name)))
                keys.insert(std::move(*key));
        }
        return keys;
    }

    // The environment that a script used last. All others are made again when they are wanted, from the payloads.
    static bool is_current(const BodyEntry& entry, const std::set<std::string>& current) {
        return std::ranges::any_of(entry.keys, [&](const std::string& key) {
            return current.contains(key);
        });
    }

    Result<void> remove_dead_groups() {
        for (const base::DirectoryEntry& entry : TRY(list_if_exists(collection_.layout.groups()))) {
            const std::string path = collection_.layout.groups() + "/" + entry.name;
            const std::optional<std::string> key = TRY(read_link_text(path));
            const bool is_alive =
                key && is_valid_key(*key) && TRY(read_name(collection_.layout, *key));
            if (!is_alive) static_cast<void>(::unlink(path.c_str()));
        }
        return {};
    }

    static Removal removal_of(const BodyEntry& body) {
        Removal removal{
            .kind = UnitKind::Environment,
            .name = body.id,
            .label = body.record ? body.record->label : "",
            .bytes = body.record ? body.record->bytes : 0,
            .last_used_ns = body.last_used_ns,
            .reason = Reason::NotRunning,
        };
        if (body.keys.empty())
            removal.reason = Reason::Nameless;
        else if (body.record && body.record->kind == BodyKind::Script)
            removal.reason = Reason::Superseded;
        return removal;
    }

    Result<void> prune_payloads() {
        const PayloadChoice choice =
            options_.ci ? PayloadChoice::Replaceable : PayloadChoice::Distrusted;
        const CollectedPayloads collected = TRY(collect_payloads(collection_, choice, {}));
        add(report_, collected);
        for (const RemovedPayload& payload : collected.removed) {
            report_.removals.push_back({
                .kind = UnitKind::Package,
                .name = payload.sha256,
                .label = payload.label,
                .bytes = payload.bytes,
                .reason = options_.ci ? Reason::Fetchable : Reason::Distrusted,
            });
        }
        return {};
    }

    // A dry run has removed nothing yet: what it named above is not to be named again.
    Result<void> keep_limits() {
        if (options_.limits == Limits{}) return {};
        std::set<std::string> gone;
        if (options_.dry_run) {
            for (const Removal& removal : report_.removals)
                gone.insert(removal.name);
        }
        add(report_, TRY(evict(collection_, options_.limits, EvictionMode::Asked, gone)));
        return {};
    }

    void prune_files() {
        if (options_.ci) add(report_, collect_bucket(collection_, "wheels"));
        // A command at work is no reason to say anything here: its unfinished files are alive.
        add(report_, collect_torn_files(collection_).removed);
    }

    Collection collection_;
    const PruneOptions& options_;
    CollectionReport report_;
};

}  // namespace

Result<CollectionReport> prune_store(
    const Layout& layout, LockKind kind, const PruneOptions& options
) {
    const base::Fd election = win_election(layout, kind);
    return Pruner(layout, kind, options).run();
}

}  // namespace store
