#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

namespace cli {

namespace {

// A word of ours in single quotes; none has one inside.
std::string quoted(std::string_view text) {
    return fmt::format("'{}'", text);
}

// How `_<program>_offer` is told what may stand somewhere.
std::string offer_of(const CompletionValue& value) {
    if (!value.choices.empty())
        return quoted("words:" + fmt::format("{}", fmt::join(value.choices, " ")));
    switch (value.kind) {
        case ValueKind::None:
            return "''";
        case ValueKind::File:
            return "file";
        case ValueKind::Directory:
            return "directory";
        case ValueKind::Program:
            return "program";
        case ValueKind::Text:
        case ValueKind::Number:
            return "text";
    }
    return "text";
}

std::string value_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionValueOption& option : value_options(model)) {
        const std::string pattern =
            option.command == "*" ? "*:" + option.spelling
                                  : quoted(fmt::format("{}:{}", option.command, option.spelling));
        text += fmt::format("        {}) value={} ;;\n", pattern, offer_of(option.value));
    }
    return text;
}

std::string command_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionCommand& command : model.commands) {
        std::string names;
        for (const CompletionCommand* below : subcommands(model, command))
            names += fmt::format(" {}", below->names.front());
        std::string options;
        for (const OptionSpec* option : command.options)
            options += fmt::format(" {}", fmt::join(spellings(*option), " "));
        text += fmt::format("        {})\n", quoted(command.path));
        if (!names.empty())
            text += fmt::format("            commands={}\n", quoted(names.substr(1)));
        if (!options.empty()) text += fmt::format("            options+={}\n", quoted(options));
        if (command.argument.kind != ValueKind::None) {
            text += fmt::format("            argument={}\n", offer_of(command.argument));
            if (command.positional.repeat == Repeat::Once)
                text += "            [[ -z $given ]] || argument=\n";
        }
        text += "            ;;\n";
    }
    return text;
}

std::string step_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionStep& step : steps(model)) {
        text += fmt::format(
            "                {}) command={} ;;\n",
            quoted(fmt::format("{}:{}", step.from, step.word)),
            quoted(step.to)
        );
    }
    for (const CompletionCommand& command : model.commands) {
        if (!command.positional.trailing) continue;
        text += fmt::format(
            "                {}:*) _{}_program \"$index\"; return ;;\n",
            quoted(command.path),
            model.program
        );
    }
    return text;
}

constexpr std::string_view kScript = R"(# Completes `@` in bash.

# What follows the option $2 of the command $1: `value` is empty when it is a flag.
_@_value() {
    case "$1:$2" in
{values}        *) value= ;;
    esac
}

# What may stand in a command: its `commands`, `options` and `argument`.
_@_command() {
    commands= argument= options='{global_options}'
    case "$1" in
{commands}    esac
}

# Offers what may stand where $1 is expected and $2 has been typed.
_@_offer() {
    local IFS=$'\n'
    case "$1" in
        words:*)
            IFS=' '
            local words=(${1#words:})
            IFS=$'\n'
            COMPREPLY=($(compgen -W "${words[*]}" -- "$2"))
            ;;
        file) compopt -o default 2>/dev/null ;;
        directory) compopt -o dirnames 2>/dev/null ;;
        program)
            compopt -o filenames 2>/dev/null
            COMPREPLY=($(compgen -f -- "$2"; [[ -z $2 ]] || compgen -c -- "$2"))
            ;;
    esac
}

# The words from $1 on are the command line of another program.
_@_program() {
    if declare -F _command_offset >/dev/null; then
        _command_offset "$1"
    else
        compopt -o default 2>/dev/null
    fi
}

_@() {
    local current="${COMP_WORDS[COMP_CWORD]}" command= value= given= ended= word index
    local commands argument options
    COMPREPLY=()
    for ((index = 1; index < COMP_CWORD; ++index)); do
        word="${COMP_WORDS[index]}"
        if [[ -n $value ]]; then
            # Where `=` breaks words, it is one of its own between an option and its value.
            [[ $word == '=' ]] || value=
        elif [[ -z $ended && $word == -- ]]; then
            ended=yes
        elif [[ -z $ended && $word == -* ]]; then
            _@_value "$command" "$word"
        else
            case "$command:$word" in
{steps}                *) given=yes ;;
            esac
        fi
    done
    [[ $current != '=' ]] || current=
    if [[ -n $value ]]; then
        _@_offer "$value" "$current"
        return
    fi
    _@_command "$command"
    if [[ -z $ended && $current == -* ]]; then
        _@_offer "words:$options" "$current"
    elif [[ -n $commands ]]; then
        _@_offer "words:$commands" "$current"
    else
        _@_offer "$argument" "$current"
    fi
}

complete -F _@ @
)";

}  // namespace

std::string bash_completion(const CompletionModel& model) {
    std::string options;
    for (const OptionSpec* option : model.global_options)
        options += fmt::format(" {}", fmt::join(spellings(*option), " "));
    std::string script = base::replace_all(kScript, "@", model.program);
    script = base::replace_all(script, "{global_options}", options.substr(1));
    script = base::replace_all(script, "{values}", value_cases(model));
    script = base::replace_all(script, "{commands}", command_cases(model));
    return base::replace_all(script, "{steps}", step_cases(model));
}

}  // namespace cli
