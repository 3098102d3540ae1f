#include "cli/variables.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

namespace cli {

namespace {

std::string twin_of(std::string_view name) {
    return name.starts_with("UV_") ? "ADDER_" + std::string(name.substr(3)) : std::string();
}

}  // namespace

std::optional<std::string> Variables::find(std::string_view name) const {
    const std::string twin = twin_of(name);
    if (!twin.empty()) {
        if (std::optional<std::string> value = environment_.find(twin)) return value;
    }
    return environment_.find(std::string(name));
}

std::optional<std::string> Variables::find_filled(std::string_view name) const {
    std::optional<std::string> value = find(name);
    if (value && value->empty()) return std::nullopt;
    return value;
}

std::string Variables::found_name(std::string_view name) const {
    const std::string twin = twin_of(name);
    return !twin.empty() && environment_.find(twin) ? twin : std::string(name);
}

base::Result<std::optional<std::uint64_t>> find_number(
    const Variables& variables, std::string_view name
) {
    const std::optional<std::string> text = variables.find_filled(name);
    if (!text) return std::nullopt;
    if (const std::optional<std::uint64_t> number = base::parse_unsigned(*text)) return *number;
    return base::fail(
        base::ErrorKind::Usage,
        fmt::format(
            "the variable `{}` must be a whole number, not `{}`", variables.found_name(name), *text
        )
    );
}

std::optional<bool> parse_boolean(std::string_view text) {
    static constexpr std::array<std::string_view, 6> kTrue = {"y", "yes", "t", "true", "on", "1"};
    static constexpr std::array<std::string_view, 6> kFalse = {"n", "no", "f", "false", "off", "0"};
    const std::string lower = base::to_lower(text);
    if (std::ranges::find(kTrue, lower) != kTrue.end()) return true;
    if (std::ranges::find(kFalse, lower) != kFalse.end()) return false;
    return std::nullopt;
}

}  // namespace cli
