#include "store/lock_holder.h"

#include "base/file.h"
#include "store/build_lock.h"
#include "store/test_store.h"

#include <gtest/gtest.h>

namespace store {
namespace {

using namespace testing;

struct Line {
    const char* text;
    LockKind kind;
    bool is_ours;
};

TEST(LockHolder, ReadsTheLinesOfProc) {
    const LockRange range{.start = 7, .length = 1};
    const Line lines[] = {
        {"lock:\t1: OFDLCK  ADVISORY  WRITE -1 08:01:42 7 7", LockKind::Ofd, true},
        {"lock:\t2: OFDLCK ADVISORY WRITE -1 08:01:42 7 7", LockKind::Ofd, true},
        {"lock:\t1: OFDLCK  ADVISORY  WRITE -1 08:01:42 8 8", LockKind::Ofd, false},
        {"lock:\t1: OFDLCK  ADVISORY  READ  -1 08:01:42 7 7", LockKind::Ofd, false},
        {"lock:\t1: FLOCK  ADVISORY  WRITE 99 08:01:42 0 EOF", LockKind::Ofd, false},
        {"lock:\t1: FLOCK  ADVISORY  WRITE 99 08:01:42 0 EOF", LockKind::Flock, true},
        {"lock:\t1: FLOCK  ADVISORY  READ  99 08:01:42 0 EOF", LockKind::Flock, false},
        {"pos:\t0", LockKind::Ofd, false},
        {"lock:", LockKind::Ofd, false},
        {"", LockKind::Flock, false},
    };
    for (const Line& line : lines)
        EXPECT_EQ(is_write_lock(line.text, line.kind, range), line.is_ours) << line.text;
}

class LockHolderTest : public StoreTest {};

TEST_F(LockHolderTest, FindsTheProcessThatBuildsAKey) {
    Store store = open();
    for (const LockKind kind : {LockKind::Ofd, LockKind::Flock}) {
        must(store.lock_kind());
        base::Fd ours;
        Companion builder([&] { ours = try_build_lock(layout(), kind, "a"); });
        std::vector<std::optional<pid_t>> told;
        const base::Result<base::Fd> turn = wait_build_lock(
            layout(), kind, "a", 1000, [&](std::optional<pid_t> pid) { told.push_back(pid); }
        );
        ASSERT_TRUE(turn);
        EXPECT_FALSE(*turn) << "the builder does not end";
        EXPECT_EQ(told, (std::vector<std::optional<pid_t>>{builder.pid()})) << name_of(kind);
        builder.end();
        must(wait_build_lock(layout(), kind, "a", 1000, [](std::optional<pid_t>) {
            FAIL() << "there is nobody to wait for";
        }));
    }
}

}  // namespace
}  // namespace store
