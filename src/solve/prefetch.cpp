#include "solve/prefetch.h"

#include <algorithm>

namespace solve {

namespace {

constexpr std::uint32_t kFirstBatch = 5;
constexpr std::uint32_t kSecondBatch = 10;
constexpr std::uint32_t kBatchInterval = 20;
constexpr std::uint32_t kLargestBatch = 50;

bool is_batch_due(std::uint32_t tried) {
    return tried == kFirstBatch || tried == kSecondBatch ||
           (tried > 0 && tried % kBatchInterval == 0);
}

}  // namespace

void Prefetcher::count(PackageId package) {
    NameId name = packages_[package].name;
    if (name >= tried_.size()) tried_.resize(name + 1, 0);
    if (is_batch_due(++tried_[name])) due_.push_back(package);
}

std::vector<Wanted> Prefetcher::wanted(
    std::vector<PackageId> changed, const PartialSolution& partial
) {
    std::vector<Wanted> out;
    std::ranges::sort(changed);
    for (PackageId package : changed) {
        if (packages_[package].kind != PackageKind::Base) continue;
        const pep::PackageName& name = packages_.name(package);
        Wanted wanted{name, partial.term(package)->range(), std::nullopt};
        if (const Listing* listing = knowledge_.known_listing(package)) {
            std::optional<Candidate> best = policy_.choose(name, *listing, wanted.range);
            if (!best || !best->is_usable) continue;
            wanted.candidate = best->release->version;
        }
        out.push_back(std::move(wanted));
    }
    for (PackageId package : due_) {
        const Term* term = partial.term(package);
        bool is_open = term != nullptr && term->is_positive();
        append_batch(package, is_open ? term->range() : pep::VersionRange::full(), out);
    }
    due_.clear();
    return out;
}

void Prefetcher::append_batch(
    PackageId package, const pep::VersionRange& range, std::vector<Wanted>& out
) {
    const Listing* listing = knowledge_.known_listing(package);
    if (listing == nullptr) return;
    const pep::PackageName& name = packages_.name(package);
    pep::VersionRange rest = range;
    std::uint32_t left = std::min(tried_[packages_[package].name], kLargestBatch);
    for (; left > 0; --left) {
        std::optional<Candidate> next = policy_.choose(name, *listing, rest);
        if (!next) return;
        const pep::Version& version = next->release->version;
        rest = rest.intersection(Knowledge::gap_around(*listing, version).complement());
        if (next->is_usable) out.push_back({name, rest, version});
    }
}

}  // namespace solve
