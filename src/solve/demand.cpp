#include "solve/demand.h"

#include <algorithm>
#include <set>

namespace solve {

namespace {

// Whether `scope` speaks of the release; a scope without a version speaks of all.
bool covers(const Scope& scope, const Scope& release) {
    return scope.name == release.name && (!scope.version || scope.version == release.version);
}

// Release numbers only, as many as there are; `3.13.0rc1` counts as 3.13.0.
std::vector<std::uint64_t> release_of(const pep::Version& version) {
    std::vector<std::uint64_t> numbers(version.release().begin(), version.release().end());
    while (!numbers.empty() && numbers.back() == 0)
        numbers.pop_back();
    return numbers;
}

}  // namespace

DemandPipeline::DemandPipeline(const Problem& problem) : problem_(problem) {
    for (const pep::Requirement& constraint : problem.constraints) {
        bool says_something = !constraint.specifiers.empty() || constraint.url;
        if (!says_something || !applies(constraint, {})) continue;
        constraints_[constraint.name].push_back(&constraint);
    }
}

std::vector<Demand> DemandPipeline::of_root() const {
    std::vector<Source> stated;
    for (const RootRequirement& root : problem_.requirements) {
        stated.push_back({&root.requirement, &root.requirement, &root.origin});
    }
    std::vector<Demand> demands;
    for (const Source& source : rewritten(stated, nullptr)) {
        if (!is_active(source, nullptr)) continue;
        demands.push_back(
            {.requirement = source.requirement, .role = role_of(source), .origin = source.origin}
        );
    }
    return with_constraints(std::move(demands));
}

std::vector<Demand> DemandPipeline::of_release(
    const Scope& release, const Dependencies& dependencies, const pep::ExtraName* extra
) const {
    std::vector<Source> stated;
    for (const pep::Requirement& requirement : dependencies.requirements) {
        stated.push_back({&requirement, &requirement});
    }
    const std::vector<Source> sources = rewritten(stated, &release);

    // `a` that requires `a[x]` means the content of x. Extras that name each other end up once
    // each.
    std::vector<Demand> demands;
    std::vector<const pep::ExtraName*> pending{extra};
    std::set<pep::ExtraName> seen;
    if (extra != nullptr) seen.insert(*extra);
    for (std::size_t i = 0; i < pending.size(); ++i) {
        for (const Source& source : sources) {
            if (!is_active(source, pending[i])) continue;
            if (source.requirement->name != release.name) {
                demands.push_back({.requirement = source.requirement, .role = role_of(source)});
                continue;
            }
            for (const pep::ExtraName& nested : source.requirement->extras) {
                if (seen.insert(nested).second) pending.push_back(&nested);
            }
            if (!source.requirement->specifiers.empty()) {
                demands.push_back({.requirement = source.requirement, .role = DemandRole::Self});
            }
        }
    }
    return with_constraints(std::move(demands));
}

DemandRole DemandPipeline::role_of(const Source& source) {
    return source.requirement == source.stated ? DemandRole::Stated : DemandRole::Override;
}

bool DemandPipeline::applies(
    const pep::Requirement& requirement, std::span<const pep::ExtraName> extras
) const {
    return requirement.marker.is_always() ||
           requirement.marker.evaluate(problem_.environment, extras);
}

std::vector<DemandPipeline::Source> DemandPipeline::rewritten(
    std::span<const Source> stated, const Scope* scope
) const {
    std::vector<Source> sources;
    if (problem_.overrides.empty() && problem_.exclusions.empty()) {
        sources.assign(stated.begin(), stated.end());
        return sources;
    }
    const ByName overrides = overrides_in(scope);
    for (const Source& source : stated) {
        if (is_excluded(source.requirement->name, scope)) continue;
        auto found = overrides.find(source.requirement->name);
        if (found == overrides.end()) {
            sources.push_back(source);
            continue;
        }
        for (const pep::Requirement* requirement : found->second) {
            sources.push_back({requirement, source.stated, source.origin});
        }
    }
    // A scoped override also adds what the package does not state.
    for (const Override& override_ : problem_.overrides) {
        if (scope == nullptr || !override_.scope || !covers(*override_.scope, *scope)) continue;
        const pep::PackageName& name = override_.requirement.name;
        bool is_stated = std::ranges::any_of(stated, [&](const Source& source) {
            return source.requirement->name == name;
        });
        if (is_stated || is_excluded(name, scope)) continue;
        sources.push_back({&override_.requirement, nullptr});
    }
    return sources;
}

bool DemandPipeline::is_excluded(const pep::PackageName& name, const Scope* scope) const {
    return std::ranges::any_of(problem_.exclusions, [&](const Exclusion& exclusion) {
        if (exclusion.name != name) return false;
        return !exclusion.scope || (scope != nullptr && covers(*exclusion.scope, *scope));
    });
}

DemandPipeline::ByName DemandPipeline::overrides_in(const Scope* scope) const {
    // From the weakest to the strongest; a stronger one replaces all that a weaker one says of a
    // name.
    ByName chosen;
    for (bool scoped : {false, true}) {
        for (bool versioned : {false, true}) {
            ByName level;
            for (const Override& override_ : problem_.overrides) {
                bool is_scoped = override_.scope.has_value();
                bool is_versioned = is_scoped && override_.scope->version.has_value();
                if (is_scoped != scoped || is_versioned != versioned) continue;
                if (is_scoped && (scope == nullptr || !covers(*override_.scope, *scope))) continue;
                level[override_.requirement.name].push_back(&override_.requirement);
            }
            for (auto& [name, requirements] : level) {
                chosen.insert_or_assign(name, std::move(requirements));
            }
        }
    }
    return chosen;
}

bool DemandPipeline::is_active(const Source& source, const pep::ExtraName* extra) const {
    if (source.requirement != source.stated) {
        // An override ignores the marker of what it replaces, but for the extra that belongs to.
        const pep::Marker gate = source.stated == nullptr ? pep::Marker() : source.stated->marker;
        bool is_wanted = extra == nullptr ? !gate.mentions_extra() : gate.mentions_extra(*extra);
        return is_wanted && applies(*source.requirement, {});
    }
    if (source.requirement->marker.is_always()) return extra == nullptr;
    bool without = applies(*source.requirement, {});
    if (extra == nullptr) return without;
    return !without && applies(*source.requirement, std::span(extra, 1));
}

std::vector<Demand> DemandPipeline::with_constraints(std::vector<Demand> demands) const {
    if (constraints_.empty()) return demands;
    std::vector<Demand> all;
    std::set<pep::PackageName> constrained;
    for (const Demand& demand : demands) {
        all.push_back(demand);
        const pep::PackageName& name = demand.requirement->name;
        auto found = constraints_.find(name);
        if (found == constraints_.end() || !constrained.insert(name).second) continue;
        for (const pep::Requirement* constraint : found->second) {
            all.push_back({.requirement = constraint, .role = DemandRole::Constraint});
        }
    }
    return all;
}

bool admits_python(const pep::Specifiers& requires_python, const pep::Version& python) {
    const std::vector<std::uint64_t> running = release_of(python);
    return std::ranges::all_of(requires_python.items(), [&](const pep::Specifier& specifier) {
        const std::vector<std::uint64_t> bound = release_of(specifier.version());
        switch (specifier.op()) {
            case pep::Operator::Equal:
            case pep::Operator::ArbitraryEqual:
            case pep::Operator::Compatible:
            case pep::Operator::GreaterEqual:
                return running >= bound;
            case pep::Operator::Greater:
                return running > bound;
            case pep::Operator::NotEqual:
            case pep::Operator::Less:
            case pep::Operator::LessEqual:
                return true;
        }
        return true;
    });
}

}  // namespace solve
