#include "pep/requirement.h"

#include <gtest/gtest.h>

#include <array>

namespace pep {
namespace {

TEST(Requirement, IsReadAndPrinted) {
    constexpr std::array<std::array<const char*, 2>, 22> kCases{{
        {"A", "a"},
        {"A.B-C_D", "a-b-c-d"},
        {"aa", "aa"},
        {"name", "name"},
        {"name<=1", "name<=1"},
        {"name>=3", "name>=3"},
        {"name>=3,", ""},
        {"name>=3,<2", "name<2,>=3"},
        {"name (>=3)", "name>=3"},
        {"name ( >=3 , <4 ) ", "name>=3,<4"},
        {"name()", "name"},
        {"name[]", "name"},
        {"name [ fred , Bar ] ", "name[fred,bar]"},
        {"name[fred,fred]", "name[fred]"},
        {"name[fred,bar]>=1", "name[fred,bar]>=1"},
        {"name@http://foo.com", "name @ http://foo.com"},
        {"name [fred,bar] @ http://foo.com ; python_version=='2.7'",
         "name[fred,bar] @ http://foo.com ; python_version == '2.7'"},
        {"name @ file:///a;b#c=d", "name @ file:///a;b#c=d"},
        {"name[quux, strange];python_version<'2.7' and platform_version=='2'",
         "name[quux,strange] ; python_version < '2.7' and platform_version == '2'"},
        {"name; os_name=='a' or os_name=='b'", "name ; os_name == 'a' or os_name == 'b'"},
        {"name; os_name=='a' and os_name=='b' or os_name=='c'",
         "name ; os_name == 'a' and os_name == 'b' or os_name == 'c'"},
        {" name ~= 1.4.2 ; extra == 'x' ", "name~=1.4.2 ; extra == 'x'"},
    }};
    for (const auto& [text, printed] : kCases) {
        const auto requirement = Requirement::parse(text);
        if (std::string_view(printed).empty()) {
            EXPECT_FALSE(requirement) << text;
            continue;
        }
        ASSERT_TRUE(requirement) << text << ": " << requirement.error().flat();
        EXPECT_EQ(requirement->to_string(), printed) << text;
        EXPECT_EQ(*Requirement::parse(printed), *requirement) << text;
    }
}

TEST(Requirement, HasItsParts) {
    const auto requirement =
        *Requirement::parse("Flask[Async,dotenv]>=2,<3; python_version >= '3.8'");
    EXPECT_EQ(requirement.name, *PackageName::parse("flask"));
    EXPECT_EQ(
        requirement.extras, (std::vector{*ExtraName::parse("async"), *ExtraName::parse("dotenv")})
    );
    EXPECT_EQ(requirement.specifiers, *Specifiers::parse(">=2,<3"));
    EXPECT_EQ(requirement.marker, *Marker::parse("python_version >= '3.8'"));
    EXPECT_FALSE(requirement.url);
    const auto direct =
        *Requirement::parse("flask @ https://example.org/flask-3.0-py3-none-any.whl");
    EXPECT_EQ(direct.url, "https://example.org/flask-3.0-py3-none-any.whl");
    EXPECT_TRUE(direct.specifiers.empty());
    EXPECT_TRUE(direct.marker.is_always());
}

TEST(Requirement, RefusesWhatIsNone) {
    for (const char* text :
         {"",
          "  ",
          "=",
          "==1.0",
          "-name",
          "name-",
          "name[",
          "name[fred",
          "name[fred,]",
          "name[fred,,bar]",
          "name[a b]",
          "name]",
          "name (>=1",
          "name 1.0",
          "name>=",
          "name=1.0",
          "name>=1.0 <2",
          "name @",
          "name @ ; os_name == 'a'",
          "name @ http://a b",
          "name @ http://a; os_name == 'a'",
          "name;",
          "name; os_name",
          "name; 'a' = 'b'",
          "name >=1 foo",
          "./path",
          "http://foo.com/a.whl",
          "name>=1 @ http://a",
          "name(>=1)(<2)"}) {
        const auto requirement = Requirement::parse(text);
        ASSERT_FALSE(requirement) << text;
        EXPECT_EQ(requirement.error().kind(), base::ErrorKind::Invalid) << text;
    }
    EXPECT_EQ(Requirement::parse("name @ http://a; os_name == 'a'").error().hints().size(), 1U);
    EXPECT_EQ(
        Requirement::parse("name[a").error().message(),
        "`name[a` is not a requirement: expected `,` or `]` at its end"
    );
}

TEST(Requirement, RepairsWhatOldToolsWrote) {
    constexpr std::array<std::array<const char*, 2>, 16> kCases{{
        {"numpy (>=1.19)", "numpy>=1.19"},
        {"elasticsearch-dsl (>=7.2.0<8.0.0)", "elasticsearch-dsl>=7.2.0,<8.0.0"},
        {"py2>=1.0.*", "py2>=1.0"},
        {"xlsx2csv >=1.0 <2", "xlsx2csv>=1.0,<2"},
        {"jupyter-core (!=~5.0,>=4.12)", "jupyter-core>=4.12,!=5.0.*"},
        {"torch (>=1.9.*)", "torch>=1.9"},
        {"pyzmq (!=2.0*)", "pyzmq!=2.0.*"},
        {"fissix >=1,", "fissix>=1"},
        {"aiohttp (>=3,)", "aiohttp>=3"},
        {"mido (>dev)", "mido>0.0.0.dev0"},
        {"opentelemetry (>=1.0rc1.0)", "opentelemetry>=1.0rc1"},
        {"mypy >='0.900'", "mypy>=0.900"},
        {"sphinx>=1.4'; extra == 'docs'", "sphinx>=1.4 ; extra == 'docs'"},
        {"toml; python_version < 3.11", "toml ; python_version < '3.11'"},
        {"pytest>=6.* ; extra == test", "pytest>=6 ; extra == 'test'"},
        {"foo[bar,baz]>=1.0.*; os_name == 'a;b'", "foo[bar,baz]>=1.0 ; os_name == 'a;b'"},
    }};
    for (const auto& [text, meant] : kCases) {
        Warnings warnings;
        const auto requirement = Requirement::parse_lenient(text, &warnings);
        ASSERT_TRUE(requirement) << text << ": " << requirement.error().flat();
        EXPECT_EQ(requirement->to_string(), Requirement::parse(meant)->to_string()) << text;
        EXPECT_EQ(warnings.empty(), Requirement::parse(text).has_value()) << text;
    }
}

TEST(Requirement, GivesUpOnWhatNobodyCouldMean) {
    for (const char* text :
         {"name>=", "name @ http://a b>=1.*", "name[a>=1.*", ">=1.*", "name latest", ",name"}) {
        Warnings warnings;
        const auto requirement = Requirement::parse_lenient(text, &warnings);
        ASSERT_FALSE(requirement) << text;
        EXPECT_EQ(requirement.error().flat(), Requirement::parse(text).error().flat());
        EXPECT_TRUE(warnings.empty());
    }
}

}  // namespace
}  // namespace pep
