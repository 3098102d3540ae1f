// PartialSolution: what the solver assumes (decisions) and what follows from that (derivations), in
// order, so that it can be taken back to any decision level.
//
// Level 0 knows nothing; each decision opens the next level. For every package the intersection of
// all its terms so far is kept with each derivation, so that the state at an earlier time is one
// binary search away.
#pragma once

#include "solve/incompatibility.h"

#include <optional>
#include <span>
#include <vector>

namespace solve {

using Level = std::uint32_t;

// How the terms of an incompatibility stand; Almost: all but one are satisfied, and `package` has
// that one.
struct IncompatibilityRelation {
    enum class Kind { Satisfied, Almost, Contradicted, Inconclusive };
    Kind kind;
    PackageId package = 0;  // Almost, Contradicted
};

// The assignment that made an incompatibility true, and the last level at which it was still open
// without it.
struct Satisfier {
    PackageId package;
    std::optional<IncompatibilityId> cause;  // nothing: a decision
    Level level;
    Level previous_level;
    // Of the other terms, the one that came to hold last; the package itself if there is no other.
    PackageId latest_other;
};

class PartialSolution {
  public:
    explicit PartialSolution(const IncompatibilityStore& store) : store_(store) {}

    Level level() const { return level_; }

    void decide(PackageId package, const pep::Version& version);
    // The term of `package` in `cause` is false, because all its other terms are true.
    void derive(PackageId package, IncompatibilityId cause);
    void backtrack(Level level);

    // Everything known of a package; null: nothing.
    const Term* term(PackageId package) const;
    const pep::Version* decision(PackageId package) const;
    std::optional<Level> decision_level(PackageId package) const;

    // True if the term holds whatever is decided later.
    bool satisfies(PackageId package, const Term& term) const;
    IncompatibilityRelation relation(const Incompatibility& incompatibility) const;
    // For an incompatibility that is satisfied.
    Satisfier satisfier(const Incompatibility& incompatibility) const;

    // Undecided packages that must be part of the solution. In no particular order.
    std::span<const PackageId> open() const { return open_; }

    // Packages whose open term changed since the last call. In no particular order.
    std::vector<PackageId> take_changed();

  private:
    struct Derivation {
        std::uint32_t time;
        Level level;
        IncompatibilityId cause;
        Term accumulated;  // of everything up to and including this
    };

    struct Decision {
        std::uint32_t time;
        Level level;
        pep::Version version;
        Term term;  // exactly that version
    };

    struct Assignments {
        std::vector<Derivation> derivations;
        std::optional<Decision> decision;
        std::optional<std::uint32_t> open_position;  // into open_
        bool is_changed = false;
    };

    // When something became known of a package.
    struct Moment {
        PackageId package;
        std::uint32_t time;
        Level level;
        std::optional<IncompatibilityId> cause;  // nothing: a decision
    };

    Assignments& at(PackageId package);
    void update_open(PackageId package);
    // The first assignment after which `term` was no longer possible.
    Moment ruled_out(PackageId package, const Term& term) const;

    const IncompatibilityStore& store_;
    std::vector<Assignments> packages_;
    std::vector<PackageId> trail_;  // one entry an assignment, in order
    std::vector<PackageId> open_;
    std::vector<PackageId> changed_;
    Level level_ = 0;
    std::uint32_t time_ = 0;
};

}  // namespace solve
