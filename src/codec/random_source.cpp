#include "codec/random_source.h"

#include "base/file.h"

#include <fmt/core.h>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>

namespace codec {

base::Result<std::shared_ptr<FileSource>> FileSource::open(const std::string& path) {
    return base::with_context(
        from(TRY(base::open_at(AT_FDCWD, path, O_RDONLY))), fmt::format("failed to read `{}`", path)
    );
}

base::Result<std::shared_ptr<FileSource>> FileSource::from(base::Fd fd) {
    struct stat status{};
    if (::fstat(fd.get(), &status) != 0)
        return base::fail_errno(errno, "failed to look at the file");
    if (!S_ISREG(status.st_mode))
        return base::fail(base::ErrorKind::Invalid, "it is no regular file");
    const auto size = static_cast<std::uint64_t>(status.st_size);
    return std::shared_ptr<FileSource>(new FileSource(std::move(fd), size));
}

base::Result<void> FileSource::read(std::uint64_t offset, std::span<char> buffer) {
    return base::read_exactly_at(fd_.get(), buffer.data(), buffer.size(), offset);
}

base::Result<void> MemorySource::read(std::uint64_t offset, std::span<char> buffer) {
    if (offset > bytes_.size() || buffer.size() > bytes_.size() - offset) {
        return base::fail(base::ErrorKind::Invalid, "the data ends too early");
    }
    if (!buffer.empty()) std::memcpy(buffer.data(), bytes_.data() + offset, buffer.size());
    return {};
}

}  // namespace codec
