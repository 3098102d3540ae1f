// ZIP archives made by hand, so that tests can make any part of them a lie. For tests only.
#pragma once

#include "base/hash.h"
#include "codec/zip.h"
#include "codec/zip_inflate.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace codec::zip_test {

inline void put16(std::string& bytes, std::uint64_t value) {
    for (unsigned shift = 0; shift < 16; shift += 8)
        bytes += static_cast<char>(value >> shift);
}

inline void put32(std::string& bytes, std::uint64_t value) {
    for (unsigned shift = 0; shift < 32; shift += 8)
        bytes += static_cast<char>(value >> shift);
}

inline void put64(std::string& bytes, std::uint64_t value) {
    put32(bytes, value);
    put32(bytes, value >> 32U);
}

// A deflate stream of stored blocks: valid, of any size, and made without a compressor.
inline std::string deflate_stored(std::string_view content) {
    std::string bytes;
    do {
        const std::string_view block = content.substr(0, 65535);
        content.remove_prefix(block.size());
        bytes += content.empty() ? '\x01' : '\x00';
        put16(bytes, block.size());
        put16(bytes, ~block.size());
        bytes += block;
    } while (!content.empty());
    return bytes;
}

inline std::string extra_field(std::uint16_t id, std::string_view content) {
    std::string bytes;
    put16(bytes, id);
    put16(bytes, content.size());
    return bytes + std::string(content);
}

inline std::string unicode_path(std::string_view field_name, std::string_view header_name) {
    std::string content(1, '\x01');
    put32(content, zip_crc32(0, header_name));
    return extra_field(0x7075, content + std::string(field_name));
}

// Everything a member's two headers say, so that a test can make any of it a lie.
struct Header {
    std::string name;
    std::uint16_t flags = 0;
    std::uint16_t method = 0;
    std::uint32_t crc32 = 0;
    std::uint64_t compressed_size = 0;
    std::uint64_t size = 0;
    std::string extra;
};

struct Member {
    Header local;
    Header central;
    std::string data;
    std::string behind;  // data descriptor, or what a test smuggles in
    std::uint32_t attributes = 0;
    std::optional<std::uint64_t> offset;  // that the central directory claims
};

enum class Pack { Stored, Deflated };

inline Member member(std::string name, std::string content, Pack pack = Pack::Stored) {
    Member made;
    made.data = pack == Pack::Stored ? content : deflate_stored(content);
    made.central = {
        .name = std::move(name),
        .flags = 0,
        .method = static_cast<std::uint16_t>(pack == Pack::Stored ? 0 : 8),
        .crc32 = zip_crc32(0, content),
        .compressed_size = made.data.size(),
        .size = content.size(),
        .extra = {},
    };
    made.local = made.central;
    made.attributes = 0100644U << 16U;
    return made;
}

struct Archive {
    std::vector<Member> members;
    std::string prefix;
    std::string before_directory;
    std::string before_end;
    std::string comment;
    std::string behind;
    std::optional<std::uint16_t> entries;
    std::int64_t directory_shift = 0;
    bool zip64 = false;

    std::string bytes() const {
        std::string all = prefix;
        std::string directory;
        for (const Member& each : members) {
            append_central(directory, each, all.size());
            append_local(all, each);
        }
        all += before_directory;
        const std::uint64_t start = all.size() + static_cast<std::uint64_t>(directory_shift);
        all += directory + before_end;
        append_end(all, directory.size(), start);
        return all + behind;
    }

    static void append_local(std::string& all, const Member& each) {
        put32(all, 0x04034b50);
        put16(all, 20);
        append_common(all, each.local);
        put16(all, each.local.name.size());
        put16(all, each.local.extra.size());
        all += each.local.name + each.local.extra + each.data + each.behind;
    }

    static void append_central(std::string& all, const Member& each, std::uint64_t offset) {
        put32(all, 0x02014b50);
        put16(all, (3U << 8U) | 20U);
        put16(all, 20);
        append_common(all, each.central);
        put16(all, each.central.name.size());
        put16(all, each.central.extra.size());
        put16(all, 0);
        put16(all, 0);
        put16(all, 0);
        put32(all, each.attributes);
        put32(all, each.offset.value_or(offset));
        all += each.central.name + each.central.extra;
    }

    static void append_common(std::string& all, const Header& header) {
        put16(all, header.flags);
        put16(all, header.method);
        put32(all, 0x00210000);  // time and date
        put32(all, header.crc32);
        put32(all, std::min<std::uint64_t>(header.compressed_size, 0xffffffff));
        put32(all, std::min<std::uint64_t>(header.size, 0xffffffff));
    }

    void append_end(std::string& all, std::uint64_t size, std::uint64_t start) const {
        const std::uint64_t count = entries.value_or(static_cast<std::uint16_t>(members.size()));
        if (zip64) {
            const std::uint64_t record = all.size();
            put32(all, 0x06064b50);
            put64(all, 44);
            put32(all, 0x002d002d);
            put64(all, 0);
            put64(all, count);
            put64(all, count);
            put64(all, size);
            put64(all, start);
            put32(all, 0x07064b50);
            put32(all, 0);
            put64(all, record);
            put32(all, 1);
        }
        put32(all, 0x06054b50);
        put32(all, 0);
        put16(all, zip64 ? 0xffff : count);
        put16(all, zip64 ? 0xffff : count);
        put32(all, zip64 ? 0xffffffff : size);
        put32(all, zip64 ? 0xffffffff : start);
        put16(all, comment.size());
        all += comment;
    }
};

// Opens and extracts everything: "name=content;..." or the flat error.
inline std::string outcome(const std::string& bytes, const ZipLimits& limits = {}) {
    const auto zip = ZipReader::open(std::make_shared<MemorySource>(bytes), limits);
    if (!zip) return zip.error().flat();
    std::string text;
    for (const ZipEntry& entry : (*zip)->entries()) {
        const base::Result<std::string> content = (*zip)->read(entry);
        if (!content) return content.error().flat();
        text += fmt::format(
            "{}={};", entry.name, content->size() > 40 ? base::sha256_hex(*content) : *content
        );
    }
    const base::Result<void> duplicates = (*zip)->check_duplicates();
    return duplicates ? text : duplicates.error().flat();
}

inline Archive two_members() {
    Archive archive;
    archive.members = {member("a.txt", "alpha"), member("pkg/b.txt", "beta beta", Pack::Deflated)};
    return archive;
}

// Puts the data descriptor behind a member and announces it.
inline void add_descriptor(Member& each, bool signature, bool wide) {
    if (signature) put32(each.behind, 0x08074b50);
    put32(each.behind, each.central.crc32);
    for (const std::uint64_t value : {each.central.compressed_size, each.central.size}) {
        wide ? put64(each.behind, value) : put32(each.behind, value);
    }
    each.local.flags = each.central.flags = 1U << 3U;
}

}  // namespace codec::zip_test
