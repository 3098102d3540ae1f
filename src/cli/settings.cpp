#include "cli/settings.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/cache_limits.h"
#include "cli/index_settings.h"
#include "cli/network_settings.h"
#include "cli/signals.h"
#include "cli/user_directories.h"
#include "generated/version.h"
#include "project/requirements_file.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unistd.h>

namespace cli {

namespace {

using base::ErrorKind;
using base::Result;

Result<solve::PrereleaseMode> prerelease_mode(std::string_view text) {
    if (text == "allow") return solve::PrereleaseMode::Allow;
    if (text == "disallow") return solve::PrereleaseMode::Disallow;
    if (text == "explicit") return solve::PrereleaseMode::Explicit;
    if (text == "if-necessary" || text == "if-necessary-or-explicit")
        return solve::PrereleaseMode::IfNecessary;
    return base::fail(ErrorKind::Usage, fmt::format("`{}` is no pre-release mode", text));
}

// "name=value" of options that say something about one package.
Result<std::pair<pep::PackageName, std::string>> package_value(
    std::string_view text, std::string_view option
) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) {
        return base::fail(
            ErrorKind::Usage, fmt::format("`{}` needs `NAME=VALUE`, not `{}`", option, text)
        );
    }
    return std::pair(
        TRY(pep::PackageName::parse(text.substr(0, equals))), std::string(text.substr(equals + 1))
    );
}

Result<std::vector<pep::Requirement>> parse_requirements(
    const std::optional<std::vector<std::string>>& texts, std::string_view setting
) {
    std::vector<pep::Requirement> requirements;
    for (const std::string& text : texts.value_or(std::vector<std::string>())) {
        Result<pep::Requirement> requirement = pep::Requirement::parse(text);
        if (!requirement) {
            base::Error error = std::move(requirement.error())
                                    .context(fmt::format("invalid setting `{}`", setting));
            return base::fail(std::move(error).with_kind(ErrorKind::Usage));
        }
        requirements.push_back(std::move(*requirement));
    }
    return requirements;
}

Result<ops::Selection> selection(
    bool all,
    const std::vector<std::string>& given,
    const std::optional<std::vector<std::string>>& configured
) {
    ops::Selection selection{.all = all, .packages = {}};
    for (const auto& names : {given, configured.value_or(std::vector<std::string>())}) {
        for (const std::string& text : names) {
            const Result<pep::Requirement> requirement = pep::Requirement::parse(text);
            if (!requirement)
                return base::fail(ErrorKind::Usage, fmt::format("`{}` is no package name", text));
            selection.packages.insert(requirement->name);
        }
    }
    return selection;
}

Result<void> read_sources(const Inputs& inputs, ops::ResolveOptions& resolve) {
    const bool ignored = inputs.invocation.toggle("--no-sources")
                             .value_or(inputs.settings.no_sources.value_or(false));
    if (ignored) return {};
    for (const auto& [name, url] : inputs.settings.source_urls) {
        std::string text = url.contains("://") ? url : "file://" + url;
        resolve.source_urls.emplace(TRY(pep::PackageName::parse(name)), std::move(text));
    }
    for (const auto& [name, what] : inputs.settings.source_unsupported) {
        resolve.unsupported_sources.emplace(TRY(pep::PackageName::parse(name)), what);
    }
    return {};
}

Result<ops::ResolveOptions> resolve_options(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    ops::ResolveOptions resolve;
    resolve.platform = invocation.value("--python-platform");
    const std::string resolution =
        invocation.value("--resolution").value_or(settings.resolution.value_or("highest"));
    if (resolution == "lowest") resolve.resolution = solve::Resolution::Lowest;
    if (resolution == "lowest-direct") resolve.resolution = solve::Resolution::LowestDirect;
    const std::string prerelease =
        invocation.value("--prerelease").value_or(settings.prerelease.value_or("if-necessary"));
    resolve.prerelease =
        invocation.flag("--pre") ? solve::PrereleaseMode::Allow : TRY(prerelease_mode(prerelease));
    for (const auto& [name, mode] : settings.prerelease_package.value_or(project::NamedTexts())) {
        resolve.prerelease_by_package[TRY(pep::PackageName::parse(name))] =
            TRY(prerelease_mode(mode));
    }
    for (const std::string& text : invocation.values("--prerelease-package")) {
        const auto [name, mode] = TRY(package_value(text, "--prerelease-package"));
        resolve.prerelease_by_package[name] = TRY(prerelease_mode(mode));
    }
    resolve.constraints =
        TRY(parse_requirements(settings.constraint_dependencies, "constraint-dependencies"));
    resolve.overrides =
        TRY(parse_requirements(settings.override_dependencies, "override-dependencies"));
    for (const std::string& name :
         settings.exclude_dependencies.value_or(std::vector<std::string>())) {
        resolve.exclusions.push_back(TRY(pep::PackageName::parse(name)));
    }
    TRY(read_sources(inputs, resolve));
    const bool upgrade = invocation.toggle("--upgrade").value_or(settings.upgrade.value_or(false));
    resolve.upgrade =
        TRY(selection(upgrade, invocation.values("--upgrade-package"), settings.upgrade_package));
    return resolve;
}

Result<ops::InstallSettings> install_settings(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    ops::InstallSettings install;
    std::optional<std::string> mode = invocation.value("--link-mode");
    if (!mode) mode = settings.link_mode;
    if (mode) install.link_mode = install::link_mode_from_name(*mode);
    const bool compile =
        invocation.toggle("--compile-bytecode").value_or(settings.compile_bytecode.value_or(false));
    install.bytecode = compile ? ops::Bytecode::Compiled : ops::Bytecode::Lazy;
    const std::uint64_t timeout =
        TRY(find_number(variables, "UV_COMPILE_BYTECODE_TIMEOUT")).value_or(60);
    install.bytecode_timeout_ms = static_cast<std::int64_t>(timeout) * 1000;
    install.bytecode_invalidation = variables.find_filled("PYC_INVALIDATION_MODE").value_or("");
    if (invocation.flag("--no-installer-metadata"))
        install.installer_files = ops::InstallerFiles::Omit;
    if (variables.find("ADDER_RECORD") == "warn") install.record = install::RecordPolicy::Warn;
    const bool hook = parse_boolean(variables.find("ADDER_LEASE_HOOK").value_or("")).value_or(true);
    if (!hook) install.lease_hook = ops::LeaseHook::Omit;
    const bool reinstall =
        invocation.toggle("--reinstall").value_or(settings.reinstall.value_or(false));
    install.reinstall = TRY(
        selection(reinstall, invocation.values("--reinstall-package"), settings.reinstall_package)
    );
    install.threads = TRY(find_number(variables, "UV_CONCURRENT_INSTALLS"))
                          .value_or(settings.concurrent_installs.value_or(0));
    if (install.link_mode == install::LinkMode::Symlink && invocation.flag("--no-cache")) {
        return base::fail(
            base::Error(
                ErrorKind::Usage,
                "symlinks into a store that is removed afterwards would break the environment"
            )
                .hint("leave out `--no-cache`, or use another `--link-mode`")
        );
    }
    return install;
}

Result<python::PythonPreference> python_preference(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    if (const std::optional<bool> managed = invocation.toggle("--managed-python")) {
        return *managed ? python::PythonPreference::OnlyManaged
                        : python::PythonPreference::OnlySystem;
    }
    const std::string text = invocation.value("--python-preference")
                                 .value_or(settings.python_preference.value_or("managed"));
    if (text == "only-managed") return python::PythonPreference::OnlyManaged;
    if (text == "system") return python::PythonPreference::System;
    return text == "only-system" ? python::PythonPreference::OnlySystem
                                 : python::PythonPreference::Managed;
}

Result<void> check_downloads_variable(const Variables& variables) {
    const std::optional<std::string> text = variables.find_filled("UV_PYTHON_DOWNLOADS");
    if (!text) return {};
    static constexpr std::string_view kValues[] = {
        "auto", "automatic", "manual", "never", "true", "false", "1", "0"
    };
    if (std::ranges::find(kValues, *text) != std::end(kValues)) return {};
    return base::fail(
        ErrorKind::Failed,
        fmt::format(
            "the variable `UV_PYTHON_DOWNLOADS` must be one of `auto`, `manual`, `never`, not `{}`",
            *text
        )
    );
}

Result<ops::PythonChoice> python_choice(const Inputs& inputs) {
    const auto& [invocation, variables, settings] = inputs;
    TRY(check_downloads_variable(variables));
    ops::PythonChoice choice;
    choice.request = invocation.value("--python");
    if (choice.request && choice.request->empty()) choice.request.reset();
    python::DiscoveryOptions& discovery = choice.discovery;
    discovery.path = variables.find("PATH").value_or("");
    discovery.search_path = variables.find_filled("UV_PYTHON_SEARCH_PATH");
    discovery.virtual_env = variables.find("VIRTUAL_ENV").value_or("");
    discovery.conda_prefix = variables.find("CONDA_PREFIX").value_or("");
    discovery.conda_default_env = variables.find("CONDA_DEFAULT_ENV").value_or("");
    discovery.working_directory = TRY(base::current_directory());
    discovery.home = variables.find("HOME").value_or("");
    discovery.pyenv_root = variables.find("PYENV_ROOT").value_or("");
    discovery.pyenv_version = variables.find("PYENV_VERSION").value_or("");
    discovery.preference = TRY(python_preference(inputs));
    if (invocation.flag("--refresh")) discovery.memory = python::MemoryUse::Renew;
    discovery.managed_directory = managed_python_directory(variables);
    choice.config_directory = user_configuration_directory(variables).value_or("");
    return choice;
}

// uv's own version is what `required-version` is compared with; adder follows this release.
constexpr std::string_view kFollowedRelease = "0.13.9";

Result<void> check_required_version(const project::Settings& settings) {
    if (!settings.required_version) return {};
    std::string text = *settings.required_version;
    if (!text.empty() && text.front() >= '0' && text.front() <= '9') text = "==" + text;
    const pep::Specifiers required =
        TRY(base::with_context(pep::Specifiers::parse(text), "invalid setting `required-version`"));
    if (required.contains(TRY(pep::Version::parse(kFollowedRelease)))) return {};
    return base::fail(
        base::Error(
            ErrorKind::Usage,
            fmt::format(
                "the configuration requires version `{}`; this is adder {}, which follows uv {}",
                required.to_string(),
                ADDER_VERSION,
                kFollowedRelease
            )
        )
            .hint("change `required-version`, or run the command with `--no-config`")
    );
}

}  // namespace

Result<std::string> own_executable() {
    return base::read_link("/proc/self/exe");
}

std::string managed_python_directory(const Variables& variables) {
    return variables.find_filled("UV_PYTHON_INSTALL_DIR")
        .value_or(base::join_path(user_data_directory(variables), "uv/python"));
}

std::string version_text() {
    return ADDER_VERSION;
}

std::string cache_root(const Inputs& inputs) {
    if (const auto given = inputs.invocation.value("--cache-dir")) return *given;
    if (inputs.settings.cache_dir) return *inputs.settings.cache_dir;
    const std::optional<std::string> caches = user_cache_directory(inputs.variables);
    return caches ? base::join_path(*caches, "adder") : ".adder_cache";
}

Result<void> check_outside_of_store(const std::string& directory, const std::string& root) {
    const auto inside = [](std::string_view path, std::string_view parent) {
        return path == parent || (path.starts_with(parent) && path[parent.size()] == '/');
    };
    // The current directory has no links in it: the kernel says where it is.
    const Result<std::string> real_root = base::canonical_path(root);
    const bool refused = inside(directory, root) || (real_root && inside(directory, *real_root));
    if (!refused) return {};
    const std::string shown = base::display_path(directory);
    const std::string shown_root = base::display_path(root);
    return base::fail(
        ErrorKind::Usage,
        fmt::format(
            "The project directory `{}` is inside the cache directory `{}`", shown, shown_root
        )
    );
}

Result<ops::Options> make_options(const Inputs& inputs) {
    TRY(check_required_version(inputs.settings));
    ops::Options options;
    const bool no_cache =
        inputs.invocation.toggle("--no-cache").value_or(inputs.settings.no_cache.value_or(false));
    options.store.root = TRY(base::absolute_path(cache_root(inputs)));
    options.store.mode = no_cache ? store::CacheMode::Private : store::CacheMode::Persistent;
    options.store.temporary_directory = inputs.variables.find_filled("TMPDIR").value_or("/tmp");
    options.store.creator = fmt::format("adder {}", ADDER_VERSION);
    options.store.limits = TRY(cache_limits(inputs));
    options.network = TRY(network_options(inputs));
    options.index = TRY(index_options(inputs));
    options.resolve = TRY(resolve_options(inputs));
    options.install = TRY(install_settings(inputs));
    options.python = TRY(python_choice(inputs));
    options.adder_version = fmt::format("{} {}", ADDER_VERSION, ADDER_COMMIT);
    options.executable = TRY(own_executable());
    options.on_work = handle_signals;
    if (!no_cache)
        TRY(check_outside_of_store(options.python.discovery.working_directory, options.store.root));
    return options;
}

ops::MemoUse memo_use(const Invocation& invocation) {
    static constexpr std::array<std::string_view, 6> kAskAgain = {
        "--refresh",
        "--refresh-package",
        "--upgrade",
        "--upgrade-package",
        "--reinstall",
        "--reinstall-package",
    };
    const bool again = std::ranges::any_of(kAskAgain, [&](std::string_view name) {
        return invocation.flag(name) || invocation.value(name).has_value();
    });
    return again ? ops::MemoUse::WriteOnly : ops::MemoUse::ReadAndWrite;
}

ops::ChildSettings child_settings(const Invocation& invocation, const Variables& variables) {
    ops::ChildSettings child{
        .inherited = variables.environment(), .env_files = {}, .open_files = {}
    };
    if (!invocation.flag("--no-env-file")) child.env_files = invocation.values("--env-file");
    if (const auto limit = variables.find_filled("UV_RUN_RLIMIT_NOFILE"))
        child.open_files = base::parse_unsigned(*limit);
    return child;
}

}  // namespace cli
