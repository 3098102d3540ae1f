// Interpreters for tests: shell scripts that answer the probe as an interpreter would and note that
// they were started. And a directory to put them in.
#pragma once

#include "base/clock.h"
#include "base/file.h"
#include "base/temp_dir.h"
#include "base/text.h"
#include "python/discovery.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <time.h>
#include <vector>

namespace python {

struct FakePython {
    std::string version = "3.11.7";
    std::string implementation = "cpython";
    std::string title = "CPython";
    bool free_threaded = false;
    bool debug = false;
    std::string executable = {
    };  // what it says sys.executable is; empty: the path it is written to
    std::string prefix = "/opt/fake";
    std::string base_prefix = "/opt/fake";
};

inline std::string fake_answer(const FakePython& fake) {
    const std::vector<std::string_view> numbers = base::split(fake.version, '.');
    const std::string series = fmt::format("{}.{}", numbers[0], numbers[1]);
    return fmt::format(
        R"({{"executable":"{0}","base_executable":"{0}","prefix":"{1}","base_prefix":"{2}",)"
        R"("stdlib":"{1}/lib/python{3}","os_name":"posix","sys_platform":"linux",)"
        R"("platform_machine":"x86_64","platform_python_implementation":"{4}",)"
        R"("platform_release":"6.1.0","platform_system":"Linux","platform_version":"#1 SMP",)"
        R"("python_version":"{3}","python_full_version":"{5}","implementation_name":"{6}",)"
        R"("implementation_version":"{5}","own_version":[7,3],"python":[{7},{8}],)"
        R"("soabi":"{6}-x","platform":"linux-x86_64","platform_numbers":[0,0],)"
        R"("libc":["gnu",2,36],"gil_disabled":{9},"debug":{10},"pointer_size":8,)"
        R"("paths":{{"purelib":"{1}/lib/python{3}/site-packages",)"
        R"("platlib":"{1}/lib/python{3}/site-packages","scripts":"{1}/bin","data":"{1}",)"
        R"("include":"{1}/include/python{3}"}},)"
        R"("venv":{{"purelib":"lib/python{3}/site-packages",)"
        R"("platlib":"lib/python{3}/site-packages","scripts":"bin"}},"externally_managed":null}})",
        fake.executable,
        fake.prefix,
        fake.base_prefix,
        series,
        fake.title,
        fake.version,
        fake.implementation,
        numbers[0],
        numbers[1],
        fake.free_threaded,
        fake.debug
    );
}

class FakePythonTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create("/tmp", "adder-python-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
        for (const char* name : {"facts", "work", "home", "managed"}) {
            ASSERT_TRUE(base::make_directories(path(name)));
        }
        options_.facts_directory = path("facts");
        options_.working_directory = path("work");
        options_.home = path("home");
        options_.managed_directory = path("managed");
        options_.environments = EnvironmentUse::Ignore;
    }

    std::string path(std::string_view below) const {
        return base::join_path(temporary_->path(), below);
    }

    // A script with `body` that notes its start first.
    void add_script(const std::string& below, const std::string& body) {
        const std::string file = path(below);
        ASSERT_TRUE(base::make_directories(std::string(base::parent_path(file))));
        ASSERT_TRUE(base::write_file(
            file, fmt::format("#!/bin/sh\necho {} >> {}\n{}\n", below, path("starts"), body)
        ));
        ASSERT_EQ(::chmod(file.c_str(), 0755), 0);
        settle(file);
    }

    void add_python(const std::string& below, FakePython fake = {}) {
        if (fake.executable.empty()) fake.executable = path(below);
        add_script(
            below, fmt::format("cat <<'END'\nnoise\n\nadder-probe-2:{}\nEND\n", fake_answer(fake))
        );
    }

    // Waits until the file is so old that what is learnt of it may be remembered (is_racy).
    static void settle(const std::string& file) {
        const auto is_young = [&] {
            return base::stamp_of(file)->changed_ns + 25'000'000 > base::wall_clock_ns();
        };
        while (is_young()) {
            const timespec pause{0, 1'000'000};
            ::nanosleep(&pause, nullptr);
        }
    }

    std::vector<std::string> starts() const {
        const auto text = base::read_optional_file(path("starts"));
        if (!text || !*text) return {};
        std::vector<std::string> lines;
        for (const std::string_view line : base::split_lines(**text))
            lines.emplace_back(line);
        return lines;
    }

    void search_in(std::initializer_list<std::string_view> directories) {
        options_.path.clear();
        for (const std::string_view directory : directories) {
            ASSERT_TRUE(base::make_directories(path(directory)));
            if (!options_.path.empty()) options_.path += ':';
            options_.path += path(directory);
            settle(path(directory));
        }
    }

    static PythonRequest request(std::string_view text) {
        auto parsed = PythonRequest::parse(text);
        EXPECT_TRUE(parsed) << text;
        return parsed ? *parsed : PythonRequest();
    }

    // The path of what is found, relative to the test's directory; or the error.
    std::string found(std::string_view text = "default") {
        const auto answer = find(request(text), options_);
        if (!answer) return "error: " + answer.error().flat();
        return below(answer->path);
    }

    std::string below(const std::string& absolute) const {
        const std::string root = temporary_->path() + "/";
        return absolute.starts_with(root) ? absolute.substr(root.size()) : absolute;
    }

    std::optional<base::TempDir> temporary_;
    DiscoveryOptions options_;
};

}  // namespace python
