// Counting what lies below a directory, as removing it would: every entry that is no directory is a
// file, links are never followed, sizes are logical lengths.
#pragma once

#include "base/file.h"

#include <string>

namespace store {

// The directory itself included; what cannot be read counts as nothing. Zero when there is no such path.
base::RemovedCount measure_tree(const std::string& path);

void add(base::RemovedCount& sum, const base::RemovedCount& part);

}  // namespace store
