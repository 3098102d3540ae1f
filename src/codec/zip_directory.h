// Reads the central directory of a ZIP archive and checks what can be told without the local
// headers. Internal to the ZIP reader.
#pragma once

#include "codec/zip.h"

#include <cstdint>
#include <vector>

namespace codec {

struct ZipDirectory {
    std::vector<ZipEntry> entries;
    std::vector<std::uint32_t> by_name;  // indices sorted by name, then position
};

base::Result<ZipDirectory> read_zip_directory(RandomSource& source, const ZipLimits& limits);

// The name both headers must agree on: UTF-8, without NUL, and the same as the Unicode path field
// says if there is one.
struct ZipHeader;
base::Result<void> check_zip_name(const ZipHeader& header);

// The position in `directory.entries` order of the first member of that name, or nullptr.
const ZipEntry* find_zip_entry(
    const std::vector<ZipEntry>& entries,
    const std::vector<std::uint32_t>& by_name,
    std::string_view name
);

}  // namespace codec
