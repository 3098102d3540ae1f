#include "cli/help.h"

#include "base/text.h"
#include "cli/parser.h"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

namespace cli {

namespace {

struct Line {
    std::string left;
    std::string right;
};

std::string wrap(std::string_view text, std::size_t indent, std::size_t width) {
    std::string result;
    std::size_t column = indent;
    for (const std::string_view word : base::split_whitespace(text)) {
        if (column > indent && column + 1 + word.size() > width) {
            result += "\n" + std::string(indent, ' ');
            column = indent;
        } else if (column > indent) {
            result += ' ';
            ++column;
        }
        result += word;
        column += word.size();
    }
    return result;
}

std::string possible_values(std::string_view choices) {
    return fmt::format(" [possible values: {}]", base::replace_all(choices, ",", ", "));
}

std::string describe(const OptionSpec& option) {
    std::string text(option.help);
    if (!option.variable.empty()) {
        const bool fixed = option.variable.find('=') != std::string_view::npos;
        text += fmt::format(" [env: {}{}]", option.variable, fixed ? "" : "=");
    }
    // Platforms are too many to list on a page; `--python-platform ?` names them in its error.
    if (!option.choices.empty() && option.choices.size() < 120) {
        text += possible_values(option.choices);
    }
    return text;
}

Line line_of(const OptionSpec& option) {
    std::string left =
        option.short_name == '\0' ? "      " : fmt::format("  -{}, ", option.short_name);
    left += display_of(option);
    if (option.repeat == Repeat::Count) left += "...";
    return {std::move(left), describe(option)};
}

void append_section(
    std::string& page, std::string_view heading, const std::vector<Line>& lines, std::size_t width
) {
    if (lines.empty()) return;
    std::size_t left = 0;
    for (const Line& line : lines)
        left = std::max(left, line.left.size());
    page += fmt::format("\n{}:\n", heading);
    const bool beside = left <= 34;
    const std::size_t indent = beside ? left + 2 : 10;
    for (const Line& line : lines) {
        page += line.left;
        page +=
            beside ? std::string(indent - line.left.size(), ' ') : "\n" + std::string(indent, ' ');
        page += wrap(line.right, indent, std::max<std::size_t>(width, indent + 20)) + "\n";
    }
}

std::vector<Line> subcommand_lines(const CommandSpec& command) {
    std::vector<Line> lines;
    const std::string prefix =
        command.path.empty() ? std::string() : fmt::format("{} ", command.path);
    for (const CommandSpec& spec : all_commands()) {
        if (spec.path.empty() || !spec.path.starts_with(prefix) ||
            spec.visibility == Visibility::Hidden)
            continue;
        const std::string_view rest = spec.path.substr(prefix.size());
        if (rest.empty() || rest.find(' ') != std::string_view::npos) continue;
        lines.push_back({fmt::format("  {}", rest), std::string(spec.about)});
    }
    return lines;
}

// Groups of equal heading (a command's cache options and the global ones) make one section.
void append_options(std::string& page, const CommandSpec& command, std::size_t width) {
    std::vector<std::pair<std::string_view, std::vector<Line>>> sections;
    const std::vector<const OptionSpec*> visible = options_of(command);
    const auto collect = [&](std::span<const OptionGroup> groups) {
        for (const OptionGroup& group : groups) {
            auto section =
                std::ranges::find(sections, group.heading, &decltype(sections)::value_type::first);
            if (section == sections.end())
                section = sections.insert(sections.end(), {group.heading, {}});
            for (const OptionSpec& option : group.options) {
                const bool listed = std::ranges::find(visible, &option) != visible.end();
                if (listed && option.visibility == Visibility::Shown)
                    section->second.push_back(line_of(option));
            }
        }
    };
    collect(command.groups);
    collect(global_groups());
    if (command.id == CommandId::Root)
        sections.back().second.push_back({"  -V, --version", "Show the version"});
    for (const auto& [heading, lines] : sections)
        append_section(page, heading, lines, width);
}

}  // namespace

std::string help_page(
    const CommandSpec& command, std::string_view program, HelpDetail detail, std::size_t width
) {
    width = std::clamp<std::size_t>(width, 60, 120);
    std::string page = fmt::format("{}\n\nUsage: {}\n", command.about, usage_of(command, program));
    if (detail == HelpDetail::Long && !command.details.empty())
        page += fmt::format("\n{}\n", command.details);
    append_section(page, "Commands", subcommand_lines(command), width);
    if (!command.positional.name.empty()) {
        const PositionalSpec& positional = command.positional;
        std::string help(positional.help);
        if (!positional.choices.empty()) help += possible_values(positional.choices);
        append_section(page, "Arguments", {{"  " + display_of(positional), help}}, width);
    }
    append_options(page, command, width);
    if (detail == HelpDetail::Short) {
        const std::string topic = command.path.empty() ? "<COMMAND>" : std::string(command.path);
        page += fmt::format("\nUse `{} help {}` for more.\n", program, topic);
    }
    return page;
}

}  // namespace cli
