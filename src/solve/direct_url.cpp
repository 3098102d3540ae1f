#include "solve/direct_url.h"

#include <fmt/core.h>

namespace solve {

base::Result<void> DirectUrls::collect(
    const Problem& problem,
    const DemandPipeline& demands,
    Provider& provider,
    CandidatePolicy& policy
) {
    std::vector<const pep::Requirement*> pending;
    auto take = [&](const pep::Requirement& requirement,
                    std::span<const pep::ExtraName> extras) -> base::Result<void> {
        if (!requirement.url || !demands.applies(requirement, extras)) return {};
        if (TRY(add(requirement))) pending.push_back(&requirement);
        return {};
    };
    // An override speaks last, so it is asked first: what it replaces is not looked at.
    for (const Override& override_ : problem.overrides)
        TRY(take(override_.requirement, {}));
    const auto overridden = urls_;
    for (const Demand& demand : demands.of_root()) {
        if (overridden.contains(demand.requirement->name)) continue;
        TRY(take(*demand.requirement, {}));
    }
    for (const pep::Requirement& constraint : problem.constraints)
        TRY(take(constraint, {}));

    // Metadata must stay where it is while requirements in it are pending.
    std::vector<std::unique_ptr<MetadataAnswer>> kept;
    for (std::size_t i = 0; i < pending.size(); ++i) {
        const pep::Requirement& requirement = *pending[i];
        TRY(provider.use_url(requirement.name, *requirement.url));
        PackageAnswer answer = TRY(provider.releases(requirement.name));
        auto* releases = std::get_if<std::vector<Release>>(&answer);
        if (releases == nullptr || releases->empty()) continue;  // reported when it is decided
        kept.push_back(std::make_unique<MetadataAnswer>(
            TRY(provider.metadata(requirement.name, releases->back().version))
        ));
        auto* dependencies = std::get_if<Dependencies>(kept.back().get());
        if (dependencies == nullptr) continue;
        for (const pep::Requirement& nested : dependencies->requirements) {
            if (!demands.applies(nested, requirement.extras)) continue;
            policy.add_first_party(nested);
            if (!overridden.contains(nested.name)) TRY(take(nested, requirement.extras));
        }
    }
    return {};
}

const std::string* DirectUrls::find(const pep::PackageName& name) const {
    auto found = urls_.find(name);
    return found == urls_.end() ? nullptr : &found->second;
}

base::Result<void> DirectUrls::check(const pep::Requirement& requirement, const std::string& parent)
    const {
    const std::string* allowed = find(requirement.name);
    const std::string& name = requirement.name.text();
    if (allowed == nullptr) {
        return base::fail(
            base::Error(
                base::ErrorKind::Failed,
                fmt::format("`{}` requires `{}` from a URL, which only you may do", parent, name)
            )
                .hint(fmt::format("name the URL for `{}` among your own requirements", name))
        );
    }
    if (*allowed == *requirement.url) return {};
    return base::fail(
        base::ErrorKind::Failed,
        fmt::format("`{}` requires `{}` from another URL than the one in use", parent, name)
    );
}

base::Result<bool> DirectUrls::add(const pep::Requirement& requirement) {
    auto [known, is_new] = urls_.try_emplace(requirement.name, *requirement.url);
    if (is_new || known->second == *requirement.url) return is_new;
    return base::fail(base::Error(
                          base::ErrorKind::Failed,
                          fmt::format("two different URLs for `{}`", requirement.name.text())
    )
                          .hint("keep one of them"));
}

}  // namespace solve
