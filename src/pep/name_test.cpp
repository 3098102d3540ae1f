#include "pep/name.h"

#include <gtest/gtest.h>

#include <unordered_set>

namespace pep {
namespace {

TEST(PackageName, IsNormalisedAsPep503Says) {
    for (const char* spelling :
         {"friendly-bard",
          "Friendly-Bard",
          "FRIENDLY-BARD",
          "friendly.bard",
          "friendly_bard",
          "friendly--bard",
          "FrIeNdLy-._.-bArD"}) {
        const auto name = PackageName::parse(spelling);
        ASSERT_TRUE(name) << spelling;
        EXPECT_EQ(name->text(), "friendly-bard") << spelling;
        EXPECT_EQ(name->file_text(), "friendly_bard") << spelling;
    }
}

TEST(PackageName, RefusesWhatTheMetadataSpecificationRefuses) {
    for (const char* text : {"", "-a", "a-", "_a", "a.", "a b", "a/b", "é", "a\n", "[a]"}) {
        const auto name = PackageName::parse(text);
        ASSERT_FALSE(name) << text;
        EXPECT_EQ(name.error().kind(), base::ErrorKind::Invalid) << text;
    }
    for (const char* text : {"a", "1", "A1", "a-b.c_d"})
        EXPECT_TRUE(PackageName::parse(text)) << text;
}

TEST(PackageName, IsAKeyOfHashTables) {
    const std::unordered_set<PackageName> names{*PackageName::parse("Foo_Bar")};
    EXPECT_TRUE(names.contains(*PackageName::parse("foo.bar")));
    EXPECT_FALSE(names.contains(PackageName()));
}

TEST(ExtraName, FollowsTheSameRules) {
    EXPECT_EQ(ExtraName::parse("Dev.Test")->text(), "dev-test");
    EXPECT_FALSE(ExtraName::parse("dev test"));
}

}  // namespace
}  // namespace pep
