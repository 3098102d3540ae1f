#include "install/bytecode.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace install {
namespace {

class BytecodeTest : public testing::Test {
  protected:
    void SetUp() override {
        auto made = base::TempDir::create("/tmp", "adder-bytecode-test-");
        ASSERT_TRUE(made);
        temporary_.emplace(std::move(*made));
    }

    std::string path(std::string_view below) const {
        return base::join_path(temporary_->path(), below);
    }

    std::string write(std::string_view below, std::string_view text) const {
        const std::string file = path(below);
        EXPECT_TRUE(base::make_directories(std::string(base::parent_path(file))));
        EXPECT_TRUE(base::write_file(file, text));
        return file;
    }

    // A stand-in for Python.
    std::string fake_python(std::string_view script) const {
        const std::string file = path("python");
        EXPECT_TRUE(base::write_file(file, script, 0755));
        return file;
    }

    std::optional<base::TempDir> temporary_;
};

TEST_F(BytecodeTest, CompilesEveryFileAndForgivesSyntaxErrors) {
    std::vector<std::string> sources;
    for (int i = 0; i < 20; ++i)
        sources.push_back(write("pkg/m" + std::to_string(i) + ".py", "x = 1\n"));
    sources.push_back(write("pkg/broken.py", "def ("));
    sources.push_back(write("pkg/loud \xc3\xa9.py", "x = '\\d'\n")
    );  // compiling it prints a warning
    sources.push_back(path("pkg/gone.py"));
    const auto report = compile_bytecode(sources, {.python = "/usr/bin/python3", .workers = 3});
    ASSERT_TRUE(report) << report.error().flat();
    EXPECT_EQ(report->files, 23U);
    EXPECT_EQ(base::list_directory(path("pkg/__pycache__"))->size(), 21U);
}

TEST_F(BytecodeTest, TheInvalidationModeReachesPython) {
    const std::string source = write("m.py", "x = 1\n");
    ASSERT_TRUE(compile_bytecode(
        std::vector{source}, {.python = "/usr/bin/python3", .invalidation_mode = "unchecked_hash"}
    ));
    const auto entries = base::list_directory(path("__pycache__"));
    ASSERT_EQ(entries->size(), 1U);
    const std::string bytecode = *base::read_file(path("__pycache__/" + entries->front().name));
    EXPECT_EQ(bytecode[4], 1);  // PEP 552: hash-based, not checked
    const auto refused =
        compile_bytecode(std::vector{source}, {.python = "x", .invalidation_mode = "maybe"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind(), base::ErrorKind::Usage);
}

TEST_F(BytecodeTest, AWorkerThatDiesHangsOrBabblesIsAnError) {
    const std::vector<std::string> sources = {write("m.py", "x = 1\n")};

    const struct {
        const char* script;
        std::int64_t timeout_ms;
        const char* expected;
    } kCases[] = {
        {"#!/bin/sh\nexit 1\n", 60'000, "ended while"},
        {"#!/bin/sh\necho ready\nread line\nexit 1\n", 60'000, "ended while it was to answer `/"},
        {"#!/bin/sh\necho hello\nread line\n", 60'000, "nonsense"},
        {"#!/bin/sh\necho ready\nread line\nexec sleep 600\n", 50, "took too long"},
    };

    for (const auto& test : kCases) {
        const auto report = compile_bytecode(
            sources, {.python = fake_python(test.script), .timeout_ms = test.timeout_ms}
        );
        ASSERT_FALSE(report) << test.script;
        EXPECT_NE(report.error().message().find(test.expected), std::string::npos)
            << report.error().flat();
    }
    EXPECT_FALSE(compile_bytecode(sources, {.python = path("no-such-python")}));
}

TEST_F(BytecodeTest, SourcesAreFoundOutsideOfCaches) {
    write("b.py", "");
    write("a/c.py", "");
    write("a/__pycache__/d.py", "");
    write("a/data.txt", "");
    const std::vector<std::string> expected = {path("a/c.py"), path("b.py")};
    EXPECT_EQ(find_sources(temporary_->path()).value(), expected);
}

}  // namespace
}  // namespace install
