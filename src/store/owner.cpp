#include "store/owner.h"

#include "base/file.h"
#include "base/interrupted.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <optional>
#include <pwd.h>
#include <unistd.h>
#include <vector>

namespace store {

using base::Fd;
using base::Result;

namespace {

constexpr std::size_t kFirstBuffer = 1024;
constexpr std::size_t kLastBuffer = 64U << 10U;

std::optional<struct stat> status_of(const std::string& path) {
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
    return status;
}

// Of the directory itself, where the root is a link to it.
std::optional<struct stat> status_of_root(const Layout& layout) {
    return status_of(layout.root + "/.");
}

bool is_writable(const std::string& directory) {
    return ::access(directory.c_str(), W_OK | X_OK) == 0 || !is_refused(errno);
}

}  // namespace

std::string user_name(uid_t uid) {
    for (std::size_t size = kFirstBuffer; size <= kLastBuffer; size *= 2) {
        std::vector<char> buffer(size);
        struct passwd entry{};
        struct passwd* found = nullptr;
        const int error = ::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found);
        if (error == 0 && found != nullptr) return found->pw_name;
        if (error != ERANGE) break;
    }
    return fmt::format("uid {}", uid);
}

std::string ownership_of(const std::string& path) {
    if (!is_writable(std::string(base::parent_path(path))) && errno == EROFS)
        return "the file system is read-only";
    const std::optional<struct stat> status = status_of(path);
    return status ? fmt::format("owned by `{}`", user_name(status->st_uid)) : "it is gone";
}

RemovalRight::RemovalRight(const std::string& directory) : self_(::geteuid()) {
    const std::optional<struct stat> status = status_of(directory);
    const bool is_sticky = status && (status->st_mode & S_ISVTX) != 0;
    everything_ = !is_sticky || self_ == 0 || status->st_uid == self_;
}

bool RemovalRight::covers(const std::string& path) const {
    if (everything_) return true;
    const std::optional<struct stat> status = status_of(path);
    return !status || status->st_uid == self_;
}

mode_t mode_of_owned_directory(const Layout& layout) {
    constexpr mode_t kMode = 0777;
    const std::optional<struct stat> root = status_of_root(layout);
    return root ? kMode | (root->st_mode & S_ISVTX) : kMode;
}

Result<void> check_may_collect(const Layout& layout) {
    if (is_writable(layout.names())) return {};
    const int error = errno;
    const std::optional<struct stat> status = status_of_root(layout);
    base::Error refusal =
        base::errno_error(error, fmt::format("the cache at `{}` cannot be cleaned", layout.root));
    if (error == EROFS || !status) return base::fail(std::move(refusal));
    return base::fail(std::move(refusal).hint(
        fmt::format("it belongs to `{}`, who can clean it", user_name(status->st_uid))
    ));
}

Fd open_shared_file(const Layout& layout, const std::string& path) {
    // Where it is there, without O_CREAT: in sticky directories the kernel refuses that for files of
    // others (fs.protected_regular).
    Fd fd = base::try_open(path, O_RDWR);
    if (fd || errno != ENOENT) return fd;
    fd = base::try_open(path, O_RDWR | O_CREAT, 0666);
    const std::optional<struct stat> root = status_of_root(layout);
    if (!fd || !root) return fd;
    static_cast<void>(::fchmod(fd.get(), (root->st_mode & 0666U) | 0600U));
    if (::geteuid() == 0 && root->st_uid != 0)
        static_cast<void>(::fchown(fd.get(), root->st_uid, root->st_gid));
    return fd;
}

}  // namespace store
