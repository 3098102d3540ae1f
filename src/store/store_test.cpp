#include "store/store.h"

#include "base/random.h"
#include "store/names.h"
#include "store/test_store.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace store::testing {
namespace {

TEST_F(StoreTest, LooksCreateNothing) {
    Store store = open();
    EXPECT_FALSE(must(store.lease("tool-a")));
    EXPECT_FALSE(must(store.read_memo("m")));
    EXPECT_FALSE(must(store.lock_payload(std::string(64, 'a'))));
    EXPECT_EQ(must(store.size()).bytes, 0U);
    EXPECT_TRUE(must(store.list()).empty());
    EXPECT_FALSE(must(store.clean({})).store_exists);
    EXPECT_FALSE(must(store.prune({})).store_exists);
    EXPECT_FALSE(base::exists(root()));
}

TEST_F(StoreTest, ABodyIsBuiltOnceAndFoundByItsKey) {
    Store store = open();
    const Lease built = build(store, "tool-a", info_of(BodyKind::Tool, "a"));
    EXPECT_TRUE(is_whole(built.body_path()));
    EXPECT_EQ(built.body_path(), root() + "/env/" + built.id());
    Store other = open();
    const std::optional<Lease> found = must(other.lease("tool-a"));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id(), built.id());
    const std::optional<BodyRecord> record = other.describe(*found);
    ASSERT_TRUE(record);
    EXPECT_EQ(record->label, "a");
    EXPECT_EQ(record->key, "tool-a");
    EXPECT_EQ(record->files, 4U);
}

TEST_F(StoreTest, TheFrameIsWhatTheStandardsAskFor) {
    Store store = open();
    build(store, "a", info_of(BodyKind::Tool, "a"));
    EXPECT_EQ(
        must(base::read_file(root() + "/CACHEDIR.TAG")),
        "Signature: 8a477f597d28d172789f06886806bc55"
    );
    EXPECT_EQ(must(base::read_file(root() + "/.gitignore")), "*");
    EXPECT_EQ(must(base::read_file(root() + "/STORE")), "format=1 lock=ofd\n");
}

TEST_F(StoreTest, AStoreOfAnotherFormatIsRefused) {
    must(base::make_directory(root()));
    must(base::write_file(root() + "/STORE", "format=2 lock=ofd\n"));
    const base::Result<Store> store = Store::open(options());
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().kind(), base::ErrorKind::Unsupported);
}

TEST_F(StoreTest, BadKeysAreRefused) {
    Store store = open();
    for (const std::string& key :
         {std::string(), std::string("A"), std::string("../x"), std::string(121, 'a')}) {
        EXPECT_FALSE(store.lease(key)) << key;
        EXPECT_FALSE(store.begin(key)) << key;
        EXPECT_FALSE(store.write_memo(key, "")) << key;
        EXPECT_FALSE(store.bucket(key)) << key;
    }
    EXPECT_FALSE(store.lock_payload("ab"));
}

TEST_F(StoreTest, AStageThatIsDroppedLeavesNothing) {
    Store store = open();
    {
        LeaseOrStage begun = must(store.begin("a"));
        fill(std::get<Stage>(begun).path());
    }
    EXPECT_TRUE(names_in(layout().stages()).empty());
    EXPECT_FALSE(must(store.lease("a")));
}

TEST_F(StoreTest, MemosAreReplacedWhole) {
    Store store = open();
    must(store.write_memo("run-1", "one"));
    must(store.write_memo("run-1", "two"));
    EXPECT_EQ(must(store.read_memo("run-1")), "two");
    EXPECT_FALSE(must(store.read_memo("run-2")));
}

TEST_F(StoreTest, AYoungNameOfAnotherBootIsAMiss) {
    Store store = open();
    const std::string id = build(store, "a", info_of(BodyKind::Tool, "a")).id();
    must(write_name(layout(), "a", {.id = id, .boot = "00000000"}));
    EXPECT_FALSE(must(store.lease("a")));
    EXPECT_FALSE(must(read_name(layout(), "a")));
}

TEST_F(StoreTest, NamesBecomePlainOnceTheBodyIsOnDisk) {
    Store store = open();
    build(store, "a", info_of(BodyKind::Tool, "a"));
    EXPECT_TRUE(eventually([&] {
        const std::optional<Name> name = must(read_name(layout(), "a"));
        return name && name->boot.empty();
    }));
    EXPECT_TRUE(must(store.lease("a")));
}

TEST_F(StoreTest, SyncedNamesArePlainAtOnce) {
    StoreOptions synced = options();
    synced.durability = base::Durability::Synced;
    Store store = must(Store::open(synced));
    build(store, "a", info_of(BodyKind::Tool, "a"));
    EXPECT_EQ(must(read_name(layout(), "a"))->boot, "");
}

TEST_F(StoreTest, SettlingDoesNotBringARemovedNameBack) {
    Store store = open();
    const Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const KeyedName young{.key = "a", .name = {.id = lease.id(), .boot = "12345678"}};
    must(write_name(layout(), "a", young.name));
    ::unlink(layout().name("a").c_str());
    settle_name(layout(), LockKind::Ofd, young);
    EXPECT_FALSE(must(read_name(layout(), "a")));

    const Name newer{.id = base::random_id(), .boot = "12345678"};
    must(write_name(layout(), "a", newer));
    settle_name(layout(), LockKind::Ofd, young);
    EXPECT_EQ(must(read_name(layout(), "a")), newer);
}

TEST_F(StoreTest, ATombstoneIsAMiss) {
    Store store = open();
    const std::string body = build(store, "a", info_of(BodyKind::Tool, "a")).body_path();
    ASSERT_EQ(::truncate((body + "/.lease").c_str(), 1), 0);
    EXPECT_FALSE(must(store.lease("a")));
    // And the next run builds a body of its own.
    EXPECT_NE(build(store, "a", info_of(BodyKind::Tool, "a")).body_path(), body);
}

TEST_F(StoreTest, APassedOnLeaseHasAHighNumberAndNoCloexec) {
    Store store = open();
    Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const int fd = must(lease.pass_on());
    EXPECT_GE(fd, 900);
    EXPECT_EQ(must(lease.pass_on()), fd);
    EXPECT_EQ(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
    EXPECT_EQ(::fcntl(fd, F_GETFL) & O_ACCMODE, O_RDONLY);
    EXPECT_EQ(lease.environment_value(), std::to_string(fd) + ":" + lease.id());
    ::close(fd);
}

TEST_F(StoreTest, BucketsBelongToPackagesByTheNamesOfTheirFiles) {
    Store store = open();
    const std::string pages = must(store.bucket("pages"));
    for (const char* directory : {"/digest", "/digest/flask", "/digest/flask-login"})
        must(base::make_directory(pages + directory));
    for (const char* file :
         {"/digest/flask.page",
          "/digest/flask~3.0",
          "/digest/flask-login.page",
          "/digest/flask/a.meta",
          "/digest/flask-login/a.meta"}) {
        must(base::write_file(pages + file, "x"));
    }
    const CollectionReport report = must(store.clean({.packages = {"flask"}}));
    EXPECT_EQ(report.files, 3U);
    EXPECT_EQ(report.directories, 1U);
    EXPECT_FALSE(base::exists(pages + "/digest/flask.page"));
    EXPECT_FALSE(base::exists(pages + "/digest/flask"));
    EXPECT_TRUE(base::exists(pages + "/digest/flask-login.page"));
    EXPECT_TRUE(base::exists(pages + "/digest/flask-login/a.meta"));
}

TEST_F(StoreTest, SizeIsReadFromTheCounters) {
    Store store = open();
    build(store, "a", info_of(BodyKind::Tool, "a"));
    const StoreSize size = must(store.size());
    EXPECT_EQ(size.environments, 1U);
    EXPECT_EQ(size.environment_bytes, 2U);
    // A damaged record is counted anew.
    must(base::write_file(layout().counters(), "damaged"));
    EXPECT_EQ(must(store.size()).environments, 1U);
    must(store.clean({}));
    EXPECT_EQ(must(store.size()).environments, 0U);
}

TEST_F(StoreTest, WhoeverMayNotWriteCanStillLease) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
    Store store = open();
    build(store, "a", info_of(BodyKind::Tool, "a"));
    must(store.bucket("pages"));
    ASSERT_EQ(::chmod(directory_.c_str(), 0755), 0);
    const int outcome = run_child([&] {
        if (::setuid(65534) != 0) return 10;
        base::Result<Store> other = Store::open(options());
        if (!other) return 11;
        const base::Result<std::optional<Lease>> lease = other->lease("a");
        if (!lease || !*lease) return 12;
        // The owner's collector respects it, the reader's own cannot take anything.
        if (!other->bucket("pages") || !other->bucket("interp")) return 13;
        if (other->begin("b") || other->write_memo("m", "x")) return 14;
        return !other->clean({}) && base::exists((*lease)->body_path()) ? 0 : 15;
    });
    EXPECT_EQ(outcome, 0);
    EXPECT_TRUE(must(store.lease("a")));
}

}  // namespace
}  // namespace store::testing
