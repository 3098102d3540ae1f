#include "cli/parser.h"

#include "base/check.h"
#include "base/file.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>

namespace cli {

namespace {

constexpr OptionSpec kVersionOption = {
    .name = "--version", .short_name = 'V', .help = "Show the version"
};

bool lists(std::string_view comma_list, std::string_view word) {
    while (!comma_list.empty()) {
        const std::size_t comma = comma_list.find(',');
        if (comma_list.substr(0, comma) == word) return true;
        if (comma == std::string_view::npos) return false;
        comma_list.remove_prefix(comma + 1);
    }
    return false;
}

std::string_view last_word(std::string_view path) {
    const std::size_t space = path.rfind(' ');
    return space == std::string_view::npos ? path : path.substr(space + 1);
}

std::string_view parent_of(std::string_view path) {
    const std::size_t space = path.rfind(' ');
    return space == std::string_view::npos ? std::string_view() : path.substr(0, space);
}

const CommandSpec* find_subcommand(std::string_view parent, std::string_view word) {
    if (word.empty()) return nullptr;
    for (const CommandSpec& spec : all_commands()) {
        if (spec.path.empty() || parent_of(spec.path) != parent) continue;
        if (last_word(spec.path) == word || lists(spec.aliases, word)) return &spec;
    }
    return nullptr;
}

bool has_subcommands(std::string_view path) {
    return std::ranges::any_of(all_commands(), [&](const CommandSpec& spec) {
        return !spec.path.empty() && parent_of(spec.path) == path;
    });
}

// Commands of the reference that adder does not have yet; they get an answer that says so.
constexpr std::string_view kLaterCommands =
    "add,audit,auth,build,check,export,format,init,lock,pip,publish,remove,sync,tree,upgrade,"
    "version,workspace,"
    "tool install,tool list,tool uninstall,tool upgrade,tool "
    "update-shell,tool audit,"
    "python install,python uninstall,python upgrade,python pin,python update-shell,self update";

class Parser {
  public:
    Parser(const std::vector<std::string>& argv, const Variables& variables)
        : argv_(argv), variables_(variables) {}

    std::expected<Invocation, UsageError> parse() {
        choose_program();
        while (!failed_ && position_ < argv_.size())
            take_word();
        if (!failed_ && !invocation_.help && !invocation_.version) finish();
        if (failed_) return std::unexpected(std::move(error_));
        return std::move(invocation_);
    }

  private:
    void choose_program() {
        const std::string_view called = argv_.empty() ? "adder" : base::file_name(argv_[0]);
        invocation_.program = std::string(called);
        const bool runs_tools = called == "uvx" || called == "adderx";
        invocation_.command = &cli::command(runs_tools ? CommandId::ToolRun : CommandId::Root);
        if (!runs_tools && called != "uv") invocation_.program = "adder";
        position_ = 1;
        reload_options();
    }

    void reload_options() {
        options_ = accepted_options(*invocation_.command, invocation_.program);
    }

    void fail(std::string message, std::vector<std::string> tips = {}, std::string usage = {}) {
        if (failed_) return;
        failed_ = true;
        if (usage.empty()) usage = usage_of(*invocation_.command, invocation_.program);
        error_ = {std::move(message), std::move(tips), std::move(usage)};
    }

    void take_word() {
        const std::string word = argv_[position_++];
        if (only_positionals_ || word == "-" || !word.starts_with('-')) {
            take_positional(word);
        } else if (word == "--") {
            only_positionals_ = true;
        } else if (word.starts_with("--")) {
            take_long(word);
        } else {
            take_cluster(word);
        }
    }

    void take_positional(const std::string& word) {
        const CommandSpec& current = *invocation_.command;
        const bool group = current.id == CommandId::Root || has_subcommands(current.path);
        if (group && !only_positionals_) {
            take_subcommand(word);
            return;
        }
        const PositionalSpec& positional = current.positional;
        const bool full = positional.repeat == Repeat::Once && !invocation_.positionals.empty();
        if (positional.name.empty() || full) {
            fail(fmt::format("unexpected argument '{}' found", word));
            return;
        }
        std::string problem = check_argument(positional, word);
        if (!problem.empty()) {
            fail(std::move(problem), {}, " ");
            return;
        }
        invocation_.positionals.push_back(word);
        if (positional.trailing) {
            while (position_ < argv_.size())
                invocation_.positionals.push_back(argv_[position_++]);
        }
    }

    void enter(const CommandSpec& command) {
        invocation_.command = &command;
        reload_options();
    }

    void take_subcommand(const std::string& word) {
        const std::string_view path = invocation_.command->path;
        if (const CommandSpec* next = find_subcommand(path, word)) {
            enter(*next);
            return;
        }
        const std::string full = path.empty() ? word : fmt::format("{} {}", path, word);
        if (lists(kLaterCommands, full)) {
            fail(
                fmt::format("`{}` is a command that adder does not have yet", full),
                {fmt::format("run it with uv; `{} help` lists what is here", invocation_.program)}
            );
            return;
        }
        std::vector<std::string> names;
        for (const CommandSpec& spec : all_commands()) {
            if (!spec.path.empty() && parent_of(spec.path) == path)
                names.emplace_back(last_word(spec.path));
        }
        std::vector<std::string> tips;
        if (const auto meant = base::nearest(word, names)) {
            tips.push_back(fmt::format("a similar subcommand exists: '{}'", *meant));
        }
        fail(fmt::format("unrecognized subcommand '{}'", word), std::move(tips));
    }

    const OptionSpec* find_option(std::string_view name) const {
        for (const OptionSpec* option : options_) {
            if (option->name == name || lists(option->aliases, name)) return option;
        }
        return nullptr;
    }

    void take_long(const std::string& word) {
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const OptionSpec* option = find_option(name);
        if (option == nullptr) {
            // An option that became a command still stands for it.
            const CommandSpec* command = find_subcommand(invocation_.command->path, word);
            command == nullptr ? fail_unknown(name) : enter(*command);
            return;
        }
        if (option->kind == ValueKind::None) {
            if (equals != std::string::npos) {
                fail(fmt::format(
                    "unexpected value '{}' for '{}' found; no more were expected",
                    word.substr(equals + 1),
                    name
                ));
            } else {
                take_flag(*option);
            }
        } else if (equals != std::string::npos) {
            add(*option, word.substr(equals + 1));
        } else {
            take_value(*option);
        }
    }

    void fail_unknown(const std::string& name) {
        std::vector<std::string> names;
        for (const OptionSpec* option : options_) {
            if (option->visibility == Visibility::Shown) names.emplace_back(option->name);
        }
        std::vector<std::string> tips;
        if (const auto meant = base::nearest(name, names)) {
            tips.push_back(fmt::format("a similar argument exists: '{}'", *meant));
        } else if (invocation_.command->positional.trailing) {
            tips.push_back(fmt::format("to pass '{}' as a value, use '-- {}'", name, name));
        }
        fail(fmt::format("unexpected argument '{}' found", name), std::move(tips));
    }

    void take_cluster(const std::string& word) {
        for (std::size_t i = 1; i < word.size() && !failed_; ++i) {
            const char letter = word[i];
            const auto option = std::ranges::find_if(options_, [&](const OptionSpec* spec) {
                return spec->short_name == letter;
            });
            if (option == options_.end()) {
                fail_unknown(fmt::format("-{}", letter));
                return;
            }
            if ((*option)->kind == ValueKind::None) {
                take_flag(**option);
                continue;
            }
            std::string rest = word.substr(i + 1);
            if (rest.starts_with('=')) rest.erase(0, 1);
            if (i + 1 < word.size()) {
                add(**option, std::move(rest));
            } else {
                take_value(**option);
            }
            return;
        }
    }

    void take_flag(const OptionSpec& option) {
        if (option.name == "--help") {
            invocation_.help = true;
            position_ = argv_.size();
        } else if (&option == &kVersionOption) {
            invocation_.version = true;
            position_ = argv_.size();
        } else {
            add(option, "");
        }
    }

    void take_value(const OptionSpec& option) {
        const bool absent = position_ >= argv_.size();
        // A word that looks like an option is no value; a lone "-" is (requirements from standard
        // input).
        if (absent || (argv_[position_].size() > 1 && argv_[position_].starts_with('-') &&
                       find_known(argv_[position_]))) {
            fail(
                fmt::format(
                    "a value is required for '{}' but none was supplied", display_of(option)
                ),
                {},
                " "
            );
            return;
        }
        add(option, argv_[position_++]);
    }

    bool find_known(const std::string& word) const {
        if (word == "--") return true;
        if (word.starts_with("--")) return find_option(word.substr(0, word.find('='))) != nullptr;
        return std::ranges::any_of(options_, [&](const OptionSpec* spec) {
            return spec->short_name == word[1];
        });
    }

    void add(const OptionSpec& option, std::string value) {
        const bool again = std::ranges::any_of(invocation_.given, [&](const GivenOption& earlier) {
            return earlier.spec == &option && !earlier.from_variable;
        });
        if (again && option.repeat == Repeat::Once) {
            fail(fmt::format("the argument '{}' cannot be used multiple times", display_of(option))
            );
            return;
        }
        std::string problem = check_value(option, value, display_of(option));
        if (!problem.empty()) {
            fail(std::move(problem), {}, " ");
            return;
        }
        invocation_.given.push_back({&option, std::move(value), false});
    }

    // Empty when the value is fine; a listed alias is replaced by its choice.
    static std::string check_value(
        const OptionSpec& option, std::string& value, const std::string& shown
    ) {
        if (option.kind == ValueKind::Number && !base::parse_unsigned(value)) {
            return fmt::format(
                "invalid value '{}' for '{}': invalid digit found in string", value, shown
            );
        }
        if (option.choices.empty() || lists(option.choices, value)) return {};
        std::string_view aliases = option.choice_aliases;
        while (!aliases.empty()) {
            const std::size_t comma = aliases.find(',');
            const std::string_view pair = aliases.substr(0, comma);
            if (pair.substr(0, pair.find('=')) == value) {
                value = std::string(pair.substr(pair.find('=') + 1));
                return {};
            }
            if (comma == std::string_view::npos) break;
            aliases.remove_prefix(comma + 1);
        }
        return wrong_choice(option.choices, value, shown);
    }

    static std::string check_argument(const PositionalSpec& positional, const std::string& value) {
        if (positional.choices.empty() || lists(positional.choices, value)) return {};
        return wrong_choice(positional.choices, value, fmt::format("<{}>", positional.name));
    }

    static std::string wrong_choice(
        std::string_view listed, const std::string& value, const std::string& shown
    ) {
        std::vector<std::string> choices;
        for (const std::string_view choice : base::split(listed, ','))
            choices.emplace_back(choice);
        std::string text = fmt::format(
            "invalid value '{}' for '{}'\n  [possible values: {}]",
            value,
            shown,
            base::join(choices, ", ")
        );
        if (const auto meant = base::nearest(value, choices)) {
            text += fmt::format("\n\n  tip: a similar value exists: '{}'", *meant);
        }
        return text;
    }

    void finish() {
        const CommandSpec& current = *invocation_.command;
        if (current.id == CommandId::Root || has_subcommands(current.path)) {
            invocation_.incomplete = true;
            return;
        }
        const PositionalSpec& positional = current.positional;
        if (positional.presence == Presence::Required && invocation_.positionals.empty()) {
            fail(fmt::format(
                "the following required arguments were not provided:\n  <{}>", positional.name
            ));
            return;
        }
        check_conflicts();
        read_variables();
    }

    void check_conflicts() {
        const auto conflict = [&](std::string_view first, std::string_view second) {
            if (!invocation_.on_command_line(first) || !invocation_.on_command_line(second)) return;
            fail(fmt::format(
                "the argument '{}' cannot be used with '{}'",
                display_of(*find_option(first)),
                display_of(*find_option(second))
            ));
        };
        for (const Conflict& pair : invocation_.command->conflicts)
            conflict(pair.first, pair.second);
        conflict("--quiet", "--verbose");
        conflict("--color", "--no-color");
        conflict("--offline", "--refresh");
        conflict("--offline", "--refresh-package");
        if (invocation_.command->id == CommandId::PythonFind && !invocation_.positionals.empty() &&
            invocation_.on_command_line("--script")) {
            fail("the argument '--script <SCRIPT>' cannot be used with '[REQUEST]'");
        }
    }

    void read_variables() {
        for (const OptionSpec* option : options_) {
            if (option->variable.empty() || option->variable.find('=') != std::string_view::npos)
                continue;
            const bool given =
                std::ranges::any_of(invocation_.given, [&](const GivenOption& earlier) {
                    return earlier.spec == option || (!earlier.spec->overrides.empty() &&
                                                      earlier.spec->overrides == option->name);
                });
            if (given) continue;
            std::optional<std::string> value = variables_.find(option->variable);
            if (!value) continue;
            if (option->kind == ValueKind::None) {
                read_flag(*option, *value);
            } else if (!value->empty()) {
                std::string problem = check_value(*option, *value, display_of(*option));
                if (!problem.empty()) fail(std::move(problem), {}, " ");
                invocation_.given.push_back({option, std::move(*value), true});
            }
        }
    }

    void read_flag(const OptionSpec& option, const std::string& value) {
        const std::optional<bool> on = parse_boolean(value);
        if (!on) {
            fail(
                fmt::format(
                    "invalid value '{}' for '{}' (from {}): value was not a boolean",
                    value,
                    option.name,
                    variables_.found_name(option.variable)
                ),
                {},
                " "
            );
        } else if (*on) {
            invocation_.given.push_back({&option, "", true});
        }
    }

    const std::vector<std::string>& argv_;
    const Variables& variables_;
    Invocation invocation_;
    std::vector<const OptionSpec*> options_;
    std::size_t position_ = 0;
    bool only_positionals_ = false;
    bool failed_ = false;
    UsageError error_;
};

}  // namespace

namespace {

// Splits at commas, but not inside `[...]` and not before a version operator: `a[x,y]>=1,<2,b` is
// two values.
void split_at_commas(std::string_view text, std::vector<std::string>& parts) {
    std::size_t begin = 0;
    int depth = 0;
    const auto push = [&](std::size_t end) {
        const std::string_view part = base::trim(text.substr(begin, end - begin));
        if (!part.empty()) parts.emplace_back(part);
        begin = end + 1;
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '[') ++depth;
        if (text[i] == ']') --depth;
        if (text[i] != ',' || depth > 0) continue;
        const std::size_t next = text.find_first_not_of(' ', i + 1);
        const bool continues =
            next != std::string_view::npos && std::string_view("<>=!~").contains(text[next]);
        if (!continues) push(i);
    }
    push(text.size());
}

}  // namespace

bool Invocation::flag(std::string_view name) const {
    return toggle(name).value_or(false);
}

std::optional<bool> Invocation::toggle(std::string_view name) const {
    std::optional<bool> state;
    for (const GivenOption& option : given) {
        if (option.from_variable && state) continue;
        if (option.spec->name == name) state = true;
        if (!option.spec->overrides.empty() && option.spec->overrides == name) state = false;
    }
    return state;
}

std::optional<std::string> Invocation::value(std::string_view name) const {
    for (const GivenOption& option : given) {
        if (option.spec->name == name) return option.value;
    }
    return std::nullopt;
}

std::vector<std::string> Invocation::values(std::string_view name) const {
    std::vector<std::string> all;
    for (const GivenOption& option : given) {
        if (option.spec->name != name) continue;
        if (option.spec->split == ' ') {
            for (const std::string_view part : base::split_whitespace(option.value))
                all.emplace_back(part);
        } else if (option.spec->split == ',') {
            split_at_commas(option.value, all);
        } else {
            all.push_back(option.value);
        }
    }
    return all;
}

int Invocation::count(std::string_view name) const {
    return static_cast<int>(std::ranges::count_if(given, [&](const GivenOption& option) {
        return option.spec->name == name;
    }));
}

bool Invocation::on_command_line(std::string_view name) const {
    return std::ranges::any_of(given, [&](const GivenOption& option) {
        return option.spec->name == name && !option.from_variable;
    });
}

std::expected<Invocation, UsageError> parse_command_line(
    const std::vector<std::string>& argv, const Variables& variables
) {
    return Parser(argv, variables).parse();
}

std::string usage_of(const CommandSpec& command, std::string_view program) {
    std::string usage(program);
    const bool is_tool_alias = program == "uvx" || program == "adderx";
    if (!command.path.empty() && !(is_tool_alias && command.id == CommandId::ToolRun)) {
        usage += fmt::format(" {}", command.path);
    }
    usage += " [OPTIONS]";
    if (command.id == CommandId::Root || has_subcommands(command.path)) return usage + " <COMMAND>";
    if (command.positional.name.empty()) return usage;
    const std::string_view dots =
        command.positional.repeat == Repeat::List && !command.positional.trailing ? "..." : "";
    return usage + fmt::format(" {}{}", display_of(command.positional), dots);
}

std::string display_of(const OptionSpec& option) {
    return option.kind == ValueKind::None ? std::string(option.name)
                                          : fmt::format("{} <{}>", option.name, option.value);
}

std::string display_of(const PositionalSpec& positional) {
    return positional.presence == Presence::Required ? fmt::format("<{}>", positional.name)
                                                     : fmt::format("[{}]", positional.name);
}

std::vector<const OptionSpec*> accepted_options(
    const CommandSpec& command, std::string_view program
) {
    std::vector<const OptionSpec*> options = options_of(command);
    if (command.id == CommandId::Root || program.ends_with('x')) options.push_back(&kVersionOption);
    return options;
}

std::vector<const OptionSpec*> options_of(const CommandSpec& command) {
    std::vector<const OptionSpec*> options;
    options.reserve(128);
    const auto append = [&](std::span<const OptionGroup> groups) {
        for (const OptionGroup& group : groups) {
            for (const OptionSpec& option : group.options)
                options.push_back(&option);
        }
    };
    append(command.groups);
    const std::size_t own = options.size();
    for (const OptionGroup& group : global_groups()) {
        for (const OptionSpec& option : group.options) {
            // A command's own row (`run --isolated`) hides the global one of that name.
            const auto end = options.begin() + static_cast<std::ptrdiff_t>(own);
            const bool hidden = std::any_of(options.begin(), end, [&](const OptionSpec* earlier) {
                return earlier->name == option.name;
            });
            if (!hidden) options.push_back(&option);
        }
    }
    return options;
}

}  // namespace cli
