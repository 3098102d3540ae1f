// CandidatePolicy: which version of a package is tried, given the versions the solver would accept.
//
// In this order: the preferred version; then, rank by rank, the versions in range from high to low
// (or low to high), where stable ones may go before pre-releases; the first decides, also if it
// cannot be used, so that the reason is recorded. Releases past the cut-off date do not exist. Source:
// resolution-and-lock.md 1.5, 3.3, 3.5, 3.6.
#pragma once

#include "solve/knowledge.h"
#include "solve/problem.h"

#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace solve {

enum class Direction { Descending, Ascending };
enum class PrereleaseOrder { Never, AfterStable, ByVersion };

struct Candidate {
    const Release* release;
    bool is_usable;
};

class CandidatePolicy {
  public:
    explicit CandidatePolicy(const Problem& problem);

    // Adds first-party requirements that are not part of the problem: those of packages given by
    // URL.
    void add_first_party(const pep::Requirement& requirement);

    // Nothing: no version is in range.
    std::optional<Candidate> choose(
        const pep::PackageName& name, const Listing& listing, const pep::VersionRange& range
    ) const;

    // For a package from a URL: its one version, whatever it is, if it is in range.
    static std::optional<Candidate> only(const Listing& listing, const pep::VersionRange& range);

    PrereleaseOrder prereleases(const pep::PackageName& name) const;
    bool allows_yanked(const pep::PackageName& name, const pep::Version& version) const;

  private:
    Direction direction(const pep::PackageName& name) const;
    bool is_usable(const pep::PackageName& name, const Release& release) const;
    const Release* preferred(
        const pep::PackageName& name, const Listing& listing, const pep::VersionRange& range
    ) const;

    const Problem& problem_;
    std::set<pep::PackageName> direct_;             // what LowestDirect takes the lowest of
    std::set<pep::PackageName> wants_prereleases_;  // a first-party specifier mentions one
    std::set<std::pair<pep::PackageName, pep::Version>> pinned_;  // by a first-party `==`
};

}  // namespace solve
