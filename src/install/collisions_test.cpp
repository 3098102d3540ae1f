#include "install/collisions.h"

#include <gtest/gtest.h>

namespace install {
namespace {

TargetLayout target() {
    return {
        .root = "/env",
        .purelib = "/env/lib/site-packages",
        .platlib = "/env/lib/site-packages",
        .scripts = "/env/bin",
        .headers = "/env/include",
        .python_minor = 11,
    };
}

PlannedFile file(
    std::string_view source, Scheme scheme = Scheme::Purelib, std::uint32_t offset = 0
) {
    return {.source = source, .scheme = scheme, .target_offset = offset};
}

TEST(Collisions, TheLastClaimOfAPathWins) {
    std::vector<LinkPlan> plans(3);
    plans[0].directories = {{Scheme::Purelib, "shared"}, {Scheme::Purelib, "own"}};
    plans[0].files = {file("own/x.py"), file("shared/a.py"), file("shared/x.py"), file("top.py")};
    plans[1].directories = {{Scheme::Platlib, "shared"}};
    plans[1].files = {file("shared/x.py", Scheme::Platlib), file("top.py", Scheme::Platlib)};
    plans[2].files = {file("top.py")};
    const Collisions collisions(plans, target());
    const std::vector<std::vector<bool>> expected = {
        {false, false, true, true}, {false, true}, {false}
    };
    for (std::size_t wheel = 0; wheel < plans.size(); ++wheel) {
        for (std::size_t i = 0; i < plans[wheel].files.size(); ++i) {
            EXPECT_EQ(collisions.is_overridden(wheel, i), expected[wheel][i]) << wheel << ' ' << i;
        }
    }
}

TEST(Collisions, ProgramsAndLinkedScriptsShareTheirNames) {
    std::vector<LinkPlan> plans(3);
    plans[0].entry_points = {{"tool", "a", "main"}, {"own", "a", "main"}, {"late", "a", "main"}};
    plans[1].files = {
        file("b-1.data/scripts/tool", Scheme::Scripts, 17),
        file("b-1.data/data/bin/late", Scheme::Data, 14)
    };
    plans[2].entry_points = {{"late", "c", "main"}};
    const Collisions collisions(plans, target());
    EXPECT_TRUE(collisions.is_program_overridden(0, "tool"));
    EXPECT_FALSE(collisions.is_program_overridden(0, "own"));
    EXPECT_TRUE(collisions.is_program_overridden(0, "late"));
    EXPECT_FALSE(collisions.is_program_overridden(2, "late"));
    EXPECT_FALSE(collisions.is_overridden(1, 0));
    EXPECT_TRUE(collisions.is_overridden(1, 1));
}

}  // namespace
}  // namespace install
