#include "solve/priority.h"

#include <algorithm>

namespace solve {

Priorities::NamePriority* Priorities::of_name(PackageId package) {
    NameId name = packages_[package].name;
    if (name == kNoName) return nullptr;
    if (name >= names_.size()) names_.resize(name + 1);
    return &names_[name];
}

void Priorities::meet(PackageId package, PriorityClass priority) {
    if (package >= order_.size()) order_.resize(package + 1, 0);
    if (order_[package] == 0) order_[package] = next_order_++;
    NamePriority* name = of_name(package);
    if (name == nullptr) return;
    if (!name->is_met) {
        *name = {.priority = priority, .place = next_place_++, .is_met = true};
        return;
    }
    name->priority = std::max(name->priority, priority);
}

bool Priorities::mark_early(PackageId package) {
    NamePriority* name = of_name(package);
    if (name == nullptr || name->priority == PriorityClass::ConflictEarly) return false;
    name->priority = PriorityClass::ConflictEarly;
    return true;
}

bool Priorities::mark_late(PackageId package) {
    NamePriority* name = of_name(package);
    if (name == nullptr || name->priority == PriorityClass::ConflictEarly ||
        name->priority == PriorityClass::ConflictLate) {
        return false;
    }
    name->priority = PriorityClass::ConflictLate;
    return true;
}

std::strong_ordering Priorities::compare(PackageId a, PackageId b) const {
    NameId name_a = packages_[a].name;
    NameId name_b = packages_[b].name;
    if (name_a == kNoName || name_b == kNoName) {  // the root goes before everything
        return (name_a == kNoName) <=> (name_b == kNoName);
    }
    if (name_a != name_b) {
        const NamePriority& left = names_[name_a];
        const NamePriority& right = names_[name_b];
        if (left.priority != right.priority) return left.priority <=> right.priority;
        return right.place <=> left.place;
    }
    return order_[b] <=> order_[a];
}

PackageId Priorities::first_of(std::span<const PackageId> open) const {
    return *std::ranges::max_element(open, [this](PackageId a, PackageId b) {
        return compare(a, b) < 0;
    });
}

void ConflictTracker::record(
    PackageId current, PackageId affected, const Incompatibility& incompatibility
) {
    bool has_culprit = false;
    for (const PackageTerm& entry : incompatibility.terms) {
        // A package and its virtual packages copy each other's obligations; that is no conflict.
        if (packages_[entry.package].name == packages_[affected].name) continue;
        has_culprit = true;
        count(culprits_, entry.package, to_deprioritise_);
    }
    if (has_culprit) count(affected_, current, to_prioritise_);
}

void ConflictTracker::count(
    std::vector<std::uint32_t>& counts, PackageId package, std::vector<PackageId>& reached
) {
    if (package >= counts.size()) counts.resize(package + 1, 0);
    if (++counts[package] == kConflictThreshold) reached.push_back(package);
}

std::vector<PackageId> ConflictTracker::apply(Priorities& priorities) {
    for (PackageId package : to_prioritise_)
        priorities.mark_early(package);
    to_prioritise_.clear();
    std::vector<PackageId> moved;
    for (PackageId package : to_deprioritise_) {
        if (priorities.mark_late(package)) moved.push_back(package);
    }
    to_deprioritise_.clear();
    return moved;
}

}  // namespace solve
