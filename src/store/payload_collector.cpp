#include "store/payload_collector.h"

#include "base/file.h"
#include "base/hash.h"
#include "store/listing.h"
#include "store/measure.h"
#include "store/owner.h"
#include "store/payload.h"
#include "store/references.h"
#include "store/sync_point.h"
#include "store/trash.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <map>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr LockRange kWholeFile{.start = 0, .length = 0};

bool is_shard_name(std::string_view name) {
    return name.size() == 2 && base::from_hex(name).has_value();
}

struct Candidate {
    std::string sha256;  // the name of the directory, whatever it is
    std::optional<PayloadRecord> record;
};

// The payloads whose digests begin with the same two digits, and the lock file they share.
struct Shard {
    std::string name;
    std::vector<Candidate> candidates;
    Fd lock;
    bool is_whole = false;  // all of it is claimed, and everything in it is to go
};

class PayloadCollector {
  public:
    PayloadCollector(
        const Collection& collection, PayloadChoice choice, const std::set<std::string>& names
    )
        : collection_(collection), choice_(choice), names_(names), boot_(boot_id()) {}

    Result<CollectedPayloads> run() {
        TRY(find_shards());
        for (Shard& shard : shards_)
            claim(shard);
        sync_point("payloads.claimed");
        const std::set<std::string> linked = TRY(linked_payloads());
        for (Shard& shard : shards_)
            remove(shard, linked);
        note_refusals();
        return result_;
    }

  private:
    Result<void> find_shards() {
        for (base::DirectoryEntry& entry : TRY(list_if_exists(collection_.layout.payloads()))) {
            if (is_shard_name(entry.name)) shards_.push_back({.name = std::move(entry.name)});
        }
        return {};
    }

    // False: nobody knows what is in there.
    bool find_candidates(Shard& shard) {
        const Result<std::vector<base::DirectoryEntry>> payloads = list_if_exists(path_of(shard));
        if (!payloads) {
            result_.notes.push_back("kept unpacked packages: " + payloads.error().flat());
            return false;
        }
        for (const base::DirectoryEntry& payload : *payloads) {
            Candidate candidate{
                payload.name, read_payload_record(path_of(shard) + "/" + payload.name)
            };
            if (is_wanted(shard, candidate)) shard.candidates.push_back(std::move(candidate));
        }
        return true;
    }

    bool is_wanted(const Shard& shard, const Candidate& candidate) const {
        const std::optional<PayloadRecord>& record = candidate.record;
        switch (choice_) {
            case PayloadChoice::All:
                return true;
            case PayloadChoice::OfPackages:
                return record && names_.contains(record->info.package);
            case PayloadChoice::Listed:
                return names_.contains(candidate.sha256);
            case PayloadChoice::Replaceable:
                return !record || record->info.origin == PayloadOrigin::Prebuilt;
            case PayloadChoice::Distrusted:
                return !record || (record->boot != boot_ && !is_synced(shard, candidate));
        }
        return false;
    }

    bool is_synced(const Shard& shard, const Candidate& candidate) const {
        return base::exists(path_of(shard) + "/" + candidate.sha256 + "/.synced");
    }

    std::string path_of(const Shard& shard) const {
        return collection_.layout.payloads() + "/" + shard.name;
    }

    // Fills `candidates` with what is wanted and claimed.
    void claim(Shard& shard) {
        if (choice_ == PayloadChoice::All) {
            // Claimed before it is listed: what is published until then is seen, and nothing is published after.
            const RemovalRight right(collection_.layout.payloads());
            shard.is_whole = right.covers(path_of(shard)) && lock(shard, kWholeFile);
        }
        // What cannot be listed cannot be told from what is in use, and must not go as a whole.
        if (!find_candidates(shard)) shard.is_whole = false;
        if (shard.is_whole) return;
        std::erase_if(shard.candidates, [&](const Candidate& candidate) {
            // What is named like no payload can be locked by nobody.
            const bool is_free =
                !is_valid_sha256(candidate.sha256) || lock(shard, payload_range(candidate.sha256));
            if (!is_free) ++result_.kept;
            return !is_free;
        });
    }

    // The lock file is opened when the first payload of the shard is wanted.
    bool lock(Shard& shard, LockRange range) const {
        if (collection_.kind == LockKind::None) return collection_.force;
        if (!shard.lock) shard.lock = open_payload_lock(collection_.layout, shard.name);
        return shard.lock && try_lock(shard.lock.get(), collection_.kind, LockMode::Write, range) ==
                                 LockResult::Held;
    }

    // A body that begins to link to a payload holds its read lock until the body's record can be
    // seen. So with the claims held, the records tell all.
    // Of a body whose record tells nothing, all may be linked.
    Result<std::set<std::string>> linked_payloads() const {
        References references = TRY(read_references(collection_.layout));
        if (references.unknown.empty()) return std::move(references.payloads);
        for (const Shard& shard : shards_) {
            for (const Candidate& candidate : shard.candidates)
                references.payloads.insert(candidate.sha256);
        }
        return std::move(references.payloads);
    }

    void remove(Shard& shard, const std::set<std::string>& linked) {
        const std::size_t claimed = shard.candidates.size();
        std::erase_if(shard.candidates, [&](const Candidate& candidate) {
            return linked.contains(candidate.sha256);
        });
        result_.kept += claimed - shard.candidates.size();
        // One rename for all of them, where that is allowed.
        const bool is_taken = shard.is_whole && claimed == shard.candidates.size() &&
                              !collection_.dry_run &&
                              move_to_trash(collection_.layout, path_of(shard));
        for (const Candidate& candidate : shard.candidates) {
            const std::string path = path_of(shard) + "/" + candidate.sha256;
            const base::RemovedCount count = size_of(candidate, path);
            if (!is_taken && !take(path)) continue;
            result_.removed.push_back({candidate.sha256, label_of(candidate), count.bytes});
            result_.payloads += 1;
            result_.files += count.files;
            result_.directories += count.directories;
            result_.bytes += count.bytes;
        }
        sync_point("payloads.moved");
        shard.lock.reset();
    }

    // False: it stays, and the report says why.
    bool take(const std::string& path) {
        if (collection_.dry_run) return true;
        const Result<Moved> moved = move_to_trash(collection_.layout, path);
        if (!moved) ++refusals_[moved.error().flat()];
        return moved.has_value();
    }

    void note_refusals() {
        for (const auto& [reason, count] : refusals_) {
            result_.notes.push_back(
                fmt::format("kept {} unpacked package{}: {}", count, count == 1 ? "" : "s", reason)
            );
        }
    }

    static std::string label_of(const Candidate& candidate) {
        if (!candidate.record) return "";
        return candidate.record->info.package + " " + candidate.record->info.version;
    }

    static base::RemovedCount size_of(const Candidate& candidate, const std::string& path) {
        if (!candidate.record) return measure_tree(path);
        const PayloadInfo& info = candidate.record->info;
        return {.files = info.files, .directories = info.directories, .bytes = info.bytes};
    }

    const Collection& collection_;
    PayloadChoice choice_;
    const std::set<std::string>& names_;
    std::string boot_;
    std::vector<Shard> shards_;
    std::map<std::string, std::size_t> refusals_;  // how many stayed for each reason
    CollectedPayloads result_;
};

}  // namespace

Result<CollectedPayloads> collect_payloads(
    const Collection& collection, PayloadChoice choice, const std::set<std::string>& names
) {
    return PayloadCollector(collection, choice, names).run();
}

}  // namespace store
