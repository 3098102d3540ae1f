#include "ops/tool_options.h"

#include <gtest/gtest.h>

namespace ops {
namespace {

ToolOptions options_of(std::string_view text) {
    const auto table = codec::parse_toml(text, "test");
    EXPECT_TRUE(table) << table.error().flat();
    return ToolOptions::of_receipt(*table);
}

struct Case {
    const char* first;
    const char* second;
    const char* difference;  // nullptr: none
};

class Difference : public testing::TestWithParam<Case> {};

TEST_P(Difference, IsFound) {
    const ToolOptions first = options_of(GetParam().first);
    const ToolOptions second = options_of(GetParam().second);
    const auto expected = GetParam().difference == nullptr
                              ? std::nullopt
                              : std::optional<std::string>(GetParam().difference);
    EXPECT_EQ(first.difference(second), expected);
    EXPECT_EQ(second.difference(first), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Options,
    Difference,
    testing::Values(
        Case{"", "", nullptr},
        Case{"resolution = 'lowest'", "resolution = 'lowest'", nullptr},
        Case{"resolution = 'lowest'", "resolution = 'highest'", "resolution"},
        // A default that was said is not a default that was not.
        Case{"resolution = 'highest'", "", "resolution"},
        Case{"a = 1\nb = true", "b = true\na = 1", nullptr},
        Case{"a = true", "a = false", "a"},
        Case{"a = 1.5", "a = 1.5", nullptr},
        Case{"a = []", "", "a"},
        Case{"a = []", "a = []", nullptr},
        Case{"a = ['x', 'y']", "a = ['y', 'x']", "a/0"},
        Case{"a = ['x', 'y']", "a = ['x']", "a/1"},
        Case{"a = {x = '1', y = '2'}", "a = {y = '2', x = '1'}", nullptr},
        Case{"a = {x = '1'}", "a = {x = '1', y = '2'}", "a/y"},
        Case{
            "index = [{ url = 'http://a/', default = true }]",
            "index = [{ url = 'http://b/', default = true }]",
            "index/0/url"
        },
        // Times: to the second, in whatever form.
        Case{
            "exclude-newer = '2025-01-02T00:00:00Z'",
            "exclude-newer = '2025-01-02T01:00:00.25+01:00'",
            nullptr
        },
        Case{
            "exclude-newer = '2025-01-02T00:00:00Z'",
            "exclude-newer = '2025-01-03T00:00:00Z'",
            "exclude-newer"
        },
        // Of a span, only the span counts.
        Case{
            "exclude-newer = '2025-01-02T00:00:00Z'\nexclude-newer-span = 'P7D'",
            "exclude-newer = '2025-05-02T00:00:00Z'\nexclude-newer-span = 'P7D'",
            nullptr
        },
        Case{
            "exclude-newer = '2025-01-02T00:00:00Z'\nexclude-newer-span = 'P7D'",
            "exclude-newer = '2025-01-02T00:00:00Z'",
            "exclude-newer"
        },
        Case{
            "exclude-newer-package = { a = { timestamp = '2025-01-02T00:00:00Z', span = 'P3D' } }",
            "exclude-newer-package = { a = { timestamp = '2025-05-02T00:00:00Z', span = 'P3D' } }",
            nullptr
        },
        Case{
            "exclude-newer-package = { a = false }",
            "exclude-newer-package = { a = '2025-05-02T00:00:00Z' }",
            "exclude-newer-package/a"
        }
    )
);

TEST(ToolOptions, AreTheSameHoweverTheyCame) {
    ToolOptions options;
    options.add_text("resolution", "lowest");
    options.add_flag("no-build", true);
    options.add_list("find-links", {"file:///a", "file:///b"});
    options.add_list("no-build-package", {});
    options.add_text("index/0/url", "http://a/");
    options.add_text("exclude-newer", "2025-01-02T00:00:00Z");
    EXPECT_EQ(
        options.difference(
            options_of("no-build = true\nresolution = 'lowest'\nno-build-package = []\n"
                       "find-links = ['file:///a', 'file:///b']\n"
                       "exclude-newer = 2025-01-02T00:00:00Z\n"
                       "[[index]]\nurl = 'http://a/'\n")
        ),
        std::nullopt
    );
}

}  // namespace
}  // namespace ops
