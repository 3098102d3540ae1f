#include "store/inspection.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "store/collector.h"
#include "store/counters.h"
#include "store/listing.h"
#include "store/names.h"
#include "store/payload_collector.h"
#include "store/trash.h"
#include "store/trust.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace store {

using base::Fd;
using base::Result;

namespace {

bool is_same_file(const struct stat& left, const struct stat& right) {
    return left.st_dev == right.st_dev && left.st_ino == right.st_ino;
}

// The read lock of one payload, by a descriptor of its own: closing it disturbs no other hold.
// Busy only when a collector has it. A store that nobody can write to may lack the lock file.
bool is_claimed(const Layout& layout, LockKind kind, std::string_view sha256, Fd& lock) {
    const std::string path = layout.lock_file(fmt::format("pay.{}", sha256.substr(0, 2)));
    lock = base::try_open(path, O_RDONLY);
    if (!lock) return false;
    return try_lock(lock.get(), kind, LockMode::Read, payload_range(sha256)) == LockResult::Busy;
}

}  // namespace

Result<std::optional<Inspection>> Inspection::open(const std::string& root) {
    Layout layout{.root = root};
    const std::optional<LockKind> kind = TRY(read_store_file(layout));
    if (!kind) return std::nullopt;
    return Inspection(std::move(layout), *kind);
}

Result<Inventory> Inspection::inventory() const {
    Inventory inventory;
    list_payloads(inventory);
    TRY(list_bodies(inventory));
    for (const base::DirectoryEntry& group : TRY(list_if_exists(layout_.groups()))) {
        const std::string path = layout_.groups() + "/" + group.name;
        const std::optional<std::string> key = TRY(read_link_text(path));
        if (!key || !is_valid_key(*key)) inventory.strays.push_back(path);
    }
    return inventory;
}

void Inspection::list_payloads(Inventory& inventory) const {
    const Result<std::vector<base::DirectoryEntry>> shards = list_if_exists(layout_.payloads());
    if (!shards) return;
    for (const base::DirectoryEntry& shard : *shards) {
        const std::string directory = layout_.payloads() + "/" + shard.name;
        if (shard.type != base::EntryType::Directory) {
            inventory.strays.push_back(directory);
            continue;
        }
        const Result<std::vector<base::DirectoryEntry>> entries = list_if_exists(directory);
        if (!entries) continue;
        for (const base::DirectoryEntry& entry : *entries) {
            const std::string path = directory + "/" + entry.name;
            if (!is_valid_sha256(entry.name) || !entry.name.starts_with(shard.name)) {
                inventory.strays.push_back(path);
            } else if (const auto record = read_payload_record(path); record && is_trusted(path)) {
                inventory.payloads.push_back({entry.name, path, record->info});
            } else {
                ++inventory.distrusted;
            }
        }
    }
}

Result<void> Inspection::list_bodies(Inventory& inventory) const {
    const std::string boot = boot_id();
    std::map<std::string, std::vector<std::string>> keys_of;
    for (KeyedName& entry : TRY(list_names(layout_))) {
        if (entry.name.id.empty()) {
            // Unlinked since it was listed, or something that is no name.
            const std::string path = layout_.name(entry.key);
            struct stat status{};
            if (::lstat(path.c_str(), &status) == 0) inventory.strays.push_back(path);
        } else if (!entry.name.boot.empty() && entry.name.boot != boot) {
            ++inventory.outdated;
        } else {
            keys_of[entry.name.id].push_back(std::move(entry.key));
        }
    }
    for (const base::DirectoryEntry& entry : TRY(list_if_exists(layout_.bodies()))) {
        if (!is_valid_id(entry.name)) inventory.strays.push_back(layout_.body(entry.name));
    }
    for (auto& [id, keys] : keys_of) {
        InspectedBody body{.id = id, .path = layout_.body(id), .keys = std::move(keys)};
        if (base::is_directory(body.path)) {
            body.record = read_body_record(body.path);
            inventory.bodies.push_back(std::move(body));
        } else if (is_current(body)) {
            inventory.dangling.insert(inventory.dangling.end(), body.keys.begin(), body.keys.end());
        }
    }
    return {};
}

HoldState Inspection::hold(const InspectedPayload& payload, Hold& hold) const {
    if (is_claimed(layout_, kind_, payload.sha256, hold.lock)) return HoldState::PassedOver;
    Result<Fd> directory = base::open_directory(payload.path);
    if (!directory) return HoldState::PassedOver;
    hold.directory = std::move(*directory);
    return is_trusted(payload.path) ? HoldState::Held : HoldState::PassedOver;
}

HoldState Inspection::hold(const InspectedBody& body, Hold& hold) const {
    hold.lock = base::try_open(body.path + "/.lease", O_RDONLY);
    if (!hold.lock && errno != ENOENT && errno != ENOTDIR) return HoldState::PassedOver;
    if (hold.lock && try_lock(hold.lock.get(), kind_, LockMode::Read) == LockResult::Busy)
        return HoldState::PassedOver;
    struct stat status{};
    const bool is_alive =
        hold.lock && ::fstat(hold.lock.get(), &status) == 0 && status.st_size == 0;
    if (!is_alive) return is_current(body) ? HoldState::Condemned : HoldState::PassedOver;
    Result<Fd> directory = base::open_directory(body.path);
    if (!directory) return HoldState::PassedOver;
    hold.directory = std::move(*directory);
    return HoldState::Held;
}

bool Inspection::is_current(const InspectedPayload& payload, const Hold& hold) const {
    struct stat held{};
    struct stat found{};
    return ::fstat(hold.directory.get(), &held) == 0 && ::stat(payload.path.c_str(), &found) == 0 &&
           is_same_file(held, found) && is_trusted(payload.path);
}

bool Inspection::is_current(const InspectedBody& body) const {
    return std::ranges::any_of(body.keys, [&](const std::string& key) {
        const Result<std::optional<Name>> name = read_name(layout_, key);
        return name && *name && (*name)->id == body.id;
    });
}

std::optional<StoreSize> Inspection::recorded_size() const {
    const Result<std::string> bytes = base::read_file(layout_.counters());
    return bytes ? decode_counters(*bytes) : std::nullopt;
}

StoreSize Inspection::counted_size() const {
    return count(layout_);
}

Result<void> Inspection::take_out_of_service(const InspectedPayload& payload, const Hold& hold)
    const {
    TRY(base::with_context(distrust(hold.directory.get()), payload.path));
    // Else a power cut could bring it back.
    static_cast<void>(::fsync(hold.directory.get()));
    return {};
}

Result<void> Inspection::take_out_of_service(const InspectedBody& body) const {
    for (const std::string& key : body.keys)
        TRY(remove_name(layout_, key, body.id));
    sync_names(layout_);
    if (!is_current(body)) return {};
    return base::fail(
        base::ErrorKind::Io, fmt::format("failed to remove the names of `{}`", body.path)
    );
}

Result<void> Inspection::remove_dangling(const std::string& key) const {
    const std::optional<Name> name = TRY(read_name(layout_, key));
    if (!name || base::exists(layout_.body(name->id))) return {};
    return remove_name(layout_, key, name->id);
}

Result<void> Inspection::discard(const std::string& path) const {
    TRY(move_to_trash(layout_, path));
    return {};
}

Result<std::vector<std::string>> Inspection::collect(const std::vector<InspectedBody>& bodies
) const {
    const Collection collection{.layout = layout_, .kind = kind_};
    std::vector<BodyEntry> entries;
    for (const InspectedBody& body : bodies)
        entries.push_back({.id = body.id, .record = body.record});
    std::vector<std::string> kept;
    for (const BodyEntry& entry : TRY(collect_bodies(collection, std::move(entries))).kept)
        kept.push_back(entry.id);
    TRY(collect_payloads(collection, PayloadChoice::Distrusted, {}));
    empty_trash_detached(layout_, kind_);
    recount(layout_, kind_);
    return kept;
}

}  // namespace store
