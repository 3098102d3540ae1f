// Knowledge: the provider's answers, each asked for once and kept, with what the solver derives
// from them.
#pragma once

#include "base/result.h"
#include "solve/package.h"
#include "solve/provider.h"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace solve {

struct Listing {
    std::vector<Release> releases;  // ascending
    std::uint16_t highest_rank = 0;
    // The versions of those that exist for the solver, that is, without what the cut-off date
    // excludes.
    std::shared_ptr<const std::vector<pep::Version>> visible;
    std::optional<NotFound> missing;
};

class Knowledge {
  public:
    Knowledge(Provider& provider, const PackageTable& packages)
        : provider_(provider), packages_(packages) {}

    base::Result<const Listing*> listing(PackageId package);
    // Null: not asked for yet.
    const Listing* known_listing(PackageId package) const;

    base::Result<const MetadataAnswer*> metadata(PackageId package, const pep::Version& version);
    // For a version whose metadata was asked for.
    const MetadataAnswer& known_metadata(PackageId package, const pep::Version& version) const;

    // The largest interval around a version that contains no other version of the package. A fact
    // about the version is as true of the interval, and intervals of neighbours melt into one.
    static pep::VersionRange gap_around(const Listing& listing, const pep::Version& version);

  private:
    Provider& provider_;
    const PackageTable& packages_;
    std::vector<std::unique_ptr<Listing>> listings_;                                 // by NameId
    std::vector<std::map<pep::Version, std::unique_ptr<MetadataAnswer>>> metadata_;  // by NameId
};

}  // namespace solve
