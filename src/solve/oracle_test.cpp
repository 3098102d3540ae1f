// The solver against brute force: small random universes, every combination of versions tried. The
// generator is seeded by the case number alone, so a failure can be repeated.
#include "solve/solver.h"
#include "solve/universe_test.h"

#include <gtest/gtest.h>

namespace solve {
namespace {

constexpr int kUniverses = 3000;
constexpr std::uint32_t kMostPackages = 5;
constexpr std::uint32_t kMostVersions = 3;

// xorshift; the quality does not matter, being the same everywhere does.
class Dice {
  public:
    explicit Dice(std::uint32_t seed) : state_(seed * 2654435761U + 1) {}

    std::uint32_t below(std::uint32_t bound) {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 17U;
        state_ ^= state_ << 5U;
        return state_ % bound;
    }

  private:
    std::uint32_t state_;
};

// A universe in numbers: versions are 1, 2, ... of packages 0, 1, ...
struct Demanded {
    std::uint32_t package;
    std::string_view op;  // empty: any version
    std::uint32_t bound;
    bool is_extra;  // asks for the extra `x`
    bool in_extra;  // is part of the extra `x`

    std::string text() const {
        std::string text = "p" + std::to_string(package) + (is_extra ? "[x]" : "");
        if (!op.empty()) text += std::string(op) + std::to_string(bound);
        return text + (in_extra ? " ; extra == 'x'" : "");
    }

    bool admits(std::uint32_t version) const {
        if (version == 0) return false;
        if (op == ">=") return version >= bound;
        if (op == "<=") return version <= bound;
        if (op == "<") return version < bound;
        if (op == ">") return version > bound;
        if (op == "==") return version == bound;
        if (op == "!=") return version != bound;
        return true;
    }
};

struct Universe {
    std::vector<Demanded> root;
    std::vector<std::vector<std::vector<Demanded>>> packages;  // [package][version - 1]
};

Demanded random_demand(Dice& dice, std::size_t packages) {
    static constexpr std::string_view kOperators[] = {"", ">=", "<=", "<", ">", "==", "!="};
    return {
        .package = dice.below(static_cast<std::uint32_t>(packages)),
        .op = kOperators[dice.below(std::size(kOperators))],
        .bound = 1 + dice.below(kMostVersions + 1),
        .is_extra = dice.below(5) == 0,
        .in_extra = dice.below(5) == 0
    };
}

Universe random_universe(std::uint32_t seed) {
    Dice dice(seed);
    Universe universe;
    universe.packages.resize(2 + dice.below(kMostPackages - 1));
    for (auto& versions : universe.packages) {
        versions.resize(1 + dice.below(kMostVersions));
        for (auto& demands : versions) {
            for (std::uint32_t left = dice.below(4); left > 0; --left) {
                demands.push_back(random_demand(dice, universe.packages.size()));
            }
        }
    }
    for (std::uint32_t left = 1 + dice.below(3); left > 0; --left) {
        universe.root.push_back(random_demand(dice, universe.packages.size()));
        universe.root.back().in_extra = false;
    }
    return universe;
}

void fill(TableProvider& index, const Universe& universe) {
    for (std::size_t package = 0; package < universe.packages.size(); ++package) {
        const auto& versions = universe.packages[package];
        for (std::size_t i = 0; i < versions.size(); ++i) {
            Dependencies dependencies{.extras = {extra_of("x")}};
            for (const Demanded& demand : versions[i]) {
                dependencies.requirements.push_back(requirement_of(demand.text()));
            }
            index.add_parsed(
                name_of("p" + std::to_string(package)),
                version_of(std::to_string(i + 1)),
                std::move(dependencies)
            );
        }
    }
}

// A choice of one version, or none (0), for every package, with or without the extra.
class Check {
  public:
    Check(const Universe& universe, std::vector<std::uint32_t> versions)
        : universe_(universe), versions_(std::move(versions)), extras_(versions_.size(), false) {}

    // Whether the choice meets everything that follows from the root, and chooses nothing else.
    bool is_solution() {
        std::vector<bool> reached(versions_.size(), false);
        std::vector<const Demanded*> pending;
        for (const Demanded& demand : universe_.root)
            pending.push_back(&demand);
        for (std::size_t i = 0; i < pending.size(); ++i) {
            std::uint32_t package = pending[i]->package;
            if (!pending[i]->admits(versions_[package])) return false;
            bool is_new = !reached[package];
            bool is_new_extra = pending[i]->is_extra && !extras_[package];
            reached[package] = true;
            extras_[package] = extras_[package] || pending[i]->is_extra;
            for (const Demanded& next : universe_.packages[package][versions_[package] - 1]) {
                if (next.in_extra ? is_new_extra : is_new) pending.push_back(&next);
            }
        }
        for (std::size_t i = 0; i < versions_.size(); ++i) {
            if (versions_[i] != 0 && !reached[i]) return false;
        }
        return true;
    }

  private:
    const Universe& universe_;
    std::vector<std::uint32_t> versions_;
    std::vector<bool> extras_;
};

bool exists_solution(const Universe& universe) {
    std::vector<std::uint32_t> versions(universe.packages.size(), 0);
    while (true) {
        if (Check(universe, versions).is_solution()) return true;
        std::size_t digit = 0;
        while (digit < versions.size() && versions[digit] == universe.packages[digit].size()) {
            versions[digit++] = 0;
        }
        if (digit == versions.size()) return false;
        ++versions[digit];
    }
}

std::string described(const Universe& universe) {
    std::string text = "root:";
    for (const Demanded& demand : universe.root)
        text += " " + demand.text() + ",";
    for (std::size_t package = 0; package < universe.packages.size(); ++package) {
        for (std::size_t i = 0; i < universe.packages[package].size(); ++i) {
            text += "\np" + std::to_string(package) + " " + std::to_string(i + 1) + ":";
            for (const Demanded& demand : universe.packages[package][i]) {
                text += " " + demand.text() + ",";
            }
        }
    }
    return text;
}

TEST(SolverOracle, AgreesWithBruteForceOnSmallUniverses) {
    int solvable = 0;
    for (std::uint32_t seed = 1; seed <= kUniverses; ++seed) {
        Universe universe = random_universe(seed);
        TableProvider index;
        fill(index, universe);
        Problem problem = asking({});
        for (const Demanded& demand : universe.root) {
            problem.requirements.push_back({requirement_of(demand.text()), "test"});
        }
        problem.resolution = static_cast<Resolution>(seed % 3);
        auto result = solve(problem, index);
        bool expected = exists_solution(universe);
        ASSERT_EQ(result.has_value(), expected) << "universe " << seed << "\n"
                                                << described(universe);
        if (!expected) {
            ASSERT_FALSE(report_of(result).empty());
            continue;
        }
        ++solvable;
        std::vector<std::uint32_t> chosen(universe.packages.size(), 0);
        for (const ResolvedPackage& package : result->packages) {
            chosen.at(std::stoul(package.name.text().substr(1))) =
                static_cast<std::uint32_t>(package.version.release()[0]);
        }
        ASSERT_TRUE(Check(universe, chosen).is_solution())
            << "universe " << seed << ": " << outcome(result) << "\n"
            << described(universe);
    }
    // Both outcomes have to be common for the comparison to mean something.
    EXPECT_GT(solvable, kUniverses / 5);
    EXPECT_LT(solvable, kUniverses * 4 / 5);
}

}  // namespace
}  // namespace solve
