// Term: a statement about one package, true or false of a partial solution.
//
// A positive term says "a version in this range is chosen"; a negative one "no version in this
// range is chosen", which is also true when the package is not part of the solution at all.
#pragma once

#include "pep/version_range.h"

namespace solve {

// How one term stands to what is already known of the same package.
enum class Relation { Satisfied, Contradicted, Inconclusive };

class Term {
  public:
    enum class Sign : bool { Negative, Positive };

    static Term positive(pep::VersionRange range) { return {Sign::Positive, std::move(range)}; }

    static Term negative(pep::VersionRange range) { return {Sign::Negative, std::move(range)}; }

    // True of everything.
    static Term any() { return negative(pep::VersionRange::empty()); }

    bool is_positive() const { return sign_ == Sign::Positive; }

    bool is_any() const { return !is_positive() && range_.is_empty(); }

    const pep::VersionRange& range() const { return range_; }

    Term negated() const { return {is_positive() ? Sign::Negative : Sign::Positive, range_}; }

    Term intersection(const Term& other) const;
    Term union_with(const Term& other) const;
    bool is_subset_of(const Term& other) const;
    bool is_disjoint(const Term& other) const;

    bool contains(const pep::Version& version) const {
        return range_.contains(version) == is_positive();
    }

    // What `known`, all that is known of the package, says about this term.
    Relation relation_with(const Term& known) const;

    bool operator==(const Term&) const = default;

  private:
    Term(Sign sign, pep::VersionRange range) : sign_(sign), range_(std::move(range)) {}

    Sign sign_;
    pep::VersionRange range_;
};

}  // namespace solve
