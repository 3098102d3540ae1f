// Completion scripts: what a shell reads to complete command lines of this program. They are made
// from the rows of option_table.h, so they know what the parser knows: commands, options, the
// choices of values, and where a file, a directory or a program is expected. What no help page
// shows is left out.
//
// The scripts ask nobody: completing starts no process of ours. They complete what stands before
// the cursor as the parser reads it (a value after its option, the words of the program after
// `run`), as far as the shell lets them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cli {

enum class Shell : std::uint8_t { Bash, Elvish, Fish, Nushell, PowerShell, Zsh };

// From one of the names in kShells.
std::optional<Shell> parse_shell(std::string_view name);

// The script for the program of this name: "adderx" and "uvx" take the command line of `tool run`,
// every other that of adder itself. The name has to be an identifier.
std::string completion_script(Shell shell, std::string_view program);

}  // namespace cli
