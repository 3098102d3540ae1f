// solve(): finds versions for one environment, or proves that there are none.
//
// The method is PubGrub (N. Weizenbaum, "PubGrub: Next-Generation Version Solving", 2018): facts
// that must not all be true are collected, what follows from them is derived, and where that leads
// to a contradiction the cause is learned as a new fact. How packages are ordered, versions chosen
// and conflicts used to reorder the search follows resolution-and-lock.md 3 and 4, without forks.
//
// The function is pure but for what it asks the Provider: no I/O, time, randomness or threads. The
// same problem and the same answers give the same result, byte for byte.
//
//     auto solution = solve::solve(problem, provider);
//     if (!solution) { ... std::get_if<solve::NoSolution>(&solution.error()) ... }
#pragma once

#include "solve/problem.h"
#include "solve/provider.h"
#include "solve/report.h"

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace solve {

struct ResolvedPackage {
    pep::PackageName name;
    pep::Version version;
    std::vector<pep::ExtraName> extras;          // those asked for and provided, sorted
    std::vector<pep::PackageName> dependencies;  // direct ones, through its extras too; sorted
    std::vector<std::string>
        required_by;                 // names of packages and origins of root requirements, sorted
    std::optional<std::string> url;  // set when it comes from a direct URL
};

// How much work it was; for traces and benchmarks.
struct Statistics {
    std::size_t decisions = 0;
    std::size_t conflicts = 0;
    std::size_t facts = 0;
};

struct Solution {
    std::vector<ResolvedPackage> packages;  // sorted by name
    std::vector<std::string> warnings;      // yanked versions in use, extras that do not exist, ...
    Statistics statistics;
};

// NoSolution: the requirements contradict each other. base::Error: something else went wrong
// (network, a forbidden URL); the resolution gave no verdict.
using Failure = std::variant<NoSolution, base::Error>;

std::expected<Solution, Failure> solve(const Problem& problem, Provider& provider);

}  // namespace solve
