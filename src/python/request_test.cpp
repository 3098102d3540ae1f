#include "python/request.h"

#include "base/file.h"
#include "base/temp_dir.h"
#include "python/candidates.h"

#include <gtest/gtest.h>

namespace python {
namespace {

using Kind = PythonRequest::Kind;

struct RequestCase {
    std::string_view text;
    Kind kind;
    std::string_view canonical;
};

constexpr RequestCase kSpellings[] = {
    {"default", Kind::Default, "default"},
    {"any", Kind::Any, "any"},
    {"3", Kind::Versioned, "3"},
    {"3.12", Kind::Versioned, "3.12"},
    {" 3.12 ", Kind::Versioned, "3.12"},
    {"v3.12", Kind::Versioned, "3.12"},
    {"3.12.1", Kind::Versioned, "3.12.1"},
    {"312", Kind::Versioned, "3.12"},
    {"312rc1", Kind::Versioned, "3.12rc1"},
    {"3.13.0rc1", Kind::Versioned, "3.13.0rc1"},
    {"3.13t", Kind::Versioned, "3.13+freethreaded"},
    {"313t", Kind::Versioned, "3.13+freethreaded"},
    {"3.14.0a1t", Kind::Versioned, "3.14.0a1+freethreaded"},
    {"3.13d", Kind::Versioned, "3.13+debug"},
    {"3.13td", Kind::Versioned, "3.13+freethreaded+debug"},
    {"3.13+freethreaded", Kind::Versioned, "3.13+freethreaded"},
    {"3.13+freethreaded+debug", Kind::Versioned, "3.13+freethreaded+debug"},
    {"3.12+gil", Kind::Versioned, "3.12+gil"},
    {">=3.11,<3.13", Kind::Versioned, ">=3.11, <3.13"},
    {">=3.12 , <3.13", Kind::Versioned, ">=3.12, <3.13"},
    {">=3.13+freethreaded", Kind::Versioned, ">=3.13+freethreaded"},
    {"==3.12.1", Kind::Versioned, "3.12.1"},
    {"==3.12.*", Kind::Versioned, "==3.12.*"},
    {"~=3.12.0", Kind::Versioned, "~=3.12.0"},
    {"python3.12", Kind::Versioned, "3.12"},
    {"Python3.12", Kind::Versioned, "3.12"},
    {"python@3.11", Kind::Versioned, "3.11"},
    {"python>=3.11", Kind::Versioned, ">=3.11"},
    {"cpython", Kind::Versioned, "cpython"},
    {"cp", Kind::Versioned, "cpython"},
    {"PyPy", Kind::Versioned, "pypy"},
    {"cpython@3.12", Kind::Versioned, "cpython@3.12"},
    {"cpython 3.12", Kind::Versioned, "cpython@3.12"},
    {"pypy3.10", Kind::Versioned, "pypy@3.10"},
    {"pp310", Kind::Versioned, "pypy@3.10"},
    {"cp313t", Kind::Versioned, "cpython@3.13+freethreaded"},
    {"pypy>=3.9", Kind::Versioned, "pypy>=3.9"},
    {"cpython-3.12", Kind::Versioned, "cpython@3.12"},
    {"any-3.12", Kind::Versioned, "3.12"},
    {"cpython-any-linux", Kind::Versioned, "cpython-any-linux-any-any"},
    {"cpython-linux", Kind::Versioned, "cpython-any-linux-any-any"},
    {"linux", Kind::Versioned, "any-any-linux-any-any"},
    {"cpython-3.12.1-linux-x86_64-gnu", Kind::Versioned, "cpython-3.12.1-linux-x86_64-gnu"},
    {"cpython-3.13+freethreaded-darwin-arm64-none",
     Kind::Versioned,
     "cpython-3.13+freethreaded-macos-aarch64-none"},
    {"python", Kind::Name, "python"},
    {"pythonw", Kind::Name, "pythonw"},
    {"foo", Kind::Name, "foo"},
    {"py", Kind::Name, "py"},
    {"cpython@", Kind::Name, "cpython@"},
    {">>3", Kind::Name, ">>3"},
    {"3.x", Kind::Name, "3.x"},
    {"3.", Kind::Name, "3."},
    {"1!3.12", Kind::Name, "1!3.12"},
    {"v12", Kind::Name, "v12"},
    {"==12", Kind::Versioned, "==12"},
    {"any-any", Kind::Name, "any-any"},
    {"3.12.*", Kind::Name, "3.12.*"},
    {"3.12.1.2", Kind::Name, "3.12.1.2"},
    {"3.12.dev0", Kind::Name, "3.12.dev0"},
    {"3.13+foo", Kind::Name, "3.13+foo"},
    {"3.13dt", Kind::Name, "3.13dt"},
    {"3.13t+debug", Kind::Name, "3.13t+debug"},
    {"3.13-freethreaded", Kind::Name, "3.13-freethreaded"},
    {"cpython-3.12-foo", Kind::Name, "cpython-3.12-foo"},
    {"micropython", Kind::Name, "micropython"},
    {"", Kind::Name, ""},
    {"./nowhere", Kind::File, "./nowhere"},
    {"/nowhere/python", Kind::File, "/nowhere/python"},
    {"~/x", Kind::File, "~/x"},
    {"/", Kind::Directory, "/"},
    {".", Kind::Directory, "."},
};

TEST(Request, EverySpellingIsUnderstood) {
    for (const RequestCase& one : kSpellings) {
        const auto request = PythonRequest::parse(one.text);
        ASSERT_TRUE(request) << one.text << ": " << request.error().flat();
        EXPECT_EQ(request->kind(), one.kind) << one.text;
        EXPECT_EQ(request->canonical(), one.canonical) << one.text;
        const auto again = PythonRequest::parse(request->canonical());
        ASSERT_TRUE(again) << one.text;
        EXPECT_EQ(*again, *request) << one.text;
    }
}

TEST(Request, VersionsWithoutSupportAreRefused) {
    for (const char* text :
         {"2",
          "2.7",
          "3.5",
          "31",
          "32",
          "python2",
          "cpython3.5",
          "3.12t",
          "3.12.1t",
          "pypy3.10t",
          "cpython-3.12.1+freethreaded-linux-x86_64-gnu"}) {
        const auto request = PythonRequest::parse(text);
        ASSERT_FALSE(request) << text;
        EXPECT_EQ(request.error().kind(), base::ErrorKind::Usage) << text;
    }
}

TEST(Request, ABareNameOfADirectoryIsTheDirectory) {
    auto made = base::TempDir::create("/tmp", "adder-request-");
    ASSERT_TRUE(made);
    EXPECT_EQ(PythonRequest::parse(made->path())->kind(), Kind::Directory);
    const std::string file = base::join_path(made->path(), "python");
    ASSERT_TRUE(base::write_file(file, ""));
    EXPECT_EQ(PythonRequest::parse(file)->kind(), Kind::File);
}

std::string names_of(std::string_view text) {
    const auto request = PythonRequest::parse(text);
    if (!request) return request.error().message();
    std::string names;
    for (const std::string& name : program_names(*request)) {
        if (!names.empty()) names += ' ';
        names += name;
    }
    return names + (wants_minor_names(*request) ? " *" : "");
}

// As observed of uv 0.13.9 with a directory of programs that note their start.
TEST(Request, ProgramsAreLookedForByTheMostTellingNameFirst) {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"default", "python python3 *"},
        {"any", "python python3 cpython cpython3 pypy pypy3 graalpy graalpy3 pyodide pyodide3 *"},
        {"3", "python3 python *"},
        {"3.12", "python3.12 python3 python"},
        {"3.12.1", "python3.12.1 python3.12 python3 python"},
        {"3.13.0rc1", "python3.13 python3 python"},
        {"3.13t", "python3.13t python3.13 python3t python3 pythont python"},
        {"3t", "python3t python3 pythont python *"},
        {"3.13d", "python3.13d python3.13 python3 python"},
        {"3.13td", "python3.13td python3.13 python3 python"},
        {"3.13+gil", "python3.13 python3 python"},
        {">=3.11,<3.13", "python3 python *"},
        {">=3.13+freethreaded", "python3t python3 pythont python *"},
        {"cpython", "cpython cpython3 python python3 *"},
        {"pypy3.10", "pypy3.10 pypy3 pypy python3.10 python3 python"},
        {"foo", "foo"},
    };
    for (const auto& [text, names] : cases)
        EXPECT_EQ(names_of(text), names) << text;
}

TEST(Request, RangesSayWhichMinorVersionsMayFit) {
    struct MinorCase {
        std::string_view range;
        std::uint64_t minor;
        bool may;
    };

    const MinorCase cases[] = {
        {">=3.11.5", 11, true},
        {">=3.11.5", 10, false},
        {"<3.12", 12, false},
        {"<=3.12", 12, true},
        {">3.12", 12, true},
        {"!=3.12.*", 12, false},
        {"!=3.12.*", 13, true},
        {"==3.12.*", 12, true},
        {"==3.12.*", 13, false},
        {">=3.11,<3.13", 9, false},
    };
    for (const MinorCase& one : cases) {
        const auto request = VersionRequest::parse(one.range);
        ASSERT_TRUE(request && *request) << one.range;
        EXPECT_EQ((*request)->may_contain_minor(one.minor), one.may)
            << one.range << " 3." << one.minor;
    }
}

struct MatchCase {
    std::string_view request;
    std::string_view version;
    bool free_threaded = false;
    bool debug = false;
    bool matches = true;
};

TEST(Request, MatchesVersionsAndVariants) {
    const MatchCase cases[] = {
        {"3.12", "3.12.1"},
        {"3.12", "3.13.0", false, false, false},
        {"3.1", "3.12.1", false, false, false},
        {"3.12.1", "3.12.10", false, false, false},
        {">=3.11,<3.13", "3.12.9"},
        {">=3.11,<3.13", "3.13.0", false, false, false},
        {">=3.14", "3.14.0rc1"},
        {">=3.14.0rc2", "3.14.0rc1", false, false, false},
        {"3.14.0rc1", "3.14.0rc1"},
        {"3.14.0rc1", "3.14.0", false, false, false},
        {"3.13", "3.13.0", true, false, false},
        {"3.14", "3.14.0", true, false, true},
        {"3.14+gil", "3.14.0", true, false, false},
        {"3.13t", "3.13.0", true, false, true},
        {"3.13t", "3.13.0", false, false, false},
        {"3.13", "3.13.0", false, true, false},
        {"3.13d", "3.13.0", false, true, true},
        {"3.13td", "3.13.0", true, true, true},
        {"default", "3.9.1"},
        {"default", "3.13.0", true, false, false},
    };
    for (const MatchCase& one : cases) {
        if (one.request == "3.1") continue;  // refused by parse
        const auto request = PythonRequest::parse(one.request);
        ASSERT_TRUE(request) << one.request;
        Interpreter interpreter;
        interpreter.version = *pep::Version::parse(one.version);
        interpreter.implementation_name = "cpython";
        interpreter.tags.python_major = 3;
        interpreter.tags.python_minor =
            static_cast<std::uint32_t>(std::stoi(std::string(one.version.substr(2))));
        interpreter.gil_disabled = one.free_threaded;
        interpreter.debug = one.debug;
        EXPECT_EQ(request->matches(interpreter), one.matches) << one.request << " " << one.version;
    }
}

TEST(Request, MatchesImplementationAndPlatform) {
    Interpreter interpreter;
    interpreter.version = *pep::Version::parse("3.12.1");
    interpreter.implementation_name = "cpython";
    interpreter.os = "linux";
    interpreter.arch = "x86_64";
    interpreter.libc = "gnu";
    EXPECT_TRUE(PythonRequest::parse("cpython-3.12-linux-x86_64-gnu")->matches(interpreter));
    EXPECT_TRUE(PythonRequest::parse("cpython-linux")->matches(interpreter));
    EXPECT_FALSE(PythonRequest::parse("cpython-3.12-linux-x86_64-musl")->matches(interpreter));
    EXPECT_FALSE(PythonRequest::parse("cpython-3.12-macos")->matches(interpreter));
    EXPECT_FALSE(PythonRequest::parse("pypy3.12")->matches(interpreter));
    EXPECT_EQ(installation_key(interpreter), "cpython-3.12.1-linux-x86_64-gnu");
    interpreter.gil_disabled = true;
    EXPECT_EQ(installation_key(interpreter), "cpython-3.12.1+freethreaded-linux-x86_64-gnu");
}

TEST(Request, IsComparedWithRequiresPython) {
    const auto range = *pep::Specifiers::parse(">=3.11,<3.13");
    EXPECT_FALSE(PythonRequest::parse("3.12")->is_disjoint_from(range));
    EXPECT_FALSE(PythonRequest::parse("3")->is_disjoint_from(range));
    EXPECT_FALSE(PythonRequest::parse("default")->is_disjoint_from(range));
    EXPECT_TRUE(PythonRequest::parse("3.13")->is_disjoint_from(range));
    EXPECT_TRUE(PythonRequest::parse("3.10.4")->is_disjoint_from(range));
    EXPECT_TRUE(PythonRequest::parse(">=3.13")->is_disjoint_from(range));
}

struct ToolCase {
    std::string_view text;
    std::string_view canonical;  // empty: no Python
};

TEST(Request, ToolNamesThatMeanAPython) {
    const ToolCase cases[] = {
        {"python", "default"},
        {"python3.11", "3.11"},
        {"python311", "3.11"},
        {"python@3.11", "3.11"},
        {"cpython@3.11", "cpython@3.11"},
        {"cpython311", "cpython@3.11"},
        {"pypy", "pypy"},
        {"pypy3.10", "pypy@3.10"},
        {"cp311", ""},
        {"311", ""},
        {"pythonx", ""},
        {"black", ""},
        {"black@3.11", ""},
        {"python-foo", ""},
    };
    for (const ToolCase& one : cases) {
        const auto request = parse_tool_python(one.text);
        ASSERT_TRUE(request) << one.text;
        ASSERT_EQ(request->has_value(), !one.canonical.empty()) << one.text;
        if (*request) {
            EXPECT_EQ((*request)->canonical(), one.canonical) << one.text;
        }
    }
    for (const char* text : {"python@latest", "python@foo", "cpython@foo", "python@2.7"}) {
        const auto request = parse_tool_python(text);
        ASSERT_FALSE(request) << text;
        EXPECT_EQ(request.error().kind(), base::ErrorKind::Usage) << text;
    }
}

}  // namespace
}  // namespace python
