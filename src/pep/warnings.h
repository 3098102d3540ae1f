// What a lenient parser noticed or repaired: one sentence each, for the log. Parsers that take a
// `Warnings*` append to it; null means that nobody wants to know.
#pragma once

#include <string>
#include <vector>

namespace pep {

using Warnings = std::vector<std::string>;

}  // namespace pep
