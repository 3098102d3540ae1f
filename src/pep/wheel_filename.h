// WheelFilename: `name-version(-build)-python-abi-platform.whl` taken apart (binary distribution
// format).
#pragma once

#include "base/result.h"
#include "pep/name.h"
#include "pep/version.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pep {

// Breaks ties between wheels with the same tags: higher wins; by number, then by text.
struct BuildTag {
    std::uint64_t number = 0;
    std::string suffix;

    auto operator<=>(const BuildTag&) const = default;
};

struct WheelFilename {
    PackageName name;
    Version version;
    std::optional<BuildTag> build;
    // Each at least one; every combination of the three is a tag of the wheel.
    std::vector<std::string> python_tags;
    std::vector<std::string> abi_tags;
    std::vector<std::string> platform_tags;

    // Only the last part of a path or URL, decoded. Errors: Invalid.
    static base::Result<WheelFilename> parse(std::string_view file_name);

    // The normal spelling; names and versions may have been written otherwise.
    std::string to_string() const;

    bool operator==(const WheelFilename&) const = default;
};

}  // namespace pep
