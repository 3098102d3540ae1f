// What clean and prune take and what they leave.

#include "base/random.h"
#include "store/payload.h"
#include "store/test_store.h"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/file.h>

namespace store::testing {
namespace {

std::string digest(char c) {
    return std::string(64, c);
}

void add_payload(Store& store, const std::string& sha256, const PayloadInfo& info) {
    PayloadStage stage = must(store.begin_payload(sha256));
    fill(stage.path());
    must(store.publish_payload(std::move(stage), info));
}

PayloadInfo payload_of(std::string package, PayloadOrigin origin = PayloadOrigin::Prebuilt) {
    return {
        .package = std::move(package),
        .version = "1",
        .origin = origin,
        .files = 2,
        .directories = 1,
        .bytes = 2
    };
}

bool has_payload(Store& store, const std::string& sha256) {
    return must(store.lock_payload(sha256)).has_value();
}

TEST_F(StoreTest, CleanTakesEverythingThatIsNotInUse) {
    Store store = open();
    build(store, "tool-a", info_of(BodyKind::Tool, "a"));
    BodyInfo script = info_of(BodyKind::Script, "b");
    script.group = "script-b";
    build(store, "script-b1", script);
    add_payload(store, digest('a'), payload_of("flask"));
    must(store.write_memo("memo", "x"));
    must(base::write_file(must(store.bucket("pages")) + "/flask.page", "12345"));

    const CollectionReport report = must(store.clean({}));
    EXPECT_EQ(report.environments, 2U);
    EXPECT_EQ(report.payloads, 1U);
    EXPECT_EQ(report.files, 4U + 4U + 3U + 1U + 1U);
    EXPECT_EQ(report.bytes, 2U + 2U + 2U + 1U + 5U);
    EXPECT_TRUE(report.kept.empty());
    EXPECT_TRUE(report.notes.empty());
    expect_empty();
    EXPECT_EQ(must(store.size()).bytes, 0U);
    // And it goes on working.
    EXPECT_TRUE(is_whole(build(store, "tool-a", info_of(BodyKind::Tool, "a")).body_path()));
}

TEST_F(StoreTest, ADryRunChangesNothingAndSaysTheSame) {
    Store store = open();
    build(store, "tool-a", info_of(BodyKind::Tool, "a"));
    add_payload(store, digest('a'), payload_of("flask"));
    must(base::write_file(must(store.bucket("pages")) + "/flask.page", "12345"));
    const CollectionReport planned = must(store.clean({.dry_run = true}));
    EXPECT_TRUE(must(store.lease("tool-a")));
    EXPECT_TRUE(has_payload(store, digest('a')));
    EXPECT_EQ(must(store.prune({.dry_run = true})).environments, 1U);
    EXPECT_TRUE(must(store.lease("tool-a")));
    const CollectionReport done = must(store.clean({}));
    EXPECT_EQ(planned.files, done.files);
    EXPECT_EQ(planned.directories, done.directories);
    EXPECT_EQ(planned.bytes, done.bytes);
    EXPECT_EQ(planned.environments, done.environments);
    EXPECT_EQ(planned.payloads, done.payloads);
}

TEST_F(StoreTest, CleaningAPackageTakesWhatContainsIt) {
    Store store = open();
    BodyInfo flask = info_of(BodyKind::Tool, "flask");
    flask.packages = {"flask", "werkzeug"};
    BodyInfo black = info_of(BodyKind::Tool, "black");
    black.packages = {"black"};
    build(store, "tool-flask", flask);
    build(store, "tool-black", black);
    add_payload(store, digest('a'), payload_of("werkzeug"));
    add_payload(store, digest('b'), payload_of("black"));

    const CollectionReport report = must(store.clean({.packages = {"werkzeug"}}));
    EXPECT_EQ(report.environments, 1U);
    EXPECT_EQ(report.payloads, 1U);
    EXPECT_FALSE(must(store.lease("tool-flask")));
    EXPECT_TRUE(must(store.lease("tool-black")));
    EXPECT_FALSE(has_payload(store, digest('a')));
    EXPECT_TRUE(has_payload(store, digest('b')));

    const CollectionReport nothing = must(store.clean({.packages = {"unknown"}}));
    EXPECT_EQ(nothing.files + nothing.directories, 0U);
}

TEST_F(StoreTest, PruneKeepsWhatAScriptUsedLast) {
    Store store = open();
    BodyInfo script = info_of(BodyKind::Script, "s.py");
    script.group = "script-s";
    build(store, "s-1", script);
    build(store, "s-2", script);
    build(store, "tool-a", info_of(BodyKind::Tool, "a"));
    build(store, "with-a", info_of(BodyKind::With, "a"));
    add_payload(store, digest('a'), payload_of("flask"));

    const CollectionReport report = must(store.prune({}));
    EXPECT_EQ(report.environments, 3U);
    EXPECT_EQ(report.payloads, 0U);
    EXPECT_FALSE(must(store.lease("s-1")));
    EXPECT_TRUE(must(store.lease("s-2")));
    EXPECT_FALSE(must(store.lease("tool-a")));
    EXPECT_FALSE(must(store.lease("with-a")));
    EXPECT_TRUE(has_payload(store, digest('a')));
}

TEST_F(StoreTest, AScriptThatWentBackKeepsTheOlderGeneration) {
    Store store = open();
    BodyInfo script = info_of(BodyKind::Script, "s.py");
    script.group = "script-s";
    build(store, "s-1", script);
    build(store, "s-2", script);
    must(store.mark_current("script-s", "s-1"));
    must(store.prune({}));
    EXPECT_TRUE(must(store.lease("s-1")));
    EXPECT_FALSE(must(store.lease("s-2")));
}

TEST_F(StoreTest, PruneForCiTakesWhatCanBeDownloadedAgain) {
    Store store = open();
    add_payload(store, digest('a'), payload_of("flask"));
    add_payload(store, digest('b'), payload_of("own", PayloadOrigin::Built));
    must(base::write_file(must(store.bucket("wheels")) + "/x.whl", "x"));
    must(base::write_file(must(store.bucket("pages")) + "/flask.page", "x"));
    const CollectionReport report = must(store.prune({.ci = true}));
    EXPECT_EQ(report.payloads, 1U);
    EXPECT_FALSE(has_payload(store, digest('a')));
    EXPECT_TRUE(has_payload(store, digest('b')));
    EXPECT_FALSE(base::exists(layout().buckets() + "/wheels/x.whl"));
    EXPECT_TRUE(base::exists(layout().buckets() + "/pages/flask.page"));
}

TEST_F(StoreTest, PruneTakesOrphansDanglingNamesAndTornFiles) {
    Store store = open();
    const std::string body = build(store, "a", info_of(BodyKind::Script, "a")).body_path();
    ASSERT_EQ(::unlink(layout().name("a").c_str()), 0);
    ASSERT_EQ(::symlink("0123456789abcdefghjkmnpqrs", layout().name("dangling").c_str()), 0);
    must(base::write_file(must(store.bucket("pages")) + "/x.page.tmp-0123456789ab", "x"));
    must(store.prune({}));
    EXPECT_FALSE(base::exists(body));
    EXPECT_TRUE(names_in(layout().names()).empty());
    EXPECT_TRUE(names_in(layout().buckets() + "/pages").empty());
}

TEST_F(StoreTest, AThousandDeadStagesGoWithOnePrune) {
    Store store = open();
    must(store.write_memo("m", "x"));
    for (int i = 0; i < 1000; ++i)
        must(create_leased_directory(layout().stages(), base::random_id(), LockKind::Ofd));
    const LeasedDirectory alive =
        must(create_leased_directory(layout().stages(), "zzzzzzzzzzzzzzzzzzzzzzzzzz", LockKind::Ofd)
        );
    const CollectionReport report = must(store.prune({}));
    EXPECT_EQ(report.directories, 1000U);
    EXPECT_EQ(names_in(layout().stages()), std::vector<std::string>{"zzzzzzzzzzzzzzzzzzzzzzzzzz"});
}

TEST_F(StoreTest, ABodyKeepsWhatItIsLayeredOn) {
    Store store = open();
    const std::string base_path =
        build(store, "script-1", info_of(BodyKind::Tool, "base")).body_path();
    std::optional<Lease> layer;
    {
        const Lease parent = must(store.lease("script-1")).value();
        BodyInfo info = info_of(BodyKind::With, "layer");
        info.parents = {&parent};
        layer = build(store, "with-1", info);
    }
    const std::string layer_path = layer->body_path();
    const CollectionReport kept = must(store.clean({}));
    EXPECT_EQ(kept.environments, 0U);
    EXPECT_EQ(kept.kept.size(), 2U);
    EXPECT_TRUE(is_whole(base_path));
    layer.reset();
    EXPECT_EQ(must(store.clean({})).environments, 2U);
    EXPECT_FALSE(base::exists(base_path));
    EXPECT_FALSE(base::exists(layer_path));
    expect_empty();
}

TEST_F(StoreTest, ALinkedPayloadStaysAsLongAsTheBody) {
    Store store = open();
    add_payload(store, digest('a'), payload_of("flask"));
    add_payload(store, "aa" + std::string(62, 'b'), payload_of("black"));
    BodyInfo info = info_of(BodyKind::Tool, "a");
    info.payloads = {digest('a')};
    std::optional<Lease> lease = build(store, "a", info);
    const CollectionReport report = must(store.clean({}));
    EXPECT_EQ(report.payloads, 1U);
    EXPECT_TRUE(has_payload(store, digest('a')));
    EXPECT_FALSE(has_payload(store, "aa" + std::string(62, 'b')));
    lease.reset();
    must(store.clean({}));
    must(store.clean({}));
    expect_empty();
}

TEST_F(StoreTest, APayloadIsNotTakenWhileItIsLinkedFrom) {
    Store store = open();
    add_payload(store, digest('a'), payload_of("flask"));
    add_payload(store, "aa" + std::string(62, 'b'), payload_of("black"));
    {
        const std::optional<PayloadGuard> guard = must(store.lock_payload(digest('a')));
        const std::optional<PayloadGuard> again = must(store.lock_payload(digest('a')));
        ASSERT_TRUE(guard && again);
        EXPECT_EQ(must(store.clean({})).payloads, 1U);
        EXPECT_TRUE(is_whole(guard->path()));
    }
    EXPECT_EQ(must(store.clean({})).payloads, 1U);
    expect_empty();
}

TEST_F(StoreTest, OneOfTwoGuardsIsEnough) {
    Store store = open();
    add_payload(store, digest('a'), payload_of("flask"));
    std::optional<PayloadGuard> first = must(store.lock_payload(digest('a')));
    const std::optional<PayloadGuard> second = must(store.lock_payload(digest('a')));
    first.reset();
    must(store.clean({}));
    EXPECT_TRUE(is_whole(second->path()));
}

TEST_F(StoreTest, TheSecondOfTwoPayloadsYields) {
    Store store = open();
    PayloadStage first = must(store.begin_payload(digest('a')));
    PayloadStage second = must(store.begin_payload(digest('a')));
    fill(first.path());
    fill(second.path());
    const PayloadGuard one = must(store.publish_payload(std::move(first), payload_of("flask")));
    const PayloadGuard two = must(store.publish_payload(std::move(second), payload_of("flask")));
    EXPECT_EQ(one.path(), two.path());
    EXPECT_TRUE(is_whole(two.path()));
    EXPECT_TRUE(names_in(layout().stages()).empty());
    EXPECT_EQ(must(store.size()).payloads, 1U);
}

TEST_F(StoreTest, APayloadOfAnotherBootIsReplaced) {
    Store store = open();
    add_payload(store, digest('a'), payload_of("flask"));
    const std::string path = layout().payload(digest('a'));
    must(base::write_file(path + "/.meta", encode_payload_record(payload_of("flask"), "00000000")));
    must(base::write_file(path + "/lib/first", ""));
    EXPECT_FALSE(has_payload(store, digest('a')));
    add_payload(store, digest('a'), payload_of("flask"));
    EXPECT_TRUE(has_payload(store, digest('a')));
    EXPECT_EQ(must(base::read_file(path + "/lib/first")), "1");
    // On disk by now: it is trusted whatever the boot.
    must(base::write_file(path + "/.meta", encode_payload_record(payload_of("flask"), "00000000")));
    must(base::write_file(path + "/.synced", ""));
    EXPECT_TRUE(has_payload(store, digest('a')));
}

TEST_F(StoreTest, ACollectorThatDoesNotLetGoCostsAPrivatePayload) {
    Store store = open();
    must(store.write_memo("m", "x"));
    const base::Fd lock = open_payload_lock(layout(), digest('a'));
    ASSERT_EQ(
        try_lock(lock.get(), LockKind::Ofd, LockMode::Write, payload_range(digest('a'))),
        LockResult::Held
    );
    EXPECT_FALSE(has_payload(store, digest('a')));
    PayloadStage stage = must(store.begin_payload(digest('a')));
    fill(stage.path());
    std::string path;
    {
        const PayloadGuard guard =
            must(store.publish_payload(std::move(stage), payload_of("flask")));
        path = guard.path();
        EXPECT_TRUE(is_whole(path));
    }
    EXPECT_FALSE(base::exists(path));
}

TEST_F(StoreTest, CachedFilesStayWhileACommandIsAtWork) {
    Store store = open();
    must(base::write_file(must(store.bucket("pages")) + "/flask.page", "x"));
    Store collector = open();
    const CollectionReport busy = must(collector.clean({}));
    EXPECT_EQ(busy.notes.size(), 1U);
    EXPECT_TRUE(base::exists(layout().buckets() + "/pages/flask.page"));
    must(collector.clean({.force = true}));
    EXPECT_FALSE(base::exists(layout().buckets() + "/pages/flask.page"));
}

TEST_F(StoreTest, UvsEntriesGoOnceNobodyHoldsItsLock) {
    must(base::make_directories(root() + "/wheels-v8/pypi"));
    must(base::write_file(root() + "/wheels-v8/pypi/x", "12"));
    must(base::make_directories(root() + "/.tmpAbCdEf"));
    must(base::write_file(root() + "/.lock", ""));
    Store store = open();
    std::optional<Lease> lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    lease.reset();

    const base::Fd uv(::open((root() + "/.lock").c_str(), O_RDWR | O_CLOEXEC));
    ASSERT_EQ(::flock(uv.get(), LOCK_SH | LOCK_NB), 0);
    Store collector = open();
    const CollectionReport kept = must(collector.clean({}));
    EXPECT_EQ(kept.environments, 1U);
    EXPECT_THAT(kept.notes, ::testing::SizeIs(1));
    EXPECT_TRUE(base::exists(root() + "/wheels-v8/pypi/x"));
    ASSERT_EQ(::flock(uv.get(), LOCK_UN), 0);

    // Ours is held by the store that leased; a program of ours is as good a reason to keep them.
    EXPECT_EQ(must(collector.clean({})).notes.size(), 1U);
    must(store.prune({}));
    EXPECT_TRUE(base::exists(root() + "/wheels-v8/pypi/x"));
    const CollectionReport gone = must(store.clean({}));
    EXPECT_EQ(gone.files, 1U);
    EXPECT_EQ(gone.directories, 3U);
    EXPECT_FALSE(base::exists(root() + "/wheels-v8"));
    EXPECT_FALSE(base::exists(root() + "/.tmpAbCdEf"));
    EXPECT_TRUE(base::exists(root() + "/.lock"));
}

TEST_F(StoreTest, AProgramFromASharedRootHoldsUvsLock) {
    must(base::make_directories(root() + "/wheels-v8"));
    Store store = open();
    Lease lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    must(lease.pass_on());
    // The companion's copy survives exec as well: some descriptor without FD_CLOEXEC leads to .lock.
    bool is_inherited = false;
    for (int fd = 3; fd < 1024; ++fd) {
        const base::Result<std::string> path =
            base::read_link("/proc/self/fd/" + std::to_string(fd));
        is_inherited |=
            path && path->ends_with("/.lock") && (::fcntl(fd, F_GETFD) & FD_CLOEXEC) == 0;
    }
    EXPECT_TRUE(is_inherited);
    const base::Fd uv(::open((root() + "/.lock").c_str(), O_RDWR | O_CLOEXEC));
    EXPECT_NE(::flock(uv.get(), LOCK_EX | LOCK_NB), 0);
    ::close_range(900, 1023, 0);
}

TEST_F(StoreTest, WithoutLocksNothingYoungIsTaken) {
    Store first = open();
    must(first.write_memo("m", "x"));
    must(base::write_file(root() + "/STORE", "format=1 lock=none\n"));
    Store store = open();
    std::optional<Lease> lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    const std::string body = lease->body_path();
    add_payload(store, digest('a'), payload_of("flask"));
    const CollectionReport report = must(store.clean({}));
    EXPECT_EQ(report.environments, 0U);
    EXPECT_EQ(report.payloads, 0U);
    EXPECT_TRUE(is_whole(body));
    // The look still protects what is seen in use.
    Companion user([&] { ASSERT_EQ(::chdir(body.c_str()), 0); });
    lease.reset();
    EXPECT_EQ(must(store.clean({.force = true})).environments, 0U);
    user.end();
    EXPECT_EQ(must(store.clean({.force = true})).environments, 1U);
}

TEST_F(StoreTest, EverythingWorksWithFlock) {
    Store first = open();
    must(first.write_memo("m", "x"));
    must(base::write_file(root() + "/STORE", "format=1 lock=flock\n"));
    Store store = open();
    std::optional<Lease> lease = build(store, "a", info_of(BodyKind::Tool, "a"));
    build(store, "b", info_of(BodyKind::Tool, "b"));
    add_payload(store, digest('a'), payload_of("flask"));
    {
        const std::optional<PayloadGuard> guard = must(store.lock_payload(digest('a')));
        const CollectionReport report = must(store.clean({}));
        EXPECT_EQ(report.environments, 1U);
        EXPECT_EQ(report.kept.size(), 1U);
        EXPECT_TRUE(is_whole(guard->path()));
    }
    EXPECT_TRUE(is_whole(lease->body_path()));
    lease.reset();
    must(store.clean({}));
    expect_empty();
}

}  // namespace
}  // namespace store::testing
