#include "base/file.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/reporter.h"
#include "cli/settings.h"
#include "ops/venv.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

// "." is the name of the directory we are in. An environment nobody gave a path is called after that
// directory too, since all of them are `.venv`.
Result<std::optional<std::string>> prompt_of(const Invocation& invocation) {
    std::optional<std::string> prompt = invocation.value("--prompt");
    const bool named = !invocation.positionals.empty();
    if (prompt != "." && (prompt || named)) return prompt;
    return std::string(base::file_name(TRY(base::current_directory())));
}

python::ExistingPolicy existing_policy(const Invocation& invocation) {
    if (invocation.flag("--allow-existing")) return python::ExistingPolicy::Keep;
    if (!invocation.flag("--clear")) return python::ExistingPolicy::Refuse;
    return invocation.flag("--force") ? python::ExistingPolicy::Force
                                      : python::ExistingPolicy::Clear;
}

std::string quoted(const std::string& path) {
    const bool plain = path.find_first_of(" '\"$`\\&;()<>|*?!#") == std::string::npos;
    return plain ? path : fmt::format("'{}'", path);
}

// How the environment is entered from the shell we were started from.
std::string activation_hint(const Variables& variables, const std::string& path) {
    const std::string_view shell_path = base::file_name(variables.find("SHELL").value_or(""));
    const std::string shell(shell_path);
    const std::string bin = base::join_path(path, "bin");
    if (variables.find("NU_VERSION") || shell == "nu")
        return fmt::format("overlay use {}", quoted(bin + "/activate.nu"));
    if (variables.find("FISH_VERSION") || shell == "fish")
        return fmt::format("source {}", quoted(bin + "/activate.fish"));
    if (shell == "csh" || shell == "tcsh")
        return fmt::format("source {}", quoted(bin + "/activate.csh"));
    if (variables.find("PSModulePath") || shell == "pwsh") return quoted(bin + "/activate.ps1");
    return fmt::format("source {}", quoted(bin + "/activate"));
}

Result<ops::VenvRequest> request_of(
    const Invocation& invocation, const Configuration& configuration, const std::string& start
) {
    ops::VenvRequest request;
    // Below the root of a project, as outside of one, it is made where we are.
    const bool at_root = configuration.project_root == start && !invocation.flag("--no-project");
    const std::string otherwise = at_root ? base::join_path(start, ".venv") : ".venv";
    request.path = invocation.positionals.empty() ? otherwise : invocation.positionals.front();
    request.options.prompt = TRY(prompt_of(invocation));
    request.options.existing = existing_policy(invocation);
    if (invocation.flag("--system-site-packages")) {
        request.options.system_site_packages = python::SystemSitePackages::Visible;
    }
    if (invocation.flag("--relocatable"))
        request.options.portability = python::Portability::Relocatable;
    if (invocation.flag("--seed")) request.seed = ops::Seed::Packages;
    if (invocation.flag("--no-project")) request.project = ops::ProjectUse::Ignore;
    request.requires_python = project_python(configuration);
    return request;
}

Result<int> execute(const Context& context, Reporter& reporter) {
    const Invocation& invocation = context.invocation;
    const std::optional<std::string> project = TRY(project_directory(invocation));
    const std::string here = project ? *project : TRY(base::current_directory());
    const Configuration configuration =
        TRY(load_configuration(invocation, context.variables, ConfigurationScope::All, here));
    if (invocation.on_command_line("--system"))
        context.printer.warning("`--system` has no effect: `venv` ignores active environments");
    for (const std::string& warning : configuration.warnings)
        context.printer.warning(warning);
    ops::Session session(
        TRY(make_options({invocation, context.variables, configuration.settings})), reporter
    );
    ops::VenvRequest request = TRY(request_of(invocation, configuration, here));
    const std::string shown = base::display_path(request.path);
    TRY(ops::make_venv(session, std::move(request)));
    reporter.finish();
    const std::string hint = activation_hint(context.variables, shown);
    context.printer.note(
        fmt::format("Activate with: {}", context.printer.styled(Stream::Error, Style::Green, hint))
    );
    return 0;
}

}  // namespace

int venv_command(const Context& context) {
    Reporter reporter(context.printer, Detail::Changes);
    const Result<int> code = execute(context, reporter);
    reporter.finish();
    return code ? *code : report(context, code.error());
}

}  // namespace cli
