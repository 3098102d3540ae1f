// Search: one run of the solver. It connects the engine (Propagation), the order of decisions
// (Priorities), the choice of versions (CandidatePolicy), the requirements (DemandPipeline) and the
// provider's answers (Knowledge). After run() it holds everything that the solution or the failure
// report is made of.
#pragma once

#include "solve/candidate.h"
#include "solve/demand.h"
#include "solve/direct_url.h"
#include "solve/knowledge.h"
#include "solve/prefetch.h"
#include "solve/priority.h"
#include "solve/propagation.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace solve {

class Search {
  public:
    // The problem and the provider outlive the search.
    Search(const Problem& problem, Provider& provider);
    Search(const Search&) = delete;
    Search& operator=(const Search&) = delete;

    // Nothing: every package is decided. Else the incompatibility that proves that there is no
    // solution.
    base::Result<std::optional<IncompatibilityId>> run();

    const Problem& problem() const { return problem_; }

    const PackageTable& packages() const { return packages_; }

    const Propagation& propagation() const { return propagation_; }

    const Knowledge& knowledge() const { return knowledge_; }

    const CandidatePolicy& policy() const { return policy_; }

    const DemandPipeline& demands() const { return demands_; }

    const DirectUrls& urls() const { return urls_; }

    std::size_t decisions() const { return decisions_; }

    std::size_t conflicts() const { return conflicts_; }

  private:
    // What is decided next to a version, and the version interval it is true of.
    struct Subject {
        PackageId package;
        pep::Version version;
        pep::VersionRange interval;
    };

    // What a subject is bound to, and who says so if it is not the subject.
    struct Target {
        PackageId package;
        const pep::VersionRange& range;
        const char* reason = "";
    };

    base::Result<void> decide_next(PackageId package);
    base::Result<void> decide_root();
    base::Result<void> expand(const Subject& subject);
    void bind_extra(const Subject& subject);
    base::Result<void> require(const Subject& subject, std::span<const Demand> demands);
    // Adds the facts that one demand makes. False: no version can ever meet it; the subject was
    // rejected.
    bool add_demand(
        const Subject& subject, const Demand& demand, std::vector<IncompatibilityId>& facts
    );
    // A requirement of a package on itself: met, or the subject is rejected.
    bool admits_itself(
        const Subject& subject, const pep::Requirement& requirement, const pep::VersionRange& range
    );
    IncompatibilityId add_dependency(const Subject& subject, const Target& target, Cause cause);
    PriorityClass class_of(const pep::PackageName& name, const pep::VersionRange& range) const;
    void conclude(const Subject& subject, std::span<const IncompatibilityId> facts);
    void reject(const Subject& subject, std::string reason, std::string hint);
    void record_conflict(PackageId current, const Conflict& conflict);
    void hint_prefetch();

    const Problem& problem_;
    PackageTable packages_;
    Knowledge knowledge_;
    CandidatePolicy policy_;
    DemandPipeline demands_;
    DirectUrls urls_;
    Propagation propagation_;
    Priorities priorities_;
    ConflictTracker tracker_;
    Prefetcher prefetcher_;
    Provider& provider_;
    std::set<std::pair<PackageId, pep::Version>> expanded_;
    // The root is decided like any other package; which version it has means nothing.
    pep::Version root_version_;
    std::size_t decisions_ = 0;
    std::size_t conflicts_ = 0;
};

}  // namespace solve
