// Specifiers: comparisons that must all hold, such as `>=3.8, <4`. The empty set always holds.
//
// They are kept sorted by version and operator, so that `<4,>=3.8` and `>=3.8, <4` are equal and
// print alike.
#pragma once

#include "base/result.h"
#include "pep/specifier.h"
#include "pep/warnings.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pep {

class Specifiers {
  public:
    Specifiers() = default;
    explicit Specifiers(std::vector<Specifier> items);

    // Comma-separated, blanks anywhere between tokens. Errors: Invalid.
    static base::Result<Specifiers> parse(std::string_view text);
    // For metadata in the wild: repairs what old tools wrote (pep/repair.h). Errors are those of
    // the text as given.
    static base::Result<Specifiers> parse_lenient(
        std::string_view text, Warnings* warnings = nullptr
    );

    bool contains(const Version& version) const;

    bool empty() const { return items_.empty(); }

    std::span<const Specifier> items() const { return items_; }

    std::string to_string() const;  // joined by ", "

    bool operator==(const Specifiers&) const = default;

  private:
    std::vector<Specifier> items_;
};

}  // namespace pep
