#include "cli/completion.h"

#include "base/text.h"
#include "cli/completion_model.h"
#include "cli/parser.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace cli {
namespace {

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

const CompletionCommand* find(const CompletionModel& model, std::string_view path) {
    const auto found = std::ranges::find(model.commands, path, &CompletionCommand::path);
    return found == model.commands.end() ? nullptr : &*found;
}

TEST(Completion, EveryNamedShellIsKnown) {
    for (const std::string_view name : base::split(kShells, ','))
        EXPECT_TRUE(parse_shell(name)) << name;
    EXPECT_FALSE(parse_shell("tcsh"));
    EXPECT_FALSE(parse_shell("Bash"));
}

TEST(Completion, ModelHasWhatHelpShowsAndNoMore) {
    const CompletionModel model = completion_model("adder");
    ASSERT_FALSE(model.commands.empty());
    EXPECT_EQ(model.commands.front().path, "");
    for (const CommandSpec& row : all_commands()) {
        const CompletionCommand* command = find(model, row.path);
        if (row.visibility == Visibility::Hidden) {
            EXPECT_TRUE(command == nullptr) << row.path;
            continue;
        }
        ASSERT_TRUE(command != nullptr) << row.path;
        for (const OptionSpec* option : options_of(row)) {
            const bool known =
                std::ranges::find(command->options, option) != command->options.end() ||
                std::ranges::find(model.global_options, option) != model.global_options.end();
            EXPECT_EQ(known, option->visibility == Visibility::Shown)
                << row.path << " " << option->name;
        }
    }
}

TEST(Completion, AliasesLeadOnButAreNotOffered) {
    const CompletionModel model = completion_model("adder");
    const CompletionCommand* clean = find(model, "cache clean");
    ASSERT_TRUE(clean != nullptr);
    EXPECT_EQ(clean->names, (std::vector<std::string_view>{"clean", "clear"}));
    const CompletionCommand* completion = find(model, "generate-shell-completion");
    ASSERT_TRUE(completion != nullptr);
    EXPECT_EQ(completion->names.size(), 1U) << "an option is no name of a command";
}

TEST(Completion, ToolProgramsTakeTheCommandLineOfToolRun) {
    for (const std::string_view program : {"adderx", "uvx"}) {
        const CompletionModel model = completion_model(program);
        ASSERT_EQ(model.commands.size(), 1U);
        EXPECT_EQ(model.commands.front().path, "");
        EXPECT_TRUE(model.commands.front().positional.trailing);
        EXPECT_EQ(model.commands.front().options.back()->name, "--version");
    }
    EXPECT_GT(completion_model("uv").commands.size(), 10U);
}

TEST(Completion, ValuesOfACommandComeBeforeThoseOfAll) {
    const std::vector<CompletionValueOption> options = value_options(completion_model("adder"));
    const auto global = std::ranges::find(options, "*", &CompletionValueOption::command);
    EXPECT_NE(global, options.begin());
    EXPECT_TRUE(std::all_of(global, options.end(), [](const CompletionValueOption& option) {
        return option.command == "*";
    }));
}

TEST(Completion, PathsAreKnown) {
    const std::vector<CompletionValueOption> options = value_options(completion_model("adder"));
    const auto kind_of = [&](std::string_view command, std::string_view spelling) {
        for (const CompletionValueOption& option : options) {
            if (option.command == command && option.spelling == spelling) return option.value.kind;
        }
        return ValueKind::None;
    };
    EXPECT_EQ(kind_of("run", "--env-file"), ValueKind::File);
    EXPECT_EQ(kind_of("tool run", "-c"), ValueKind::File);
    EXPECT_EQ(kind_of("*", "--cache-dir"), ValueKind::Directory);
    EXPECT_EQ(kind_of("run", "-p"), ValueKind::Program);
    EXPECT_EQ(kind_of("run", "--extra"), ValueKind::Text);
    EXPECT_EQ(kind_of("run", "--script"), ValueKind::None) << "a flag there";
    EXPECT_EQ(kind_of("python find", "--script"), ValueKind::File);
}

// Every script names what can be typed, and nothing hidden.
TEST(Completion, ScriptsNameEverythingOnce) {
    for (const std::string_view shell : base::split(kShells, ',')) {
        for (const std::string_view program : {"adder", "uv", "adderx", "uvx"}) {
            SCOPED_TRACE(std::string(shell) + " " + std::string(program));
            const std::string script = completion_script(*parse_shell(shell), program);
            EXPECT_TRUE(contains(script, program));
            EXPECT_FALSE(contains(script, "@" + std::string(program)));
            for (const std::string_view word :
                 {"link-mode", "hardlink", "python-platform", "x86_64-manylinux_2_28", "with"})
                EXPECT_TRUE(contains(script, word)) << word;
            for (const std::string_view word :
                 {"show-resolution", "no-clear", "allow-python-downloads", "native-tls"})
                EXPECT_FALSE(contains(script, word)) << word;
            // Every place of a template was filled.
            for (const std::string_view place :
                 {"{steps}", "{values}", "{commands}", "{global_options}", "{programs}"})
                EXPECT_FALSE(contains(script, place)) << place;
        }
    }
}

}  // namespace
}  // namespace cli
