#include "solve/term.h"

#include "solve/universe_test.h"

#include <gtest/gtest.h>

namespace solve {
namespace {

// Every term over a few ranges, and every world: a version is chosen, or (nothing) none is.
std::vector<Term> sample_terms() {
    std::vector<Term> terms;
    for (const char* text : {"", "<0.dev0,>1", "==1", "==2", ">=2", "<2", "!=2", ">1,<3"}) {
        terms.push_back(Term::positive(range_of(text)));
        terms.push_back(Term::negative(range_of(text)));
    }
    return terms;
}

const std::vector<std::optional<pep::Version>>& worlds() {
    static const std::vector<std::optional<pep::Version>> all{
        std::nullopt, version_of("1"), version_of("2"), version_of("2.5"), version_of("3")
    };
    return all;
}

bool holds(const Term& term, const std::optional<pep::Version>& world) {
    return world ? term.contains(*world) : !term.is_positive();
}

TEST(Term, OperationsMeanWhatTheyMeanInEveryWorld) {
    for (const Term& a : sample_terms()) {
        for (const auto& world : worlds()) {
            EXPECT_NE(holds(a, world), holds(a.negated(), world));
            EXPECT_TRUE(holds(Term::any(), world));
            for (const Term& b : sample_terms()) {
                bool both = holds(a, world) && holds(b, world);
                bool either = holds(a, world) || holds(b, world);
                EXPECT_EQ(holds(a.intersection(b), world), both);
                EXPECT_EQ(holds(a.union_with(b), world), either);
                EXPECT_TRUE(!a.is_subset_of(b) || !holds(a, world) || holds(b, world));
                EXPECT_TRUE(!a.is_disjoint(b) || !both);
            }
        }
    }
}

TEST(Term, RelationsAgreeWithTheOperations) {
    for (const Term& a : sample_terms()) {
        for (const Term& b : sample_terms()) {
            EXPECT_EQ(a.is_subset_of(b), a.intersection(b) == a);
            bool is_impossible = a.intersection(b) == Term::positive(pep::VersionRange::empty());
            EXPECT_EQ(a.is_disjoint(b), is_impossible);
        }
    }
}

TEST(Term, WhatIsKnownSatisfiesContradictsOrLeavesOpen) {
    const Term known = Term::positive(range_of(">=2"));
    EXPECT_EQ(Term::positive(range_of(">=1")).relation_with(known), Relation::Satisfied);
    EXPECT_EQ(Term::positive(range_of("<2")).relation_with(known), Relation::Contradicted);
    EXPECT_EQ(Term::positive(range_of("==2")).relation_with(known), Relation::Inconclusive);
    EXPECT_EQ(Term::negative(range_of("<2")).relation_with(known), Relation::Satisfied);
}

}  // namespace
}  // namespace solve
