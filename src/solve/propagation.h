// Propagation: the engine of PubGrub. It owns the facts and the partial solution, draws the
// conclusions, and learns from conflicts. It knows nothing of versions to choose or where
// dependencies come from.
#pragma once

#include "solve/incompatibility.h"
#include "solve/partial_solution.h"

#include <expected>
#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace solve {

// A conflict that was met: the package it came to light at, and what was (or became) known of it.
struct Conflict {
    PackageId package;
    IncompatibilityId incompatibility;
};

class Propagation {
  public:
    Propagation() : partial_(store_) {}

    Propagation(const Propagation&) = delete;
    Propagation& operator=(const Propagation&) = delete;

    const IncompatibilityStore& store() const { return store_; }

    const PartialSolution& partial() const { return partial_; }

    std::vector<PackageId> take_changed() { return partial_.take_changed(); }

    // Dependency facts that differ only in the versions they speak of are kept as one. Returns the
    // id of the fact as given.
    IncompatibilityId add(Incompatibility fact);

    // Decides, unless that would make one of `facts` true, all of which mention the package. Then
    // nothing is decided and the answer is that fact.
    std::optional<IncompatibilityId> decide(
        PackageId package, const pep::Version& version, std::span<const IncompatibilityId> facts
    );

    // Draws all conclusions from what changed about `package`, resolving conflicts on the way. The
    // error is the terminal incompatibility: there is no solution.
    std::expected<std::vector<Conflict>, IncompatibilityId> propagate(PackageId package);

    // Takes everything back from the decision on a package on. False if it is not decided.
    bool backtrack_before(PackageId package);

  private:
    std::vector<IncompatibilityId>& facts_of(PackageId package);

    // A learned fact of three or more terms is looked at only when one of two of its terms, both
    // open, comes to hold: as long as two are open it says nothing. Which two changes as they come
    // to hold. Going back never invalidates the choice: what was open stays open.
    struct Watches {
        PackageId one;
        PackageId other;
    };

    void index(IncompatibilityId id);
    void index_learned(IncompatibilityId id, const Satisfier& satisfier);
    // If the term on `from` holds: watches another open one in its place, if there is any. Leaves
    // it to the caller to take the fact out of the list of `from`.
    bool move_watch(IncompatibilityId id, PackageId from);
    IncompatibilityId merge_dependency(IncompatibilityId id);
    // Derives what `package`'s facts imply; a fact that is satisfied is a conflict, and the answer.
    std::optional<IncompatibilityId> visit(PackageId package);
    std::expected<PackageId, IncompatibilityId> resolve(
        IncompatibilityId conflict, std::vector<Conflict>& conflicts
    );
    void derive(PackageId package, IncompatibilityId cause);
    void mark_contradicted(IncompatibilityId id);
    void backtrack(Level level);

    IncompatibilityStore store_;
    PartialSolution partial_;
    std::vector<std::vector<IncompatibilityId>> by_package_;  // those to look at, ascending
    std::unordered_map<IncompatibilityId, Watches> watches_;
    std::map<std::pair<PackageId, PackageId>, std::vector<IncompatibilityId>> dependencies_;
    // Facts that cannot become true before the solver backtracks over the level at which they were
    // contradicted.
    std::vector<bool> is_contradicted_;
    std::vector<std::pair<IncompatibilityId, Level>> contradicted_;
    std::vector<PackageId> queue_;
};

}  // namespace solve
