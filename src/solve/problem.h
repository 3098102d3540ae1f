// Problem: everything the solver is asked, as one value. It holds no references and does no I/O;
// `ops` fills it from the command line, a script block or a project.
//
// Meaning of the parts (specification: resolution-and-lock.md 1.5, 1.6, 3.3, 3.5, 3.8, 4.8, 4.10):
//
// requirements   What the user asks for, in the order written. The order matters: of two rivals the
// one that
//                is named first keeps its best version.
// constraints    Narrow a package where something else requires it; never bring a package in.
// Extras on them
//                are ignored, and so is one without a specifier and URL.
// overrides      Replace every requirement on the named packages, whoever states it. With a scope
// they replace
//                only what that package states, and add what it does not state.
//                A scope with a version beats one without, and any scope beats none.
// exclusions     Drop requirements on the named packages, everywhere or in what one package states.
// An
//                exclusion beats an override.
// preferences    Versions to keep if they fit: from an existing output, a lock or an environment.
// python         The interpreter's full version; also what a release's requires-python is compared
// with.
#pragma once

#include "pep/marker.h"
#include "pep/name.h"
#include "pep/requirement.h"
#include "pep/version.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace solve {

// Which version of a package is tried first. LowestDirect takes the lowest of what the user names
// and the highest of everything else.
enum class Resolution { Highest, Lowest, LowestDirect };

// IfNecessary: pre-releases are tried after every stable version in range. Explicit: like
// IfNecessary for a package whose first-party requirements mention a pre-release, like Disallow for
// the others.
enum class PrereleaseMode { IfNecessary, Allow, Disallow, Explicit };

// What gave the Python version; only failure reports look at it.
enum class PythonOrigin { Interpreter, Requested };

struct RootRequirement {
    pep::Requirement requirement;
    std::string
        origin;  // "command line", "script.py", ...; shows up in ResolvedPackage::required_by
};

// The package (every version, or one of them) whose requirements an override or exclusion applies
// to.
struct Scope {
    pep::PackageName name;
    std::optional<pep::Version> version;
};

struct Override {
    std::optional<Scope> scope;
    pep::Requirement requirement;
};

struct Exclusion {
    std::optional<Scope> scope;
    pep::PackageName name;
};

struct Problem {
    std::vector<RootRequirement> requirements;
    std::vector<pep::Requirement> constraints;
    std::vector<Override> overrides;
    std::vector<Exclusion> exclusions;
    std::map<pep::PackageName, pep::Version> preferences;

    pep::MarkerEnvironment environment;
    pep::Version python;
    PythonOrigin python_origin = PythonOrigin::Interpreter;

    Resolution resolution = Resolution::Highest;
    PrereleaseMode prerelease = PrereleaseMode::IfNecessary;
    std::map<pep::PackageName, PrereleaseMode> prerelease_by_package;
};

}  // namespace solve
