#include "python/candidates.h"

#include "base/file.h"
#include "base/text.h"
#include "base/trace.h"
#include "python/environment.h"
#include "python/pyenv.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace python {

namespace {

using base::Result;

constexpr std::string_view kEnvironmentName = ".venv";

// python3.12 or python3.13t
struct MinorName {
    std::uint64_t minor = 0;
    bool free_threaded = false;
};

std::optional<MinorName> parse_minor_name(std::string_view name) {
    constexpr std::string_view kPrefix = "python3.";
    if (!name.starts_with(kPrefix)) return std::nullopt;
    std::string_view digits = name.substr(kPrefix.size());
    MinorName parsed;
    if (digits.ends_with('t')) {
        parsed.free_threaded = true;
        digits.remove_suffix(1);
    }
    const std::optional<std::uint64_t> minor = base::parse_unsigned(digits);
    if (!minor) return std::nullopt;
    parsed.minor = *minor;
    return parsed;
}

constexpr std::uint64_t kOldestMinor = 6;

// The names python3.N that stand in a directory and may fit, newest first.
std::vector<std::string> minor_names(const std::string& directory, const VersionRequest& version) {
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(directory);
    if (!entries) return {};
    std::vector<std::pair<MinorName, std::string>> named;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::optional<MinorName> name = parse_minor_name(entry.name);
        if (!name || name->minor < kOldestMinor || !version.may_contain_minor(name->minor))
            continue;
        named.emplace_back(*name, entry.name);
    }
    std::ranges::sort(named, [](const auto& a, const auto& b) {
        if (a.first.minor != b.first.minor) return a.first.minor > b.first.minor;
        return a.first.free_threaded < b.first.free_threaded;
    });
    std::vector<std::string> names;
    names.reserve(named.size());
    for (auto& [minor, name] : named)
        names.push_back(std::move(name));
    return names;
}

// A managed Python is in a directory with its key for a name.
struct ManagedDirectory {
    std::string name;
    PythonRequest key;
    pep::Version version;
};

std::vector<ManagedDirectory> managed_directories(const std::string& root) {
    std::vector<ManagedDirectory> directories;
    const Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(root);
    if (!entries) return directories;
    for (const base::DirectoryEntry& entry : *entries) {
        // Links `cpython-3.12-...` to the newest patch release would name it twice.
        if (entry.type != base::EntryType::Directory || entry.name.starts_with('.')) continue;
        const std::vector<std::string_view> parts = base::split(entry.name, '-');
        if (parts.size() != 5) continue;
        const std::string_view number = parts[1].substr(0, parts[1].find('+'));
        const Result<pep::Version> version = pep::Version::parse(number);
        const Result<PythonRequest> key = PythonRequest::parse(entry.name);
        if (!version || !key || key->kind() != PythonRequest::Kind::Versioned) continue;
        directories.push_back({entry.name, *key, *version});
    }
    std::ranges::sort(directories, [](const ManagedDirectory& a, const ManagedDirectory& b) {
        return a.version != b.version ? a.version > b.version : a.name < b.name;
    });
    return directories;
}

// The program of a managed Python: bin/python3.12, bin/python3.13t, bin/pypy3.10.
std::string managed_program(const ManagedDirectory& directory) {
    const std::optional<Implementation> implementation = directory.key.implementation();
    const bool is_named_python = !implementation || *implementation == Implementation::CPython;
    const std::vector<std::uint64_t>& release = directory.key.version().release;
    if (release.size() < 2) return "bin/python3";
    const std::string_view name = is_named_python ? "python" : name_of(*implementation);
    const VariantRequest variant = directory.key.version().variant;
    const std::string_view suffix = variant == VariantRequest::FreeThreaded        ? "t"
                                    : variant == VariantRequest::Debug             ? "d"
                                    : variant == VariantRequest::FreeThreadedDebug ? "td"
                                                                                   : "";
    return fmt::format("bin/{}{}.{}{}", name, release[0], release[1], suffix);
}

// The base environment of conda is where conda itself lives, and no more an environment than
// /usr is.
bool is_conda_base(const DiscoveryOptions& options) {
    return options.conda_default_env == "base" || options.conda_default_env == "root";
}

}  // namespace

std::vector<std::string> program_names(const PythonRequest& request) {
    if (request.kind() == PythonRequest::Kind::Name) return {request.path()};
    const std::vector<std::string> suffixes = request.version().program_suffixes();
    std::vector<std::string> names;
    const auto add = [&](std::string_view stem) {
        for (const std::string& suffix : suffixes)
            names.push_back(fmt::format("{}{}", stem, suffix));
    };
    if (request.implementation()) add(name_of(*request.implementation()));
    add("python");
    if (request.kind() == PythonRequest::Kind::Any) {
        for (const Implementation implementation : all_implementations())
            add(name_of(implementation));
    }
    return names;
}

// With a minor version the names are complete; without one, any python3.N may fit.
bool wants_minor_names(const PythonRequest& request) {
    if (request.kind() == PythonRequest::Kind::Name) return false;
    const std::vector<std::uint64_t>& release = request.version().release;
    return release.empty() || (release.size() == 1 && release[0] == 3);
}

std::vector<std::string> search_directories(const DiscoveryOptions& options) {
    std::vector<std::string> directories;
    std::set<std::string> seen;
    for (const std::string_view written :
         base::split(options.search_path ? *options.search_path : options.path, ':')) {
        if (written.empty()) continue;
        std::string directory = base::join_path(options.working_directory, written);
        while (directory.size() > 1 && directory.ends_with('/'))
            directory.pop_back();
        if (seen.insert(directory).second) directories.push_back(std::move(directory));
    }
    return directories;
}

Visit Candidates::visit(const Visitor& visitor) {
    const auto stops = [](Visit visit) { return visit == Visit::Stop; };
    if (request_.kind() == PythonRequest::Kind::Name) return visit_search_path(visitor);
    if (options_.environments != EnvironmentUse::Ignore) {
        if (stops(visit_environments(visitor))) return Visit::Stop;
    }
    if (options_.environments == EnvironmentUse::Only) return Visit::Continue;
    if (stops(visit_conda_base(visitor))) return Visit::Stop;
    switch (options_.preference) {
        case PythonPreference::OnlyManaged:
            return visit_managed(visitor);
        case PythonPreference::Managed:
            if (stops(visit_managed(visitor))) return Visit::Stop;
            return visit_search_path(visitor);
        case PythonPreference::System:
            if (stops(visit_search_path(visitor))) return Visit::Stop;
            return visit_managed(visitor);
        case PythonPreference::OnlySystem:
            return visit_search_path(visitor);
    }
    return Visit::Continue;
}

Visit Candidates::visit_environments(const Visitor& visitor) {
    if (!options_.virtual_env.empty()) {
        const std::string root = base::join_path(options_.working_directory, options_.virtual_env);
        // What has no pyvenv.cfg is no environment, whatever the variable says.
        if (watch_.note(base::join_path(root, kVenvConfig)) &&
            visit_root(root, Source::ActiveEnvironment, visitor) == Visit::Stop) {
            return Visit::Stop;
        }
    }
    if (!options_.conda_prefix.empty() && !is_conda_base(options_)) {
        const Visit visit = visit_root(options_.conda_prefix, Source::CondaEnvironment, visitor);
        if (visit == Visit::Stop) return Visit::Stop;
    }
    if (const std::optional<std::string> root = nearest_environment()) {
        return visit_root(*root, Source::DiscoveredEnvironment, visitor);
    }
    return Visit::Continue;
}

// A `.venv` may also be a file with the path of an environment in it.
std::optional<std::string> Candidates::nearest_environment() {
    constexpr std::uint64_t kLimit = 64U << 10U;
    for (const std::string& path : paths_upward(options_.working_directory, kEnvironmentName)) {
        if (!watch_.note(path)) continue;
        if (base::is_directory(path)) {
            if (watch_.note(base::join_path(path, kVenvConfig))) return path;
            continue;
        }
        const Result<std::string> text = base::read_file(path, kLimit);
        if (!text || base::trim(*text).empty()) continue;
        std::string root = base::join_path(base::parent_path(path), base::trim(*text));
        if (watch_.note(base::join_path(root, kVenvConfig))) return root;
    }
    return std::nullopt;
}

Visit Candidates::visit_root(const std::string& root, Source source, const Visitor& visitor) {
    const std::optional<std::string> executable = executable_in(root);
    if (!executable) {
        watch_.note(base::join_path(root, "bin"));
        return Visit::Continue;
    }
    return visitor({*executable, source});
}

Visit Candidates::visit_conda_base(const Visitor& visitor) {
    if (options_.conda_prefix.empty() || !is_conda_base(options_)) return Visit::Continue;
    if (options_.preference == PythonPreference::OnlyManaged) return Visit::Continue;
    return visit_root(options_.conda_prefix, Source::CondaBase, visitor);
}

Visit Candidates::visit_managed(const Visitor& visitor) {
    if (options_.managed_directory.empty()) return Visit::Continue;
    if (!watch_.note(options_.managed_directory)) return Visit::Continue;
    for (const ManagedDirectory& directory : managed_directories(options_.managed_directory)) {
        if (!request_.version().contains(directory.version)) continue;
        std::string path = base::join_path(
            base::join_path(options_.managed_directory, directory.name), managed_program(directory)
        );
        if (!base::is_executable_file(path)) continue;
        if (visitor({std::move(path), Source::Managed}) == Visit::Stop) return Visit::Stop;
    }
    return Visit::Continue;
}

Visit Candidates::visit_search_path(const Visitor& visitor) {
    // /bin is a link to /usr/bin nowadays: what is the same directory is searched once.
    std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
    for (const std::string& directory : search_directories(options_)) {
        const std::optional<base::FileStamp> stamp = watch_.note(directory);
        if (!stamp || !seen.insert({stamp->device, stamp->inode}).second) continue;
        if (visit_directory(directory, visitor) == Visit::Stop) return Visit::Stop;
    }
    return Visit::Continue;
}

Visit Candidates::visit_directory(const std::string& directory, const Visitor& visitor) {
    std::vector<std::string> names = program_names(request_);
    const auto visit_name = [&](const std::string& name) {
        std::string path = base::join_path(directory, name);
        if (!base::is_executable_file(path)) return Visit::Continue;
        return visitor({std::move(path), Source::SearchPath});
    };
    for (const std::string& name : names) {
        if (visit_name(name) == Visit::Stop) return Visit::Stop;
    }
    if (!wants_minor_names(request_)) return Visit::Continue;
    for (const std::string& name : minor_names(directory, request_.version())) {
        if (std::ranges::find(names, name) != names.end()) continue;
        if (visit_name(name) == Visit::Stop) return Visit::Stop;
    }
    return Visit::Continue;
}

}  // namespace python
