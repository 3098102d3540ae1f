#include "codec/ini.h"

#include <gtest/gtest.h>

namespace codec {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(Ini, SectionsEntriesAndContinuations) {
    const base::Result<IniFile> file = parse_ini(
        "\xef\xbb\xbf# comment\r\n"
        "[console_scripts]\r\n"
        "Tool = pkg.mod:main [extra]\n"
        "  ; comment\n"
        "other=pkg:run\n"
        "[ a.b ]\n"
        "list =\n"
        "    one\n"
        "\n"
        "    two\n"
        "k:v = x\n"
        "[empty]\n"
    );
    ASSERT_TRUE(file) << file.error().flat();
    ASSERT_EQ(file->sections.size(), 3U);
    EXPECT_EQ(
        file->find("console_scripts")->entries,
        (Pairs{{"Tool", "pkg.mod:main [extra]"}, {"other", "pkg:run"}})
    );
    EXPECT_EQ(file->find(" a.b ")->entries, (Pairs{{"list", "one\ntwo"}, {"k:v", "x"}}));
    EXPECT_EQ(*file->find("console_scripts")->find("other"), "pkg:run");
    EXPECT_EQ(file->find("console_scripts")->find("tool"), nullptr) << "keys keep their case";
    EXPECT_TRUE(file->find("empty")->entries.empty());
    EXPECT_EQ(file->find("none"), nullptr);
}

TEST(Ini, ColonWhenAskedFor) {
    const base::Result<IniFile> file = parse_ini("[s]\na: 1=2\n", IniDelimiters::EqualsOrColon);
    ASSERT_TRUE(file);
    EXPECT_EQ(file->sections[0].entries, (Pairs{{"a", "1=2"}}));
}

TEST(Ini, RefusesWithTheLine) {
    struct Case {
        std::string_view text;
        std::string_view expected;
    };

    constexpr Case kCases[] = {
        {"a = 1\n", "line 1: expected a section first"},
        {"[s]\nword\n", "line 2: expected `name = value`"},
        {"[s]\n= 1\n", "line 2: expected `name = value`"},
        {"[s\na = 1\n", "line 1: expected a section as `[name]`"},
        {"[]\n", "line 1: expected a section as `[name]`"},
        {"[s]\n\n[s]\n", "line 3: section `s` is there twice"},
        {"[s]\na = 1\na = 2\n", "line 3: `a` is there twice"},
    };
    for (const Case& test : kCases) {
        const base::Result<IniFile> file = parse_ini(test.text);
        ASSERT_FALSE(file) << test.text;
        EXPECT_EQ(file.error().flat(), test.expected);
    }
}

TEST(Ini, KeyValues) {
    EXPECT_EQ(
        parse_key_values(
            "home = /usr/bin\r\nInclude-System-Site-Packages=false\nno pair\nprompt = 'a = b'\n"
        ),
        (Pairs{
            {"home", "/usr/bin"}, {"include-system-site-packages", "false"}, {"prompt", "'a = b'"}
        })
    );
}

}  // namespace
}  // namespace codec
