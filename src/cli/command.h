// One function for each command: from an Invocation to an exit code. `main` chooses; each function reads as parse,
// plan, execute, report, and most of it is in `ops`.
#pragma once

#include "cli/parser.h"
#include "cli/printer.h"
#include "cli/variables.h"

#include <string>
#include <string_view>

namespace cli {

struct Context {
    const Invocation& invocation;
    const Variables& variables;
    const Printer& printer;
};

int run_command(const Context& context);
int tool_run_command(const Context& context);
int tool_dir_command(const Context& context);
int venv_command(const Context& context);
int python_find_command(const Context& context);
int python_list_command(const Context& context);
int python_dir_command(const Context& context);
int cache_dir_command(const Context& context);
int cache_size_command(const Context& context);
int cache_list_command(const Context& context);
int cache_clean_command(const Context& context);
int cache_prune_command(const Context& context);
int cache_verify_command(const Context& context);
int cache_why_command(const Context& context);
int cache_report_command(const Context& context);
int version_command(const Context& context);
int help_command(const Context& context);
// Prints the completion script for the shell of this name.
int completion_command(const Context& context, std::string_view shell);

// Prints the error, unless the user interrupted us, and gives its exit code: 1 for Failed, 130 or 143 for signals,
// else 2.
int report(const Context& context, const base::Error& error);

}  // namespace cli
