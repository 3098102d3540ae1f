// Directories of a store that may not be there: of a store never written to, or one that somebody took apart by hand.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <string>
#include <vector>

namespace store {

// Nothing when there is no such directory.
inline base::Result<std::vector<base::DirectoryEntry>> list_if_exists(const std::string& directory
) {
    base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries && entries.error().kind() == base::ErrorKind::NotFound)
        return std::vector<base::DirectoryEntry>();
    return entries;
}

}  // namespace store
