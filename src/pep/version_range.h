// VersionRange: a set of versions made of finitely many intervals, closed under intersection,
// union and complement. The solver's currency.
//
// A range is a sorted list of cuts, places between two neighbouring versions; membership changes
// at each cut. So the complement flips one flag, the other operations merge two lists, and equal
// sets that were written differently are equal values: `<=1.0` and `<1.0.post0.dev0`, `>1.0a1` and
// `>=1.0a2.dev0`. The meaning of each specifier as a set is in version_range.cpp. Local versions
// of V belong to `==V`, `>=V` and `<=V`, not to `>V`.
#pragma once

#include "pep/specifiers.h"
#include "pep/version.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace pep {

class VersionRange {
  public:
    VersionRange() = default;  // empty

    static VersionRange full();
    static VersionRange empty();
    // Exactly this one, without its local versions.
    static VersionRange singleton(const Version& version);
    static VersionRange at_least(const Version& version);
    static VersionRange at_most(const Version& version);
    static VersionRange above(const Version& version);
    static VersionRange below(const Version& version);
    static VersionRange from(const Specifier& specifier);
    static VersionRange from(const Specifiers& specifiers);  // the intersection

    VersionRange intersection(const VersionRange& other) const;
    VersionRange union_with(const VersionRange& other) const;
    VersionRange complement() const;

    bool contains(const Version& version) const;

    bool is_empty() const { return !begins_inside_ && cuts_.empty(); }

    bool is_full() const { return begins_inside_ && cuts_.empty(); }

    bool is_disjoint(const VersionRange& other) const;
    bool is_subset_of(const VersionRange& other) const;
    // Only single versions, each with or without its local versions: what `==` and unions of it
    // allow.
    bool is_singletons() const;

    // The simplest range that holds the same of `sorted` (ascending). If it holds none of them:
    // this one.
    VersionRange simplify(std::span<const Version> sorted) const;

    // As specifiers; intervals are divided by " | ", single missing versions are `!=V`. "*" is
    // everything, "none" nothing. For people: an upper end just above V's post-releases shows as
    // `<=V.post*`.
    std::string to_string() const;

    bool operator==(const VersionRange&) const = default;

  private:
    enum class Side : std::uint8_t { Below, Above };

    // The place just below or above a version.
    struct Cut {
        Version version;
        Side side = Side::Below;

        auto operator<=>(const Cut&) const = default;
    };

    struct Interval;  // between two neighbouring cuts, inside

    static Cut below_cut(const Version& version) { return {version, Side::Below}; }

    static Cut above_cut(const Version& version) { return {version, Side::Above}; }

    static Cut above_locals(const Version& version);
    static Cut above_posts(const Version& version);
    static VersionRange between(Cut lower, Cut upper);
    static VersionRange from_cut(Cut lower);
    static VersionRange up_to_cut(Cut upper);
    template <class Combine>
    static VersionRange merge(const VersionRange& a, const VersionRange& b, Combine combine);
    static std::string text_of_interval(const Interval& interval);
    void append(Cut cut);
    std::vector<Interval> intervals() const;

    bool begins_inside_ = false;
    std::vector<Cut> cuts_;
};

}  // namespace pep
