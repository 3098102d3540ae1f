#include "pep/platform_tags.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace pep {

namespace {

// PEP 600, "legacy" names of three profiles (PEP 513, 571, 599).
struct LegacyProfile {
    std::uint32_t glibc_minor;
    std::string_view name;
};

constexpr std::array<LegacyProfile, 3> kLegacyProfiles{{
    {17, "manylinux2014"},
    {12, "manylinux2010"},
    {5, "manylinux1"},
}};

constexpr std::array<std::string_view, 10> kManylinuxArchitectures{
    "x86_64",
    "i686",
    "aarch64",
    "armv7l",
    "armv8l",
    "ppc64",
    "ppc64le",
    "s390x",
    "riscv64",
    "loongarch64",
};

// A 64-bit ARM machine that runs a 32-bit Python also takes what was built for its predecessor.
std::vector<std::string> architectures(const std::string& arch) {
    if (arch == "armv8l") return {"armv8l", "armv7l"};
    return {arch};
}

void add_manylinux(
    const TagInputs& inputs, const std::string& arch, std::vector<std::string>& tags
) {
    const bool is_intel = arch == "x86_64" || arch == "i686";
    const bool is_known =
        std::ranges::find(kManylinuxArchitectures, arch) != kManylinuxArchitectures.end();
    if (!is_known || inputs.platform_major != 2) return;
    const std::uint32_t oldest = is_intel ? 5 : 17;
    for (std::uint32_t minor = inputs.platform_minor + 1; minor-- > oldest;) {
        tags.push_back(fmt::format("manylinux_2_{}_{}", minor, arch));
        const auto legacy = std::ranges::find(kLegacyProfiles, minor, &LegacyProfile::glibc_minor);
        if (legacy != kLegacyProfiles.end())
            tags.push_back(fmt::format("{}_{}", legacy->name, arch));
    }
}

void add_musllinux(
    const TagInputs& inputs, const std::string& arch, std::vector<std::string>& tags
) {
    for (std::uint32_t minor = inputs.platform_minor + 1; minor-- > 0;) {
        tags.push_back(fmt::format("musllinux_{}_{}_{}", inputs.platform_major, minor, arch));
    }
}

std::vector<std::string> linux_tags(const TagInputs& inputs) {
    std::vector<std::string> tags;
    const std::vector<std::string> all = architectures(inputs.arch);
    for (const std::string& arch : all) {
        if (inputs.platform == Platform::Manylinux) {
            add_manylinux(inputs, arch, tags);
        } else {
            add_musllinux(inputs, arch, tags);
        }
    }
    for (const std::string& arch : all)
        tags.push_back("linux_" + arch);
    return tags;
}

// What a binary for several architectures may be called, the most specific first.
std::vector<std::string_view> macos_formats(std::string_view arch) {
    if (arch == "x86_64") return {"x86_64", "intel", "fat64", "fat3", "universal2", "universal"};
    if (arch == "arm64") return {"arm64", "universal2"};
    return {arch};
}

void add_macos(
    std::uint32_t major,
    std::uint32_t minor,
    std::string_view format,
    std::vector<std::string>& tags
) {
    tags.push_back(fmt::format("macosx_{}_{}_{}", major, minor, format));
}

// Until 10.15 every release counted the minor number up, from 11 on the major one. A system takes
// what was made for any before it; before 11 there was no arm64, but universal2 files may claim to
// be for older systems.
std::vector<std::string> macos_tags(const TagInputs& inputs) {
    std::vector<std::string> tags;
    const std::vector<std::string_view> formats = macos_formats(inputs.arch);
    const bool is_intel = inputs.arch == "x86_64";
    std::uint32_t minor = inputs.platform_minor;
    for (std::uint32_t major = inputs.platform_major; major >= 11; --major) {
        for (const std::string_view format : formats)
            add_macos(major, 0, format, tags);
    }
    if (inputs.platform_major >= 11) minor = 16;
    for (++minor; minor-- > 4;) {
        if (is_intel) {
            for (const std::string_view format : formats)
                add_macos(10, minor, format, tags);
        } else if (inputs.platform_major >= 11) {
            add_macos(10, minor, "universal2", tags);
        }
    }
    return tags;
}

std::vector<std::string> windows_tags(const TagInputs& inputs) {
    if (inputs.arch == "x86" || inputs.arch == "i686") return {"win32"};
    if (inputs.arch == "amd64" || inputs.arch == "x86_64") return {"win_amd64"};
    if (inputs.arch == "arm64" || inputs.arch == "aarch64") return {"win_arm64"};
    return {};
}

std::vector<std::string> tags_of(const TagInputs& inputs) {
    switch (inputs.platform) {
        case Platform::Manylinux:
        case Platform::Musllinux:
            return inputs.arch.empty() ? std::vector<std::string>() : linux_tags(inputs);
        case Platform::Macos:
            return macos_tags(inputs);
        case Platform::Windows:
            return windows_tags(inputs);
        case Platform::Other:
            break;
    }
    return inputs.platform_tag.empty() ? std::vector<std::string>()
                                       : std::vector{inputs.platform_tag};
}

}  // namespace

base::Result<std::vector<std::string>> platform_tags(const TagInputs& inputs) {
    std::vector<std::string> tags = tags_of(inputs);
    if (!tags.empty()) return tags;
    return base::fail(
        base::ErrorKind::Unsupported,
        fmt::format("no wheels exist for the architecture `{}` of this platform", inputs.arch)
    );
}

}  // namespace pep
