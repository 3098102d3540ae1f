#include "ops/satisfaction.h"

#include "base/file.h"

#include <set>

namespace ops {

namespace {

constexpr std::uint64_t kLargestMetadata = 16U << 20U;

base::Result<void> read_directory(const std::string& directory, BasePackages& base) {
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) {
        if (entries.error().kind() == base::ErrorKind::NotFound) return {};
        return base::fail(entries.error());
    }
    for (const base::DirectoryEntry& entry : *entries) {
        if (!entry.name.ends_with(".dist-info")) continue;
        const std::string path =
            base::join_path(base::join_path(directory, entry.name), "METADATA");
        const base::Result<std::string> text = base::read_file(path, kLargestMetadata);
        if (!text) continue;
        base::Result<pep::CoreMetadata> metadata = pep::CoreMetadata::parse(*text);
        // What cannot be read counts as not installed.
        if (metadata) base.packages.emplace(metadata->name, std::move(*metadata));
    }
    return {};
}

// Walks the requirements breadth-first; each package and extra once.
class Walk {
  public:
    Walk(const BasePackages& base, const pep::MarkerEnvironment& environment)
        : base_(base), environment_(environment) {}

    bool holds(const pep::Requirement& requirement, std::span<const pep::ExtraName> active) {
        if (!requirement.marker.evaluate(environment_, active)) return true;
        const auto found = base_.packages.find(requirement.name);
        if (found == base_.packages.end() || requirement.url) return false;
        if (!requirement.specifiers.contains(found->second.version)) return false;
        const std::string key = requirement.to_string();
        if (!seen_.insert(key).second) return true;
        for (const pep::Requirement& dependency : found->second.requires_dist) {
            if (!holds(dependency, requirement.extras)) return false;
        }
        return true;
    }

  private:
    const BasePackages& base_;
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
    const BasePackages& base,
    const std::vector<solve::RootRequirement>& requirements,
    const pep::MarkerEnvironment& environment
) {
    Walk walk(base, environment);
    for (const solve::RootRequirement& root : requirements) {
        if (!walk.holds(root.requirement, {})) return false;
    }
    return true;
}

}  // namespace ops
