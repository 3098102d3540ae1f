#include "solve/propagation.h"

#include "base/check.h"

#include <algorithm>

namespace solve {

std::vector<IncompatibilityId>& Propagation::facts_of(PackageId package) {
    if (package >= by_package_.size()) by_package_.resize(package + 1);
    return by_package_[package];
}

IncompatibilityId Propagation::add(Incompatibility fact) {
    IncompatibilityId id = store_.add(std::move(fact));
    index(id);
    return id;
}

void Propagation::index(IncompatibilityId id) {
    if (store_[id].cause == Cause::Dependency || store_[id].cause == Cause::Link) {
        id = merge_dependency(id);
    }
    for (const PackageTerm& entry : store_[id].terms)
        facts_of(entry.package).push_back(id);
}

void Propagation::index_learned(IncompatibilityId id, const Satisfier& satisfier) {
    if (store_[id].terms.size() <= 2) {
        index(id);
        return;
    }
    // All terms but the satisfier's hold now; the one that came to hold last is the first to be
    // open again.
    CHECK(satisfier.latest_other != satisfier.package, "two different terms are watched");
    watches_.emplace(id, Watches{satisfier.package, satisfier.latest_other});
    facts_of(satisfier.package).push_back(id);
    facts_of(satisfier.latest_other).push_back(id);
}

bool Propagation::move_watch(IncompatibilityId id, PackageId from) {
    auto found = watches_.find(id);
    if (found == watches_.end() || !partial_.satisfies(from, *store_[id].find(from))) return false;
    auto& [one, other] = found->second;
    PackageId& moved = one == from ? one : other;
    const PackageId kept = one == from ? other : one;
    for (const auto& [package, term] : store_[id].terms) {
        if (package == from || package == kept || partial_.satisfies(package, term)) continue;
        moved = package;
        std::vector<IncompatibilityId>& facts = facts_of(package);
        facts.insert(std::ranges::upper_bound(facts, id), id);
        return true;
    }
    return false;
}

IncompatibilityId Propagation::merge_dependency(IncompatibilityId id) {
    auto key = std::pair(store_[id].terms[0].package, store_[id].terms[1].package);
    std::vector<IncompatibilityId>& known = dependencies_[key];
    for (IncompatibilityId& earlier : known) {
        std::optional<Incompatibility> merged = store_.merged(id, earlier);
        if (!merged) continue;
        std::erase(facts_of(key.first), earlier);
        std::erase(facts_of(key.second), earlier);
        earlier = store_.add(std::move(*merged));
        return earlier;
    }
    known.push_back(id);
    return id;
}

std::optional<IncompatibilityId> Propagation::decide(
    PackageId package, const pep::Version& version, std::span<const IncompatibilityId> facts
) {
    for (IncompatibilityId id : facts) {
        bool holds = true;
        for (const auto& [subject, term] : store_[id].terms) {
            if (subject == package) {
                holds = holds && term.contains(version);
            } else {
                const Term* known = partial_.term(subject);
                holds = holds && known != nullptr && known->is_subset_of(term);
            }
        }
        if (holds) return id;
    }
    partial_.decide(package, version);
    return std::nullopt;
}

std::expected<std::vector<Conflict>, IncompatibilityId> Propagation::propagate(PackageId package) {
    std::vector<Conflict> conflicts;
    queue_.assign(1, package);
    while (!queue_.empty()) {
        PackageId current = queue_.back();
        queue_.pop_back();
        std::optional<IncompatibilityId> conflict = visit(current);
        if (!conflict) continue;
        PackageId learned = TRY(resolve(*conflict, conflicts));
        queue_.assign(1, learned);
    }
    return conflicts;
}

std::optional<IncompatibilityId> Propagation::visit(PackageId package) {
    using Kind = IncompatibilityRelation::Kind;
    // Newest first: what was learned last is the most likely to matter.
    for (std::size_t i = facts_of(package).size(); i-- > 0;) {
        IncompatibilityId id = by_package_[package][i];
        if (id < is_contradicted_.size() && is_contradicted_[id]) continue;
        IncompatibilityRelation relation = partial_.relation(store_[id]);
        switch (relation.kind) {
            case Kind::Satisfied:
                return id;
            case Kind::Almost:
                if (std::ranges::find(queue_, relation.package) == queue_.end()) {
                    queue_.push_back(relation.package);
                }
                derive(relation.package, id);
                break;
            case Kind::Contradicted:
                mark_contradicted(id);
                break;
            case Kind::Inconclusive:
                if (move_watch(id, package)) {
                    std::vector<IncompatibilityId>& facts = by_package_[package];
                    facts.erase(facts.begin() + static_cast<std::ptrdiff_t>(i));
                }
                break;
        }
    }
    return std::nullopt;
}

std::expected<PackageId, IncompatibilityId> Propagation::resolve(
    IncompatibilityId conflict, std::vector<Conflict>& conflicts
) {
    bool is_new = false;
    while (!store_[conflict].is_terminal()) {
        Satisfier satisfier = partial_.satisfier(store_[conflict]);
        if (satisfier.previous_level < satisfier.level) {
            backtrack(satisfier.previous_level);
            if (is_new) index_learned(conflict, satisfier);
            derive(satisfier.package, conflict);
            conflicts.push_back({satisfier.package, conflict});
            return satisfier.package;
        }
        CHECK(satisfier.cause.has_value(), "a decision is alone at its level");
        conflict = store_.derive(conflict, *satisfier.cause, satisfier.package);
        conflicts.push_back({satisfier.package, conflict});
        is_new = true;
    }
    return std::unexpected(conflict);
}

void Propagation::derive(PackageId package, IncompatibilityId cause) {
    partial_.derive(package, cause);
    mark_contradicted(cause);
}

void Propagation::mark_contradicted(IncompatibilityId id) {
    if (id >= is_contradicted_.size()) is_contradicted_.resize(store_.size(), false);
    if (is_contradicted_[id]) return;
    is_contradicted_[id] = true;
    contradicted_.emplace_back(id, partial_.level());
}

void Propagation::backtrack(Level level) {
    partial_.backtrack(level);
    // The levels in the list never fall from front to back: it is cut here and grows at the current
    // level.
    while (!contradicted_.empty() && contradicted_.back().second > level) {
        is_contradicted_[contradicted_.back().first] = false;
        contradicted_.pop_back();
    }
}

bool Propagation::backtrack_before(PackageId package) {
    std::optional<Level> level = partial_.decision_level(package);
    if (!level) return false;
    backtrack(*level - 1);
    return true;
}

}  // namespace solve
