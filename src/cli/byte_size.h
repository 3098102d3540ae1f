// Sizes as people write them for the limits of the store: "500MiB", "10 G", "1.5g", "2000000", and
// shares of the file system, "20%". K, M, G and T count by 1024, with or without `iB`; `kB`, `MB`,
// `GB` and `TB` by 1000.
#pragma once

#include "store/limits.h"

#include <optional>
#include <string_view>

namespace cli {

// nullopt for anything else, and for what is beyond 2^63 bytes or 100 %.
std::optional<store::SizeLimit> parse_size_limit(std::string_view text);

}  // namespace cli
