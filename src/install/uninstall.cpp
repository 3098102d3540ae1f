// uninstall(), declared in install/installed.h.
#include "base/file.h"
#include "base/text.h"
#include "codec/wheel_record.h"
#include "install/installed.h"
#include "install/script.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <map>
#include <set>
#include <unistd.h>
#include <utility>

namespace install {

namespace {

bool is_within(std::string_view path, std::string_view directory) {
    return path.size() > directory.size() && path.starts_with(directory) &&
           path[directory.size()] == '/';
}

// Takes one distribution out of an environment. RECORD is text that anybody may have edited, so
// nothing is removed that does not lie in the environment, links on the way to it resolved.
class Removal {
  public:
    Removal(const InstalledDistribution& distribution, const TargetLayout& target);

    base::Result<UninstallReport> run();

  private:
    base::Result<void> remove_listed(const std::string& record);
    base::Result<void> remove_file(const std::string& path);
    void remove_bytecode(const std::string& source);
    base::Result<void> tidy_directory(std::string directory);
    bool may_touch(const std::string& directory);
    bool is_scheme_directory(std::string_view directory) const;
    bool belongs_to_environment(const std::string& path) const;

    const InstalledDistribution& distribution_;
    const TargetLayout& target_;
    std::string site_packages_;
    std::vector<std::string> roots_;     // canonical scheme directories
    std::map<std::string, bool> known_;  // answers of may_touch
    std::set<std::string> touched_;      // directories that lost a file
    UninstallReport report_;
};

Removal::Removal(const InstalledDistribution& distribution, const TargetLayout& target)
    : distribution_(distribution),
      target_(target),
      site_packages_(base::parent_path(distribution.path)) {
    for (std::size_t i = 0; i < kSchemeCount; ++i) {
        const std::string& directory = target.directory(static_cast<Scheme>(i));
        if (const base::Result<std::string> path = base::canonical_path(directory))
            roots_.push_back(*path);
    }
}

// The place where `directory` really is must be one of the environment's.
bool Removal::may_touch(const std::string& directory) {
    const auto [at, is_new] = known_.try_emplace(directory, false);
    if (!is_new) return at->second;
    const base::Result<std::string> canonical = base::canonical_path(directory);
    if (!canonical) {
        at->second = canonical.error().kind() == base::ErrorKind::NotFound;  // gone with its files
        return at->second;
    }
    at->second = std::ranges::any_of(roots_, [&](const std::string& root) {
        return *canonical == root || is_within(*canonical, root);
    });
    return at->second;
}

bool Removal::is_scheme_directory(std::string_view directory) const {
    for (std::size_t i = 0; i < kSchemeCount; ++i) {
        if (directory == target_.directory(static_cast<Scheme>(i))) return true;
    }
    return directory == site_packages_;
}

// The environment's own interpreter, activators and description.
bool Removal::belongs_to_environment(const std::string& path) const {
    const std::string_view directory = base::parent_path(path);
    if (directory == target_.scripts) return is_reserved_program(base::file_name(path));
    return directory == target_.root && base::file_name(path) == "pyvenv.cfg";
}

base::Result<void> Removal::remove_file(const std::string& path) {
    if (::unlink(path.c_str()) == 0) {
        ++report_.files;
    } else if (errno != ENOENT && errno != ENOTDIR) {
        return base::fail_errno(errno, fmt::format("failed to remove `{}`", path));
    }
    touched_.insert(std::string(base::parent_path(path)));
    return {};
}

// "pkg/mod.py" -> "pkg/__pycache__/mod.cpython-311.pyc" and its kin, which no RECORD lists.
void Removal::remove_bytecode(const std::string& source) {
    const std::string cache = base::join_path(base::parent_path(source), "__pycache__");
    std::string prefix(base::file_name(source));
    prefix.resize(prefix.size() - 2);  // "mod."
    const base::Result<std::vector<base::DirectoryEntry>> entries = base::list_directory(cache);
    if (!entries) return;
    for (const base::DirectoryEntry& entry : *entries) {
        if (!entry.name.starts_with(prefix) || !entry.name.ends_with(".pyc")) continue;
        ::unlink(base::join_path(cache, entry.name).c_str());
    }
    touched_.insert(cache);
}

base::Result<void> Removal::remove_listed(const std::string& record) {
    for (const codec::RecordEntry& entry : TRY(codec::parse_wheel_record(record))) {
        const std::string path = base::normalize_path(base::join_path(site_packages_, entry.path));
        if (!may_touch(std::string(base::parent_path(path))) || belongs_to_environment(path)) {
            report_.warnings.push_back(fmt::format(
                "`{}` lists `{}`, which is not its own: left alone",
                distribution_.name.text(),
                entry.path
            ));
            continue;
        }
        if (base::is_directory(path)) continue;
        TRY(remove_file(path));
        if (path.ends_with(".py")) remove_bytecode(path);
    }
    return {};
}

// Removes the directory if nothing but bytecode is left in it, and then its parents in the same
// way.
base::Result<void> Removal::tidy_directory(std::string directory) {
    while (!is_scheme_directory(directory) && may_touch(directory)) {
        const base::Result<std::vector<base::DirectoryEntry>> entries =
            base::list_directory(directory);
        if (!entries) return {};
        const bool has_source = std::ranges::any_of(
            *entries, [](const base::DirectoryEntry& entry) { return entry.name.ends_with(".py"); }
        );
        if (!has_source && std::ranges::any_of(*entries, [](const base::DirectoryEntry& entry) {
                return entry.name == "__pycache__";
            })) {
            TRY(base::remove_tree(base::join_path(directory, "__pycache__")));
        }
        if (::rmdir(directory.c_str()) != 0) return {};  // something else lives here
        ++report_.directories;
        directory = base::parent_path(directory);
    }
    return {};
}

base::Result<UninstallReport> Removal::run() {
    const std::string record_path = base::join_path(distribution_.path, "RECORD");
    const std::optional<std::string> record = TRY(base::read_optional_file(record_path));
    if (!record) {
        return base::fail(
            base::Error(
                base::ErrorKind::Failed,
                fmt::format(
                    "`{}` cannot be uninstalled: it has no RECORD of what was installed",
                    distribution_.name.text()
                )
            )
                .hint("it was installed by another program, which may be able to remove it")
        );
    }
    TRY(remove_listed(*record));
    // Whatever another program left in the dist-info would still look like an installed
    // distribution.
    if (may_touch(distribution_.path)) TRY(base::remove_tree(distribution_.path));
    // Deepest first, so that parents are empty when their turn comes.
    for (auto at = touched_.rbegin(); at != touched_.rend(); ++at)
        TRY(tidy_directory(*at));
    return std::move(report_);
}

}  // namespace

base::Result<UninstallReport> uninstall(
    const InstalledDistribution& distribution, const TargetLayout& target
) {
    return Removal(distribution, target).run();
}

}  // namespace install
