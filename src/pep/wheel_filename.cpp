#include "pep/wheel_filename.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pep {

namespace {

constexpr std::string_view kExtension = ".whl";

bool is_tag_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::unexpected<base::Error> fail(std::string_view file_name, std::string_view why) {
    return base::fail(
        base::ErrorKind::Invalid, fmt::format("`{}` is not the name of a wheel: {}", file_name, why)
    );
}

// "py2.py3" -> {"py2", "py3"}; empty if one of them is no tag.
std::vector<std::string> split_tags(std::string_view text) {
    std::vector<std::string> tags;
    for (const std::string_view tag : base::split(text, '.')) {
        if (tag.empty() || !std::ranges::all_of(tag, is_tag_character)) return {};
        tags.push_back(base::to_lower(tag));
    }
    return tags;
}

// Digits, then anything.
std::optional<BuildTag> parse_build_tag(std::string_view text) {
    const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto number = base::parse_unsigned(text.substr(0, digits));
    if (!number) return std::nullopt;
    return BuildTag{*number, std::string(text.substr(digits))};
}

}  // namespace

base::Result<WheelFilename> WheelFilename::parse(std::string_view file_name) {
    if (!file_name.ends_with(kExtension)) return fail(file_name, "it does not end in `.whl`");
    const std::vector<std::string_view> parts =
        base::split(file_name.substr(0, file_name.size() - kExtension.size()), '-');
    if (parts.size() != 5 && parts.size() != 6) {
        return fail(
            file_name, fmt::format("it has {} parts between `-`, not 5 or 6", parts.size())
        );
    }
    auto name = PackageName::parse(parts[0]);
    if (!name) return fail(file_name, name.error().message());
    auto version = Version::parse(parts[1]);
    if (!version) return fail(file_name, version.error().message());

    WheelFilename wheel{.name = std::move(*name), .version = std::move(*version)};
    if (parts.size() == 6) {
        wheel.build = parse_build_tag(parts[2]);
        if (!wheel.build) {
            return fail(
                file_name, fmt::format("the build tag `{}` does not begin with a number", parts[2])
            );
        }
    }
    wheel.python_tags = split_tags(parts[parts.size() - 3]);
    wheel.abi_tags = split_tags(parts[parts.size() - 2]);
    wheel.platform_tags = split_tags(parts[parts.size() - 1]);
    if (wheel.python_tags.empty() || wheel.abi_tags.empty() || wheel.platform_tags.empty()) {
        return fail(file_name, "one of its tags is empty or has a foreign character");
    }
    return wheel;
}

std::string WheelFilename::to_string() const {
    const std::string build_part = build ? fmt::format("-{}{}", build->number, build->suffix) : "";
    return fmt::format(
        "{}-{}{}-{}-{}-{}{}",
        name.file_text(),
        version.to_string(),
        build_part,
        base::join(python_tags, "."),
        base::join(abi_tags, "."),
        base::join(platform_tags, "."),
        kExtension
    );
}

}  // namespace pep
