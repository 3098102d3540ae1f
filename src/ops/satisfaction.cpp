#include "ops/satisfaction.h"

#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "index/file_url.h"
#include "pep/direct_url.h"

#include <algorithm>
#include <set>

namespace ops {

namespace {

constexpr std::uint64_t kLargestMetadata = 16U << 20U;
constexpr std::uint64_t kLargestRecord = 1U << 20U;

base::Result<void> read_directory(const std::string& directory, BasePackages& base) {
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) {
        if (entries.error().kind() == base::ErrorKind::NotFound) return {};
        return base::fail(entries.error());
    }
    for (const base::DirectoryEntry& entry : *entries) {
        if (!entry.name.ends_with(".dist-info")) continue;
        std::string record = base::join_path(directory, entry.name);
        const base::Result<std::string> text =
            base::read_file(base::join_path(record, "METADATA"), kLargestMetadata);
        if (!text) continue;
        base::Result<pep::CoreMetadata> metadata = pep::CoreMetadata::parse(*text);
        // What cannot be read counts as not installed.
        if (!metadata) continue;
        base.records.emplace(metadata->name, std::move(record));
        base.packages.emplace(metadata->name, std::move(*metadata));
    }
    return {};
}

// Without the fragment, which says how to check a file and not which one it is.
std::string_view without_fragment(std::string_view url) {
    return url.substr(0, url.find('#'));
}

// uv notes when the file an installed package came from was last changed.
bool is_unchanged(const std::string& path, const std::string& record) {
    const auto text = base::read_file(base::join_path(record, "uv_cache.json"), kLargestRecord);
    if (!text) return false;
    const auto noted = codec::parse_json(*text, "uv_cache.json");
    const codec::Json* time = noted ? noted->find("timestamp") : nullptr;
    const codec::Json* seconds = time != nullptr ? time->find("secs_since_epoch") : nullptr;
    const codec::Json* rest = time != nullptr ? time->find("nanos_since_epoch") : nullptr;
    const base::Result<base::FileStamp> stamp = base::stamp_of(path);
    if (seconds == nullptr || rest == nullptr || !stamp) return false;
    constexpr std::int64_t kSecond = 1'000'000'000;
    return seconds->as_integer() == stamp->changed_ns / kSecond &&
           rest->as_integer() == stamp->changed_ns % kSecond;
}

bool comes_from(const std::string& record, std::string_view wanted) {
    const auto text = base::read_file(base::join_path(record, "direct_url.json"), kLargestRecord);
    if (!text) return false;
    const base::Result<pep::DirectUrl> origin = pep::DirectUrl::parse(*text);
    if (!origin || !std::holds_alternative<pep::ArchiveInfo>(origin->origin)) return false;
    if (without_fragment(origin->url) != without_fragment(wanted)) return false;
    const base::Result<net::Url> url = net::Url::parse(origin->url);
    if (!url || url->scheme() != "file") return url.has_value();
    const base::Result<std::string> path = package_index::path_of(*url);
    return path && is_unchanged(*path, record);
}

// Walks the requirements breadth-first; each package and extra once.
class Walk {
  public:
    Walk(
        const BasePackages& base, const Demands& demands, const pep::MarkerEnvironment& environment
    )
        : base_(base), demands_(demands), environment_(environment) {}

    // `active`: the extras of the package that requires this.
    bool holds(const pep::Requirement& requirement, std::span<const pep::ExtraName> active) {
        if (!requirement.marker.evaluate(environment_, active)) return true;
        bool is_overridden = false;
        for (const pep::Requirement& override_ : demands_.overrides) {
            if (override_.name != requirement.name) continue;
            is_overridden = true;
            if (!is_met_if_it_applies(override_)) return false;
        }
        if (!is_overridden && !is_met(requirement)) return false;
        return dependencies_hold(requirement);
    }

  private:
    bool is_met(const pep::Requirement& requirement) const {
        const auto found = base_.packages.find(requirement.name);
        if (found == base_.packages.end()) return false;
        if (requirement.url)
            return comes_from(base_.records.at(requirement.name), *requirement.url);
        return requirement.specifiers.contains(found->second.version);
    }

    bool is_met_if_it_applies(const pep::Requirement& requirement) const {
        return !requirement.marker.evaluate(environment_, {}) || is_met(requirement);
    }

    bool dependencies_hold(const pep::Requirement& requirement) {
        const auto found = base_.packages.find(requirement.name);
        // Taken away by an override that does not apply here.
        if (found == base_.packages.end()) return true;
        for (const pep::Requirement& constraint : demands_.constraints) {
            if (constraint.name == requirement.name && !is_met_if_it_applies(constraint))
                return false;
        }
        if (!seen_.insert(requirement.to_string()).second) return true;
        return std::ranges::all_of(
            found->second.requires_dist,
            [&](const pep::Requirement& dependency) {
                return is_excluded(dependency.name) || holds(dependency, requirement.extras);
            }
        );
    }

    bool is_excluded(const pep::PackageName& name) const {
        return std::ranges::find(demands_.exclusions, name) != demands_.exclusions.end();
    }

    const BasePackages& base_;
    const Demands& demands_;
    const pep::MarkerEnvironment& environment_;
    std::set<std::string> seen_;
};

}  // namespace

std::map<pep::PackageName, pep::Version> BasePackages::versions() const {
    std::map<pep::PackageName, pep::Version> versions;
    for (const auto& [name, metadata] : packages)
        versions.emplace(name, metadata.version);
    return versions;
}

base::Result<BasePackages> base_packages(const python::Interpreter& interpreter) {
    BasePackages base;
    base.directories.push_back(interpreter.paths.purelib);
    if (interpreter.paths.platlib != interpreter.paths.purelib)
        base.directories.push_back(interpreter.paths.platlib);
    for (const std::string& directory : base.directories)
        TRY(read_directory(directory, base));
    return base;
}

bool satisfies(
    const BasePackages& base, const Demands& demands, const pep::MarkerEnvironment& environment
) {
    Walk walk(base, demands, environment);
    return std::ranges::all_of(demands.requirements, [&](const solve::RootRequirement& root) {
        return walk.holds(root.requirement, {});
    });
}

bool satisfies(
    const BasePackages& base,
    const std::vector<solve::RootRequirement>& requirements,
    const pep::MarkerEnvironment& environment
) {
    return satisfies(base, Demands{.requirements = requirements}, environment);
}

}  // namespace ops
