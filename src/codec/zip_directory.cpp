#include "codec/zip_directory.h"

#include "base/text.h"
#include "codec/zip_format.h"
#include "codec/zip_inflate.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <sys/stat.h>

namespace codec {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

// No deflated member can grow by more than this (RFC 1951: 258 bytes from 2 bits).
constexpr std::uint64_t kDeflateMaximumRatio = 1032;

std::unexpected<base::Error> refuse(const ZipEntry& entry, std::string_view what) {
    return fail(zip_error(fmt::format("member `{}` {}", printable_zip_name(entry.name), what)));
}

class DirectoryReader {
  public:
    DirectoryReader(RandomSource& source, const ZipLimits& limits)
        : source_(source), limits_(limits) {}

    Result<ZipDirectory> read() {
        const std::string directory_bytes = TRY(read_directory_bytes());
        TRY(parse_entries(directory_bytes));
        // From here on every entry is sound by itself.
        TRY(check_totals());
        TRY(check_layout());
        sort_by_name();
        TRY(check_names());
        return std::move(directory_);
    }

  private:
    Result<std::string> read_directory_bytes() {
        const std::uint64_t file_size = source_.size();
        std::string tail(
            static_cast<std::size_t>(std::min<std::uint64_t>(file_size, kZipTailSize)), '\0'
        );
        const std::uint64_t tail_offset = file_size - tail.size();
        TRY(source_.read(tail_offset, tail));
        end_ = TRY(parse_zip_end(tail, file_size));
        if (end_.entries > limits_.entries)
            return too_large(fmt::format("{} members", end_.entries));
        if (end_.directory_size > limits_.directory_size) {
            return too_large(
                fmt::format("a central directory of {}", base::format_bytes(end_.directory_size))
            );
        }
        if (end_.directory_size > end_.records_offset)
            return fail(zip_error("the central directory is cut short"));
        directory_start_ = end_.records_offset - end_.directory_size;
        if (end_.directory_offset > directory_start_)
            return fail(zip_error("the central directory is cut short"));
        shift_ = directory_start_ - end_.directory_offset;
        if (shift_ != 0 && limits_.slack == ZipSlack::Refuse) {
            return fail(zip_error("bytes before or behind the archive belong to nothing"));
        }
        // Small archives and the directories of most others are in the tail already.
        if (directory_start_ >= tail_offset) {
            return tail.substr(
                static_cast<std::size_t>(directory_start_ - tail_offset),
                static_cast<std::size_t>(end_.directory_size)
            );
        }
        std::string bytes(static_cast<std::size_t>(end_.directory_size), '\0');
        TRY(source_.read(directory_start_, bytes));
        return bytes;
    }

    std::unexpected<base::Error> too_large(std::string_view what) const {
        return fail(zip_error(fmt::format("the archive has {}, more than is accepted", what)));
    }

    Result<void> parse_entries(std::string_view bytes) {
        if (end_.entries > bytes.size() / kZipCentralHeaderSize) {
            return fail(
                zip_error("the central directory holds fewer members than the end record says")
            );
        }
        directory_.entries.reserve(static_cast<std::size_t>(end_.entries));
        while (directory_.entries.size() < end_.entries) {
            const ZipCentralHeader header = TRY(parse_zip_central_header(bytes));
            bytes.remove_prefix(header.record_size);
            directory_.entries.push_back(TRY(entry_of(header)));
        }
        if (!bytes.empty())
            return fail(zip_error("the central directory holds more than the end record says"));
        return {};
    }

    Result<ZipEntry> entry_of(const ZipCentralHeader& header) {
        ZipEntry entry;
        entry.name = header.name;
        entry.method = static_cast<ZipMethod>(header.method);
        entry.flags = header.flags;
        entry.crc32 = header.crc32;
        entry.compressed_size = header.compressed_size;
        entry.size = header.size;
        entry.mode = header.external_attributes >> 16U;
        entry.index = static_cast<std::uint32_t>(directory_.entries.size());
        entry.is_directory = entry.name.ends_with('/');
        entry.is_symlink = S_ISLNK(entry.mode);
        TRY(check_zip_name(header));
        if (header.disk != 0)
            return fail(ErrorKind::Unsupported, "the archive spans several disks");
        if (header.local_offset >= directory_start_ - shift_)
            return refuse(entry, "lies outside the archive");
        entry.local_offset = header.local_offset + shift_;
        TRY(check_kind(entry));
        TRY(check_sizes(entry));
        return entry;
    }

    static Result<void> check_kind(const ZipEntry& entry) {
        const auto unsupported = [&](std::string_view what) {
            return fail(
                ErrorKind::Unsupported,
                fmt::format("member `{}` {}", printable_zip_name(entry.name), what)
            );
        };
        if ((entry.flags & kZipFlagsEncrypted) != 0) return unsupported("is encrypted");
        if ((entry.flags & kZipFlagPatch) != 0) return unsupported("is a patch of another file");
        if (entry.method != ZipMethod::Stored && entry.method != ZipMethod::Deflated) {
            return unsupported(
                fmt::format("is compressed by method {}", static_cast<unsigned>(entry.method))
            );
        }
        const std::uint32_t type = entry.mode & S_IFMT;
        if (type != 0 && type != S_IFREG && type != S_IFDIR && type != S_IFLNK) {
            return refuse(entry, "is a device, pipe or socket");
        }
        if (type == S_IFDIR && !entry.is_directory)
            return refuse(entry, "is a directory by its mode only");
        if (type == S_IFLNK && entry.is_directory)
            return refuse(entry, "is both a link and a directory");
        return {};
    }

    Result<void> check_sizes(const ZipEntry& entry) const {
        if (entry.is_directory && (entry.size != 0 || entry.crc32 != 0))
            return refuse(entry, "is a directory with content");
        if (entry.method == ZipMethod::Stored && entry.size != entry.compressed_size) {
            return refuse(entry, "is stored with two different sizes");
        }
        if (entry.size > limits_.member_size) {
            return refuse(
                entry, fmt::format("is larger than {}", base::format_bytes(limits_.member_size))
            );
        }
        const bool possible = entry.size / kDeflateMaximumRatio <= entry.compressed_size;
        if (!possible) return refuse(entry, "claims a size its data cannot have");
        return {};
    }

    Result<void> check_totals() const {
        std::uint64_t total = 0;
        for (const ZipEntry& entry : directory_.entries) {
            total += entry.size;
            if (total > limits_.total_size) {
                return too_large(
                    fmt::format("more than {} of content", base::format_bytes(limits_.total_size))
                );
            }
        }
        if (total > limits_.ratio_applies_above && total / limits_.ratio > source_.size()) {
            return fail(zip_error(fmt::format(
                "the archive unpacks to {}, more than {} times its size",
                base::format_bytes(total),
                limits_.ratio
            )));
        }
        return {};
    }

    // Members follow one another without overlap and with no more between them than their headers
    // can fill; that they are filled exactly is checked when they are read.
    Result<void> check_layout() {
        std::vector<std::uint32_t> order(directory_.entries.size());
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::sort(order, {}, [&](std::uint32_t index) {
            return directory_.entries[index].local_offset;
        });
        const std::uint64_t first =
            order.empty() ? directory_start_ : directory_.entries[order.front()].local_offset;
        if (first != 0 && limits_.slack == ZipSlack::Refuse) {
            return fail(zip_error("bytes before the first member belong to nothing"));
        }
        for (std::size_t i = 0; i < order.size(); ++i) {
            ZipEntry& entry = directory_.entries[order[i]];
            entry.end_offset = i + 1 < order.size() ? directory_.entries[order[i + 1]].local_offset
                                                    : directory_start_;
            const std::uint64_t room = entry.end_offset - entry.local_offset;
            const std::uint64_t least = kZipLocalHeaderSize + entry.name.size();
            if (room < least || room - least < entry.compressed_size)
                return refuse(entry, "overlaps the next one");
            if (room - least - entry.compressed_size > kZipLongestField + kZipLongestDescriptor) {
                return refuse(entry, "is followed by bytes that belong to nothing");
            }
        }
        return {};
    }

    void sort_by_name() {
        directory_.by_name.resize(directory_.entries.size());
        std::iota(directory_.by_name.begin(), directory_.by_name.end(), 0U);
        std::ranges::sort(directory_.by_name, [&](std::uint32_t a, std::uint32_t b) {
            const int order = directory_.entries[a].name.compare(directory_.entries[b].name);
            return order != 0 ? order < 0 : a < b;
        });
    }

    Result<void> check_names() {
        for (std::size_t i = 1; i < directory_.by_name.size(); ++i) {
            const ZipEntry& earlier = directory_.entries[directory_.by_name[i - 1]];
            ZipEntry& entry = directory_.entries[directory_.by_name[i]];
            if (earlier.name != entry.name) continue;
            const bool may_be_equal = earlier.size == entry.size && earlier.crc32 == entry.crc32 &&
                                      earlier.mode == entry.mode;
            if (!may_be_equal) return refuse(entry, "is there twice with different content");
            entry.duplicate_of = earlier.duplicate_of.value_or(earlier.index);
        }
        for (const ZipEntry& entry : directory_.entries)
            TRY(check_parents(entry));
        return {};
    }

    // No part of the path may be a file. Members of one directory mostly stand together and are
    // asked for it once.
    Result<void> check_parents(const ZipEntry& entry) {
        const std::string_view path = entry.name;
        const std::size_t last = path.rfind('/');
        if (last == std::string_view::npos || path.substr(0, last) == checked_parent_) return {};
        for (std::size_t slash = path.find('/'); slash != std::string_view::npos;
             slash = path.find('/', slash + 1)) {
            if (find_zip_entry(directory_.entries, directory_.by_name, path.substr(0, slash)) !=
                nullptr) {
                return refuse(
                    entry,
                    fmt::format(
                        "lies below `{}`, which is a file",
                        printable_zip_name(path.substr(0, slash))
                    )
                );
            }
        }
        checked_parent_ = path.substr(0, last);
        return {};
    }

    RandomSource& source_;
    const ZipLimits& limits_;
    ZipEnd end_;
    std::uint64_t directory_start_ = 0;
    std::uint64_t shift_ = 0;  // to be added to all offsets: bytes before the archive
    ZipDirectory directory_;
    std::string_view checked_parent_;
};

}  // namespace

Result<void> check_zip_name(const ZipHeader& header) {
    const std::string_view name = header.name;
    const auto refuse_name = [&](std::string_view what) {
        return fail(zip_error(fmt::format("member `{}` {}", printable_zip_name(name), what)));
    };
    if (name.empty()) return fail(zip_error("a member has no name"));
    if (name.contains('\0')) return refuse_name("has a name with a NUL in it");
    if (!base::is_valid_utf8(name)) return refuse_name("has a name that is not UTF-8");
    if (!header.unicode_path) return {};
    // One version byte, the CRC-32 of the name it belongs to, the name. Readers that know the field
    // take its name, the others the header's: both must be the same.
    const std::string_view field = *header.unicode_path;
    if (field.size() < 5 || field.front() != 1 || field.substr(5) != name) {
        return refuse_name("has another name in its Unicode path field");
    }
    std::uint32_t crc = 0;
    std::memcpy(&crc, field.data() + 1, sizeof crc);
    if (crc != zip_crc32(0, name)) {
        return refuse_name("has a Unicode path field made for another name");
    }
    return {};
}

const ZipEntry* find_zip_entry(
    const std::vector<ZipEntry>& entries,
    const std::vector<std::uint32_t>& by_name,
    std::string_view name
) {
    const auto found = std::ranges::lower_bound(by_name, name, {}, [&](std::uint32_t index) {
        return std::string_view(entries[index].name);
    });
    if (found == by_name.end() || entries[*found].name != name) return nullptr;
    return &entries[*found];
}

Result<ZipDirectory> read_zip_directory(RandomSource& source, const ZipLimits& limits) {
    return DirectoryReader(source, limits).read();
}

}  // namespace codec
