#include "solve/report.h"

#include "solve/universe_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace solve {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

struct Told {
    std::vector<std::string> lines;
    std::vector<std::string> hints;
};

Told tell(const Problem& problem, TableProvider& index) {
    auto result = solve(problem, index);
    Told told{report_of(result), {}};
    if (!result) told.hints = std::get<NoSolution>(result.error()).hints;
    return told;
}

TEST(Report, TwoRequirementsThatContradictEachOther) {
    TableProvider index;
    index.add("a", "1.0");
    index.add("a", "2.0");
    Told told = tell(asking({"a==1.0", "a==2.0"}), index);
    EXPECT_THAT(
        told.lines,
        ElementsAre("you require `a==1.0` and `a==2.0`, so your requirements cannot be met")
    );
    EXPECT_THAT(
        told.hints, ElementsAre("change or drop one of the requirements `a==1.0` and `a==2.0`")
    );
}

}  // namespace
}  // namespace solve
