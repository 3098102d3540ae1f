// What the steps of a proof say, in words. A reader knows the versions that exist, so sets of
// versions are told by those: "every version of `a`", "`a==1.0`".
#pragma once

#include "solve/derivation.h"

#include <string>
#include <vector>

namespace solve {

bool is_root(const Claim& claim);

// The listed versions that a claim is about.
std::vector<const pep::Version*> listed_in(const Claim& claim);

// The set of a claim as it was written: `a>=1`.
std::string exact_text(const Claim& claim);
// What follows from claims that cannot all be true: "`a==1.0` needs `b>=2`".
std::string conclusion_text(const Derivation& step);
// A fact: "`a==1.0` requires `b>=2`", "there is no `b>=2` (there is 1.0)".
std::string fact_text(const Derivation& step);

}  // namespace solve
