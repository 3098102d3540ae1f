#include "base/file.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/reporter.h"
#include "cli/settings.h"
#include "ops/tool.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

std::string invocation_name(const Invocation& invocation) {
    const bool short_name = invocation.program == "uvx" || invocation.program == "adderx";
    return short_name ? invocation.program : fmt::format("{} tool run", invocation.program);
}

int explain_missing_command(const Context& context) {
    const std::string name = invocation_name(context.invocation);
    context.printer.output(fmt::format(
        "Provide a command to run with `{0} <command>`.\n\nSee `{0} --help` for more "
        "information.\n",
        name
    ));
    return 2;
}

// Options that only make sense for what stays installed.
void warn_about_ignored(const Context& context) {
    for (const std::string_view option :
         {"--upgrade", "--upgrade-package", "--reinstall", "--reinstall-package"}) {
        if (!context.invocation.on_command_line(option)) continue;
        context.printer.warning(fmt::format(
            "`{}` is for installed tools; `{}` always takes what fits best, and `--refresh` asks "
            "the index again",
            option,
            invocation_name(context.invocation)
        ));
    }
}

Result<int> prepare(const Context& context, Reporter& reporter) {
    const Invocation& invocation = context.invocation;
    if (const auto shell = invocation.value("--generate-shell-completion")) {
        return base::fail(base::ErrorKind::Unsupported, "completion scripts are not available yet");
    }
    const std::string here = TRY(base::current_directory());
    const Configuration configuration =
        TRY(load_configuration(invocation, context.variables, ConfigurationScope::UserOnly, here));
    for (const std::string& warning : configuration.warnings)
        context.printer.warning(warning);
    warn_about_ignored(context);
    const Inputs inputs{invocation, context.variables, configuration.settings};
    ops::ToolRunRequest request{
        .words = invocation.positionals,
        .from = invocation.value("--from"),
        .extra =
            {
                .with = invocation.values("--with"),
                .editable = invocation.values("--with-editable"),
                .files = invocation.values("--with-requirements"),
            },
        .constraint_files = invocation.values("--constraints"),
        .override_files = invocation.values("--overrides"),
        .memo = memo_use(invocation),
        .settings_fingerprint = settings_fingerprint(inputs),
        .child = child_settings(invocation, context.variables),
        .invocation = invocation_name(invocation),
    };
    request.child.open_files.reset();  // UV_RUN_RLIMIT_NOFILE is for `run`
    ops::Options options = TRY(make_options(inputs));
    if (request.extra.with.empty() && invocation.positionals.front().ends_with("@latest")) {
        options.index.refresh.scope = package_index::RefreshPolicy::Scope::All;
    }
    ops::Session session(std::move(options), reporter);
    ops::ReadyLaunch ready = TRY(ops::prepare_tool(session, std::move(request)));
    reporter.finish();
    session.disconnect();
    return base::fail(ops::launch(std::move(ready.launch), std::move(ready.leases)));
}

}  // namespace

int tool_run_command(const Context& context) {
    if (context.invocation.positionals.empty()) return explain_missing_command(context);
    const bool full = context.invocation.flag("--show-resolution") ||
                      context.printer.options().verbosity >= Verbosity::Debug;
    Reporter reporter(context.printer, full ? Detail::Full : Detail::Summary);
    const Result<int> code = prepare(context, reporter);
    reporter.finish();
    return code ? *code : report(context, code.error());
}

int tool_dir_command(const Context& context) {
    const std::string home = context.variables.find("HOME").value_or("");
    const std::string data = context.variables.find_filled("XDG_DATA_HOME")
                                 .value_or(base::join_path(home, ".local/share"));
    std::string directory =
        context.variables.find_filled("UV_TOOL_DIR").value_or(base::join_path(data, "uv/tools"));
    if (context.invocation.flag("--bin")) {
        directory = context.variables.find_filled("UV_TOOL_BIN_DIR")
                        .or_else([&] { return context.variables.find_filled("XDG_BIN_HOME"); })
                        .value_or(base::join_path(home, ".local/bin"));
    }
    context.printer.output(context.printer.styled(Stream::Output, Style::Cyan, directory) + "\n");
    return 0;
}

}  // namespace cli
