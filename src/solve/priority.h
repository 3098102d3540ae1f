// Priorities: which package is decided next, and how conflicts change that.
//
// A name has a class and a place in its class, which is the order in which names were first met.
// What is pinned goes first, because it can only be right or wrong. Within one name the package
// that was met first goes first.
//
// A package that keeps running into conflicts (kConflictThreshold of them) is moved before the
// rest, and the package it keeps running into is moved behind, so that the search does not try
// every version of one of a pair before it looks at the other. Source:
// resolution-and-lock.md 4.4, 4.5.
#pragma once

#include "solve/incompatibility.h"

#include <compare>
#include <span>
#include <vector>

namespace solve {

// From the last to the first to be decided.
enum class PriorityClass : std::uint8_t {
    Ordinary,
    ConflictLate,
    ConflictEarly,
    Singleton,
    DirectUrl
};

inline constexpr std::uint32_t kConflictThreshold = 5;

class Priorities {
  public:
    explicit Priorities(const PackageTable& packages) : packages_(packages) {}

    // A dependency on the package was added. A class is only ever raised, and the place kept.
    void meet(PackageId package, PriorityClass priority);
    // False if it was marked before, or has no name.
    bool mark_early(PackageId package);
    bool mark_late(PackageId package);

    // The package of `open` that is decided next; `open` is not empty.
    PackageId first_of(std::span<const PackageId> open) const;

  private:
    struct NamePriority {
        PriorityClass priority = PriorityClass::Ordinary;
        std::uint32_t place = 0;
        bool is_met = false;
    };

    // Greater is earlier.
    std::strong_ordering compare(PackageId a, PackageId b) const;
    NamePriority* of_name(PackageId package);

    const PackageTable& packages_;
    std::vector<NamePriority> names_;   // by NameId
    std::vector<std::uint32_t> order_;  // by PackageId; 0: not met
    std::uint32_t next_place_ = 1;
    std::uint32_t next_order_ = 1;
};

// Counts who is in conflict with whom.
class ConflictTracker {
  public:
    explicit ConflictTracker(const PackageTable& packages) : packages_(packages) {}

    // `affected` could not be what `incompatibility` forbids, found while `current` was being
    // worked on.
    void record(PackageId current, PackageId affected, const Incompatibility& incompatibility);

    // Applies what was counted. Answers the packages whose decisions should be taken back, in
    // order.
    std::vector<PackageId> apply(Priorities& priorities);

  private:
    // Counts, and notes the package when the threshold is reached.
    static void count(
        std::vector<std::uint32_t>& counts, PackageId package, std::vector<PackageId>& reached
    );

    const PackageTable& packages_;
    std::vector<std::uint32_t> affected_;  // by PackageId
    std::vector<std::uint32_t> culprits_;
    std::vector<PackageId> to_prioritise_;
    std::vector<PackageId> to_deprioritise_;
};

}  // namespace solve
