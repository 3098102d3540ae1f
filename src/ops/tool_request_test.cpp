#include "ops/tool_request.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace ops {
namespace {

struct Case {
    const char* command;
    const char* from;         // nullptr: none
    const char* requirement;  // nullptr: a Python
    const char* executable;
    ToolVersion version = ToolVersion::Any;
};

class Request : public testing::TestWithParam<Case> {};

TEST_P(Request, IsRead) {
    const Case& one = GetParam();
    const auto from = one.from == nullptr ? std::nullopt : std::optional<std::string>(one.from);
    const auto request = parse_tool_request({one.command, from, "uvx"}, "/work");
    ASSERT_TRUE(request) << request.error().flat();
    EXPECT_EQ(request->requirement.has_value(), one.requirement != nullptr);
    EXPECT_EQ(request->python.has_value(), one.requirement == nullptr);
    EXPECT_EQ(
        request->requirement.transform(&pep::Requirement::to_string),
        one.requirement == nullptr ? std::nullopt : std::optional<std::string>(one.requirement)
    );
    EXPECT_EQ(request->executable, one.executable);
    EXPECT_EQ(request->version, one.version);
}

INSTANTIATE_TEST_SUITE_P(
    Words,
    Request,
    testing::Values(
        Case{"ruff", nullptr, "ruff", "ruff"},
        Case{"Ruff_X", nullptr, "ruff-x", "Ruff_X"},
        Case{"ruff@0.6.0", nullptr, "ruff==0.6.0", "ruff"},
        Case{"ruff@latest", nullptr, "ruff", "ruff", ToolVersion::Latest},
        Case{"black[d]@24.1", nullptr, "black[d]==24.1", "black"},
        Case{"ruff>=0.3", nullptr, "ruff>=0.3", "ruff"},
        Case{"blackd", "black[d]", "black[d]", "blackd"},
        Case{"ruff@1", "ruff@latest", "ruff", "ruff@1", ToolVersion::Latest},
        Case{"python3.11", nullptr, nullptr, "python"},
        Case{"x", "python3.11", nullptr, "x"},
        Case{"cp311", nullptr, "cp311", "cp311"},
        Case{"tool.py==1", nullptr, "tool-py==1", "tool.py"},
        Case{"tool.py@1.0", nullptr, "tool-py==1.0", "tool.py"}
    )
);

struct Refusal {
    const char* command;
    const char* from;
    const char* message;
    const char* hint;
};

TEST(Request, RefusesScripts) {
    const base::TempDir directory = *base::TempDir::create("/tmp", "tool-request-");
    const std::string script = base::join_path(directory.path(), "s.py");
    ASSERT_TRUE(base::write_file(script, ""));
    const std::string use = "Use `uv run " + script + "` instead";
    const Refusal cases[] = {
        {script.c_str(), nullptr, "which is not supported by `uvx`", use.c_str()},
        {"no_such.py", nullptr, "there is no such file", "`uvx --from no-such-py no_such.py`"},
        {"no_such.pyw", nullptr, "there is no such file", "`uvx --from no-such-pyw no_such.pyw`"},
        {"x", script.c_str(), "`--from` takes a package", "--from"},
        {"x", "no_such.py", "`--from` takes a package", "`uvx --from no-such-py x`"},
    };
    for (const Refusal& one : cases) {
        const auto from = one.from == nullptr ? std::nullopt : std::optional<std::string>(one.from);
        const auto request = parse_tool_request({one.command, from, "uvx"}, "/work");
        ASSERT_FALSE(request) << one.command;
        EXPECT_EQ(request.error().kind(), base::ErrorKind::Usage);
        EXPECT_NE(request.error().message().find(one.message), std::string::npos)
            << request.error().message();
        ASSERT_EQ(request.error().hints().size(), 1U);
        EXPECT_NE(request.error().hints().front().find(one.hint), std::string::npos)
            << request.error().hints().front();
    }
}

TEST(ScriptRunner, IsOfTheSameProgram) {
    EXPECT_EQ(script_runner("uvx"), "uv run");
    EXPECT_EQ(script_runner("adderx"), "adder run");
    EXPECT_EQ(script_runner("adder tool run"), "adder run");
    EXPECT_EQ(script_runner("uv tool run"), "uv run");
}

}  // namespace
}  // namespace ops
