// What every completion script says, gathered once from the option table; each completion_<shell>.cpp
// says it in its own language. All text belongs to the table.
#pragma once

#include "cli/option_table.h"

#include <string>
#include <string_view>
#include <vector>

namespace cli {

// What can stand in one place: one of the choices when there are any, else what the kind says.
struct CompletionValue {
    ValueKind kind = ValueKind::None;
    std::vector<std::string_view> choices;
};

CompletionValue value_of(const OptionSpec& option);

struct CompletionCommand {
    std::string_view path;                // "cache clean"; "" for the program itself
    std::vector<std::string_view> names;  // of the last word of path; the first is the shown one
    std::string_view about;
    std::vector<const OptionSpec*> options;  // of this command alone
    PositionalSpec positional;
    CompletionValue argument;  // None: it takes none
};

struct CompletionModel {
    std::string_view program;
    std::vector<CompletionCommand> commands;        // the program itself comes first
    std::vector<const OptionSpec*> global_options;  // every command takes them
};

CompletionModel completion_model(std::string_view program);

// The commands one level below, in the order of the table.
std::vector<const CompletionCommand*> subcommands(
    const CompletionModel& model, const CompletionCommand& command
);

// "-p" and "--python", those there are.
std::vector<std::string> spellings(const OptionSpec& option);

// The step from a command to the next: at `cache`, the word `clear` leads to `cache clean`.
struct CompletionStep {
    std::string from;
    std::string word;
    std::string_view to;
};

std::vector<CompletionStep> steps(const CompletionModel& model);

// An option that is followed by a value, once for each spelling. A command's own come before those
// of all commands, whose `command` is "*".
struct CompletionValueOption {
    std::string_view command;
    std::string spelling;
    CompletionValue value;
};

std::vector<CompletionValueOption> value_options(const CompletionModel& model);

// The scripts, one function for each shell.
std::string bash_completion(const CompletionModel& model);
std::string elvish_completion(const CompletionModel& model);
std::string fish_completion(const CompletionModel& model);
std::string nushell_completion(const CompletionModel& model);
std::string powershell_completion(const CompletionModel& model);
std::string zsh_completion(const CompletionModel& model);

}  // namespace cli
