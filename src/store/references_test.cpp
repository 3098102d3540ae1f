// What a collector must not take although nobody tells it so: the record that would is damaged.

#include "store/references.h"

#include "store/test_store.h"

namespace store::testing {
namespace {

const std::string kDigest(64, 'a');

void damage_record(const Lease& lease) {
    must(base::write_file(lease.body_path() + "/.meta", "not a record"));
}

void add_payload(Store& store) {
    PayloadStage stage = must(store.begin_payload(kDigest));
    fill(stage.path());
    must(store.publish_payload(
        std::move(stage),
        {.package = "flask", .version = "1", .files = 2, .directories = 1, .bytes = 2}
    ));
}

TEST_F(StoreTest, ReferencesAreThoseOfAllRecords) {
    Store store = open();
    const Lease parent = build(store, "base", info_of(BodyKind::Tool, "base"));
    BodyInfo info = info_of(BodyKind::With, "layer");
    info.parents = {&parent};
    info.payloads = {kDigest};
    const Lease layer = build(store, "layer", info);
    const References references = must(read_references(layout()));
    EXPECT_EQ(references.payloads, std::set<std::string>{kDigest});
    EXPECT_EQ(references.parents.at(layer.id()), std::vector<std::string>{parent.id()});
    EXPECT_TRUE(references.unknown.empty());
}

TEST_F(StoreTest, ABodyWithADamagedRecordKeepsWhatItMayBeLayeredOn) {
    Store store = open();
    const std::string base_path = build(store, "base", info_of(BodyKind::Tool, "base")).body_path();
    std::optional<Lease> layer;
    {
        const Lease parent = must(store.lease("base")).value();
        BodyInfo info = info_of(BodyKind::With, "layer");
        info.parents = {&parent};
        layer = build(store, "layer", info);
    }
    damage_record(*layer);
    const CollectionReport report = must(store.clean({}));
    EXPECT_TRUE(is_whole(base_path));
    EXPECT_FALSE(report.notes.empty());
    layer.reset();
    must(store.clean({}));
    expect_empty();
}

TEST_F(StoreTest, ABodyWithADamagedRecordKeepsThePayloads) {
    Store store = open();
    add_payload(store);
    BodyInfo info = info_of(BodyKind::Tool, "a");
    info.payloads = {kDigest};
    std::optional<Lease> lease = build(store, "a", info);
    damage_record(*lease);
    EXPECT_EQ(must(store.clean({})).payloads, 0U);
    EXPECT_TRUE(is_whole(layout().payload(kDigest)));
    lease.reset();
    must(store.clean({}));
    must(store.clean({}));
    expect_empty();
}

}  // namespace
}  // namespace store::testing
