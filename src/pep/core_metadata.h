// CoreMetadata: what resolving and installing need of a METADATA or PKG-INFO file (core metadata
// specification).
#pragma once

#include "base/result.h"
#include "pep/name.h"
#include "pep/requirement.h"
#include "pep/specifiers.h"
#include "pep/version.h"
#include "pep/warnings.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pep {

struct CoreMetadata {
    std::string metadata_version;  // "2.1", as written
    PackageName name;
    Version version;
    std::vector<Requirement> requires_dist;  // in the order of the file
    std::optional<Specifiers> requires_python;
    std::vector<ExtraName> provides_extras;
    std::vector<std::string> dynamic;  // lower case
    Warnings warnings;                 // what was repaired or ignored

    // Requirements are read leniently. Errors (Invalid): no or a bad name or version, a
    // requirement or Requires-Python that cannot be repaired; none of them is ever left out. An
    // invalid Provides-Extra is.
    static base::Result<CoreMetadata> parse(std::string_view text);

    bool is_dynamic(std::string_view field) const;  // ASCII case does not matter

    bool operator==(const CoreMetadata&) const = default;
};

}  // namespace pep
