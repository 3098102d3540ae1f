#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

namespace cli {

namespace {

// In single quotes for the shell.
std::string quoted(std::string_view text) {
    return "'" + base::replace_all(text, "'", "'\\''") + "'";
}

// For the inside of a specification, where brackets and colons have a meaning.
std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
        result += c;
    }
    return result;
}

std::string function_of(const CompletionModel& model, const CompletionCommand& command) {
    const std::string path = base::replace_all(base::replace_all(command.path, " ", "_"), "-", "_");
    return fmt::format("_{}{}{}", model.program, path.empty() ? "" : "__", path);
}

std::string action_of(const CompletionModel& model, const CompletionValue& value) {
    if (!value.choices.empty()) return fmt::format("({})", fmt::join(value.choices, " "));
    switch (value.kind) {
        case ValueKind::File:
            return "_files";
        case ValueKind::Directory:
            return "_files -/";
        case ValueKind::Program:
            return fmt::format("_{}_programs", model.program);
        case ValueKind::None:
        case ValueKind::Text:
        case ValueKind::Number:
            break;
    }
    return " ";  // something, but nothing to offer
}

std::string option_lines(const CompletionModel& model, const OptionSpec& option) {
    const std::vector<std::string> names = spellings(option);
    // An option that was given is not offered again in its other spelling.
    const std::string again =
        option.repeat == Repeat::Once ? fmt::format("({})", fmt::join(names, " ")) : "*";
    std::string text;
    for (const std::string& name : names) {
        std::string line = again + name;
        if (option.kind != ValueKind::None) line += name.starts_with("--") ? "=" : "+";
        line += fmt::format("[{}]", escaped(option.help));
        if (option.kind != ValueKind::None) {
            line +=
                fmt::format(":{}:{}", escaped(option.value), action_of(model, value_of(option)));
        }
        text += fmt::format("        {} \\\n", quoted(line));
    }
    return text;
}

std::string argument_lines(const CompletionModel& model, const CompletionCommand& command) {
    const PositionalSpec& positional = command.positional;
    const std::string action = action_of(model, command.argument);
    if (positional.trailing) {
        return fmt::format(
            "        '(-)1:{}:{}' \\\n        '*::arguments:_normal' \\\n",
            escaped(positional.name),
            action
        );
    }
    const std::string_view place = positional.repeat == Repeat::List ? "*" : "1";
    return fmt::format("        '{}:{}:{}' \\\n", place, escaped(positional.name), action);
}

// The part of a group's function that goes on to the command it was given.
std::string dispatch(
    const CompletionModel& model, const std::vector<const CompletionCommand*>& below
) {
    std::string commands;
    std::string cases;
    for (const CompletionCommand* command : below) {
        commands += fmt::format(
            "        {}\n",
            quoted(fmt::format("{}:{}", command->names.front(), escaped(command->about)))
        );
        cases += fmt::format(
            "                {}) {} ;;\n",
            fmt::join(command->names, "|"),
            function_of(model, *command)
        );
    }
    return fmt::format(
        "    local -a commands=(\n{}    )\n"
        "    case $state in\n"
        "        command) _describe -t commands command commands ;;\n"
        "        rest)\n"
        "            case $words[1] in\n{}            esac\n"
        "            ;;\n"
        "    esac\n",
        commands,
        cases
    );
}

std::string command_function(const CompletionModel& model, const CompletionCommand& command) {
    const std::vector<const CompletionCommand*> below = subcommands(model, command);
    std::string arguments;
    for (const OptionSpec* option : command.options)
        arguments += option_lines(model, *option);
    if (!below.empty()) {
        arguments += "        '(-)1:command:->command' \\\n        '*::rest:->rest' \\\n";
    } else if (command.argument.kind != ValueKind::None) {
        arguments += argument_lines(model, command);
    }
    std::string text = fmt::format("\n{}() {{\n", function_of(model, command));
    if (!below.empty())
        text += "    local curcontext=$curcontext state line\n    typeset -A opt_args\n";
    text += fmt::format(
        "    _arguments -s -S{} \\\n{}        $_{}_global_options\n",
        below.empty() ? "" : " -C",
        arguments,
        model.program
    );
    if (!below.empty()) text += dispatch(model, below);
    return text + "}\n";
}

constexpr std::string_view kHead = R"(#compdef @
# Completes `@` in zsh.

_@_programs() {
    _alternative 'commands:command:_command_names -e' 'files:file:_files'
}

typeset -ga _@_global_options=(
)";

constexpr std::string_view kTail = R"(
if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _@ "$@"
else
    compdef _@ @
fi
)";

}  // namespace

std::string zsh_completion(const CompletionModel& model) {
    std::string script = base::replace_all(kHead, "@", model.program);
    for (const OptionSpec* option : model.global_options)
        script += base::replace_all(option_lines(model, *option), " \\\n", "\n");
    script += ")\n";
    for (const CompletionCommand& command : model.commands)
        script += command_function(model, command);
    return script + base::replace_all(kTail, "@", model.program);
}

}  // namespace cli
