#include "install/link_plan.h"

#include <gtest/gtest.h>

#include <cstring>

namespace install {
namespace {

LinkPlan example() {
    LinkPlan plan;
    plan.name = "demo";
    plan.version = "1.0";
    plan.dist_info = "demo-1.0.dist-info";
    plan.root = Scheme::Platlib;
    plan.bytes = 12;
    plan.files = {
        {"demo-1.0.data/data/bin/extra", Scheme::Data, 19, FileRole::Executable, 1, ",1"},
        {"demo-1.0.data/scripts/run", Scheme::Scripts, 22, FileRole::Script, 4, "sha256=a,4"},
        {"demo/__init__.py", Scheme::Platlib, 0, FileRole::Plain, 7, ","},
    };
    plan.directories = {{Scheme::Platlib, "demo"}, {Scheme::Data, "bin"}};
    plan.entry_points = {
        {"tool", "demo.cli", "main"}, {"pip3", "demo", "pip"}, {"pip3.7", "demo", "pip"}
    };
    return plan;
}

TEST(LinkPlan, ReadsBackWhatItWrote) {
    const auto plan = LinkPlan::decode(example().encode());
    ASSERT_TRUE(plan) << plan.error().flat();
    EXPECT_EQ(plan->name, "demo");
    EXPECT_EQ(plan->dist_info, "demo-1.0.dist-info");
    EXPECT_EQ(plan->root, Scheme::Platlib);
    EXPECT_EQ(plan->bytes, 12U);
    ASSERT_EQ(plan->files.size(), 3U);
    EXPECT_EQ(plan->files[1].target(), "run");
    EXPECT_EQ(plan->files[1].role, FileRole::Script);
    EXPECT_EQ(plan->files[1].record, "sha256=a,4");
    EXPECT_EQ(std::strlen(plan->files[1].source.data()), plan->files[1].source.size())
        << "not NUL-terminated";
    ASSERT_EQ(plan->directories.size(), 2U);
    EXPECT_EQ(plan->directories[1].path, "bin");
    ASSERT_EQ(plan->entry_points.size(), 3U);
    EXPECT_EQ(plan->entry_points[0].attribute, "main");
    EXPECT_EQ(plan->encode(), example().encode());
}

TEST(LinkPlan, MovingItKeepsItsViewsValid) {
    LinkPlan first = std::move(*LinkPlan::decode(example().encode()));
    const LinkPlan second = std::move(first);
    EXPECT_EQ(second.files[2].source, "demo/__init__.py");
}

TEST(LinkPlan, DamageIsAnError) {
    const std::string bytes = example().encode();
    for (std::size_t i = 0; i < bytes.size(); ++i)
        EXPECT_FALSE(LinkPlan::decode(bytes.substr(0, i)));
    EXPECT_FALSE(LinkPlan::decode(bytes + "x"));
}

TEST(LinkPlan, NonsenseWithARightChecksumIsAnError) {
    LinkPlan plan = example();
    plan.files[0].target_offset = 99;
    EXPECT_FALSE(LinkPlan::decode(plan.encode()));
    plan = example();
    plan.directories[0].path = std::string_view("a\0b", 3);
    EXPECT_FALSE(LinkPlan::decode(plan.encode()));
}

TEST(LinkPlan, ExecutablesAreWhatLandsInTheScriptsDirectory) {
    const std::vector<std::string> expected = {"extra", "pip3", "pip3.12", "run", "tool"};
    EXPECT_EQ(executables_of(example(), 12), expected);
}

}  // namespace
}  // namespace install
