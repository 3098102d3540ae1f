#include "base/temp_dir.h"

#include "base/file.h"
#include "base/random.h"

namespace base {

Result<TempDir> TempDir::create(const std::string& parent, std::string_view prefix) {
    std::string path = join_path(parent, std::string(prefix) + random_id());
    TRY(make_directory(path, 0700));
    return TempDir(std::move(path));
}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

TempDir::~TempDir() {
    // Nobody is left to tell; what cannot be removed is swept by the next collection.
    if (!path_.empty()) static_cast<void>(remove_tree(path_));
}

}  // namespace base
