// Whether what an interpreter already has is enough (`run --with` over an environment that
// satisfies the request adds nothing). Pure but for reading site-packages.
#pragma once

#include "base/result.h"
#include "pep/core_metadata.h"
#include "python/interpreter.h"
#include "solve/problem.h"

#include <map>
#include <string>
#include <vector>

namespace ops {

struct BasePackages {
    std::map<pep::PackageName, pep::CoreMetadata> packages;
    std::vector<std::string> directories;  // the site-packages directories, purelib first

    std::map<pep::PackageName, pep::Version> versions() const;
};

base::Result<BasePackages> base_packages(const python::Interpreter& interpreter);

// Every requirement and what it requires in turn is there in a fitting version. A requirement with
// a URL never is: where an installed package came from is not looked at.
bool satisfies(
    const BasePackages& base,
    const std::vector<solve::RootRequirement>& requirements,
    const pep::MarkerEnvironment& environment
);

}  // namespace ops
