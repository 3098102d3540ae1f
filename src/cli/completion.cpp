#include "cli/completion.h"

#include "base/text.h"
#include "cli/completion_model.h"
#include "cli/parser.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

namespace {

bool runs_tools(std::string_view program) {
    return program == "uvx" || program == "adderx";
}

std::string_view parent_of(std::string_view path) {
    const std::size_t space = path.rfind(' ');
    return space == std::string_view::npos ? std::string_view() : path.substr(0, space);
}

std::vector<std::string_view> names_of(const CommandSpec& command) {
    std::vector<std::string_view> names = {command.path.substr(command.path.rfind(' ') + 1)};
    if (command.aliases.empty()) return names;
    for (const std::string_view alias : base::split(command.aliases, ',')) {
        if (!alias.starts_with('-')) names.push_back(alias);
    }
    return names;
}

CompletionValue value_of(ValueKind kind, std::string_view choices) {
    CompletionValue value{kind, {}};
    if (!choices.empty()) value.choices = base::split(choices, ',');
    return value;
}

bool is_global(const OptionSpec* option) {
    return std::ranges::any_of(global_groups(), [&](const OptionGroup& group) {
        return std::ranges::any_of(group.options, [&](const OptionSpec& row) {
            return &row == option;
        });
    });
}

CompletionCommand command_of(const CommandSpec& row, std::string_view program) {
    CompletionCommand command{
        .path = row.path,
        .names = names_of(row),
        .about = row.about,
        .options = {},
        .positional = row.positional,
        .argument = {},
    };
    for (const OptionSpec* option : accepted_options(row, program)) {
        if (option->visibility == Visibility::Shown && !is_global(option))
            command.options.push_back(option);
    }
    if (!row.positional.name.empty())
        command.argument = value_of(row.positional.kind, row.positional.choices);
    return command;
}

}  // namespace

CompletionValue value_of(const OptionSpec& option) {
    return value_of(option.kind, option.choices);
}

CompletionModel completion_model(std::string_view program) {
    CompletionModel model{program, {}, {}};
    for (const OptionGroup& group : global_groups()) {
        for (const OptionSpec& option : group.options) {
            if (option.visibility == Visibility::Shown) model.global_options.push_back(&option);
        }
    }
    if (runs_tools(program)) {
        model.commands.push_back(command_of(command(CommandId::ToolRun), program));
        model.commands.front().path = "";
        return model;
    }
    for (const CommandSpec& row : all_commands()) {
        if (row.visibility == Visibility::Shown) model.commands.push_back(command_of(row, program));
    }
    // `help` takes the names of commands.
    for (CompletionCommand& command : model.commands) {
        if (command.path != cli::command(CommandId::Help).path) continue;
        for (const CompletionCommand* topic : subcommands(model, model.commands.front()))
            command.argument.choices.push_back(topic->names.front());
    }
    return model;
}

std::vector<const CompletionCommand*> subcommands(
    const CompletionModel& model, const CompletionCommand& command
) {
    std::vector<const CompletionCommand*> below;
    for (const CompletionCommand& other : model.commands) {
        if (!other.path.empty() && parent_of(other.path) == command.path) below.push_back(&other);
    }
    return below;
}

std::vector<std::string> spellings(const OptionSpec& option) {
    std::vector<std::string> all;
    if (option.short_name != '\0') all.push_back(fmt::format("-{}", option.short_name));
    all.emplace_back(option.name);
    return all;
}

std::vector<CompletionStep> steps(const CompletionModel& model) {
    std::vector<CompletionStep> all;
    for (const CompletionCommand& command : model.commands) {
        if (command.path.empty()) continue;
        for (const std::string_view name : command.names) {
            all.push_back({std::string(parent_of(command.path)), std::string(name), command.path});
        }
    }
    return all;
}

std::vector<CompletionValueOption> value_options(const CompletionModel& model) {
    std::vector<CompletionValueOption> all;
    const auto append = [&](std::string_view command, const OptionSpec& option) {
        if (option.kind == ValueKind::None) return;
        for (std::string& spelling : spellings(option))
            all.push_back({command, std::move(spelling), value_of(option)});
    };
    for (const CompletionCommand& command : model.commands) {
        for (const OptionSpec* option : command.options)
            append(command.path, *option);
    }
    for (const OptionSpec* option : model.global_options)
        append("*", *option);
    return all;
}

std::optional<Shell> parse_shell(std::string_view name) {
    static constexpr std::pair<std::string_view, Shell> kNames[] = {
        {"bash", Shell::Bash},
        {"elvish", Shell::Elvish},
        {"fish", Shell::Fish},
        {"nushell", Shell::Nushell},
        {"powershell", Shell::PowerShell},
        {"zsh", Shell::Zsh},
    };
    for (const auto& [known, shell] : kNames) {
        if (known == name) return shell;
    }
    return std::nullopt;
}

std::string completion_script(Shell shell, std::string_view program) {
    const CompletionModel model = completion_model(program);
    switch (shell) {
        case Shell::Bash:
            return bash_completion(model);
        case Shell::Elvish:
            return elvish_completion(model);
        case Shell::Fish:
            return fish_completion(model);
        case Shell::Nushell:
            return nushell_completion(model);
        case Shell::PowerShell:
            return powershell_completion(model);
        case Shell::Zsh:
            return zsh_completion(model);
    }
    return {};
}

}  // namespace cli
