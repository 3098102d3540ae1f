#include "solve/report.h"

#include "solve/sentence.h"
#include "solve/simplify.h"
#include "solve/wording.h"

#include <fmt/core.h>

#include <map>
#include <set>

namespace solve {

namespace {

// A run of steps that differ only in the version they speak of is told by its first and last.
constexpr std::size_t kLongestRun = 3;
// Of what is still longer than this, the beginning and the end are told: how it starts, and how it
// leads to the end.
constexpr std::size_t kMostLines = 40;
constexpr std::size_t kFirstLines = 12;
constexpr std::size_t kNone = ~std::size_t{0};

// The first half of a line: first what the user requires, in one part, then what packages require,
// then the rest.
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
        // Nothing of its own to add: a conclusion from the one above and one that is written out
        // before that.
        return parts.empty() ? "taken together" : joined(parts, ", and ");
    }
};

// The order in which the conclusions of a proof are told.
class Outline {
  public:
    explicit Outline(const Proof& proof) : proof_(proof), uses_(proof.size(), 0) {
        for (const Derivation& step : proof_) {
            if (step.kind != FactKind::Conclusion) continue;
            ++uses_[step.left];
            ++uses_[step.right];
        }
    }

    bool is_conclusion(std::size_t step) const { return proof_[step].kind == FactKind::Conclusion; }

    // Every conclusion after those it rests on, one of which is told just before it if there is
    // any.
    std::vector<std::size_t> order() const {
        std::vector<std::size_t> steps;
        std::vector<bool> is_told(proof_.size(), false);
        std::vector<Pending> stack{{proof_.size() - 1, false}};
        while (!stack.empty()) {
            auto [step, is_ready] = stack.back();
            stack.pop_back();
            if (is_told[step]) continue;
            if (is_ready) {
                is_told[step] = true;
                steps.push_back(step);
                continue;
            }
            stack.push_back({step, true});
            for (std::size_t premise : premises(step)) {
                if (is_conclusion(premise)) stack.push_back({premise, false});
            }
        }
        return steps;
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

    // Equal for two steps that say the same of different versions.
    std::string shape(std::size_t step) const {
        std::string text;
        for (const Claim& claim : proof_[step].claims) {
            text += (claim.is_excluded ? "!" : "+") + claim.package;
        }
        for (std::size_t premise : premises(step)) {
            const Derivation& node = proof_[premise];
            text += fmt::format("/{}", static_cast<int>(node.kind));
            for (const Claim& claim : node.claims)
                text += "," + claim.package;
        }
        return text;
    }

  private:
    // A conclusion waiting for what it rests on to be told.
    struct Pending {
        std::size_t step;
        bool is_ready;
    };

    const Proof& proof_;
    std::vector<std::size_t> uses_;
};

// Writes a simplified proof, one line a conclusion.
class Writer {
  public:
    explicit Writer(const Proof& proof)
        : proof_(proof), outline_(proof), position_(proof.size(), kNone) {}

    std::vector<std::string> write() {
        const std::size_t last = proof_.size() - 1;
        if (!outline_.is_conclusion(last)) {
            return {fact_text(proof_[last]) + ", so your requirements cannot be met"};
        }
        order_ = outline_.order();
        for (std::size_t i = 0; i < order_.size(); ++i)
            position_[order_[i]] = i;
        const std::vector<std::size_t> chosen = without_middle(without_runs());
        number(chosen);
        std::vector<std::string> lines;
        std::size_t expected = 0;
        for (std::size_t position : chosen) {
            if (position > expected) {
                lines.push_back(fmt::format("... ({} more steps)", position - expected));
            }
            lines.push_back(line(position));
            expected = position + 1;
        }
        return lines;
    }

  private:
    // The positions to tell: of a long run of steps of one shape, the first and the last.
    std::vector<std::size_t> without_runs() const {
        std::vector<std::size_t> chosen;
        std::size_t begin = 0;
        while (begin < order_.size()) {
            const std::string shape = outline_.shape(order_[begin]);
            std::size_t end = begin + 1;
            while (end < order_.size() && outline_.shape(order_[end]) == shape)
                ++end;
            for (std::size_t i = begin; i < end; ++i) {
                bool is_told = end - begin <= kLongestRun || i == begin || i + 1 == end;
                if (is_told) chosen.push_back(i);
            }
            begin = end;
        }
        return chosen;
    }

    static std::vector<std::size_t> without_middle(std::vector<std::size_t> positions) {
        if (positions.size() <= kMostLines) return positions;
        const std::size_t left_out = positions.size() - kMostLines;
        auto first = positions.begin() + kFirstLines;
        positions.erase(first, first + static_cast<std::ptrdiff_t>(left_out));
        return positions;
    }

    // Numbers the lines that others refer to.
    void number(std::span<const std::size_t> chosen) {
        std::set<std::size_t> referred;
        for (std::size_t position : chosen) {
            for (std::size_t premise : outline_.premises(order_[position])) {
                bool needs_number = outline_.is_conclusion(premise) && !is_above(premise, position);
                if (needs_number) referred.insert(position_[premise]);
            }
        }
        for (std::size_t position : chosen) {
            if (referred.contains(position)) numbers_.emplace(position, numbers_.size() + 1);
        }
    }

    bool is_above(std::size_t step, std::size_t position) const {
        return position_[step] + 1 == position;
    }

    std::string line(std::size_t position) const {
        const std::size_t step = order_[position];
        Reasons reasons;
        const char* start = "";
        for (std::size_t premise : outline_.premises(step)) {
            if (!outline_.is_conclusion(premise)) {
                reasons.add(proof_[premise]);
            } else if (is_above(premise, position)) {
                start = "also, ";
            } else {
                reasons.facts.push_back(
                    conclusion_text(proof_[premise]) + suffix(position_[premise])
                );
            }
        }
        bool is_last = position + 1 == order_.size();
        std::string conclusion =
            is_last ? "your requirements cannot be met" : conclusion_text(proof_[step]);
        return fmt::format("{}{}, so {}{}", start, reasons.text(), conclusion, suffix(position));
    }

    std::string suffix(std::size_t position) const {
        auto found = numbers_.find(position);
        return found == numbers_.end() ? "" : fmt::format(" ({})", found->second);
    }

    const Proof& proof_;
    Outline outline_;
    std::vector<std::size_t> order_;              // steps, as they are told
    std::vector<std::size_t> position_;           // of a step in order_
    std::map<std::size_t, std::size_t> numbers_;  // by position
};

}  // namespace

std::vector<std::string> NoSolution::report() const {
    const Proof for_readers = simplified(proof);
    return Writer(for_readers).write();
}

base::Error NoSolution::to_error() const {
    base::Error error(
        base::ErrorKind::Failed, "there is no set of versions that meets all requirements"
    );
    for (std::string& line : report())
        error = std::move(error).cause(std::move(line));
    for (const std::string& hint : hints)
        error = std::move(error).hint(hint);
    return error;
}

}  // namespace solve
