// Demands: what a decided package requires, after everything the user may have said about it.
//
// The pipeline for the requirements of one package: overrides, exclusions, extras and markers (for
// the one environment), self-references, constraints. Source:
// resolution-and-lock.md 2.6, 4.1, 4.10.
#pragma once

#include "solve/problem.h"
#include "solve/provider.h"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace solve {

// Stated: by the package. Override: by the user in place of that. Constraint: by the user, limits
// the package and brings no extras. Self: the package speaks of its own version.
enum class DemandRole : std::uint8_t { Stated, Override, Constraint, Self };

// A requirement that applies. Points into the problem or the metadata, which outlive it.
struct Demand {
    const pep::Requirement* requirement;
    DemandRole role = DemandRole::Stated;
    const std::string* origin = nullptr;  // root requirements only
};

class DemandPipeline {
  public:
    explicit DemandPipeline(const Problem& problem);

    std::vector<Demand> of_root() const;
    // What a version of a package requires: by itself, or (with an extra) what the extra adds to
    // that.
    std::vector<Demand> of_release(
        const Scope& release, const Dependencies& dependencies, const pep::ExtraName* extra
    ) const;

    // True if a requirement applies in the environment when exactly these extras are asked for.
    bool applies(const pep::Requirement& requirement, std::span<const pep::ExtraName> extras) const;

  private:
    using ByName = std::map<pep::PackageName, std::vector<const pep::Requirement*>>;

    // A requirement as stated, and what an override makes of it.
    struct Source {
        const pep::Requirement* requirement;
        const pep::Requirement* stated;  // null: added by a scoped override
        const std::string* origin = nullptr;
    };

    static DemandRole role_of(const Source& source);
    // Applies overrides and exclusions. The scope is null for the root.
    std::vector<Source> rewritten(std::span<const Source> stated, const Scope* scope) const;
    bool is_excluded(const pep::PackageName& name, const Scope* scope) const;
    ByName overrides_in(const Scope* scope) const;
    // Whether a source applies with no extra (null), or with this extra and not without.
    bool is_active(const Source& source, const pep::ExtraName* extra) const;
    std::vector<Demand> with_constraints(std::vector<Demand> demands) const;

    const Problem& problem_;
    ByName constraints_;
};

// Whether a distribution that says it needs `requires_python` may be used with `python`. Only the
// lower bound counts, and only release numbers: upper bounds in the wild are guesses about the
// future (1.6).
bool admits_python(const pep::Specifiers& requires_python, const pep::Version& python);

}  // namespace solve
