// Against the real uv, where one is installed: the same interpreters on the same path, the same
// environments.
#include "base/process.h"
#include "python/candidates.h"
#include "python/fake_python_test.h"
#include "python/venv.h"

#include <cstdlib>
#include <map>

namespace python {
namespace {

class ReferenceTest : public FakePythonTest {
  protected:
    void SetUp() override {
        FakePythonTest::SetUp();
        const std::optional<std::string> uv = reference();
        if (!uv) GTEST_SKIP() << "no uv on PATH: nothing to compare with";
        uv_ = *uv;
        // Some of them: the reference takes its time to look at each.
        const std::vector<std::string> versions = pyenv_versions();
        for (std::size_t i = 1; i < versions.size(); i += 3) {
            options_.path += (options_.path.empty() ? "" : ":") + versions[i] + "/bin";
        }
        options_.path += (options_.path.empty() ? "" : ":") + std::string("/usr/bin");
    }

    static std::string variable(const char* name) {
        const char* value = std::getenv(name);
        return value == nullptr ? "" : value;
    }

    // Shims of pyenv are scripts that ask which uv is meant; take a program.
    static std::optional<std::string> reference() {
        for (const std::string& version : pyenv_versions()) {
            std::string path = version + "/bin/uv";
            if (base::is_executable_file(path)) return path;
        }
        return base::find_program(
            "uv", "/usr/local/bin:/usr/bin:" + variable("HOME") + "/.local/bin"
        );
    }

    static std::vector<std::string> pyenv_versions() {
        const std::string root = variable("HOME") + "/.pyenv/versions";
        std::vector<std::string> paths;
        const auto entries = base::list_directory(root);
        if (!entries) return paths;
        for (const base::DirectoryEntry& entry : *entries)
            paths.push_back(root + "/" + entry.name);
        std::ranges::sort(paths);
        return paths;
    }

    std::string ask(std::vector<std::string> arguments) {
        base::ProcessRequest request;
        request.program = uv_;
        request.arguments = std::move(arguments);
        request.directory = options_.working_directory;
        base::Environment environment;
        environment.set("PATH", options_.path);
        environment.set("HOME", path("home"));
        environment.set("UV_CACHE_DIR", path("uv-cache"));
        environment.set("UV_PYTHON_INSTALL_DIR", path("managed"));
        environment.set("UV_NO_CONFIG", "1");
        request.environment = environment;
        const auto output = base::run_process(request);
        if (!output) return output.error().flat();
        return output->exit_code == 0 ? output->output : fmt::format("exit {}", output->exit_code);
    }

    std::string uv_;
};

TEST_F(ReferenceTest, FindsTheSameInterpreters) {
    for (const char* text :
         {"default",
          "3",
          "3.9",
          "3.12",
          "3.13",
          "3.11.7",
          ">=3.9,<3.11",
          ">3.11",
          "cpython",
          "cpython@3.10",
          "pypy",
          "3.6",
          "3.99",
          "312",
          "python3.8",
          "foo",
          "3.13t",
          "cpython-3.12-linux-x86_64-gnu",
          "cpython-3.12-linux-aarch64-gnu"}) {
        const auto answer = find_interpreter(request(text), options_);
        const std::string ours =
            answer ? answer->executable + "\n"
                   : fmt::format(
                         "exit {}", answer.error().kind() == base::ErrorKind::NotFound ? 2 : 1
                     );
        std::vector<std::string> arguments = {
            "python", "find", "--system", "--no-python-downloads"
        };
        if (std::string_view(text) != "default") arguments.emplace_back(text);
        EXPECT_EQ(ours, ask(arguments)) << text;
    }
}

TEST_F(ReferenceTest, ListsTheSameInterpreters) {
    for (const char* text : {"default", "3.12", ">=3.10", "pypy"}) {
        const auto listing = list_interpreters(request(text), options_);
        ASSERT_TRUE(listing);
        std::string ours;
        for (const Found& one : listing->found) {
            ours += installation_key(one.interpreter) + " " + one.path;
            if (one.symlink) ours += " -> " + *one.symlink;
            ours += '\n';
        }
        std::vector<std::string> arguments = {"python", "list", "--only-installed"};
        if (std::string_view(text) != "default") arguments.emplace_back(text);
        std::string theirs;
        const std::string answer = ask(arguments);
        for (const std::string_view line : base::split_lines(answer)) {
            const std::vector<std::string_view> words = base::split_whitespace(line);
            for (std::size_t i = 0; i < words.size(); ++i) {
                theirs += fmt::format("{}{}", i == 0 ? "" : " ", words[i]);
            }
            theirs += '\n';
        }
        EXPECT_EQ(ours, theirs) << text;
    }
}

// Every file and link of an environment; the texts of those that are no scripts.
std::map<std::string, std::string> contents(
    const std::string& root, const std::string& below = ""
) {
    std::map<std::string, std::string> found;
    const auto entries = base::list_directory(base::join_path(root, below));
    EXPECT_TRUE(entries) << root;
    if (!entries) return found;
    for (const base::DirectoryEntry& entry : *entries) {
        const std::string name = below.empty() ? entry.name : below + "/" + entry.name;
        std::string& text = found[name];
        if (entry.type == base::EntryType::Link) {
            text = "-> " + *base::read_link(base::join_path(root, name));
        } else if (entry.type == base::EntryType::Directory) {
            text = "directory";
            found.merge(contents(root, name));
        } else if (below.empty()) {
            text = *base::read_file(base::join_path(root, name));
        }
    }
    return found;
}

TEST_F(ReferenceTest, MakesTheSameEnvironments) {
    struct Case {
        std::vector<std::string> arguments;
        VenvOptions options;
    };

    const std::string version = [&] {
        const std::string text = ask({"--version"});
        return std::string(base::split_whitespace(text)[1]);
    }();
    const Case cases[] = {
        {{}, {}},
        {{"--prompt", "my env"}, {.prompt = "my env"}},
        {{"--system-site-packages"}, {.system_site_packages = SystemSitePackages::Visible}},
        {{"--relocatable"}, {.portability = Portability::Relocatable}},
    };
    const auto listing = list_interpreters(PythonRequest(), options_);
    ASSERT_TRUE(listing);
    for (const Found& base : listing->found) {
        if (base.symlink) continue;
        for (const Case& one : cases) {
            const std::string root = path("env");
            ASSERT_TRUE(base::remove_tree(root));
            std::vector<std::string> arguments = {
                "venv", "-q", "--no-project", "--python", base.path, root
            };
            for (const std::string& argument : one.arguments)
                arguments.push_back(argument);
            ASSERT_EQ(ask(arguments), "");
            const auto theirs = contents(root);
            ASSERT_TRUE(base::remove_tree(root));
            VenvOptions options = one.options;
            options.creator_version = version;
            ASSERT_TRUE(create_venv(root, base.interpreter, options));
            EXPECT_EQ(contents(root), theirs) << base.path;
        }
    }
}

}  // namespace
}  // namespace python
