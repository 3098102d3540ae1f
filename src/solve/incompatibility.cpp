#include "solve/incompatibility.h"

#include "base/check.h"

#include <algorithm>

namespace solve {

const Term* Incompatibility::find(PackageId package) const {
    for (const PackageTerm& entry : terms) {
        if (entry.package == package) return &entry.term;
    }
    return nullptr;
}

bool Incompatibility::is_terminal() const {
    return terms.empty() ||
           (terms.size() == 1 && terms[0].package == kRoot && terms[0].term.is_positive());
}

Incompatibility make_root(pep::VersionRange version) {
    return {.terms = {{kRoot, Term::negative(std::move(version))}}, .cause = Cause::Root};
}

Incompatibility make_no_version(PackageId package, pep::VersionRange range) {
    return {.terms = {{package, Term::positive(std::move(range))}}, .cause = Cause::NoVersion};
}

Incompatibility make_dependency(Requires requires_fact, Cause cause) {
    Incompatibility fact{.cause = cause, .reason = std::move(requires_fact.reason)};
    fact.terms.push_back({requires_fact.package, Term::positive(std::move(requires_fact.versions))}
    );
    fact.terms.push_back({requires_fact.dependency, Term::negative(std::move(requires_fact.range))}
    );
    return fact;
}

Incompatibility make_unusable(
    PackageId package, pep::VersionRange range, std::string reason, std::string hint
) {
    return {
        .terms = {{package, Term::positive(std::move(range))}},
        .cause = Cause::Unusable,
        .reason = std::move(reason),
        .hint = std::move(hint)
    };
}

Incompatibility make_not_found(PackageId package, std::string reason, std::string hint) {
    return {
        .terms = {{package, Term::positive(pep::VersionRange::full())}},
        .cause = Cause::NotFound,
        .reason = std::move(reason),
        .hint = std::move(hint)
    };
}

IncompatibilityId IncompatibilityStore::add(Incompatibility incompatibility) {
    all_.push_back(std::move(incompatibility));
    return static_cast<IncompatibilityId>(all_.size() - 1);
}

IncompatibilityId IncompatibilityStore::derive(
    IncompatibilityId conflict, IncompatibilityId satisfier_cause, PackageId package
) {
    Incompatibility derived{.cause = Cause::Derived, .left = conflict, .right = satisfier_cause};
    derived.terms.reserve(all_[conflict].terms.size() + all_[satisfier_cause].terms.size());
    for (const PackageTerm& entry : all_[conflict].terms) {
        if (entry.package != package) derived.terms.push_back(entry);
    }
    for (const PackageTerm& entry : all_[satisfier_cause].terms) {
        if (entry.package == package) continue;
        auto same = std::ranges::find(derived.terms, entry.package, &PackageTerm::package);
        if (same == derived.terms.end()) {
            derived.terms.push_back(entry);
        } else {
            same->term = same->term.intersection(entry.term);
        }
    }
    const Term* one = all_[conflict].find(package);
    const Term* other = all_[satisfier_cause].find(package);
    CHECK(one != nullptr && other != nullptr, "resolution needs a package of both");
    Term either = one->union_with(*other);
    if (!either.is_any()) derived.terms.push_back({package, std::move(either)});
    return add(std::move(derived));
}

std::optional<Incompatibility> IncompatibilityStore::merged(
    IncompatibilityId first, IncompatibilityId second
) const {
    const Incompatibility& a = all_[first];
    const Incompatibility& b = all_[second];
    if (a.terms[1].term != b.terms[1].term || a.reason != b.reason) return std::nullopt;
    Requires both{
        .package = a.terms[0].package,
        .versions = a.terms[0].term.range().union_with(b.terms[0].term.range()),
        .dependency = a.terms[1].package,
        .range = a.terms[1].term.range()
    };
    return make_dependency(std::move(both), a.cause);
}

}  // namespace solve
