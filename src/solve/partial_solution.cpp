#include "solve/partial_solution.h"

#include "base/check.h"

#include <algorithm>

namespace solve {

PartialSolution::Assignments& PartialSolution::at(PackageId package) {
    if (package >= packages_.size()) packages_.resize(package + 1);
    return packages_[package];
}

void PartialSolution::decide(PackageId package, const pep::Version& version) {
    Assignments& assignments = at(package);
    CHECK(!assignments.decision, "a package is decided once");
    ++level_;
    assignments.decision = Decision{
        .time = time_++,
        .level = level_,
        .version = version,
        .term = Term::positive(pep::VersionRange::singleton(version))
    };
    trail_.push_back(package);
    update_open(package);
}

void PartialSolution::derive(PackageId package, IncompatibilityId cause) {
    const Term* term = store_[cause].find(package);
    CHECK(term != nullptr, "a derivation needs a cause that mentions its package");
    Assignments& assignments = at(package);
    CHECK(!assignments.decision, "nothing can be derived of a decided package");
    Term accumulated =
        assignments.derivations.empty()
            ? term->negated()
            : assignments.derivations.back().accumulated.intersection(term->negated());
    assignments.derivations.push_back({time_++, level_, cause, std::move(accumulated)});
    trail_.push_back(package);
    update_open(package);
}

void PartialSolution::backtrack(Level level) {
    while (!trail_.empty()) {
        PackageId package = trail_.back();
        Assignments& assignments = packages_[package];
        if (assignments.decision) {
            if (assignments.decision->level <= level) break;
            assignments.decision.reset();
        } else {
            if (assignments.derivations.back().level <= level) break;
            assignments.derivations.pop_back();
        }
        trail_.pop_back();
        update_open(package);
    }
    level_ = level;
}

const Term* PartialSolution::term(PackageId package) const {
    if (package >= packages_.size()) return nullptr;
    const Assignments& assignments = packages_[package];
    if (assignments.decision) return &assignments.decision->term;
    if (assignments.derivations.empty()) return nullptr;
    return &assignments.derivations.back().accumulated;
}

const pep::Version* PartialSolution::decision(PackageId package) const {
    if (package >= packages_.size() || !packages_[package].decision) return nullptr;
    return &packages_[package].decision->version;
}

std::optional<Level> PartialSolution::decision_level(PackageId package) const {
    if (package >= packages_.size() || !packages_[package].decision) return std::nullopt;
    return packages_[package].decision->level;
}

bool PartialSolution::satisfies(PackageId package, const Term& wanted) const {
    if (const pep::Version* version = decision(package)) return wanted.contains(*version);
    const Term* known = term(package);
    return known != nullptr && known->is_subset_of(wanted);
}

IncompatibilityRelation PartialSolution::relation(const Incompatibility& incompatibility) const {
    using Kind = IncompatibilityRelation::Kind;
    IncompatibilityRelation answer{Kind::Satisfied};
    for (const auto& [package, wanted] : incompatibility.terms) {
        Relation relation = Relation::Inconclusive;
        if (const pep::Version* version = decision(package)) {
            relation = wanted.contains(*version) ? Relation::Satisfied : Relation::Contradicted;
        } else if (const Term* known = term(package)) {
            relation = wanted.relation_with(*known);
        }
        if (relation == Relation::Contradicted) return {Kind::Contradicted, package};
        if (relation == Relation::Satisfied) continue;
        answer = answer.kind == Kind::Satisfied ? IncompatibilityRelation{Kind::Almost, package}
                                                : IncompatibilityRelation{Kind::Inconclusive};
        // What is left can still be contradicted, which is worth knowing, but not worth a look.
        if (answer.kind == Kind::Inconclusive) return answer;
    }
    return answer;
}

PartialSolution::Moment PartialSolution::ruled_out(PackageId package, const Term& term) const {
    const Assignments& assignments = packages_[package];
    auto found =
        std::ranges::partition_point(assignments.derivations, [&](const Derivation& derivation) {
            return !derivation.accumulated.is_disjoint(term);
        });
    if (found != assignments.derivations.end()) {
        return {package, found->time, found->level, found->cause};
    }
    CHECK(assignments.decision.has_value(), "only a decision is left to rule the term out");
    return {package, assignments.decision->time, assignments.decision->level, std::nullopt};
}

Satisfier PartialSolution::satisfier(const Incompatibility& incompatibility) const {
    std::vector<Moment> moments;
    moments.reserve(incompatibility.terms.size());
    for (const auto& [package, term] : incompatibility.terms) {
        moments.push_back(ruled_out(package, term.negated()));
    }
    auto last = std::ranges::max_element(moments, {}, &Moment::time);
    const Moment satisfier = *last;

    PackageId latest_other = satisfier.package;
    std::uint32_t latest_time = 0;
    for (const Moment& moment : moments) {
        if (moment.package == satisfier.package || moment.time < latest_time) continue;
        latest_other = moment.package;
        latest_time = moment.time;
    }

    // Without the satisfier: how early would the satisfier's own statement have been enough?
    Term own = satisfier.cause ? store_[*satisfier.cause].find(satisfier.package)->negated()
                               : packages_[satisfier.package].decision->term;
    Term missing = own.intersection(incompatibility.find(satisfier.package)->negated());
    *last = ruled_out(satisfier.package, missing);
    const Moment previous = *std::ranges::max_element(moments, {}, &Moment::time);
    return {
        .package = satisfier.package,
        .cause = satisfier.cause,
        .level = satisfier.level,
        .previous_level = std::max(previous.level, Level{1}),
        .latest_other = latest_other
    };
}

void PartialSolution::update_open(PackageId package) {
    Assignments& assignments = packages_[package];
    bool is_open = !assignments.decision && !assignments.derivations.empty() &&
                   assignments.derivations.back().accumulated.is_positive();
    if (is_open && !assignments.is_changed) {
        assignments.is_changed = true;
        changed_.push_back(package);
    }
    if (is_open == assignments.open_position.has_value()) return;
    if (is_open) {
        assignments.open_position = static_cast<std::uint32_t>(open_.size());
        open_.push_back(package);
        return;
    }
    PackageId moved = open_.back();
    open_[*assignments.open_position] = moved;
    packages_[moved].open_position = assignments.open_position;
    open_.pop_back();
    assignments.open_position.reset();
}

std::vector<PackageId> PartialSolution::take_changed() {
    std::vector<PackageId> changed;
    for (PackageId package : changed_) {
        packages_[package].is_changed = false;
        if (packages_[package].open_position) changed.push_back(package);
    }
    changed_.clear();
    return changed;
}

}  // namespace solve
