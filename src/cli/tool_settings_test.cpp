#include "cli/tool_settings.h"

#include "codec/toml.h"
#include "project/settings.h"

#include <gtest/gtest.h>

namespace cli {
namespace {

using Words = std::vector<std::string>;

// What uv 0.13.9 writes into `[tool.options]` for these words, variables and settings of the user.
struct Case {
    Words words;
    const char* settings;
    const char* receipt;
    Words variables = {};
};

constexpr const char* kNothing = "";

// "NAME=value", each.
Variables variables_of(const Words& entries) {
    base::Environment environment;
    for (const std::string& entry : entries) {
        const std::size_t equals = entry.find('=');
        environment.set(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return Variables(environment);
}

ops::ToolOptions receipt_of(std::string_view text) {
    const auto table = codec::parse_toml(text, "receipt");
    EXPECT_TRUE(table) << table.error().flat();
    return ops::ToolOptions::of_receipt(*table);
}

project::Settings settings_of(std::string_view text) {
    const auto table = codec::parse_toml(text, "uv.toml");
    EXPECT_TRUE(table) << table.error().flat();
    auto settings = project::parse_settings(*table, {"uv.toml", "/home/u/.config/uv", {}});
    EXPECT_TRUE(settings) << settings.error().flat();
    return std::move(*settings);
}

class ToolSettings : public testing::TestWithParam<Case> {};

TEST_P(ToolSettings, AreThoseOfReceipts) {
    const Case& one = GetParam();
    Words argv = {"uvx"};
    argv.insert(argv.end(), one.words.begin(), one.words.end());
    argv.emplace_back("hello");
    const Variables variables = variables_of(one.variables);
    const auto invocation = parse_command_line(argv, variables);
    ASSERT_TRUE(invocation) << invocation.error().message;
    const project::Settings settings = settings_of(one.settings);
    const auto options = tool_options({*invocation, variables, settings});
    ASSERT_TRUE(options) << options.error().flat();
    EXPECT_EQ(options->difference(receipt_of(one.receipt)), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(
    Words,
    ToolSettings,
    testing::Values(
        Case{{}, kNothing, ""},
        Case{{"--upgrade", "--refresh", "-p", "3.11", "--with", "x"}, kNothing, ""},
        Case{
            {"--default-index", "http://a/simple/"},
            kNothing,
            "index = [{ url = 'http://a/simple/', explicit = false, default = true, format = "
            "'simple', authenticate = 'auto' }]"
        },
        Case{
            {"--index", "x=http://a/simple"},
            kNothing,
            "index = [{ url = 'http://d/', explicit = false, default = true, format = 'simple', "
            "authenticate = 'auto' }, { name = 'x', url = 'http://a/simple', explicit = false, "
            "default = false, format = 'simple', authenticate = 'auto' }]",
            {"UV_DEFAULT_INDEX=http://d/"}
        },
        Case{{"--index-url", "http://a/simple"}, kNothing, "index-url = 'http://a/simple'"},
        Case{
            {"--extra-index-url", "http://a/", "--find-links", "/b"},
            kNothing,
            "extra-index-url = ['http://a/']\nfind-links = ['file:///b']"
        },
        Case{{"--extra-index-url", "", "--index", ""}, kNothing, "extra-index-url = []"},
        Case{{"--pre"}, kNothing, "prerelease = 'allow'"},
        Case{{"--link-mode", "reflink"}, kNothing, "link-mode = 'clone'"},
        Case{
            {"--index-strategy", "unsafe-any-match"},
            kNothing,
            "index-strategy = 'unsafe-first-match'"
        },
        Case{{"--exclude-newer", "2025-01-01"}, kNothing, "exclude-newer = '2025-01-02T00:00:00Z'"},
        Case{
            {"--exclude-newer", "3 weeks"},
            kNothing,
            "exclude-newer = '2026-11-04T14:50:11.3Z'\nexclude-newer-span = 'P3W'"
        },
        Case{
            {"--exclude-newer-package", "Foo_Bar=3 days", "--exclude-newer-package", "a=false"},
            kNothing,
            "exclude-newer-package = { a = false, foo-bar = { timestamp = "
            "'2026-11-22T14:51:17.6Z', span = 'P3D' } }"
        },
        Case{{"--no-compile-bytecode"}, kNothing, "compile-bytecode = false"},
        Case{{}, kNothing, "no-build = true", {"UV_NO_BUILD=1", "UV_COMPILE_BYTECODE=0"}},
        Case{
            {"--no-build-package", "Foo_Bar", "--no-sources-package", "Foo_Bar"},
            kNothing,
            "no-build-package = ['foo-bar']\nno-sources-package = ['foo-bar']"
        },
        Case{{"--no-build-isolation"}, kNothing, "build-isolation = 'shared'"},
        Case{
            {"--no-build-isolation-package", "a"},
            "no-build-isolation-package = ['b']",
            "build-isolation = { shared-package = ['a', 'b'] }"
        },
        Case{
            {"-C", "a=b", "-C", "a=c", "-C", "d=e"},
            kNothing,
            "config-settings = { a = ['b', 'c'], d = 'e' }"
        },
        Case{
            {"--config-settings-package", "Foo_Bar:a=b"},
            "config-settings-package = { foo = { a = ['b'] } }",
            "config-settings-package = { foo = { a = ['b'] }, foo-bar = { a = 'b' } }"
        }
    )
);

INSTANTIATE_TEST_SUITE_P(
    Files,
    ToolSettings,
    testing::Values(
        Case{{}, "resolution = 'lowest'\nupgrade = true", "resolution = 'lowest'"},
        Case{{"--resolution", "highest"}, "resolution = 'lowest'", "resolution = 'highest'"},
        Case{
            {},
            "link-mode = 'reflink'\nindex-strategy = 'unsafe-any-match'",
            "link-mode = 'clone'\nindex-strategy = 'unsafe-first-match'"
        },
        Case{{"--build"}, "no-build = true", "no-build = false"},
        Case{{}, "no-build-isolation = false", "build-isolation = 'isolate'"},
        Case{
            {}, "find-links = []\nno-build-package = []", "find-links = []\nno-build-package = []"
        },
        Case{
            {"--find-links", "/b"},
            "find-links = ['./a']",
            "find-links = ['file:///b', 'file:///home/u/.config/uv/a']"
        },
        Case{{}, "exclude-newer = false", "exclude-newer = false"},
        Case{
            {"-C", "a=z", "-C", "q=1"},
            "config-settings = { a = ['b', 'c'], d = 'e' }",
            "config-settings = { a = ['z', 'b', 'c'], d = 'e', q = '1' }"
        },
        Case{
            {"--prerelease-package", "x=allow"},
            "prerelease-package = { hello = 'allow' }",
            "prerelease-package = { hello = 'allow', x = 'allow' }"
        },
        Case{
            {},
            "extra-build-dependencies = { foo = ['bar<2', { requirement = 'x>1', match-runtime = "
            "true }] }",
            "extra-build-dependencies = { foo = [{ requirement = 'bar<2', match-runtime = false }, "
            "{ requirement = 'x>1', match-runtime = true }] }"
        },
        Case{
            {},
            "dependency-metadata = [{ name = 'foo', version = '1', requires-dist = ['b'] }]",
            "dependency-metadata = [{ name = 'foo', version = '1', requires-dist = ['b'], "
            "provides-extra = [] }]"
        },
        Case{
            {},
            "[[index]]\nname = 'b'\nurl = 'http://b/'\nexplicit = true\nignore-error-codes = "
            "[401]\n"
            "cache-control = { api = 'max-age=1' }\nauthenticate = 'always'\n"
            "publish-url = 'http://p/'\nexclude-newer = '2025-01-01'\n",
            "index = [{ name = 'b', url = 'http://b/', explicit = true, default = false, format = "
            "'simple', publish-url = 'http://p/', authenticate = 'always', ignore-error-codes = "
            "[401], cache-control = { api = 'max-age=1' }, exclude-newer = '2025-01-02T00:00:00Z' "
            "}]"
        }
    )
);

struct DirectoryCase {
    Words variables;
    const char* directory;
};

TEST(ToolsDirectory, IsWhereUvHasIt) {
    const DirectoryCase cases[] = {
        {{"HOME=/h"}, "/h/.local/share/uv/tools"},
        {{"HOME=/h", "XDG_DATA_HOME=/d"}, "/d/uv/tools"},
        {{"HOME=/h", "XDG_DATA_HOME=relative"}, "/h/.local/share/uv/tools"},
        {{"HOME=/h", "XDG_DATA_HOME="}, "/h/.local/share/uv/tools"},
        {{"HOME=/h", "XDG_DATA_HOME=/d", "UV_TOOL_DIR=/t"}, "/t"},
        {{"HOME=/h", "UV_TOOL_DIR="}, "/h/.local/share/uv/tools"},
    };
    for (const DirectoryCase& one : cases) {
        EXPECT_EQ(tools_directory(variables_of(one.variables)), one.directory)
            << testing::PrintToString(one.variables);
    }
}

}  // namespace
}  // namespace cli
