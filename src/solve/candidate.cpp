#include "solve/candidate.h"

#include <algorithm>

namespace solve {

namespace {

bool mentions_prerelease(const pep::Specifiers& specifiers) {
    return std::ranges::any_of(specifiers.items(), [](const pep::Specifier& specifier) {
        return specifier.op() != pep::Operator::NotEqual && specifier.version().is_prerelease();
    });
}

// The version of a requirement that has exactly one specifier, `==V` or `===V`.
const pep::Version* pinned_version(const pep::Specifiers& specifiers) {
    if (specifiers.items().size() != 1) return nullptr;
    const pep::Specifier& only = specifiers.items().front();
    bool is_exact = only.op() == pep::Operator::Equal || only.op() == pep::Operator::ArbitraryEqual;
    return is_exact && !only.is_wildcard() ? &only.version() : nullptr;
}

// Which releases are walked, and from where.
struct Way {
    const pep::VersionRange& range;
    Direction direction;
    std::uint16_t rank;
};

// Calls `visit` with the releases on the way, until it answers true.
template <class Visit>
bool walk(const Listing& listing, const Way& way, Visit&& visit) {
    auto step = [&](const Release& release) {
        return release.rank == way.rank && release.usability != Usability::ExcludedByDate &&
               way.range.contains(release.version) && visit(release);
    };
    if (way.direction == Direction::Ascending) return std::ranges::any_of(listing.releases, step);
    return std::any_of(listing.releases.rbegin(), listing.releases.rend(), step);
}

}  // namespace

CandidatePolicy::CandidatePolicy(const Problem& problem) : problem_(problem) {
    for (const RootRequirement& root : problem.requirements) {
        if (!root.requirement.marker.evaluate(problem.environment, {})) continue;
        direct_.insert(root.requirement.name);
        add_first_party(root.requirement);
    }
    for (const pep::Requirement& constraint : problem.constraints)
        add_first_party(constraint);
    for (const Override& override_ : problem.overrides)
        add_first_party(override_.requirement);
}

void CandidatePolicy::add_first_party(const pep::Requirement& requirement) {
    if (mentions_prerelease(requirement.specifiers)) wants_prereleases_.insert(requirement.name);
    if (const pep::Version* version = pinned_version(requirement.specifiers)) {
        pinned_.emplace(requirement.name, *version);
    }
}

std::optional<Candidate> CandidatePolicy::choose(
    const pep::PackageName& name, const Listing& listing, const pep::VersionRange& range
) const {
    if (const Release* release = preferred(name, listing, range)) return Candidate{release, true};

    const Release* found = nullptr;
    auto take_if = [&](bool accepts) {
        return [&found, accepts](const Release& release) {
            if (release.version.is_prerelease() && !accepts) return false;
            found = &release;
            return true;
        };
    };
    const PrereleaseOrder order = prereleases(name);
    Way way{range, direction(name), 0};
    for (; found == nullptr && way.rank <= listing.highest_rank; ++way.rank) {
        walk(listing, way, take_if(order == PrereleaseOrder::ByVersion));
        if (found == nullptr && order == PrereleaseOrder::AfterStable)
            walk(listing, way, take_if(true));
    }
    if (found == nullptr) return std::nullopt;
    return Candidate{found, is_usable(name, *found)};
}

std::optional<Candidate> CandidatePolicy::only(
    const Listing& listing, const pep::VersionRange& range
) {
    for (const Release& release : listing.releases) {
        if (!range.contains(release.version)) continue;
        bool is_usable =
            release.usability == Usability::Usable || release.usability == Usability::Yanked;
        return Candidate{&release, is_usable};
    }
    return std::nullopt;
}

PrereleaseOrder CandidatePolicy::prereleases(const pep::PackageName& name) const {
    auto own = problem_.prerelease_by_package.find(name);
    switch (own == problem_.prerelease_by_package.end() ? problem_.prerelease : own->second) {
        case PrereleaseMode::Allow:
            return PrereleaseOrder::ByVersion;
        case PrereleaseMode::Disallow:
            return PrereleaseOrder::Never;
        case PrereleaseMode::IfNecessary:
            return PrereleaseOrder::AfterStable;
        case PrereleaseMode::Explicit:
            break;
    }
    return wants_prereleases_.contains(name) ? PrereleaseOrder::AfterStable
                                             : PrereleaseOrder::Never;
}

bool CandidatePolicy::allows_yanked(const pep::PackageName& name, const pep::Version& version)
    const {
    if (pinned_.contains({name, version})) return true;
    auto preference = problem_.preferences.find(name);
    return preference != problem_.preferences.end() && preference->second == version;
}

Direction CandidatePolicy::direction(const pep::PackageName& name) const {
    switch (problem_.resolution) {
        case Resolution::Highest:
            return Direction::Descending;
        case Resolution::Lowest:
            return Direction::Ascending;
        case Resolution::LowestDirect:
            break;
    }
    return direct_.contains(name) ? Direction::Ascending : Direction::Descending;
}

bool CandidatePolicy::is_usable(const pep::PackageName& name, const Release& release) const {
    if (release.usability == Usability::Yanked) return allows_yanked(name, release.version);
    return release.usability == Usability::Usable;
}

const Release* CandidatePolicy::preferred(
    const pep::PackageName& name, const Listing& listing, const pep::VersionRange& range
) const {
    auto preference = problem_.preferences.find(name);
    if (preference == problem_.preferences.end()) return nullptr;
    const pep::Version& version = preference->second;
    if (version.is_prerelease() && prereleases(name) == PrereleaseOrder::Never) return nullptr;

    // The highest local variant stands in for the version, so that `1.0` in a lock keeps `1.0+cpu`.
    const Release* best = nullptr;
    auto first = std::ranges::lower_bound(listing.releases, version, {}, &Release::version);
    for (auto release = first; release != listing.releases.end(); ++release) {
        bool is_variant = release->version == version ||
                          (!version.is_local() && release->version.without_local() == version);
        if (!is_variant) break;
        if (range.contains(release->version) && is_usable(name, *release)) best = &*release;
    }
    return best;
}

}  // namespace solve
