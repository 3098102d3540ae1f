#include "solve/package.h"

#include "solve/universe_test.h"

#include <gtest/gtest.h>

namespace solve {
namespace {

TEST(PackageTable, TheSamePackageHasTheSameId) {
    PackageTable packages;
    PackageId a = packages.base(name_of("a"));
    PackageId request = packages.extra_request(name_of("A"), extra_of("X"));
    EXPECT_EQ(packages.base(name_of("A")), a);
    EXPECT_EQ(packages.extra_request(name_of("a"), extra_of("x")), request);
    EXPECT_EQ(packages.base_of(request), a);
    EXPECT_EQ(packages.content_of(request), packages.content_of(request));
    EXPECT_EQ(packages.base_of(packages.content_of(request)), a);
    EXPECT_EQ(packages.size(), 4U);  // with the root
}

TEST(PackageTable, DifferentPackagesOfANameShareTheNameOnly) {
    PackageTable packages;
    PackageId a = packages.base(name_of("a"));
    PackageId x = packages.extra_request(name_of("a"), extra_of("x"));
    PackageId y = packages.extra_request(name_of("a"), extra_of("y"));
    EXPECT_NE(x, y);
    EXPECT_EQ(packages[x].name, packages[a].name);
    EXPECT_NE(packages[packages.base(name_of("b"))].name, packages[a].name);
    EXPECT_EQ(packages[kRoot].name, kNoName);
}

TEST(PackageTable, LabelsAreWhatTheUserWouldWrite) {
    PackageTable packages;
    PackageId request = packages.extra_request(name_of("A_b"), extra_of("X.y"));
    EXPECT_EQ(packages.label(kRoot), "");
    EXPECT_EQ(packages.label(packages.base_of(request)), "a-b");
    EXPECT_EQ(packages.label(request), "a-b[x-y]");
    EXPECT_EQ(packages.label(packages.content_of(request)), "a-b[x-y]");
}

}  // namespace
}  // namespace solve
