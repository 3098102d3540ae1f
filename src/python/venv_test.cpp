#include "python/venv.h"

#include "base/process.h"
#include "codec/ini.h"
#include "python/activators.h"
#include "python/environment.h"
#include "python/facts.h"
#include "python/fake_python_test.h"
#include "python/probe.h"

namespace python {
namespace {

class VenvTest : public FakePythonTest {
  protected:
    void SetUp() override {
        FakePythonTest::SetUp();
        base_ = fake_base({.version = "3.12.1"});
    }

    static Interpreter fake_base(FakePython fake) {
        fake.executable = "/opt/fake/bin/python3";
        auto parsed = parse_probe_output("\nadder-probe-2:" + fake_answer(fake));
        EXPECT_TRUE(parsed) << parsed.error().flat();
        return *parsed;
    }

    // Every path below `root`, sorted, links with their targets.
    static std::vector<std::string> tree(const std::string& root, const std::string& prefix = "") {
        std::vector<std::string> lines;
        const auto entries = base::list_directory(base::join_path(root, prefix));
        EXPECT_TRUE(entries);
        for (const base::DirectoryEntry& entry : *entries) {
            const std::string below = prefix.empty() ? entry.name : prefix + "/" + entry.name;
            if (entry.type == base::EntryType::Link) {
                lines.push_back(below + " -> " + *base::read_link(base::join_path(root, below)));
            } else {
                lines.push_back(below);
            }
            if (entry.type != base::EntryType::Directory) continue;
            for (std::string& line : tree(root, below))
                lines.push_back(std::move(line));
        }
        std::ranges::sort(lines);
        return lines;
    }

    std::string create(const VenvOptions& options = {}) {
        const auto layout = create_venv(path("env"), base_, options);
        return layout ? "" : layout.error().flat();
    }

    std::string config() const { return *base::read_file(path("env/pyvenv.cfg")); }

    Interpreter base_;
};

TEST_F(VenvTest, HasTheLayoutOfTheReference) {
    EXPECT_EQ(create(), "");
    EXPECT_EQ(
        tree(path("env")),
        (std::vector<std::string>{
            ".gitignore",
            "CACHEDIR.TAG",
            "bin",
            "bin/activate",
            "bin/activate.bat",
            "bin/activate.csh",
            "bin/activate.fish",
            "bin/activate.nu",
            "bin/activate.ps1",
            "bin/activate.xsh",
            "bin/activate_this.py",
            "bin/deactivate.bat",
            "bin/pydoc.bat",
            "bin/python -> /opt/fake/bin/python3",
            "bin/python3 -> python",
            "bin/python3.12 -> python",
            "lib",
            "lib/python3.12",
            "lib/python3.12/site-packages",
            "lib64 -> lib",
            "pyvenv.cfg",
        })
    );
}

TEST_F(VenvTest, LayoutIsComputed) {
    const VenvLayout layout = venv_layout("/e", base_);
    EXPECT_EQ(layout.bin, "/e/bin");
    EXPECT_EQ(layout.python, "/e/bin/python");
    EXPECT_EQ(layout.purelib, "/e/lib/python3.12/site-packages");
    EXPECT_EQ(layout.platlib, "/e/lib/python3.12/site-packages");
    EXPECT_EQ(layout.include, "/e/include/site/python3.12");
    EXPECT_EQ(layout.data, "/e");
    EXPECT_EQ(layout.python_minor, 12U);
}

TEST_F(VenvTest, ConfigurationHasTheKeysOfTheReferenceInItsOrder) {
    EXPECT_EQ(create({.creator_version = "0.13.9"}), "");
    EXPECT_EQ(
        config(),
        "home = /opt/fake/bin\nimplementation = CPython\nuv = 0.13.9\nversion_info = 3.12.1\n"
        "include-system-site-packages = false\n"
    );
    VenvOptions options;
    options.existing = ExistingPolicy::Clear;
    options.prompt = "a\nb";
    options.system_site_packages = SystemSitePackages::Visible;
    options.portability = Portability::Relocatable;
    options.extends_environment = "/other";
    EXPECT_EQ(create(options), "");
    EXPECT_EQ(
        config(),
        "home = /opt/fake/bin\nimplementation = CPython\nversion_info = 3.12.1\n"
        "include-system-site-packages = true\nrelocatable = true\nprompt = a b\n"
        "extends-environment = /other\n"
    );
    EXPECT_FALSE(base::exists(path("env/bin/activate.csh"))) << "csh cannot find itself";
}

TEST_F(VenvTest, StoreEnvironmentsHaveNothingForPeople) {
    base_ = fake_base({.version = "3.9.18"});
    ASSERT_TRUE(base::make_directories(path("env")));
    EXPECT_EQ(create({.activators = Activators::None, .existing = ExistingPolicy::Fill}), "");
    EXPECT_EQ(
        tree(path("env")),
        (std::vector<std::string>{
            ".gitignore",
            "CACHEDIR.TAG",
            "bin",
            "bin/python -> /opt/fake/bin/python3",
            "bin/python3 -> python",
            "bin/python3.9 -> python",
            "lib",
            "lib/python3.9",
            "lib/python3.9/site-packages",
            "lib64 -> lib",
            "pyvenv.cfg",
        })
    );
}

TEST_F(VenvTest, OldPythonsGetTheDistutilsGuard) {
    base_ = fake_base({.version = "3.9.18"});
    EXPECT_EQ(create(), "");
    EXPECT_TRUE(base::exists(path("env/lib/python3.9/site-packages/_virtualenv.py")));
    EXPECT_EQ(
        *base::read_file(path("env/lib/python3.9/site-packages/_virtualenv.pth")),
        "import _virtualenv\n"
    );
}

TEST_F(VenvTest, EveryImplementationHasItsNames) {
    base_ = fake_base({.version = "3.10.2", .implementation = "pypy", .title = "PyPy"});
    EXPECT_EQ(create(), "");
    for (const char* name : {"python", "python3", "python3.10", "pypy", "pypy3", "pypy3.10"}) {
        EXPECT_TRUE(base::read_link(path(fmt::format("env/bin/{}", name)))) << name;
    }
    base_ = fake_base({.version = "3.13.0", .free_threaded = true});
    EXPECT_EQ(create({.existing = ExistingPolicy::Clear}), "");
    EXPECT_EQ(*base::read_link(path("env/bin/python3.13t")), "python");
    EXPECT_FALSE(base::read_link(path("env/bin/pypy")));
}

enum class Before { Missing, Empty, Environment, Other, File, Dangling };

struct PolicyCase {
    Before before;
    ExistingPolicy policy;
    std::string_view error;  // part of it; empty: it works
    bool keeps_files = false;
};

class VenvPolicyTest : public VenvTest {
  protected:
    void set_up(Before before) {
        const std::string root = path("env");
        ASSERT_TRUE(base::remove_tree(root));
        switch (before) {
            case Before::Missing:
                break;
            case Before::Empty:
                ASSERT_TRUE(base::make_directories(root));
                break;
            case Before::Environment:
                ASSERT_TRUE(base::make_directories(root + "/sub"));
                ASSERT_TRUE(base::write_file(root + "/pyvenv.cfg", ""));
                break;
            case Before::Other:
                ASSERT_TRUE(base::make_directories(root + "/sub"));
                break;
            case Before::File:
                ASSERT_TRUE(base::write_file(root, ""));
                break;
            case Before::Dangling:
                ASSERT_TRUE(base::make_symlink("/gone", root));
                break;
        }
    }
};

TEST_F(VenvPolicyTest, WhatIsThereAlreadyIsTreatedByPolicy) {
    using enum ExistingPolicy;
    const PolicyCase cases[] = {
        {Before::Missing, Refuse, ""},
        {Before::Missing, Clear, ""},
        {Before::Missing, Keep, ""},
        {Before::Empty, Refuse, ""},
        {Before::Environment, Refuse, "a virtual environment already exists", true},
        {Before::Environment, Clear, ""},
        {Before::Environment, Force, ""},
        {Before::Environment, Keep, "", true},
        {Before::Other, Refuse, "a directory already exists", true},
        {Before::Other, Clear, "will not be cleared", true},
        {Before::Other, Force, ""},
        {Before::Other, Keep, "", true},
        {Before::File, Refuse, "is no directory"},
        {Before::File, Clear, "is no directory"},
        {Before::File, Force, "is no directory"},
        {Before::File, Keep, "is no directory"},
        {Before::Dangling, Force, "is no directory"},
    };
    for (const PolicyCase& one : cases) {
        SCOPED_TRACE(
            fmt::format("{} {}", static_cast<int>(one.before), static_cast<int>(one.policy))
        );
        set_up(one.before);
        const auto layout = create_venv(path("env"), base_, {.existing = one.policy});
        ASSERT_EQ(layout.has_value(), one.error.empty());
        if (!layout) {
            EXPECT_EQ(layout.error().kind(), base::ErrorKind::Usage);
            EXPECT_TRUE(layout.error().flat().contains(one.error)) << layout.error().flat();
            EXPECT_FALSE(base::exists(path("env/bin"))) << "nothing may be touched";
        } else {
            EXPECT_TRUE(base::exists(path("env/bin/activate")));
        }
        EXPECT_EQ(base::exists(path("env/sub")), one.keeps_files);
    }
}

TEST_F(VenvTest, ClearingKeepsTheDirectoryItself) {
    ASSERT_TRUE(base::make_directories(path("real")));
    ASSERT_TRUE(base::write_file(path("real/pyvenv.cfg"), ""));
    ASSERT_TRUE(base::write_file(path("real/old"), ""));
    ASSERT_TRUE(base::make_symlink(path("real"), path("env")));
    EXPECT_EQ(create({.existing = ExistingPolicy::Clear}), "");
    EXPECT_TRUE(base::read_link(path("env")));
    EXPECT_FALSE(base::exists(path("real/old")));
    EXPECT_TRUE(
        base::exists(path("real/bin/python3.12")) || base::read_link(path("real/bin/python"))
    );
}

TEST_F(VenvTest, KeepingWritesOverLinksAndLeavesMarks) {
    ASSERT_TRUE(base::make_directories(path("env/bin")));
    ASSERT_TRUE(base::make_symlink("/old/python", path("env/bin/python")));
    ASSERT_TRUE(base::write_file(path("env/.gitignore"), "mine\n"));
    EXPECT_EQ(create({.existing = ExistingPolicy::Keep}), "");
    EXPECT_EQ(*base::read_link(path("env/bin/python")), "/opt/fake/bin/python3");
    EXPECT_EQ(*base::read_file(path("env/.gitignore")), "mine\n");
}

TEST_F(VenvTest, AStageIsWrittenForItsFinalPlace) {
    EXPECT_EQ(create({.final_path = "/final/place"}), "");
    const std::string script = *base::read_file(path("env/bin/activate"));
    EXPECT_TRUE(script.contains("VIRTUAL_ENV='/final/place'"));
    EXPECT_FALSE(script.contains(path("env")));
}

TEST_F(VenvTest, AnEnvironmentOfAnEnvironmentHasItsBase) {
    const Interpreter derived = derive_environment(base_, "/some/env", "/some/env/bin/python");
    const auto layout = create_venv(path("env"), derived, {});
    ASSERT_TRUE(layout);
    EXPECT_EQ(*base::read_link(path("env/bin/python")), "/opt/fake/bin/python3");
    EXPECT_TRUE(config().starts_with("home = /opt/fake/bin\n"));
}

TEST(VenvPromptTest, ADotIsTheWorkingDirectory) {
    EXPECT_EQ(resolve_prompt(".", "/home/me/project"), "project");
    EXPECT_EQ(resolve_prompt("x", "/home/me/project"), "x");
}

// --- with a real Python ----------------------------------------------------------------------

class RealPythonTest : public VenvTest {
  protected:
    void SetUp() override {
        VenvTest::SetUp();
        if (!base::is_executable_file("/usr/bin/python3")) GTEST_SKIP() << "no /usr/bin/python3";
        options_.path = "/usr/bin";
        const auto found = find(PythonRequest(), options_);
        ASSERT_TRUE(found) << found.error().flat();
        python_ = found->interpreter;
    }

    static std::string output_of(
        const std::string& program, const std::vector<std::string>& arguments
    ) {
        base::ProcessRequest request;
        request.program = program;
        request.arguments = arguments;
        const auto output = base::run_process(request);
        if (!output) return output.error().flat();
        return output->output + output->error;
    }

    Interpreter python_;
};

TEST_F(RealPythonTest, FactsOfAnEnvironmentAreWhatItsPythonSays) {
    ASSERT_TRUE(create_venv(path("env"), python_, {}));
    const auto derived = environment_interpreter(path("env"), options_);
    ASSERT_TRUE(derived) << derived.error().flat();
    auto asked = probe_interpreter(path("env/bin/python"), 15'000);
    ASSERT_TRUE(asked) << asked.error().flat();
    // Not asked of the environment: where headers of wheels go, and the base's name among its links.
    asked->paths.include = derived->paths.include;
    EXPECT_EQ(base::file_name(asked->base_executable).substr(0, 6), "python");
    asked->base_executable = derived->base_executable;
    EXPECT_EQ(*derived, *asked);
}

TEST_F(RealPythonTest, FactsOfALinkAreWhatItSays) {
    ASSERT_TRUE(base::make_directories(path("links")));
    const std::string link = path("links/python3");
    ASSERT_TRUE(base::make_symlink("/usr/bin/python3", link));
    settle(path("links"));
    Facts facts(options_);
    const auto known = facts.of(link);
    ASSERT_TRUE(known) << known.error().flat();
    EXPECT_LE(facts.probes(), 1U);
    EXPECT_EQ(*known, *probe_interpreter(link, 15'000));
}

TEST_F(RealPythonTest, TheEnvironmentsPythonIsolates) {
    ASSERT_TRUE(create_venv(path("env"), python_, {}));
    const std::string module = path("env/" + python_.venv_scheme.purelib + "/only_here.py");
    ASSERT_TRUE(base::write_file(module, "print('found')\n"));
    EXPECT_EQ(output_of(path("env/bin/python3"), {"-c", "import only_here"}), "found\n");
    EXPECT_EQ(
        output_of(path("env/bin/python"), {"-c", "import sys; print(sys.prefix)"}),
        path("env") + "\n"
    );
}

TEST_F(RealPythonTest, ActivateThisPutsTheEnvironmentFirst) {
    ASSERT_TRUE(create_venv(path("env"), python_, {.prompt = "it's \"me\""}));
    const std::string purelib = path("env/" + python_.venv_scheme.purelib);
    ASSERT_TRUE(base::write_file(purelib + "/only_here.py", "print('found')\n"));
    const std::string code = fmt::format(
        "p = '{}'; exec(compile(open(p).read(), p, 'exec'), {{'__file__': p}})\n"
        "import only_here, os, sys\n"
        "print(sys.prefix, os.environ['VIRTUAL_ENV_PROMPT'], os.environ['PATH'].split(':')[0])",
        path("env/bin/activate_this.py")
    );
    EXPECT_EQ(
        output_of("/usr/bin/python3", {"-c", code}),
        fmt::format("found\n{} it's \"me\" {}\n", path("env"), path("env/bin"))
    );
}

// The guard is for older Pythons, and works on all that still have distutils.
TEST_F(RealPythonTest, TheGuardKeepsDistutilsInside) {
    if (python_.minor() >= 12) GTEST_SKIP() << "this Python has no distutils";
    ASSERT_TRUE(create_venv(path("env"), python_, {}));
    const std::string purelib = path("env/" + python_.venv_scheme.purelib);
    ASSERT_TRUE(base::write_file(purelib + "/_virtualenv.py", distutils_guard()));
    ASSERT_TRUE(base::write_file(purelib + "/_virtualenv.pth", kDistutilsGuardLoader));
    ASSERT_TRUE(base::write_file(path("work/setup.cfg"), "[install]\nprefix=/elsewhere\n"));
    const std::string code = fmt::format(
        "import os; os.chdir('{}')\n"
        "from distutils.dist import Distribution\n"
        "d = Distribution(); d.parse_config_files(['setup.cfg'])\n"
        "print('prefix' in d.get_option_dict('install'))",
        path("work")
    );
    EXPECT_EQ(output_of(path("env/bin/python"), {"-W", "ignore", "-c", code}), "False\n");
}

}  // namespace
}  // namespace python
