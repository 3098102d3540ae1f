#include "store/clean.h"

#include "base/cancel.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "store/buckets.h"
#include "store/counters.h"
#include "store/election.h"
#include "store/foreign.h"
#include "store/listing.h"
#include "store/measure.h"
#include "store/names.h"
#include "store/owner.h"
#include "store/pause.h"
#include "store/payload_collector.h"
#include "store/summary.h"
#include "store/sweep.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <set>
#include <unistd.h>

namespace store {

using base::Result;

namespace {

constexpr std::int64_t kFirstWaitMs = 20;
constexpr std::int64_t kLongestWaitMs = 500;

class Cleaner {
  public:
    Cleaner(const Layout& layout, LockKind kind, const CleanOptions& options)
        : collection_{.layout = layout, .kind = kind, .dry_run = options.dry_run, .force = options.force},
          options_(options),
          packages_(options.packages.begin(), options.packages.end()) {}

    Result<CollectionReport> run() {
        if (!options_.dry_run) TRY(check_may_collect(collection_.layout));
        std::vector<BodyEntry> bodies = TRY(survey_bodies(collection_.layout));
        if (!packages_.empty())
            std::erase_if(bodies, [&](const BodyEntry& entry) { return !contains_package(entry); });
        // Names go first, all of them and at once: from here on nobody starts from what is to go.
        if (!options_.dry_run) {
            TRY(remove_names(bodies));
            // What kept its name in a sticky directory is kept with it (collector.h).
            for (BodyEntry& body : bodies)
                body.keys.clear();
        }
        sync_point("clean.unnamed");
        TRY(collect(std::move(bodies)));
        TRY(collect_rest());
        if (options_.dry_run) return std::move(report_);
        empty_trash_detached(collection_.layout, collection_.kind);
        recount(collection_.layout, collection_.kind);
        return std::move(report_);
    }

  private:
    bool contains_package(const BodyEntry& entry) const {
        if (!entry.record) return false;
        return std::ranges::any_of(entry.record->packages, [&](const std::string& name) {
            return packages_.contains(name);
        });
    }

    // A name, or what lies among the names.
    static Result<void> remove_whatever(const std::string& path, const RemovalRight& right) {
        if (!right.covers(path) || ::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
        // A directory that somebody has put there: nobody starts from it.
        if (errno == EISDIR) return {};
        return base::fail_errno(errno, fmt::format("failed to remove the name `{}`", path));
    }

    Result<void> remove_names(const std::vector<BodyEntry>& bodies) {
        const Layout& layout = collection_.layout;
        const RemovalRight right(layout.names());
        bool removed = false;
        if (packages_.empty()) {
            for (const KeyedName& entry : TRY(list_names(layout))) {
                TRY(remove_whatever(layout.name(entry.key), right));
                removed = true;
            }
            for (const base::DirectoryEntry& entry : TRY(list_if_exists(layout.groups())))
                static_cast<void>(::unlink((layout.groups() + "/" + entry.name).c_str()));
        }
        for (const BodyEntry& body : bodies) {
            for (const std::string& key : body.keys) {
                if (packages_.empty() || !right.covers(layout.name(key))) continue;
                TRY(remove_name(layout, key, body.id));
                removed = true;
            }
        }
        if (removed) sync_names(layout);
        return {};
    }

    // With `wait` the same again for what was in use, until it is not.
    Result<void> collect(std::vector<BodyEntry> bodies) {
        for (std::int64_t pause = kFirstWaitMs;; pause = std::min(pause * 2, kLongestWaitMs)) {
            CollectedBodies collected = TRY(collect_bodies(collection_, std::move(bodies)));
            const bool waits = options_.wait && !options_.dry_run && collected.notes.empty() &&
                               !collected.kept.empty() && base::cancel_signal() == 0;
            bodies = waits ? std::exchange(collected.kept, {}) : std::vector<BodyEntry>();
            add(report_, collected);
            if (!waits) return {};
            for (BodyEntry& body : bodies)
                body.users.clear();
            pause_for_ms(pause);
        }
    }

    Result<void> collect_rest() {
        if (!packages_.empty()) {
            add(report_, TRY(collect_payloads(collection_, PayloadChoice::OfPackages, packages_)));
            add(report_, collect_package_files(collection_, packages_));
            return {};
        }
        add(report_, TRY(collect_payloads(collection_, PayloadChoice::All, packages_)));
        add(report_, collect_buckets(collection_));
        add(report_, sweep_stages(collection_));
        return collect_foreign();
    }

    Result<void> collect_foreign() {
        const ForeignEntries entries = TRY(claim_foreign_entries(collection_.layout));
        if (!entries.paths.empty() && !entries.lock) {
            report_.notes.emplace_back(
                "kept what uv has here: a uv, or a program that one started, is running"
            );
            return {};
        }
        for (const std::string& path : entries.paths) {
            const base::RemovedCount count = measure_tree(path);
            if (!options_.dry_run && !move_to_trash(collection_.layout, path)) continue;
            add(report_, count);
        }
        return {};
    }

    Collection collection_;
    const CleanOptions& options_;
    std::set<std::string> packages_;
    CollectionReport report_;
};

}  // namespace

Result<CollectionReport> clean_store(
    const Layout& layout, LockKind kind, const CleanOptions& options
) {
    const base::Fd election = win_election(layout, kind);
    return Cleaner(layout, kind, options).run();
}

Result<std::vector<StoredBody>> list_store(const Layout& layout, LockKind kind) {
    std::vector<BodyEntry> bodies = TRY(survey_bodies(layout));
    find_users(bodies, Depth::Everything);
    std::vector<StoredBody> list;
    for (const BodyEntry& entry : bodies) {
        StoredBody body = describe_body(entry);
        const base::Fd lease = base::try_open(layout.body(entry.id) + "/.lease", O_RDONLY);
        if (lease && kind != LockKind::None && is_locked(lease.get(), kind)) body.in_use = true;
        list.push_back(std::move(body));
    }
    std::ranges::sort(list, std::greater<>(), &StoredBody::last_used_ns);
    return list;
}

}  // namespace store
