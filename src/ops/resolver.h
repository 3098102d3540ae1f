// From requirements to the exact files that satisfy them, for one interpreter: wires
// solve::Provider to package_index::Registry.
#pragma once

#include "base/result.h"
#include "index/registry.h"
#include "ops/session.h"
#include "python/interpreter.h"
#include "solve/problem.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace ops {

struct ResolveRequest {
    std::vector<solve::RootRequirement> requirements;
    std::map<pep::PackageName, pep::Version> preferences;
    // Ends the sentence "No solution found when resolving ...": "`--with` dependencies".
    std::string subject;
    // Besides those of the session.
    std::vector<pep::Requirement> constraints = {};
};

// One distribution of the answer.
struct ResolvedWheel {
    pep::PackageName name;
    pep::Version version;
    package_index::DistributionFile file;
    std::string requested_url;  // for what was asked for by URL, without credentials; else empty
};

struct ResolutionResult {
    std::vector<ResolvedWheel> wheels;  // sorted by name
    // When an index page used in it stops being fresh, in seconds of the wall clock; INT64_MAX for
    // never.
    std::int64_t expiry = INT64_MAX;
};

// A registry for this interpreter. It must not outlive the session.
base::Result<std::unique_ptr<package_index::Registry>> make_registry(
    Session& session, const python::Interpreter& interpreter
);

// Kind Failed when there is no solution, with the chain of reasons as causes. Emits Resolved and
// warnings.
base::Result<ResolutionResult> resolve(
    Session& session,
    package_index::Registry& registry,
    const python::Interpreter& interpreter,
    const ResolveRequest& request
);

}  // namespace ops
