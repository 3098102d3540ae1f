#include "base/file.h"

#include "base/interrupted.h"
#include "base/random.h"

#include <fmt/core.h>

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace base {

namespace {

std::string at_name(int directory, const std::string& path) {
    return directory == AT_FDCWD ? fmt::format("`{}`", path) : fmt::format("`{}` (relative)", path);
}

EntryType type_of(unsigned char type, int directory, const char* name) {
    if (type == DT_REG) return EntryType::File;
    if (type == DT_DIR) return EntryType::Directory;
    if (type == DT_LNK) return EntryType::Link;
    if (type != DT_UNKNOWN) return EntryType::Other;
    struct stat status{};
    if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return EntryType::Other;
    if (S_ISREG(status.st_mode)) return EntryType::File;
    if (S_ISDIR(status.st_mode)) return EntryType::Directory;
    return S_ISLNK(status.st_mode) ? EntryType::Link : EntryType::Other;
}

}  // namespace

Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode) {
    Fd fd = try_open_at(directory, path.c_str(), flags, mode);
    if (fd) return fd;
    return fail_errno(errno, fmt::format("failed to open {}", at_name(directory, path)));
}

Result<Fd> open_directory(const std::string& path) {
    return open_at(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
}

Result<std::string> read_all(int fd, std::uint64_t limit) {
    std::string bytes;
    struct stat status{};
    std::size_t guess = 4096;
    std::size_t expected = 0;  // 0: not known; files of /proc say so too
    if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
        if (static_cast<std::uint64_t>(status.st_size) > limit) {
            return fail(ErrorKind::Invalid, fmt::format("the file has more than {} bytes", limit));
        }
        expected = static_cast<std::size_t>(status.st_size);
        guess = expected + 1;
    }
    std::size_t used = 0;
    for (;;) {
        if (bytes.size() - used < guess) bytes.resize(used + guess);
        const ssize_t count = ::read(fd, bytes.data() + used, bytes.size() - used);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_errno(errno, "failed to read");
        if (count == 0) break;
        used += static_cast<std::size_t>(count);
        if (used == expected) break;  // asked for one byte more and did not get it: the end
        if (used > limit)
            return fail(ErrorKind::Invalid, fmt::format("the input has more than {} bytes", limit));
        if (used == bytes.size()) guess = std::max<std::size_t>(guess, 65536);
    }
    bytes.resize(used);
    return bytes;
}

Result<std::string> read_file_at(int directory, const std::string& path, std::uint64_t limit) {
    const Fd fd = TRY(open_at(directory, path, O_RDONLY));
    return with_context(
        read_all(fd.get(), limit), fmt::format("failed to read {}", at_name(directory, path))
    );
}

Result<std::string> read_file(const std::string& path, std::uint64_t limit) {
    return read_file_at(AT_FDCWD, path, limit);
}

Result<std::optional<std::string>> read_optional_file(const std::string& path) {
    Result<std::string> text = read_file(path);
    if (text) return std::optional<std::string>(std::move(*text));
    if (text.error().kind() == ErrorKind::NotFound) return std::nullopt;
    return fail(std::move(text.error()));
}

Result<void> read_exactly_at(int fd, void* buffer, std::size_t size, std::uint64_t offset) {
    char* target = static_cast<char*>(buffer);
    while (size > 0) {
        const ssize_t count = ::pread(fd, target, size, static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_errno(errno, "failed to read");
        if (count == 0) return fail(ErrorKind::Invalid, "the file ends too early");
        target += count;
        size -= static_cast<std::size_t>(count);
        offset += static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<void> write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return fail_errno(errno, "failed to write");
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

Result<void> write_file_at(
    int directory, const std::string& path, std::string_view bytes, mode_t mode
) {
    const Fd fd = TRY(open_at(directory, path, O_WRONLY | O_CREAT | O_TRUNC, mode));
    return with_context(
        write_all(fd.get(), bytes), fmt::format("failed to write {}", at_name(directory, path))
    );
}

Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode) {
    return write_file_at(AT_FDCWD, path, bytes, mode);
}

Result<void> write_file_atomically(
    const std::string& path, std::string_view bytes, Durability durability, mode_t mode
) {
    const std::string temporary = fmt::format("{}.tmp-{}", path, random_id().substr(0, 12));
    Fd fd = TRY(open_at(AT_FDCWD, temporary, O_WRONLY | O_CREAT | O_EXCL, mode));
    Result<void> written = write_all(fd.get(), bytes);
    if (written && durability == Durability::Synced && ::fsync(fd.get()) != 0) {
        written = fail_errno(errno, "failed to sync");
    }
    fd.reset();
    if (written) written = rename_path(temporary, path);
    if (!written) ::unlink(temporary.c_str());
    return with_context(std::move(written), fmt::format("failed to write `{}`", path));
}

FileStamp stamp_of(const struct stat& status) {
    constexpr std::int64_t kSecond = 1'000'000'000;
    return {
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = static_cast<std::uint64_t>(status.st_size),
        .modified_ns = status.st_mtim.tv_sec * kSecond + status.st_mtim.tv_nsec,
        .changed_ns = status.st_ctim.tv_sec * kSecond + status.st_ctim.tv_nsec,
    };
}

Result<FileStamp> stamp_of(const std::string& path, FollowLinks follow) {
    struct stat status{};
    const int flags = follow == FollowLinks::Yes ? 0 : AT_SYMLINK_NOFOLLOW;
    if (::fstatat(AT_FDCWD, path.c_str(), &status, flags) != 0) {
        return fail_errno(errno, fmt::format("failed to look at `{}`", path));
    }
    return stamp_of(status);
}

bool exists(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0;
}

bool is_directory(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

bool is_regular_file(const std::string& path) {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

bool is_executable_file(const std::string& path) {
    return is_regular_file(path) && ::access(path.c_str(), X_OK) == 0;
}

Result<std::string> read_link(const std::string& path) {
    char buffer[PATH_MAX];
    const ssize_t length = ::readlink(path.c_str(), buffer, sizeof buffer);
    if (length < 0) return fail_errno(errno, fmt::format("failed to read the link `{}`", path));
    return std::string(buffer, static_cast<std::size_t>(length));
}

Result<std::string> canonical_path(const std::string& path) {
    char buffer[PATH_MAX];
    // The kernel knows it: three system calls however deep the path is, where realpath needs one for each part.
    if (const Fd fd = try_open(path, O_PATH); fd) {
        const std::string link = fmt::format("/proc/self/fd/{}", fd.get());
        const ssize_t length = ::readlink(link.c_str(), buffer, sizeof buffer);
        const std::string_view target(buffer, length > 0 ? static_cast<std::size_t>(length) : 0);
        if (target.starts_with('/') && !target.ends_with(" (deleted)")) return std::string(target);
    }
    if (::realpath(path.c_str(), buffer) == nullptr) {
        return fail_errno(errno, fmt::format("failed to resolve `{}`", path));
    }
    return std::string(buffer);
}

Result<std::vector<DirectoryEntry>> list_directory_fd(int directory) {
    // A descriptor of our own: fdopendir takes it over and moves its offset.
    const int own = try_open_at(directory, ".", O_RDONLY | O_DIRECTORY).release();
    if (own < 0) return fail_errno(errno, "failed to open a directory");
    DIR* stream = ::fdopendir(own);
    if (stream == nullptr) {
        ::close(own);
        return fail_errno(errno, "failed to list a directory");
    }
    std::vector<DirectoryEntry> entries;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") {
            entries.push_back({std::string(name), type_of(entry->d_type, own, entry->d_name)});
        }
        errno = 0;
    }
    const int error_number = errno;
    ::closedir(stream);
    if (error_number != 0) return fail_errno(error_number, "failed to list a directory");
    return entries;
}

Result<std::vector<DirectoryEntry>> list_directory(const std::string& path) {
    const Fd directory = TRY(open_directory(path));
    return with_context(
        list_directory_fd(directory.get()), fmt::format("failed to list `{}`", path)
    );
}

Result<void> make_directory(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    return fail_errno(errno, fmt::format("failed to create the directory `{}`", path));
}

Result<void> make_directories(const std::string& path, mode_t mode) {
    if (::mkdir(path.c_str(), mode) == 0) return {};
    const int error_number = errno;
    if (error_number == EEXIST && is_directory(path)) return {};
    if (error_number == ENOENT) {
        const std::string parent(parent_path(path));
        if (!parent.empty() && parent != path) {
            TRY(make_directories(parent, mode));
            if (::mkdir(path.c_str(), mode) == 0 || (errno == EEXIST && is_directory(path)))
                return {};
        }
    }
    return fail_errno(error_number, fmt::format("failed to create the directory `{}`", path));
}

Result<void> remove_file(const std::string& path) {
    if (::unlink(path.c_str()) == 0) return {};
    return fail_errno(errno, fmt::format("failed to remove `{}`", path));
}

Result<void> rename_path(const std::string& from, const std::string& to) {
    if (::rename(from.c_str(), to.c_str()) == 0) return {};
    return fail_errno(errno, fmt::format("failed to rename `{}` to `{}`", from, to));
}

Result<void> make_symlink(const std::string& target, const std::string& path) {
    if (::symlink(target.c_str(), path.c_str()) == 0) return {};
    return fail_errno(errno, fmt::format("failed to create the link `{}`", path));
}

namespace {

// Empties and removes the directory `name`; `counted` collects what went. Entries that vanish meanwhile are
// somebody else's success.
Result<void> remove_directory_at(int directory, const std::string& name, RemovedCount& counted);

Result<void> remove_entry(int directory, const DirectoryEntry& entry, RemovedCount& counted) {
    if (entry.type == EntryType::Directory)
        return remove_directory_at(directory, entry.name, counted);
    struct stat status{};
    const bool known = ::fstatat(directory, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (::unlinkat(directory, entry.name.c_str(), 0) != 0) {
        if (errno == ENOENT) return {};
        if (errno == EISDIR) return remove_directory_at(directory, entry.name, counted);
        return fail_errno(errno, fmt::format("failed to remove `{}`", entry.name));
    }
    ++counted.files;
    if (known) counted.bytes += static_cast<std::uint64_t>(status.st_size);
    return {};
}

Result<void> remove_directory_at(int directory, const std::string& name, RemovedCount& counted) {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
    Fd fd = try_open_at(directory, name.c_str(), kFlags);
    if (!fd && errno == EACCES && ::fchmodat(directory, name.c_str(), 0700, 0) == 0)
        fd = try_open_at(directory, name.c_str(), kFlags);
    if (!fd) {
        if (errno == ENOENT) return {};
        return fail_errno(errno, fmt::format("failed to open `{}`", name));
    }
    const int raw = fd.get();
    const std::vector<DirectoryEntry> entries = TRY(list_directory_fd(raw));
    bool writable = false;
    for (const DirectoryEntry& entry : entries) {
        Result<void> removed = remove_entry(raw, entry, counted);
        if (!removed && !writable) {
            writable = true;
            if (::fchmod(raw, 0700) == 0) removed = remove_entry(raw, entry, counted);
        }
        if (!removed) return removed;
    }
    if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT) {
        return fail_errno(errno, fmt::format("failed to remove the directory `{}`", name));
    }
    ++counted.directories;
    return {};
}

}  // namespace

Result<RemovedCount> remove_tree_at(int directory, const std::string& name) {
    struct stat status{};
    RemovedCount counted;
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return counted;
        return fail_errno(errno, fmt::format("failed to look at `{}`", name));
    }
    const EntryType type = S_ISDIR(status.st_mode) ? EntryType::Directory : EntryType::File;
    TRY(remove_entry(directory, {name, type}, counted));
    return counted;
}

Result<RemovedCount> remove_tree(const std::string& path) {
    return remove_tree_at(AT_FDCWD, path);
}

std::string join_path(std::string_view a, std::string_view b) {
    if (a.empty() || is_absolute(b)) return std::string(b);
    std::string joined(a);
    if (joined.back() != '/') joined += '/';
    return joined.append(b);
}

std::string_view file_name(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view parent_path(std::string_view path) {
    while (path.size() > 1 && path.back() == '/')
        path.remove_suffix(1);
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) return "";
    return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

bool is_absolute(std::string_view path) {
    return !path.empty() && path.front() == '/';
}

std::string normalize_path(std::string_view path) {
    const bool absolute = is_absolute(path);
    std::vector<std::string_view> parts;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view part = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
        if (part.empty() || part == ".") continue;
        if (part == ".." && !parts.empty() && parts.back() != "..") {
            parts.pop_back();
        } else if (part != ".." || !absolute) {
            parts.push_back(part);
        }
    }
    std::string result = absolute ? "/" : "";
    for (const std::string_view part : parts) {
        if (!result.empty() && result.back() != '/') result += '/';
        result += part;
    }
    return result.empty() ? "." : result;
}

Result<std::string> current_directory() {
    char buffer[PATH_MAX];
    if (::getcwd(buffer, sizeof buffer) == nullptr)
        return fail_errno(errno, "failed to find the current directory");
    return std::string(buffer);
}

Result<std::string> absolute_path(std::string_view path) {
    if (is_absolute(path)) return normalize_path(path);
    return normalize_path(join_path(TRY(current_directory()), path));
}

std::string display_path(std::string_view path) {
    const Result<std::string> here = current_directory();
    if (!here || *here == "/" || !path.starts_with(*here)) return std::string(path);
    if (path.size() == here->size()) return ".";
    if (path[here->size()] != '/') return std::string(path);
    return std::string(path.substr(here->size() + 1));
}

}  // namespace base
