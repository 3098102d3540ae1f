#include "cli/configuration.h"

#include "base/file.h"
#include "base/text.h"
#include "cli/user_directories.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

using project::SettingsKind;

// An uv.toml or adder.toml; nullopt when there is none.
Result<std::optional<project::Settings>> read_file(
    const std::string& path, SettingsKind kind = SettingsKind::ConfigurationFile
) {
    const std::optional<std::string> text = TRY(base::read_optional_file(path));
    if (!text) return std::nullopt;
    const std::string name = base::display_path(path);
    Result<codec::TomlTable> table = codec::parse_toml(*text, name);
    if (!table) return base::fail(std::move(table.error()).with_kind(base::ErrorKind::Usage));
    project::Settings settings =
        TRY(project::parse_settings(*table, {name, std::string(base::parent_path(path)), kind}));
    // Our own settings say nothing about what gets installed.
    if (kind != SettingsKind::Own) settings.source_text = *text;
    return settings;
}

// What a pyproject.toml says about us, and whether it is a project.
struct ProjectFile {
    std::optional<project::Settings> settings;
    project::Settings own;
    bool is_project = false;
    std::optional<std::string> requires_python;
};

Result<std::optional<ProjectFile>> read_project(
    const std::string& directory, Configuration& configuration
) {
    const std::string path = base::join_path(directory, "pyproject.toml");
    const std::optional<std::string> text = TRY(base::read_optional_file(path));
    if (!text) return std::nullopt;
    const std::string name = base::display_path(path);
    Result<codec::TomlTable> table = codec::parse_toml(*text, name);
    if (!table) return base::fail(std::move(table.error()).with_kind(base::ErrorKind::Usage));
    ProjectFile file;
    file.is_project = table->find("project") != nullptr;
    if (const codec::TomlValue* range = table->at_path("project.requires-python");
        range != nullptr && range->as_string() != nullptr) {
        file.requires_python = *range->as_string();
    }
    const auto read_table = [&](std::string_view place, SettingsKind kind) {
        std::optional<project::Settings> settings;
        const codec::TomlValue* tool = table->at_path(place);
        if (tool == nullptr || tool->as_table() == nullptr) return settings;
        Result<project::Settings> parsed =
            project::parse_settings(*tool->as_table(), {name, directory, kind});
        if (parsed) {
            settings = std::move(*parsed);
        } else {
            configuration.warnings.push_back(
                fmt::format("ignoring the settings of `{}`: {}", name, parsed.error().flat())
            );
        }
        return settings;
    };
    file.own = read_table("tool.adder", SettingsKind::Own).value_or(project::Settings());
    std::optional<project::Settings> settings = read_table("tool.uv", SettingsKind::ToolTable);
    if (!settings) return file;
    for (const std::string& key : settings->unknown) {
        configuration.warnings.push_back(
            fmt::format("unknown setting `tool.uv.{}` in `{}`", key, name)
        );
    }
    settings->source_text = *text;
    file.settings = std::move(*settings);
    return file;
}

// Our own settings: each from the nearest file that has it.
Result<void> add_own_file(const std::string& path, project::Settings& own) {
    if (const std::optional<project::Settings> settings = TRY(read_file(path, SettingsKind::Own)))
        own = merge_settings(std::move(own), *settings);
    return {};
}

// The nearest directory upward with a uv.toml or a [tool.uv] gives the settings; the nearest with a
// [project] is the project. One walk finds both.
Result<void> walk_up(std::string directory, Configuration& configuration, project::Settings& own) {
    bool settled = false;
    for (;;) {
        TRY(add_own_file(base::join_path(directory, "adder.toml"), own));
        if (!settled) {
            if (std::optional<project::Settings> settings =
                    TRY(read_file(base::join_path(directory, "uv.toml")))) {
                configuration.settings = std::move(*settings);
                settled = true;
            }
        }
        if (std::optional<ProjectFile> file = TRY(read_project(directory, configuration))) {
            if (file->is_project && !configuration.project_root) {
                configuration.project_root = directory;
                configuration.requires_python = file->requires_python;
            }
            own = merge_settings(std::move(own), file->own);
            if (file->settings && !settled) {
                configuration.settings = std::move(*file->settings);
                settled = true;
            }
        }
        if (configuration.project_root || directory == "/" || directory.empty()) return {};
        directory = std::string(base::parent_path(directory));
    }
}

// "<directory>/uv/uv.toml" and the like have our own file beside them: "<directory>/adder/adder.toml".
std::string own_file_beside(std::string_view uv_directory) {
    return base::join_path(base::parent_path(uv_directory), "adder/adder.toml");
}

Result<void> add_outer_files(
    const Variables& variables, Configuration& configuration, project::Settings& own
) {
    if (const std::optional<std::string> directory = user_configuration_directory(variables)) {
        TRY(add_own_file(own_file_beside(*directory), own));
        if (std::optional<project::Settings> settings =
                TRY(read_file(base::join_path(*directory, "uv.toml")))) {
            configuration.settings = merge_settings(std::move(configuration.settings), *settings);
        }
    }
    const std::vector<std::string> files = system_configuration_files(variables);
    for (const std::string& path : files)
        TRY(add_own_file(own_file_beside(base::parent_path(path)), own));
    for (const std::string& path : files) {
        std::optional<project::Settings> settings = TRY(read_file(path));
        if (!settings) continue;
        configuration.settings = merge_settings(std::move(configuration.settings), *settings);
        break;
    }
    return {};
}

}  // namespace

std::optional<std::string> user_configuration_directory(const Variables& variables) {
    const std::optional<std::string> directory = user_config_directory(variables);
    if (!directory) return std::nullopt;
    return base::join_path(*directory, "uv");
}

std::vector<std::string> system_configuration_files(const Variables& variables) {
    std::vector<std::string> files;
    if (parse_boolean(variables.find("UV_NO_SYSTEM_CONFIG").value_or("")).value_or(false))
        return files;
    if (const auto directories = variables.find_filled("XDG_CONFIG_DIRS")) {
        for (const std::string_view directory : base::split(*directories, ':')) {
            if (!directory.empty()) files.push_back(base::join_path(directory, "uv/uv.toml"));
        }
    } else {
        files.emplace_back("/etc/xdg/uv/uv.toml");
    }
    files.emplace_back("/etc/uv/uv.toml");
    return files;
}

std::optional<std::string> named_configuration_file(
    const Invocation& invocation, const Variables& variables
) {
    const std::optional<std::string> named = invocation.value("--config-file");
    return named ? named : variables.find_filled("UV_CONFIG_FILE");
}

Result<Configuration> load_configuration(
    const Invocation& invocation,
    const Variables& variables,
    ConfigurationScope scope,
    const std::string& start_directory
) {
    Configuration configuration;
    project::Settings own;
    const std::optional<std::string> only = named_configuration_file(invocation, variables);
    const bool ignored = invocation.flag("--no-config");
    if (scope == ConfigurationScope::All) {
        Configuration around;
        Result<void> walked = walk_up(start_directory, around, own);
        configuration.project_root = around.project_root;
        configuration.requires_python = around.requires_python;
        if (!ignored && !only) {
            if (!walked) return base::fail(std::move(walked.error()));
            configuration = std::move(around);
        }
    }
    if (only) {
        std::optional<project::Settings> settings = TRY(read_file(TRY(base::absolute_path(*only))));
        if (!settings)
            return base::fail(
                base::ErrorKind::Usage, fmt::format("there is no configuration file `{}`", *only)
            );
        configuration.settings = std::move(*settings);
    } else if (!ignored) {
        TRY(add_outer_files(variables, configuration, own));
        configuration.settings = merge_settings(std::move(own), configuration.settings);
    }
    return configuration;
}

Result<std::optional<std::string>> project_directory(const Invocation& invocation) {
    const std::optional<std::string> project = invocation.value("--project");
    if (!project) return std::nullopt;
    if (!base::exists(*project)) {
        return base::fail(
            base::ErrorKind::Usage, fmt::format("Project directory `{}` does not exist", *project)
        );
    }
    std::string path = TRY(base::absolute_path(*project));
    if (base::is_directory(path)) return path;
    if (base::file_name(path) == "pyproject.toml") return std::string(base::parent_path(path));
    return base::fail(
        base::ErrorKind::Usage, fmt::format("Project path `{}` is not a directory", *project)
    );
}

std::optional<pep::Specifiers> project_python(const Configuration& configuration) {
    if (!configuration.requires_python) return std::nullopt;
    Result<pep::Specifiers> range = pep::Specifiers::parse(*configuration.requires_python);
    if (!range) return std::nullopt;
    return std::move(*range);
}

}  // namespace cli
