#include "solve/propagation.h"

#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solve {
namespace {

using testing::IsEmpty;

constexpr PackageId kA = 1;
constexpr PackageId kB = 2;
constexpr PackageId kC = 3;

class PropagationTest : public testing::Test {
  protected:
    // `from` in `versions` requires `to` in `range`.
    IncompatibilityId require(
        PackageId from, const char* versions, PackageId to, const char* range
    ) {
        return engine_.add(make_dependency(
            {.package = from,
             .versions = range_of(versions),
             .dependency = to,
             .range = range_of(range)},
            Cause::Dependency
        ));
    }

    // The root requires the package.
    void need(PackageId package, const char* range) { require(kRoot, "==0", package, range); }

    void decide_root() {
        engine_.add(make_root(range_of("==0")));
        ASSERT_TRUE(engine_.propagate(kRoot));
        ASSERT_FALSE(engine_.decide(kRoot, version_of("0"), {}));
        ASSERT_TRUE(engine_.propagate(kRoot));
    }

    Propagation engine_;
};

TEST_F(PropagationTest, ADecisionBringsInWhatItRequires) {
    need(kA, ">=1");
    require(kA, "==2", kB, ">=3");
    decide_root();
    EXPECT_EQ(*engine_.partial().term(kA), Term::positive(range_of(">=1")));
    EXPECT_EQ(engine_.partial().term(kB), nullptr);
    ASSERT_FALSE(engine_.decide(kA, version_of("2"), {}));
    ASSERT_TRUE(engine_.propagate(kA));
    EXPECT_EQ(*engine_.partial().term(kB), Term::positive(range_of(">=3")));
}

TEST_F(PropagationTest, ADecisionThatMakesAFactTrueIsRefused) {
    need(kA, ">=1");
    need(kB, "<2");
    decide_root();
    IncompatibilityId fact = require(kA, "==1", kB, ">=2");
    EXPECT_EQ(engine_.decide(kA, version_of("1"), std::vector{fact}), fact);
    EXPECT_EQ(engine_.partial().decision(kA), nullptr);
    ASSERT_TRUE(engine_.propagate(kA));
    EXPECT_FALSE(engine_.partial().term(kA)->contains(version_of("1")));
}

TEST_F(PropagationTest, AConflictTakesBackWhatCausedItAndIsLearned) {
    need(kA, "");
    require(kA, "==2", kB, ">=2");
    require(kA, "==2", kC, "==1");
    require(kB, ">=2", kC, "==2");
    decide_root();
    ASSERT_FALSE(engine_.decide(kA, version_of("2"), {}));
    auto conflicts = engine_.propagate(kA);
    ASSERT_TRUE(conflicts);
    EXPECT_FALSE(conflicts->empty());
    EXPECT_EQ(engine_.partial().decision(kA), nullptr);
    EXPECT_FALSE(engine_.partial().term(kA)->contains(version_of("2")));
    EXPECT_TRUE(engine_.partial().term(kA)->contains(version_of("1")));
}

TEST_F(PropagationTest, WhereNothingIsLeftToTakeBackThereIsNoSolution) {
    need(kA, "==1");
    need(kB, "==1");
    require(kA, "==1", kB, "==2");
    engine_.add(make_root(range_of("==0")));
    auto conflicts = engine_.propagate(kRoot);
    ASSERT_FALSE(conflicts);
    EXPECT_TRUE(engine_.store()[conflicts.error()].is_terminal());
}

TEST_F(PropagationTest, DependenciesOnTheSameRangeAreKeptAsOne) {
    need(kA, ">=1");
    IncompatibilityId first = require(kA, "==1", kB, ">=2");
    IncompatibilityId second = require(kA, "==2", kB, ">=2");
    EXPECT_NE(first, second);
    decide_root();
    engine_.add(make_no_version(kB, range_of(">=2")));
    auto conflicts = engine_.propagate(kB);
    ASSERT_TRUE(conflicts);
    EXPECT_FALSE(engine_.partial().term(kA)->contains(version_of("1")));
    EXPECT_FALSE(engine_.partial().term(kA)->contains(version_of("2")));
    EXPECT_TRUE(engine_.partial().term(kA)->contains(version_of("3")));
}

TEST_F(PropagationTest, GoesBackToBeforeADecision) {
    need(kA, "");
    need(kB, "");
    decide_root();
    ASSERT_FALSE(engine_.decide(kA, version_of("1"), {}));
    ASSERT_FALSE(engine_.decide(kB, version_of("1"), {}));
    EXPECT_TRUE(engine_.backtrack_before(kA));
    EXPECT_EQ(engine_.partial().decision(kB), nullptr);
    EXPECT_FALSE(engine_.backtrack_before(kA));
    EXPECT_THAT(engine_.partial().open(), testing::UnorderedElementsAre(kA, kB));
}

}  // namespace
}  // namespace solve
