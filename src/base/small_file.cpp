#include "base/small_file.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/interrupted.h"

#include <fmt/core.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace base {

namespace {
constexpr std::size_t kUsualSize = 8192;
}

Result<std::optional<std::string>> read_small_file(const std::string& path) {
    const Fd fd = try_open(path, O_RDONLY);
    if (!fd) {
        if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
        return fail_errno(errno, fmt::format("failed to open `{}`", path));
    }
    std::array<char, kUsualSize> buffer;
    const ssize_t count =
        retry_interrupted([&] { return ::read(fd.get(), buffer.data(), buffer.size()); });
    if (count < 0) return fail_errno(errno, fmt::format("failed to read `{}`", path));
    std::string bytes(buffer.data(), static_cast<std::size_t>(count));
    if (bytes.size() == buffer.size())
        bytes += TRY(with_context(read_all(fd.get()), fmt::format("failed to read `{}`", path)));
    return bytes;
}

}  // namespace base
