#include "store/measure.h"

#include "base/interrupted.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace store {
namespace {

base::RemovedCount measure_at(int directory, const std::string& name) {
    struct stat status{};
    if (::fstatat(directory, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (!S_ISDIR(status.st_mode))
        return {.files = 1, .bytes = static_cast<std::uint64_t>(status.st_size)};
    base::RemovedCount sum{.directories = 1};
    const base::Fd fd =
        base::try_open_at(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    if (!fd) return sum;
    const base::Result<std::vector<base::DirectoryEntry>> entries =
        base::list_directory_fd(fd.get());
    if (!entries) return sum;
    for (const base::DirectoryEntry& entry : *entries)
        add(sum, measure_at(fd.get(), entry.name));
    return sum;
}

}  // namespace

base::RemovedCount measure_tree(const std::string& path) {
    return measure_at(AT_FDCWD, path);
}

void add(base::RemovedCount& sum, const base::RemovedCount& part) {
    sum.files += part.files;
    sum.directories += part.directories;
    sum.bytes += part.bytes;
}

}  // namespace store
