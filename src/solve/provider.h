// Provider: the solver's only window to the world. The solver asks three questions and never sees
// an index, a file or a clock; tests answer from a table, `ops` from the package indexes.
//
// Answers block. The solver asks each question once (per package; per package and version) and
// remembers the answer, so a provider needs no cache for its sake. Which version is chosen depends
// on the answers alone, never on when or in which order they become available.
//
// An Error means that no answer could be had (network, broken index); it ends the resolution. That
// something does not exist, or cannot be used, is an answer: NotFound, Release::usability,
// Unavailable.
#pragma once

#include "base/result.h"
#include "pep/name.h"
#include "pep/requirement.h"
#include "pep/specifier.h"
#include "pep/version.h"
#include "pep/version_range.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace solve {

enum class Usability {
    Usable,
    Yanked,          // usable only for who asks for exactly this version
    Incompatible,    // no wheel for this interpreter and platform, and nothing to build from
    NeedsBuild,      // only a source distribution, and building is not possible or not allowed
    RequiresPython,  // every file is for another Python
    ExcludedByDate,  // too new for the cut-off: treated as if it did not exist, but remembered for
                     // hints
    NoFiles,         // nothing that could be installed
};

// `reason` finishes the sentence "`a==1.0` ...": "has no wheel for this platform (only
// `win_amd64`)". `hint` says what the user could do about it. Both may be empty; a general text is
// used then.
struct Release {
    pep::Version version;
    Usability usability = Usability::Usable;
    std::string reason;
    std::string yanked_reason;
    std::string hint;
    // Versions of a lower rank are all tried before those of a higher one, whatever their order: the position of the
    // index, where indexes are searched one after the other (`unsafe-first-match`).
    std::uint16_t rank = 0;
};

// The package does not exist. `reason` finishes "`a` ...": "was not found in the package index".
struct NotFound {
    std::string reason;
    std::string hint;
};

// All releases in ascending order, each version once.
using PackageAnswer = std::variant<std::vector<Release>, NotFound>;

struct Dependencies {
    std::vector<pep::Requirement> requirements;  // in the order of the metadata
    std::optional<pep::Specifiers> requires_python;
    std::vector<pep::ExtraName> extras;  // Provides-Extra
};

// The release exists and its metadata cannot be used. `reason` finishes "`a==1.0` ...": "has
// metadata that cannot be read". The solver passes on to another version.
struct Unavailable {
    std::string reason;
    std::string hint;
};

using MetadataAnswer = std::variant<Dependencies, Unavailable>;

// A package the solver will probably decide soon. `candidate` is the version it would take now; it
// is known only once the package's releases were asked for.
struct Wanted {
    pep::PackageName name;
    pep::VersionRange range;
    std::optional<pep::Version> candidate;
};

class Provider {
  public:
    virtual ~Provider() = default;

    // All releases of a package. For a name that was registered with use_url, the one version found
    // there.
    virtual base::Result<PackageAnswer> releases(const pep::PackageName& name) = 0;

    // What one release requires. Asked only for versions that `releases` listed as usable or
    // yanked.
    virtual base::Result<MetadataAnswer> metadata(
        const pep::PackageName& name, const pep::Version& version
    ) = 0;

    // From now on `name` comes from `url` and from nowhere else. Called before anything else is
    // asked about the name. A provider that serves indexes only refuses with an Error, which ends
    // the resolution.
    virtual base::Result<void> use_url(const pep::PackageName& name, const std::string& url) = 0;

    // What will be asked next, best guess first. It is only a hint; must return at once.
    virtual void prefetch(std::span<const Wanted> wanted) { static_cast<void>(wanted); }

  protected:
    Provider() = default;
    Provider(const Provider&) = default;
    Provider& operator=(const Provider&) = default;
};

}  // namespace solve
