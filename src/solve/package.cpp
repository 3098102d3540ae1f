#include "solve/package.h"

namespace solve {

namespace {

constexpr std::uint32_t kNoExtra = (1U << 30U) - 1;

// Kind, extra and name in one integer: 2, 30 and 32 bits.
std::uint64_t key_of(const Package& package) {
    return (std::uint64_t{static_cast<std::uint8_t>(package.kind)} << 62U) |
           (std::uint64_t{package.extra} << 32U) | package.name;
}

}  // namespace

PackageTable::PackageTable() {
    packages_.push_back(Package{});
}

PackageId PackageTable::base(const pep::PackageName& name) {
    return intern({.kind = PackageKind::Base, .name = intern_name(name), .extra = kNoExtra});
}

PackageId PackageTable::extra_request(const pep::PackageName& name, const pep::ExtraName& extra) {
    return intern(
        {.kind = PackageKind::ExtraRequest, .name = intern_name(name), .extra = intern_extra(extra)}
    );
}

PackageId PackageTable::content_of(PackageId request) {
    Package package = packages_[request];
    package.kind = PackageKind::ExtraContent;
    return intern(package);
}

PackageId PackageTable::base_of(PackageId package) {
    return intern({.kind = PackageKind::Base, .name = packages_[package].name, .extra = kNoExtra});
}

std::string PackageTable::label(PackageId id) const {
    switch (packages_[id].kind) {
        case PackageKind::Root:
            return {};
        case PackageKind::Base:
            return name(id).text();
        case PackageKind::ExtraRequest:
        case PackageKind::ExtraContent:
            return name(id).text() + "[" + extra(id).text() + "]";
    }
    return {};
}

NameId PackageTable::intern_name(const pep::PackageName& name) {
    auto [position, inserted] = name_ids_.try_emplace(name, static_cast<NameId>(names_.size()));
    if (inserted) names_.push_back(name);
    return position->second;
}

std::uint32_t PackageTable::intern_extra(const pep::ExtraName& extra) {
    auto [position, inserted] =
        extra_ids_.try_emplace(extra.text(), static_cast<std::uint32_t>(extras_.size()));
    if (inserted) extras_.push_back(extra);
    return position->second;
}

PackageId PackageTable::intern(Package package) {
    auto [position, inserted] =
        ids_.try_emplace(key_of(package), static_cast<PackageId>(packages_.size()));
    if (inserted) packages_.push_back(package);
    return position->second;
}

}  // namespace solve
