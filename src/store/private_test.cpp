// Stores of --no-cache: there while anybody runs from them, gone afterwards, whoever is killed.

#include "base/random.h"
#include "store/private_root.h"
#include "store/process_scan.h"
#include "store/test_store.h"

#include <fcntl.h>

namespace store::testing {
namespace {

class PrivateStoreTest : public StoreTest {
  protected:
    Store open_private() const {
        StoreOptions private_options = options();
        private_options.mode = CacheMode::Private;
        return must(Store::open(private_options));
    }

    // Children of a private store's process may still be removing it.
    bool becomes_empty() const {
        return eventually([&] { return names_in(temporary_directory()).empty(); });
    }

    static bool has_reaper(const std::string& path) { return !reapers_of(path).empty(); }

    static std::vector<pid_t> reapers_of(const std::string& path) {
        const std::string id(base::file_name(path));
        std::vector<pid_t> reapers;
        const std::vector<pid_t> users = scan_processes({id}, Depth::Descriptors).users[id];
        for (const pid_t pid : users) {
            const base::Result<std::string> name =
                base::read_file("/proc/" + std::to_string(pid) + "/comm");
            if (name && *name == "adder-reaper\n") reapers.push_back(pid);
        }
        return reapers;
    }
};

TEST_F(PrivateStoreTest, IsGoneWhenTheStoreIs) {
    std::string path;
    {
        Store store = open_private();
        path = store.root();
        EXPECT_TRUE(path.starts_with(temporary_directory() + "/adder-"));
        const Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
        EXPECT_TRUE(lease.body_path().starts_with(path));
    }
    EXPECT_FALSE(base::exists(path));
    EXPECT_TRUE(becomes_empty());
    EXPECT_FALSE(base::exists(root()));
}

TEST_F(PrivateStoreTest, LivesAsLongAsTheProgramThatRunsFromIt) {
    std::string path = directory_ + "/path";
    Companion program([&] {
        Store store = open_private();
        Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
        static_cast<void>(lease.pass_on());
        must(base::write_file(path, lease.body_path()));
        // The process goes on as if it had become another program: what is closed on exec is closed.
        new Store(std::move(store));
        new Lease(std::move(lease));
    });
    const std::string body = must(base::read_file(path));
    must(open().prune({}));
    EXPECT_TRUE(is_whole(body));
    program.kill();
    EXPECT_TRUE(eventually([&] { return !base::exists(body); }));
    EXPECT_TRUE(becomes_empty());
}

TEST_F(PrivateStoreTest, ALeaseOutlivesItsStore) {
    std::optional<Store> store = open_private();
    std::optional<Lease> lease = build(*store, "a", info_of(BodyKind::Tool, "a"));
    store.reset();
    EXPECT_TRUE(is_whole(lease->body_path()));
    lease.reset();
    EXPECT_TRUE(becomes_empty());
}

TEST_F(PrivateStoreTest, DeadOnesGoWithThePruneEvenWithoutACache) {
    std::string path = directory_ + "/path";
    Companion program([&] {
        Store store = open_private();
        must(base::write_file(path, store.root()));
        new Store(std::move(store));
    });
    const std::string private_root = must(base::read_file(path));
    ASSERT_TRUE(eventually([&] { return has_reaper(private_root); }));
    for (const pid_t reaper : reapers_of(private_root))
        ::kill(reaper, SIGKILL);
    ASSERT_TRUE(eventually([&] { return !has_reaper(private_root); }));
    EXPECT_EQ(must(open().prune({})).directories, 0U);
    EXPECT_TRUE(base::exists(private_root));
    program.kill();
    EXPECT_TRUE(base::exists(private_root));

    EXPECT_FALSE(must(open().prune({.dry_run = true})).store_exists);
    EXPECT_TRUE(base::exists(private_root));
    const CollectionReport report = must(open().prune({}));
    EXPECT_FALSE(report.store_exists);
    EXPECT_GT(report.directories, 0U);
    EXPECT_FALSE(base::exists(private_root));
    EXPECT_TRUE(becomes_empty());
    EXPECT_FALSE(base::exists(root()));
}

TEST_F(PrivateStoreTest, TheReaperKeepsNothingOfTheCallers) {
    int output[2];
    ASSERT_EQ(::pipe(output), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(output[0]);
        ::dup2(output[1], 1);
        ::close(output[1]);
        new Store(open_private());
        ::raise(SIGKILL);
    }
    ::close(output[1]);
    char byte = 0;
    // End of file as soon as the child is dead, although its reaper may still be at work.
    EXPECT_EQ(::read(output[0], &byte, 1), 0);
    ::close(output[0]);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(becomes_empty());
}

TEST_F(PrivateStoreTest, AParentDirectoryOfSomebodyElseIsNotUsed) {
    const std::string parent = temporary_directory() + "/adder-" + std::to_string(::geteuid());
    must(base::make_directory(parent));
    ASSERT_EQ(::chmod(parent.c_str(), 0777), 0);
    Store store = open_private();
    EXPECT_FALSE(store.root().starts_with(parent + "/"));
    EXPECT_TRUE(store.root().starts_with(parent + "-"));
}

// Found by tests/model/look.pml: its maker may have gone on to a program that closes every descriptor, and nobody has
// been looked for.
TEST_F(PrivateStoreTest, WhatWasMadeAfterTheLookIsLeftAlone) {
    static std::string root_made_late;
    const std::string parent = temporary_directory() + "/adder-" + std::to_string(::geteuid());
    must(base::make_directory(parent, 0700));
    root_made_late = parent + "/" + base::random_id();
    set_sync_hook([](const char* name) {
        if (std::string_view(name) != "private.looked") return;
        must(base::make_directory(root_made_late));
        must(base::write_file(root_made_late + "/.lease", ""));
    });
    sweep_private_roots(temporary_directory(), SweepMode::Remove);
    set_sync_hook(nullptr);
    EXPECT_TRUE(base::exists(root_made_late));
    sweep_private_roots(temporary_directory(), SweepMode::Remove);
    EXPECT_FALSE(base::exists(root_made_late));
}

}  // namespace
}  // namespace store::testing
