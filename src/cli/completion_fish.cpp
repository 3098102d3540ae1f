#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

namespace cli {

namespace {

std::string quoted(std::string_view text) {
    return "'" + base::replace_all(base::replace_all(text, "\\", "\\\\"), "'", "\\'") + "'";
}

// The part of a `complete` line that says what the value is.
std::string value_flags(const CompletionValue& value) {
    if (!value.choices.empty())
        return fmt::format(" -x -a {}", quoted(fmt::format("{}", fmt::join(value.choices, " "))));
    switch (value.kind) {
        case ValueKind::None:
            return "";
        case ValueKind::File:
            return " -r -F";
        case ValueKind::Directory:
            return " -x -a '(__fish_complete_directories)'";
        case ValueKind::Program:
            return " -r -F -a '(__fish_complete_command)'";
        case ValueKind::Text:
        case ValueKind::Number:
            return " -x";
    }
    return "";
}

std::string option_line(
    const CompletionModel& model, std::string_view condition, const OptionSpec& option
) {
    std::string names;
    if (option.short_name != '\0') names += fmt::format(" -s {}", option.short_name);
    names += fmt::format(" -l {}", option.name.substr(2));
    return fmt::format(
        "complete -c {} -n {}{}{} -d {}\n",
        model.program,
        quoted(condition),
        names,
        value_flags(value_of(option)),
        quoted(option.help)
    );
}

// What stands in place of the command's argument.
std::string argument_line(const CompletionModel& model, const CompletionCommand& command) {
    const CompletionValue& value = command.argument;
    std::string flags;
    if (!value.choices.empty()) {
        flags = " -a " + quoted(fmt::format("{}", fmt::join(value.choices, " ")));
    } else if (value.kind == ValueKind::Program) {
        flags = " -F -a '(__fish_complete_command)'";
    } else if (value.kind == ValueKind::Directory) {
        flags = " -a '(__fish_complete_directories)'";
    } else if (value.kind == ValueKind::File) {
        flags = " -F";
    } else {
        return {};
    }
    return fmt::format(
        "complete -c {0} -n '__{0}_at \"{1}\"'{2}\n", model.program, command.path, flags
    );
}

std::string command_lines(const CompletionModel& model) {
    std::string text;
    for (const CompletionCommand& command : model.commands) {
        const std::string condition = fmt::format("__{}_at \"{}\"", model.program, command.path);
        text += '\n';
        for (const CompletionCommand* below : subcommands(model, command)) {
            text += fmt::format(
                "complete -c {} -n {} -a {} -d {}\n",
                model.program,
                quoted(condition),
                below->names.front(),
                quoted(below->about)
            );
        }
        text += argument_line(model, command);
        for (const OptionSpec* option : command.options)
            text += option_line(model, condition, *option);
    }
    return text;
}

std::string step_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionStep& step : steps(model)) {
        text += fmt::format(
            "            case {}\n                set command {}\n",
            quoted(fmt::format("{}:{}", step.from, step.word)),
            quoted(step.to)
        );
    }
    std::string values;
    for (const CompletionValueOption& option : value_options(model))
        values += " " + quoted(fmt::format("{}:{}", option.command, option.spelling));
    text += fmt::format("            case{}\n                set skip yes\n", values);
    text += "            case '*:-*'\n                continue\n";
    std::string programs;
    for (const CompletionCommand& command : model.commands) {
        if (command.positional.trailing)
            programs += " " + quoted(fmt::format("{}:*", command.path));
    }
    return text + fmt::format(
                      "            case{}\n"
                      "                echo program\n"
                      "                string join \\n -- $words[$index..]\n"
                      "                return\n",
                      programs
                  );
}

constexpr std::string_view kScript = R"(# Completes `@` in fish.

# Prints the command that the words before the cursor lead to; where they belong to a program that is
# run, `program` and the words of it.
function __@_state
    set -l words (commandline -opc)
    set -l command ''
    set -l skip
    for index in (seq 2 (count $words))
        if set -q skip[1]
            set skip
            continue
        end
        switch "$command:$words[$index]"
{steps}        end
    end
    echo $command
end

function __@_at
    set -l state (__@_state)
    test "$state[1]" = "$argv[1]"
end

function __@_program
    set -l state (__@_state)
    complete -C (string join ' ' -- (string escape -- $state[2..]) (commandline -ct))
end

complete -c @ -e
complete -c @ -f
complete -c @ -n '__@_at program' -a '(__@_program)'
)";

}  // namespace

std::string fish_completion(const CompletionModel& model) {
    std::string script = base::replace_all(kScript, "@", model.program);
    script = base::replace_all(script, "{steps}", step_cases(model)) + "\n";
    const std::string anywhere = fmt::format("not __{}_at program", model.program);
    for (const OptionSpec* option : model.global_options)
        script += option_line(model, anywhere, *option);
    return script + command_lines(model);
}

}  // namespace cli
