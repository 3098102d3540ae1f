#include "solve/solver.h"

#include "solve/explanation.h"
#include "solve/search.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace solve {

namespace {

// Reads the solution out of a search that has decided everything.
class SolutionBuilder {
  public:
    explicit SolutionBuilder(const Search& search) : search_(search) {}

    Solution build() {
        for (PackageId package = 0; package < search_.packages().size(); ++package)
            collect(package);
        for (const Demand& demand : search_.demands().of_root()) {
            if (demand.role != DemandRole::Constraint) {
                require(demand.requirement->name, *demand.origin);
            }
        }
        for (auto& [name, found] : found_)
            add_dependencies(name, found);
        warn_of_missing_bounds();

        Solution solution;
        for (auto& [name, found] : found_)
            solution.packages.push_back(finished(name, found));
        std::ranges::sort(warnings_);
        solution.warnings = std::move(warnings_);
        solution.statistics = {
            .decisions = search_.decisions(),
            .conflicts = search_.conflicts(),
            .facts = search_.propagation().store().size()
        };
        return solution;
    }

  private:
    struct Found {
        PackageId package = kRoot;
        const pep::Version* version = nullptr;
        std::set<pep::ExtraName> extras;
        std::set<pep::PackageName> dependencies;
        std::set<std::string> required_by;
    };

    void collect(PackageId package) {
        const pep::Version* version = search_.propagation().partial().decision(package);
        const PackageTable& packages = search_.packages();
        PackageKind kind = packages[package].kind;
        if (version == nullptr || kind == PackageKind::Root) return;
        Found& found = found_[packages.name(package)];
        if (kind == PackageKind::Base) {
            found.package = package;
            found.version = version;
            warn_if_yanked(package, *version);
        } else if (kind == PackageKind::ExtraContent) {
            collect_extra(packages.extra(package), package, *version, found);
        }
    }

    void collect_extra(
        const pep::ExtraName& extra, PackageId package, const pep::Version& version, Found& found
    ) {
        const std::vector<pep::ExtraName>& provided = dependencies(package, version).extras;
        if (std::ranges::find(provided, extra) != provided.end()) {
            found.extras.insert(extra);
            return;
        }
        warnings_.push_back(fmt::format(
            "`{}=={}` has no extra `{}`",
            search_.packages().name(package).text(),
            version.to_string(),
            extra.text()
        ));
    }

    const Dependencies& dependencies(PackageId package, const pep::Version& version) const {
        return std::get<Dependencies>(search_.knowledge().known_metadata(package, version));
    }

    void add_dependencies(const pep::PackageName& name, const Found& found) {
        Scope release{name, *found.version};
        const Dependencies& stated = dependencies(found.package, *found.version);
        std::vector<const pep::ExtraName*> parts{nullptr};
        for (const pep::ExtraName& extra : found.extras)
            parts.push_back(&extra);
        for (const pep::ExtraName* extra : parts) {
            for (const Demand& demand : search_.demands().of_release(release, stated, extra)) {
                const pep::PackageName& target = demand.requirement->name;
                if (demand.role == DemandRole::Constraint || target == name) continue;
                found_[name].dependencies.insert(target);
                require(target, name.text());
            }
        }
    }

    void require(const pep::PackageName& name, const std::string& origin) {
        auto found = found_.find(name);
        if (found != found_.end() && !origin.empty()) found->second.required_by.insert(origin);
    }

    void warn_if_yanked(PackageId package, const pep::Version& version) {
        const std::vector<Release>& releases = search_.knowledge().known_listing(package)->releases;
        auto release = std::ranges::lower_bound(releases, version, {}, &Release::version);
        if (release->usability != Usability::Yanked) return;
        std::string text = fmt::format(
            "`{}=={}` is yanked", search_.packages().name(package).text(), version.to_string()
        );
        if (!release->yanked_reason.empty()) text += fmt::format(" ({})", release->yanked_reason);
        warnings_.push_back(std::move(text));
    }

    // The lowest version of all time is seldom what somebody wants.
    void warn_of_missing_bounds() {
        if (search_.problem().resolution == Resolution::Highest) return;
        std::map<pep::PackageName, bool> is_bounded;
        for (const Demand& demand : search_.demands().of_root()) {
            const pep::Requirement& requirement = *demand.requirement;
            bool& bounded = is_bounded[requirement.name];
            bounded = bounded || requirement.url || has_lower_bound(requirement.specifiers);
        }
        for (const auto& [name, bounded] : is_bounded) {
            if (bounded || !found_.contains(name)) continue;
            warnings_.push_back(fmt::format(
                "`{}` has no lower bound, so the lowest version there is was taken", name.text()
            ));
        }
    }

    static bool has_lower_bound(const pep::Specifiers& specifiers) {
        return std::ranges::any_of(specifiers.items(), [](const pep::Specifier& specifier) {
            return specifier.op() != pep::Operator::Less &&
                   specifier.op() != pep::Operator::LessEqual &&
                   specifier.op() != pep::Operator::NotEqual;
        });
    }

    ResolvedPackage finished(const pep::PackageName& name, const Found& found) const {
        ResolvedPackage package{.name = name, .version = *found.version};
        package.extras.assign(found.extras.begin(), found.extras.end());
        package.dependencies.assign(found.dependencies.begin(), found.dependencies.end());
        package.required_by.assign(found.required_by.begin(), found.required_by.end());
        if (const std::string* url = search_.urls().find(name)) package.url = *url;
        return package;
    }

    const Search& search_;
    std::map<pep::PackageName, Found> found_;
    std::vector<std::string> warnings_;
};

}  // namespace

std::expected<Solution, Failure> solve(const Problem& problem, Provider& provider) {
    Search search(problem, provider);
    auto terminal = search.run();
    if (!terminal) return std::unexpected<Failure>(std::move(terminal).error());
    if (*terminal) return std::unexpected<Failure>(explain(search, **terminal));
    return SolutionBuilder(search).build();
}

}  // namespace solve
