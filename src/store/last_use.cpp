#include "store/last_use.h"

#include "base/clock.h"

#include <algorithm>
#include <fcntl.h>

namespace store {

namespace {

// Seconds.
constexpr std::int64_t kNoteInterval = 24LL * 3600;

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::int64_t body_last_use(const std::string& body) {
    struct stat status{};
    return ::stat((body + "/.lease").c_str(), &status) == 0 ? file_last_use(status) : 0;
}

// Not the access time: whoever looks at the record moves it.
std::int64_t payload_last_use(const std::string& payload) {
    struct stat status{};
    return ::stat((payload + "/.meta").c_str(), &status) == 0 ? nanoseconds(status.st_mtim) : 0;
}

std::int64_t file_last_use(const struct stat& status) {
    return std::max(nanoseconds(status.st_mtim), nanoseconds(status.st_atim));
}

void note_use_of_payloads(const Layout& layout, std::span<const std::string> sha256s) {
    const std::int64_t now = base::wall_clock_seconds();
    for (const std::string& sha256 : sha256s) {
        const std::string record = layout.payload(sha256) + "/.meta";
        struct stat status{};
        if (::stat(record.c_str(), &status) != 0) continue;
        const std::int64_t age = now - status.st_mtim.tv_sec;
        if (age >= 0 && age < kNoteInterval) continue;
        // In the store of another user it stays as it is: that user's commands collect there.
        static_cast<void>(::utimensat(AT_FDCWD, record.c_str(), nullptr, 0));
    }
}

}  // namespace store
