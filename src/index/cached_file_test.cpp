#include "index/cached_file.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace package_index {
namespace {

class CachedFileTest : public testing::Test {
  protected:
    std::string path() const { return directory_.path() + "/below/entry"; }

    void damage(std::size_t offset) const {
        std::string bytes = *base::read_file(path());
        bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 1);
        ASSERT_TRUE(base::write_file(path(), bytes));
    }

    base::TempDir directory_ = *base::TempDir::create(testing::TempDir(), "cached-file-");
};

TEST_F(CachedFileTest, GivesBackWhatWasWritten) {
    const std::string policy(3000, 'p');
    for (const std::string& body :
         {std::string(), std::string("body"), std::string(100'000, 'x')}) {
        ASSERT_TRUE(CachedFile::write(path(), {.policy = policy, .checked_ns = 42}, body));
        const auto file = CachedFile::read(path());
        ASSERT_TRUE(file);
        EXPECT_EQ(file->body(), body);
        EXPECT_EQ(file->slot().policy, policy);
        EXPECT_EQ(file->slot().checked_ns, 42);
    }
}

TEST_F(CachedFileTest, RenewsThePolicyInPlaceAgainAndAgain) {
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "first", .checked_ns = 1}, "body"));
    const auto inode = base::stamp_of(path())->inode;
    for (int round = 2; round < 6; ++round) {
        auto file = CachedFile::read(path());
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->renew({.policy = "policy " + std::to_string(round), .checked_ns = round})
        );
        const auto again = CachedFile::read(path());
        ASSERT_TRUE(again);
        EXPECT_EQ(again->slot().policy, "policy " + std::to_string(round));
        EXPECT_EQ(again->slot().checked_ns, round);
        EXPECT_EQ(again->body(), "body");
    }
    EXPECT_EQ(base::stamp_of(path())->inode, inode);
}

TEST_F(CachedFileTest, WritesTheFileAnewForAPolicyThatOutgrewItsSlot) {
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "small"}, "body"));
    ASSERT_TRUE(CachedFile::read(path())->renew({.policy = std::string(5000, 'p')}));
    const auto file = CachedFile::read(path());
    ASSERT_TRUE(file);
    EXPECT_EQ(file->slot().policy.size(), 5000U);
    EXPECT_EQ(file->body(), "body");
}

TEST_F(CachedFileTest, FallsBackToThePolicyBeforeATornWrite) {
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "before"}, "body"));
    const std::string before = *base::read_file(path());
    ASSERT_TRUE(CachedFile::read(path())->renew({.policy = "after"}));
    const std::string after = *base::read_file(path());
    std::size_t changed = 0;
    while (before[changed] == after[changed])
        ++changed;
    damage(changed);
    const auto file = CachedFile::read(path());
    ASSERT_TRUE(file);
    EXPECT_EQ(file->slot().policy, "before");
}

TEST_F(CachedFileTest, AnyOtherDamageIsAMiss) {
    EXPECT_FALSE(CachedFile::read(path()));
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "policy"}, "body"));
    const std::string good = *base::read_file(path());
    const std::size_t slot_end = 40 + 40 + 6;
    for (std::size_t offset = 0; offset < slot_end; ++offset) {
        damage(offset);
        // Bytes 12 to 15 of the head are reserved.
        EXPECT_EQ(CachedFile::read(path()).has_value(), offset >= 12 && offset < 16) << offset;
        ASSERT_TRUE(base::write_file(path(), good));
    }
    damage(good.size() - 1);
    EXPECT_FALSE(CachedFile::read(path()));
    ASSERT_TRUE(base::write_file(path(), good.substr(0, good.size() - 1)));
    EXPECT_FALSE(CachedFile::read(path()));
    ASSERT_TRUE(base::write_file(path(), ""));
    EXPECT_FALSE(CachedFile::read(path()));
}

TEST_F(CachedFileTest, ARenewalNeverReachesTheFileThatReplacedItsOwn) {
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "old"}, "old body"));
    auto old = CachedFile::read(path());
    ASSERT_TRUE(old);
    ASSERT_TRUE(CachedFile::write(path(), {.policy = "new"}, "new body"));
    ASSERT_TRUE(old->renew({.policy = "renewed"}));
    const auto file = CachedFile::read(path());
    ASSERT_TRUE(file);
    EXPECT_EQ(file->slot().policy, "new");
    EXPECT_EQ(file->body(), "new body");
}

}  // namespace
}  // namespace package_index
