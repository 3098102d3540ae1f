#include "solve/partial_solution.h"

#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Kind = IncompatibilityRelation::Kind;

constexpr PackageId kA = 1;
constexpr PackageId kB = 2;

class PartialSolutionTest : public testing::Test {
  protected:
    IncompatibilityId a_requires_b(const char* range) {
        return store_.add(make_dependency(
            {.package = kA, .versions = range_of("==1"), .dependency = kB, .range = range_of(range)
            },
            Cause::Dependency
        ));
    }

    IncompatibilityId no_a(const char* range) {
        return store_.add(make_no_version(kA, range_of(range)));
    }

    void need_a() {
        partial_.derive(kA, store_.add({.terms = {{kA, Term::negative(range_of(">=1"))}}}));
    }

    IncompatibilityStore store_;
    PartialSolution partial_{store_};
};

TEST_F(PartialSolutionTest, KnowsNothingAtFirst) {
    EXPECT_EQ(partial_.term(kA), nullptr);
    EXPECT_EQ(partial_.decision(kA), nullptr);
    EXPECT_THAT(partial_.open(), IsEmpty());
    EXPECT_EQ(partial_.relation(store_[a_requires_b(">=2")]).kind, Kind::Inconclusive);
}

TEST_F(PartialSolutionTest, NarrowsWithEachDerivationAndDecides) {
    need_a();
    partial_.derive(kA, no_a(">2"));
    EXPECT_EQ(
        *partial_.term(kA),
        Term::positive(range_of(">=1").intersection(range_of(">2").complement()))
    );
    EXPECT_THAT(partial_.open(), ElementsAre(kA));
    partial_.decide(kA, version_of("1"));
    EXPECT_EQ(*partial_.decision(kA), version_of("1"));
    EXPECT_EQ(partial_.decision_level(kA), 1U);
    EXPECT_THAT(partial_.open(), IsEmpty());
}

TEST_F(PartialSolutionTest, FindsTheOneTermThatIsLeft) {
    IncompatibilityId fact = a_requires_b(">=2");
    need_a();
    partial_.decide(kA, version_of("1"));
    IncompatibilityRelation relation = partial_.relation(store_[fact]);
    EXPECT_EQ(relation.kind, Kind::Almost);
    EXPECT_EQ(relation.package, kB);
    partial_.derive(kB, fact);
    EXPECT_EQ(*partial_.term(kB), Term::positive(range_of(">=2")));
    EXPECT_EQ(partial_.relation(store_[fact]).kind, Kind::Contradicted);
}

TEST_F(PartialSolutionTest, BacktrackingForgetsWhatCameLater) {
    need_a();
    partial_.decide(kA, version_of("1"));
    partial_.derive(kB, a_requires_b(">=2"));
    partial_.decide(kB, version_of("2"));
    EXPECT_EQ(partial_.level(), 2U);
    partial_.backtrack(1);
    EXPECT_EQ(partial_.decision(kB), nullptr);
    EXPECT_THAT(partial_.open(), ElementsAre(kB));
    partial_.backtrack(0);
    EXPECT_EQ(partial_.term(kB), nullptr);
    EXPECT_EQ(partial_.decision(kA), nullptr);
    EXPECT_THAT(partial_.open(), ElementsAre(kA));
}

TEST_F(PartialSolutionTest, TheSatisfierIsTheAssignmentThatCompletedTheConflict) {
    need_a();
    partial_.decide(kA, version_of("1"));
    IncompatibilityId dependency = a_requires_b(">=2");
    partial_.derive(kB, dependency);
    IncompatibilityId conflict = store_.add(make_no_version(kB, range_of(">=2")));
    ASSERT_EQ(partial_.relation(store_[conflict]).kind, Kind::Satisfied);
    Satisfier satisfier = partial_.satisfier(store_[conflict]);
    EXPECT_EQ(satisfier.package, kB);
    EXPECT_EQ(satisfier.cause, dependency);
    EXPECT_EQ(satisfier.level, 1U);
    EXPECT_EQ(satisfier.previous_level, 1U);
}

TEST_F(PartialSolutionTest, NamesTheOtherTermThatCameToHoldLast) {
    constexpr PackageId kC = 3;
    need_a();
    partial_.decide(kA, version_of("1"));
    partial_.derive(kB, a_requires_b(">=2"));
    partial_.derive(kC, store_.add({.terms = {{kC, Term::negative(range_of(">=1"))}}}));
    IncompatibilityId all = store_.add(
        {.terms =
             {{kB, Term::positive(range_of(">=2"))},
              {kC, Term::positive(range_of(">=1"))},
              {kA, Term::positive(range_of("==1"))}}}
    );
    EXPECT_EQ(partial_.satisfier(store_[all]).package, kC);
    EXPECT_EQ(partial_.satisfier(store_[all]).latest_other, kB);
}

TEST_F(PartialSolutionTest, ReportsEachChangedPackageOnce) {
    need_a();
    partial_.derive(kA, no_a(">2"));
    partial_.derive(kB, store_.add({.terms = {{kB, Term::negative(range_of(">=1"))}}}));
    EXPECT_THAT(partial_.take_changed(), UnorderedElementsAre(kA, kB));
    EXPECT_THAT(partial_.take_changed(), IsEmpty());
}

}  // namespace
}  // namespace solve
