#include "store/evict.h"

#include "base/clock.h"
#include "store/counters.h"
#include "store/election.h"
#include "store/explain.h"
#include "store/own_sizes.h"
#include "store/test_store.h"
#include "store/units.h"

#include <algorithm>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace store {
namespace {

using testing::build;
using testing::info_of;
using testing::must;
using testing::names_in;

constexpr std::int64_t kHourS = 3600;
constexpr std::int64_t kDayS = 24 * kHourS;
constexpr std::int64_t kSecondNs = 1'000'000'000;
// What bodies and payloads take here; records and small files beside it do not matter.
constexpr std::uint64_t kUnitBytes = 100'000;
const std::string kDigest = std::string(62, 'a') + "01";
const std::string kOtherDigest = std::string(62, 'b') + "02";

void set_age(const std::string& path, std::int64_t seconds) {
    timespec time{};
    time.tv_sec = base::wall_clock_seconds() - seconds;
    const timespec times[] = {time, time};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0) << path;
}

class EvictTest : public testing::StoreTest {
  protected:
    void SetUp() override {
        StoreTest::SetUp();
        // The detached children of publishes become ours, so that we can wait for them.
        ASSERT_EQ(::prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    }

    void TearDown() override {
        settle();
        ::prctl(PR_SET_CHILD_SUBREAPER, 0);
        StoreTest::TearDown();
    }

    // Until the housekeepers of the publishes before have counted and measured.
    static void settle() {
        while (::waitpid(-1, nullptr, 0) > 0)
            continue;
    }

    // An idle body; what the record says is its own it has.
    std::string make(const std::string& key, std::int64_t age, std::vector<std::string> from = {}) {
        BodyInfo info = info_of(BodyKind::Tool, key);
        info.own_bytes = kUnitBytes;
        info.source_payloads = std::move(from);
        Store store = open();
        LeaseOrStage begun = must(store.begin(key));
        Stage& stage = std::get<Stage>(begun);
        testing::fill(stage.path());
        must(base::write_file(stage.path() + "/data", std::string(kUnitBytes, 'x')));
        const std::string id = must(store.publish(std::move(stage), info)).id();
        set_age(layout().body(id) + "/.lease", age);
        return id;
    }

    void make_payload(const std::string& sha256, std::int64_t age) {
        Store store = open();
        PayloadStage stage = must(store.begin_payload(sha256));
        testing::fill(stage.path());
        must(store.publish_payload(
            std::move(stage),
            {.package = "flask", .version = "3.0", .files = 2, .directories = 1, .bytes = kUnitBytes
            }
        ));
        set_age(layout().payload(sha256) + "/.meta", age);
    }

    CollectionReport evict_now(const Limits& limits, EvictionMode mode = EvictionMode::Automatic) {
        const Collection collection{.layout = layout(), .kind = LockKind::Ofd};
        return must(evict(collection, limits, mode));
    }

    std::vector<std::string> bodies() { return names_in(layout().bodies()); }
};

Limits size_limit(std::uint64_t bytes) {
    return {.max_size = SizeLimit{.bytes = bytes}, .min_free = {}, .max_age_ns = {}};
}

TEST_F(EvictTest, TakesWhatWasNotUsedForLongest) {
    const std::string oldest = make("a", 5 * kHourS);
    const std::string middle = make("b", 4 * kHourS);
    const std::string youngest = make("c", 3 * kHourS);
    settle();
    const CollectionReport report = evict_now(size_limit(250'000));
    ASSERT_EQ(report.removals.size(), 1U);
    EXPECT_EQ(report.removals[0].name, oldest);
    EXPECT_EQ(report.removals[0].reason, Reason::TooLarge);
    EXPECT_EQ(bodies().size(), 2U);
    EXPECT_EQ(names_in(layout().names()).size(), 2U);
    EXPECT_FALSE(must(open().lease("a")));
}

TEST_F(EvictTest, SparesWhatIsLeasedAndWhatWasUsedInTheLastHour) {
    const std::string leased = make("a", 5 * kHourS);
    const std::string idle = make("b", 4 * kHourS);
    const std::string young = make("c", kHourS / 2);
    settle();
    Store store = open();
    const std::optional<Lease> lease = must(store.lease("a"));
    set_age(layout().body(leased) + "/.lease", 5 * kHourS);
    const CollectionReport report = evict_now(size_limit(0));
    ASSERT_EQ(report.removals.size(), 1U);
    EXPECT_EQ(report.removals[0].name, idle);
    // Who asks is told no such thing about the last hour.
    const CollectionReport asked = evict_now(size_limit(0), EvictionMode::Asked);
    ASSERT_EQ(asked.removals.size(), 1U);
    EXPECT_EQ(asked.removals[0].name, young);
    EXPECT_TRUE(testing::is_whole(lease->body_path()));
}

// Between the survey and the claim somebody may have used it.
TEST_F(EvictTest, LooksAtTheTimeAgainWithTheClaimHeld) {
    const std::string id = make("a", 5 * kHourS);
    settle();
    static std::string lease_path;
    lease_path = layout().body(id) + "/.lease";
    set_sync_hook([](const char* name) {
        if (std::string_view(name) == "evict.chosen") set_age(lease_path, 0);
    });
    const CollectionReport report = evict_now(size_limit(0));
    set_sync_hook(nullptr);
    EXPECT_TRUE(report.removals.empty());
    EXPECT_EQ(bodies(), std::vector<std::string>{id});
}

TEST_F(EvictTest, APayloadStaysAsLongAsABodyMadeFromIt) {
    make_payload(kDigest, 90 * kDayS);
    make_payload(kOtherDigest, 2 * kHourS);
    make("a", 3 * kHourS, {kDigest});
    settle();
    set_age(layout().payload(kDigest) + "/.meta", 90 * kDayS);
    // Three units. The body of three hours ago goes first, then the payload that only it was made
    // from: the other one is younger.
    CollectionReport report = evict_now(size_limit(290'000));
    ASSERT_EQ(report.removals.size(), 1U);
    EXPECT_EQ(report.removals[0].kind, UnitKind::Environment);
    report = evict_now(size_limit(190'000));
    ASSERT_EQ(report.removals.size(), 1U);
    EXPECT_EQ(report.removals[0].name, kDigest);
}

TEST_F(EvictTest, PublishingNotesTheUseOfPayloadsOnceADay) {
    make_payload(kDigest, 2 * kDayS);
    make_payload(kOtherDigest, kHourS);
    struct stat before{};
    const std::string recent = layout().payload(kOtherDigest) + "/.meta";
    ASSERT_EQ(::stat(recent.c_str(), &before), 0);
    make("a", 0, {kDigest, kOtherDigest});
    struct stat after{};
    ASSERT_EQ(::stat(recent.c_str(), &after), 0);
    EXPECT_EQ(after.st_mtim.tv_sec, before.st_mtim.tv_sec);
    ASSERT_EQ(::stat((layout().payload(kDigest) + "/.meta").c_str(), &after), 0);
    EXPECT_LT(base::wall_clock_seconds() - after.st_mtim.tv_sec, kHourS);
}

TEST_F(EvictTest, AgeTakesBodiesPayloadsAndFiles) {
    make_payload(kDigest, 100 * kDayS);
    make("a", 100 * kDayS);
    make("b", 80 * kDayS);
    Store store = open();
    const std::string bucket = must(store.bucket("simple"));
    must(base::write_file(bucket + "/flask.page", "old"));
    must(base::write_file(bucket + "/numpy.page", "new"));
    must(store.write_memo("answer", "old"));
    set_age(bucket + "/flask.page", 100 * kDayS);
    set_age(layout().memos() + "/answer", 100 * kDayS);
    settle();
    const Limits limits{.max_size = {}, .min_free = {}, .max_age_ns = 90 * kDayS * kSecondNs};
    // Files wait for commands that are at work on them.
    EXPECT_EQ(evict_now(limits).removals.size(), 2U);
    {
        Store idle = std::move(store);
    }
    EXPECT_EQ(evict_now(limits).removals.size(), 2U);
    EXPECT_EQ(bodies().size(), 1U);
    EXPECT_FALSE(base::exists(layout().payload(kDigest)));
    EXPECT_EQ(names_in(bucket), std::vector<std::string>{"numpy.page"});
    EXPECT_EQ(names_in(layout().memos()), std::vector<std::string>());
}

TEST_F(EvictTest, SpaceIsMadeUntilEnoughIsFree) {
    make("a", 5 * kHourS);
    make("b", 4 * kHourS);
    settle();
    const Limits nothing{.max_size = {}, .min_free = SizeLimit{.bytes = 1}, .max_age_ns = {}};
    EXPECT_TRUE(evict_now(nothing).removals.empty());
    // More than there is: everything that may go goes, and it ends.
    const Limits all{.max_size = {}, .min_free = SizeLimit{.bytes = 1ULL << 62U}, .max_age_ns = {}};
    const CollectionReport report = evict_now(all);
    ASSERT_EQ(report.removals.size(), 2U);
    EXPECT_EQ(report.removals[0].reason, Reason::LittleSpace);
    EXPECT_EQ(names_in(layout().trash()), std::vector<std::string>());
}

TEST_F(EvictTest, IsDueWhenTheCountersSayMoreThanTheLimit) {
    make("a", 0);
    settle();
    const std::uint64_t bytes = recount(layout(), LockKind::Ofd).bytes;
    EXPECT_FALSE(is_eviction_due(layout(), LockKind::Ofd, {}));
    EXPECT_FALSE(is_eviction_due(layout(), LockKind::Ofd, size_limit(bytes)));
    EXPECT_TRUE(is_eviction_due(layout(), LockKind::Ofd, size_limit(bytes - 1)));
}

TEST_F(EvictTest, AgeIsLookedAtOnceADay) {
    make("a", 100 * kDayS);
    settle();
    const Limits limits{.max_size = {}, .min_free = {}, .max_age_ns = 90 * kDayS * kSecondNs};
    const std::string stamp = layout().lock_file("gc");
    set_age(stamp, kHourS);
    EXPECT_FALSE(is_eviction_due(layout(), LockKind::Ofd, limits));
    set_age(stamp, kDayS + 1);
    EXPECT_TRUE(is_eviction_due(layout(), LockKind::Ofd, limits));
    evict_now(limits);
    EXPECT_FALSE(is_eviction_due(layout(), LockKind::Ofd, limits));
}

TEST_F(EvictTest, TheHousekeeperOfAPublishKeepsTheLimit) {
    make("a", 5 * kHourS);
    make("b", 4 * kHourS);
    settle();
    keep_house(layout(), LockKind::Ofd, size_limit(150'000));
    EXPECT_EQ(bodies().size(), 1U);
    EXPECT_EQ(must(open().size()).environments, 1U);
}

TEST_F(EvictTest, WhoMeetsAnElectedCollectorLeavesItToHim) {
    make("a", 5 * kHourS);
    settle();
    const base::Fd election = try_election(layout(), LockKind::Ofd);
    ASSERT_TRUE(election);
    keep_house(layout(), LockKind::Ofd, size_limit(0));
    EXPECT_EQ(bodies().size(), 1U);
}

// Whoever comes while a housekeeper works rings and leaves; the other begins again.
TEST_F(EvictTest, ARingIsHeardByTheOneAtWork) {
    make("a", 5 * kHourS);
    settle();
    static int rounds;
    static std::string house;
    rounds = 0;
    house = layout().lock_file("house");
    set_sync_hook([](const char* name) {
        if (std::string_view(name) != "house.before-unlock") return;
        if (rounds++ == 0) set_age(house, 0);
    });
    keep_house(layout(), LockKind::Ofd);
    set_sync_hook(nullptr);
    EXPECT_EQ(rounds, 2);
}

TEST_F(EvictTest, KilledAnywhereItLeavesAStoreThatWorks) {
    for (const std::string_view point :
         {"evict.chosen",
          "collect.claimed",
          "collect.unnamed",
          "collect.tombstone",
          "collect.moved",
          "evict.bodies",
          "payloads.claimed",
          "payloads.moved",
          "evict.payloads",
          "trash.before-unlink"}) {
        make_payload(kDigest, 3 * kDayS);
        const std::string id = make("a", 2 * kDayS, {kDigest});
        set_age(layout().payload(kDigest) + "/.meta", 3 * kDayS);
        settle();
        static std::string_view wanted;
        wanted = point;
        const int code = testing::run_child([&] {
            set_sync_hook([](const char* name) {
                if (wanted == name) ::raise(SIGKILL);
            });
            keep_house(layout(), LockKind::Ofd, size_limit(0));
            return 0;
        });
        EXPECT_EQ(code, -SIGKILL) << point;
        Store store = open();
        {
            const Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
            EXPECT_TRUE(testing::is_whole(lease.body_path())) << point;
        }
        settle();
        expect_clean_empties();
    }
}

TEST_F(EvictTest, PruneKeepsTheLimitsAndSaysWhy) {
    Store store = open();
    BodyInfo info = info_of(BodyKind::Script, "s.py");
    info.group = "script-1";
    info.own_bytes = kUnitBytes;
    const std::string id = build(store, "a", info).id();
    settle();
    PruneOptions options{.dry_run = true, .limits = size_limit(100)};
    const CollectionReport planned = must(store.prune(options));
    ASSERT_EQ(planned.removals.size(), 1U);
    EXPECT_EQ(planned.removals[0].name, id);
    EXPECT_EQ(planned.removals[0].reason, Reason::TooLarge);
    EXPECT_EQ(bodies().size(), 1U);
    options.dry_run = false;
    EXPECT_EQ(must(store.prune(options)).removals.size(), 1U);
    EXPECT_EQ(bodies().size(), 0U);
}

TEST_F(EvictTest, IdleBodiesAreMeasuredOnceForEachTimeOfUse) {
    const std::string id = make("a", 2 * kHourS);
    const std::string path = layout().body(id);
    const auto measure = [&] {
        const std::vector<BodyEntry> entries = must(survey_bodies(layout()));
        measure_idle_bodies(layout(), entries, base::wall_clock_ns());
        return read_own_sizes(layout()).at(id).bytes;
    };
    settle();
    const std::uint64_t first = measure();
    must(base::write_file(path + "/lib/module.pyc", std::string(500, 'x')));
    EXPECT_EQ(measure(), first);
    set_age(path + "/.lease", kHourS + 60);
    EXPECT_EQ(measure(), first + 500);
    // A hard link belongs to whoever else has it.
    ASSERT_EQ(::link((path + "/lib/module.pyc").c_str(), (root() + "/other").c_str()), 0);
    set_age(path + "/.lease", kHourS + 30);
    EXPECT_EQ(measure(), first);
    EXPECT_EQ(recount(layout(), LockKind::Ofd).environment_bytes, first);
}

TEST_F(EvictTest, ExplainsWhatKeepsABody) {
    make_payload(kDigest, kHourS);
    Store store = open();
    BodyInfo info = info_of(BodyKind::Script, "/work/s.py");
    info.group = "script-1";
    info.packages = {"flask"};
    info.source_payloads = {kDigest};
    const Lease lease = build(store, "env-1", info);
    must(store.write_memo("answer", "leads to env-1"));
    const std::vector<std::string> names = {"flask"};
    const Explanation found = must(store.explain(names));
    ASSERT_EQ(found.bodies.size(), 1U);
    EXPECT_EQ(found.bodies[0].keys, std::vector<std::string>{"env-1"});
    EXPECT_EQ(found.bodies[0].groups, std::vector<std::string>{"script-1"});
    EXPECT_EQ(found.bodies[0].memos, std::vector<std::string>{"answer"});
    EXPECT_TRUE(found.bodies[0].body.in_use);
    EXPECT_FALSE(found.bodies[0].prune_takes);
    ASSERT_EQ(found.payloads.size(), 1U);
    EXPECT_EQ(found.payloads[0].shared_by, std::vector<std::string>{lease.id()});
    for (const std::string& name : {std::string("/work/s.py"), std::string("env-1"), lease.id()}) {
        const std::vector<std::string> one = {name};
        EXPECT_EQ(must(store.explain(one)).bodies.size(), 1U) << name;
    }
    const std::vector<std::string> digest = {kDigest};
    EXPECT_EQ(must(store.explain(digest)).payloads.size(), 1U);
    const std::vector<std::string> none = {"nobody"};
    EXPECT_TRUE(must(store.explain(none)).bodies.empty());
}

TEST(OwnSizes, AreReadBackAndDamageIsAMiss) {
    const OwnSizes sizes = {{"a", {.bytes = 1, .last_used_ns = 2}}, {"b", {3, 4}}};
    std::string bytes = encode_own_sizes(sizes);
    EXPECT_EQ(decode_own_sizes(bytes), sizes);
    bytes[bytes.size() / 2] ^= 1;
    EXPECT_EQ(decode_own_sizes(bytes), std::nullopt);
}

}  // namespace
}  // namespace store
