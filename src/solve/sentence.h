// How lists are written in the solver's sentences.
#pragma once

#include <string>
#include <vector>

namespace solve {

// "a", "a and b", "a, b and c".
std::string joined(const std::vector<std::string>& parts);

}  // namespace solve
