// One file of a project as an index describes it. A value: copied out of a Page when somebody needs
// the whole of it (what a solver looks at stays in the page's compact records).
#pragma once

#include "base/hash.h"
#include "net/url.h"
#include "pep/name.h"
#include "pep/version.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace package_index {

enum class FileKind { Wheel, SourceDistribution };

struct DistributionFile {
    FileKind kind = FileKind::Wheel;
    std::string file_name;  // decoded; its name and version parts are those below
    net::Url url;           // http, https or file; no fragment
    pep::PackageName name;
    pep::Version version;
    std::vector<base::HashDigest> hashes;  // announced, not yet checked; strongest first
    std::optional<std::uint64_t> size;     // announced: a download may not be longer
    std::string requires_python;           // as announced, "" if not
    std::optional<std::string> yanked;     // the reason, maybe ""
    std::optional<std::int64_t> upload_time_ms;
    bool has_metadata = false;                      // PEP 658/714: `<url>.metadata` exists
    std::optional<base::HashDigest> metadata_hash;  // its digest, if announced
    std::string
        index_name;  // what to call the source in messages: the location's name or redacted URL
    std::optional<std::size_t>
        location;  // number in the Registry's list of locations; nullopt: find-links, direct

    // The SHA-256 among `hashes`.
    const base::HashDigest* sha256() const;
};

}  // namespace package_index
