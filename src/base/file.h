// Files and directories by descriptor and by path. Thin over the system calls: std::filesystem costs several
// times as much per file. Paths are plain strings (bytes, no encoding assumed). All descriptors are opened with
// O_CLOEXEC, EINTR is retried, and every error names the path.
#pragma once

#include "base/fd.h"
#include "base/result.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace base {

// What decides whether a file is still the one that was looked at. Racy modifications within one clock tick
// are told apart by the change time.
struct FileStamp {
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t size = 0;
    std::int64_t modified_ns = 0;
    std::int64_t changed_ns = 0;

    auto operator<=>(const FileStamp&) const = default;
};

enum class Durability { Cached, Synced };
enum class FollowLinks { No, Yes };
enum class EntryType { File, Directory, Link, Other };

struct DirectoryEntry {
    std::string name;
    EntryType type = EntryType::Other;
};

// --- reading -------------------------------------------------------------------------------------------
// `directory` is a descriptor or AT_FDCWD, as for openat(2).
Result<Fd> open_at(int directory, const std::string& path, int flags, mode_t mode = 0666);
Result<Fd> open_directory(const std::string& path);
// Whole file; `limit` bounds what is read (an Invalid error above it).
Result<std::string> read_file(const std::string& path, std::uint64_t limit = UINT64_MAX);
Result<std::string> read_file_at(
    int directory, const std::string& path, std::uint64_t limit = UINT64_MAX
);
// nullopt when the file does not exist (ENOENT, ENOTDIR).
Result<std::optional<std::string>> read_optional_file(const std::string& path);
Result<std::string> read_all(int fd, std::uint64_t limit = UINT64_MAX);
// Reads exactly `size` bytes at `offset`; a shorter file is an Invalid error.
Result<void> read_exactly_at(int fd, void* buffer, std::size_t size, std::uint64_t offset);

// --- writing -------------------------------------------------------------------------------------------
Result<void> write_all(int fd, std::string_view bytes);
Result<void> write_file_at(
    int directory, const std::string& path, std::string_view bytes, mode_t mode = 0666
);
Result<void> write_file(const std::string& path, std::string_view bytes, mode_t mode = 0666);
// Writes to a temporary name beside `path` and renames it over `path`: readers see the old or the new whole.
Result<void> write_file_atomically(
    const std::string& path,
    std::string_view bytes,
    Durability durability = Durability::Cached,
    mode_t mode = 0666
);

// --- looking -------------------------------------------------------------------------------------------
Result<FileStamp> stamp_of(const std::string& path, FollowLinks follow = FollowLinks::Yes);
FileStamp stamp_of(const struct stat& status);
bool exists(const std::string& path);  // follows links; any error counts as "no"
bool is_directory(const std::string& path);
bool is_regular_file(const std::string& path);
bool is_executable_file(const std::string& path);
Result<std::string> read_link(const std::string& path);
Result<std::string> canonical_path(const std::string& path);  // realpath(3)
// Entries without "." and "..", in directory order (sort if the order matters).
Result<std::vector<DirectoryEntry>> list_directory(const std::string& path);
Result<std::vector<DirectoryEntry>> list_directory_fd(int directory);

// --- changing ------------------------------------------------------------------------------------------
Result<void> make_directory(const std::string& path, mode_t mode = 0777);    // EEXIST is an error
Result<void> make_directories(const std::string& path, mode_t mode = 0777);  // like mkdir -p
Result<void> remove_file(const std::string& path);                           // ENOENT is an error
Result<void> rename_path(const std::string& from, const std::string& to);
Result<void> make_symlink(const std::string& target, const std::string& path);

struct RemovedCount {
    std::uint64_t files = 0;
    std::uint64_t directories = 0;
    std::uint64_t bytes = 0;  // sum of logical lengths
};

// rm -rf: never follows links, repairs unreadable directories it owns, treats vanished entries as removed.
Result<RemovedCount> remove_tree(const std::string& path);
Result<RemovedCount> remove_tree_at(int directory, const std::string& name);

// --- path text -----------------------------------------------------------------------------------------
std::string join_path(std::string_view a, std::string_view b);  // an absolute b wins
std::string_view file_name(std::string_view path);
std::string_view parent_path(std::string_view path);  // "" for a bare name, "/" for "/x"
bool is_absolute(std::string_view path);
// Removes "." and empty parts and resolves ".." by text alone.
std::string normalize_path(std::string_view path);
Result<std::string> current_directory();
// Absolute by text against the current directory.
Result<std::string> absolute_path(std::string_view path);
// `path` relative to the current directory when it lies inside it ("." for itself), else as it is.
std::string display_path(std::string_view path);

}  // namespace base
