#include "solve/report.h"

#include "base/check.h"
#include "solve/sentence.h"

#include <fmt/core.h>

#include <optional>

namespace solve {

namespace {

constexpr std::size_t kNone = ~std::size_t{0};

bool is_root(const Claim& claim) {
    return claim.package.empty();
}

// The listed versions that a claim is about.
std::vector<const pep::Version*> listed_in(const Claim& claim) {
    std::vector<const pep::Version*> versions;
    if (!claim.listed) return versions;
    for (const pep::Version& version : *claim.listed) {
        if (claim.versions.contains(version)) versions.push_back(&version);
    }
    return versions;
}

// A set of versions as it is.
std::string exact_text(const Claim& claim) {
    return shown(claim.package, claim.versions);
}

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

// What follows from terms that cannot all be true.
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

// The first half of a line: first what the user requires, in one part, then what packages require, then the rest.
struct Reasons {
    std::vector<std::string> required;
    std::vector<std::string> dependencies;
    std::vector<std::string> facts;

    void add(const Derivation& step) {
        if (step.kind != FactKind::Dependency) {
            facts.push_back(fact_text(step));
        } else if (is_root(step.claims.front()) && step.reason.empty()) {
            required.push_back(exact_text(step.claims[1]));
        } else {
            dependencies.push_back(fact_text(step));
        }
    }

    std::string text() const {
        std::vector<std::string> parts;
        if (!required.empty()) parts.push_back("you require " + joined(required));
        parts.insert(parts.end(), dependencies.begin(), dependencies.end());
        parts.insert(parts.end(), facts.begin(), facts.end());
        // Nothing of its own to add: a conclusion from the one above and one that is written out before that.
        return parts.empty() ? "taken together" : joined(parts, ", and ");
    }
};

// Writes a simplified proof, one line a conclusion.
class Writer {
  public:
    explicit Writer(const Proof& proof)
        : proof_(proof), uses_(proof.size(), 0), line_(proof.size(), kNone) {
        for (const Derivation& step : proof_) {
            if (step.kind != FactKind::Conclusion) continue;
            ++uses_[step.left];
            ++uses_[step.right];
        }
    }

    std::vector<std::string> write() {
        const std::size_t last = proof_.size() - 1;
        if (!is_conclusion(last)) {
            lines_.push_back({fact_text(proof_[last]) + ", so your requirements cannot be met", 0});
        } else {
            visit(last);
        }
        std::vector<std::string> texts;
        for (Line& line : lines_) {
            if (line.number != 0) line.text += fmt::format(" ({})", line.number);
            texts.push_back(std::move(line.text));
        }
        return texts;
    }

  private:
    struct Line {
        std::string text;
        std::size_t number;  // 0: nobody refers to it
    };

    // A conclusion waiting for its parents' lines.
    struct Pending {
        std::size_t step;
        bool is_ready;
    };

    bool is_conclusion(std::size_t step) const { return proof_[step].kind == FactKind::Conclusion; }

    // Children first, the right one last, so that its line is the one just above.
    void visit(std::size_t root) {
        std::vector<Pending> stack{{root, false}};
        while (!stack.empty()) {
            auto [step, is_ready] = stack.back();
            stack.pop_back();
            if (line_[step] != kNone) continue;
            if (is_ready) {
                write_step(step, step == root);
                continue;
            }
            stack.push_back({step, true});
            for (std::size_t parent : premises(step)) {
                if (is_conclusion(parent)) stack.push_back({parent, false});
            }
        }
    }

    // The parents of a conclusion; one that only this conclusion uses, and that adds a single fact
    // to another conclusion, is skipped in favour of its own parents.
    std::vector<std::size_t> premises(std::size_t step) const {
        const Derivation& node = proof_[step];
        if (is_conclusion(node.left) == is_conclusion(node.right)) return {node.left, node.right};
        const std::size_t inner = is_conclusion(node.left) ? node.left : node.right;
        const std::size_t fact = inner == node.left ? node.right : node.left;
        const Derivation& skipped = proof_[inner];
        bool is_single = is_conclusion(skipped.left) != is_conclusion(skipped.right);
        if (uses_[inner] > 1 || !is_single) return {inner, fact};
        return {skipped.left, skipped.right, fact};
    }

    void write_step(std::size_t step, bool is_last) {
        Reasons reasons;
        bool continues = false;
        for (std::size_t parent : premises(step)) {
            if (is_conclusion(parent) && line_[parent] + 1 == lines_.size()) {
                continues = true;
            } else if (is_conclusion(parent)) {
                reasons.facts.push_back(reference(parent));
            } else {
                reasons.add(proof_[parent]);
            }
        }
        const char* start = continues ? "also, " : "";
        const std::string conclusion =
            is_last ? "your requirements cannot be met" : conclusion_text(proof_[step]);
        lines_.push_back({fmt::format("{}{}, so {}", start, reasons.text(), conclusion), 0});
        line_[step] = lines_.size() - 1;
    }

    std::string reference(std::size_t step) {
        Line& line = lines_[line_[step]];
        if (line.number == 0) line.number = ++numbers_;
        return fmt::format("{} ({})", conclusion_text(proof_[step]), line.number);
    }

    const Proof& proof_;
    std::vector<std::size_t> uses_;
    std::vector<std::size_t> line_;  // of a conclusion, once written
    std::vector<Line> lines_;
    std::size_t numbers_ = 0;
};

// Simplification keeps positions until the end: each node is replaced by one that says the same, or
// refers to another that stands in for it.
class Simplifier {
  public:
    explicit Simplifier(const Proof& proof) : nodes_(proof), stand_in_(proof.size()) {}

    Proof run() {
        for (std::size_t i = 0; i < nodes_.size(); ++i) {
            stand_in_[i] = i;
            if (nodes_[i].kind == FactKind::Conclusion) simplify(i);
        }
        return compacted();
    }

  private:
    void simplify(std::size_t i) {
        Derivation& node = nodes_[i];
        node.left = stand_in_[node.left];
        node.right = stand_in_[node.right];
        if (nodes_[node.left].kind == FactKind::Link) {
            stand_in_[i] = node.right;
        } else if (nodes_[node.right].kind == FactKind::Link) {
            stand_in_[i] = node.left;
        } else if (node.left == node.right) {
            stand_in_[i] = node.left;
        } else if (!absorb(i, node.left, node.right)) {
            absorb(i, node.right, node.left);
        }
    }

    // Folds the fact `fact` into the step `other`, if that loses nothing. The conclusion takes over
    // the parents of the step, or becomes one fact.
    bool absorb(std::size_t i, std::size_t other, std::size_t fact) {
        const Derivation& addition = nodes_[fact];
        const Derivation& step = nodes_[other];
        if (addition.kind == FactKind::NoVersion && step.kind == FactKind::Unusable) {
            return become_fact(i, step, addition);
        }
        if (addition.kind == FactKind::NoVersion && step.kind == FactKind::Conclusion &&
            excludes_same_package(step, addition)) {
            nodes_[i].left = step.left;
            nodes_[i].right = step.right;
            return true;
        }
        bool is_same_reason = addition.kind == FactKind::Unusable &&
                              step.kind == FactKind::Unusable && addition.reason == step.reason;
        return is_same_reason && become_fact(i, step, addition);
    }

    // Whether the step already rules some versions of the fact's package out.
    static bool excludes_same_package(const Derivation& step, const Derivation& fact) {
        return std::ranges::any_of(step.claims, [&](const Claim& claim) {
            return claim.package == fact.claims[0].package && !claim.is_excluded &&
                   !listed_in(claim).empty();
        });
    }

    bool become_fact(std::size_t i, const Derivation& step, const Derivation& addition) {
        if (step.claims[0].package != addition.claims[0].package) return false;
        Derivation fact = step;
        fact.claims[0].versions = step.claims[0].versions.union_with(addition.claims[0].versions);
        nodes_[i] = std::move(fact);
        return true;
    }

    Proof compacted() const {
        const std::size_t last = stand_in_[nodes_.size() - 1];
        std::vector<bool> needed(nodes_.size(), false);
        needed[last] = true;
        for (std::size_t i = last + 1; i-- > 0;) {
            if (!needed[i] || nodes_[i].kind != FactKind::Conclusion) continue;
            needed[nodes_[i].left] = true;
            needed[nodes_[i].right] = true;
        }
        Proof proof;
        std::vector<std::size_t> position(nodes_.size(), kNone);
        for (std::size_t i = 0; i <= last; ++i) {
            if (!needed[i]) continue;
            position[i] = proof.size();
            Derivation node = nodes_[i];
            if (node.kind == FactKind::Conclusion) {
                node.left = position[node.left];
                node.right = position[node.right];
            }
            proof.push_back(std::move(node));
        }
        return proof;
    }

    Proof nodes_;
    std::vector<std::size_t> stand_in_;
};

}  // namespace

Proof simplified(const Proof& proof) {
    CHECK(!proof.empty(), "a proof has at least one step");
    return Simplifier(proof).run();
}

std::vector<std::string> NoSolution::report() const {
    const Proof proof_for_readers = simplified(proof);
    return Writer(proof_for_readers).write();
}

base::Error NoSolution::to_error() const {
    base::Error error(
        base::ErrorKind::Failed, "there is no set of versions that meets all requirements"
    );
    for (std::string& line : report())
        std::move(error).cause(std::move(line));
    for (const std::string& hint : hints)
        std::move(error).hint(hint);
    return error;
}

}  // namespace solve
