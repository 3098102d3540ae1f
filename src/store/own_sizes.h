// What bodies take by themselves: a body consists mostly of hard links into payloads, and grows by
// the bytecode that its programs write. So bodies that nobody has used for a while are measured, by
// the housekeeper, once after each time of use; the answers are kept in the small file `measured`.
// It is a help for counting: a body that is not in it counts by its record.
//
// Files with more than one name count as nothing here: the payload has them.
#pragma once

#include "store/collector.h"
#include "store/layout.h"

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace store {

struct OwnSize {
    std::uint64_t bytes = 0;
    std::int64_t last_used_ns = 0;  // of the body, when it was measured

    bool operator==(const OwnSize&) const = default;
};

using OwnSizes = std::map<std::string, OwnSize>;  // by id

OwnSizes read_own_sizes(const Layout& layout);
std::string encode_own_sizes(const OwnSizes& sizes);
std::optional<OwnSizes> decode_own_sizes(std::string_view bytes);

// Measures those of the bodies that were used since they were measured, but not in the last hour,
// and forgets what is no longer there. True: something has changed.
bool measure_idle_bodies(
    const Layout& layout, std::span<const BodyEntry> bodies, std::int64_t now_ns
);

// From the table, else from the record.
std::uint64_t own_bytes_of(const OwnSizes& sizes, const BodyEntry& body);

// The bytes of all files below `path` that have no other name.
std::uint64_t measure_own(const std::string& path);

}  // namespace store
