#include "solve/incompatibility.h"

#include "solve/universe_test.h"

#include <gtest/gtest.h>

namespace solve {
namespace {

constexpr PackageId kA = 1;
constexpr PackageId kB = 2;

Incompatibility dependency(PackageId from, const char* versions, PackageId to, const char* range) {
    return make_dependency(
        {.package = from, .versions = range_of(versions), .dependency = to, .range = range_of(range)
        },
        Cause::Dependency
    );
}

TEST(Incompatibility, TheRootAloneIsTheEnd) {
    EXPECT_TRUE(Incompatibility{}.is_terminal());
    EXPECT_TRUE((Incompatibility{.terms = {{kRoot, Term::positive(range_of(""))}}}).is_terminal());
    EXPECT_FALSE(make_root(range_of("")).is_terminal());
    EXPECT_FALSE(make_no_version(kA, range_of("")).is_terminal());
}

TEST(IncompatibilityStore, DerivesWhatHoldsWithoutThePackage) {
    // a requires b>=2, and there is no such b: a cannot be.
    IncompatibilityStore store;
    IncompatibilityId no_b = store.add(make_no_version(kB, range_of(">=2")));
    IncompatibilityId needs_b = store.add(dependency(kA, "==1", kB, ">=2"));
    IncompatibilityId derived = store.derive(no_b, needs_b, kB);
    ASSERT_EQ(store[derived].terms.size(), 1U);
    EXPECT_EQ(store[derived].terms[0].package, kA);
    EXPECT_EQ(store[derived].terms[0].term, Term::positive(range_of("==1")));
    EXPECT_EQ(store[derived].left, no_b);
    EXPECT_EQ(store[derived].right, needs_b);
}

TEST(IncompatibilityStore, KeepsWhatNeitherFactSettles) {
    // There is no b below 2, and a requires b>=1: a leaves b>=2.
    IncompatibilityStore store;
    IncompatibilityId no_b = store.add(make_no_version(kB, range_of("<2")));
    IncompatibilityId needs_b = store.add(dependency(kA, "==1", kB, ">=1"));
    const Incompatibility& derived = store[store.derive(no_b, needs_b, kB)];
    ASSERT_EQ(derived.terms.size(), 2U);
    EXPECT_EQ(
        *derived.find(kB),
        Term::negative(
            range_of(">=2").union_with(range_of(">=1").intersection(range_of("<2").complement()))
        )
    );
}

TEST(IncompatibilityStore, MergesTheSameDependencyOfDifferentVersions) {
    IncompatibilityStore store;
    IncompatibilityId first = store.add(dependency(kA, "==1", kB, ">=2"));
    IncompatibilityId second = store.add(dependency(kA, "==2", kB, ">=2"));
    IncompatibilityId other = store.add(dependency(kA, "==3", kB, ">=3"));
    auto merged = store.merged(first, second);
    ASSERT_TRUE(merged);
    EXPECT_EQ(merged->terms[0].term.range(), range_of("==1").union_with(range_of("==2")));
    EXPECT_FALSE(store.merged(first, other));
}

}  // namespace
}  // namespace solve
