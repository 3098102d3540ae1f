// Which indexes are asked, in which order, with which cutoffs: index::IndexOptions from flags, variables and files.
#pragma once

#include "base/result.h"
#include "cli/settings.h"

namespace cli {

base::Result<package_index::IndexOptions> index_options(const Inputs& inputs);

// "name=url" or "url"; a path becomes a file URL. `option` is what messages name.
base::Result<package_index::IndexLocation> location_of(
    const std::string& text, std::string_view option
);
base::Result<net::Url> place_of(const std::string& text, std::string_view option);

// "2024-03-24", "2024-03-24T00:00:00Z", "7 days", "P7D" as milliseconds since 1970; nullopt for "false". A date means
// the end of that day, as the file that was uploaded on it still counts.
base::Result<std::optional<std::int64_t>> parse_cutoff(
    std::string_view text, std::int64_t now_seconds
);

}  // namespace cli
