#include "solve/knowledge.h"

#include "base/check.h"

#include <algorithm>

namespace solve {

base::Result<const Listing*> Knowledge::listing(PackageId package) {
    NameId name = packages_[package].name;
    if (name >= listings_.size()) listings_.resize(name + 1);
    std::unique_ptr<Listing>& slot = listings_[name];
    if (slot) return slot.get();

    PackageAnswer answer = TRY(provider_.releases(packages_.name(package)));
    auto listing = std::make_unique<Listing>();
    auto visible = std::make_shared<std::vector<pep::Version>>();
    if (auto* missing = std::get_if<NotFound>(&answer)) {
        listing->missing = std::move(*missing);
    } else {
        listing->releases = std::move(std::get<std::vector<Release>>(answer));
        for (const Release& release : listing->releases) {
            listing->highest_rank = std::max(listing->highest_rank, release.rank);
            if (release.usability == Usability::ExcludedByDate) continue;
            visible->push_back(release.version);
        }
    }
    CHECK(
        std::ranges::is_sorted(listing->releases, {}, &Release::version),
        "a provider lists releases in ascending order"
    );
    listing->visible = std::move(visible);
    slot = std::move(listing);
    return slot.get();
}

const Listing* Knowledge::known_listing(PackageId package) const {
    NameId name = packages_[package].name;
    return name < listings_.size() ? listings_[name].get() : nullptr;
}

base::Result<const MetadataAnswer*> Knowledge::metadata(
    PackageId package, const pep::Version& version
) {
    NameId name = packages_[package].name;
    if (name >= metadata_.size()) metadata_.resize(name + 1);
    auto found = metadata_[name].find(version);
    if (found == metadata_[name].end()) {
        MetadataAnswer answer = TRY(provider_.metadata(packages_.name(package), version));
        found = metadata_[name]
                    .emplace(version, std::make_unique<MetadataAnswer>(std::move(answer)))
                    .first;
    }
    return found->second.get();
}

const MetadataAnswer& Knowledge::known_metadata(PackageId package, const pep::Version& version)
    const {
    return *metadata_[packages_[package].name].at(version);
}

pep::VersionRange Knowledge::gap_around(const Listing& listing, const pep::Version& version) {
    const std::vector<pep::Version>& visible = *listing.visible;
    auto at_or_above = std::ranges::lower_bound(visible, version);
    pep::VersionRange range = pep::VersionRange::full();
    if (at_or_above != visible.begin()) {
        range = pep::VersionRange::above(*std::prev(at_or_above));
    }
    auto above = at_or_above;
    if (above != visible.end() && *above == version) ++above;
    if (above != visible.end()) range = range.intersection(pep::VersionRange::below(*above));
    return range;
}

}  // namespace solve
