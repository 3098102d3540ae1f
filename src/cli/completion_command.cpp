#include "cli/command.h"
#include "cli/completion.h"

namespace cli {

namespace {

// `tool run` completes for the program that is nothing else.
std::string completed_program(const Invocation& invocation) {
    if (invocation.command->id != CommandId::ToolRun) return invocation.program;
    return invocation.program.starts_with("uv") ? "uvx" : "adderx";
}

}  // namespace

int completion_command(const Context& context, std::string_view shell) {
    const std::optional<Shell> known = parse_shell(shell);
    if (!known) return 2;  // the parser lets none through
    context.printer.output(completion_script(*known, completed_program(context.invocation)));
    return 0;
}

}  // namespace cli
