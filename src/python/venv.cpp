#include "python/venv.h"

#include "base/file.h"
#include "base/text.h"
#include "python/activators.h"
#include "python/environment.h"

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace python {

namespace {

using base::Result;

constexpr std::uint64_t kFirstMinorWithoutGuard = 10;

// Values of pyvenv.cfg end with the line.
std::string on_one_line(std::string_view text) {
    return base::replace_all(base::replace_all(text, "\r", " "), "\n", " ");
}

std::string config_text(const Interpreter& base, const VenvOptions& options) {
    const bool is_visible = options.system_site_packages == SystemSitePackages::Visible;
    std::string text = fmt::format(
        "home = {}\nimplementation = {}\n",
        base::parent_path(base.base_executable),
        base.markers.platform_python_implementation
    );
    if (!options.creator_version.empty()) text += fmt::format("uv = {}\n", options.creator_version);
    text += fmt::format(
        "version_info = {}\ninclude-system-site-packages = {}\n",
        base.markers.python_full_version,
        is_visible
    );
    if (options.portability == Portability::Relocatable) text += "relocatable = true\n";
    if (options.seeded) text += "seed = true\n";
    if (options.prompt) text += fmt::format("prompt = {}\n", on_one_line(*options.prompt));
    if (!options.extends_environment.empty()) {
        text += fmt::format("extends-environment = {}\n", options.extends_environment);
    }
    return text;
}

// The names an environment's interpreter is reached by; the first is the link to the base.
std::vector<std::string> program_links(const Interpreter& base) {
    const std::string minor = fmt::format("3.{}", base.minor());
    std::vector<std::string> names = {"python", "python3", "python" + minor};
    if (base.gil_disabled) names.push_back("python" + minor + "t");
    if (base.implementation_name == "pypy") {
        for (const std::string& suffix : {std::string(), std::string("3"), minor}) {
            names.push_back("pypy" + suffix);
        }
    }
    if (base.implementation_name == "graalpy") names.emplace_back("graalpy");
    return names;
}

Result<void> link_at(int directory, const std::string& target, const std::string& name) {
    if (::symlinkat(target.c_str(), directory, name.c_str()) == 0) return {};
    if (errno == EEXIST && ::unlinkat(directory, name.c_str(), 0) == 0 &&
        ::symlinkat(target.c_str(), directory, name.c_str()) == 0) {
        return {};
    }
    return base::fail_errno(errno, fmt::format("failed to create the link `{}`", name));
}

// mkdir -p below a descriptor.
Result<void> make_directories_at(int directory, const std::string& path) {
    for (std::size_t end = path.find('/');; end = path.find('/', end + 1)) {
        const std::string part = path.substr(0, end);
        if (::mkdirat(directory, part.c_str(), 0777) != 0 && errno != EEXIST) {
            return base::fail_errno(errno, fmt::format("failed to create `{}`", part));
        }
        if (end == std::string::npos) return {};
    }
}

class VenvWriter {
  public:
    VenvWriter(const Interpreter& base, const VenvOptions& options, std::string final_root)
        : base_(base), options_(options), final_root_(std::move(final_root)) {}

    // The configuration comes first: what is interrupted is an environment that can be cleared.
    Result<void> write(const std::string& path) {
        root_ = TRY(base::open_directory(path));
        TRY(base::write_file_at(root_.get(), std::string(kVenvConfig), config_text(base_, options_))
        );
        TRY(write_marks());
        TRY(write_programs());
        TRY(write_packages());
        return {};
    }

  private:
    // Neither version control nor backups should take an environment for something of worth. Files
    // of the user's are left alone.
    Result<void> write_marks() {
        TRY(write_if_missing(".gitignore", "*"));
        // https://bford.info/cachedir/
        return write_if_missing("CACHEDIR.TAG", "Signature: 8a477f597d28d172789f06886806bc55");
    }

    Result<void> write_if_missing(const std::string& name, std::string_view text) {
        const Result<base::Fd> fd =
            base::open_at(root_.get(), name, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (fd) return base::write_all(fd->get(), text);
        struct stat status{};
        if (::fstatat(root_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return {};
        return base::fail(fd.error());
    }

    Result<void> write_programs() {
        const std::string& name = base_.venv_scheme.scripts;
        TRY(make_directories_at(root_.get(), name));
        const base::Fd bin = TRY(base::open_at(root_.get(), name, O_RDONLY | O_DIRECTORY));
        const std::vector<std::string> links = program_links(base_);
        TRY(link_at(bin.get(), base_.base_executable, links.front()));
        for (std::size_t i = 1; i < links.size(); ++i) {
            TRY(link_at(bin.get(), links.front(), links[i]));
        }
        if (options_.activators == Activators::None) return {};
        const ActivatorValues values{
            .root = final_root_,
            .prompt = options_.prompt.value_or(""),
            .site_packages = "../" + base_.venv_scheme.purelib,
            .portability = options_.portability,
        };
        for (const ActivatorFile& file : activators(values)) {
            TRY(base::write_file_at(bin.get(), std::string(file.name), file.text));
        }
        return {};
    }

    Result<void> write_packages() {
        const std::string& purelib = base_.venv_scheme.purelib;
        const bool is_wide = base_.pointer_size == 8 && base_.os != "macos";
        TRY(make_directories_at(root_.get(), purelib));
        // Where distributions put binary modules into lib64, both are one directory (as venv does).
        if (is_wide && ::symlinkat("lib", root_.get(), "lib64") != 0 && errno != EEXIST) {
            return base::fail_errno(errno, "failed to create the link `lib64`");
        }
        if (base_.venv_scheme.platlib != purelib) {
            TRY(make_directories_at(root_.get(), base_.venv_scheme.platlib));
        }
        const bool needs_guard = options_.activators == Activators::All && base_.major() == 3 &&
                                 base_.minor() < kFirstMinorWithoutGuard;
        if (!needs_guard) return {};
        const auto write_module = [&](std::string_view name, std::string_view text) {
            return base::write_file_at(root_.get(), fmt::format("{}/{}", purelib, name), text);
        };
        TRY(write_module(kDistutilsGuardName, distutils_guard()));
        return write_module(kDistutilsGuardLoaderName, kDistutilsGuardLoader);
    }

    const Interpreter& base_;
    const VenvOptions& options_;
    std::string final_root_;
    base::Fd root_;
};

base::Error refusal(const std::string& path, VenvTarget target) {
    const std::string shown(base::display_path(path));
    const bool is_environment = target == VenvTarget::Environment;
    return base::Error(
               base::ErrorKind::Usage,
               fmt::format(
                   "a {} already exists at `{}`",
                   is_environment ? "virtual environment" : "directory",
                   shown
               )
    )
        .hint(fmt::format(
            "`{}` replaces it", is_environment ? "--clear` or `UV_VENV_CLEAR=1" : "--force"
        ));
}

// Empties a directory and keeps it: it may be a mount point, a link's target, somebody's working
// directory. The configuration goes last, so that what is interrupted can be cleared again.
Result<void> empty_directory(const std::string& path) {
    if (TRY(base::canonical_path(path)) == "/") {
        return base::fail(base::ErrorKind::Usage, "the root of the file system cannot be cleared");
    }
    for (const base::DirectoryEntry& entry : TRY(base::list_directory(path))) {
        if (entry.name != kVenvConfig) TRY(base::remove_tree(base::join_path(path, entry.name)));
    }
    const std::string config = base::join_path(path, kVenvConfig);
    if (::unlink(config.c_str()) != 0 && errno != ENOENT) {
        return base::fail_errno(errno, fmt::format("failed to remove `{}`", config));
    }
    return {};
}

Result<void> prepare_target(const std::string& path, ExistingPolicy policy) {
    if (policy == ExistingPolicy::Fill) return {};
    const VenvTarget target = TRY(look_at_venv_target(path));
    switch (target) {
        case VenvTarget::Missing:
            return base::make_directories(path);
        case VenvTarget::EmptyDirectory:
            return {};
        case VenvTarget::OtherFile:
            return base::fail(base::Error(
                                  base::ErrorKind::Usage,
                                  fmt::format("`{}` is no directory", base::display_path(path))
            )
                                  .hint("remove it, or choose another path for the environment"));
        case VenvTarget::Environment:
        case VenvTarget::OtherDirectory:
            break;
    }
    if (policy == ExistingPolicy::Keep) return {};
    const bool may_clear = policy == ExistingPolicy::Force ||
                           (policy == ExistingPolicy::Clear && target == VenvTarget::Environment);
    if (may_clear) return empty_directory(path);
    if (policy == ExistingPolicy::Refuse) return base::fail(refusal(path, target));
    return base::fail(base::Error(
                          base::ErrorKind::Usage,
                          fmt::format(
                              "`{}` is no virtual environment and will not be cleared",
                              base::display_path(path)
                          )
    )
                          .hint("`--force` removes what is in it all the same"));
}

}  // namespace

VenvLayout venv_layout(const std::string& root, const Interpreter& base) {
    const auto at = [&](const std::string& path) { return base::join_path(root, path); };
    const std::string bin = at(base.venv_scheme.scripts);
    return {
        .root = root,
        .bin = bin,
        .python = base::join_path(bin, "python"),
        .purelib = at(base.venv_scheme.purelib),
        .platlib = at(base.venv_scheme.platlib),
        .include = at(base.venv_scheme.include),
        .data = root,
        .python_minor = base.minor(),
    };
}

Result<VenvTarget> look_at_venv_target(const std::string& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno != ENOENT && errno != ENOTDIR) {
            return base::fail_errno(errno, fmt::format("failed to look at `{}`", path));
        }
        return base::read_link(path) ? VenvTarget::OtherFile : VenvTarget::Missing;
    }
    if (!S_ISDIR(status.st_mode)) return VenvTarget::OtherFile;
    if (base::exists(base::join_path(path, kVenvConfig))) return VenvTarget::Environment;
    const bool is_empty = TRY(base::list_directory(path)).empty();
    return is_empty ? VenvTarget::EmptyDirectory : VenvTarget::OtherDirectory;
}

std::string resolve_prompt(std::string_view prompt, std::string_view working_directory) {
    return std::string(prompt == "." ? base::file_name(working_directory) : prompt);
}

Result<VenvLayout> create_venv(
    const std::string& path, const Interpreter& base, const VenvOptions& options
) {
    const std::string root = TRY(base::absolute_path(path));
    TRY(prepare_target(root, options.existing));
    VenvWriter writer(base, options, options.final_path.empty() ? root : options.final_path);
    TRY(base::with_context(
        writer.write(root), fmt::format("failed to create an environment at `{}`", path)
    ));
    return venv_layout(root, base);
}

}  // namespace python
