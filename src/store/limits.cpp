#include "store/limits.h"

#include <algorithm>
#include <sys/statvfs.h>

namespace store {

namespace {

constexpr std::uint64_t kGibibyte = 1ULL << 30U;
constexpr std::int64_t kDayNs = 24LL * 3600 * 1'000'000'000;

constexpr std::uint32_t kDefaultShare = 25;
constexpr std::uint64_t kDefaultRoom = 10 * kGibibyte;
constexpr std::uint32_t kDefaultFreeShare = 5;
constexpr std::uint64_t kDefaultFree = kGibibyte;
constexpr std::int64_t kDefaultDays = 90;

}  // namespace

Limits default_limits() {
    return {
        .max_size = SizeLimit{kDefaultRoom, kDefaultShare, SizeLimit::Rule::Larger},
        .min_free = SizeLimit{kDefaultFree, kDefaultFreeShare, SizeLimit::Rule::Smaller},
        .max_age_ns = kDefaultDays * kDayNs,
    };
}

std::optional<Disk> measure_disk(const std::string& path) {
    struct statvfs status{};
    if (::statvfs(path.c_str(), &status) != 0) return std::nullopt;
    return Disk{
        .total = static_cast<std::uint64_t>(status.f_blocks) * status.f_frsize,
        .available = static_cast<std::uint64_t>(status.f_bavail) * status.f_frsize,
    };
}

std::uint64_t bytes_of(const SizeLimit& limit, const Disk& disk) {
    if (limit.percent == 0) return limit.bytes;
    const std::uint64_t share = disk.total / 100 * limit.percent;
    return limit.rule == SizeLimit::Rule::Larger ? std::max(limit.bytes, share)
                                                 : std::min(limit.bytes, share);
}

Bounds bounds_of(const Limits& limits, const Disk& disk) {
    Bounds bounds{.max_bytes = {}, .min_free = {}, .max_age_ns = limits.max_age_ns};
    if (limits.max_size) bounds.max_bytes = bytes_of(*limits.max_size, disk);
    if (limits.min_free) bounds.min_free = bytes_of(*limits.min_free, disk);
    return bounds;
}

}  // namespace store
