#include "store/inspection.h"

#include "store/names.h"
#include "store/payload.h"
#include "store/test_store.h"
#include "store/trust.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace store::testing {
namespace {

constexpr const char* kDigest = "aa11111111111111111111111111111111111111111111111111111111111111";

class InspectionTest : public StoreTest {
  protected:
    Inspection inspect() const { return *must(Inspection::open(root())); }

    static std::string publish_payload(Store& store, std::string_view content) {
        PayloadStage stage = must(store.begin_payload(kDigest));
        must(base::write_file(stage.path() + "/file", content));
        return must(store.publish_payload(
                        std::move(stage),
                        {.package = "demo", .version = "1.0", .files = 1, .bytes = content.size()}
                    ))
            .path();
    }

    static InspectedPayload only_payload(const Inspection& inspection) {
        const Inventory inventory = must(inspection.inventory());
        EXPECT_EQ(inventory.payloads.size(), 1U);
        return inventory.payloads.at(0);
    }

    static InspectedBody only_body(const Inspection& inspection) {
        const Inventory inventory = must(inspection.inventory());
        EXPECT_EQ(inventory.bodies.size(), 1U);
        return inventory.bodies.at(0);
    }
};

TEST_F(InspectionTest, ThereMayBeNoStore) {
    EXPECT_FALSE(must(Inspection::open(root())));
    EXPECT_FALSE(base::exists(root()));
}

TEST_F(InspectionTest, ListsWhatCanBeUsedAndWhatBelongsToNothing) {
    Store store = open();
    static_cast<void>(build(store, "one", info_of(BodyKind::Script, "s.py")));
    publish_payload(store, "x");
    must(write_name(layout(), "old", {.id = std::string(26, '0'), .boot = "00000000"}));
    must(write_name(layout(), "lost", {.id = std::string(26, '1')}));
    must(base::write_file(layout().names() + "/file", ""));
    must(base::make_directory(layout().bodies() + "/not-an-id"));
    must(base::write_file(layout().payloads() + "/aa/file", ""));
    const Inventory inventory = must(inspect().inventory());
    ASSERT_EQ(inventory.bodies.size(), 1U);
    EXPECT_EQ(inventory.bodies[0].keys, std::vector<std::string>{"one"});
    EXPECT_TRUE(inventory.bodies[0].record);
    ASSERT_EQ(inventory.payloads.size(), 1U);
    EXPECT_EQ(inventory.payloads[0].info.package, "demo");
    EXPECT_EQ(inventory.dangling, std::vector<std::string>{"lost"});
    EXPECT_EQ(inventory.outdated, 1U);
    EXPECT_EQ(inventory.strays.size(), 3U);
}

TEST_F(InspectionTest, WhatACollectorHasClaimedIsPassedOver) {
    Store store = open();
    static_cast<void>(build(store, "one", info_of(BodyKind::Script, "s.py")));
    publish_payload(store, "x");
    const InspectedBody body = only_body(inspect());
    const base::Fd payload_claim = open_payload_lock(layout(), kDigest);
    ASSERT_EQ(
        try_lock(payload_claim.get(), LockKind::Ofd, LockMode::Write, payload_range(kDigest)),
        LockResult::Held
    );
    const base::Fd body_claim(::open((body.path + "/.lease").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(try_lock(body_claim.get(), LockKind::Ofd, LockMode::Write), LockResult::Held);
    Hold hold;
    EXPECT_EQ(inspect().hold(only_payload(inspect()), hold), HoldState::PassedOver);
    EXPECT_EQ(inspect().hold(body, hold), HoldState::PassedOver);
}

TEST_F(InspectionTest, WhatIsHeldStays) {
    Store store = open();
    static_cast<void>(build(store, "one", info_of(BodyKind::Script, "s.py")));
    publish_payload(store, "x");
    const Inspection inspection = inspect();
    const InspectedBody body = only_body(inspection);
    const InspectedPayload payload = only_payload(inspection);
    {
        Hold body_hold;
        Hold payload_hold;
        ASSERT_EQ(inspection.hold(body, body_hold), HoldState::Held);
        ASSERT_EQ(inspection.hold(payload, payload_hold), HoldState::Held);
        must(open().clean({}));
        EXPECT_TRUE(is_whole(body.path));
        EXPECT_TRUE(base::exists(payload.path));
        EXPECT_TRUE(inspection.is_current(payload, payload_hold));
    }
    expect_clean_empties();
}

TEST_F(InspectionTest, ALookDoesNotCountAsUse) {
    Store store = open();
    static_cast<void>(build(store, "one", info_of(BodyKind::Script, "s.py")));
    const InspectedBody body = only_body(inspect());
    const timespec long_ago[2] = {{1'000'000, 0}, {1'000'000, 0}};
    ASSERT_EQ(::utimensat(AT_FDCWD, (body.path + "/.lease").c_str(), long_ago, 0), 0);
    Hold hold;
    ASSERT_EQ(inspect().hold(body, hold), HoldState::Held);
    EXPECT_EQ(must(base::stamp_of(body.path + "/.lease")).modified_ns, 1'000'000LL * 1'000'000'000);
}

TEST_F(InspectionTest, ANameOfACondemnedBodyIsDamage) {
    Store store = open();
    static_cast<void>(build(store, "one", info_of(BodyKind::Script, "s.py")));
    const InspectedBody body = only_body(inspect());
    ASSERT_EQ(::truncate((body.path + "/.lease").c_str(), 1), 0);
    Hold hold;
    EXPECT_EQ(inspect().hold(body, hold), HoldState::Condemned);
}

TEST_F(InspectionTest, ADamagedBodyIsBuiltAgainAndStaysForItsProgram) {
    Store store = open();
    Lease lease = build(store, "one", info_of(BodyKind::Script, "s.py"));
    const Inspection inspection = inspect();
    const InspectedBody body = only_body(inspection);
    must(inspection.take_out_of_service(body));
    EXPECT_EQ(must(inspection.collect({body})), std::vector<std::string>{lease.id()});
    EXPECT_TRUE(is_whole(lease.body_path()));
    const Lease next = build(store, "one", info_of(BodyKind::Script, "s.py"));
    EXPECT_NE(next.id(), lease.id());
}

TEST_F(InspectionTest, ADamagedPayloadIsAMissAndIsReplaced) {
    Store store = open();
    const std::string path = publish_payload(store, "damaged");
    const Inspection inspection = inspect();
    {
        Hold hold;
        const InspectedPayload payload = only_payload(inspection);
        ASSERT_EQ(inspection.hold(payload, hold), HoldState::Held);
        must(inspection.take_out_of_service(payload, hold));
        EXPECT_FALSE(inspection.is_current(payload, hold));
    }
    EXPECT_FALSE(must(store.lock_payload(kDigest)));
    EXPECT_EQ(publish_payload(store, "right"), path);
    EXPECT_EQ(must(base::read_file(path + "/file")), "right");
    EXPECT_TRUE(must(store.lock_payload(kDigest)));
}

TEST_F(InspectionTest, APayloadThatWasReplacedKeepsItsTrust) {
    Store store = open();
    const std::string path = publish_payload(store, "damaged");
    const base::Fd damaged = must(base::open_directory(path));
    must(distrust(damaged.get()));
    publish_payload(store, "right");
    // Another one who had found the same damage, and comes late.
    must(distrust(damaged.get()));
    EXPECT_TRUE(must(store.lock_payload(kDigest)));
}

TEST_F(InspectionTest, CollectingTakesWhatIsOutOfService) {
    Store store = open();
    const std::string path = publish_payload(store, "damaged");
    must(distrust(must(base::open_directory(path)).get()));
    EXPECT_EQ(must(inspect().collect({})), std::vector<std::string>());
    EXPECT_FALSE(base::exists(path));
}

TEST_F(InspectionTest, ADistrustedPayloadThatABodyLinksToStaysUntilItIsReplaced) {
    Store store = open();
    const std::string path = publish_payload(store, "damaged");
    BodyInfo info = info_of(BodyKind::Script, "s.py");
    info.payloads = {kDigest};
    static_cast<void>(build(store, "one", info));
    must(distrust(must(base::open_directory(path)).get()));
    must(inspect().collect({}));
    EXPECT_TRUE(base::exists(path));
    publish_payload(store, "right");
    EXPECT_EQ(must(base::read_file(path + "/file")), "right");
}

}  // namespace
}  // namespace store::testing
