#include "store/usage.h"

#include "base/clock.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace store {

using base::Result;

namespace {

constexpr std::string_view kMemos = "memo";

UsedFile file_of(const Layout& layout, const Unit& unit) {
    UsedFile file{
        .name = unit.name,
        .bucket = std::string(kMemos),
        .path = unit.name,
        .bytes = unit.bytes,
        .last_used_ns = unit.last_used_ns,
    };
    const auto cut = [&](const std::string& directory) {
        if (!file.path.starts_with(directory + "/")) return false;
        file.path.erase(0, directory.size() + 1);
        return true;
    };
    if (cut(layout.buckets())) {
        const std::size_t slash = file.path.find('/');
        file.bucket = file.path.substr(0, slash);
        if (slash != std::string::npos) file.path.erase(0, slash + 1);
    } else {
        cut(layout.memos());
    }
    return file;
}

using PackageSizes = std::map<std::string_view, std::uint64_t>;  // by digest

// Of an environment whose packages were removed, the files live on in it alone.
std::uint64_t bytes_of_lost_packages(const BodyRecord& record, const PackageSizes& packages) {
    std::uint64_t accounted = 0;
    bool is_any_lost = false;
    for (const auto* digests : {&record.payloads, &record.source_payloads}) {
        for (const std::string& digest : *digests) {
            const auto package = packages.find(digest);
            if (package == packages.end())
                is_any_lost = true;
            else
                accounted += package->second;
        }
    }
    return is_any_lost && record.bytes > accounted ? record.bytes - accounted : 0;
}

UsedBody body_of(const BodyEntry& entry, const Unit& unit, const PackageSizes& packages) {
    UsedBody used{
        .body = describe_body(entry),
        .own_bytes = unit.bytes,
        .made_from = unit.made_from,
    };
    if (entry.record)
        used.own_bytes = std::max(used.own_bytes, bytes_of_lost_packages(*entry.record, packages));
    used.body.in_use = used.body.in_use || unit.is_in_use;
    return used;
}

// Digests of packages that live on in an environment that stays.
template <class Stays>
std::set<std::string> shared_with(const StoreUsage& usage, Stays stays) {
    std::set<std::string> shared;
    for (const UsedBody& used : usage.bodies)
        if (stays(used.body.id)) shared.insert(used.made_from.begin(), used.made_from.end());
    return shared;
}

}  // namespace

Result<StoreUsage> survey_usage(const std::string& root) {
    const Layout layout{.root = root};
    const std::optional<LockKind> kind = TRY(read_store_file(layout));
    if (!kind) return StoreUsage();
    Survey survey = TRY(survey_units(layout, *kind, base::wall_clock_ns()));
    find_users(survey.bodies, Depth::Everything);
    std::map<std::string_view, const Unit*> units;
    StoreUsage usage;
    for (const Unit& unit : survey.units) {
        if (unit.kind == UnitKind::File)
            usage.files.push_back(file_of(layout, unit));
        else
            units.emplace(unit.name, &unit);
    }
    PackageSizes packages;
    for (const PayloadEntry& payload : survey.payloads)
        packages.emplace(payload.sha256, payload.bytes);
    for (const BodyEntry& entry : survey.bodies)
        usage.bodies.push_back(body_of(entry, *units.at(entry.id), packages));
    usage.payloads = std::move(survey.payloads);
    return usage;
}

std::uint64_t total_bytes(const StoreUsage& usage) {
    return bytes_freed_but_for(usage, {});
}

std::set<std::string> kept_by_clean(const StoreUsage& usage) {
    std::map<std::string_view, const UsedBody*> bodies;
    std::vector<const UsedBody*> waiting;
    for (const UsedBody& used : usage.bodies) {
        bodies.emplace(used.body.id, &used);
        if (used.body.in_use) waiting.push_back(&used);
    }
    std::set<std::string> kept;
    while (!waiting.empty()) {
        const UsedBody& used = *waiting.back();
        waiting.pop_back();
        if (!kept.insert(used.body.id).second) continue;
        for (const std::string& name : used.made_from)
            if (const auto parent = bodies.find(name); parent != bodies.end())
                waiting.push_back(parent->second);
    }
    return kept;
}

std::uint64_t bytes_freed(const StoreUsage& usage, const std::set<std::string>& gone) {
    const std::set<std::string> shared =
        shared_with(usage, [&](const std::string& id) { return !gone.contains(id); });
    std::uint64_t bytes = 0;
    for (const UsedBody& used : usage.bodies)
        if (gone.contains(used.body.id)) bytes += used.own_bytes;
    for (const PayloadEntry& payload : usage.payloads)
        if (gone.contains(payload.sha256) && !shared.contains(payload.sha256))
            bytes += payload.bytes;
    for (const UsedFile& file : usage.files)
        if (gone.contains(file.name)) bytes += file.bytes;
    return bytes;
}

std::uint64_t bytes_freed_but_for(const StoreUsage& usage, const std::set<std::string>& kept) {
    const std::set<std::string> shared =
        shared_with(usage, [&](const std::string& id) { return kept.contains(id); });
    std::uint64_t bytes = 0;
    for (const UsedBody& used : usage.bodies)
        if (!kept.contains(used.body.id)) bytes += used.own_bytes;
    for (const PayloadEntry& payload : usage.payloads)
        if (!shared.contains(payload.sha256)) bytes += payload.bytes;
    for (const UsedFile& file : usage.files)
        bytes += file.bytes;
    return bytes;
}

}  // namespace store
