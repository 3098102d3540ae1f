// The user's directories by the XDG base directory specification: where a variable says, or below the
// home directory. A relative path in a variable counts as none, as the specification asks.
#pragma once

#include "cli/variables.h"

#include <optional>
#include <string>

namespace cli {

// $XDG_DATA_HOME, else `.local/share` in the home directory.
std::string user_data_directory(const Variables& variables);
// $XDG_BIN_HOME, else `../bin` beside $XDG_DATA_HOME, else `.local/bin` in the home directory.
std::string user_bin_directory(const Variables& variables);
// $XDG_CONFIG_HOME and $XDG_CACHE_HOME, else `.config` and `.cache` in the home directory; nullopt
// without any.
std::optional<std::string> user_config_directory(const Variables& variables);
std::optional<std::string> user_cache_directory(const Variables& variables);

}  // namespace cli
