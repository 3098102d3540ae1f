#include "solve/search.h"

#include <fmt/core.h>

namespace solve {

namespace {

std::string general_reason(const Release& release) {
    switch (release.usability) {
        case Usability::Yanked:
            return release.yanked_reason.empty()
                       ? "was yanked"
                       : fmt::format("was yanked (reason: {})", release.yanked_reason);
        case Usability::Incompatible:
            return "has no wheel for this interpreter and platform";
        case Usability::NeedsBuild:
            return "has no wheel, only a source distribution";
        case Usability::RequiresPython:
            return "needs another Python";
        case Usability::NoFiles:
            return "has no files that could be installed";
        case Usability::Usable:
        case Usability::ExcludedByDate:
            break;
    }
    return "cannot be used";
}

std::string reason_of(const Release& release) {
    return release.reason.empty() ? general_reason(release) : release.reason;
}

const char* reason_of(DemandRole role) {
    switch (role) {
        case DemandRole::Override:
            return "your override";
        case DemandRole::Constraint:
            return "your constraint";
        case DemandRole::Stated:
        case DemandRole::Self:
            break;
    }
    return "";
}

}  // namespace

Search::Search(const Problem& problem, Provider& provider)
    : problem_(problem),
      knowledge_(provider, packages_),
      policy_(problem),
      demands_(problem),
      priorities_(packages_),
      tracker_(packages_),
      prefetcher_(packages_, knowledge_, policy_),
      provider_(provider) {}

base::Result<std::optional<IncompatibilityId>> Search::run() {
    TRY(urls_.collect(problem_, demands_, provider_, policy_));
    propagation_.add(make_root(pep::VersionRange::singleton(root_version_)));
    PackageId next = kRoot;
    while (true) {
        auto conflicts = propagation_.propagate(next);
        if (!conflicts) return conflicts.error();
        for (const Conflict& conflict : *conflicts)
            record_conflict(next, conflict);
        for (PackageId package : tracker_.apply(priorities_)) {
            propagation_.backtrack_before(package);
        }
        hint_prefetch();
        if (propagation_.partial().open().empty()) return std::nullopt;
        next = priorities_.first_of(propagation_.partial().open());
        TRY(next == kRoot ? decide_root() : decide_next(next));
    }
}

base::Result<void> Search::decide_next(PackageId package) {
    const Listing& listing = *TRY(knowledge_.listing(package));
    if (listing.missing) {
        const NotFound& missing = *listing.missing;
        std::string reason = missing.reason.empty() ? "was not found" : missing.reason;
        propagation_.add(make_not_found(package, std::move(reason), missing.hint));
        return {};
    }
    const pep::VersionRange& range = propagation_.partial().term(package)->range();
    const pep::PackageName& name = packages_.name(package);
    std::optional<Candidate> candidate = urls_.find(name) != nullptr
                                             ? policy_.only(listing, range)
                                             : policy_.choose(name, listing, range);
    if (!candidate) {
        propagation_.add(make_no_version(package, range));
        return {};
    }
    const Release& release = *candidate->release;
    Subject subject{package, release.version, Knowledge::gap_around(listing, release.version)};
    if (!candidate->is_usable) {
        reject(subject, reason_of(release), release.hint);
        return {};
    }
    if (packages_[package].kind == PackageKind::Base) prefetcher_.count(package);
    return expand(subject);
}

base::Result<void> Search::decide_root() {
    Subject subject{kRoot, root_version_, pep::VersionRange::singleton(root_version_)};
    return require(subject, demands_.of_root());
}

base::Result<void> Search::expand(const Subject& subject) {
    if (expanded_.contains({subject.package, subject.version})) {
        conclude(subject, {});
        return {};
    }
    if (packages_[subject.package].kind == PackageKind::ExtraRequest) {
        bind_extra(subject);
        return {};
    }
    const MetadataAnswer& answer = *TRY(knowledge_.metadata(subject.package, subject.version));
    if (const auto* unavailable = std::get_if<Unavailable>(&answer)) {
        std::string reason =
            unavailable->reason.empty() ? "has no usable metadata" : unavailable->reason;
        reject(subject, std::move(reason), unavailable->hint);
        return {};
    }
    const auto& dependencies = std::get<Dependencies>(answer);
    if (dependencies.requires_python &&
        !admits_python(*dependencies.requires_python, problem_.python)) {
        bool is_requested = problem_.python_origin == PythonOrigin::Requested;
        reject(
            subject,
            fmt::format(
                "needs Python {} ({} {})",
                dependencies.requires_python->to_string(),
                is_requested ? "you ask for" : "the interpreter is",
                problem_.python.to_string()
            ),
            "another Python may help: `--python VERSION`"
        );
        return {};
    }
    bool is_extra = packages_[subject.package].kind == PackageKind::ExtraContent;
    Scope release{packages_.name(subject.package), subject.version};
    return require(
        subject,
        demands_.of_release(
            release, dependencies, is_extra ? &packages_.extra(subject.package) : nullptr
        )
    );
}

void Search::bind_extra(const Subject& subject) {
    const PackageId base = packages_.base_of(subject.package);
    const PackageId content = packages_.content_of(subject.package);
    const auto only = pep::VersionRange::singleton(subject.version);
    const PriorityClass priority = class_of(packages_.name(base), only);
    std::vector<IncompatibilityId> facts;
    for (PackageId part : {base, content}) {
        priorities_.meet(part, priority);
        facts.push_back(add_dependency(subject, {part, only}, Cause::Link));
    }
    expanded_.emplace(subject.package, subject.version);
    conclude(subject, facts);
}

base::Result<void> Search::require(const Subject& subject, std::span<const Demand> demands) {
    std::vector<IncompatibilityId> facts;
    for (const Demand& demand : demands) {
        if (demand.requirement->url) {
            TRY(urls_.check(*demand.requirement, packages_.label(subject.package)));
        }
        if (!add_demand(subject, demand, facts)) return {};
    }
    expanded_.emplace(subject.package, subject.version);
    conclude(subject, facts);
    return {};
}

bool Search::add_demand(
    const Subject& subject, const Demand& demand, std::vector<IncompatibilityId>& facts
) {
    const pep::Requirement& requirement = *demand.requirement;
    const auto range = pep::VersionRange::from(requirement.specifiers);
    if (range.is_empty()) {
        reject(
            subject,
            fmt::format(
                "{} `{}`, which no version can be",
                subject.package == kRoot ? "require" : "requires",
                requirement.to_string()
            ),
            {}
        );
        return false;
    }
    const PackageId base = packages_.base(requirement.name);
    const PriorityClass priority = class_of(requirement.name, range);
    const char* reason = reason_of(demand.role);
    bool is_limit = demand.role == DemandRole::Constraint || demand.role == DemandRole::Self;
    if (requirement.extras.empty() || is_limit) {
        // Also where it speaks of itself: a pin makes the package more urgent wherever it stands.
        priorities_.meet(base, priority);
        if (base == subject.package) return admits_itself(subject, requirement, range);
        facts.push_back(add_dependency(subject, {base, range, reason}, Cause::Dependency));
        return true;
    }
    for (const pep::ExtraName& extra : requirement.extras) {
        const PackageId request = packages_.extra_request(requirement.name, extra);
        priorities_.meet(request, priority);
        priorities_.meet(base, priority);
        facts.push_back(add_dependency(subject, {request, range, reason}, Cause::Dependency));
        // The package is bound to the range before its extra is looked at.
        propagation_.add(make_dependency(
            {.package = request, .versions = range, .dependency = base, .range = range}, Cause::Link
        ));
    }
    return true;
}

bool Search::admits_itself(
    const Subject& subject, const pep::Requirement& requirement, const pep::VersionRange& range
) {
    if (range.contains(subject.version)) return true;
    reject(
        subject,
        fmt::format("requires another version of itself, `{}`", requirement.to_string()),
        {}
    );
    return false;
}

IncompatibilityId Search::add_dependency(
    const Subject& subject, const Target& target, Cause cause
) {
    return propagation_.add(make_dependency(
        {.package = subject.package,
         .versions = subject.interval,
         .dependency = target.package,
         .range = target.range,
         .reason = target.reason},
        cause
    ));
}

PriorityClass Search::class_of(const pep::PackageName& name, const pep::VersionRange& range) const {
    if (urls_.find(name) != nullptr) return PriorityClass::DirectUrl;
    return range.is_singletons() ? PriorityClass::Singleton : PriorityClass::Ordinary;
}

void Search::conclude(const Subject& subject, std::span<const IncompatibilityId> facts) {
    ++decisions_;
    auto conflict = propagation_.decide(subject.package, subject.version, facts);
    if (conflict) record_conflict(subject.package, {subject.package, *conflict});
}

void Search::reject(const Subject& subject, std::string reason, std::string hint) {
    propagation_.add(
        make_unusable(subject.package, subject.interval, std::move(reason), std::move(hint))
    );
}

void Search::record_conflict(PackageId current, const Conflict& conflict) {
    ++conflicts_;
    tracker_.record(current, conflict.package, propagation_.store()[conflict.incompatibility]);
}

void Search::hint_prefetch() {
    std::vector<Wanted> wanted =
        prefetcher_.wanted(propagation_.take_changed(), propagation_.partial());
    std::erase_if(wanted, [this](const Wanted& item) { return urls_.find(item.name) != nullptr; });
    if (!wanted.empty()) provider_.prefetch(wanted);
}

}  // namespace solve
