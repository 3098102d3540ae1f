// Limits: how far the store may grow before it looks after itself. Values, and the two questions to
// the file system that they need. What happens when one is passed is eviction's business.
//
// Sizes are bytes, or a share of the file system that the store lies on, so that one setting fits a
// laptop and a server.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace store {

struct SizeLimit {
    std::uint64_t bytes = 0;
    // Of the file system; with 0 the bytes stand alone.
    std::uint32_t percent = 0;
    // Which of the two counts when both are given.
    enum class Rule : std::uint8_t { Larger, Smaller } rule = Rule::Larger;

    bool operator==(const SizeLimit&) const = default;
};

struct Limits {
    std::optional<SizeLimit> max_size;       // all that the store holds
    std::optional<SizeLimit> min_free;       // what the file system must have left
    std::optional<std::int64_t> max_age_ns;  // since the last use

    bool operator==(const Limits&) const = default;
};

// What holds where nothing is said: docs/decisions/006-bounded-growth.md has the reasons.
Limits default_limits();

struct Disk {
    std::uint64_t total = 0;
    std::uint64_t available = 0;  // to this user
};

// One statvfs(3); nullopt where it fails.
std::optional<Disk> measure_disk(const std::string& path);

std::uint64_t bytes_of(const SizeLimit& limit, const Disk& disk);

// The limits as numbers, for one store at one time.
struct Bounds {
    std::optional<std::uint64_t> max_bytes;
    std::optional<std::uint64_t> min_free;
    std::optional<std::int64_t> max_age_ns;
};

Bounds bounds_of(const Limits& limits, const Disk& disk);

}  // namespace store
