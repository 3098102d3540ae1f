#include "base/clock.h"
#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/process.h"
#include "base/record.h"
#include "base/task_pool.h"
#include "base/temp_dir.h"
#include "base/text.h"

#include <gtest/gtest.h>

#include <atomic>

namespace base {
namespace {

TEST(ErrorTest, KeepsItsTextsWhenItIsAssignedToItself) {
    Error error(ErrorKind::Failed, "a message long enough to be allocated");
    error = std::move(error).cause("first").hint("do this");
    error = std::move(error).cause("second");
    EXPECT_EQ(error.flat(), "a message long enough to be allocated: first: second");
    EXPECT_EQ(error.hints().size(), 1U);
}

TEST(Text, DurationsAndSizesReadAsTheSurfaceTablesSay) {
    EXPECT_EQ(format_duration(890'000), "0.89ms");
    EXPECT_EQ(format_duration(12'400'000), "12ms");
    EXPECT_EQ(format_duration(1'340'000'000), "1.34s");
    EXPECT_EQ(format_duration(123'000'000'000), "2m 03s");
    EXPECT_EQ(format_bytes(574), "574B");
    EXPECT_EQ(format_bytes(16384), "16.0KiB");
    EXPECT_EQ(format_bytes(1048575), "1.0MiB");
}

TEST(Text, NearestFindsTyposAndRefusesStrangers) {
    const std::string names[] = {"--python", "--with", "--isolated"};
    EXPECT_EQ(nearest("--pyhton", names), "--python");
    EXPECT_EQ(nearest("--zzzzzzzz", names), std::nullopt);
}

TEST(Text, Utf8IsChecked) {
    EXPECT_TRUE(is_valid_utf8("h\xc3\xa9llo"));
    EXPECT_FALSE(is_valid_utf8("\xc0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xed\xa0\x80"));
    EXPECT_FALSE(is_valid_utf8("\xe2\x82"));
}

TEST(Clock, DatesOfEveryForm) {
    EXPECT_EQ(parse_rfc3339("1970-01-01T00:01:00Z"), 60);
    EXPECT_EQ(parse_rfc3339("1970-01-01T02:00:00.5+02:00"), 0);
    EXPECT_EQ(parse_rfc3339("1970-13-01T00:00:00Z"), std::nullopt);
    EXPECT_EQ(parse_date("1970-01-02"), 86400);
    EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT"), 784111777);
    EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994"), 784111777);
    EXPECT_EQ(format_http_date(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(format_rfc3339(784111777), "1994-11-06T08:49:37Z");
}

TEST(Hash, KnownVectors) {
    EXPECT_EQ(
        sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    EXPECT_EQ(to_base64url(sha256("")), "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU");
    EXPECT_EQ(to_base64("Aladdin:open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    Hasher md5(HashAlgorithm::Md5);
    md5.update("abc");
    EXPECT_EQ(md5.finish_hex(), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_TRUE(HashDigest::parse("md5:900150983cd24fb0d6963f7d28e17f72").has_value());
    EXPECT_FALSE(HashDigest::parse("sha256:abc").has_value());
}

TEST(Record, DamageIsAMiss) {
    RecordWriter writer("TEST", 1);
    writer.string("hello");
    writer.u64(7);
    const std::string bytes = writer.finish();
    auto reader = RecordReader::open(bytes, "TEST", 1);
    ASSERT_TRUE(reader);
    EXPECT_EQ(reader->string(), "hello");
    EXPECT_EQ(reader->u64(), 7U);
    EXPECT_TRUE(reader->complete());
    EXPECT_FALSE(RecordReader::open(bytes, "TEST", 2));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        std::string damaged = bytes;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        EXPECT_FALSE(RecordReader::open(damaged, "TEST", 1)) << "byte " << i;
        EXPECT_FALSE(RecordReader::open(bytes.substr(0, i), "TEST", 1)) << "cut at " << i;
    }
}

TEST(File, PathsByText) {
    EXPECT_EQ(join_path("a/", "b"), "a/b");
    EXPECT_EQ(join_path("a", "/b"), "/b");
    EXPECT_EQ(normalize_path("/a/./b/../c//"), "/a/c");
    EXPECT_EQ(normalize_path("../x/.."), "..");
    EXPECT_EQ(parent_path("/a"), "/");
    EXPECT_EQ(file_name("/a/b"), "b");
}

TEST(File, TreesAreRemovedWholeAndCounted) {
    const auto temporary = TempDir::create("/tmp", "adder-base-test-");
    ASSERT_TRUE(temporary);
    const std::string tree = join_path(temporary->path(), "tree");
    ASSERT_TRUE(make_directories(tree + "/a/b"));
    ASSERT_TRUE(write_file(tree + "/a/b/file", "12345"));
    ASSERT_TRUE(make_symlink("/nonexistent", tree + "/link"));
    const auto counted = remove_tree(tree);
    ASSERT_TRUE(counted);
    EXPECT_EQ(counted->files, 2U);
    EXPECT_EQ(counted->directories, 3U);
    EXPECT_FALSE(exists(tree));
}

TEST(Process, OutputInputAndExitCodeArrive) {
    ProcessRequest request{.program = "/bin/sh", .arguments = {"-c", "cat; echo oops >&2; exit 3"}};
    request.input = "hello";
    const auto done = run_process(request);
    ASSERT_TRUE(done);
    EXPECT_EQ(done->exit_code, 3);
    EXPECT_EQ(done->output, "hello");
    EXPECT_EQ(done->error, "oops\n");
}

TEST(Process, ATimeoutKills) {
    ProcessRequest request{.program = "/bin/sleep", .arguments = {"60"}};
    request.timeout_ms = 50;
    EXPECT_FALSE(run_process(request));
}

TEST(TaskPool, RunsEveryIndexOnce) {
    TaskPool pool(4);
    std::vector<std::atomic<int>> seen(1000);
    pool.for_each(seen.size(), [&](std::size_t i) { ++seen[i]; });
    for (const auto& count : seen)
        EXPECT_EQ(count, 1);
    Future<int> answer = pool.run([] { return 42; });
    EXPECT_EQ(answer.get(), 42);
}

}  // namespace
}  // namespace base
