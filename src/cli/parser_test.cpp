#include "cli/parser.h"

#include "cli/help.h"

#include <gtest/gtest.h>

#include <set>

namespace cli {
namespace {

Variables variables_of(std::initializer_list<std::pair<const char*, const char*>> pairs) {
    base::Environment environment;
    for (const auto& [name, value] : pairs)
        environment.set(name, value);
    return Variables(environment);
}

std::expected<Invocation, UsageError> parse(
    std::vector<std::string> words, const Variables& variables = variables_of({})
) {
    words.insert(words.begin(), "adder");
    return parse_command_line(words, variables);
}

TEST(Parser, OptionsStandInAnyOfTheirForms) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"run", "--python", "3.12", "x"},
             {"run", "--python=3.12", "x"},
             {"run", "-p", "3.12", "x"},
             {"run", "-p3.12", "x"},
             {"run", "-p=3.12", "x"},
             {"run", "-qp3.12", "x"},
         }) {
        const auto invocation = parse(words);
        ASSERT_TRUE(invocation) << invocation.error().message;
        EXPECT_EQ(invocation->value("--python"), "3.12");
        EXPECT_EQ(invocation->positionals, std::vector<std::string>{"x"});
    }
}

TEST(Parser, TheFirstPositionalOfRunEndsOptions) {
    const auto invocation = parse({"run", "--with", "rich", "python", "-c", "--with", "--", "x"});
    ASSERT_TRUE(invocation);
    EXPECT_EQ(invocation->values("--with"), std::vector<std::string>{"rich"});
    EXPECT_EQ(
        invocation->positionals, (std::vector<std::string>{"python", "-c", "--with", "--", "x"})
    );
    const auto separated = parse({"run", "--with", "flask", "--", "flask", "--version"});
    ASSERT_TRUE(separated);
    EXPECT_EQ(separated->positionals, (std::vector<std::string>{"flask", "--version"}));
}

TEST(Parser, GlobalOptionsStandBeforeOrAfterTheCommand) {
    for (const auto& words : std::vector<std::vector<std::string>>{
             {"--cache-dir", "/x", "cache", "size"},
             {"cache", "--cache-dir", "/x", "size"},
             {"cache", "size", "--cache-dir=/x"},
         }) {
        const auto invocation = parse(words);
        ASSERT_TRUE(invocation) << invocation.error().message;
        EXPECT_EQ(invocation->value("--cache-dir"), "/x");
        EXPECT_EQ(invocation->command->id, CommandId::CacheSize);
    }
}

TEST(Parser, ListsSplitWhereTheyShould) {
    const auto invocation = parse({"run", "--with", "anyio>=4,<5, rich[a,b]", "--with=six", "x"});
    ASSERT_TRUE(invocation);
    EXPECT_EQ(
        invocation->values("--with"), (std::vector<std::string>{"anyio>=4,<5", "rich[a,b]", "six"})
    );
}

TEST(Parser, TheLaterOfAFlagAndItsCounterpartCounts) {
    EXPECT_EQ(parse({"run", "--refresh", "--no-refresh", "x"})->toggle("--refresh"), false);
    EXPECT_EQ(parse({"run", "--no-refresh", "--refresh", "x"})->toggle("--refresh"), true);
    EXPECT_EQ(parse({"run", "x"})->toggle("--refresh"), std::nullopt);
}

TEST(Parser, VariablesStandInForOptionsAndTwinsWin) {
    const Variables variables =
        variables_of({{"UV_PYTHON", "3.11"}, {"ADDER_PYTHON", "3.12"}, {"UV_OFFLINE", "1"}});
    const auto invocation = parse({"run", "x"}, variables);
    ASSERT_TRUE(invocation);
    EXPECT_EQ(invocation->value("--python"), "3.12");
    EXPECT_TRUE(invocation->flag("--offline"));
    EXPECT_FALSE(invocation->on_command_line("--offline"));
    EXPECT_EQ(parse({"run", "-p", "3.9", "x"}, variables)->value("--python"), "3.9");
    EXPECT_EQ(parse({"run", "--no-offline", "x"}, variables)->toggle("--offline"), false);
}

struct WrongUse {
    std::vector<std::string> words;
    std::string message;
};

TEST(Parser, WrongUseIsNamed) {
    const WrongUse cases[] = {
        {{"nosuch"}, "unrecognized subcommand 'nosuch'"},
        {{"cache", "claen"}, "unrecognized subcommand 'claen'"},
        {{"run", "--pyhton", "3"}, "unexpected argument '--pyhton' found"},
        {{"run", "--python"}, "a value is required for '--python <PYTHON>' but none was supplied"},
        {{"run", "--python", "--isolated", "x"},
         "a value is required for '--python <PYTHON>' but none was supplied"},
        {{"run", "-p", "3", "-p", "4", "x"},
         "the argument '--python <PYTHON>' cannot be used multiple times"},
        {{"run", "--refresh", "--refresh", "x"},
         "the argument '--refresh' cannot be used multiple times"},
        {{"run", "--locked", "--frozen", "x"},
         "the argument '--locked' cannot be used with '--frozen'"},
        {{"run", "-q", "-v", "x"}, "the argument '--quiet' cannot be used with '--verbose'"},
        {{"run", "--offline", "--refresh", "x"},
         "the argument '--offline' cannot be used with '--refresh'"},
        {{"run", "--isolated=yes", "x"},
         "unexpected value 'yes' for '--isolated' found; no more were expected"},
        {{"venv", "a", "b"}, "unexpected argument 'b' found"},
        {{"generate-shell-completion"},
         "the following required arguments were not provided:\n  <SHELL>"},
        {{"generate-shell-completion", "bash", "zsh"}, "unexpected argument 'zsh' found"},
        {{"generate-shell-completion", "tcsh"},
         "invalid value 'tcsh' for '<SHELL>'\n  [possible values: bash, elvish, fish, nushell, "
         "powershell, zsh]"},
        {{"run", "--generate-shell-completion", "zsh"},
         "unexpected argument '--generate-shell-completion' found"},
        {{"cache", "size", "-H", "--output-format", "human"},
         "the argument '--human' cannot be used with '--output-format <OUTPUT_FORMAT>'"},
    };
    for (const WrongUse& wrong : cases) {
        const auto invocation = parse(wrong.words);
        ASSERT_FALSE(invocation) << wrong.message;
        EXPECT_EQ(invocation.error().message, wrong.message);
    }
    EXPECT_EQ(
        parse({"run", "--pyhton", "3"}).error().tips.front(),
        "a similar argument exists: '--python'"
    );
    EXPECT_FALSE(parse({"run", "x"}, variables_of({{"UV_OFFLINE", ""}})));
    EXPECT_FALSE(parse({"run", "x"}, variables_of({{"UV_OFFLINE", "maybe"}})));
    EXPECT_FALSE(parse({"venv", "--link-mode", "nosuch"}));
}

TEST(Parser, AnOptionThatBecameACommandStillWorks) {
    const auto invocation = parse({"--generate-shell-completion", "zsh"});
    ASSERT_TRUE(invocation) << invocation.error().message;
    EXPECT_EQ(invocation->command->id, CommandId::Completion);
    EXPECT_FALSE(parse({"generate-shell-completion", "-V", "zsh"})->version) << "uv ignores it";
    EXPECT_EQ(invocation->positionals, (std::vector<std::string>{"zsh"}));
}

TEST(Variables, NumbersAreWhole) {
    const Variables variables =
        variables_of({{"UV_A", "7"}, {"UV_B", ""}, {"UV_C", "1.5"}, {"ADDER_C", "x"}});
    EXPECT_EQ(*find_number(variables, "UV_A"), 7U);
    EXPECT_EQ(*find_number(variables, "UV_B"), std::nullopt);
    EXPECT_EQ(*find_number(variables, "UV_NONE"), std::nullopt);
    const auto wrong = find_number(variables, "UV_C");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error().message(), "the variable `ADDER_C` must be a whole number, not `x`");
}

TEST(Parser, TheNameDecidesTheCommand) {
    const auto tool =
        parse_command_line({"/usr/bin/adderx", "ruff", "--version"}, variables_of({}));
    ASSERT_TRUE(tool);
    EXPECT_EQ(tool->command->id, CommandId::ToolRun);
    EXPECT_EQ(tool->positionals, (std::vector<std::string>{"ruff", "--version"}));
    EXPECT_EQ(parse_command_line({"uv", "cache", "dir"}, variables_of({}))->program, "uv");
    EXPECT_TRUE(parse_command_line({"uvx", "--version"}, variables_of({}))->version);
}

// The table itself: what the parser takes for granted.
TEST(OptionTable, RowsAreConsistent) {
    for (const CommandSpec& command : all_commands()) {
        std::set<std::string_view> names;
        std::set<char> letters;
        for (const OptionSpec* option : options_of(command)) {
            EXPECT_TRUE(names.insert(option->name).second)
                << command.path << ": " << option->name << " twice";
            EXPECT_TRUE(option->name.starts_with("--")) << option->name;
            EXPECT_FALSE(option->help.empty()) << option->name;
            EXPECT_FALSE(option->help.ends_with('.')) << option->name;
            EXPECT_EQ(option->kind == ValueKind::None, option->value.empty()) << option->name;
            if (option->short_name != '\0') {
                EXPECT_TRUE(letters.insert(option->short_name).second)
                    << command.path << ": -" << option->short_name;
            }
        }
        for (const Conflict& conflict : command.conflicts) {
            EXPECT_TRUE(names.contains(conflict.first)) << conflict.first;
            EXPECT_TRUE(names.contains(conflict.second)) << conflict.second;
        }
        EXPECT_NE(
            help_page(command, "adder", HelpDetail::Long, 100).find("Usage: adder"),
            std::string::npos
        );
    }
}

}  // namespace
}  // namespace cli
