#include "ops/target_platform.h"

#include "pep/tags.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace ops {
namespace {

python::Interpreter some_interpreter() {
    python::Interpreter interpreter;
    interpreter.tags.python_minor = 11;
    interpreter.tags.platform_major = 2;
    interpreter.tags.platform_minor = 36;
    interpreter.tags.arch = "x86_64";
    interpreter.markers.platform_version = "#1 SMP";
    return interpreter;
}

// As the reference chose among wheels of every level, and among markers.
struct Case {
    const char* platform;
    const char* operating_system;
    const char* machine;
    const char* best_tag;
};

class OnPlatform : public testing::TestWithParam<Case> {};

TEST_P(OnPlatform, ChangesMarkersAndTags) {
    const auto there = on_platform(some_interpreter(), GetParam().platform);
    ASSERT_TRUE(there) << there.error().flat();
    EXPECT_EQ(there->markers.sys_platform, GetParam().operating_system);
    EXPECT_EQ(there->markers.platform_machine, GetParam().machine);
    EXPECT_EQ(there->markers.platform_version, "");
    const auto tags = pep::Tags::create(there->tags);
    ASSERT_TRUE(tags) << tags.error().flat();
    EXPECT_EQ(tags->platforms().front(), GetParam().best_tag);
}

INSTANTIATE_TEST_SUITE_P(
    Names,
    OnPlatform,
    testing::Values(
        Case{"windows", "win32", "AMD64", "win_amd64"},
        Case{"aarch64-pc-windows-msvc", "win32", "ARM64", "win_arm64"},
        Case{"i686-pc-windows-msvc", "win32", "x86", "win32"},
        Case{"linux", "linux", "x86_64", "manylinux_2_28_x86_64"},
        Case{"riscv64-unknown-linux", "linux", "riscv64", "manylinux_2_39_riscv64"},
        Case{"aarch64-unknown-linux-musl", "linux", "aarch64", "musllinux_1_2_aarch64"},
        Case{"x86_64-manylinux2014", "linux", "x86_64", "manylinux_2_17_x86_64"},
        Case{"aarch64-manylinux_2_34", "linux", "aarch64", "manylinux_2_34_aarch64"},
        Case{"macos", "darwin", "arm64", "macosx_13_0_arm64"},
        Case{"x86_64-apple-darwin", "darwin", "x86_64", "macosx_13_0_x86_64"},
        Case{"aarch64-linux-android", "android", "aarch64", "android_24_arm64_v8a"},
        Case{"wasm32-pyodide2025", "emscripten", "wasm32", "pyodide_2025_0_wasm32"},
        Case{"arm64-apple-ios", "ios", "arm64", "ios_13_0_arm64_iphoneos"}
    )
);

TEST(OnPlatform, RefusesOtherNames) {
    for (const char* name : {"", "amiga", "x86_64-manylinux", "x86_64-manylinux_2_x"})
        EXPECT_FALSE(on_platform(some_interpreter(), name)) << name;
}

}  // namespace
}  // namespace ops
