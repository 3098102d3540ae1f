#include "solve/simplify.h"

#include "base/check.h"
#include "solve/wording.h"

#include <algorithm>

namespace solve {

namespace {

constexpr std::size_t kNone = ~std::size_t{0};

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
        } else if (nodes_[node.right].kind == FactKind::Link || node.left == node.right) {
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

}  // namespace solve
