// From a search that failed to NoSolution: the part of the facts that matters, with names and
// versions as the user knows them, and hints on what could be changed.
#pragma once

#include "solve/report.h"
#include "solve/search.h"

namespace solve {

NoSolution explain(const Search& search, IncompatibilityId terminal);

}  // namespace solve
