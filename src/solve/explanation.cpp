#include "solve/explanation.h"

#include "solve/sentence.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

namespace solve {

namespace {

constexpr std::size_t kShownVersions = 5;

FactKind kind_of(Cause cause) {
    switch (cause) {
        case Cause::NoVersion:
            return FactKind::NoVersion;
        case Cause::Dependency:
            return FactKind::Dependency;
        case Cause::Root:
        case Cause::Link:
            return FactKind::Link;
        case Cause::Unusable:
            return FactKind::Unusable;
        case Cause::NotFound:
            return FactKind::NotFound;
        case Cause::Derived:
            break;
    }
    return FactKind::Conclusion;
}

// "1.0, 1.1 and 2.0", or how many and from where to where.
std::string enumerate(const std::vector<const pep::Version*>& versions) {
    if (versions.size() > kShownVersions) {
        return fmt::format(
            "{} versions from {} to {}",
            versions.size(),
            versions.front()->to_string(),
            versions.back()->to_string()
        );
    }
    std::vector<std::string> texts;
    for (const pep::Version* version : versions)
        texts.push_back(version->to_string());
    return joined(texts);
}

class Explainer {
  public:
    explicit Explainer(const Search& search)
        : search_(search), store_(search.propagation().store()) {}

    NoSolution run(IncompatibilityId terminal) {
        // Parents have smaller ids than what follows from them, so going down the ids meets a node
        // after everything that needs it, and the reverse is the order of the proof.
        std::set<IncompatibilityId> needed{terminal};
        for (auto id = needed.rbegin(); id != needed.rend(); ++id) {
            const Incompatibility& node = store_[*id];
            if (node.cause != Cause::Derived) continue;
            needed.insert({node.left, node.right});
        }
        NoSolution failure;
        std::map<IncompatibilityId, std::size_t> position;
        for (IncompatibilityId id : needed) {
            const Incompatibility& node = store_[id];
            position[id] = failure.proof.size();
            Derivation step = fact(node);
            if (node.cause == Cause::Derived) {
                step.left = position.at(node.left);
                step.right = position.at(node.right);
            }
            failure.proof.push_back(std::move(step));
            add_hints(node, failure.hints);
        }
        add_user_hint(needed, failure.hints);
        return failure;
    }

  private:
    Derivation fact(const Incompatibility& node) const {
        Derivation step{.kind = kind_of(node.cause), .reason = node.reason};
        for (const auto& [package, term] : node.terms) {
            step.claims.push_back(
                {.package = label(package, node.cause),
                 .versions = term.range(),
                 .is_excluded = !term.is_positive(),
                 .listed = listed(package)}
            );
        }
        if (node.cause == Cause::NoVersion) step.reason = what_there_is(node.terms[0]);
        return step;
    }

    // What does not exist is the package, not its extra.
    std::string label(PackageId package, Cause cause) const {
        return cause == Cause::NotFound ? search_.packages().name(package).text()
                                        : search_.packages().label(package);
    }

    const Listing* listing(PackageId package) const {
        return package == kRoot ? nullptr : search_.knowledge().known_listing(package);
    }

    Versions listed(PackageId package) const {
        const Listing* known = listing(package);
        return known == nullptr || known->releases.empty() ? nullptr : known->visible;
    }

    bool hides_prereleases(PackageId package) const {
        return search_.policy().prereleases(search_.packages().name(package)) ==
               PrereleaseOrder::Never;
    }

    // The pre-releases in range that the mode hides.
    std::vector<const pep::Version*> hidden_prereleases(const PackageTerm& entry) const {
        std::vector<const pep::Version*> hidden;
        const Listing* known = listing(entry.package);
        if (known == nullptr || !hides_prereleases(entry.package)) return hidden;
        for (const pep::Version& version : *known->visible) {
            if (version.is_prerelease() && entry.term.range().contains(version)) {
                hidden.push_back(&version);
            }
        }
        return hidden;
    }

    std::string what_there_is(const PackageTerm& entry) const {
        const Listing* known = listing(entry.package);
        if (known == nullptr) return {};
        std::vector<const pep::Version*> present;
        for (const pep::Version& version : *known->visible) {
            if (version.is_prerelease() && hides_prereleases(entry.package)) continue;
            present.push_back(&version);
        }
        if (present.empty()) {
            return known->visible->empty() ? "what there is is newer than the cut-off"
                                           : "there are only pre-releases";
        }
        return fmt::format("there {} {}", present.size() == 1 ? "is" : "are", enumerate(present));
    }

    void add_hints(const Incompatibility& node, std::vector<std::string>& hints) const {
        auto add = [&](std::string hint) {
            if (hint.empty() || std::ranges::find(hints, hint) != hints.end()) return;
            hints.push_back(std::move(hint));
        };
        add(node.hint);
        if (node.cause != Cause::NoVersion) return;
        const PackageTerm& entry = node.terms[0];
        const std::string& name = search_.packages().name(entry.package).text();
        if (auto hidden = hidden_prereleases(entry); !hidden.empty()) {
            add(fmt::format(
                "`{0}` has pre-releases that match ({1}): `--prerelease allow`, or a requirement "
                "that names one, would let them in",
                name,
                enumerate(hidden)
            ));
        }
        add(cut_off_hint(entry, name));
    }

    // What the user wrote and takes part; at least one of it has to give.
    void add_user_hint(const std::set<IncompatibilityId>& needed, std::vector<std::string>& hints)
        const {
        std::vector<std::string> involved;
        bool can_loosen = false;
        for (IncompatibilityId id : needed) {
            const Incompatibility& node = store_[id];
            bool is_of_user = node.terms.front().package == kRoot || !node.reason.empty();
            if (node.cause != Cause::Dependency || !is_of_user) continue;
            const pep::VersionRange& range = node.terms[1].term.range();
            std::string text = shown(search_.packages().label(node.terms[1].package), range);
            if (!node.reason.empty()) text = fmt::format("{} {}", node.reason, text);
            if (std::ranges::find(involved, text) != involved.end()) continue;
            involved.push_back(std::move(text));
            can_loosen = can_loosen || !range.is_full();
        }
        // That the only thing asked for could be dropped is no advice.
        bool says_something = can_loosen || involved.size() > 1;
        if (!says_something || involved.size() > kShownVersions) return;
        hints.push_back("loosen or drop " + joined(involved, " or "));
    }

    std::string cut_off_hint(const PackageTerm& entry, const std::string& name) const {
        const Listing* known = listing(entry.package);
        if (known == nullptr) return {};
        std::vector<const pep::Version*> excluded;
        for (const Release& release : known->releases) {
            if (release.usability == Usability::ExcludedByDate &&
                entry.term.range().contains(release.version)) {
                excluded.push_back(&release.version);
            }
        }
        if (excluded.empty()) return {};
        return fmt::format(
            "`{}` has versions that match and are newer than the cut-off ({}): a later "
            "`--exclude-newer` would let them in",
            name,
            enumerate(excluded)
        );
    }

    const Search& search_;
    const IncompatibilityStore& store_;
};

}  // namespace

NoSolution explain(const Search& search, IncompatibilityId terminal) {
    return Explainer(search).run(terminal);
}

}  // namespace solve
