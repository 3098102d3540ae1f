#include "solve/wording.h"

#include "solve/sentence.h"

#include <fmt/core.h>

namespace solve {

bool is_root(const Claim& claim) {
    return claim.package.empty();
}

std::vector<const pep::Version*> listed_in(const Claim& claim) {
    std::vector<const pep::Version*> versions;
    if (!claim.listed) return versions;
    for (const pep::Version& version : *claim.listed) {
        if (claim.versions.contains(version)) versions.push_back(&version);
    }
    return versions;
}

std::string exact_text(const Claim& claim) {
    return shown(claim.package, claim.versions);
}

namespace {

// A set of versions as one would say it who knows which ones exist.
std::string known_text(const Claim& claim) {
    const std::vector<const pep::Version*> versions = listed_in(claim);
    if (versions.empty()) return exact_text(claim);
    if (versions.size() == claim.listed->size() && versions.size() > 1) {
        return fmt::format("every version of `{}`", claim.package);
    }
    if (versions.size() == 1) {
        return fmt::format("`{}=={}`", claim.package, versions.front()->to_string());
    }
    return shown(claim.package, claim.versions.simplify(*claim.listed));
}

}  // namespace

std::string conclusion_text(const Derivation& step) {
    std::vector<std::string> together;
    std::vector<std::string> needed;
    bool mentions_root = false;
    for (const Claim& claim : step.claims) {
        if (is_root(claim)) {
            mentions_root = true;
        } else if (claim.is_excluded) {
            needed.push_back(exact_text(claim));
        } else {
            together.push_back(known_text(claim));
        }
    }
    if (together.empty() && needed.empty()) return "your requirements cannot be met";
    if (together.empty()) {
        const char* subject = mentions_root ? "you need" : "what is needed is";
        return fmt::format("{} {}", subject, joined(needed));
    }
    if (!needed.empty()) {
        const char* verb = together.size() == 1 ? "needs" : "together need";
        return fmt::format("{} {} {}", joined(together), verb, joined(needed));
    }
    if (together.size() == 1) return together.front() + " is ruled out";
    return joined(together) + " do not go together";
}

std::string fact_text(const Derivation& step) {
    const Claim& subject = step.claims.front();
    switch (step.kind) {
        case FactKind::Dependency: {
            std::string verb = is_root(subject) ? "you require" : known_text(subject) + " requires";
            std::string source = step.reason.empty() ? "" : fmt::format(" ({})", step.reason);
            return fmt::format("{} {}{}", verb, exact_text(step.claims[1]), source);
        }
        case FactKind::NoVersion:
            if (step.reason.empty()) return "there is no " + exact_text(subject);
            return fmt::format("there is no {} ({})", exact_text(subject), step.reason);
        case FactKind::Unusable:
            if (is_root(subject)) return "you " + step.reason;
            return fmt::format("{} {}", known_text(subject), step.reason);
        case FactKind::NotFound:
            return fmt::format("`{}` {}", subject.package, step.reason);
        case FactKind::Conclusion:
        case FactKind::Link:
            break;
    }
    return conclusion_text(step);
}

}  // namespace solve
