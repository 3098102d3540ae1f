// Reads the text of a version into its parts (PEP 440, "Version scheme" and its normalisations).
// Part of version.cpp; others use Version::parse.
#pragma once

#include "base/result.h"
#include "pep/version.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pep {

// The plain case, without allocation: nothing but up to seven numbers divided by dots.
class PlainRelease {
  public:
    // False: it is something else, or a number is large.
    bool read(std::string_view text);

    std::span<const std::uint64_t> numbers() const { return std::span(numbers_).first(size_); }

  private:
    std::array<std::uint64_t, 7> numbers_{};
    std::size_t size_ = 0;
};

struct ParsedVersion {
    VersionParts parts;
    bool is_wildcard = false;
};

// Errors: Invalid.
base::Result<ParsedVersion> parse_version_text(std::string_view text);

}  // namespace pep
