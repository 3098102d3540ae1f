#include "store/process_scan.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr int kMaximumPasses = 200;
constexpr std::size_t kIdLength = 26;
constexpr std::uint64_t kReadLimit = 64U << 20U;

// Servers have ten thousand sockets, and the kernel takes microseconds for each. The lowest
// descriptors are looked at, and where leases are put; what has lost its lease among so many is
// found by its words, its variables or its maps.
constexpr std::size_t kDirectoryBuffer = 4096;  // some 160 entries
constexpr int kFirstLeaseDescriptor = 960;
constexpr int kLastLeaseDescriptor = 990;
constexpr std::size_t kTextBuffer = 256U << 10U;

bool is_word_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
}

// getdents64(2); glibc declares no struct for it.
struct DirectoryRecord {
    std::uint64_t inode;
    std::int64_t offset;
    std::uint16_t length;
    unsigned char type;
    char name[5];
};

bool is_want_of_room(int error) {
    return error == EMFILE || error == ENFILE || error == ENOMEM;
}

class ProcessLook {
  public:
    ProcessLook(const std::string& pid, const std::set<std::string>& ids, std::vector<char>& buffer)
        : fd_(base::try_open("/proc/" + pid, O_RDONLY | O_DIRECTORY)), ids_(ids), buffer_(buffer) {
        if (!fd_) note_failure();
    }

    // Whether something could not be looked at for want of a descriptor or of memory.
    bool is_blind() const { return is_blind_; }

    std::set<std::string> look(Depth depth) {
        if (!fd_) return {};
        if (depth == Depth::Descriptors) {
            look_at_descriptors();
            return std::move(found_);
        }
        // Kernel threads and zombies have no exe (ENOENT); of other users' processes only cmdline can be read.
        const int error = look_at_link("exe");
        if (error == ENOENT) return {};
        look_at_file("cmdline");
        if (error == EACCES || error == EPERM) return std::move(found_);
        look_at_link("cwd");
        look_at_file("environ");
        look_at_descriptors();
        look_at_file("maps");
        return std::move(found_);
    }

  private:
    int look_at_link(const std::string& name) {
        std::array<char, 4096> buffer;
        const ssize_t size = ::readlinkat(fd_.get(), name.c_str(), buffer.data(), buffer.size());
        if (size < 0) return errno;
        find_ids({buffer.data(), static_cast<std::size_t>(size)}, ids_, found_);
        return 0;
    }

    void look_at_file(const char* name) {
        const Fd file = base::try_open_at(fd_.get(), name, O_RDONLY);
        if (!file) return note_failure();
        // Ids may lie across the boundary of two reads: keep what is not yet a whole word.
        std::size_t kept = 0;
        for (;;) {
            const ssize_t size = base::retry_interrupted([&] {
                return ::read(file.get(), buffer_.data() + kept, buffer_.size() - kept);
            });
            if (size <= 0) break;
            const std::string_view text(buffer_.data(), kept + static_cast<std::size_t>(size));
            find_ids(text, ids_, found_);
            const std::string_view rest =
                text.substr(text.size() - std::min(text.size(), kIdLength));
            kept = rest.size();
            std::ranges::copy(rest, buffer_.begin());
        }
    }

    void look_at_descriptors() {
        const Fd directory = base::try_open_at(fd_.get(), "fd", O_RDONLY | O_DIRECTORY);
        if (!directory) return note_failure();
        // One call, without the C library, which would ask for thirteen hundred entries.
        alignas(DirectoryRecord) std::array<char, kDirectoryBuffer> entries;
        const long size =
            ::syscall(SYS_getdents64, directory.get(), entries.data(), entries.size());
        for (long offset = 0; offset < size;) {
            const char* record = entries.data() + offset;
            look_at_descriptor(record + offsetof(DirectoryRecord, name));
            std::uint16_t length = 0;
            std::memcpy(&length, record + offsetof(DirectoryRecord, length), sizeof length);
            offset += length;
        }
        constexpr long kFull = kDirectoryBuffer - static_cast<long>(2 * sizeof(DirectoryRecord));
        if (size < kFull) return;
        for (int fd = kFirstLeaseDescriptor; fd <= kLastLeaseDescriptor; ++fd)
            look_at_descriptor(std::to_string(fd));
    }

    void look_at_descriptor(const std::string& number) { look_at_link("fd/" + number); }

    // Anything else is an answer: the process has gone, or is not ours to look at.
    void note_failure() { is_blind_ |= is_want_of_room(errno); }

    Fd fd_;
    bool is_blind_ = false;
    const std::set<std::string>& ids_;
    std::vector<char>& buffer_;
    std::set<std::string> found_;
};

std::optional<pid_t> parse_pid(std::string_view name) {
    const std::optional<std::uint64_t> number = base::parse_unsigned(name);
    if (!number || *number == 0 || *number > INT32_MAX) return std::nullopt;
    return static_cast<pid_t>(*number);
}

// Looks at everybody not seen before; returns how many there were, nullopt when /proc cannot be read.
std::optional<int> look_at_newcomers(
    const std::set<std::string>& ids, Depth depth, std::set<pid_t>& seen, ProcessScan& scan
) {
    const Fd proc = base::try_open("/proc", O_RDONLY | O_DIRECTORY);
    scan.is_complete &= proc || !is_want_of_room(errno);
    if (!proc) return std::nullopt;
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory_fd(proc.get());
    scan.is_complete &= entries.has_value();
    if (!entries) return std::nullopt;
    std::vector<char> buffer(kTextBuffer);
    int newcomers = 0;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::optional<pid_t> pid = parse_pid(entry.name);
        if (!pid || !seen.insert(*pid).second) continue;
        ++newcomers;
        ProcessLook process(entry.name, ids, buffer);
        for (const std::string& id : process.look(depth))
            scan.users[id].push_back(*pid);
        scan.is_complete &= !process.is_blind();
    }
    return newcomers;
}

// Field 22 of /proc/PID/stat, in clock ticks since boot. The second field is in parentheses and may hold anything.
std::optional<std::uint64_t> start_ticks(std::string_view stat) {
    const std::size_t end = stat.rfind(')');
    if (end == std::string_view::npos) return std::nullopt;
    const std::vector<std::string_view> fields = base::split_whitespace(stat.substr(end + 1));
    constexpr std::size_t kStartTime = 22 - 3;  // counted from the third field
    return fields.size() > kStartTime ? base::parse_unsigned(fields[kStartTime]) : std::nullopt;
}

}  // namespace

void find_ids(
    std::string_view text, const std::set<std::string>& ids, std::set<std::string>& found
) {
    std::size_t start = 0;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && is_word_character(text[i])) continue;
        if (i - start == kIdLength) {
            const auto id = ids.find(std::string(text.substr(start, kIdLength)));
            if (id != ids.end()) found.insert(*id);
        }
        start = i + 1;
    }
}

ProcessScan scan_processes(const std::set<std::string>& ids, Depth depth) {
    ProcessScan scan;
    std::set<pid_t> seen = {::getpid()};
    for (int pass = 0; pass < kMaximumPasses; ++pass) {
        const std::optional<int> newcomers = look_at_newcomers(ids, depth, seen, scan);
        // Without /proc there is no second guard; the leases are all there is, as on any system without it.
        if (!newcomers || *newcomers == 0) return scan;
        // Who only wants to know who holds what needs no proof of absence.
        if (depth == Depth::Descriptors) return scan;
    }
    scan.is_complete = false;
    return scan;
}

User describe_user(pid_t pid) {
    User user{.pid = pid};
    const std::string directory = fmt::format("/proc/{}", pid);
    if (Result<std::string> words = base::read_file(directory + "/cmdline", kReadLimit)) {
        while (!words->empty() && words->back() == '\0')
            words->pop_back();
        for (char& c : *words)
            if (c == '\0') c = ' ';
        user.command = std::move(*words);
    }
    const Result<std::string> stat = base::read_file(directory + "/stat", kReadLimit);
    const std::optional<std::uint64_t> ticks = stat ? start_ticks(*stat) : std::nullopt;
    timespec now{};
    if (ticks && ::clock_gettime(CLOCK_BOOTTIME, &now) == 0) {
        const auto per_second = static_cast<std::int64_t>(::sysconf(_SC_CLK_TCK));
        user.age_seconds =
            std::max<std::int64_t>(now.tv_sec - static_cast<std::int64_t>(*ticks) / per_second, 0);
    }
    return user;
}

}  // namespace store
