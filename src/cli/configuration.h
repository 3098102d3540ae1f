// Which configuration files count, and what they say together: uv.toml and [tool.uv] of the project
// around (the nearest one upward), the user's uv.toml, the system's. The nearer wins, setting by
// setting.
//
// What uv does not know stands in adder.toml and [tool.adder], at the same places (the user's is
// ~/.config/adder/adder.toml); these win over the same settings in uv's files.
#pragma once

#include "base/result.h"
#include "cli/parser.h"
#include "cli/variables.h"
#include "pep/specifiers.h"
#include "project/settings.h"

#include <optional>
#include <string>
#include <vector>

namespace cli {

enum class ConfigurationScope {
    All,       // project, user, system
    UserOnly,  // `tool run`: what lies around must not change a tool
};

struct Configuration {
    project::Settings settings;
    std::vector<std::string> warnings;
    // The directory whose pyproject.toml has a [project] table, nearest upward; nullopt: no
    // project.
    std::optional<std::string> project_root;
    // What that project's `requires-python` says; nullopt when it says nothing.
    std::optional<std::string> requires_python;
};

// Fails for files that cannot be read or parsed. A [tool.uv] that cannot be understood is a warning
// only: the file belongs to others too.
base::Result<Configuration> load_configuration(
    const Invocation& invocation,
    const Variables& variables,
    ConfigurationScope scope,
    const std::string& start_directory
);

// The places outside of projects: <config>/uv of the user (with uv.toml and the global version pin), the system's
// files, and the file that was named in place of all others.
std::optional<std::string> user_configuration_directory(const Variables& variables);
std::vector<std::string> system_configuration_files(const Variables& variables);
std::optional<std::string> named_configuration_file(
    const Invocation& invocation, const Variables& variables
);

// The directory that `--project` names; nullopt when it is not given.
base::Result<std::optional<std::string>> project_directory(const Invocation& invocation);

// The project's `requires-python`; nullopt without one and for one that nobody can read.
std::optional<pep::Specifiers> project_python(const Configuration& configuration);

}  // namespace cli
