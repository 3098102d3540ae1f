#include "base/cancel.h"
#include "base/file.h"
#include "base/text.h"
#include "base/trace.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/printer.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "cli/sync_control.h"
#include "codec/json.h"
#include "generated/version.h"

#include <fmt/core.h>

#include <exception>
#include <signal.h>
#include <string>
#include <sys/ioctl.h>
#include <unistd.h>
#include <vector>

namespace cli {

namespace {

std::size_t terminal_width(const Variables& variables) {
    if (const auto columns = base::parse_unsigned(variables.find("COLUMNS").value_or("")))
        return *columns;
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 100;
}

void trace_line(const std::string& line) {
    write_stream(Stream::Error, "DEBUG " + line + "\n");
}

int dispatch(const Context& context) {
    switch (context.invocation.command->id) {
        case CommandId::Run:
            return run_command(context);
        case CommandId::ToolRun:
            return tool_run_command(context);
        case CommandId::ToolDir:
            return tool_dir_command(context);
        case CommandId::Venv:
            return venv_command(context);
        case CommandId::PythonFind:
            return python_find_command(context);
        case CommandId::PythonList:
            return python_list_command(context);
        case CommandId::PythonDir:
            return python_dir_command(context);
        case CommandId::CacheDir:
            return cache_dir_command(context);
        case CommandId::CacheSize:
            return cache_size_command(context);
        case CommandId::CacheList:
            return cache_list_command(context);
        case CommandId::CacheClean:
            return cache_clean_command(context);
        case CommandId::CachePrune:
            return cache_prune_command(context);
        case CommandId::CacheVerify:
            return cache_verify_command(context);
        case CommandId::CacheWhy:
            return cache_why_command(context);
        case CommandId::CacheReport:
            return cache_report_command(context);
        case CommandId::SelfVersion:
            return version_command(context);
        case CommandId::Completion:
            return completion_command(context, context.invocation.positionals.front());
        case CommandId::Help:
            return help_command(context);
        default:
            return 2;
    }
}

std::string target_triple() {
    return "x86_64-unknown-linux-gnu";
}

int show_page(const Context& context, HelpDetail detail) {
    const Invocation& invocation = context.invocation;
    const std::string page = help_page(
        *invocation.command, invocation.program, detail, terminal_width(context.variables)
    );
    write_stream(invocation.incomplete ? Stream::Error : Stream::Output, page);
    return invocation.incomplete ? 2 : 0;
}

int change_directory(const Context& context) {
    std::optional<std::string> directory = context.invocation.value("--directory");
    if (!directory) directory = context.variables.find_filled("UV_WORKING_DIRECTORY");
    if (!directory || ::chdir(directory->c_str()) == 0) return 0;
    return report(
        context,
        base::errno_error(errno, fmt::format("failed to change to the directory `{}`", *directory))
            .with_kind(base::ErrorKind::Usage)
    );
}

int run(const std::vector<std::string>& argv) {
    const Variables variables(base::Environment::from_process());
    follow_sync_control(variables);
    const std::expected<Invocation, UsageError> invocation = parse_command_line(argv, variables);
    if (!invocation) {
        print_usage_error(invocation.error(), variables);
        return 2;
    }
    const Printer printer(printer_options(*invocation, variables));
    const Context context{*invocation, variables, printer};
    if (invocation->version) return version_command(context);
    if (invocation->help || invocation->incomplete) return show_page(context, HelpDetail::Short);
    if (printer.options().verbosity >= Verbosity::Debug) base::set_trace_sink(trace_line);
    if (const int code = change_directory(context); code != 0) return code;
    // Those that may become a program at once do it when it comes to work.
    const CommandId command = invocation->command->id;
    if (command != CommandId::Run && command != CommandId::ToolRun) handle_signals();
    return dispatch(context);
}

}  // namespace

int report(const Context& context, const base::Error& error) {
    if (error.kind() == base::ErrorKind::Interrupted)
        return 128 + (base::cancel_signal() == 0 ? SIGINT : base::cancel_signal());
    context.printer.error(error);
    return error.kind() == base::ErrorKind::Failed ? 1 : 2;
}

int version_command(const Context& context) {
    const Invocation& invocation = context.invocation;
    if (invocation.value("--output-format") == "json") {
        codec::JsonWriter json;
        json.begin_object();
        json.key("package_name").string("adder");
        json.key("version").string(ADDER_VERSION);
        json.key("commit_info").null();
        json.key("target_triple").string(target_triple());
        json.end_object();
        context.printer.output(json.take() + "\n");
        return 0;
    }
    const std::string version = context.printer.styled(Stream::Output, Style::Cyan, ADDER_VERSION);
    if (invocation.flag("--short")) {
        context.printer.output(version + "\n");
    } else {
        context.printer.output(
            fmt::format("{} {} ({})\n", invocation.program, version, target_triple())
        );
    }
    return 0;
}

int help_command(const Context& context) {
    std::string path;
    for (const std::string& word : context.invocation.positionals)
        path += (path.empty() ? "" : " ") + word;
    for (const CommandSpec& spec : all_commands()) {
        if (spec.path != path) continue;
        const std::size_t width = terminal_width(context.variables);
        write_stream(
            Stream::Output, help_page(spec, context.invocation.program, HelpDetail::Long, width)
        );
        return 0;
    }
    return report(
        context,
        base::Error(
            base::ErrorKind::Usage,
            fmt::format("There is no command `{}` for `{}`", path, context.invocation.program)
        )
            .hint(fmt::format("`{} help` lists the commands", context.invocation.program))
    );
}

}  // namespace cli

int main(int argc, char** argv) {
    try {
        return cli::run({argv, argv + argc});
    } catch (const std::exception& exception) {
        // Ours do not throw: this is the standard library out of memory, or a bug.
        cli::write_stream(
            cli::Stream::Error, fmt::format("error: internal error: {}\n", exception.what())
        );
        return 2;
    }
}
