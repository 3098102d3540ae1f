#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

namespace cli {

namespace {

std::string quoted(std::string_view text) {
    return "'" + base::replace_all(text, "'", "''") + "'";
}

// One line of a `switch`. Tables of the language ignore case and would take -C for -c.
std::string switch_case(std::string_view key, std::string_view body) {
    return fmt::format("            {} {{ {} }}\n", quoted(key), body);
}

std::string step_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionStep& step : steps(model)) {
        text += switch_case(
            fmt::format("{}:{}", step.from, step.word), fmt::format("return {}", quoted(step.to))
        );
    }
    return text;
}

std::string value_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionValueOption& option : value_options(model)) {
        std::string words;
        for (const std::string_view choice : option.value.choices)
            words += (words.empty() ? "" : ", ") + quoted(choice);
        text += switch_case(
            fmt::format("{}:{}", option.command, option.spelling),
            fmt::format("return , @({})", words)
        );
    }
    return text;
}

std::string offer(std::string_view word, std::string_view kind, std::string_view about) {
    return fmt::format("                & $offer {} {} {}\n", quoted(word), kind, quoted(about));
}

std::string option_offers(const std::vector<const OptionSpec*>& options) {
    std::string text;
    for (const OptionSpec* option : options) {
        for (const std::string& spelling : spellings(*option))
            text += offer(spelling, "ParameterName", option->help);
    }
    return text;
}

std::string command_cases(const CompletionModel& model) {
    std::string text;
    for (const CompletionCommand& command : model.commands) {
        std::string offers;
        for (const CompletionCommand* below : subcommands(model, command))
            offers += offer(below->names.front(), "ParameterValue", below->about);
        for (const std::string_view choice : command.argument.choices)
            offers += offer(choice, "ParameterValue", choice);
        offers += option_offers(command.options);
        text += fmt::format("            {} {{\n{}            }}\n", quoted(command.path), offers);
    }
    return text;
}

std::string program_condition(const CompletionModel& model) {
    std::string text;
    for (const CompletionCommand& command : model.commands) {
        if (command.positional.trailing) text += (text.empty() ? "" : ", ") + quoted(command.path);
    }
    return text;
}

constexpr std::string_view kScript = R"(# Completes `@` in PowerShell.

Register-ArgumentCompleter -Native -CommandName '@' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    # From a command and a word to the next command.
    $step = {
        param($key)
        switch -CaseSensitive ($key) {
{steps}        }
    }

    # What follows an option: its choices, none when anything may stand there; $null when it is a flag.
    $valueOf = {
        param($key)
        switch -CaseSensitive ($key) {
{values}        }
    }

    $offer = {
        param($word, $kind, $about)
        if ($word.StartsWith($wordToComplete, [System.StringComparison]::Ordinal)) {
            [System.Management.Automation.CompletionResult]::new($word, $word, $kind, $about)
        }
    }

    $command = ''
    $value = $null
    foreach ($element in @($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        $word = $element.Extent.Text
        if ($null -ne $value) { $value = $null; continue }
        $next = & $step "${command}:$word"
        if ($null -ne $next) { $command = $next; continue }
        $value = & $valueOf "${command}:$word"
        if ($null -eq $value) { $value = & $valueOf "*:$word" }
        # The words of a program that is run: files, which are offered when we offer nothing.
        if ($null -eq $value -and -not $word.StartsWith('-') -and $command -cin @({programs})) { return }
    }

    $found = if ($null -ne $value) {
        $value | ForEach-Object { & $offer $_ ParameterValue $_ }
    } else {
        switch -CaseSensitive ($command) {
{commands}        }
        if ($wordToComplete.StartsWith('-')) {
{global_options}        }
    }
    $found | Where-Object {
        $null -ne $_ -and $_.CompletionText.StartsWith('-') -eq $wordToComplete.StartsWith('-')
    }
}
)";

}  // namespace

std::string powershell_completion(const CompletionModel& model) {
    std::string script = base::replace_all(kScript, "'@'", quoted(model.program));
    script = base::replace_all(script, "`@`", fmt::format("`{}`", model.program));
    script = base::replace_all(script, "{global_options}", option_offers(model.global_options));
    script = base::replace_all(script, "{steps}", step_cases(model));
    script = base::replace_all(script, "{values}", value_cases(model));
    script = base::replace_all(script, "{programs}", program_condition(model));
    return base::replace_all(script, "{commands}", command_cases(model));
}

}  // namespace cli
