#include "base/file.h"
#include "base/record.h"
#include "base/temp_dir.h"
#include "net/client.h"
#include "net/part_file.h"
#include "net/wire_server_test.h"

#include "loopback_server.h"
#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>

namespace net {
namespace {

constexpr std::size_t kSize = 3 << 20;

std::string make_content(char seed) {
    std::string content(kSize, seed);
    for (std::size_t i = 0; i < content.size(); i += 97)
        content[i] = static_cast<char>(i / 97);
    return content;
}

// Serves one file that can change, break off, and lack validators.
class DownloadTest : public testing::Test {
  protected:
    LoopbackResponse answer(const LoopbackRequest& request) {
        const bool is_same = request.header("if-range").empty() ||
                             request.header("if-range") == etag_ || ignores_if_range_;
        LoopbackResponse response =
            is_same ? answer_range(request, content_) : LoopbackResponse{.body = content_};
        if (status_ != 0) response = {.status = status_};
        if (!etag_.empty()) response.headers.emplace_back("ETag", etag_);
        if (breaks_ > 0) {
            --breaks_;
            response.send_limit = 2 << 20;
        }
        return response;
    }

    static ClientOptions options(unsigned retries) {
        ClientOptions options;
        options.retry = {.retries = retries, .first_pause_ms = 0};
        return options;
    }

    DownloadRequest request() const {
        return {
            .url = Url::parse(server_.url("/file.whl")).value(),
            .part_path = part_,
            .expected_size = kSize,
            .expected_hashes = {{base::HashAlgorithm::Sha256, base::sha256_hex(content_)}},
        };
    }

    base::Result<DownloadResult> download(DownloadRequest request, unsigned retries = 0) const {
        Client client(options(retries));
        return client.download(std::move(request)).get();
    }

    // A download of another command that broke off after 2 MiB.
    void leave_part(DownloadRequest request) {
        breaks_ = 1;
        const auto broken = download(std::move(request));
        ASSERT_FALSE(broken);
        EXPECT_EQ(broken.error().kind(), base::ErrorKind::Network) << broken.error().flat();
    }

    void expect_whole(const base::Result<DownloadResult>& result) const {
        ASSERT_TRUE(result) << result.error().flat();
        EXPECT_EQ(result->size, content_.size());
        EXPECT_EQ(result->sha256, base::sha256_hex(content_));
        EXPECT_EQ(base::read_file(result->path).value(), content_);
        EXPECT_TRUE(result->file);
        EXPECT_FALSE(base::exists(part_ + ".resume"));
    }

    void expect_nothing_left() const {
        EXPECT_TRUE(base::list_directory(directory_.path())->empty());
    }

    base::TempDir directory_ = base::TempDir::create("/tmp", "net-download-").value();
    std::string part_ = directory_.path() + "/file.part";
    std::string content_ = make_content('a');
    std::string etag_ = "\"v1\"";
    int breaks_ = 0;
    int status_ = 0;
    bool ignores_if_range_ = false;
    LoopbackServer server_{[this](const LoopbackRequest& request) { return answer(request); }};
};

TEST_F(DownloadTest, BringsAWholeFile) {
    std::uint64_t last = 0;
    DownloadRequest wanted = request();
    wanted.progress = [&last](std::uint64_t received, std::optional<std::uint64_t> total) {
        EXPECT_GT(received, last);
        EXPECT_EQ(total, kSize);
        last = received;
    };
    const auto result = download(wanted);
    expect_whole(result);
    EXPECT_EQ(result->path, part_);
    EXPECT_EQ(result->resumed_from, 0u);
    EXPECT_EQ(result->headers.find("etag"), etag_);
    EXPECT_EQ(last, kSize);
    EXPECT_EQ(server_.requests().at(0).header("accept-encoding"), "");
}

TEST_F(DownloadTest, GoesOnWhereAnotherCommandBrokeOff) {
    leave_part(request());
    EXPECT_EQ(base::stamp_of(part_)->size, 2u << 20);
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 2u << 20);
    EXPECT_EQ(server_.requests().at(1).header("range"), "bytes=2097152-");
    EXPECT_EQ(server_.requests().at(1).header("if-range"), etag_);
}

TEST_F(DownloadTest, GoesOnWithinOneCommand) {
    breaks_ = 1;
    const auto result = download(request(), 1);
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 0u);
    EXPECT_EQ(server_.requests().at(1).header("range"), "bytes=2097152-");
}

TEST_F(DownloadTest, GoesOnWithoutValidatorIfTheHashIsKnown) {
    etag_.clear();
    leave_part(request());
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 2u << 20);
    EXPECT_EQ(server_.requests().at(1).header("if-range"), "");
}

TEST_F(DownloadTest, GoesOnWithoutHashIfTheServerNamesTheVersion) {
    DownloadRequest plain = request();
    plain.expected_hashes.clear();
    plain.expected_size.reset();
    leave_part(plain);
    const auto result = download(plain);
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 2u << 20);
}

TEST_F(DownloadTest, KeepsNothingThatNobodyCouldContinue) {
    etag_.clear();
    DownloadRequest plain = request();
    plain.expected_hashes.clear();
    leave_part(plain);
    expect_nothing_left();
}

TEST_F(DownloadTest, KeepsNoSmallPart) {
    WireServer server([](WireConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 100000\r\n\r\nshort");
    });
    DownloadRequest small{.url = Url::parse(server.url("/x")).value(), .part_path = part_};
    EXPECT_FALSE(download(small));
    expect_nothing_left();
}

TEST_F(DownloadTest, StartsOverWhenTheServerHasAnotherVersion) {
    leave_part(request());
    content_ = make_content('b');
    etag_ = "\"v2\"";
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 0u);
    EXPECT_EQ(server_.requests().size(), 2u);
}

TEST_F(DownloadTest, StartsOverWhenTheServerIgnoresIfRange) {
    leave_part(request());
    content_ = make_content('b');
    etag_ = "\"v2\"";
    ignores_if_range_ = true;
    expect_whole(download(request()));
    EXPECT_EQ(server_.requests().size(), 3u);
}

TEST_F(DownloadTest, StartsOverWhenThePartIsLongerThanTheFile) {
    leave_part(request());
    content_.resize(1 << 20);
    DownloadRequest shorter = request();
    shorter.expected_size.reset();
    ignores_if_range_ = true;
    expect_whole(download(shorter));
}

TEST_F(DownloadTest, StartsOverForAnotherUrl) {
    leave_part(request());
    DownloadRequest other = request();
    other.url = Url::parse(server_.url("/other.whl")).value();
    const auto result = download(other);
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 0u);
}

TEST_F(DownloadTest, StartsOverOnceWhenThePartIsDamaged) {
    leave_part(request());
    const auto fd = base::open_at(AT_FDCWD, part_, O_WRONLY).value();
    ASSERT_EQ(::pwrite(fd.get(), "damage", 6, 5000), 6);
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 0u);
    EXPECT_EQ(server_.requests().size(), 3u);
}

TEST_F(DownloadTest, DoesNotChaseAServerThatChangesAllTheTime) {
    int version = 0;
    LoopbackServer restless([&](const LoopbackRequest& request) {
        LoopbackResponse response = answer_range(request, content_);
        response.headers.emplace_back("ETag", "\"" + std::to_string(++version) + "\"");
        if (response.status == 200) response.send_limit = 2 << 20;
        return response;
    });
    DownloadRequest wanted = request();
    wanted.url = Url::parse(restless.url("/file.whl")).value();
    EXPECT_FALSE(download(wanted, 9));
    EXPECT_EQ(restless.requests().size(), 4u) << "broken, changed, broken, changed";
}

TEST_F(DownloadTest, NeedsNoRequestForAFileThatIsWhole) {
    ASSERT_TRUE(base::write_file(part_, content_));
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, kSize);
    EXPECT_TRUE(server_.requests().empty());

    ASSERT_TRUE(base::write_file(part_, make_content('b')));
    expect_whole(download(request()));
    EXPECT_EQ(server_.requests().size(), 1u) << "a whole file with another hash is fetched again";
}

TEST_F(DownloadTest, RefusesAWrongHashWithoutTryingAgain) {
    DownloadRequest wrong = request();
    wrong.expected_hashes[0].hex[0] = wrong.expected_hashes[0].hex[0] == '0' ? '1' : '0';
    const auto result = download(wrong, 3);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), base::ErrorKind::Invalid);
    EXPECT_EQ(
        result.error().message(),
        "`" + server_.url("/file.whl") + "` does not have the expected hash"
    );
    EXPECT_EQ(result.error().causes().at(0), "expected " + wrong.expected_hashes[0].to_string());
    EXPECT_EQ(server_.requests().size(), 1u);
    expect_nothing_left();
}

TEST_F(DownloadTest, ChecksEveryExpectedHash) {
    base::Hasher blake(base::HashAlgorithm::Blake2b);
    blake.update(content_);
    DownloadRequest both = request();
    both.expected_hashes.push_back({base::HashAlgorithm::Blake2b, blake.finish_hex()});
    expect_whole(download(both));
    both.expected_hashes[1].hex = std::string(both.expected_hashes[1].hex.size(), '0');
    EXPECT_FALSE(download(both));
}

TEST_F(DownloadTest, HoldsTheServerToTheAnnouncedSize) {
    for (const std::uint64_t size : {kSize - 1, kSize + 1}) {
        DownloadRequest wrong = request();
        wrong.expected_size = size;
        const auto result = download(wrong, 3);
        ASSERT_FALSE(result) << size;
        EXPECT_EQ(result.error().kind(), base::ErrorKind::Invalid) << result.error().flat();
    }
    EXPECT_EQ(server_.requests().size(), 2u);
    DownloadRequest limited = request();
    limited.expected_size.reset();
    limited.size_limit = kSize - 1;
    EXPECT_FALSE(download(limited));
    expect_nothing_left();
}

TEST_F(DownloadTest, BoundsABodyWithoutLength) {
    WireServer server([](WireConnection& connection) {
        connection.send("HTTP/1.1 200 OK\r\n\r\n");
        const std::string block(64 << 10, 'x');
        for (int i = 0; i < 64; ++i)
            connection.send(block);
    });
    DownloadRequest wanted{
        .url = Url::parse(server.url("/x")).value(), .part_path = part_, .expected_size = 1000
    };
    const auto result = download(wanted);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind(), base::ErrorKind::Invalid);
    expect_nothing_left();
}

TEST_F(DownloadTest, TakesAnyOtherStatusForAnError) {
    struct Case {
        int status;
        base::ErrorKind kind;
        std::string_view text;
    };

    static constexpr Case kCases[] = {
        {404, base::ErrorKind::NotFound, "404 Not Found"},
        {403, base::ErrorKind::Network, "403 Forbidden"},
        {503, base::ErrorKind::Network, "503 Service Unavailable"},
        {204, base::ErrorKind::Network, "204"},
    };
    for (const Case& each : kCases) {
        status_ = each.status;
        const auto result = download(request());
        ASSERT_FALSE(result);
        EXPECT_EQ(result.error().kind(), each.kind);
        EXPECT_EQ(
            result.error().message(),
            "`" + server_.url("/file.whl") + "` answered " + std::string(each.text)
        );
        expect_nothing_left();
    }
}

TEST_F(DownloadTest, KeepsThePartWhenTheServerIsOutOfOrder) {
    leave_part(request());
    status_ = 503;
    EXPECT_FALSE(download(request()));
    status_ = 0;
    const auto result = download(request());
    expect_whole(result);
    EXPECT_EQ(result->resumed_from, 2u << 20);
}

TEST_F(DownloadTest, KeepsThePartWhenTheClientGoes) {
    auto [arrived, tell] = base::Future<bool>::make();
    WireServer server([](WireConnection& connection) {
        connection.send(
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nContent-Length: 9000000\r\n\r\n" +
            std::string(2 << 20, 'x')
        );
        connection.wait_until_closed();
    });
    DownloadRequest wanted{.url = Url::parse(server.url("/x")).value(), .part_path = part_};
    wanted.progress = [tell = tell](std::uint64_t received, std::optional<std::uint64_t>) {
        if (received == 2 << 20) tell(true);
    };
    Client client(options(0));
    auto future = client.download(wanted);
    EXPECT_TRUE(arrived.get());
    client.close();
    EXPECT_EQ(future.get().error().kind(), base::ErrorKind::Interrupted);
    EXPECT_EQ(base::stamp_of(part_)->size, 2u << 20);
    EXPECT_TRUE(base::exists(part_ + ".resume"));
}

TEST_F(DownloadTest, WorksBesideAnotherProcess) {
    ASSERT_TRUE(base::write_file(part_, "bytes of another process"));
    const auto other = base::open_at(AT_FDCWD, part_, O_RDWR).value();
    ASSERT_EQ(::flock(other.get(), LOCK_EX), 0);
    const auto result = download(request());
    expect_whole(result);
    EXPECT_NE(result->path, part_);
    EXPECT_EQ(base::read_file(part_).value(), "bytes of another process");
}

TEST_F(DownloadTest, MakesTheDirectory) {
    DownloadRequest deep = request();
    deep.part_path = directory_.path() + "/a/b/file.part";
    EXPECT_TRUE(download(deep));
}

TEST_F(DownloadTest, SaysWhyItCannotWrite) {
    DownloadRequest nowhere = request();
    nowhere.part_path = "/proc/adder/file.part";
    const auto result = download(nowhere);
    ASSERT_FALSE(result);
    EXPECT_NE(result.error().flat().find("/proc/adder"), std::string::npos);
    EXPECT_TRUE(server_.requests().empty());
}

TEST(PartFile, GoesWhenTheDiskIsFull) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-part-").value();
    PartRequest wanted{.path = directory.path() + "/part", .url = "https://a/b"};
    PartFile part = PartFile::open(wanted).value();
    ASSERT_TRUE(part.restart({.validator = "\"1\"", .total = 4 << 20}));
    ASSERT_TRUE(part.write(std::string(2 << 20, 'x')));
    ASSERT_TRUE(base::exists(wanted.path + ".resume"));

    // The limit on file sizes fails a write as a full disk does.
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit full{.rlim_cur = 2 << 20, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &full), 0);
    const auto written = part.write("x");
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, handler);

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind(), base::ErrorKind::Io);
    EXPECT_TRUE(base::list_directory(directory.path())->empty());
}

// What an earlier command left beside a part of three bytes.
void write_sidecar(const std::string& path, std::string_view url, std::string_view boot) {
    base::RecordWriter writer("ADRPART", 1);
    writer.string(url);
    writer.string(boot);
    writer.string("\"1\"");
    writer.boolean(true);
    writer.u64(10);
    ASSERT_TRUE(base::write_file(path, "abc"));
    ASSERT_TRUE(base::write_file(path + ".resume", writer.finish()));
}

TEST(PartFile, TrustsBytesFromBeforeARebootOnlyWithAHash) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-part-").value();
    PartRequest wanted{.path = directory.path() + "/part", .url = "https://a/b"};
    const std::string this_boot = base::read_file("/proc/sys/kernel/random/boot_id").value();
    write_sidecar(wanted.path, wanted.url, this_boot);
    EXPECT_EQ(PartFile::open(wanted)->size(), 3u);
    write_sidecar(wanted.path, wanted.url, "another boot");
    EXPECT_EQ(PartFile::open(wanted)->size(), 0u);
    wanted.expected_hashes = {{base::HashAlgorithm::Sha256, std::string(64, '0')}};
    EXPECT_EQ(PartFile::open(wanted)->size(), 3u);
}

TEST(PartFile, IgnoresASidecarThatDoesNotFit) {
    const base::TempDir directory = base::TempDir::create("/tmp", "net-part-").value();
    PartRequest wanted{
        .path = directory.path() + "/part",
        .url = "https://a/b",
        .expected_hashes = {{base::HashAlgorithm::Sha256, std::string(64, '0')}},
    };
    write_sidecar(wanted.path, "https://a/c", "");
    EXPECT_EQ(PartFile::open(wanted)->size(), 0u);
    write_sidecar(wanted.path, wanted.url, "");
    ASSERT_TRUE(base::write_file(wanted.path, "longer than the whole"));
    EXPECT_EQ(PartFile::open(wanted)->size(), 0u);
    ASSERT_TRUE(base::write_file(wanted.path + ".resume", "damaged"));
    EXPECT_EQ(PartFile::open(wanted)->size(), 0u);
    ASSERT_TRUE(base::remove_file(wanted.path + ".resume"));
    EXPECT_EQ(PartFile::open(wanted)->size(), 0u);
}

}  // namespace
}  // namespace net
