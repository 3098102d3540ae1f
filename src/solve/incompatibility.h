// Incompatibility: terms that cannot all be true, and why. The facts of the world and all that is
// learned from conflicts have this one form.
#pragma once

#include "solve/package.h"
#include "solve/term.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace solve {

using IncompatibilityId = std::uint32_t;

struct PackageTerm {
    PackageId package;
    Term term;
};

// Why an incompatibility holds.
enum class Cause : std::uint8_t {
    Root,        // the root is part of every solution
    NoVersion,   // no version in the range exists
    Dependency,  // terms[0] requires terms[1]
    Link,        // the same, between a package and its virtual packages
    Unusable,    // versions that cannot be used, for `reason`
    NotFound,    // the package does not exist
    Derived,     // follows from two others
};

struct Incompatibility {
    std::vector<PackageTerm> terms;  // one term a package; few, so searched linearly
    Cause cause = Cause::Root;
    std::string reason;
    std::string hint;
    IncompatibilityId left = 0;  // Derived only
    IncompatibilityId right = 0;

    const Term* find(PackageId package) const;
    // The root alone or nothing at all: there is no solution.
    bool is_terminal() const;
};

// What is required by a package and of which.
struct Requires {
    PackageId package;
    pep::VersionRange versions;
    PackageId dependency;
    pep::VersionRange range;
    std::string reason;  // who says so, if it is not the package: "your constraint"
};

Incompatibility make_root(pep::VersionRange version);
Incompatibility make_no_version(PackageId package, pep::VersionRange range);
Incompatibility make_dependency(Requires requires_fact, Cause cause);
Incompatibility make_unusable(
    PackageId package, pep::VersionRange range, std::string reason, std::string hint
);
Incompatibility make_not_found(PackageId package, std::string reason, std::string hint);

// All incompatibilities of a solver run; ids stay valid, nothing is ever removed.
class IncompatibilityStore {
  public:
    const Incompatibility& operator[](IncompatibilityId id) const { return all_[id]; }

    std::size_t size() const { return all_.size(); }

    IncompatibilityId add(Incompatibility incompatibility);

    // The rule of resolution: what cannot be true whether or not `package` satisfies its term.
    // `conflict` is being resolved, `satisfier_cause` is what made its term on `package` true.
    IncompatibilityId derive(
        IncompatibilityId conflict, IncompatibilityId satisfier_cause, PackageId package
    );

    // One dependency fact for both, if they state the same requirement for different versions of a
    // package.
    std::optional<Incompatibility> merged(IncompatibilityId first, IncompatibilityId second) const;

  private:
    std::vector<Incompatibility> all_;
};

}  // namespace solve
