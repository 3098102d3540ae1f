#include "pep/marker.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace pep {
namespace {

MarkerEnvironment linux_311() {
    return {
        .os_name = "posix",
        .sys_platform = "linux",
        .platform_machine = "x86_64",
        .platform_python_implementation = "CPython",
        .platform_release = "6.1.0-18-amd64",
        .platform_system = "Linux",
        .platform_version = "#1 SMP Debian 6.1.76-1",
        .python_version = "3.11",
        .python_full_version = "3.11.7",
        .implementation_name = "cpython",
        .implementation_version = "3.11.7",
    };
}

ExtraName extra(std::string_view text) {
    return *ExtraName::parse(text);
}

struct Case {
    const char* marker;
    bool expected;
};

void check(const MarkerEnvironment& environment, std::initializer_list<Case> cases) {
    const std::vector<ExtraName> extras{extra("test"), extra("dev-tools")};
    for (const Case& c : cases) {
        const auto marker = Marker::parse(c.marker);
        ASSERT_TRUE(marker) << c.marker << ": " << marker.error().flat();
        EXPECT_EQ(marker->evaluate(environment, extras), c.expected) << c.marker;
        const auto again = Marker::parse(marker->to_string());
        if (marker->is_always()) continue;
        ASSERT_TRUE(again) << marker->to_string();
        EXPECT_EQ(*again, *marker) << marker->to_string();
    }
}

TEST(Marker, ComparesVersionsAsVersions) {
    check(
        linux_311(),
        {
            {"python_version >= '3.8'", true},         {"python_version >= '3.12'", false},
            {"python_version < '3.9'", false},         {"python_version > '3.9'", true},
            {"python_version == '3.11'", true},        {"python_version == '3.11.0'", true},
            {"python_version == '3.11.7'", false},     {"python_version != '3.11.7'", true},
            {"python_version <= '3.11.2'", true},      {"python_version >= '3.11.2'", false},
            {"python_version == '3.*'", true},         {"python_version == '3.1.*'", false},
            {"python_version ~= '3.8'", true},         {"python_version ~= '3.8.0'", false},
            {"python_version ~= '3.11.0'", true},      {"python_version != '3.10.*'", true},
            {"python_version != '3.10.4.*'", false},   {"python_version == '3.10.4.*'", false},
            {"python_full_version == '3.11.*'", true}, {"python_full_version < '3.11.7'", false},
            {"python_full_version <= '3.11.7'", true}, {"implementation_version >= '3.11'", true},
            {"'3.8' <= python_version", true},         {"'3.12' <= python_version", false},
            {"'3.11' == python_version", true},        {"'3.12' > python_version", true},
        }
    );
}

// The same answers as uv 0.13.9 for 3.13.0rc1.
TEST(Marker, LooksAtReleaseNumbersOnly) {
    MarkerEnvironment candidate = linux_311();
    candidate.python_version = "3.13";
    candidate.python_full_version = "3.13.0rc1";
    check(
        candidate,
        {
            {"python_full_version >= '3.13'", true},
            {"python_full_version < '3.13'", false},
            {"python_full_version < '3.13.0rc1'", false},
            {"python_full_version == '3.13.0rc1'", true},
            {"python_version == '3.13rc1'", true},
        }
    );
    candidate.python_full_version = "3.13.0a0+";
    check(candidate, {{"python_full_version >= '3.13'", true}});
    candidate.python_full_version = "nightly";
    check(candidate, {{"python_full_version >= '3'", false}, {"python_full_version == '0'", true}});
}

TEST(Marker, TestsMembershipInListsOfVersions) {
    check(
        linux_311(),
        {
            {"python_version in '3.10 3.11'", true},
            {"python_version in '3.10 3.12'", false},
            {"python_version not in '3.10 3.12'", true},
            {"python_version in '3.1'", false},
            {"python_version in '3.11.0'", true},
            {"python_version in '3.10, 3.12'", true /* left out */},
            {"python_version in '3.10 3.*'", true /* left out */},
            {"python_version in ''", false},
        }
    );
}

TEST(Marker, ComparesStrings) {
    check(
        linux_311(),
        {
            {"sys_platform == 'linux'", true},
            {"sys_platform == \"win32\"", false},
            {"sys_platform != 'win32'", true},
            {"'linux' == sys_platform", true},
            {"sys_platform in 'linux darwin'", true},
            {"sys_platform in 'linux2'", true},
            {"sys_platform not in 'win32,cygwin'", true},
            {"'lin' in sys_platform", true},
            {"'win' not in sys_platform", true},
            {"'Debian' in platform_version", true},
            {"os_name > 'a'", false},
            {"os_name < 'z'", false},
            {"os_name >= 'posix'", true},
            {"os_name >= 'a'", false},
            {"platform_release >= '6'", true},
            {"platform_release < '5'", false},
            {"platform_release > '6.1.0'", true},
            {"platform_release <= '6.1.0-18-amd64'", true},
            {"platform_machine == 'X86_64'", false},
            {"platform_system == 'Linux'", true},
            {"implementation_name == 'cpython'", true},
            {"platform_python_implementation != 'PyPy'", true},
        }
    );
}

TEST(Marker, AsksForExtras) {
    check(
        linux_311(),
        {
            {"extra == 'test'", true},
            {"extra == 'TEST'", true},
            {"extra == 'dev_tools'", true},
            {"extra == 'docs'", false},
            {"extra != 'docs'", true},
            {"extra != 'test'", false},
            {"'test' == extra", true},
            {"extra == 'test' and extra == 'dev-tools'", true},
            {"extra == 'not a name'", false},
            {"extra != 'not a name'", false},
            {"'test' in extras", true},
            {"'docs' in extras", false},
            {"'docs' not in extras", true},
            {"'test' in dependency_groups", false},
            {"'not a name' in extras", false},
        }
    );
    EXPECT_FALSE(Marker::parse("extra == 'test'")->evaluate(linux_311(), {}));
}

TEST(Marker, JoinsComparisons) {
    check(
        linux_311(),
        {
            {"os_name == 'nt' or os_name == 'posix' and python_version >= '3'", true},
            {"(os_name == 'posix' or os_name == 'nt') and python_version < '3'", false},
            {"os_name == 'posix' or os_name == 'nt' and python_version < '3'", true},
            {"((os_name=='posix'))and((python_version>='3'))", true},
            {"python_version>='3'and os_name=='posix'", true},
            {"\n os_name == 'posix'\tand\n python_version >= '3' ", true},
            {"os_name == 'nt' or (os_name == 'java' or os_name == 'posix')", true},
        }
    );
}

TEST(Marker, ReadsOldNames) {
    check(
        linux_311(),
        {
            {"os.name == 'posix'", true},
            {"sys.platform == 'linux'", true},
            {"platform.machine == 'x86_64'", true},
            {"platform.python_implementation == 'CPython'", true},
            {"python_implementation == 'CPython'", true},
            {"'Debian' in platform.version", true},
        }
    );
    Warnings warnings;
    EXPECT_EQ(Marker::parse("os.name == 'nt'", &warnings)->to_string(), "os_name == 'nt'");
    EXPECT_EQ(warnings.size(), 1U);
}

TEST(Marker, LeavesOutWhatMeansNothing) {
    for (const char* text :
         {"'a' == 'b'",
          "os_name == sys_platform",
          "os_name ~= 'posix'",
          "python_version == 'abc'",
          "python_version >= '3.8.*'",
          "python_version ~= '3'",
          "extra in 'a b'",
          "extra > 'a'",
          "'a' in extra",
          "extras == 'a'",
          "extras in 'a'",
          "os_name in extras",
          "python_version in '3.9, 3.10'"}) {
        Warnings warnings;
        const auto marker = Marker::parse(text, &warnings);
        ASSERT_TRUE(marker) << text;
        EXPECT_TRUE(marker->is_always()) << text;
        ASSERT_EQ(warnings.size(), 1U) << text;
        EXPECT_TRUE(warnings[0].contains("ignored")) << warnings[0];
        const std::string junctions[] = {
            std::string(text) + " and os_name == 'nt'",
            std::string("os_name == 'nt' or (") + text + ")",
        };
        for (const std::string& junction : junctions) {
            EXPECT_EQ(Marker::parse(junction)->to_string(), "os_name == 'nt'") << junction;
        }
    }
}

TEST(Marker, RefusesWhatCannotBeRead) {
    for (const char* text :
         {"",
          "os_name",
          "os_name ==",
          "os_name == posix",
          "os_name == 'posix",
          "os_name = 'posix'",
          "os_name === 'posix'",
          "os_name == 'a' 'b'",
          "(os_name == 'a'",
          "os_name == 'a')",
          "os_name == 'a' and",
          "os_name == 'a' or or os_name == 'b'",
          "os_name not 'a'",
          "os_name is 'a'",
          "unknown == 'a'",
          "os_name == 'a';",
          "and",
          "python_version >= 3.8",
          "os_name == 'a' AND os_name == 'b'",
          "()"}) {
        const auto marker = Marker::parse(text);
        ASSERT_FALSE(marker) << text;
        EXPECT_EQ(marker.error().kind(), base::ErrorKind::Invalid) << text;
    }
    EXPECT_FALSE(Marker::parse(std::string(100'000, '(')));
    EXPECT_TRUE(Marker::parse("os_name = 'a'").error().message().contains("column 9"));
}

TEST(Marker, TakesBareWordsFromOldMetadata) {
    Warnings warnings;
    EXPECT_EQ(
        Marker::parse_lenient("python_version >= 3.8", &warnings)->to_string(),
        "python_version >= '3.8'"
    );
    EXPECT_EQ(Marker::parse_lenient("extra == test")->to_string(), "extra == 'test'");
    EXPECT_EQ(warnings.size(), 1U);
    for (const char* text : {"os_name == and", "os_name ==", "os_name == (a)"})
        EXPECT_FALSE(Marker::parse_lenient(text)) << text;
}

TEST(Marker, PrintsWhatItMeans) {
    constexpr std::array<std::array<const char*, 2>, 9> kCases{{
        {"os_name==\"posix\"", "os_name == 'posix'"},
        {"os_name == \"it's\"", "os_name == \"it's\""},
        {"'3' <= python_version", "python_version >= '3'"},
        {"(os_name=='a' and os_name=='b') and os_name=='c'",
         "os_name == 'a' and os_name == 'b' and os_name == 'c'"},
        {"(os_name=='a' or os_name=='b') and os_name=='c'",
         "(os_name == 'a' or os_name == 'b') and os_name == 'c'"},
        {"os_name=='a' or (os_name=='b' and os_name=='c')",
         "os_name == 'a' or os_name == 'b' and os_name == 'c'"},
        {"python_version in '3.8  3.9'", "python_version in '3.8 3.9'"},
        {"'x' not  in sys_platform", "'x' not in sys_platform"},
        {"extra == '!'", "python_version < '0'"},
    }};
    for (const auto& [text, printed] : kCases)
        EXPECT_EQ(Marker::parse(text)->to_string(), printed);
    EXPECT_EQ(Marker::always().to_string(), "");
}

TEST(Marker, IsBuiltFromMarkers) {
    const Marker posix = *Marker::parse("os_name == 'posix'");
    const Marker either = *Marker::parse("extra == 'a' or extra != 'b'");
    EXPECT_EQ(
        posix.and_with(either).to_string(), "os_name == 'posix' and (extra == 'a' or extra != 'b')"
    );
    EXPECT_EQ(
        posix.or_with(either).to_string(), "os_name == 'posix' or extra == 'a' or extra != 'b'"
    );
    EXPECT_EQ(Marker::always().and_with(posix), posix);
    EXPECT_EQ(posix.and_with(Marker::always()), posix);
    EXPECT_TRUE(posix.or_with(Marker::always()).is_always());
    EXPECT_EQ(Marker::for_extra(extra("a")).to_string(), "extra == 'a'");
    EXPECT_TRUE(either.mentions_extra());
    EXPECT_TRUE(either.mentions_extra(extra("a")));
    EXPECT_FALSE(either.mentions_extra(extra("b")));
    EXPECT_FALSE(posix.mentions_extra());
    EXPECT_FALSE(Marker().mentions_extra());
}

TEST(Marker, LongJunctionsAreRead) {
    std::string text = "os_name == 'a'";
    for (int i = 0; i < 20'000; ++i)
        text += " or os_name == 'b'";
    const auto marker = Marker::parse(text);
    ASSERT_TRUE(marker);
    EXPECT_EQ(marker->to_string(), text);
}

}  // namespace
}  // namespace pep
