#include "store/owner.h"

#include "base/file.h"
#include "store/test_store.h"
#include "store/trash.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

namespace store::testing {
namespace {

constexpr uid_t kAlice = 61001;
constexpr uid_t kBob = 61002;

class OwnerTest : public StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
        ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
    }

    std::string make(const std::string& name, uid_t owner, mode_t mode) {
        std::string path = directory_ + "/" + name;
        must(base::make_directory(path));
        EXPECT_EQ(::chown(path.c_str(), owner, owner), 0);
        EXPECT_EQ(::chmod(path.c_str(), mode), 0);
        return path;
    }

    static bool covers(uid_t self, const std::string& directory, const std::string& path) {
        return run_child([&] {
                   if (::setuid(self) != 0) return 2;
                   return RemovalRight(directory).covers(path) ? 1 : 0;
               }) == 1;
    }
};

TEST_F(OwnerTest, InStickyDirectoriesOneRemovesWhatOneOwns) {
    struct Case {
        mode_t mode;
        uid_t self;
        bool covers;
    };

    const Case cases[] = {
        {0777, kBob, true},     // no sticky bit: the rights of the directory decide
        {01777, kBob, false},   // somebody else's
        {01777, kAlice, true},  // one's own
        {01777, 65534, true},   // in one's own directory
        {01777, 0, true},       // root
    };
    for (const Case& one : cases) {
        const std::string directory = make("place", 65534, one.mode);
        const std::string thing = make("place/thing", kAlice, 0755);
        EXPECT_EQ(covers(one.self, directory, thing), one.covers)
            << fmt::format("{:o} {}", one.mode, one.self);
        ASSERT_TRUE(base::remove_tree(directory));
    }
}

TEST_F(OwnerTest, SharedFilesHaveTheRightsOfTheRootWhateverTheUmask) {
    for (const mode_t mode : {0700U, 0755U, 02775U, 03777U}) {
        const Layout real{.root = make("root", kAlice, mode)};
        // A root is often a link to where there is room.
        const Layout linked{.root = directory_ + "/link"};
        ASSERT_EQ(::symlink(real.root.c_str(), linked.root.c_str()), 0);
        const mode_t before = ::umask(077);
        const base::Fd fd = open_shared_file(linked, linked.root + "/lock");
        ::umask(before);
        struct stat status{};
        ASSERT_EQ(::fstat(fd.get(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777U, (mode & 0666U) | 0600U);
        EXPECT_EQ(status.st_uid, kAlice);
        EXPECT_EQ(mode_of_owned_directory(linked), 0777U | (mode & 01000U));
        ASSERT_TRUE(base::remove_tree(real.root));
        ASSERT_EQ(::unlink(linked.root.c_str()), 0);
    }
}

TEST_F(OwnerTest, OwnersAreNamed) {
    EXPECT_EQ(user_name(0), "root");
    EXPECT_EQ(user_name(4'123'456), "uid 4123456");
    EXPECT_EQ(ownership_of(make("thing", 4'123'456, 0755)), "owned by `uid 4123456`");
    EXPECT_EQ(ownership_of(directory_ + "/nothing"), "it is gone");
}

TEST_F(OwnerTest, WhatBelongsToSomebodyElseIsNotDeletedInPlace) {
    Store store = open();
    must(store.lock_kind());
    const std::string shelf = make("shelf", kAlice, 01777);
    const std::string thing = make("shelf/thing", kAlice, 0777);
    must(base::write_file(thing + "/file", "x"));
    ASSERT_EQ(::chmod(layout().trash().c_str(), 0777), 0);
    const int outcome = run_child([&] {
        if (::setuid(kBob) != 0) return 2;
        return move_to_trash(layout(), thing) ? 1 : 0;
    });
    EXPECT_EQ(outcome, 0);
    EXPECT_TRUE(base::exists(thing + "/file"));
}

}  // namespace
}  // namespace store::testing
