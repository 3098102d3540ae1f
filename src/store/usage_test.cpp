#include "store/usage.h"

#include "store/test_store.h"

namespace store {

namespace {

using testing::must;

// Two environments share a package; one of them is layered on a third.
StoreUsage shared_usage() {
    StoreUsage usage;
    const auto add_body = [&](std::string id, std::uint64_t bytes, std::vector<std::string> from) {
        usage.bodies.push_back({.body = {}, .own_bytes = bytes, .made_from = std::move(from)});
        usage.bodies.back().body.id = std::move(id);
    };
    add_body("base", 1, {"numpy"});
    add_body("layer", 2, {"base", "flask"});
    add_body("other", 4, {"numpy"});
    usage.payloads.push_back({.sha256 = "numpy", .package = "", .version = "", .bytes = 10});
    usage.payloads.push_back({.sha256 = "flask", .package = "", .version = "", .bytes = 20});
    usage.files.push_back(
        {.name = "/root/cache-v1/pages/x", .bucket = "pages", .path = "x", .bytes = 100}
    );
    return usage;
}

TEST(Usage, IsEmptyWhereThereIsNoStore) {
    const base::TempDir directory = must(base::TempDir::create("/tmp", "adder-usage-"));
    const StoreUsage usage = must(survey_usage(directory.path() + "/none"));
    EXPECT_EQ(usage.bodies.size() + usage.payloads.size() + usage.files.size(), 0U);
    EXPECT_EQ(total_bytes(usage), 0U);
}

TEST(Usage, TellsBodiesWithTheirUsersAndFilesByBucket) {
    const base::TempDir directory = must(base::TempDir::create("/tmp", "adder-usage-"));
    Store store = must(Store::open({.root = directory.path()}));
    const std::string bucket = must(store.bucket("pages"));
    must(base::write_file(bucket + "/flask.page", "12345"));
    must(store.write_memo("answer", "123"));
    LeaseOrStage begun = must(store.begin("a-key"));
    Stage* stage = std::get_if<Stage>(&begun);
    ASSERT_NE(stage, nullptr);
    testing::fill(stage->path());
    BodyInfo info = testing::info_of(BodyKind::Tool, "flask");
    info.own_bytes = 2;
    info.bytes = 700;
    const Lease lease = must(store.publish(std::move(*stage), info));

    const StoreUsage usage = must(survey_usage(directory.path()));
    ASSERT_EQ(usage.bodies.size(), 1U);
    EXPECT_EQ(usage.bodies[0].body.label, "flask");
    EXPECT_EQ(usage.bodies[0].own_bytes, 2U);
    EXPECT_TRUE(usage.bodies[0].body.in_use);
    std::map<std::string, std::string> files;
    for (const UsedFile& file : usage.files)
        files[file.bucket] = file.path;
    EXPECT_EQ(
        files, (std::map<std::string, std::string>{{"pages", "flask.page"}, {"memo", "answer"}})
    );
    EXPECT_EQ(total_bytes(usage), 2U + 5U + 3U);
}

TEST(Usage, FilesOfRemovedPackagesBelongToTheEnvironment) {
    const base::TempDir directory = must(base::TempDir::create("/tmp", "adder-usage-"));
    Store store = must(Store::open({.root = directory.path()}));
    const std::string digest(64, 'a');
    PayloadStage unpacked = must(store.begin_payload(digest));
    must(base::write_file(unpacked.path() + "/x", "x"));
    const PayloadInfo package{
        .package = "p", .version = "1", .files = 1, .directories = 1, .bytes = 40
    };
    {
        const PayloadGuard guard = must(store.publish_payload(std::move(unpacked), package));
    }
    LeaseOrStage begun = must(store.begin("a-key"));
    Stage* stage = std::get_if<Stage>(&begun);
    ASSERT_NE(stage, nullptr);
    BodyInfo info = testing::info_of(BodyKind::Tool, "p");
    info.bytes = 100;
    info.own_bytes = 5;
    info.source_payloads = {digest};
    {
        const Lease lease = must(store.publish(std::move(*stage), info));
        EXPECT_EQ(must(survey_usage(directory.path())).bodies.at(0).own_bytes, 5U);
    }
    static_cast<void>(must(store.clean({.packages = {"p"}})));
    EXPECT_EQ(must(survey_usage(directory.path())).bodies.at(0).own_bytes, 100U);
}

TEST(Usage, CleanKeepsWhatIsInUseAndWhatThatIsLayeredOn) {
    StoreUsage usage = shared_usage();
    EXPECT_TRUE(kept_by_clean(usage).empty());
    usage.bodies[1].body.in_use = true;
    EXPECT_EQ(kept_by_clean(usage), (std::set<std::string>{"base", "layer"}));
}

TEST(Usage, SharedPackagesAreFreedWithTheirLastEnvironment) {
    const StoreUsage usage = shared_usage();
    EXPECT_EQ(total_bytes(usage), 137U);
    EXPECT_EQ(bytes_freed(usage, {"numpy"}), 0U);
    EXPECT_EQ(bytes_freed(usage, {"other", "numpy"}), 4U);
    EXPECT_EQ(bytes_freed(usage, {"other", "base", "numpy"}), 15U);
    EXPECT_EQ(bytes_freed(usage, {"/root/cache-v1/pages/x"}), 100U);
    EXPECT_EQ(bytes_freed_but_for(usage, {"base", "layer"}), 104U);
}

}  // namespace

}  // namespace store
