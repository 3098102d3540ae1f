#include "install/script.h"

#include "base/file.h"
#include "base/process.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace install {
namespace {

TargetLayout target_with(std::string python) {
    return {.scripts = "/env/bin", .python = std::move(python)};
}

TEST(Shebang, TakesTheShortWayWhenTheKernelCanReadIt) {
    EXPECT_EQ(shebang_of(target_with("/env/bin/python")), "#!/env/bin/python\n");
    const std::string longest = "/" + std::string(124, 'x');
    EXPECT_EQ(shebang_of(target_with(longest)), "#!" + longest + "\n");
    EXPECT_TRUE(shebang_of(target_with(longest + "x")).starts_with("#!/bin/sh\n"));
    EXPECT_TRUE(shebang_of(target_with("/my env/bin/python")).starts_with("#!/bin/sh\n"));
}

// Scripts of every form must run, with their arguments, under the interpreter they name.
TEST(Shebang, EveryFormRuns) {
    const auto temporary = base::TempDir::create("/tmp", "adder-script-test-");
    ASSERT_TRUE(temporary);
    const char* const kDirectories[] = {
        "plain", "with space", "it's", "two''quotes", "dollar$HOME`x`"
    };
    std::vector<std::string> directories(std::begin(kDirectories), std::end(kDirectories));
    directories.push_back(std::string(130, 'd'));
    for (const auto portability : {python::Portability::Fixed, python::Portability::Relocatable}) {
        for (const std::string& name : directories) {
            const std::string bin = base::join_path(temporary->path(), name);
            ASSERT_TRUE(base::make_directories(bin));
            TargetLayout target = target_with(base::join_path(bin, "python"));
            target.portability = portability;
            ::unlink(target.python.c_str());
            ASSERT_TRUE(base::make_symlink("/usr/bin/python3", target.python));
            const std::string script = base::join_path(bin, "script");
            const std::string text =
                with_shebang(target, "#!python\nimport sys\nprint(sys.argv[1:], sys.executable)\n");
            ASSERT_TRUE(base::write_file(script, text, 0755));
            const auto done = base::run_process({.program = script, .arguments = {"a b", "c"}});
            ASSERT_TRUE(done) << done.error().flat();
            EXPECT_EQ(done->output, "['a b', 'c'] " + target.python + "\n") << text << done->error;
        }
    }
}

TEST(EntryPointScript, CallsTheFunctionAndExitsWithItsAnswer) {
    const auto temporary = base::TempDir::create("/tmp", "adder-script-test-");
    ASSERT_TRUE(temporary);
    ASSERT_TRUE(base::write_file(
        base::join_path(temporary->path(), "tool.py"),
        "import sys\nclass cli:\n    @staticmethod\n    def main():\n        print(sys.argv[0])\n  "
        "      return 3\n"
    ));
    const std::string script = base::join_path(temporary->path(), "run-script.pyw");
    const std::string text =
        entry_point_script(target_with("/usr/bin/python3"), "tool", "cli.main");
    ASSERT_TRUE(base::write_file(script, text, 0755));
    const auto done = base::run_process({.program = script});
    ASSERT_TRUE(done);
    EXPECT_EQ(done->exit_code, 3) << done->error;
    EXPECT_EQ(done->output, base::join_path(temporary->path(), "run") + "\n");
}

TEST(Script, OnlyThePlaceholderInterpreterIsReplaced) {
    const TargetLayout target = target_with("/env/bin/python");
    EXPECT_TRUE(asks_for_python("#!python\n"));
    EXPECT_TRUE(asks_for_python("#!pythonw -E\n"));
    EXPECT_TRUE(asks_for_python("#!python\r\n"));
    EXPECT_TRUE(asks_for_python("#!python"));
    EXPECT_FALSE(asks_for_python("#!python3\n"));
    EXPECT_FALSE(asks_for_python("#!/usr/bin/python\n"));
    EXPECT_FALSE(asks_for_python("print('#!python')"));
    EXPECT_EQ(with_shebang(target, "#!python -E\nx = 1\n"), "#!/env/bin/python\nx = 1\n");
    EXPECT_EQ(with_shebang(target, "#!python"), "#!/env/bin/python\n");
}

TEST(Script, NamesOfTheEnvironmentItselfAreReserved) {
    for (const char* name :
         {"python",
          "python3",
          "python3.12",
          "python3.13t",
          "pythonw",
          "pypy3",
          "graalpy",
          "python.exe",
          "Python",
          "activate",
          "activate.fish",
          "Activate.ps1",
          "activate_this.py",
          "deactivate"}) {
        EXPECT_TRUE(is_reserved_program(name)) << name;
    }
    for (const char* name :
         {"python-argcomplete-check-easy-install-script",
          "pythonista",
          "python3-config",
          "ipython",
          "activate-global-python-argcomplete",
          "pypyjit",
          "flask"}) {
        EXPECT_FALSE(is_reserved_program(name)) << name;
    }
}

TEST(Script, VersionedPipIsRecognised) {
    EXPECT_TRUE(is_versioned_pip("pip3.7"));
    EXPECT_FALSE(is_versioned_pip("pip3"));
    EXPECT_FALSE(is_versioned_pip("pip3."));
    EXPECT_FALSE(is_versioned_pip("pip3.x"));
}

}  // namespace
}  // namespace install
