#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/reporter.h"
#include "cli/settings.h"
#include "cli/user_directories.h"
#include "codec/json.h"
#include "ops/pinned.h"
#include "ops/script_source.h"
#include "ops/session.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

struct Here {
    ops::Options options;
    std::optional<pep::Specifiers> requires_python;  // of the project around
};

Result<Here> options_here(const Context& context) {
    const std::string here = TRY(base::current_directory());
    const Configuration configuration =
        TRY(load_configuration(context.invocation, context.variables, ConfigurationScope::All, here)
        );
    for (const std::string& warning : configuration.warnings)
        context.printer.warning(warning);
    return Here{
        TRY(make_options({context.invocation, context.variables, configuration.settings})),
        project_python(configuration)
    };
}

Result<python::PythonRequest> requested_by_script(const std::string& path) {
    if (!base::exists(path))
        return base::fail(base::ErrorKind::Usage, fmt::format("there is no script `{}`", path));
    const std::string here = TRY(base::current_directory());
    const auto script = TRY(ops::load_script(nullptr, {ops::TargetKind::Script, path, {}}, here));
    if (!script || !script->metadata) {
        return base::fail(
            base::ErrorKind::Usage,
            fmt::format("`{}` does not contain inline script metadata", path)
        );
    }
    return script->metadata->requires_python
               ? python::PythonRequest::from_specifiers(*script->metadata->requires_python)
               : python::PythonRequest();
}

// What the command line, a script, a version file or the project asks for.
Result<python::PythonRequest> requested(
    const Context& context,
    ops::Session& session,
    const std::optional<pep::Specifiers>& requires_python
) {
    const Invocation& invocation = context.invocation;
    if (!invocation.positionals.empty())
        return python::PythonRequest::parse(invocation.positionals.front());
    if (const auto path = invocation.value("--script")) return requested_by_script(*path);
    if (invocation.flag("--no-project")) return python::PythonRequest();
    const ops::PythonChoice& choice = session.options().python;
    const python::PinOptions where{
        .directory = choice.discovery.working_directory,
        .stop_at = {},
        .config_directory = choice.config_directory,
    };
    if (const auto pinned = TRY(ops::pinned_request(session, where))) return *pinned;
    return requires_python ? python::PythonRequest::from_specifiers(*requires_python)
                           : python::PythonRequest();
}

Result<std::string> find_answer(const Context& context, Reporter& reporter) {
    const Invocation& invocation = context.invocation;
    Here here = TRY(options_here(context));
    ops::Session session(std::move(here.options), reporter);
    const python::PythonRequest request = TRY(requested(context, session, here.requires_python));
    const auto environments = invocation.flag("--system") ? python::EnvironmentUse::Ignore
                                                          : python::EnvironmentUse::Prefer;
    const python::Interpreter interpreter = TRY(session.interpreter(request, environments));
    if (invocation.flag("--show-version")) return interpreter.version.to_string();
    if (invocation.flag("--resolve-links")) return base::canonical_path(interpreter.executable);
    return interpreter.executable;
}

void write_json(const std::vector<python::Found>& found, codec::JsonWriter& json) {
    json.begin_array();
    for (const python::Found& item : found) {
        const python::Interpreter& interpreter = item.interpreter;
        json.begin_object();
        json.key("key").string(python::installation_key(interpreter));
        json.key("version").string(interpreter.version.to_string());
        json.key("version_parts").begin_object();
        json.key("major").integer(interpreter.major());
        json.key("minor").integer(interpreter.minor());
        json.key("patch").integer(interpreter.patch());
        json.end_object();
        json.key("path").string(item.path);
        json.key("symlink");
        item.symlink ? json.string(*item.symlink) : json.null();
        json.key("url").null();
        json.key("os").string(interpreter.os);
        json.key("variant").string(python::text_of(interpreter.variant()));
        json.key("implementation").string(interpreter.implementation_name);
        json.key("arch").string(interpreter.arch);
        json.key("libc").string(interpreter.libc);
        json.end_object();
    }
    json.end_array();
}

std::string list_text(const Context& context, const std::vector<python::Found>& found) {
    std::size_t width = 0;
    for (const python::Found& item : found)
        width = std::max(width, python::installation_key(item.interpreter).size());
    std::string text;
    for (const python::Found& item : found) {
        const std::string link = item.symlink ? fmt::format(" -> {}", *item.symlink) : "";
        const std::string path =
            context.printer.styled(Stream::Output, Style::Cyan, base::display_path(item.path));
        text += fmt::format(
            "{:<{}}    {}{}\n", python::installation_key(item.interpreter), width, path, link
        );
    }
    return text;
}

Result<int> list(const Context& context, Reporter& reporter) {
    const Invocation& invocation = context.invocation;
    ops::Session session(std::move(TRY(options_here(context)).options), reporter);
    python::PythonRequest request;
    if (!invocation.positionals.empty())
        request = TRY(python::PythonRequest::parse(invocation.positionals.front()));
    const bool json = invocation.value("--output-format") == "json";
    python::Listing listing;
    // adder downloads no Pythons yet: there is nothing to list under --only-downloads.
    if (!invocation.flag("--only-downloads")) {
        const python::DiscoveryOptions options =
            TRY(session.discovery(python::EnvironmentUse::Ignore));
        listing = TRY(python::list_interpreters(request, options));
    }
    for (const python::Rejected& rejected : listing.rejected)
        context.printer.debug(rejected.error.flat());
    if (json) {
        codec::JsonWriter writer;
        write_json(listing.found, writer);
        context.printer.output(writer.take() + "\n");
    } else {
        context.printer.output(list_text(context, listing.found));
    }
    return 0;
}

}  // namespace

int python_find_command(const Context& context) {
    Reporter reporter(context.printer, Detail::Full);
    const Result<std::string> answer = find_answer(context, reporter);
    if (!answer) return report(context, answer.error());
    // Quiet, the exit code is the answer.
    if (context.printer.options().verbosity > Verbosity::Quiet)
        context.printer.output(*answer + "\n");
    return 0;
}

int python_list_command(const Context& context) {
    Reporter reporter(context.printer, Detail::Full);
    const Result<int> code = list(context, reporter);
    return code ? *code : report(context, code.error());
}

int python_dir_command(const Context& context) {
    const Variables& variables = context.variables;
    const std::string directory =
        context.invocation.flag("--bin")
            ? variables.find_filled("UV_PYTHON_BIN_DIR").value_or(user_bin_directory(variables))
            : managed_python_directory(variables);
    context.printer.output(context.printer.styled(Stream::Output, Style::Cyan, directory) + "\n");
    return 0;
}

}  // namespace cli
