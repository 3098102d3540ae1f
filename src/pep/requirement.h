// Requirement: what one distribution asks of another (PEP 508): `name[extra]>=1.0; marker` or
// `name @ url`.
#pragma once

#include "base/result.h"
#include "pep/marker.h"
#include "pep/name.h"
#include "pep/specifiers.h"
#include "pep/warnings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pep {

struct Requirement {
    PackageName name;
    std::vector<ExtraName> extras;  // as written, without repeats
    Specifiers specifiers;          // empty if `url` is set
    std::optional<std::string> url;
    Marker marker;

    // Errors: Invalid; they show the text and what stands where something else should.
    static base::Result<Requirement> parse(std::string_view text, Warnings* warnings = nullptr);
    // For metadata in the wild: if the text cannot be read as it is, reads it with the repairs of
    // pep/repair.h. A requirement that resists them is an error, never left out. Errors are those
    // of the text as given.
    static base::Result<Requirement> parse_lenient(
        std::string_view text, Warnings* warnings = nullptr
    );

    // `name[a,b]>=1.0,<2 ; marker`; reads back as an equal requirement.
    std::string to_string() const;

    bool operator==(const Requirement&) const = default;
};

}  // namespace pep
