// Prefetcher: decides what the provider is told about questions to come.
//
// Every package whose open range changed is announced with the version that would be tried now. A
// package that was tried kFirstBatch times without success is likely to be tried many more times;
// its next versions are announced in growing batches. Source: resolution-and-lock.md 4.9.
#pragma once

#include "solve/candidate.h"
#include "solve/knowledge.h"
#include "solve/partial_solution.h"
#include "solve/provider.h"

#include <vector>

namespace solve {

class Prefetcher {
  public:
    Prefetcher(
        const PackageTable& packages, const Knowledge& knowledge, const CandidatePolicy& policy
    )
        : packages_(packages), knowledge_(knowledge), policy_(policy) {}

    // A version of the package is tried.
    void count(PackageId package);

    // What to announce, given the packages whose range changed. Ordered by id, so by first
    // encounter.
    std::vector<Wanted> wanted(std::vector<PackageId> changed, const PartialSolution& partial);

  private:
    void append_batch(PackageId package, const pep::VersionRange& range, std::vector<Wanted>& out);

    const PackageTable& packages_;
    const Knowledge& knowledge_;
    const CandidatePolicy& policy_;
    std::vector<std::uint32_t> tried_;  // by NameId
    std::vector<PackageId> due_;        // reached the size of a batch since the last call
};

}  // namespace solve
