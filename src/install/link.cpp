#include "install/link.h"

#include "base/fd.h"
#include "base/file.h"
#include "base/interrupted.h"
#include "base/random.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utility>

namespace install {

namespace {

constexpr std::array<std::pair<std::string_view, LinkMode>, 5> kNames = {{
    {"clone", LinkMode::Clone},
    {"hardlink", LinkMode::Hardlink},
    {"copy", LinkMode::Copy},
    {"symlink", LinkMode::Symlink},
    {"reflink", LinkMode::Clone},
}};

// Places a file under `name` below the target directory and returns 0 or an errno. EEXIST: the name
// is taken.
using Place = int (*)(const LinkRequest& request, const char* name);

mode_t creation_mode(Executable executable) {
    return executable == Executable::Yes ? 0777 : 0666;
}

// Copies until the end of `source`; within the kernel where the file systems allow it.
int copy_bytes(int source, int target) {
    constexpr std::size_t kChunk = 1U << 30U;
    for (;;) {
        const ssize_t count = ::copy_file_range(source, nullptr, target, nullptr, kChunk, 0);
        if (count == 0) return 0;
        if (count < 0 && errno != EINTR) break;
    }
    if (errno != EXDEV && errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) return errno;
    std::array<char, 65536> buffer;
    for (;;) {
        const ssize_t count = ::read(source, buffer.data(), buffer.size());
        if (count == 0) return 0;
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        if (!base::write_all(target, {buffer.data(), static_cast<std::size_t>(count)}))
            return errno;
    }
}

int clone_bytes(int source, int target) {
    return ::ioctl(target, FICLONE, source) == 0 ? 0 : errno;
}

int place_bytes(const LinkRequest& request, const char* name, int (*transfer)(int, int)) {
    const base::Fd source = base::try_open_at(request.source_directory, request.source, O_RDONLY);
    if (!source) return errno;
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const base::Fd target = base::try_open_at(
        request.target_directory, name, kFlags, creation_mode(request.executable)
    );
    if (!target) return errno;
    const int error = transfer(source.get(), target.get());
    if (error != 0) ::unlinkat(request.target_directory, name, 0);
    return error;
}

int place_clone(const LinkRequest& request, const char* name) {
    return place_bytes(request, name, clone_bytes);
}

int place_copy(const LinkRequest& request, const char* name) {
    return place_bytes(request, name, copy_bytes);
}

int place_hardlink(const LinkRequest& request, const char* name) {
    const int result =
        ::linkat(request.source_directory, request.source, request.target_directory, name, 0);
    return result == 0 ? 0 : errno;
}

int place_symlink(const LinkRequest& request, const char* name) {
    const std::string text = base::join_path(request.source_root, request.source);
    return ::symlinkat(text.c_str(), request.target_directory, name) == 0 ? 0 : errno;
}

Place place_of(LinkMode mode) {
    switch (mode) {
        case LinkMode::Clone:
            return place_clone;
        case LinkMode::Hardlink:
            return place_hardlink;
        case LinkMode::Symlink:
            return place_symlink;
        case LinkMode::Copy:
            break;
    }
    return place_copy;
}

// A name beside `path` that nobody else uses.
std::string temporary_name(std::string_view path) {
    return base::join_path(base::parent_path(path), ".adder-" + base::random_id());
}

// Renames over the final name. Between two links of one inode rename(2) does nothing and leaves
// both, so the temporary name is removed in any case.
int move_over(int directory, const std::string& temporary, const char* name) {
    const int error = ::renameat(directory, temporary.c_str(), directory, name) == 0 ? 0 : errno;
    ::unlinkat(directory, temporary.c_str(), 0);
    return error;
}

int place_or_replace(const LinkRequest& request, LinkMode mode) {
    const Place place = place_of(mode);
    const int error = place(request, request.target);
    if (error != EEXIST) return error;
    const std::string temporary = temporary_name(request.target);
    if (const int second = place(request, temporary.c_str()); second != 0) return second;
    return move_over(request.target_directory, temporary, request.target);
}

// The mode does not work between these two places, whatever the file: another device (EXDEV), a
// file system without it, or a kernel that lets only owners link (fs.protected_hardlinks: EPERM).
bool is_impossible(LinkMode mode, int error) {
    switch (error) {
        case EXDEV:
        case EPERM:
        case EOPNOTSUPP:
        case ENOSYS:
            return true;
        case ENOTTY:
        case EINVAL:
        case ETXTBSY:
            return mode == LinkMode::Clone;
        default:
            return false;
    }
}

LinkMode next_of(LinkMode mode) {
    return mode == LinkMode::Clone ? LinkMode::Hardlink : LinkMode::Copy;
}

std::unexpected<base::Error> fail_placing(int error, std::string_view target) {
    if (error == EISDIR || error == ENOTDIR || error == ENOTEMPTY) {
        return base::fail(
            base::ErrorKind::Failed,
            fmt::format(
                "`{}` cannot be installed: a directory is in its place, or a file above it", target
            )
        );
    }
    return base::fail_errno(error, fmt::format("failed to install `{}`", target));
}

}  // namespace

std::string_view name_of(LinkMode mode) {
    for (const auto& [name, value] : kNames) {
        if (value == mode) return name;
    }
    return "copy";
}

std::optional<LinkMode> link_mode_from_name(std::string_view name) {
    for (const auto& [known, mode] : kNames) {
        if (known == name) return mode;
    }
    return std::nullopt;
}

void LinkDecision::give_up(LinkMode failed) {
    mode_.compare_exchange_strong(failed, next_of(failed), std::memory_order_relaxed);
}

base::Result<void> link_file(const LinkRequest& request, LinkDecision& decision) {
    for (;;) {
        const LinkMode mode = decision.mode();
        int error = place_or_replace(request, mode);
        if (error == 0) return {};
        if (mode != LinkMode::Copy && is_impossible(mode, error)) {
            decision.give_up(mode);
            continue;
        }
        // The inode has as many names as the file system allows: this one file is copied.
        if (mode == LinkMode::Hardlink && error == EMLINK)
            error = place_or_replace(request, LinkMode::Copy);
        if (error == 0) return {};
        return fail_placing(error, request.target);
    }
}

base::Result<void> write_in_place(
    int directory, const std::string& path, std::string_view bytes, Executable executable
) {
    constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
    const mode_t mode = creation_mode(executable);
    std::string temporary;
    base::Fd fd = base::try_open_at(directory, path.c_str(), kFlags, mode);
    if (!fd && errno == EEXIST) {
        temporary = temporary_name(path);
        fd = base::try_open_at(directory, temporary.c_str(), kFlags, mode);
    }
    if (!fd) return fail_placing(errno, path);
    base::Result<void> written = base::write_all(fd.get(), bytes);
    if (!written) {
        ::unlinkat(directory, temporary.empty() ? path.c_str() : temporary.c_str(), 0);
        return base::with_context(std::move(written), fmt::format("failed to write `{}`", path));
    }
    if (temporary.empty()) return {};
    const int error = move_over(directory, temporary, path.c_str());
    if (error != 0) return fail_placing(error, path);
    return {};
}

}  // namespace install
