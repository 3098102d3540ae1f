#include "deflated_archive.h"

#include <libdeflate.h>

#include <cstdint>
#include <memory>
#include <string_view>

namespace bench {
namespace {

using Compressor = std::unique_ptr<libdeflate_compressor, decltype(&libdeflate_free_compressor)>;

constexpr int kLevel = 6;  // what wheels are usually made with
constexpr std::uint64_t kDeflated = 8;
constexpr std::uint64_t kVersion = 20;  // needed to extract deflated members
constexpr std::uint64_t kMadeOnUnix = 3U << 8U;
constexpr std::uint64_t kRegularFile = 0100644;  // st_mode
constexpr std::uint64_t kDate = 0x5021;          // 2020-01-01

std::string deflate(Compressor& compressor, const std::string& content) {
    std::string bytes(libdeflate_deflate_compress_bound(compressor.get(), content.size()), '\0');
    bytes.resize(libdeflate_deflate_compress(
        compressor.get(), content.data(), content.size(), bytes.data(), bytes.size()
    ));
    return bytes;
}

void put(std::string& out, std::uint64_t value, unsigned bytes) {
    for (unsigned i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i));
}

struct Member {
    std::string_view name;
    std::uint32_t crc32 = 0;
    std::size_t compressed_size = 0;
    std::size_t size = 0;
};

// From "version needed to extract" to "extra field length": what the local and the central header share.
void put_shared_fields(std::string& out, const Member& member) {
    put(out, kVersion, 2);
    put(out, 0, 2);  // flags
    put(out, kDeflated, 2);
    put(out, 0, 2);  // time
    put(out, kDate, 2);
    put(out, member.crc32, 4);
    put(out, member.compressed_size, 4);
    put(out, member.size, 4);
    put(out, member.name.size(), 2);
    put(out, 0, 2);  // extra field
}

void put_central_header(std::string& out, const Member& member, std::size_t local_offset) {
    out += "PK\1\2";
    put(out, kMadeOnUnix | kVersion, 2);
    put_shared_fields(out, member);
    put(out, 0, 6);  // comment, disk, internal attributes
    put(out, kRegularFile << 16U, 4);
    put(out, local_offset, 4);
    out += member.name;
}

}  // namespace

std::string deflated_archive(const std::vector<std::pair<std::string, std::string>>& members) {
    Compressor compressor(libdeflate_alloc_compressor(kLevel), &libdeflate_free_compressor);
    std::string archive;
    std::string directory;
    for (const auto& [name, content] : members) {
        const std::string compressed = deflate(compressor, content);
        const Member member{
            .name = name,
            .crc32 = libdeflate_crc32(0, content.data(), content.size()),
            .compressed_size = compressed.size(),
            .size = content.size(),
        };
        put_central_header(directory, member, archive.size());
        archive += "PK\3\4";
        put_shared_fields(archive, member);
        archive += name + compressed;
    }
    const std::size_t directory_offset = archive.size();
    archive += directory + "PK\5\6";
    put(archive, 0, 4);  // disks
    put(archive, members.size(), 2);
    put(archive, members.size(), 2);
    put(archive, directory.size(), 4);
    put(archive, directory_offset, 4);
    put(archive, 0, 2);  // comment
    return archive;
}

}  // namespace bench
