#include "install/lease_hook.h"

#include "base/file.h"
#include "base/temp_dir.h"

#include <gtest/gtest.h>

namespace install {
namespace {

python::Interpreter usual() {
    python::Interpreter interpreter;
    interpreter.implementation_name = "cpython";
    interpreter.tags.python_minor = 11;
    interpreter.tags.arch = ADDER_HOOK_MACHINE;
    interpreter.libc = "gnu";
    interpreter.pointer_size = sizeof(void*);
    return interpreter;
}

TEST(LeaseHook, FitsEveryUsualCPython) {
    python::Interpreter interpreter = usual();
    for (std::uint32_t minor = 8; minor <= 15; ++minor) {
        interpreter.tags.python_minor = minor;
        EXPECT_TRUE(fits_lease_hook(interpreter)) << minor;
    }
}

TEST(LeaseHook, KnowsWhatItWasNotMadeFor) {
    const std::pair<const char*, void (*)(python::Interpreter&)> cases[] = {
        {"older", [](python::Interpreter& i) { i.tags.python_minor = 7; }},
        {"PyPy", [](python::Interpreter& i) { i.implementation_name = "pypy"; }},
        {"free-threaded", [](python::Interpreter& i) { i.gil_disabled = true; }},
        {"debug", [](python::Interpreter& i) { i.debug = true; }},
        {"musl", [](python::Interpreter& i) { i.libc = "musl"; }},
        {"another machine", [](python::Interpreter& i) { i.tags.arch = "s390"; }},
        {"half the bits", [](python::Interpreter& i) { i.pointer_size = sizeof(void*) / 2; }},
    };
    for (const auto& [name, change] : cases) {
        python::Interpreter interpreter = usual();
        change(interpreter);
        EXPECT_FALSE(fits_lease_hook(interpreter)) << name;
    }
}

// What is imported is what the module exports, and both carry the version.
TEST(LeaseHook, FilesAgreeOnTheNameOfTheModule) {
    auto directory = base::TempDir::create("/tmp", "adder-hook-test-");
    ASSERT_TRUE(directory);
    ASSERT_TRUE(write_lease_hook(directory->path()));
    const std::string name = "_adder_lease_" + std::to_string(kLeaseHookVersion);
    const auto line = base::read_file(base::join_path(directory->path(), name + ".pth"), 1000);
    ASSERT_TRUE(line);
    EXPECT_NE(line->find("import " + name + "\\n"), std::string::npos) << *line;
    EXPECT_EQ(line->find('\n'), line->size() - 1) << "site.py takes it line by line";
    const auto module =
        base::read_file(base::join_path(directory->path(), name + ".abi3.so"), 1U << 20U);
    ASSERT_TRUE(module);
    EXPECT_EQ(*module, lease_hook_module());
    EXPECT_TRUE(
        module->starts_with("\x7f"
                            "ELF")
    );
    EXPECT_NE(module->find("PyInit_" + name + '\0'), std::string::npos);
}

// It is written into every environment.
TEST(LeaseHook, ModuleIsSmallAndNeedsNoLibrary) {
    EXPECT_LT(lease_hook_module().size(), 16U << 10U);
    EXPECT_EQ(lease_hook_module().find("libc.so"), std::string_view::npos);
}

}  // namespace
}  // namespace install
