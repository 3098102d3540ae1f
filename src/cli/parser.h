// From argv to an Invocation: which command, which options with which values, which positionals. It
// knows the rows of option_table.h and nothing of what they mean.
//
// Rules (those of the reference): options may stand before or after the subcommand; `--x=v`, `--x
// v`, `-xv`, `-x=v` and clusters `-qn`; `--` ends options; on `run` and `tool run` the first
// positional does too; a value option given twice is an error unless it adds up; a flag and the
// flag that switches it off may both stand, the later counts; an option wins over its variable.
#pragma once

#include "cli/option_table.h"
#include "cli/variables.h"

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Wrong use of the command line. Rendered in a shape of its own: message, tip, usage, pointer to
// --help.
struct UsageError {
    std::string message;
    std::vector<std::string> tips;
    std::string usage;
};

struct GivenOption {
    const OptionSpec* spec = nullptr;
    std::string value;
    bool from_variable = false;
};

class Invocation {
  public:
    const CommandSpec* command = nullptr;
    std::string program;             // the name this process was called by: "adder", "uvx", ...
    std::vector<GivenOption> given;  // command line in order, then variables
    std::vector<std::string> positionals;
    bool help = false;
    bool version = false;
    bool incomplete =
        false;  // a command group without a command: help is shown on standard error, exit 2

    // Whether the flag is on: given, and not switched off by a later counterpart.
    bool flag(std::string_view name) const;
    // Three states: on, off by its counterpart, or not given.
    std::optional<bool> toggle(std::string_view name) const;
    std::optional<std::string> value(std::string_view name) const;
    // All values of a list option, split where its row says so.
    std::vector<std::string> values(std::string_view name) const;
    int count(std::string_view name) const;
    bool on_command_line(std::string_view name) const;
};

std::expected<Invocation, UsageError> parse_command_line(
    const std::vector<std::string>& argv, const Variables& variables
);

// "adder run [OPTIONS] [COMMAND]"
std::string usage_of(const CommandSpec& command, std::string_view program);
// "--python <PYTHON>", "--refresh"
std::string display_of(const OptionSpec& option);
// "[PATH]", "<SHELL>"
std::string display_of(const PositionalSpec& positional);
// Every option of a command, its own groups first, then the global ones.
std::vector<const OptionSpec*> options_of(const CommandSpec& command);
// These, and `--version` where the program called so takes it.
std::vector<const OptionSpec*> accepted_options(
    const CommandSpec& command, std::string_view program
);

}  // namespace cli
