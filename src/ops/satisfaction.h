// Whether what is installed already is enough: `run --with` over an environment that satisfies the
// request adds nothing, and `tool run` takes an installed tool that does. Pure but for reading
// site-packages.
#pragma once

#include "base/result.h"
#include "pep/core_metadata.h"
#include "python/interpreter.h"
#include "solve/problem.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace ops {

struct BasePackages {
    std::map<pep::PackageName, pep::CoreMetadata> packages;
    std::map<pep::PackageName, std::string> records;  // their *.dist-info directories
    std::vector<std::string> directories;  // the site-packages directories, purelib first

    std::map<pep::PackageName, pep::Version> versions() const;
};

base::Result<BasePackages> base_packages(const python::Interpreter& interpreter);

// What of the packages is asked for. Nothing is owned.
struct Demands {
    std::span<const solve::RootRequirement> requirements;
    std::span<const pep::Requirement> constraints = {};
    std::span<const pep::Requirement> overrides = {};
    std::span<const pep::PackageName> exclusions = {};  // as dependencies
};

// Every requirement and what it requires in turn is there in a fitting version. For a requirement
// with a URL, the package must come from there (direct_url.json, PEP 610); if that is a local file,
// it must be the file it was then (uv_cache.json of uv; who left none does not satisfy).
bool satisfies(
    const BasePackages& base, const Demands& demands, const pep::MarkerEnvironment& environment
);
bool satisfies(
    const BasePackages& base,
    const std::vector<solve::RootRequirement>& requirements,
    const pep::MarkerEnvironment& environment
);

}  // namespace ops
