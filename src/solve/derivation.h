// Derivation: why there is no solution, as facts and conclusions that outlive the solver.
//
// A fact says something about the world ("`a==1` requires `b>=2`"); a conclusion follows from two
// earlier nodes. A proof is a list of nodes in which the parents of a conclusion come before it;
// the last one says that the user's requirements cannot be met.
#pragma once

#include "pep/version.h"
#include "pep/version_range.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace solve {

using Versions = std::shared_ptr<const std::vector<pep::Version>>;

// One side of a statement: versions of a package.
struct Claim {
    std::string package;  // as shown: `a`, `a[x]`; empty for the user's own requirements
    pep::VersionRange versions;
    bool is_excluded =
        false;  // the statement is about the versions outside of the range, and about none
    Versions
        listed;  // what exists, ascending: ranges are shown as simply as it allows; may be null
};

enum class FactKind : std::uint8_t {
    Conclusion,  // follows from `left` and `right`
    Dependency,  // claims[0] requires claims[1], which is excluded
    NoVersion,   // claims[0]: there is none; `reason` tells what there is
    Unusable,    // claims[0]: `reason`
    NotFound,    // claims[0]: `reason`
    Link,        // bookkeeping between a package and its extras; never shown
};

struct Derivation {
    FactKind kind = FactKind::Conclusion;
    std::vector<Claim> claims;  // cannot all be true
    std::string
        reason;  // Unusable and NotFound: finishes the sentence that starts with the package
    std::size_t left = 0;  // Conclusion only: positions in the proof
    std::size_t right = 0;
};

using Proof = std::vector<Derivation>;

}  // namespace solve
