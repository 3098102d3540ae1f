#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/configuration.h"
#include "cli/reporter.h"
#include "cli/settings.h"
#include "cli/start_question.h"
#include "ops/run.h"
#include "ops/warm.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

namespace {

using base::Result;

ops::TargetMode target_mode(const Invocation& invocation) {
    if (invocation.flag("--module")) return ops::TargetMode::Module;
    const bool script = invocation.flag("--script") || invocation.flag("--gui-script");
    return script ? ops::TargetMode::Script : ops::TargetMode::Guess;
}

ops::ExtraRequirements extra_of(const Invocation& invocation) {
    return {
        .with = invocation.values("--with"),
        .editable = invocation.values("--with-editable"),
        .files = invocation.values("--with-requirements"),
    };
}

// Where configuration is looked for: beside a local script, else where we are (`here`).
Result<std::string> start_directory(
    const Invocation& invocation, const ops::RunTarget& target, const std::string& here
) {
    if (const auto project = TRY(project_directory(invocation))) return *project;
    const bool local = target.kind == ops::TargetKind::Script ||
                       target.kind == ops::TargetKind::Archive ||
                       target.kind == ops::TargetKind::Package;
    if (!local) return here;
    const std::string path = base::normalize_path(base::join_path(here, target.what));
    return target.kind == ops::TargetKind::Package ? path : std::string(base::parent_path(path));
}

base::Error project_error(const std::string& root) {
    return base::Error(
               base::ErrorKind::Usage,
               fmt::format(
                   "`{}` is a project, and adder cannot run in projects yet",
                   base::display_path(root)
               )
    )
        .hint("`--no-project` runs without it; scripts with inline metadata need no project");
}

void warn_about_ignored(const Context& context, bool has_script_block) {
    static constexpr std::string_view kProjectOnly[] = {
        "--extra",
        "--all-extras",
        "--group",
        "--all-groups",
        "--only-group",
        "--no-group",
        "--only-dev",
        "--no-dev",
        "--package",
        "--all-packages",
        "--no-sync",
        "--locked",
        "--frozen",
        "--no-default-groups",
    };
    const std::string_view why = has_script_block ? "for Python scripts with inline metadata"
                                 : context.invocation.flag("--no-project")
                                     ? "when used alongside `--no-project`"
                                     : "outside of a project";
    for (const std::string_view option : kProjectOnly) {
        if (context.invocation.on_command_line(option)) {
            context.printer.warning(fmt::format("`{}` has no effect {}", option, why));
        }
    }
    if (has_script_block && context.invocation.on_command_line("--isolated")) {
        context.printer.warning(
            "`--isolated` has no effect for Python scripts with inline metadata: they always run "
            "in an environment of their own"
        );
    }
}

// `--package` names a member of a workspace; without a project there is none.
Result<void> check_package(const Context& context, bool has_script_block) {
    if (!context.invocation.on_command_line("--package") || has_script_block) return {};
    if (context.invocation.flag("--no-project")) return {};
    return base::fail(
        base::ErrorKind::Usage,
        "No `pyproject.toml` found in current directory or any parent directory"
    );
}

// The depth of the program to be started.
Result<std::uint64_t> depth_of(const Variables& variables) {
    const std::optional<std::string> text = variables.find_filled("UV_RUN_RECURSION_DEPTH");
    if (!text) return 1;
    const std::optional<std::uint64_t> depth = base::parse_unsigned(*text);
    if (depth && *depth < UINT32_MAX) return *depth + 1;
    return base::fail(
        base::ErrorKind::Usage, fmt::format("`UV_RUN_RECURSION_DEPTH` is no number: `{}`", *text)
    );
}

// A script without a lock file cannot be run as locked; asked for by a variable, that is only worth a warning.
Result<void> check_lock(const Context& context, const ops::RunRequest& request) {
    for (const std::string_view option : {"--locked", "--frozen"}) {
        if (!context.invocation.flag(option)) continue;
        if (!request.script || !request.script->metadata) continue;
        const std::string message = "Unable to find lockfile for Python script";
        if (context.invocation.on_command_line(option)) {
            return base::fail(base::Error(
                                  base::ErrorKind::Usage,
                                  fmt::format("{}, but `{}` was provided", message, option)
            )
                                  .hint("locked scripts are not supported yet; leave the option out"
                                  ));
        }
        context.printer.warning(
            fmt::format("No lockfile found for Python script (ignoring `{}`)", option)
        );
    }
    return {};
}

int show_commands(const Context& context, ops::Session& session, const ops::RunRequest& request) {
    const Result<std::vector<std::string>> names = ops::runnable_commands(session, request);
    if (!names) return report(context, names.error());
    const std::string program = fmt::format("{} run", context.invocation.program);
    std::string text = fmt::format(
        "Provide a command or script to invoke with `{0} <command>` or `{0} <script>.py`.\n",
        program
    );
    if (!names->empty()) text += "\nThe following commands are available in the environment:\n\n";
    for (const std::string& name : *names)
        text += fmt::format("- {}\n", name);
    text += fmt::format("\nSee `{} --help` for more information.\n", program);
    context.printer.output(text);
    return 2;
}

class RunCommand {
  public:
    explicit RunCommand(const Context& context)
        : context_(context),
          reporter_(context.printer, shows_resolution(context) ? Detail::Full : Detail::Summary) {}

    int run() {
        Result<int> code = prepare();
        reporter_.finish();
        return code ? *code : report(context_, code.error());
    }

  private:
    static bool shows_resolution(const Context& context) {
        return context.invocation.flag("--show-resolution") ||
               context.printer.options().verbosity >= Verbosity::Debug;
    }

    Result<int> prepare() {
        const Invocation& invocation = context_.invocation;
        ops::RunRequest request;
        request.target = TRY(ops::classify_target(invocation.positionals, target_mode(invocation)));
        directory_ = TRY(base::current_directory());
        // A script that must be downloaded first needs the configuration for that.
        const bool is_remote = request.target.kind == ops::TargetKind::Remote;
        TRY(check_standard_input(request));
        if (!is_remote) request.script = TRY(ops::load_script(nullptr, request.target, directory_));
        std::optional<ops::StartQuestion> question = TRY(question_of(request));
        if (question) {
            if (auto start = TRY(ops::recall_start(*question)))
                return resume(std::move(request), std::move(*start));
        }
        Configuration configuration = TRY(load_configuration(
            invocation,
            context_.variables,
            ConfigurationScope::All,
            TRY(start_directory(invocation, request.target, directory_))
        ));
        if (is_remote) TRY(download_script(request, configuration.settings));
        // The script's own settings stand in front of all files.
        if (request.script && request.script->metadata) {
            configuration.settings =
                merge_settings(request.script->metadata->settings, configuration.settings);
        }
        TRY(check(request, configuration));
        const Inputs inputs{invocation, context_.variables, configuration.settings};
        TRY(fill(request, inputs));
        ops::Session session(TRY(make_options(inputs)), reporter_);
        if (request.target.kind == ops::TargetKind::None)
            return show_commands(context_, session, request);
        ops::ReadyLaunch ready = TRY(ops::prepare_run(session, request));
        // Who was told something will be told again: such a start goes the ordinary way each time.
        const bool is_silent = configuration.warnings.empty() && reporter_.warnings() == 0;
        if (question && ready.answer && is_silent)
            ops::attempt(remember(session, *question, request, *ready.answer));
        return base::fail(become_program(reporter_, session, std::move(ready)));
    }

    // --- a start that is remembered as a whole

    Result<std::optional<ops::StartQuestion>> question_of(const ops::RunRequest& request) const {
        ops::RunRequest asked{.target = request.target, .script = request.script};
        asked.extra = extra_of(context_.invocation);
        asked.memo = memo_use(context_.invocation);
        const bool with_lock =
            context_.invocation.flag("--locked") || context_.invocation.flag("--frozen");
        if (!ops::is_rememberable(asked) || with_lock) return std::nullopt;
        return start_question(
            context_, directory_, request.script->identity + "\n" + request.script->block
        );
    }

    Result<int> resume(ops::RunRequest request, ops::RememberedStart start) {
        warn_about_ignored(context_, true);
        const project::Settings nothing;
        TRY(fill(request, {context_.invocation, context_.variables, nothing}));
        ops::Session session(TRY(options_of_remembered()), reporter_);
        ops::ReadyLaunch ready = TRY(ops::resume_run(session, request, std::move(start)));
        return base::fail(become_program(reporter_, session, std::move(ready)));
    }

    Result<void> remember(
        ops::Session& session,
        const ops::StartQuestion& question,
        const ops::RunRequest& request,
        const ops::StartAnswer& answer
    ) const {
        const std::string start =
            TRY(start_directory(context_.invocation, request.target, directory_));
        return remember_start(
            context_, session, question, answer, {start, request.script->directory}
        );
    }

    // --- the ordinary way

    Result<void> check(const ops::RunRequest& request, const Configuration& configuration) const {
        const bool has_block = request.script && request.script->metadata;
        const bool in_project =
            configuration.project_root && !context_.invocation.flag("--no-project") && !has_block;
        if (in_project) return base::fail(project_error(*configuration.project_root));
        TRY(check_lock(context_, request));
        TRY(check_package(context_, has_block));
        warn_about_ignored(context_, has_block);
        for (const std::string& warning : configuration.warnings)
            context_.printer.warning(warning);
        return {};
    }

    Result<void> check_standard_input(const ops::RunRequest& request) const {
        const std::vector<std::string> files = context_.invocation.values("--with-requirements");
        const bool twice = request.target.kind == ops::TargetKind::StandardInput &&
                           std::ranges::find(files, "-") != files.end();
        if (!twice) return {};
        return base::fail(
            base::ErrorKind::Usage, "Cannot read both requirements file and script from stdin"
        );
    }

    Result<void> download_script(ops::RunRequest& request, const project::Settings& settings) {
        ops::Session session(
            TRY(make_options({context_.invocation, context_.variables, settings})), reporter_
        );
        request.script = TRY(ops::load_script(&session.client(), request.target, directory_));
        return {};
    }

    Result<void> fill(ops::RunRequest& request, const Inputs& inputs) const {
        const Invocation& invocation = context_.invocation;
        request.extra = extra_of(invocation);
        request.isolation =
            invocation.flag("--isolated") ? ops::Isolation::Own : ops::Isolation::Shared;
        request.memo = memo_use(invocation);
        request.settings_fingerprint = settings_fingerprint(inputs);
        request.child = child_settings(invocation, context_.variables);
        request.recursion_depth = TRY(depth_of(context_.variables));
        if (const auto limit =
                base::parse_unsigned(invocation.value("--max-recursion-depth").value_or(""))) {
            request.recursion_limit = *limit;
        }
        return {};
    }

    const Context& context_;
    Reporter reporter_;
    std::string directory_;  // where we work
};

}  // namespace

int run_command(const Context& context) {
    return RunCommand(context).run();
}

}  // namespace cli
