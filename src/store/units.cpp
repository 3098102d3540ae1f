#include "store/units.h"

#include "base/file.h"
#include "base/interrupted.h"
#include "store/last_use.h"
#include "store/listing.h"
#include "store/own_sizes.h"
#include "store/payload.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

bool is_leased(const Layout& layout, LockKind kind, const std::string& id) {
    if (kind == LockKind::None) return false;
    const Fd lease = base::try_open(layout.body(id) + "/.lease", O_RDONLY);
    return lease && is_locked(lease.get(), kind);
}

Unit unit_of(const Layout& layout, LockKind kind, const BodyEntry& body, const OwnSizes& sizes) {
    Unit unit{
        .kind = UnitKind::Environment,
        .name = body.id,
        .label = body.record ? body.record->label : "",
        .bytes = own_bytes_of(sizes, body),
        .last_used_ns = body.last_used_ns,
        .is_in_use = is_leased(layout, kind, body.id),
        .made_from = {},
    };
    if (!body.record) return unit;
    for (const auto* names :
         {&body.record->payloads, &body.record->source_payloads, &body.record->parents})
        unit.made_from.insert(unit.made_from.end(), names->begin(), names->end());
    return unit;
}

Unit unit_of(const PayloadEntry& payload) {
    return {
        .kind = UnitKind::Package,
        .name = payload.sha256,
        .label = fmt::format("{} {}", payload.package, payload.version),
        .bytes = payload.bytes,
        .last_used_ns = payload.last_used_ns,
        .made_from = {},
    };
}

void add_files(const std::string& directory, std::vector<Unit>& units) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        std::string path = directory + "/" + entry.name;
        if (entry.type == base::EntryType::Directory) {
            add_files(path, units);
            continue;
        }
        struct stat status{};
        if (::lstat(path.c_str(), &status) != 0) continue;
        units.push_back({
            .kind = UnitKind::File,
            .name = std::move(path),
            .label = entry.name,
            .bytes = static_cast<std::uint64_t>(status.st_size),
            .last_used_ns = file_last_use(status),
            .made_from = {},
        });
    }
}

}  // namespace

Result<std::vector<PayloadEntry>> survey_payloads(const Layout& layout) {
    std::vector<PayloadEntry> payloads;
    for (const base::DirectoryEntry& shard : TRY(list_if_exists(layout.payloads()))) {
        const std::string directory = layout.payloads() + "/" + shard.name;
        for (base::DirectoryEntry& entry : TRY(list_if_exists(directory))) {
            const std::string path = directory + "/" + entry.name;
            PayloadEntry payload{.sha256 = std::move(entry.name), .package = {}, .version = {}};
            payload.last_used_ns = payload_last_use(path);
            if (std::optional<PayloadRecord> record = read_payload_record(path)) {
                payload.package = std::move(record->info.package);
                payload.version = std::move(record->info.version);
                payload.bytes = record->info.bytes;
            }
            payloads.push_back(std::move(payload));
        }
    }
    return payloads;
}

Result<Survey> survey_units(const Layout& layout, LockKind kind, std::int64_t now_ns) {
    Survey survey;
    survey.bodies = TRY(survey_bodies(layout));
    survey.payloads = TRY(survey_payloads(layout));
    const OwnSizes sizes = read_own_sizes(layout);
    for (const BodyEntry& body : survey.bodies)
        survey.units.push_back(unit_of(layout, kind, body, sizes));
    for (const PayloadEntry& payload : survey.payloads)
        survey.units.push_back(unit_of(payload));
    add_files(layout.buckets(), survey.units);
    add_files(layout.memos(), survey.units);
    for (const Unit& unit : survey.units)
        survey.bytes += unit.bytes;
    put_in_order(survey.units, now_ns);
    return survey;
}

}  // namespace store
