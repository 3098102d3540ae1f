// The parts of the solver's sentences.
#pragma once

#include "pep/version_range.h"

#include <string>
#include <string_view>
#include <vector>

namespace solve {

// "a", "a and b", "a, b and c".
std::string joined(const std::vector<std::string>& parts, std::string_view last = " and ");

// A set of versions in backticks: `a` for all of them, `a>=1,<2`, "`a<1` or `a>=2`". Of many
// intervals only the first few are shown.
std::string shown(const std::string& package, const pep::VersionRange& range);

}  // namespace solve
