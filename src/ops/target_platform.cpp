#include "ops/target_platform.h"

#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <optional>
#include <string>

namespace ops {

namespace {

using pep::Platform;

struct Target {
    std::string_view name;
    std::string_view operating_system;  // sys.platform
    std::string_view machine;           // platform.machine()
    Platform platform = Platform::Manylinux;
    std::uint32_t major = 0;
    std::uint32_t minor = 0;
    std::string_view tag = {};      // Platform::Other
    std::string_view release = {};  // platform.release()
};

constexpr std::array kTargets = {
    Target{"x86_64-pc-windows-msvc", "win32", "AMD64", Platform::Windows},
    Target{"aarch64-pc-windows-msvc", "win32", "ARM64", Platform::Windows},
    Target{"i686-pc-windows-msvc", "win32", "x86", Platform::Windows},
    Target{"x86_64-unknown-linux-gnu", "linux", "x86_64", Platform::Manylinux, 2, 28},
    Target{"aarch64-unknown-linux-gnu", "linux", "aarch64", Platform::Manylinux, 2, 28},
    Target{"riscv64-unknown-linux", "linux", "riscv64", Platform::Manylinux, 2, 39},
    Target{"x86_64-unknown-linux-musl", "linux", "x86_64", Platform::Musllinux, 1, 2},
    Target{"aarch64-unknown-linux-musl", "linux", "aarch64", Platform::Musllinux, 1, 2},
    Target{"aarch64-apple-darwin", "darwin", "arm64", Platform::Macos, 13, 0},
    Target{"x86_64-apple-darwin", "darwin", "x86_64", Platform::Macos, 13, 0},
    Target{
        "aarch64-linux-android", "android", "aarch64", Platform::Other, 0, 0, "android_24_arm64_v8a"
    },
    Target{"x86_64-linux-android", "android", "x86_64", Platform::Other, 0, 0, "android_24_x86_64"},
    Target{
        "wasm32-pyodide2024",
        "emscripten",
        "wasm32",
        Platform::Other,
        0,
        0,
        "pyodide_2024_0_wasm32",
        "3.1.58"
    },
    Target{
        "wasm32-pyodide2025",
        "emscripten",
        "wasm32",
        Platform::Other,
        0,
        0,
        "pyodide_2025_0_wasm32",
        "4.0.9"
    },
    Target{"arm64-apple-ios", "ios", "arm64", Platform::Other, 0, 0, "ios_13_0_arm64_iphoneos"},
    Target{
        "arm64-apple-ios-simulator",
        "ios",
        "arm64",
        Platform::Other,
        0,
        0,
        "ios_13_0_arm64_iphonesimulator"
    },
    Target{
        "x86_64-apple-ios-simulator",
        "ios",
        "x86_64",
        Platform::Other,
        0,
        0,
        "ios_13_0_x86_64_iphonesimulator"
    },
};

std::string_view full_name(std::string_view name) {
    if (name == "windows") return "x86_64-pc-windows-msvc";
    if (name == "linux") return "x86_64-unknown-linux-gnu";
    return name == "macos" ? "aarch64-apple-darwin" : name;
}

// "x86_64-manylinux_2_31": the architecture and the version of glibc; manylinux2014 is 2.17.
std::optional<Target> manylinux_target(std::string_view name) {
    constexpr std::string_view kFamily = "-manylinux";
    const std::size_t at = name.find(kFamily);
    if (at == std::string_view::npos) return std::nullopt;
    Target target{name, "linux", name.substr(0, at), Platform::Manylinux, 2, 17};
    const std::string_view version = name.substr(at + kFamily.size());
    if (version == "2014") return target;
    constexpr std::string_view kMajor = "_2_";
    if (!version.starts_with(kMajor)) return std::nullopt;
    const auto minor = base::parse_unsigned(version.substr(kMajor.size()));
    if (!minor || *minor > UINT8_MAX) return std::nullopt;
    target.minor = static_cast<std::uint32_t>(*minor);
    return target;
}

std::optional<Target> find_target(std::string_view name) {
    name = full_name(name);
    for (const Target& target : kTargets) {
        if (target.name == name) return target;
    }
    return manylinux_target(name);
}

// platform.system()
std::string_view system_of(std::string_view operating_system) {
    if (operating_system == "win32") return "Windows";
    if (operating_system == "linux") return "Linux";
    if (operating_system == "darwin") return "Darwin";
    if (operating_system == "android") return "Android";
    return operating_system == "ios" ? "iOS" : "Emscripten";
}

}  // namespace

base::Result<python::Interpreter> on_platform(
    python::Interpreter interpreter, std::string_view platform
) {
    const std::optional<Target> target = find_target(platform);
    if (!target) {
        return base::fail(
            base::ErrorKind::Usage, fmt::format("`{}` is no platform that is known", platform)
        );
    }
    pep::MarkerEnvironment& markers = interpreter.markers;
    markers.os_name = target->operating_system == "win32" ? "nt" : "posix";
    markers.sys_platform = target->operating_system;
    markers.platform_machine = target->machine;
    markers.platform_system = system_of(target->operating_system);
    markers.platform_release = target->release;
    markers.platform_version.clear();
    pep::TagInputs& tags = interpreter.tags;
    tags.platform = target->platform;
    tags.platform_major = target->major;
    tags.platform_minor = target->minor;
    tags.arch = base::to_lower(target->machine);
    tags.platform_tag = target->tag;
    return interpreter;
}

}  // namespace ops
