#include "base/text.h"
#include "cli/completion_model.h"

#include <fmt/format.h>

#include <map>

namespace cli {

namespace {

std::string quoted(std::string_view text) {
    return "\"" + base::replace_all(base::replace_all(text, "\\", "\\\\"), "\"", "\\\"") + "\"";
}

// Names the lists of choices while the signatures are written; equal lists share one.
class ChoiceLists {
  public:
    explicit ChoiceLists(std::string_view program) : program_(program) {}

    std::string name_of(const CompletionValue& value, std::string_view what) {
        const std::string words = fmt::format("{}", fmt::join(value.choices, " "));
        const auto [found, is_new] = names_.try_emplace(words);
        if (is_new) {
            found->second = fmt::format("nu-complete {} {} {}", program_, what, names_.size());
            std::string list;
            for (const std::string_view choice : value.choices)
                list += " " + quoted(choice);
            definitions_ += fmt::format("  def {} [] {{ [{} ] }}\n\n", quoted(found->second), list);
        }
        return quoted(found->second);
    }

    const std::string& definitions() const { return definitions_; }

  private:
    std::string_view program_;
    std::map<std::string, std::string> names_;  // choices -> name
    std::string definitions_;
};

std::string type_of(const CompletionValue& value, std::string_view what, ChoiceLists& lists) {
    if (!value.choices.empty()) return "string@" + lists.name_of(value, what);
    if (value.kind == ValueKind::File) return "path";
    return value.kind == ValueKind::Directory ? "directory" : "string";
}

std::string option_line(const OptionSpec& option, ChoiceLists& lists) {
    std::string line = fmt::format("    {}", option.name);
    if (option.short_name != '\0') line += fmt::format("(-{})", option.short_name);
    if (option.kind != ValueKind::None)
        line += ": " + type_of(value_of(option), option.name.substr(2), lists);
    return line + fmt::format(" # {}\n", option.help);
}

std::string argument_line(const CompletionCommand& command, ChoiceLists& lists) {
    const PositionalSpec& positional = command.positional;
    const std::string name = base::to_lower(positional.name);
    const std::string type = type_of(command.argument, name, lists);
    if (positional.repeat == Repeat::List)
        return fmt::format("    ...{}: {} # {}\n", name, type, positional.help);
    const std::string_view optional = positional.presence == Presence::Required ? "" : "?";
    return fmt::format("    {}{}: {} # {}\n", name, optional, type, positional.help);
}

std::string signature(
    const CompletionModel& model,
    const CompletionCommand& command,
    std::string_view path,
    ChoiceLists& lists
) {
    const std::string name =
        path.empty() ? std::string(model.program) : fmt::format("{} {}", model.program, path);
    std::string text = fmt::format("  # {}\n  export extern {} [\n", command.about, quoted(name));
    if (command.argument.kind != ValueKind::None) text += argument_line(command, lists);
    for (const OptionSpec* option : command.options)
        text += option_line(*option, lists);
    for (const OptionSpec* option : model.global_options)
        text += option_line(*option, lists);
    return text + "  ]\n\n";
}

}  // namespace

std::string nushell_completion(const CompletionModel& model) {
    ChoiceLists lists(model.program);
    std::string signatures;
    for (const CompletionCommand& command : model.commands) {
        signatures += signature(model, command, command.path, lists);
        const std::size_t space = command.path.rfind(' ');
        const std::string_view parent =
            space == std::string_view::npos ? "" : command.path.substr(0, space + 1);
        for (std::size_t i = 1; !command.path.empty() && i < command.names.size(); ++i) {
            const std::string alias = fmt::format("{}{}", parent, command.names[i]);
            signatures += signature(model, command, alias, lists);
        }
    }
    return fmt::format(
        "# Completes `{0}` in nushell.\n\nmodule {0}-completions {{\n\n{1}{2}}}\n\n"
        "export use {0}-completions *\n",
        model.program,
        lists.definitions(),
        signatures
    );
}

}  // namespace cli
