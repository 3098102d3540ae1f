// Marker: the condition behind the `;` of a requirement (PEP 508), as an expression tree.
//
// A comparison that can mean nothing (two strings, two variables, `~=` on strings, a version
// variable against what is no version) is left out with a warning, as if it were not written; a
// marker of nothing else is always true. Comparisons of versions look at release numbers only. The
// old spellings `os.name`, `python_implementation` and the like are read and become today's.
// Immutable; copies share the tree, across threads too.
#pragma once

#include "base/result.h"
#include "pep/marker_environment.h"
#include "pep/name.h"
#include "pep/warnings.h"

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace pep {

struct MarkerNode;  // pep/marker_node.h

class Marker {
  public:
    Marker() = default;  // always

    // Errors: Invalid, with the column.
    static base::Result<Marker> parse(std::string_view text, Warnings* warnings = nullptr);
    // For metadata in the wild: takes a bare word where a quoted value should stand.
    static base::Result<Marker> parse_lenient(std::string_view text, Warnings* warnings = nullptr);

    static Marker always() { return {}; }

    static Marker for_extra(const ExtraName& extra);  // extra == '...'

    bool is_always() const { return root_ == nullptr; }

    // `extra` terms ask `extras`, which are the ones asked for; `in dependency_groups` is false.
    bool evaluate(const MarkerEnvironment& environment, std::span<const ExtraName> extras) const;

    Marker and_with(const Marker& other) const;
    Marker or_with(const Marker& other) const;

    // Whether it has an `extra` term at all, and one `extra == name`.
    bool mentions_extra() const;
    bool mentions_extra(const ExtraName& extra) const;

    // Empty for always. Reads back as an equal marker.
    std::string to_string() const;

    // Of the expression, not of its meaning: `a and b` is not `b and a`.
    bool operator==(const Marker& other) const;

  private:
    explicit Marker(std::shared_ptr<const MarkerNode> root) : root_(std::move(root)) {}

    std::shared_ptr<const MarkerNode> root_;
};

}  // namespace pep
