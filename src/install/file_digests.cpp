#include "install/file_digests.h"

#include "base/cancel.h"
#include "base/file.h"
#include "codec/wheel_record.h"

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace install {

namespace {

// Large enough that the calls do not count beside the hashing, small enough to stay in the cache.
constexpr std::size_t kBufferSize = 256U << 10U;

}  // namespace

base::Result<std::string> FileDigests::digest_of(
    int directory, const std::string& path, base::HashAlgorithm algorithm
) {
    // O_NONBLOCK: a pipe in the place of a file must not stop us.
    const base::Fd fd = TRY(base::open_at(directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return base::fail_errno(errno, fmt::format("failed to look at `{}`", path));
    if (!S_ISREG(status.st_mode))
        return base::fail(base::ErrorKind::Invalid, fmt::format("`{}` is not a file", path));
    const base::FileStamp stamp = base::stamp_of(status);
    const Key key{stamp.device, stamp.inode, stamp.changed_ns, algorithm};
    const auto look = [&](const std::map<Key, std::string>& known) -> std::optional<std::string> {
        const auto found = known.find(key);
        return found == known.end() ? std::nullopt : std::optional(found->second);
    };
    if (std::optional<std::string> known = known_.with(look)) return std::move(*known);

    thread_local const std::unique_ptr<char[]> buffer = std::make_unique<char[]>(kBufferSize);
    base::Hasher hasher(algorithm);
    for (;;) {
        TRY(base::check_cancelled());
        const ssize_t size = ::read(fd.get(), buffer.get(), kBufferSize);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) return base::fail_errno(errno, fmt::format("failed to read `{}`", path));
        if (size == 0) break;
        hasher.update({buffer.get(), static_cast<std::size_t>(size)});
        bytes_ += static_cast<std::uint64_t>(size);
    }
    ++files_;
    std::string digest = codec::format_record_hash({algorithm, hasher.finish_hex()});
    known_.with([&](std::map<Key, std::string>& known) { known.emplace(key, digest); });
    return digest;
}

base::HashAlgorithm algorithm_of(std::string_view digest) {
    return base::hash_algorithm_from_name(digest.substr(0, digest.find('=')))
        .value_or(base::HashAlgorithm::Sha256);
}

}  // namespace install
