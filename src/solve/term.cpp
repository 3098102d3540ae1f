#include "solve/term.h"

namespace solve {

Term Term::intersection(const Term& other) const {
    if (is_positive()) {
        if (other.is_positive()) return positive(range_.intersection(other.range_));
        return positive(range_.intersection(other.range_.complement()));
    }
    if (other.is_positive()) return other.intersection(*this);
    return negative(range_.union_with(other.range_));
}

Term Term::union_with(const Term& other) const {
    return negated().intersection(other.negated()).negated();
}

bool Term::is_subset_of(const Term& other) const {
    if (is_positive()) {
        return other.is_positive() ? range_.is_subset_of(other.range_)
                                   : range_.is_disjoint(other.range_);
    }
    // "Not chosen at all" is in every negative term and in no positive one.
    return !other.is_positive() && other.range_.is_subset_of(range_);
}

bool Term::is_disjoint(const Term& other) const {
    if (is_positive()) {
        return other.is_positive() ? range_.is_disjoint(other.range_)
                                   : range_.is_subset_of(other.range_);
    }
    return other.is_positive() && other.range_.is_subset_of(range_);
}

Relation Term::relation_with(const Term& known) const {
    if (known.is_subset_of(*this)) return Relation::Satisfied;
    if (known.is_disjoint(*this)) return Relation::Contradicted;
    return Relation::Inconclusive;
}

}  // namespace solve
