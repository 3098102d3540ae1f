// SourceDistributionFilename: `name-version.tar.gz` and its older relatives taken apart.
//
// Before PEP 625 both parts could contain "-", so a file name alone does not tell where the
// version begins; the name of the project does.
#pragma once

#include "base/result.h"
#include "pep/name.h"
#include "pep/version.h"

#include <cstdint>
#include <string_view>

namespace pep {

enum class SourceArchive : std::uint8_t {
    TarGz,
    Zip,
    Other
};  // only the first two are allowed by PEP 625

struct SourceDistributionFilename {
    PackageName name;
    Version version;
    SourceArchive archive = SourceArchive::TarGz;

    // Errors: Invalid; no archive, or not of the project `expected`.
    static base::Result<SourceDistributionFilename> parse(
        std::string_view file_name, const PackageName& expected
    );

    bool operator==(const SourceDistributionFilename&) const = default;
};

}  // namespace pep
