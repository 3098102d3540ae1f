#include "codec/zip_format.h"

#include "base/text.h"

#include <fmt/core.h>

#include <bit>
#include <cstring>

namespace codec {

using base::ErrorKind;
using base::fail;
using base::Result;

namespace {

constexpr std::uint32_t kLocalSignature = 0x04034b50;
constexpr std::uint32_t kCentralSignature = 0x02014b50;
constexpr std::uint32_t kEndSignature = 0x06054b50;
constexpr std::uint32_t kZip64EndSignature = 0x06064b50;
constexpr std::uint32_t kZip64LocatorSignature = 0x07064b50;
constexpr std::uint32_t kDescriptorSignature = 0x08074b50;

constexpr std::uint16_t kZip64Field = 0x0001;
constexpr std::uint16_t kUnicodePathField = 0x7075;

constexpr std::uint16_t kSaturated16 = 0xffff;
constexpr std::uint32_t kSaturated32 = 0xffffffff;

// Little-endian integer at `offset`, which the caller knows to be inside.
template <class Integer>
Integer load(std::string_view bytes, std::size_t offset) {
    static_assert(std::endian::native == std::endian::little);
    Integer value = 0;
    std::memcpy(&value, bytes.data() + offset, sizeof value);
    return value;
}

struct ExtraFields {
    std::optional<std::string_view> zip64;
    std::optional<std::string_view> unicode_path;
};

Result<ExtraFields> parse_extra(std::string_view extra) {
    ExtraFields fields;
    while (extra.size() >= 4) {
        const auto id = load<std::uint16_t>(extra, 0);
        const std::size_t size = load<std::uint16_t>(extra, 2);
        if (size > extra.size() - 4)
            return fail(zip_error("an extra field is longer than its header says"));
        const std::string_view content = extra.substr(4, size);
        extra.remove_prefix(4 + size);
        if (id != kZip64Field && id != kUnicodePathField) continue;
        std::optional<std::string_view>& field =
            id == kZip64Field ? fields.zip64 : fields.unicode_path;
        if (field) return fail(zip_error("an extra field is there twice"));
        field = content;
    }
    // Tools that align members pad with zeros.
    if (extra.find_first_not_of('\0') != std::string_view::npos)
        return fail(zip_error("stray bytes in the extra fields"));
    return fields;
}

// Hands out the values of a ZIP64 field, which holds one for each value of the header that did not
// fit, in order.
class Zip64Values {
  public:
    explicit Zip64Values(const ExtraFields& fields) : rest_(fields.zip64.value_or("")) {}

    void replace(std::uint64_t& value) {
        if (value != kSaturated32) return;
        missing_ = missing_ || rest_.size() < 8;
        if (missing_) return;
        value = load<std::uint64_t>(rest_, 0);
        rest_.remove_prefix(8);
    }

    // A field that holds more than the header asks for means different things to different readers,
    // unless it repeats both sizes: older Pythons write that (zipfile with force_zip64).
    Result<void> finish(std::uint64_t size, std::uint64_t compressed_size) const {
        if (missing_) return fail(zip_error("a ZIP64 value is missing"));
        const bool repeats = rest_.size() == 16 && load<std::uint64_t>(rest_, 0) == size &&
                             load<std::uint64_t>(rest_, 8) == compressed_size;
        if (!rest_.empty() && !repeats) {
            return fail(zip_error("the ZIP64 field holds values that the header does not ask for"));
        }
        return {};
    }

  private:
    std::string_view rest_;
    bool missing_ = false;
};

struct RawEnd {
    std::size_t position = 0;  // in the tail
    std::uint64_t entries = 0;
    std::uint64_t directory_size = 0;
    std::uint64_t directory_offset = 0;
};

// The end record is the one whose comment reaches exactly to the end of the file. A comment can be
// made to hold another one; such a file means two things.
Result<RawEnd> find_end_record(std::string_view tail) {
    std::optional<std::size_t> found;
    const std::size_t first = tail.size() > kZipEndRecordSize + kZipLongestField
                                  ? tail.size() - kZipEndRecordSize - kZipLongestField
                                  : 0;
    for (std::size_t i = first; i + kZipEndRecordSize <= tail.size(); ++i) {
        const void* next =
            std::memchr(tail.data() + i, 'P', tail.size() - kZipEndRecordSize + 1 - i);
        if (next == nullptr) break;
        i = static_cast<std::size_t>(static_cast<const char*>(next) - tail.data());
        if (load<std::uint32_t>(tail, i) != kEndSignature) continue;
        const std::size_t comment_size = load<std::uint16_t>(tail, i + 20);
        if (i + kZipEndRecordSize + comment_size != tail.size()) continue;
        if (found) return fail(zip_error("two end records claim the archive"));
        found = i;
    }
    if (!found)
        return fail(zip_error("this is no ZIP archive, or it was cut short: there is no end record")
        );
    const std::size_t at = *found;
    const auto disk = load<std::uint16_t>(tail, at + 4);
    const auto directory_disk = load<std::uint16_t>(tail, at + 6);
    const auto disk_entries = load<std::uint16_t>(tail, at + 8);
    const auto entries = load<std::uint16_t>(tail, at + 10);
    const bool one_disk = (disk == 0 || disk == kSaturated16) &&
                          (directory_disk == 0 || directory_disk == kSaturated16);
    if (!one_disk || disk_entries != entries) {
        return fail(ErrorKind::Unsupported, "the archive spans several disks");
    }
    return RawEnd{
        at, entries, load<std::uint32_t>(tail, at + 12), load<std::uint32_t>(tail, at + 16)
    };
}

// The ZIP64 value counts where the old field is saturated; elsewhere both must say the same.
Result<std::uint64_t> agree(
    std::uint64_t old_value, std::uint64_t saturated, std::uint64_t zip64_value
) {
    if (old_value != saturated && old_value != zip64_value) {
        return fail(zip_error("the end record and its ZIP64 form disagree"));
    }
    return zip64_value;
}

Result<ZipEnd> parse_zip64_end(
    std::string_view tail, const RawEnd& old, std::uint64_t tail_offset
) {
    const std::size_t locator = old.position - kZip64LocatorSize;
    if (load<std::uint32_t>(tail, locator + 4) != 0 ||
        load<std::uint32_t>(tail, locator + 16) > 1) {
        return fail(ErrorKind::Unsupported, "the archive spans several disks");
    }
    if (locator < kZip64EndRecordSize) return fail(zip_error("the ZIP64 end record is missing"));
    const std::size_t at = locator - kZip64EndRecordSize;
    const std::string_view record = tail.substr(at, kZip64EndRecordSize);
    const bool in_place = load<std::uint32_t>(record, 0) == kZip64EndSignature &&
                          load<std::uint64_t>(record, 4) == kZip64EndRecordSize - 12;
    if (!in_place) return fail(zip_error("the ZIP64 end record does not stand before its locator"));
    if (load<std::uint32_t>(record, 16) != 0 || load<std::uint32_t>(record, 20) != 0 ||
        load<std::uint64_t>(record, 24) != load<std::uint64_t>(record, 32)) {
        return fail(ErrorKind::Unsupported, "the archive spans several disks");
    }
    ZipEnd end;
    end.entries = TRY(agree(old.entries, kSaturated16, load<std::uint64_t>(record, 32)));
    end.directory_size =
        TRY(agree(old.directory_size, kSaturated32, load<std::uint64_t>(record, 40)));
    end.directory_offset =
        TRY(agree(old.directory_offset, kSaturated32, load<std::uint64_t>(record, 48)));
    end.records_offset = tail_offset + at;
    // The locator's offset is the second place that says where the record is. Bytes before the
    // archive shift both it and the directory's offset.
    const std::uint64_t claimed = load<std::uint64_t>(tail, locator + 8);
    const bool consistent = end.directory_size <= end.records_offset &&
                            claimed >= end.directory_size &&
                            claimed - end.directory_size == end.directory_offset;
    if (!consistent && claimed != end.records_offset) {
        return fail(zip_error("the ZIP64 locator points elsewhere"));
    }
    return end;
}

}  // namespace

base::Error zip_error(std::string what) {
    return {ErrorKind::Invalid, std::move(what)};
}

std::string printable_zip_name(std::string_view name) {
    const bool is_text = base::is_valid_utf8(name);
    std::string text;
    for (const char c : name.substr(0, 200)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20U || byte == 0x7fU || (byte >= 0x80U && !is_text)) {
            text += fmt::format("\\x{:02x}", byte);
        } else {
            text += c;
        }
    }
    return text;
}

Result<ZipCentralHeader> parse_zip_central_header(std::string_view bytes) {
    if (bytes.size() < kZipCentralHeaderSize ||
        load<std::uint32_t>(bytes, 0) != kCentralSignature) {
        return fail(zip_error("the central directory is damaged"));
    }
    const std::size_t name_size = load<std::uint16_t>(bytes, 28);
    const std::size_t extra_size = load<std::uint16_t>(bytes, 30);
    const std::size_t comment_size = load<std::uint16_t>(bytes, 32);
    ZipCentralHeader header;
    header.record_size = kZipCentralHeaderSize + name_size + extra_size + comment_size;
    if (header.record_size > bytes.size())
        return fail(zip_error("the central directory is damaged"));
    header.flags = load<std::uint16_t>(bytes, 8);
    header.method = load<std::uint16_t>(bytes, 10);
    header.crc32 = load<std::uint32_t>(bytes, 16);
    header.compressed_size = load<std::uint32_t>(bytes, 20);
    header.size = load<std::uint32_t>(bytes, 24);
    header.disk = load<std::uint16_t>(bytes, 34);
    header.external_attributes = load<std::uint32_t>(bytes, 38);
    header.local_offset = load<std::uint32_t>(bytes, 42);
    header.name = bytes.substr(kZipCentralHeaderSize, name_size);

    const ExtraFields fields =
        TRY(parse_extra(bytes.substr(kZipCentralHeaderSize + name_size, extra_size)));
    header.unicode_path = fields.unicode_path;
    Zip64Values values(fields);
    values.replace(header.size);
    values.replace(header.compressed_size);
    values.replace(header.local_offset);
    TRY(values.finish(header.size, header.compressed_size));
    return header;
}

Result<ZipHeader> parse_zip_local_header(std::string_view bytes) {
    if (bytes.size() < kZipLocalHeaderSize || load<std::uint32_t>(bytes, 0) != kLocalSignature) {
        return fail(zip_error("there is no local header where the central directory says"));
    }
    const std::size_t name_size = load<std::uint16_t>(bytes, 26);
    const std::size_t extra_size = load<std::uint16_t>(bytes, 28);
    ZipHeader header;
    header.record_size = kZipLocalHeaderSize + name_size + extra_size;
    if (header.record_size > bytes.size())
        return fail(zip_error("the local header reaches into the next member"));
    header.flags = load<std::uint16_t>(bytes, 6);
    header.method = load<std::uint16_t>(bytes, 8);
    header.crc32 = load<std::uint32_t>(bytes, 14);
    header.compressed_size = load<std::uint32_t>(bytes, 18);
    header.size = load<std::uint32_t>(bytes, 22);
    header.name = bytes.substr(kZipLocalHeaderSize, name_size);

    const ExtraFields fields =
        TRY(parse_extra(bytes.substr(kZipLocalHeaderSize + name_size, extra_size)));
    header.unicode_path = fields.unicode_path;
    Zip64Values values(fields);
    values.replace(header.size);
    values.replace(header.compressed_size);
    TRY(values.finish(header.size, header.compressed_size));
    return header;
}

Result<ZipEnd> parse_zip_end(std::string_view tail, std::uint64_t file_size) {
    if (tail.size() < kZipEndRecordSize)
        return fail(zip_error("this is no ZIP archive: it is too short"));
    const RawEnd old = TRY(find_end_record(tail));
    const std::uint64_t tail_offset = file_size - tail.size();
    const bool has_locator =
        old.position >= kZip64LocatorSize &&
        load<std::uint32_t>(tail, old.position - kZip64LocatorSize) == kZip64LocatorSignature;
    if (has_locator) return parse_zip64_end(tail, old, tail_offset);
    if (old.entries == kSaturated16 || old.directory_size == kSaturated32 ||
        old.directory_offset == kSaturated32) {
        return fail(zip_error("the ZIP64 end record is missing"));
    }
    return ZipEnd{
        old.entries, old.directory_size, old.directory_offset, tail_offset + old.position
    };
}

Result<void> check_zip_descriptor(std::string_view bytes, const ZipHeader& central, bool expected) {
    if (!expected) {
        if (bytes.empty()) return {};
        return fail(zip_error("bytes behind the member belong to nothing"));
    }
    const bool has_signature = bytes.size() == 16 || bytes.size() == 24;
    const bool is_wide = bytes.size() == 20 || bytes.size() == 24;
    if (!has_signature && !is_wide && bytes.size() != 12) {
        return fail(zip_error("the data descriptor behind the member is missing or not alone"));
    }
    if (has_signature) {
        if (load<std::uint32_t>(bytes, 0) != kDescriptorSignature) {
            return fail(zip_error("the data descriptor behind the member is damaged"));
        }
        bytes.remove_prefix(4);
    }
    const std::uint64_t compressed_size =
        is_wide ? load<std::uint64_t>(bytes, 4) : load<std::uint32_t>(bytes, 4);
    const std::uint64_t size =
        is_wide ? load<std::uint64_t>(bytes, 12) : load<std::uint32_t>(bytes, 8);
    const bool same = load<std::uint32_t>(bytes, 0) == central.crc32 &&
                      compressed_size == central.compressed_size && size == central.size;
    if (!same) return fail(zip_error("the data descriptor and the central directory disagree"));
    return {};
}

}  // namespace codec
