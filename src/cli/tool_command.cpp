#include "base/file.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/reporter.h"
#include "cli/settings.h"
#include "cli/start_question.h"
#include "cli/tool_settings.h"
#include "cli/user_directories.h"
#include "ops/tool.h"
#include "ops/warm.h"

#include <fmt/core.h>

namespace cli {

namespace {

using base::Result;

std::string invocation_name(const Invocation& invocation) {
    const bool short_name = invocation.program == "uvx" || invocation.program == "adderx";
    return short_name ? invocation.program : fmt::format("{} tool run", invocation.program);
}

// What could have been meant: tools that are installed. Not being able to look is no reason to fail.
std::string list_of_tools(const Context& context) {
    const base::Result<ops::ToolListing> listing =
        ops::list_installed_tools(tools_directory(context.variables));
    if (!listing) return "";
    for (const std::string& path : listing->strangers) {
        context.printer.warning(fmt::format(
            "`{}` is among the tools and cannot be one: its name is no package name",
            base::display_path(path)
        ));
    }
    if (listing->tools.empty()) return "";
    std::string text = "Installed tools:\n\n";
    for (const ops::ListedTool& tool : listing->tools)
        text += fmt::format("- {} v{}\n", tool.name, tool.version);
    return text + "\n";
}

int explain_missing_command(const Context& context) {
    const std::string name = invocation_name(context.invocation);
    context.printer.output(fmt::format(
        "Provide a command to run with `{0} <command>`.\n\n{1}See `{0} --help` for more "
        "information.\n",
        name,
        list_of_tools(context)
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

ops::ToolRunRequest request_of(const Context& context) {
    const Invocation& invocation = context.invocation;
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
        .settings_fingerprint = {},
        .child = child_settings(invocation, context.variables),
        .invocation = invocation_name(invocation),
    };
    request.child.open_files.reset();  // UV_RUN_RLIMIT_NOFILE is for `run`
    return request;
}

// A start that is remembered as a whole (ops/start.h).
Result<int> resume(
    Reporter& reporter,
    ops::ToolRunRequest request,
    ops::RememberedStart start,
    const std::string& directory
) {
    ops::Session session(TRY(options_of_remembered()), reporter);
    ops::ReadyLaunch ready =
        TRY(ops::resume_tool(session, std::move(request), std::move(start), directory));
    return base::fail(become_program(reporter, session, std::move(ready)));
}

Result<int> prepare(const Context& context, Reporter& reporter) {
    const Invocation& invocation = context.invocation;
    warn_about_ignored(context);
    ops::ToolRunRequest request = request_of(context);
    const std::string here = TRY(base::current_directory());
    std::optional<ops::StartQuestion> question;
    if (ops::is_rememberable(request))
        question = TRY(start_question(context, here, request.words.front()));
    if (question) {
        if (auto start = TRY(ops::recall_start(*question)))
            return resume(reporter, std::move(request), std::move(*start), here);
    }
    const Configuration configuration =
        TRY(load_configuration(invocation, context.variables, ConfigurationScope::UserOnly, here));
    for (const std::string& warning : configuration.warnings)
        context.printer.warning(warning);
    const Inputs inputs{invocation, context.variables, configuration.settings};
    request.settings_fingerprint = settings_fingerprint(inputs);
    request.installed = TRY(installed_tools(inputs));
    ops::Options options = TRY(make_options(inputs));
    // Those are settings of projects. In the user's file they say nothing about tools.
    options.resolve.constraints.clear();
    options.resolve.overrides.clear();
    options.resolve.exclusions.clear();
    const std::string& asked_for = request.from ? *request.from : request.words.front();
    if (request.extra.with.empty() && asked_for.ends_with("@latest")) {
        options.index.refresh.scope = package_index::RefreshPolicy::Scope::All;
    }
    ops::Session session(std::move(options), reporter);
    ops::ReadyLaunch ready = TRY(ops::prepare_tool(session, std::move(request)));
    // A warning of the answer itself is remembered with it; who was told anything else will be told again.
    const bool is_silent = configuration.warnings.empty() && ready.answer &&
                           reporter.warnings() == ready.answer->memo.warnings.size();
    if (question && is_silent)
        ops::attempt(remember_start(context, session, *question, *ready.answer, {}));
    return base::fail(become_program(reporter, session, std::move(ready)));
}

}  // namespace

int tool_run_command(const Context& context) {
    if (const auto shell = context.invocation.value("--generate-shell-completion"))
        return completion_command(context, *shell);
    if (context.invocation.positionals.empty()) return explain_missing_command(context);
    const bool full = context.invocation.flag("--show-resolution") ||
                      context.printer.options().verbosity >= Verbosity::Debug;
    Reporter reporter(context.printer, full ? Detail::Full : Detail::Summary);
    const Result<int> code = prepare(context, reporter);
    reporter.finish();
    return code ? *code : report(context, code.error());
}

int tool_dir_command(const Context& context) {
    const Variables& variables = context.variables;
    const std::string directory =
        context.invocation.flag("--bin")
            ? variables.find_filled("UV_TOOL_BIN_DIR").value_or(user_bin_directory(variables))
            : tools_directory(variables);
    context.printer.output(context.printer.styled(Stream::Output, Style::Cyan, directory) + "\n");
    return 0;
}

}  // namespace cli
