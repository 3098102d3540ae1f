// Reading members: large ones, remote ones, from many threads.
#include "base/task_pool.h"
#include "codec/zip.h"
#include "codec/zip_inflate.h"
#include "codec/zip_test_archive.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <span>

namespace codec {
namespace {

using namespace zip_test;

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint32_t state = 1;
    for (char& c : bytes) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24U);
    }
    return bytes;
}

// A member of 3 MB and one lie about it each.
struct LargeLie {
    std::string_view expected;
    void (*change)(Member&);
};

constexpr LargeLie kLargeLies[] = {
    {"checksum", [](Member& each) { each.data[1'000'000] ^= 1; }},
    {"names it `other`", [](Member& each) { each.local.name = "other"; }},
    {"belong to nothing", [](Member& each) { each.behind = "x"; }},
};

constexpr LargeLie kLargeDeflatedLies[] = {
    {"longer than its size", [](Member& each) { each.local.size = --each.central.size; }},
    {"shorter than its size", [](Member& each) { each.local.size = ++each.central.size; }},
    {"compressed data is damaged", [](Member& each) { each.data[0] = 7; }},
    {"bytes follow the end",
     [](Member& each) {
         each.data += "x";
         each.local.compressed_size = ++each.central.compressed_size;
     }},
    {"compressed data is",  // damaged, or cut short: the two decompressors see it differently
     [](Member& each) {
         each.data.pop_back();
         each.local.compressed_size = --each.central.compressed_size;
     }},
};

void check_large_member(const std::string& content, Pack pack, std::size_t largest_piece) {
    Archive archive;
    archive.members = {member("large", content, pack), member("small", "s")};
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    ASSERT_TRUE(zip);
    std::string seen;
    std::size_t largest = 0;
    const base::Result<void> done =
        (*zip)->extract((*zip)->entries()[0], [&](std::string_view bytes) -> base::Result<void> {
            largest = std::max(largest, bytes.size());
            seen += bytes;
            return {};
        });
    ASSERT_TRUE(done) << done.error().flat();
    EXPECT_EQ(seen, content);
    EXPECT_LE(largest, largest_piece);
    EXPECT_GT(largest, largest_piece / 2);

    const Member good = archive.members[0];
    const auto check_lies = [&](std::span<const LargeLie> lies) {
        for (const LargeLie& lie : lies) {
            archive.members[0] = good;
            lie.change(archive.members[0]);
            const std::string got = outcome(archive.bytes());
            EXPECT_TRUE(got.contains(lie.expected))
                << "wanted: " << lie.expected << "\ngot:    " << got;
        }
    };
    check_lies(kLargeLies);
    if (pack == Pack::Deflated) check_lies(kLargeDeflatedLies);
}

constexpr std::size_t kPiece = 256U << 10U;

TEST(Zip, LargeMembersComeWholeWhileThereIsMemory) {
    const std::string content = pattern(3'000'000);
    check_large_member(content, Pack::Stored, kPiece);
    check_large_member(content, Pack::Deflated, content.size());
    EXPECT_TRUE(ZipMemory::try_reserve(ZipMemory::kBudget)) << "everything was given back";
}

TEST(Zip, LargeMembersAreStreamedWhenThereIsNone) {
    const ZipMemory others = ZipMemory::try_reserve(ZipMemory::kBudget - 1000);
    ASSERT_TRUE(others);
    check_large_member(pattern(3'000'000), Pack::Deflated, kPiece);
}

TEST(Zip, HugeMembersAreStreamedAlways) {
    Archive archive;
    archive.members = {member("huge", std::string(33U << 20U, 'x'), Pack::Deflated)};
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    ASSERT_TRUE(zip);
    std::size_t largest = 0;
    EXPECT_TRUE((*zip)->extract(
        (*zip)->entries()[0],
        [&](std::string_view bytes) -> base::Result<void> {
            largest = std::max(largest, bytes.size());
            return {};
        }
    ));
    EXPECT_LE(largest, kPiece);
}

class CountingSource final : public RandomSource {
  public:
    explicit CountingSource(std::string content) : inner_(std::move(content)) {}

    std::uint64_t size() const override { return inner_.size(); }

    base::Result<void> read(std::uint64_t offset, std::span<char> buffer) override {
        if (fail_after >= 0 && reads.load() >= fail_after)
            return base::fail(base::ErrorKind::Network, "connection lost");
        ++reads;
        bytes += buffer.size();
        return inner_.read(offset, buffer);
    }

    std::atomic<int> reads = 0;
    std::atomic<std::size_t> bytes = 0;
    int fail_after = -1;

  private:
    MemorySource inner_;
};

TEST(Zip, OneMemberOfARemoteArchiveCostsTwoReads) {
    Archive archive;
    archive.members = {
        member("pkg/large", pattern(2'000'000)), member("p.dist-info/METADATA", "Name: p\n")
    };
    archive.members.push_back(member("pkg/more", pattern(500'000)));
    const auto source = std::make_shared<CountingSource>(archive.bytes());
    const auto zip = ZipReader::open(source);
    ASSERT_TRUE(zip);
    EXPECT_EQ(*(*zip)->read(*(*zip)->find("p.dist-info/METADATA")), "Name: p\n");
    EXPECT_EQ(source->reads, 2);
    EXPECT_LT(source->bytes, 70'000U);
}

TEST(Zip, ErrorsOfSourceAndSinkComeThrough) {
    Archive archive;
    archive.members = {member("a", pattern(2'000'000), Pack::Deflated)};
    const ZipMemory others =
        ZipMemory::try_reserve(ZipMemory::kBudget);  // so that the member needs several reads
    for (int fail_after = 0; fail_after < 8; ++fail_after) {
        const auto source = std::make_shared<CountingSource>(archive.bytes());
        source->fail_after = fail_after;
        const auto zip = ZipReader::open(source);
        const base::Error error = zip ? (*zip)->read((*zip)->entries()[0]).error() : zip.error();
        EXPECT_EQ(error.kind(), base::ErrorKind::Network) << error.flat();
    }
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    const auto refused =
        (*zip)->extract((*zip)->entries()[0], [](std::string_view) -> base::Result<void> {
            return base::fail(base::ErrorKind::Io, "disk full");
        });
    EXPECT_EQ(refused.error().flat(), "failed to unpack member `a`: disk full");
}

TEST(Zip, ManyThreadsReadOneArchive) {
    Archive archive;
    std::vector<std::string> contents;
    for (std::size_t i = 0; i < 60; ++i) {
        contents.push_back(pattern(i % 10 == 0 ? 1'500'000 : i * 1000));
        archive.members.push_back(member(
            fmt::format("m{}", i), contents.back(), i % 2 == 0 ? Pack::Stored : Pack::Deflated
        ));
    }
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(archive.bytes()));
    ASSERT_TRUE(zip);
    std::atomic<std::size_t> good = 0;
    base::TaskPool pool(4);
    pool.for_each(240, [&](std::size_t i) {
        const base::Result<std::string> content = (*zip)->read((*zip)->entries()[i % 60]);
        if (content && *content == contents[i % 60]) ++good;
    });
    EXPECT_EQ(good, 240U);
}

TEST(Zip, MemberPaths) {
    for (const std::string_view path :
         {"a", "a/b.py", "a/", "..a/b..", "a b/\u00e9", "a\\b", "...", "ab:c", "-x"}) {
        EXPECT_TRUE(check_member_path(path)) << path;
    }
    const std::string long_text(256, 'x');
    const char* const long_part = long_text.c_str();
    for (const std::string_view path :
         {"",      "/",   "/etc/passwd", "..",    "../a",  "a/..",   "a/../b",
          "a//b",  "./a", "a/.",         "a/./b", "\\a",   "..\\a",  "a\\..\\b",
          "C:\\a", "c:a", "a\nb",        "a\x7f", "a/b//", long_part}) {
        const base::Result<void> result = check_member_path(path);
        ASSERT_FALSE(result) << path;
        EXPECT_EQ(result.error().kind(), base::ErrorKind::Invalid);
        for (const char c : result.error().flat())
            EXPECT_GE(c, ' ') << "a message may not carry control characters";
    }
}

}  // namespace
}  // namespace codec
