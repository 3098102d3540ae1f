// The rows of a page's bytes, shared by the writer (PageBuilder) and the reader (Page). See page.h
// for their order. A change of any of them needs another kPageMagic.
#pragma once

#include <cstdint>
#include <type_traits>

namespace package_index {

inline constexpr std::uint64_t kPageMagic =
    0x31'45'47'41'50'52'44'41;  // "ADRPAGE1" in little-endian order

struct StringRow {
    std::uint32_t offset = 0;  // from the start of the strings
    std::uint32_t length = 0;
};

struct PageHead {
    std::uint64_t magic = kPageMagic;
    std::uint32_t version_count = 0;
    std::uint32_t file_count = 0;
    std::uint32_t tag_set_count = 0;
    std::uint32_t requires_python_count = 0;
    StringRow url_prefix;
};

struct VersionRow {
    StringRow text;
    std::uint32_t first_file = 0;
    std::uint32_t file_count = 0;
};

enum FileFlag : std::uint32_t {
    kIsSourceDistribution = 1U << 0U,
    kIsYanked = 1U << 1U,
    kHasSha256 = 1U << 2U,
    kHasSize = 1U << 3U,
    kHasUploadTime = 1U << 4U,
    kHasMetadata = 1U << 5U,
    kHasMetadataSha256 = 1U << 6U,
    kUrlOmitsPrefix = 1U << 7U,    // PageHead::url_prefix goes before `url`
    kUrlOmitsFileName = 1U << 8U,  // `file_name` goes behind `url`
};

struct FileRow {
    StringRow file_name;
    StringRow url;
    StringRow yanked_reason;
    StringRow other_hashes;     // "md5:... sha512:..."
    StringRow metadata_sha256;  // 32 raw bytes
    std::uint32_t flags = 0;
    std::uint32_t tag_set = 0;
    std::uint32_t requires_python = 0;
    std::uint32_t reserved = 0;
    std::uint64_t size = 0;
    std::int64_t upload_time_ms = 0;
    unsigned char sha256[32] = {};
};

static_assert(
    sizeof(StringRow) == 8 && sizeof(PageHead) == 32 && sizeof(VersionRow) == 16 &&
    sizeof(FileRow) == 104
);
static_assert(std::is_trivially_copyable_v<FileRow>);

}  // namespace package_index
