#include "cli/user_directories.h"

#include "base/file.h"

#include <string_view>

namespace cli {

namespace {

std::optional<std::string> absolute(const Variables& variables, std::string_view name) {
    std::optional<std::string> path = variables.find_filled(name);
    if (path && !base::is_absolute(*path)) path.reset();
    return path;
}

std::string below_home(const Variables& variables, std::string_view path) {
    return base::join_path(variables.find("HOME").value_or(""), path);
}

std::optional<std::string> find(
    const Variables& variables, std::string_view name, std::string_view otherwise
) {
    if (std::optional<std::string> path = absolute(variables, name)) return path;
    if (!variables.find_filled("HOME")) return std::nullopt;
    return below_home(variables, otherwise);
}

}  // namespace

std::string user_data_directory(const Variables& variables) {
    return absolute(variables, "XDG_DATA_HOME").value_or(below_home(variables, ".local/share"));
}

std::string user_bin_directory(const Variables& variables) {
    if (std::optional<std::string> bin = absolute(variables, "XDG_BIN_HOME")) return *bin;
    if (const std::optional<std::string> data = absolute(variables, "XDG_DATA_HOME"))
        return base::join_path(*data, "../bin");
    return below_home(variables, ".local/bin");
}

std::optional<std::string> user_config_directory(const Variables& variables) {
    return find(variables, "XDG_CONFIG_HOME", ".config");
}

std::optional<std::string> user_cache_directory(const Variables& variables) {
    return find(variables, "XDG_CACHE_HOME", ".cache");
}

}  // namespace cli
