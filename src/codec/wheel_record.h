// RECORD of a wheel or an installed distribution: CSV (RFC 4180 quoting, PEP 376 and PEP 427), one
// line per file: path, digest as `<algorithm>=<urlsafe base64 without padding>`, size. Digest and
// size may be empty.
#pragma once

#include "base/hash.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace codec {

struct RecordEntry {
    std::string
        path;  // "/" separated, relative to site-packages, "../" possible; as written, not checked
    std::optional<base::HashDigest> hash;
    std::optional<std::uint64_t> size;

    bool operator==(const RecordEntry&) const = default;
};

// Accepts "\n" and "\r\n", blank lines, and lines without the trailing empty columns. Errors
// (Invalid) name the line.
base::Result<std::vector<RecordEntry>> parse_wheel_record(std::string_view text);

// The same, for callers that want nothing but the paths: digests and sizes are passed over unread.
base::Result<void> for_each_record_path(
    std::string_view text, const std::function<void(const std::string&)>& take
);

// In the order given, "\n" ends each line; paths are quoted only where they need it.
std::string format_wheel_record(std::span<const RecordEntry> entries);

// A digest as RECORD writes it: "sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU".
std::string format_record_hash(const base::HashDigest& digest);

}  // namespace codec
