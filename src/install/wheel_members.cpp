#include "install/wheel_members.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace install {

namespace {

constexpr std::uint64_t kLinkLimit = 4096;

std::unexpected<base::Error> refuse(std::string message) {
    return base::fail(base::ErrorKind::Invalid, std::move(message));
}

// Whether a link at `path` with this text leads out of the tree. A way that leaves the tree and comes back does: the
// tree's own name is not known here, so nothing can undo a ".." above it.
bool leads_out(std::string_view path, std::string_view text) {
    if (text.empty() || base::is_absolute(text) || text.contains('\0')) return true;
    const std::string end = base::normalize_path(base::join_path(base::parent_path(path), text));
    return end == ".." || end.starts_with("../");
}

base::Result<void> check_link(const codec::ZipReader& zip, const WheelMember& member) {
    if (!member.entry->is_symlink) return {};
    const std::string text = TRY(zip.read(*member.entry, kLinkLimit));
    if (!leads_out(member.path, text)) return {};
    return refuse(fmt::format("the member `{}` is a link that leads out of the wheel", member.path)
    );
}

// Of each run of equal paths the first stays.
base::Result<void> merge_equal_paths(
    const codec::ZipReader& zip, std::vector<WheelMember>& members
) {
    std::vector<WheelMember> merged;
    merged.reserve(members.size());
    for (WheelMember& member : members) {
        if (merged.empty() || merged.back().path != member.path) {
            merged.push_back(std::move(member));
            continue;
        }
        if (!TRY(have_equal_content(zip, *merged.back().entry, *member.entry))) {
            return refuse(fmt::format("two members named `{}` have different content", member.path)
            );
        }
    }
    members = std::move(merged);
    return {};
}

base::Result<void> check_no_file_is_directory(const std::vector<WheelMember>& members) {
    std::vector<std::string_view> paths;
    paths.reserve(members.size());
    for (const WheelMember& member : members)
        paths.emplace_back(member.path);
    const std::optional<FileAsDirectory> found = find_file_as_directory(paths);
    if (!found) return {};
    return refuse(
        fmt::format("`{}` is a file and, for `{}`, a directory", found->file, found->below)
    );
}

}  // namespace

base::Result<std::string> normalized_member_path(std::string_view name) {
    if (!base::is_valid_utf8(name)) return refuse("a member has a name that is not UTF-8");
    if (base::is_absolute(name))
        return refuse(fmt::format("the member `{}` has an absolute name", name));
    std::string path;
    for (const std::string_view part : base::split(name, '/')) {
        if (part.empty() || part == ".") continue;
        if (!path.empty()) path += '/';
        path += part;
    }
    TRY(codec::check_member_path(path));
    return path;
}

base::Result<std::vector<WheelMember>> list_members(const codec::ZipReader& zip) {
    TRY(zip.check_duplicates());
    std::vector<WheelMember> members;
    members.reserve(zip.entries().size());
    for (const codec::ZipEntry& entry : zip.entries()) {
        std::string path = TRY(normalized_member_path(entry.name));
        if (entry.is_directory || entry.duplicate_of) continue;
        members.push_back({&entry, std::move(path)});
        TRY(check_link(zip, members.back()));
    }
    std::ranges::sort(members, {}, [](const WheelMember& member) {
        return std::pair(std::string_view(member.path), member.entry->index);
    });
    TRY(merge_equal_paths(zip, members));
    TRY(check_no_file_is_directory(members));
    return members;
}

std::optional<FileAsDirectory> find_file_as_directory(std::span<const std::string_view> paths) {
    std::string_view last;
    for (const std::string_view path : paths) {
        if (base::parent_path(path) == last) continue;
        last = base::parent_path(path);
        // In sorted order the file need not be the neighbour of what lies below it: "a", "a-b",
        // "a/c".
        for (std::size_t end = path.find('/'); end != std::string_view::npos;
             end = path.find('/', end + 1)) {
            const std::string_view directory = path.substr(0, end);
            if (std::ranges::binary_search(paths, directory))
                return FileAsDirectory{directory, path};
        }
    }
    return std::nullopt;
}

std::vector<std::string> directories_of(std::span<const std::string_view> paths) {
    std::vector<std::string> directories;
    std::string_view last;
    for (const std::string_view path : paths) {
        const std::string_view directory = base::parent_path(path);
        if (directory == last) continue;
        last = directory;
        for (std::size_t end = directory.find('/'); end != std::string_view::npos;
             end = directory.find('/', end + 1)) {
            directories.emplace_back(directory.substr(0, end));
        }
        if (!directory.empty()) directories.emplace_back(directory);
    }
    std::ranges::sort(directories);
    const auto repeated = std::ranges::unique(directories);
    directories.erase(repeated.begin(), repeated.end());
    return directories;
}

base::Result<bool> have_equal_content(
    const codec::ZipReader& zip, const codec::ZipEntry& one, const codec::ZipEntry& other
) {
    if (one.size != other.size || one.crc32 != other.crc32) return false;
    std::string digests[2];
    const codec::ZipEntry* const entries[] = {&one, &other};
    for (int i = 0; i < 2; ++i) {
        base::Hasher hasher;
        TRY(zip.extract(*entries[i], [&](std::string_view bytes) -> base::Result<void> {
            hasher.update(bytes);
            return {};
        }));
        digests[i] = hasher.finish();
    }
    return digests[0] == digests[1];
}

}  // namespace install
