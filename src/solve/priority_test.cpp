#include "solve/priority.h"

#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solve {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class PriorityTest : public testing::Test {
  protected:
    PackageId package(const char* name) { return packages_.base(name_of(name)); }

    PackageId first(std::vector<PackageId> open) { return priorities_.first_of(open); }

    // `affected` in conflict with `culprit`, so many times.
    void conflict(PackageId affected, PackageId culprit, std::uint32_t times) {
        Incompatibility both{
            .terms =
                {{affected, Term::positive(range_of(""))}, {culprit, Term::positive(range_of(""))}}
        };
        for (std::uint32_t i = 0; i < times; ++i)
            tracker_.record(affected, affected, both);
    }

    PackageTable packages_;
    Priorities priorities_{packages_};
    ConflictTracker tracker_{packages_};
};

TEST_F(PriorityTest, EarlierMetGoesFirstAndClassesBeforeThat) {
    PackageId a = package("a");
    PackageId b = package("b");
    PackageId c = package("c");
    priorities_.meet(b, PriorityClass::Ordinary);
    priorities_.meet(a, PriorityClass::Ordinary);
    priorities_.meet(c, PriorityClass::Singleton);
    EXPECT_EQ(first({a, b}), b);
    EXPECT_EQ(first({a, b, c}), c);
    EXPECT_EQ(first({a, kRoot, c}), kRoot);
}

TEST_F(PriorityTest, AClassIsRaisedAndNeverLoweredByMeetingAgain) {
    PackageId a = package("a");
    PackageId b = package("b");
    priorities_.meet(b, PriorityClass::Ordinary);
    priorities_.meet(a, PriorityClass::Ordinary);
    priorities_.meet(a, PriorityClass::Singleton);
    EXPECT_EQ(first({a, b}), a);
    priorities_.meet(a, PriorityClass::Ordinary);
    EXPECT_EQ(first({a, b}), a);
}

TEST_F(PriorityTest, ThePackagesOfANameShareItsPlace) {
    PackageId a = package("a");
    PackageId request = packages_.extra_request(name_of("a"), extra_of("x"));
    PackageId b = package("b");
    priorities_.meet(request, PriorityClass::Ordinary);
    priorities_.meet(a, PriorityClass::Ordinary);
    priorities_.meet(b, PriorityClass::Ordinary);
    EXPECT_EQ(first({b, a, request}), request);
    EXPECT_EQ(first({b, a}), a);
}

TEST_F(PriorityTest, FiveConflictsMoveTheAffectedBeforeAndTheCulpritBehind) {
    PackageId a = package("a");
    PackageId b = package("b");
    PackageId c = package("c");
    for (PackageId each : {a, b, c})
        priorities_.meet(each, PriorityClass::Ordinary);
    conflict(c, a, kConflictThreshold - 1);
    EXPECT_THAT(tracker_.apply(priorities_), IsEmpty());
    EXPECT_EQ(first({a, b, c}), a);
    conflict(c, a, 1);
    EXPECT_THAT(tracker_.apply(priorities_), ElementsAre(a));
    EXPECT_EQ(first({a, b, c}), c);
    EXPECT_EQ(first({a, b}), a);  // late is still before what was never in conflict
}

TEST_F(PriorityTest, APackageIsNotInConflictWithItself) {
    PackageId a = package("a");
    PackageId request = packages_.extra_request(name_of("a"), extra_of("x"));
    PackageId b = package("b");
    priorities_.meet(b, PriorityClass::Ordinary);
    priorities_.meet(a, PriorityClass::Ordinary);
    conflict(a, request, 2 * kConflictThreshold);
    EXPECT_THAT(tracker_.apply(priorities_), IsEmpty());
    EXPECT_EQ(first({a, b}), b);
}

}  // namespace
}  // namespace solve
