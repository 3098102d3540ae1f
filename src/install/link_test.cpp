#include "install/link.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

namespace install {
namespace {

class LinkTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create("/tmp", "adder-link-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
        ASSERT_TRUE(base::make_directories(path("store")));
        ASSERT_TRUE(base::make_directories(path("env")));
        ASSERT_TRUE(base::write_file(path("store/file"), "content", 0555));
        store_ = std::move(*base::open_directory(path("store")));
        environment_ = std::move(*base::open_directory(path("env")));
    }

    std::string path(std::string_view below) const {
        return base::join_path(temporary_->path(), below);
    }

    base::Result<void> link(LinkDecision& decision, Executable executable = Executable::No) {
        source_root_ = path("store");
        return link_file(
            {
                .source_directory = store_.get(),
                .source = "file",
                .source_root = source_root_,
                .target_directory = target_ >= 0 ? target_ : environment_.get(),
                .target = "file",
                .executable = executable,
            },
            decision
        );
    }

    static struct stat status_of(const std::string& path) {
        struct stat status{};
        EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
        return status;
    }

    std::optional<base::TempDir> temporary_;
    base::Fd store_;
    base::Fd environment_;
    int target_ = -1;
    std::string source_root_;
};

TEST_F(LinkTest, HardlinksShareTheInode) {
    LinkDecision decision(LinkMode::Hardlink);
    ASSERT_TRUE(link(decision));
    EXPECT_EQ(status_of(path("env/file")).st_ino, status_of(path("store/file")).st_ino);
    EXPECT_FALSE(decision.fell_to_copy());
}

TEST_F(LinkTest, SymlinksPointIntoTheStore) {
    LinkDecision decision(LinkMode::Symlink);
    ASSERT_TRUE(link(decision));
    EXPECT_EQ(base::read_link(path("env/file")).value(), path("store/file"));
}

TEST_F(LinkTest, CopiesAreWritableAndSeparate) {
    LinkDecision decision(LinkMode::Copy);
    const mode_t before = ::umask(022);
    ASSERT_TRUE(link(decision, Executable::Yes));
    ::umask(before);
    const struct stat status = status_of(path("env/file"));
    EXPECT_NE(status.st_ino, status_of(path("store/file")).st_ino);
    EXPECT_EQ(status.st_mode & 07777U, 0755U);
    EXPECT_EQ(base::read_file(path("env/file")).value(), "content");
}

TEST_F(LinkTest, AnExistingFileIsReplacedAndItsOldInodeLeftAlone) {
    for (const LinkMode mode :
         {LinkMode::Hardlink, LinkMode::Symlink, LinkMode::Copy, LinkMode::Clone}) {
        ::unlink(path("env/file").c_str());
        ASSERT_TRUE(base::write_file(path("env/file"), "old"));
        ::unlink(path("env/kept").c_str());
        ASSERT_EQ(::link(path("env/file").c_str(), path("env/kept").c_str()), 0);
        LinkDecision decision(mode);
        ASSERT_TRUE(link(decision)) << name_of(mode);
        EXPECT_EQ(base::read_file(path("env/file")).value(), "content") << name_of(mode);
        EXPECT_EQ(base::read_file(path("env/kept")).value(), "old") << name_of(mode);
        EXPECT_EQ(base::list_directory(path("env"))->size(), 2U)
            << "temporary left by " << name_of(mode);
    }
}

TEST_F(LinkTest, LinkingTwiceLeavesNoTemporary) {
    LinkDecision decision(LinkMode::Hardlink);
    ASSERT_TRUE(link(decision));
    ASSERT_TRUE(link(decision));  // rename(2) does nothing between two names of one inode
    EXPECT_EQ(base::list_directory(path("env"))->size(), 1U);
}

TEST_F(LinkTest, ADirectoryInTheWayIsAnError) {
    ASSERT_TRUE(base::make_directory(path("env/file")));
    LinkDecision decision(LinkMode::Hardlink);
    const auto linked = link(decision);
    ASSERT_FALSE(linked);
    EXPECT_NE(linked.error().message().find("directory is in its place"), std::string::npos);
}

TEST_F(LinkTest, AnotherDeviceMakesHardlinksFallToCopiesOnce) {
    auto other = base::TempDir::create("/dev/shm", "adder-link-test-");
    if (!other || status_of(other->path()).st_dev == status_of(path("env")).st_dev)
        GTEST_SKIP() << "one device only";
    const base::Fd directory = std::move(*base::open_directory(other->path()));
    target_ = directory.get();
    LinkDecision decision(LinkMode::Clone);
    ASSERT_TRUE(link(decision));
    EXPECT_EQ(decision.mode(), LinkMode::Copy);
    EXPECT_TRUE(decision.fell_to_copy());
    EXPECT_EQ(base::read_file(base::join_path(other->path(), "file")).value(), "content");
}

TEST_F(LinkTest, AMissingSourceIsAnErrorAndNoReasonToFallBack) {
    ASSERT_TRUE(base::remove_file(path("store/file")));
    LinkDecision decision(LinkMode::Hardlink);
    EXPECT_FALSE(link(decision));
    EXPECT_EQ(decision.mode(), LinkMode::Hardlink);
}

TEST_F(LinkTest, WritingReplacesALinkInsteadOfWritingThroughIt) {
    LinkDecision decision(LinkMode::Hardlink);
    ASSERT_TRUE(link(decision));
    ASSERT_TRUE(write_in_place(environment_.get(), "file", "mine", Executable::No));
    EXPECT_EQ(base::read_file(path("env/file")).value(), "mine");
    EXPECT_EQ(base::read_file(path("store/file")).value(), "content");
    EXPECT_EQ(base::list_directory(path("env"))->size(), 1U);
}

TEST(LinkDecision, OnlyGoesDownAndOnlyFromWhereItIs) {
    LinkDecision decision(LinkMode::Clone);
    decision.give_up(LinkMode::Clone);
    EXPECT_EQ(decision.mode(), LinkMode::Hardlink);
    decision.give_up(LinkMode::Clone);  // a slower thread
    EXPECT_EQ(decision.mode(), LinkMode::Hardlink);
    decision.give_up(LinkMode::Hardlink);
    EXPECT_EQ(decision.mode(), LinkMode::Copy);
}

TEST(LinkMode, NamesReadBack) {
    for (const LinkMode mode :
         {LinkMode::Clone, LinkMode::Hardlink, LinkMode::Copy, LinkMode::Symlink}) {
        EXPECT_EQ(link_mode_from_name(name_of(mode)), mode);
    }
    EXPECT_EQ(link_mode_from_name("reflink"), LinkMode::Clone);
    EXPECT_EQ(link_mode_from_name("hard"), std::nullopt);
}

}  // namespace
}  // namespace install
