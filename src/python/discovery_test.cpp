#include "python/discovery.h"

#include "python/fake_python_test.h"

#include <unistd.h>

namespace python {
namespace {

class DiscoveryTest : public FakePythonTest {
  protected:
    void make_environment(const std::string& root, const std::string& base) {
        ASSERT_TRUE(base::make_directories(path(root + "/bin")));
        const std::string target = path(base);
        ASSERT_TRUE(base::make_symlink(target, path(root + "/bin/python")));
        ASSERT_TRUE(base::write_file(
            path(root + "/pyvenv.cfg"), fmt::format("home = {}\n", base::parent_path(target))
        ));
        settle(path(root + "/bin"));
        settle(path(root));
        settle(path(root + "/pyvenv.cfg"));
    }

    std::string listed(std::string_view text = "default") {
        const auto listing = list_interpreters(request(text), options_);
        if (!listing) return "error: " + listing.error().flat();
        std::string lines;
        for (const Found& one : listing->found) {
            lines += installation_key(one.interpreter) + " " + below(one.path);
            if (one.symlink) lines += " -> " + *one.symlink;
            lines += '\n';
        }
        for (const Rejected& one : listing->rejected)
            lines += "rejected " + below(one.path) + '\n';
        return lines;
    }
};

TEST_F(DiscoveryTest, TheFirstProgramOnThePathThatFitsIsTaken) {
    add_python("a/python3", {.version = "3.10.1"});
    add_python("b/python3", {.version = "3.12.1"});
    add_python("b/python3.12", {.version = "3.12.1"});
    add_python("c/python3.9", {.version = "3.9.1"});
    search_in({"none", "a", "b", "c"});
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(found("3.12"), "b/python3.12");
    EXPECT_EQ(found(">=3.11"), "b/python3");
    EXPECT_EQ(found("<3.10"), "c/python3.9");
    EXPECT_EQ(found("python3.9"), "c/python3.9");
    EXPECT_EQ(found("cpython@3.10"), "a/python3");
    EXPECT_EQ(
        found("3.13"),
        "error: no interpreter found for Python 3.13 in managed installations or search path"
    );
    EXPECT_EQ(found("foo"), "error: no interpreter found for executable name `foo` in search path");
}

TEST_F(DiscoveryTest, EachInterpreterIsRunOnce) {
    add_python("a/python3", {.version = "3.10.1"});
    add_python("b/python3", {.version = "3.12.1"});
    search_in({"a", "b"});
    EXPECT_EQ(found("3.12"), "b/python3");
    EXPECT_EQ(found("3.12"), "b/python3");
    EXPECT_EQ(found("3.10"), "a/python3");
    EXPECT_EQ(starts(), (std::vector<std::string>{"a/python3", "b/python3"}));
}

TEST_F(DiscoveryTest, BrokenProgramsAreRunOnceToo) {
    for (int minor = 7; minor < 14; ++minor) {
        add_script(fmt::format("broken/python3.{}", minor), "echo no >&2; exit 127");
    }
    add_python("a/python3", {.version = "3.11.7"});
    search_in({"broken", "a"});
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 8U);
    EXPECT_TRUE(recall_interpreter(request("default"), options_));
    EXPECT_EQ(found("3.11"), "a/python3");
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 8U);
}

TEST_F(DiscoveryTest, WhoWasKilledIsAskedAgain) {
    add_script("a/python3", "kill -9 $$");
    add_python("b/python3", {.version = "3.11.7"});
    search_in({"a", "b"});
    EXPECT_EQ(found(), "b/python3");
    const std::vector<std::string> each = {"a/python3", "a/python3", "b/python3"};
    EXPECT_EQ(starts(), each) << "twice at once";
    EXPECT_FALSE(recall_interpreter(request("default"), options_)) << "where that led";
    EXPECT_EQ(found(), "b/python3");
    EXPECT_EQ(starts().size(), 5U) << "and twice more";
    EXPECT_TRUE(found(path("a/python3")).contains("was killed")) << found(path("a/python3"));
}

TEST_F(DiscoveryTest, AChangedProgramIsRunAgain) {
    add_script("a/python3", "exit 1");
    search_in({"a"});
    EXPECT_TRUE(found().starts_with("error: no interpreter found in managed installations or"));
    add_python("a/python3");
    EXPECT_EQ(found(), "a/python3");
    add_python("a/python3", {.version = "3.12.1"});
    EXPECT_EQ(found("3.12"), "a/python3");
    EXPECT_EQ(starts().size(), 3U);
}

TEST_F(DiscoveryTest, RenewedMemoryRunsEverythingAgain) {
    add_python("a/python3");
    search_in({"a"});
    EXPECT_EQ(found(), "a/python3");
    options_.memory = MemoryUse::Renew;
    EXPECT_FALSE(recall_interpreter(request("default"), options_));
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(DiscoveryTest, WithoutADirectoryNothingIsRemembered) {
    add_python("a/python3");
    search_in({"a"});
    options_.facts_directory.clear();
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 2U);
    EXPECT_FALSE(recall_interpreter(request("default"), options_));
}

TEST_F(DiscoveryTest, ADamagedMemoryIsNoMemory) {
    add_python("a/python3");
    search_in({"a"});
    EXPECT_EQ(found(), "a/python3");
    const auto records = base::list_directory(path("facts"));
    ASSERT_TRUE(records);
    for (const base::DirectoryEntry& entry : *records) {
        const std::string file = base::join_path(path("facts"), entry.name);
        std::string bytes = *base::read_file(file);
        bytes[bytes.size() / 2] ^= 1;
        ASSERT_TRUE(base::write_file(file, bytes));
    }
    EXPECT_FALSE(recall_interpreter(request("default"), options_));
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(DiscoveryTest, AScriptIsAskedAgainWhereItMayChooseAnother) {
    add_python("a/python3");
    search_in({"a"});
    EXPECT_EQ(found(), "a/python3");
    options_.working_directory = path("home");
    EXPECT_EQ(found(), "a/python3");
    EXPECT_EQ(starts().size(), 1U) << "nothing that decides differs there";
    ASSERT_TRUE(base::write_file(path("home/.tool-versions"), "python 3.12\n"));
    EXPECT_EQ(found("3.11"), "a/python3");
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(DiscoveryTest, AProgramThatHangsIsGivenUpAndRemembered) {
    add_script("a/python3", "exec sleep 60");
    add_python("b/python3");
    search_in({"a", "b"});
    options_.probe_timeout_ms = 50;
    EXPECT_EQ(found(), "b/python3");
    EXPECT_EQ(found("3.11"), "b/python3");
    EXPECT_EQ(starts().size(), 2U);
}

TEST_F(DiscoveryTest, WhatSaysItIsTooOldIsNamedSo) {
    add_script("a/python", "echo 'Unknown option: -I' >&2; exit 2");
    search_in({"a"});
    EXPECT_TRUE(found().contains("older than Python 3.6")) << found();
    EXPECT_TRUE(found(path("a/python")).contains("older than Python 3.6"));
}

TEST_F(DiscoveryTest, UnusualBuildsMustBeAskedFor) {
    add_python("a/python3", {.version = "3.13.0", .free_threaded = true});
    add_python("b/python3", {.version = "3.12.0", .debug = true});
    add_python("c/python3", {.version = "3.10.2", .implementation = "pypy", .title = "PyPy"});
    add_python("d/python3", {.version = "3.11.7"});
    search_in({"a", "b", "c", "d"});
    EXPECT_EQ(found(), "d/python3");
    EXPECT_EQ(found("3.13t"), "a/python3");
    EXPECT_EQ(found("3.12d"), "b/python3");
    EXPECT_EQ(found("pypy"), "c/python3");
    EXPECT_EQ(found("any"), "a/python3");
    EXPECT_TRUE(found("3.10").starts_with("error"));
    EXPECT_TRUE(found("3.13").starts_with("error"));
    EXPECT_EQ(found(path("c/python3")), "c/python3");
}

TEST_F(DiscoveryTest, APreReleaseIsTheLastChoice) {
    add_python("a/python3", {.version = "3.14.0rc1"});
    add_python("b/python3", {.version = "3.11.7"});
    search_in({"a", "b"});
    EXPECT_EQ(found(), "b/python3");
    EXPECT_EQ(found(">=3.11"), "b/python3");
    EXPECT_EQ(found("3.14"), "a/python3");
    EXPECT_EQ(found("3.14.0rc1"), "a/python3");
    EXPECT_EQ(found(">=3.14.0rc1"), "a/python3");
}

TEST_F(DiscoveryTest, FreeThreadingIsTheLastChoiceWhereItIsStable) {
    add_python("a/python3", {.version = "3.14.1", .free_threaded = true});
    search_in({"a"});
    EXPECT_EQ(found(), "a/python3");
    add_python("b/python3", {.version = "3.14.0"});
    search_in({"a", "b"});
    EXPECT_EQ(found("3.14"), "b/python3");
}

TEST_F(DiscoveryTest, EnvironmentsComeFirst) {
    add_python("a/python3", {.version = "3.10.1"});
    add_python("b/python3", {.version = "3.12.1"});
    search_in({"a"});
    options_.environments = EnvironmentUse::Prefer;
    make_environment(".venv", "b/python3");
    EXPECT_EQ(found(), ".venv/bin/python") << "above the working directory";
    make_environment("active", "a/python3");
    options_.virtual_env = path("active");
    EXPECT_EQ(found(), "active/bin/python");
    EXPECT_EQ(found("3.12"), ".venv/bin/python");
    options_.virtual_env = path("a");
    EXPECT_EQ(found(), ".venv/bin/python") << "VIRTUAL_ENV without pyvenv.cfg";
    options_.environments = EnvironmentUse::Ignore;
    EXPECT_EQ(found(), "a/python3");
    options_.environments = EnvironmentUse::Only;
    EXPECT_TRUE(found("3.10").starts_with("error"));
    EXPECT_EQ(starts(), (std::vector<std::string>{"b/python3", "a/python3"}))
        << "facts of environments follow from their base's";
}

TEST_F(DiscoveryTest, AnEnvironmentOnThePathIsOneToo) {
    add_python("a/python3", {.version = "3.10.1"});
    make_environment("env", "a/python3");
    search_in({"env/bin", "a"});
    EXPECT_EQ(found(), "a/python3");
    options_.environments = EnvironmentUse::Prefer;
    EXPECT_EQ(found(), "env/bin/python");
    options_.environments = EnvironmentUse::ExplicitSystem;
    EXPECT_EQ(found(), "env/bin/python");
    EXPECT_EQ(found(path("a/python3")), "a/python3");
}

TEST_F(DiscoveryTest, AnEnvironmentsFactsPointIntoIt) {
    add_python("a/python3", {.version = "3.10.1"});
    make_environment("env", "a/python3");
    const auto interpreter = environment_interpreter(path("env"), options_);
    ASSERT_TRUE(interpreter) << interpreter.error().flat();
    EXPECT_EQ(interpreter->executable, path("env/bin/python"));
    EXPECT_EQ(interpreter->base_executable, path("a/python3"));
    EXPECT_EQ(interpreter->prefix, path("env"));
    EXPECT_EQ(interpreter->base_prefix, "/opt/fake");
    EXPECT_TRUE(interpreter->is_virtual());
    EXPECT_EQ(interpreter->paths.purelib, path("env/lib/python3.10/site-packages"));
    EXPECT_EQ(interpreter->paths.scripts, path("env/bin"));
    EXPECT_FALSE(environment_interpreter(path("a"), options_));
}

TEST_F(DiscoveryTest, ABrokenEnvironmentIsAnErrorOnlyWhenActive) {
    add_python("a/python3");
    search_in({"a"});
    options_.environments = EnvironmentUse::Prefer;
    make_environment("work/.venv", "gone/python3");
    EXPECT_EQ(found(), "a/python3");
    options_.virtual_env = path("work/.venv");
    EXPECT_TRUE(found().contains("is a link to a Python that is gone")) << found();
}

TEST_F(DiscoveryTest, ADotVenvFilePointsToAnEnvironment) {
    add_python("a/python3");
    make_environment("elsewhere", "a/python3");
    ASSERT_TRUE(base::write_file(path("work/.venv"), "../elsewhere\n"));
    options_.environments = EnvironmentUse::Prefer;
    EXPECT_EQ(found(), "work/../elsewhere/bin/python");
}

TEST_F(DiscoveryTest, CondaEnvironmentsAreEnvironmentsAndItsBaseIsNot) {
    add_python("conda/bin/python", {.version = "3.9.1"});
    add_python("a/python3");
    search_in({"a"});
    options_.conda_prefix = path("conda");
    EXPECT_EQ(found(), "a/python3");
    options_.environments = EnvironmentUse::Prefer;
    EXPECT_EQ(found(), "conda/bin/python");
    options_.environments = EnvironmentUse::Ignore;
    options_.conda_default_env = "base";
    EXPECT_EQ(found(), "conda/bin/python");
}

TEST_F(DiscoveryTest, ManagedPythonsAreTakenByPreference) {
    const std::string old = "managed/cpython-3.9.18-linux-x86_64-gnu";
    const std::string recent = "managed/cpython-3.12.1-linux-x86_64-gnu";
    add_python(
        old + "/bin/python3.9", {.version = "3.9.18", .prefix = path(old), .base_prefix = path(old)}
    );
    add_python(
        recent + "/bin/python3.12",
        {.version = "3.12.1", .prefix = path(recent), .base_prefix = path(recent)}
    );
    ASSERT_TRUE(base::make_symlink(path(recent), path("managed/cpython-3.12-linux-x86_64-gnu")));
    ASSERT_TRUE(base::make_directories(path("managed/.temp")));
    add_python("a/python3", {.version = "3.10.1"});
    search_in({"a", old + "/bin"});
    EXPECT_EQ(found(), recent + "/bin/python3.12");
    EXPECT_EQ(found("3.9"), old + "/bin/python3.9");
    options_.preference = PythonPreference::System;
    EXPECT_EQ(found(), "a/python3");
    options_.preference = PythonPreference::OnlyManaged;
    EXPECT_TRUE(found("3.10").starts_with("error"));
    EXPECT_EQ(found(), recent + "/bin/python3.12");
    options_.preference = PythonPreference::OnlySystem;
    EXPECT_EQ(found(), "a/python3");
    EXPECT_TRUE(found("3.9").starts_with("error")) << "managed, though on PATH";
}

TEST_F(DiscoveryTest, ExplicitPathsAreLookedAtAlone) {
    add_python("a/bin/python", {.version = "3.10.1"});
    add_script("b/bin/python3", "exit 3");
    search_in({"a/bin"});
    EXPECT_EQ(found(path("a")), "a/bin/python");
    EXPECT_EQ(found(path("a/bin/python")), "a/bin/python");
    EXPECT_TRUE(found(path("a/bin")).contains("no interpreter found in directory"));
    EXPECT_TRUE(found(path("b")).contains("ended with status 3")) << found(path("b"));
    EXPECT_TRUE(found(path("c/python")).contains("no interpreter found at path"));
}

TEST_F(DiscoveryTest, TheSearchPathReplacesPath) {
    add_python("a/python3", {.version = "3.10.1"});
    add_python("b/python3", {.version = "3.12.1"});
    search_in({"a"});
    options_.search_path = path("b");
    EXPECT_EQ(found(), "b/python3");
}

TEST_F(DiscoveryTest, AListShowsEveryPathNewestVersionFirst) {
    add_python("a/python3", {.version = "3.10.1"});
    add_python("b/python3.12", {.version = "3.12.1"});
    add_script("b/python3", "exit 1");
    add_python("c/python3", {.version = "3.10.1"});
    ASSERT_TRUE(base::make_symlink(path("c"), path("same")));
    search_in({"c", "same", "b", "a"});
    EXPECT_EQ(
        listed(),
        "cpython-3.12.1-linux-x86_64-gnu b/python3.12\n"
        "cpython-3.10.1-linux-x86_64-gnu c/python3\n"
        "cpython-3.10.1-linux-x86_64-gnu a/python3\n"
        "rejected b/python3\n"
    );
    EXPECT_EQ(listed("3.10").substr(0, 41), "cpython-3.10.1-linux-x86_64-gnu c/python3");
    EXPECT_EQ(listed("pypy"), "rejected b/python3\n");
}

TEST_F(DiscoveryTest, PyenvShimsAreResolvedWithoutRunningThem) {
    options_.pyenv_root = path("pyenv");
    for (const char* name : {"python", "python3", "python3.9", "python3.12"}) {
        add_script(fmt::format("pyenv/shims/{}", name), "exit 127");
    }
    add_python("pyenv/versions/3.9.18/bin/python", {.version = "3.9.18"});
    add_python("pyenv/versions/3.9.18/bin/python3.9", {.version = "3.9.18"});
    add_python("pyenv/versions/3.12.1/bin/python", {.version = "3.12.1"});
    add_python("pyenv/versions/3.12.0/bin/python", {.version = "3.12.0"});
    ASSERT_TRUE(base::write_file(path("pyenv/version"), "3.9.18\n"));
    search_in({"pyenv/shims"});
    const auto executable = [&] {
        const auto answer = find_interpreter({}, options_);
        return answer ? below(answer->executable) : "error: " + answer.error().flat();
    };
    EXPECT_EQ(executable(), "pyenv/versions/3.9.18/bin/python");
    ASSERT_TRUE(base::write_file(path("work/.python-version"), "# mine\n3.12\n"));
    EXPECT_EQ(executable(), "pyenv/versions/3.12.1/bin/python") << "newest of the series";
    options_.pyenv_version = "3.12.0";
    EXPECT_EQ(executable(), "pyenv/versions/3.12.0/bin/python");
    options_.pyenv_version = "nowhere:3.9.18";
    EXPECT_EQ(executable(), "pyenv/versions/3.9.18/bin/python");
    add_python("outside/bin/python");
    options_.pyenv_version = "../../outside";
    EXPECT_TRUE(executable().starts_with("error"));
    options_.pyenv_version = "system";
    add_python("a/python3", {.version = "3.10.1"});
    search_in({"pyenv/shims", "a"});
    EXPECT_EQ(executable(), "a/python3");
    for (const std::string& start : starts())
        EXPECT_FALSE(start.contains("shims")) << start;
}

// --- recall ----------------------------------------------------------------------------------

TEST_F(DiscoveryTest, ARecalledAnswerIsTheAnswer) {
    add_python("a/python3");
    search_in({"none", "a"});
    EXPECT_FALSE(recall_interpreter({}, options_));
    const auto answer = find_interpreter({}, options_);
    ASSERT_TRUE(answer);
    const auto recalled = recall_interpreter({}, options_);
    ASSERT_TRUE(recalled);
    EXPECT_EQ(*recalled, *answer);
    EXPECT_FALSE(recall_interpreter(request("3.11"), options_)) << "another question";
    options_.preference = PythonPreference::System;
    EXPECT_FALSE(recall_interpreter({}, options_)) << "other options";
}

TEST_F(DiscoveryTest, AnAnswerIsRecalledInOtherDirectoriesWhereTheyDoNotMatter) {
    if (!base::is_executable_file("/usr/bin/python3")) GTEST_SKIP() << "no /usr/bin/python3";
    options_.path = "/usr/bin";
    ASSERT_TRUE(find_interpreter({}, options_));
    ASSERT_TRUE(recall_interpreter({}, options_));
    options_.working_directory = path("home");
    EXPECT_TRUE(recall_interpreter({}, options_));
    options_.environments = EnvironmentUse::Prefer;
    ASSERT_TRUE(find_interpreter({}, options_));
    ASSERT_TRUE(recall_interpreter({}, options_));
    options_.working_directory = path("work");
    EXPECT_FALSE(recall_interpreter({}, options_)) << "there may be a .venv";
}

TEST_F(DiscoveryTest, AScriptsAnswerIsRecalledWhereItWasGiven) {
    add_python("a/python3");
    search_in({"a"});
    ASSERT_TRUE(find_interpreter({}, options_));
    ASSERT_TRUE(recall_interpreter({}, options_));
    options_.working_directory = path("home");
    EXPECT_FALSE(recall_interpreter({}, options_));
}

struct Change {
    std::string_view name;
    std::function<void()> make;
};

TEST_F(DiscoveryTest, WhateverCouldChangeTheAnswerEndsTheMemory) {
    options_.environments = EnvironmentUse::Prefer;
    const Change changes[] = {
        {"a program earlier on PATH", [&] { add_python("none/python3"); }},
        {"a broken program repaired", [&] { add_python("broken/python3.9", {.version = "3.9.1"}); }
        },
        {"the answer replaced", [&] { add_python("a/python3", {.version = "3.11.8"}); }},
        {"the answer removed", [&] { ASSERT_TRUE(base::remove_file(path("a/python3"))); }},
        {"an environment made", [&] { make_environment("work/.venv", "a/python3"); }},
        {"a managed Python installed",
         [&] { add_python("managed/cpython-3.9.18-linux-x86_64-gnu/bin/python3.9"); }},
        {"a directory of PATH made", [&] { add_python("later/python3"); }},
    };
    for (const Change& change : changes) {
        for (const char* name : {"none", "broken", "a", "later", "managed", "work/.venv"}) {
            ASSERT_TRUE(base::remove_tree(path(name)));
        }
        ASSERT_TRUE(base::make_directories(path("managed")));
        add_script("broken/python3.9", "exit 1");
        add_python("a/python3");
        search_in({"none", "broken", "a"});
        options_.path = path("later") + ":" + options_.path;
        settle(path("managed"));
        ASSERT_TRUE(find_interpreter({}, options_)) << change.name;
        ASSERT_TRUE(recall_interpreter({}, options_)) << change.name;
        change.make();
        EXPECT_FALSE(recall_interpreter({}, options_)) << change.name;
    }
}

}  // namespace
}  // namespace python
