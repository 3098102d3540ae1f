// ZipReader: reads ZIP archives (APPNOTE 6.3.10: stored and deflated members, ZIP64) that nobody trusts.
//
// One archive has one meaning or none. Wherever two readers could see different members - names, sizes or flags that
// differ between local header, central directory, data descriptor and Unicode path field; members that overlap or
// leave gaps; two end records - the archive is refused, not interpreted. docs/decisions/004 says why this is our own.
//
//     auto source = TRY(FileSource::open(path));
//     auto zip = TRY(ZipReader::open(source));
//     for (const ZipEntry& entry : zip->entries())
//         TRY(zip->extract(entry, [&](std::string_view bytes) { return base::write_all(fd, bytes); }));
//
// open() reads the end of the archive and checks all that the central directory tells: structure, limits, encryption,
// methods, overlaps, duplicates. What only the local headers tell is checked when a member is read, before its first
// byte is given out. An archive whose every member was extracted (or left to check_duplicates) has thus been checked
// as a whole; one member of a remote archive costs two reads (the tail; the member).
//
// Thread-safe: all members may be read by many threads at once. Memory, whatever the archive claims: the central
// directory; per reading thread about 2 MiB; and 96 MiB in the whole process for members of up to 32 MiB that are
// decompressed in one go while others stream. Errors are Invalid (hostile or damaged) or Unsupported (legal ZIP that
// wheels do not use: encryption, other methods, several disks), or those of the source and the sink.
#pragma once

#include "base/result.h"
#include "codec/random_source.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codec {

// Whether bytes that belong to no member are tolerated before, between and behind the members.
enum class ZipSlack {
    Refuse,           // wheels
    AllowBeforeFirst  // zip applications: a "#!" line before the first member
};

struct ZipLimits {
    std::uint64_t entries = 200'000;
    std::uint64_t directory_size = 32U << 20U;  // bytes of the central directory
    std::uint64_t member_size = 1ULL << 35U;    // bytes of one member, uncompressed
    std::uint64_t total_size = 1ULL << 36U;     // bytes of all members, uncompressed
    // Total size over archive size, for archives that unpack to more than the second.
    std::uint64_t ratio = 200;
    std::uint64_t ratio_applies_above = 64U << 20U;
    ZipSlack slack = ZipSlack::Refuse;
};

enum class ZipMethod : std::uint16_t { Stored = 0, Deflated = 8 };

struct ZipEntry {
    std::string name;  // UTF-8, as stored; not checked for ".." and the like: see check_member_path
    ZipMethod method = ZipMethod::Stored;
    std::uint16_t flags = 0;  // general purpose bits of the central directory
    std::uint32_t crc32 = 0;
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;
    std::uint64_t local_offset = 0;
    std::uint64_t end_offset = 0;  // where the next member or the central directory begins
    std::uint32_t mode = 0;  // st_mode with its type bits when the archive was made on Unix, else 0
    std::uint32_t index = 0;  // position in entries()
    bool is_directory = false;
    bool is_symlink = false;
    // Set on the second and further members of one name (same size and CRC-32, else the archive is refused).
    std::optional<std::uint32_t> duplicate_of;

    bool is_executable() const { return (mode & 0111U) != 0; }
};

using ZipSink = std::function<base::Result<void>(std::string_view bytes)>;

class ZipInflater;
class ZipInflaterPool;

class ZipReader {
  public:
    static base::Result<std::unique_ptr<ZipReader>> open(
        std::shared_ptr<RandomSource> source, const ZipLimits& limits = {}
    );
    ZipReader(const ZipReader&) = delete;
    ZipReader& operator=(const ZipReader&) = delete;
    ~ZipReader();

    // In the order of the central directory.
    const std::vector<ZipEntry>& entries() const { return entries_; }

    // The first member of that name, or nullptr.
    const ZipEntry* find(std::string_view name) const;

    // The whole member; an Invalid error when it is larger than `limit`.
    base::Result<std::string> read(const ZipEntry& entry, std::uint64_t limit = 64U << 20U) const;

    // Gives the member to `sink` in pieces. Size and CRC-32 have been verified only when it
    // returns: what was written before an error must be thrown away. Members of up to 1 MiB reach
    // the sink in one verified piece.
    base::Result<void> extract(const ZipEntry& entry, const ZipSink& sink) const;

    // Checks what extraction leaves out: the local headers of directories, and that members which
    // share a name are equal byte for byte. Cheap when there are none. Whoever extracts calls it
    // once, and then leaves directories and members with `duplicate_of` out.
    base::Result<void> check_duplicates() const;

  private:
    ZipReader(
        std::shared_ptr<RandomSource> source,
        std::vector<ZipEntry> entries,
        std::vector<std::uint32_t> by_name
    );

    base::Result<std::string_view> whole(const ZipEntry& entry, ZipInflater& inflater) const;
    base::Result<void> stream(const ZipEntry& entry, ZipInflater& inflater, const ZipSink& sink)
        const;
    base::Result<void> extract_unnamed(const ZipEntry& entry, const ZipSink& sink) const;

    std::shared_ptr<RandomSource> source_;
    std::vector<ZipEntry> entries_;
    std::vector<std::uint32_t> by_name_;  // indices sorted by name, then position
    std::unique_ptr<ZipInflaterPool> inflaters_;
};

// Whether a member's name may become a path below a directory: relative, not empty, without empty, "." or ".." parts
// (for ".." a "\" separates too), drive letter or control character, parts of at most 255 bytes. One "/" at the end is
// a directory's. Invalid error otherwise.
base::Result<void> check_member_path(std::string_view name);

}  // namespace codec
