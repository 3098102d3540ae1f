// What must hold at every moment so that a power cut does no harm: names that count, and payloads that are trusted,
// are on the disk. Each of these was found by tests/model/reboot.pml or tests/model/synced.pml; the
// moments are made with sync points.

#include "store/acquire.h"
#include "store/collector.h"
#include "store/housekeeping.h"
#include "store/names.h"
#include "store/payload.h"
#include "store/sync_point.h"
#include "store/test_store.h"
#include "store/trash.h"

#include <fcntl.h>
#include <functional>
#include <sys/stat.h>
#include <unistd.h>

namespace store::testing {
namespace {

// What happens between two steps. Hooks are plain functions, so it is kept here.
struct Interruption {
    std::string point;
    std::function<void()> work;
    int times = 0;
};

Interruption interruption;  // NOLINT: a test is one thread

class Between {
  public:
    Between(std::string point, std::function<void()> work) {
        interruption = {.point = std::move(point), .work = std::move(work)};
        set_sync_hook([](const char* name) {
            if (name != interruption.point) return;
            if (interruption.times++ == 0) interruption.work();
        });
    }

    ~Between() { set_sync_hook(nullptr); }

    Between(const Between&) = delete;
    Between& operator=(const Between&) = delete;
};

void add_payload(Store& store, const std::string& sha256) {
    PayloadStage stage = must(store.begin_payload(sha256));
    fill(stage.path());
    must(store.publish_payload(std::move(stage), {.package = "a", .version = "1"}));
}

// A body without a housekeeper that would settle its name meanwhile.
std::string publish_body(const Layout& layout, const std::string& key) {
    must(make_scaffold(layout));
    Stage stage = must(StageAccess::create(layout, LockKind::Ofd, key, {}));
    fill(stage.path());
    must(StageAccess::move_to_final(stage));
    must(write_name(layout, key, {.id = stage.id(), .boot = boot_id()}));
    std::string id = stage.id();
    const base::Fd lease = StageAccess::take_lease(stage);
    return id;
}

TEST_F(StoreTest, ANameThatIsYoungerThanTheSurveyGoesBeforeItsBody) {
    Store store = open();
    const std::string id = publish_body(layout(), "early");
    {
        const Between between("clean.unnamed", [&] {
            must(write_name(layout(), "late", {.id = id, .boot = ""}));
        });
        must(store.clean({}));
        EXPECT_EQ(interruption.times, 1);
    }
    EXPECT_FALSE(base::exists(layout().body(id)));
    EXPECT_FALSE(must(read_name(layout(), "late")));
}

// By a collector that was killed before its own sync.
TEST_F(StoreTest, NamesThatOthersRemovedAreSyncedBeforeABodyGoes) {
    Store store = open();
    const std::string id = publish_body(layout(), "key");
    must(remove_name(layout(), "key", id));
    bool was_there = false;
    {
        const Between between("names.synced", [&] { was_there = is_whole(layout().body(id)); });
        must(collect_bodies({.layout = layout()}, must(survey_bodies(layout()))));
        EXPECT_EQ(interruption.times, 1);
    }
    EXPECT_TRUE(was_there);
    EXPECT_FALSE(base::exists(layout().body(id)));
}

TEST_F(StoreTest, TheNameOfAClaimedBodyIsNotSettled) {
    Store store = open();
    const std::string id = publish_body(layout(), "key");
    const KeyedName entry{.key = "key", .name = {.id = id, .boot = boot_id()}};
    {
        const base::Fd claim(::open((layout().body(id) + "/.lease").c_str(), O_RDWR | O_CLOEXEC));
        ASSERT_EQ(try_lock(claim.get(), LockKind::Ofd, LockMode::Write), LockResult::Held);
        settle_name(layout(), LockKind::Ofd, entry);
        EXPECT_EQ(must(read_name(layout(), "key")), entry.name);
    }
    settle_name(layout(), LockKind::Ofd, entry);
    EXPECT_EQ(must(read_name(layout(), "key")), (Name{.id = id, .boot = ""}));
}

TEST_F(StoreTest, ABodyIsNotClaimedWhileItsNameIsSettled) {
    Store store = open();
    const std::string id = publish_body(layout(), "key");
    const KeyedName entry{.key = "key", .name = {.id = id, .boot = boot_id()}};
    LockResult claimed = LockResult::Held;
    {
        const Between between("settle.before-exchange", [&] {
            const base::Fd claim(::open((layout().body(id) + "/.lease").c_str(), O_RDWR));
            claimed = try_lock(claim.get(), LockKind::Ofd, LockMode::Write);
        });
        settle_name(layout(), LockKind::Ofd, entry);
    }
    EXPECT_EQ(claimed, LockResult::Busy);
}

// By a builder that waited for a minute and went on without its turn. Nobody holds the other body here, so its name
// must not be written; the one that is settled is as good.
TEST_F(StoreTest, AReplacedNameIsNotPutBack) {
    Store store = open();
    const std::string id = publish_body(layout(), "key");
    const KeyedName entry{.key = "key", .name = {.id = id, .boot = boot_id()}};
    {
        const Between between("settle.before-exchange", [&] { publish_body(layout(), "key"); });
        settle_name(layout(), LockKind::Ofd, entry);
        EXPECT_EQ(interruption.times, 1);
    }
    EXPECT_EQ(must(read_name(layout(), "key")), (Name{.id = id, .boot = ""}));
}

TEST_F(StoreTest, ARemovedNameIsNotSettled) {
    Store store = open();
    const std::string id = publish_body(layout(), "key");
    const KeyedName entry{.key = "key", .name = {.id = id, .boot = boot_id()}};
    {
        const Between between("settle.before-exchange", [&] {
            must(remove_name(layout(), "key", id));
        });
        settle_name(layout(), LockKind::Ofd, entry);
    }
    EXPECT_FALSE(must(read_name(layout(), "key")));
}

TEST_F(StoreTest, APayloadThatCameAfterTheSyncIsNotMarkedAsSynced) {
    Store store = open();
    const std::string sha256(64, 'a');
    add_payload(store, sha256);
    {
        const Between between("house.synced", [&] {
            must(move_to_trash(layout(), layout().payload(sha256)));
            add_payload(store, sha256);
        });
        keep_house(layout(), LockKind::Ofd);
        // The new one needs a sync of its own.
        EXPECT_EQ(interruption.times, 2);
    }
    EXPECT_TRUE(base::exists(layout().payload(sha256) + "/.synced"));
}

TEST_F(StoreTest, ThatAPayloadIsGoneIsOnTheDiskBeforeItsFilesGo) {
    Store store = open();
    const std::string sha256(64, 'a');
    add_payload(store, sha256);
    must(move_to_trash(layout(), layout().payload(sha256)));
    bool was_whole = false;
    {
        const Between between("trash.synced", [&] {
            for (const base::DirectoryEntry& entry : must(base::list_directory(layout().trash())))
                was_whole = is_whole(layout().trash() + "/" + entry.name);
        });
        empty_trash(layout(), LockKind::Ofd);
        EXPECT_EQ(interruption.times, 1);
    }
    EXPECT_TRUE(was_whole);
    EXPECT_TRUE(must(base::list_directory(layout().trash())).empty());
}

}  // namespace
}  // namespace store::testing
