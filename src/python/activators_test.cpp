#include "python/activators.h"

#include "base/process.h"
#include "python/fake_python_test.h"

namespace python {
namespace {

struct Shell {
    std::string_view name;
    std::string_view script;  // which activator
    std::string_view source;  // the command that reads it
};

constexpr Shell kBash = {"bash", "activate", "."};
constexpr Shell kFish = {"fish", "activate.fish", "source"};
constexpr Shell kShells[] = {
    kBash,
    {"zsh", "activate", "."},
    {"dash", "activate", "."},
    {"ksh", "activate", "."},
    kFish,
    {"tcsh", "activate.csh", "source"},
};

// What programs see, as "VIRTUAL_ENV|VIRTUAL_ENV_PROMPT|PYTHONHOME".
constexpr std::string_view kShow =
    "sh -c 'printf \"%s|%s|%s\\n\" \"${VIRTUAL_ENV-}\" \"${VIRTUAL_ENV_PROMPT-}\" "
    "\"${PYTHONHOME-}\"'"
    "\n";

class ActivatorsTest : public FakePythonTest {
  protected:
    static std::optional<std::string> program_of(std::string_view shell) {
        return base::find_program(std::string(shell), "/usr/local/bin:/usr/bin:/bin");
    }

    void write_scripts(const ActivatorValues& values, std::string_view directory) {
        ASSERT_TRUE(base::make_directories(path(directory)));
        for (const ActivatorFile& file : activators(values)) {
            const std::string name = base::join_path(path(directory), file.name);
            ASSERT_TRUE(base::write_file(name, file.text));
        }
        const std::string program = base::join_path(path(directory), "inside");
        ASSERT_TRUE(base::write_file(program, "#!/bin/sh\necho inside\n"));
        ASSERT_EQ(::chmod(program.c_str(), 0755), 0);
    }

    static std::string quoted(const Shell& shell, std::string text) {
        const bool is_csh = shell.name == "tcsh";
        text = shell.name == "fish" ? base::replace_all(text, "'", "\\'")
                                    : base::replace_all(text, "'", "'\\''");
        return "'" + (is_csh ? base::replace_all(text, "!", "\\!") : text) + "'";
    }

    // What the shell prints for the commands; on an error what it complained about, too.
    std::string run(const Shell& shell, const std::string& commands) {
        base::ProcessRequest request;
        request.program = *program_of(shell.name);
        // tcsh reads start-up files even for scripts.
        if (shell.name == "tcsh") request.arguments = {"-f"};
        if (shell.name == "zsh") request.arguments = {"-f"};
        if (shell.name == "fish") request.arguments = {"--no-config"};
        request.arguments.emplace_back("-c");
        request.arguments.push_back(commands);
        base::Environment environment;
        environment.set("PATH", "/usr/bin:/bin");
        environment.set("HOME", path("home"));
        environment.set("PYTHONHOME", "/old/home");
        request.environment = environment;
        const auto output = base::run_process(request);
        return output ? output->output + output->error : output.error().flat();
    }

    std::string activate(const Shell& shell, std::string_view directory) {
        const std::string script = base::join_path(path(directory), shell.script);
        return fmt::format("{} {}\n", shell.source, quoted(shell, script));
    }
};

TEST_F(ActivatorsTest, EveryShellEntersAndLeaves) {
    write_scripts({.root = path("env"), .prompt = "named", .site_packages = "../lib"}, "env/bin");
    for (const Shell& shell : kShells) {
        SCOPED_TRACE(shell.name);
        if (!program_of(shell.name)) {
            std::printf("%s is not installed: not tried\n", std::string(shell.name).c_str());
            continue;
        }
        EXPECT_EQ(
            run(shell,
                fmt::format(
                    "{}{}inside\ndeactivate\n{}echo \"$PATH\"",
                    activate(shell, "env/bin"),
                    kShow,
                    kShow
                )),
            fmt::format("{}|named|\ninside\n||/old/home\n/usr/bin:/bin\n", path("env"))
        );
    }
}

TEST_F(ActivatorsTest, OneEnvironmentFollowsAnother) {
    write_scripts({.root = path("one"), .prompt = "first", .site_packages = ""}, "one/bin");
    write_scripts({.root = path("two"), .prompt = "", .site_packages = ""}, "two/bin");
    for (const Shell& shell : kShells) {
        SCOPED_TRACE(shell.name);
        if (!program_of(shell.name)) continue;
        EXPECT_EQ(
            run(shell,
                fmt::format(
                    "{}{}{}deactivate\n{}echo \"$PATH\"",
                    activate(shell, "one/bin"),
                    activate(shell, "two/bin"),
                    kShow,
                    kShow
                )),
            fmt::format("{}|two|\n||/old/home\n/usr/bin:/bin\n", path("two"))
        );
    }
}

TEST_F(ActivatorsTest, AwkwardNamesAreQuoted) {
    const std::string name = "a 'b' \"c\" $d `e` \\f !g @PROMPT@ {}";
    for (const Shell& shell : kShells) {
        SCOPED_TRACE(shell.name);
        if (!program_of(shell.name)) continue;
        write_scripts(
            {.root = path(name), .prompt = "p " + name, .site_packages = ""}, name + "/bin"
        );
        EXPECT_EQ(
            run(shell, fmt::format("{}{}inside", activate(shell, name + "/bin"), kShow)),
            fmt::format("{}|p {}|\ninside\n", path(name), name)
        );
    }
}

TEST_F(ActivatorsTest, RelocatableScriptsFindThemselves) {
    const ActivatorValues values{
        .root = "/not/here",
        .prompt = "",
        .site_packages = "",
        .portability = Portability::Relocatable
    };
    write_scripts(values, "some where/bin");
    EXPECT_FALSE(base::exists(path("some where/bin/activate.csh")));
    for (const Shell& shell : kShells) {
        SCOPED_TRACE(shell.name);
        // dash does not tell a sourced script its name.
        const bool cannot = shell.name == "dash" || shell.name == "tcsh";
        if (cannot || !program_of(shell.name)) continue;
        EXPECT_EQ(
            run(shell, fmt::format("{}{}inside", activate(shell, "some where/bin"), kShow)),
            fmt::format("{}|some where|\ninside\n", path("some where"))
        );
    }
}

TEST_F(ActivatorsTest, PromptsChangeAndComeBack) {
    write_scripts({.root = path("env"), .prompt = "named", .site_packages = ""}, "env/bin");
    if (!program_of("bash")) GTEST_SKIP() << "no bash";
    const std::string show = "echo \"[$PS1]\"\n";
    EXPECT_EQ(
        run(kBash, "PS1='$ '\n" + activate(kBash, "env/bin") + show + "deactivate\n" + show),
        "[(named) $ ]\n[$ ]\n"
    );
    EXPECT_EQ(
        run(kBash, "PS1='$ '; VIRTUAL_ENV_DISABLE_PROMPT=1\n" + activate(kBash, "env/bin") + show),
        "[$ ]\n"
    );
    if (!program_of("fish")) return;
    EXPECT_EQ(
        run(kFish,
            "function fish_prompt; echo \"<$status>\"; end\n" + activate(kFish, "env/bin") +
                "false\nfish_prompt\ndeactivate\nfish_prompt\n"),
        "(named) <1>\n<0>\n"
    );
}

TEST_F(ActivatorsTest, StrictShellsAreServedToo) {
    write_scripts({.root = path("env"), .prompt = "", .site_packages = ""}, "env/bin");
    for (const Shell& shell : kShells) {
        const bool is_posix = shell.script == "activate";
        if (!is_posix || !program_of(shell.name)) continue;
        EXPECT_EQ(
            run(shell, "set -eu\n" + activate(shell, "env/bin") + "inside\ndeactivate\necho left"),
            "inside\nleft\n"
        ) << shell.name;
    }
}

TEST_F(ActivatorsTest, RunningTheScriptInsteadOfSourcingItIsExplained) {
    write_scripts({.root = path("env"), .prompt = "", .site_packages = ""}, "env/bin");
    if (!program_of("bash")) GTEST_SKIP() << "no bash";
    base::ProcessRequest request;
    request.program = *program_of("bash");
    request.arguments = {path("env/bin/activate")};
    const auto output = base::run_process(request);
    ASSERT_TRUE(output);
    EXPECT_EQ(output->exit_code, 33);
    EXPECT_TRUE(output->error.contains("sourced")) << output->error;
}

}  // namespace
}  // namespace python
