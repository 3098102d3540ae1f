// VersionRequest: which versions and builds of Python are wanted, without regard to the implementation.
#pragma once

#include "base/result.h"
#include "pep/specifiers.h"
#include "pep/version.h"
#include "pep/version_range.h"
#include "python/interpreter.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace python {

// Which builds satisfy a request. `Default` takes no debug build, and a free-threaded one only from 3.14 on, where that
// is no longer experimental.
enum class VariantRequest : std::uint8_t {
    Default,
    FreeThreaded,
    Debug,
    FreeThreadedDebug,
    Gil,
    GilDebug
};

struct VersionRequest {
    std::vector<std::uint64_t> release;  // 3.12 -> {3, 12}: the version begins with it; empty: any
    std::optional<pep::Version> prerelease;     // 3.13.0rc1: exactly this
    std::optional<pep::Specifiers> specifiers;  // a range
    VariantRequest variant = VariantRequest::Default;

    // nullopt: the text is no version request. Errors (Usage): it is one, for a Python that is not supported (before
    // 3.6, or free-threaded before 3.13).
    static base::Result<std::optional<VersionRequest>> parse(std::string_view text);
    static VersionRequest from_specifiers(pep::Specifiers specifiers);

    bool is_any() const { return release.empty() && !prerelease && !specifiers; }

    // Whether a pre-release was asked for in so many words.
    bool names_prerelease() const;
    // A range without pre-releases in it looks at release numbers only: 3.14.0rc1 satisfies >=3.14.
    bool contains(const pep::Version& version) const;
    pep::VersionRange range() const;
    // Whether some version 3.`minor` can satisfy it.
    bool may_contain_minor(std::uint64_t minor) const;
    bool allows_build(const Interpreter& interpreter) const;
    bool matches(const Interpreter& interpreter) const;

    // The suffixes programs of this version carry, most telling first: 3.12.1 -> "3.12.1", "3.12", "3", "".
    std::vector<std::string> program_suffixes() const;

    std::string to_string() const;  // "3.13+freethreaded"; empty for any

    bool operator==(const VersionRequest&) const = default;
};

}  // namespace python
