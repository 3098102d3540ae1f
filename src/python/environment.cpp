#include "python/environment.h"

#include "base/text.h"
#include "codec/ini.h"

#include <fmt/core.h>

#include <array>
#include <sys/stat.h>

namespace python {

std::optional<VenvConfig> read_venv_config(const std::string& root) {
    constexpr std::uint64_t kLimit = 1U << 20U;
    const base::Result<std::string> text =
        base::read_file(base::join_path(root, kVenvConfig), kLimit);
    if (!text) return std::nullopt;
    VenvConfig config;
    for (const auto& [key, value] : codec::parse_key_values(*text)) {
        if (key == "home") config.home = value;
        if (key == "version_info" || key == "version") config.version_info = value;
        if (key == "uv") config.creator_version = value;
    }
    return config;
}

std::optional<std::string> environment_root(std::string_view executable) {
    std::string root(base::parent_path(base::parent_path(executable)));
    if (root.empty() || !base::is_regular_file(base::join_path(root, kVenvConfig))) {
        return std::nullopt;
    }
    return root;
}

std::optional<std::string> executable_in(const std::string& root) {
    for (const std::string_view name : {"bin/python", "bin/python3"}) {
        std::string path = base::join_path(root, name);
        struct stat status{};
        if (::lstat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) return path;
    }
    return std::nullopt;
}

std::optional<std::string> base_of(const VenvConfig& config, const std::string& executable) {
    const base::Result<base::FileStamp> stamp = base::stamp_of(executable);
    if (!stamp || config.home.empty()) return std::nullopt;
    std::vector<std::string> names;
    // A link chain ends at the name the environment was made with.
    std::string at = executable;
    constexpr int kLongestChain = 8;
    for (int i = 0; i < kLongestChain; ++i) {
        const base::Result<std::string> target = base::read_link(at);
        if (!target) break;
        at = base::join_path(base::parent_path(at), *target);
        if (base::normalize_path(base::parent_path(at)) == base::normalize_path(config.home)) {
            names.emplace_back(base::file_name(at));
        }
    }
    for (const std::string_view name : {"python3", "python"})
        names.emplace_back(name);
    for (const std::string& name : names) {
        std::string path = base::join_path(config.home, name);
        const base::Result<base::FileStamp> candidate = base::stamp_of(path);
        if (candidate && *candidate == *stamp) return path;
    }
    return std::nullopt;
}

Interpreter derive_environment(
    const Interpreter& base, const std::string& root, const std::string& executable
) {
    Interpreter derived = base;
    derived.executable = executable;
    derived.prefix = root;
    derived.externally_managed.reset();
    derived.paths = {
        .purelib = base::join_path(root, base.venv_scheme.purelib),
        .platlib = base::join_path(root, base.venv_scheme.platlib),
        .scripts = base::join_path(root, base.venv_scheme.scripts),
        .data = root,
        // As sysconfig says it: headers of Python itself. Wheels' headers go to venv_scheme.include.
        .include = base::join_path(root, base.venv_scheme.include),
    };
    return derived;
}

}  // namespace python
