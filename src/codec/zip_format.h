// The records of a ZIP archive as bytes (APPNOTE 6.3.10, sections 4.3 to 4.6). Internal to the ZIP
// reader: reads one record at a time and checks what can be told from that record alone.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace codec {

inline constexpr std::size_t kZipLocalHeaderSize = 30;
inline constexpr std::size_t kZipCentralHeaderSize = 46;
inline constexpr std::size_t kZipEndRecordSize = 22;
inline constexpr std::size_t kZip64LocatorSize = 20;
inline constexpr std::size_t kZip64EndRecordSize = 56;
inline constexpr std::size_t kZipLongestField = 0xffff;  // names, extra fields and comments
inline constexpr std::size_t kZipLongestDescriptor = 24;

inline constexpr std::uint16_t kZipFlagDescriptor = 1U << 3U;
inline constexpr std::uint16_t kZipFlagsEncrypted = (1U << 0U) | (1U << 6U) | (1U << 13U);
inline constexpr std::uint16_t kZipFlagPatch = 1U << 5U;

// What local and central headers share, ZIP64 values already applied.
struct ZipHeader {
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;
    std::string_view name;  // raw bytes
    std::optional<std::string_view>
        unicode_path;             // field 0x7075, raw: version, CRC-32 of the name, UTF-8
    std::size_t record_size = 0;  // of the whole record in the archive
};

struct ZipCentralHeader : ZipHeader {
    std::uint16_t disk = 0;
    std::uint32_t external_attributes = 0;
    std::uint64_t local_offset = 0;
};

// Where the central directory is, by the end record and its ZIP64 form together.
struct ZipEnd {
    std::uint64_t entries = 0;
    std::uint64_t directory_size = 0;
    std::uint64_t directory_offset = 0;  // as written
    std::uint64_t records_offset = 0;    // where the end records begin in the file
};

// `bytes` begins with the record and may go on behind it.
base::Result<ZipCentralHeader> parse_zip_central_header(std::string_view bytes);
base::Result<ZipHeader> parse_zip_local_header(std::string_view bytes);

// `tail` is the end of a file of `file_size` bytes, all of it or at least kZipTailSize.
inline constexpr std::size_t kZipTailSize =
    kZip64EndRecordSize + kZip64LocatorSize + kZipEndRecordSize + kZipLongestField;
base::Result<ZipEnd> parse_zip_end(std::string_view tail, std::uint64_t file_size);

// The bytes between a member's data and the next member must be its data descriptor exactly, or nothing.
base::Result<void> check_zip_descriptor(
    std::string_view bytes, const ZipHeader& central, bool expected
);

// A member's name for a message: control characters and foreign bytes are written as \xNN.
std::string printable_zip_name(std::string_view name);

base::Error zip_error(std::string what);

}  // namespace codec
