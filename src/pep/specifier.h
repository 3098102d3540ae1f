// Specifier: one comparison such as `>=3.8` or `==1.2.*` (PEP 440).
//
// Two deliberate differences from the standard: `===` takes a version, not any text, and compares
// the normal forms; and no comparison keeps pre-releases out by itself, that is the chooser's
// business. `contains` is the predicate for one concrete version, such as an interpreter's; a
// solver takes the set that VersionRange::from makes of it.
#pragma once

#include "base/result.h"
#include "pep/version.h"

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace pep {

// In the order in which equal versions are sorted. A wildcard sorts directly behind its operator.
enum class Operator : std::uint8_t {
    Equal,           // ==
    ArbitraryEqual,  // ===
    NotEqual,        // !=
    Compatible,      // ~=
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
};

std::string_view text_of(Operator op);

class Specifier {
  public:
    enum class Wildcard : std::uint8_t { No, Yes };

    // Errors: Invalid; a version without operator, an operator that does not go with the version.
    static base::Result<Specifier> parse(std::string_view text);
    // Errors: Invalid if the operator does not go with such a version: a local part needs ==, !=
    // or ===, a wildcard == or !=, and ~= two release numbers.
    static base::Result<Specifier> create(
        Operator op, Version version, Wildcard wildcard = Wildcard::No
    );

    Operator op() const { return op_; }

    const Version& version() const { return version_; }

    bool is_wildcard() const { return wildcard_ == Wildcard::Yes; }

    bool contains(const Version& version) const;
    std::string to_string() const;  // `>=3.8`

    bool operator==(const Specifier& other) const = default;
    // By version, then by operator.
    std::strong_ordering operator<=>(const Specifier& other) const;

  private:
    Specifier(Operator op, Version version, Wildcard wildcard)
        : version_(std::move(version)), op_(op), wildcard_(wildcard) {}

    Version version_;
    Operator op_;
    Wildcard wildcard_;
};

}  // namespace pep
