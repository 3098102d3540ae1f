#include "codec/zip.h"

#include "base/cancel.h"
#include "base/hash.h"
#include "base/text.h"
#include "codec/zip_directory.h"
#include "codec/zip_format.h"
#include "codec/zip_inflate.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>

namespace codec {

using base::fail;
using base::Result;

namespace {

// Larger members are decompressed in one go too while there is memory for it: for shared libraries of some megabytes
// that is twice as fast.
constexpr std::uint64_t kLargestWhole = 32U << 20U;
constexpr std::uint64_t kLongestFrame =
    kZipLocalHeaderSize + 2 * kZipLongestField +
    kZipLongestDescriptor;  // header, name, extra fields; descriptor
constexpr std::uint64_t kPieceSize = 256U << 10U;
static_assert(kPieceSize > kLongestFrame, "a local header fits into the first piece");

bool is_small(const ZipEntry& entry) {
    return entry.size <= kZipSmallMember && entry.compressed_size <= kZipSmallMember;
}

// Memory for input and output of a large member, if it is worth it and there is any.
ZipMemory memory_for(const ZipEntry& entry) {
    const bool is_worth_it = entry.method == ZipMethod::Deflated && entry.size <= kLargestWhole &&
                             entry.compressed_size <= kLargestWhole;
    if (!is_worth_it) return {};
    return ZipMemory::try_reserve(entry.end_offset - entry.local_offset + entry.size);
}

// The local header says the same as the central directory, or leaves to the data descriptor what it may leave.
Result<void> check_local_header(const ZipEntry& entry, const ZipHeader& local) {
    if (local.name != entry.name) {
        return fail(
            zip_error(fmt::format("its local header names it `{}`", printable_zip_name(local.name)))
        );
    }
    TRY(check_zip_name(local));
    if ((local.flags & (kZipFlagsEncrypted | kZipFlagPatch)) != 0) {
        return fail(zip_error("its local header says it is encrypted"));
    }
    if (local.method != static_cast<std::uint16_t>(entry.method)) {
        return fail(zip_error("its local header gives another compression method"));
    }
    const bool deferred = (local.flags & kZipFlagDescriptor) != 0;
    const bool same_crc = local.crc32 == entry.crc32 || (deferred && local.crc32 == 0);
    const bool same_sizes =
        (local.size == entry.size && local.compressed_size == entry.compressed_size) ||
        (deferred && local.size == 0 && local.compressed_size == 0);
    if (!same_crc || !same_sizes)
        return fail(zip_error("its local header gives another size or checksum"));
    return {};
}

ZipHeader central_values(const ZipEntry& entry) {
    ZipHeader header;
    header.crc32 = entry.crc32;
    header.compressed_size = entry.compressed_size;
    header.size = entry.size;
    return header;
}

// Checks the header at the start of `bytes`; gives its length.
Result<std::uint64_t> check_frame_start(
    const ZipEntry& entry, std::string_view bytes, bool& has_descriptor
) {
    const ZipHeader local = TRY(parse_zip_local_header(bytes));
    TRY(check_local_header(entry, local));
    has_descriptor = (local.flags & kZipFlagDescriptor) != 0;
    const std::uint64_t room = entry.end_offset - entry.local_offset;
    if (local.record_size > room || room - local.record_size < entry.compressed_size) {
        return fail(zip_error("it overlaps the next one"));
    }
    if (room - local.record_size - entry.compressed_size > kZipLongestDescriptor) {
        return fail(zip_error("bytes behind the member belong to nothing"));
    }
    return local.record_size;
}

Result<void> check_crc(const ZipEntry& entry, std::uint32_t crc) {
    if (crc == entry.crc32) return {};
    return fail(zip_error("its checksum does not fit its content"));
}

// Reads a range of the source piece by piece into one buffer.
class PieceReader {
  public:
    PieceReader(
        RandomSource& source, std::span<char> buffer, std::uint64_t begin, std::uint64_t end
    )
        : source_(source), buffer_(buffer), offset_(begin), end_(end) {}

    // Empty at the end.
    Result<std::string_view> next() {
        TRY(base::check_cancelled());
        const std::size_t size =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - offset_));
        if (size != 0) TRY(source_.read(offset_, buffer_.first(size)));
        offset_ += size;
        return std::string_view(buffer_.data(), size);
    }

  private:
    RandomSource& source_;
    std::span<char> buffer_;
    std::uint64_t offset_;
    std::uint64_t end_;
};

}  // namespace

ZipReader::ZipReader(
    std::shared_ptr<RandomSource> source,
    std::vector<ZipEntry> entries,
    std::vector<std::uint32_t> by_name
)
    : source_(std::move(source)),
      entries_(std::move(entries)),
      by_name_(std::move(by_name)),
      inflaters_(std::make_unique<ZipInflaterPool>()) {}

ZipReader::~ZipReader() = default;

Result<std::unique_ptr<ZipReader>> ZipReader::open(
    std::shared_ptr<RandomSource> source, const ZipLimits& limits
) {
    ZipDirectory directory = TRY(read_zip_directory(*source, limits));
    return std::unique_ptr<ZipReader>(
        new ZipReader(std::move(source), std::move(directory.entries), std::move(directory.by_name))
    );
}

const ZipEntry* ZipReader::find(std::string_view name) const {
    return find_zip_entry(entries_, by_name_, name);
}

Result<std::string> ZipReader::read(const ZipEntry& entry, std::uint64_t limit) const {
    if (entry.size > limit) {
        return fail(zip_error(fmt::format(
            "member `{}` has {}, more than {}",
            printable_zip_name(entry.name),
            base::format_bytes(entry.size),
            base::format_bytes(limit)
        )));
    }
    std::string content;
    content.reserve(static_cast<std::size_t>(entry.size));
    TRY(extract(entry, [&](std::string_view bytes) -> Result<void> {
        content += bytes;
        return {};
    }));
    return content;
}

Result<void> ZipReader::extract(const ZipEntry& entry, const ZipSink& sink) const {
    return base::with_context(
        extract_unnamed(entry, sink),
        fmt::format("failed to unpack member `{}`", printable_zip_name(entry.name))
    );
}

Result<void> ZipReader::extract_unnamed(const ZipEntry& entry, const ZipSink& sink) const {
    // The loan ends before the share: a buffer is freed, then its bytes are free for others.
    const ZipMemory memory = is_small(entry) ? ZipMemory() : memory_for(entry);
    const ZipInflaterPool::Loan inflater(*inflaters_);
    if (!is_small(entry) && !memory) return stream(entry, *inflater, sink);
    const std::string_view content = TRY(whole(entry, *inflater));
    return content.empty() ? Result<void>() : sink(content);
}

// One read: header, data and descriptor together.
Result<std::string_view> ZipReader::whole(const ZipEntry& entry, ZipInflater& inflater) const {
    const std::size_t room = static_cast<std::size_t>(entry.end_offset - entry.local_offset);
    const std::span<char> buffer = inflater.input(room);
    TRY(source_->read(entry.local_offset, buffer));
    const std::string_view frame(buffer.data(), buffer.size());
    bool has_descriptor = false;
    const std::size_t start =
        static_cast<std::size_t>(TRY(check_frame_start(entry, frame, has_descriptor)));
    const std::size_t compressed_size = static_cast<std::size_t>(entry.compressed_size);
    TRY(check_zip_descriptor(
        frame.substr(start + compressed_size), central_values(entry), has_descriptor
    ));

    std::string_view content = frame.substr(start, compressed_size);
    if (entry.method == ZipMethod::Deflated) {
        content = TRY(inflater.inflate(content, static_cast<std::size_t>(entry.size)));
    }
    TRY(check_crc(entry, zip_crc32(0, content)));
    return content;
}

Result<void> ZipReader::stream(const ZipEntry& entry, ZipInflater& inflater, const ZipSink& sink)
    const {
    const std::uint64_t room = entry.end_offset - entry.local_offset;
    const std::span<char> buffer =
        inflater.input(static_cast<std::size_t>(std::min(room, kPieceSize)));
    const std::size_t header_room = static_cast<std::size_t>(std::min(room, kLongestFrame));
    TRY(source_->read(entry.local_offset, buffer.first(header_room)));
    bool has_descriptor = false;
    const std::uint64_t header_size =
        TRY(check_frame_start(entry, {buffer.data(), header_room}, has_descriptor));
    const std::uint64_t data_offset = entry.local_offset + header_size;
    const std::uint64_t data_end = data_offset + entry.compressed_size;
    const std::span<char> descriptor =
        buffer.first(static_cast<std::size_t>(entry.end_offset - data_end));
    if (!descriptor.empty()) TRY(source_->read(data_end, descriptor));
    TRY(check_zip_descriptor(
        {descriptor.data(), descriptor.size()}, central_values(entry), has_descriptor
    ));

    std::uint32_t crc = 0;
    const ZipSink checked = [&](std::string_view bytes) {
        crc = zip_crc32(crc, bytes);
        return sink(bytes);
    };
    PieceReader pieces(*source_, buffer, data_offset, data_end);
    if (entry.method == ZipMethod::Deflated) {
        TRY(inflater.inflate([&] { return pieces.next(); }, entry.size, checked));
    } else {
        for (std::string_view piece = TRY(pieces.next()); !piece.empty();
             piece = TRY(pieces.next()))
            TRY(checked(piece));
    }
    return check_crc(entry, crc);
}

Result<void> ZipReader::check_duplicates() const {
    const auto digest = [&](const ZipEntry& entry) -> Result<std::string> {
        base::Hasher hasher;
        TRY(extract(entry, [&](std::string_view bytes) -> Result<void> {
            hasher.update(bytes);
            return {};
        }));
        return hasher.finish();
    };
    for (const ZipEntry& entry : entries_) {
        if (!entry.is_directory && !entry.duplicate_of) continue;
        const std::string content = TRY(digest(entry));
        if (!entry.duplicate_of || content == TRY(digest(entries_[*entry.duplicate_of]))) continue;
        return fail(zip_error(fmt::format(
            "member `{}` is there twice with different content", printable_zip_name(entry.name)
        )));
    }
    return {};
}

Result<void> check_member_path(std::string_view name) {
    const auto refuse = [&](std::string_view what) {
        return fail(zip_error(fmt::format("member `{}` {}", printable_zip_name(name), what)));
    };
    std::string_view path = name;
    if (path.ends_with('/')) path.remove_suffix(1);
    if (path.empty()) return refuse("has an empty path");
    const auto is_control = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20U) || c == '\x7f';
    };
    if (std::ranges::any_of(path, is_control)) return refuse("has a control character in its path");
    if (path.front() == '/' || path.front() == '\\') return refuse("has an absolute path");
    const bool has_drive =
        path.size() >= 2 && path[1] == ':' &&
        ((path[0] >= 'A' && path[0] <= 'Z') || (path[0] >= 'a' && path[0] <= 'z'));
    if (has_drive) return refuse("has an absolute path");
    for (const std::string_view part : base::split(path, '/')) {
        if (part.empty() || part == ".") return refuse("has an empty or `.` part in its path");
        if (part.size() > 255) return refuse("has a path part of more than 255 bytes");
        // A backslash is a legal character of a name here and a separator elsewhere.
        for (const std::string_view piece : base::split(part, '\\')) {
            if (piece == "..") return refuse("leads out of the archive with `..`");
        }
    }
    return {};
}

}  // namespace codec
