#include "python/pyenv.h"

#include "base/text.h"
#include "pep/version.h"

#include <fmt/core.h>

namespace python {

namespace {

// Names of versions are joined to a path: nothing may lead out of the directory of versions.
bool is_plain_name(std::string_view name) {
    return !name.empty() && name != ".." && name != "." && !name.contains('/');
}

std::string without_prefix(std::string_view name) {
    constexpr std::string_view kPrefix = "python-";
    return std::string(name.starts_with(kPrefix) ? name.substr(kPrefix.size()) : name);
}

}  // namespace

std::vector<std::string> paths_upward(std::string_view directory, std::string_view name) {
    std::vector<std::string> paths;
    for (std::string_view at = directory; !at.empty(); at = base::parent_path(at)) {
        paths.push_back(base::join_path(at, name));
        if (at == "/") break;
    }
    return paths;
}

std::string pyenv_root(const DiscoveryOptions& options) {
    if (!options.pyenv_root.empty()) return options.pyenv_root;
    return options.home.empty() ? std::string() : base::join_path(options.home, ".pyenv");
}

Pyenv::Pyenv(const DiscoveryOptions& options, WatchList& watch)
    : options_(options), watch_(watch), root_(pyenv_root(options)) {
    if (!root_.empty()) shims_ = base::join_path(root_, "shims") + "/";
}

bool Pyenv::is_shim(std::string_view path) const {
    return !shims_.empty() && path.starts_with(shims_);
}

base::Result<std::string> Pyenv::resolve(std::string_view shim) {
    const std::string program(base::file_name(shim));
    for (const std::string& version : selected_versions()) {
        std::string path;
        if (version == "system") {
            path = find_on_path(program);
        } else if (const std::string directory = version_directory(version); !directory.empty()) {
            path = fmt::format("{}/bin/{}", directory, program);
        }
        if (path.empty()) continue;
        watch_.note(path);
        if (base::is_executable_file(path)) return path;
    }
    return base::fail(
        base::Error(
            base::ErrorKind::NotFound,
            fmt::format("pyenv has no `{}` in the versions that are selected", program)
        )
            .hint("`pyenv global` or `pyenv local` selects versions")
    );
}

const std::vector<std::string>& Pyenv::selected_versions() {
    if (is_selected_) return selected_;
    is_selected_ = true;
    for (const std::string_view name : base::split(options_.pyenv_version, ':')) {
        if (is_plain_name(name)) selected_.emplace_back(name);
    }
    if (!options_.pyenv_version.empty()) return selected_;
    for (const std::string& path : paths_upward(options_.working_directory, ".python-version")) {
        if (!watch_.note(path)) continue;
        selected_ = read_version_file(path);
        break;
    }
    if (selected_.empty()) {
        const std::string global = base::join_path(root_, "version");
        watch_.note(global);
        selected_ = read_version_file(global);
    }
    if (selected_.empty()) selected_.emplace_back("system");
    return selected_;
}

std::vector<std::string> Pyenv::read_version_file(const std::string& path) {
    constexpr std::uint64_t kLimit = 64U << 10U;
    std::vector<std::string> names;
    const base::Result<std::string> text = base::read_file(path, kLimit);
    if (!text) return names;
    for (const std::string_view line : base::split_lines(*text)) {
        const std::vector<std::string_view> words = base::split_whitespace(line);
        if (words.empty() || words[0].starts_with('#')) continue;
        if (is_plain_name(words[0])) names.emplace_back(words[0]);
    }
    return names;
}

std::string Pyenv::version_directory(std::string_view name) {
    const std::string versions = base::join_path(root_, "versions");
    for (const std::string& candidate : {std::string(name), without_prefix(name)}) {
        std::string directory = base::join_path(versions, candidate);
        if (base::is_directory(directory)) return directory;
    }
    // A shortened version stands for the newest release it begins.
    watch_.note(versions);
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(versions);
    if (!entries) return {};
    const std::string prefix = without_prefix(name) + ".";
    std::string newest;
    std::optional<pep::Version> newest_version;
    for (const base::DirectoryEntry& entry : *entries) {
        if (!entry.name.starts_with(prefix)) continue;
        const base::Result<pep::Version> version = pep::Version::parse(entry.name);
        if (!version || version->is_prerelease()) continue;
        if (newest_version && *version <= *newest_version) continue;
        newest_version = *version;
        newest = entry.name;
    }
    return newest.empty() ? std::string() : base::join_path(versions, newest);
}

std::string Pyenv::find_on_path(const std::string& program) const {
    for (const std::string_view directory : base::split(options_.path, ':')) {
        if (directory.empty()) continue;
        const std::string path = base::join_path(directory, program);
        if (!is_shim(path) && base::is_executable_file(path)) return path;
    }
    return {};
}

}  // namespace python
