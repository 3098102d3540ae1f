// DirectUrls: which names come from a URL instead of an index.
//
// Only what the user controls may say so: root requirements, constraints, overrides, and what a
// package that itself comes from such a URL requires. A URL anywhere else (in the metadata of a
// release on an index) is an error, and so are two different URLs for one name. Source:
// resolution-and-lock.md 4.8.
#pragma once

#include "base/result.h"
#include "solve/candidate.h"
#include "solve/demand.h"
#include "solve/provider.h"

#include <map>
#include <string>
#include <vector>

namespace solve {

class DirectUrls {
  public:
    // Looks through the problem and, following the URLs, the metadata behind them; tells the
    // provider about each one. First-party requirements found on the way are added to the policy.
    base::Result<void> collect(
        const Problem& problem,
        const DemandPipeline& demands,
        Provider& provider,
        CandidatePolicy& policy
    );

    // Null: from an index.
    const std::string* find(const pep::PackageName& name) const;

    // Whether `requirement`, stated by `parent` (as shown), may name the URL it names.
    base::Result<void> check(const pep::Requirement& requirement, const std::string& parent) const;

  private:
    base::Result<bool> add(const pep::Requirement& requirement);

    std::map<pep::PackageName, std::string> urls_;
};

}  // namespace solve
