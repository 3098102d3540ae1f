#include "store/lock_holder.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace store {

using base::Result;

namespace {

constexpr std::uint64_t kLargestInfo = 64U << 10U;

std::optional<pid_t> parse_pid(std::string_view name) {
    const std::optional<std::uint64_t> number = base::parse_unsigned(name);
    if (!number || *number == 0 || *number > INT32_MAX) return std::nullopt;
    return static_cast<pid_t>(*number);
}

bool holds(pid_t pid, const std::string& path, LockKind kind, LockRange range) {
    const std::string process = fmt::format("/proc/{}", pid);
    const Result<std::vector<base::DirectoryEntry>> descriptors =
        base::list_directory(process + "/fd");
    if (!descriptors) return false;
    return std::ranges::any_of(*descriptors, [&](const base::DirectoryEntry& descriptor) {
        const Result<std::string> target =
            base::read_link(fmt::format("{}/fd/{}", process, descriptor.name));
        if (!target || *target != path) return false;
        const Result<std::string> info =
            base::read_file(fmt::format("{}/fdinfo/{}", process, descriptor.name), kLargestInfo);
        return info && std::ranges::any_of(base::split(*info, '\n'), [&](std::string_view line) {
                   return is_write_lock(line, kind, range);
               });
    });
}

}  // namespace

bool is_write_lock(std::string_view line, LockKind kind, LockRange range) {
    if (!line.starts_with("lock:")) return false;
    // "lock:", number, kind, "ADVISORY", mode, pid, device and inode, first byte, last byte
    const std::vector<std::string_view> fields = base::split_whitespace(line);
    if (fields.size() < 9 || fields[4] != "WRITE") return false;
    if (kind == LockKind::Flock) return fields[2] == "FLOCK";
    return fields[2] == "OFDLCK" && base::parse_unsigned(fields[7]) == range.start;
}

std::optional<pid_t> find_lock_holder(const std::string& path, LockKind kind, LockRange range) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory("/proc");
    if (!entries) return std::nullopt;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::optional<pid_t> pid = parse_pid(entry.name);
        if (pid && *pid != ::getpid() && holds(*pid, path, kind, range)) return pid;
    }
    return std::nullopt;
}

}  // namespace store
