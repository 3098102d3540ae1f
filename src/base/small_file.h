// Reading small files that check themselves: records that are replaced whole by a rename and carry a checksum or a
// magic. One that was cut short is found out by its reader, so the size need not be asked for first: three system
// calls instead of four, on paths where each is counted.
#pragma once

#include "base/result.h"

#include <optional>
#include <string>

namespace base {

// nullopt when the file does not exist (ENOENT, ENOTDIR). For regular files only: a first read that does not fill
// its buffer (8 KiB) counts as all there is.
Result<std::optional<std::string>> read_small_file(const std::string& path);

}  // namespace base
