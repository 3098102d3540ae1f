// The solver alone: answers come from a table that was made before, so what is measured is deciding, propagating and
// learning from conflicts.
#include "solve/solver.h"

#include "support.h"
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <map>

namespace {

using bench::must;

class TableProvider final : public solve::Provider {
  public:
    void add(
        const std::string& name, const std::string& version, const std::vector<std::string>& needs
    ) {
        solve::Dependencies dependencies;
        for (const std::string& text : needs)
            dependencies.requirements.push_back(must(pep::Requirement::parse(text)));
        table_[must(pep::PackageName::parse(name))].emplace(
            must(pep::Version::parse(version)), std::move(dependencies)
        );
    }

    base::Result<solve::PackageAnswer> releases(const pep::PackageName& name) override {
        const auto found = table_.find(name);
        if (found == table_.end()) return solve::NotFound{.reason = "is not in the table"};
        std::vector<solve::Release> releases;
        for (const auto& [version, dependencies] : found->second)
            releases.push_back({.version = version});
        return releases;
    }

    base::Result<solve::MetadataAnswer> metadata(
        const pep::PackageName& name, const pep::Version& version
    ) override {
        return table_.at(name).at(version);
    }

    base::Result<void> use_url(const pep::PackageName&, const std::string&) override { return {}; }

  private:
    std::map<pep::PackageName, std::map<pep::Version, solve::Dependencies>> table_;
};

solve::Problem asking_for(const std::vector<std::string>& requirements) {
    solve::Problem problem;
    problem.environment = bench::debian_environment();
    problem.python = must(pep::Version::parse("3.11.7"));
    for (const std::string& text : requirements)
        problem.requirements.push_back({must(pep::Requirement::parse(text)), "bench"});
    return problem;
}

// Packages that each need the next three, in any of ten versions: nothing conflicts, the first choice is right.
void solve_chain(benchmark::State& state) {
    const auto count = state.range(0);
    TableProvider provider;
    for (std::int64_t package = 0; package < count; ++package) {
        std::vector<std::string> needs;
        for (std::int64_t next = package + 1; next < std::min(count, package + 4); ++next)
            needs.push_back(fmt::format("p{}>=1.2", next));
        for (int version = 0; version < 10; ++version)
            provider.add(fmt::format("p{}", package), fmt::format("1.{}", version), needs);
    }
    const solve::Problem problem = asking_for({"p0"});
    for (auto _ : state) {
        const auto solution = solve::solve(problem, provider);
        CHECK(
            solution && solution->packages.size() == static_cast<std::size_t>(count),
            "a chain has a solution"
        );
    }
    state.SetItemsProcessed(state.iterations() * count);
}

BENCHMARK(solve_chain)->Arg(20)->Arg(200)->Unit(benchmark::kMicrosecond);

// One package whose every version but the oldest needs a version of `shared` that the other root forbids (boto3 and
// botocore are such a pair): the search must walk down.
void solve_walk_down(benchmark::State& state) {
    const auto count = state.range(0);
    TableProvider provider;
    for (std::int64_t version = 1; version <= count; ++version) {
        provider.add(
            "walker", fmt::format("1.{}", version), {fmt::format("shared=={}.*", version)}
        );
        provider.add("shared", fmt::format("{}.0", version), {});
    }
    provider.add("holder", "1.0", {"shared<2"});
    const solve::Problem problem = asking_for({"walker", "holder"});
    for (auto _ : state) {
        const auto solution = solve::solve(problem, provider);
        CHECK(solution.has_value(), "the oldest version fits");
    }
    state.SetItemsProcessed(state.iterations() * count);
}

BENCHMARK(solve_walk_down)->Arg(100)->Arg(1000)->Unit(benchmark::kMillisecond);

// Layers of packages where each version of a layer wants one parity of the next layer's, and the last two layers
// cannot agree: the proof that there is no solution, with its report.
void solve_contradiction(benchmark::State& state) {
    const auto layers = state.range(0);
    TableProvider provider;
    for (std::int64_t layer = 0; layer < layers; ++layer) {
        for (int version = 1; version <= 8; ++version) {
            const std::string number = fmt::format("{}.0", version);
            const int wanted = version % 2 == 0 ? 4 : 5;
            const std::vector<std::string> needs{
                fmt::format("a{}>={}", layer + 1, wanted), fmt::format("b{}<{}", layer + 1, wanted)
            };
            provider.add(fmt::format("a{}", layer), number, needs);
            provider.add(fmt::format("b{}", layer), number, needs);
        }
    }
    for (int version = 1; version <= 8; ++version) {
        provider.add(fmt::format("a{}", layers), fmt::format("{}.0", version), {"end==1.0"});
        provider.add(fmt::format("b{}", layers), fmt::format("{}.0", version), {"end==2.0"});
    }
    provider.add("end", "1.0", {});
    provider.add("end", "2.0", {});
    const solve::Problem problem = asking_for({"a0", "b0"});
    for (auto _ : state) {
        const auto outcome = solve::solve(problem, provider);
        CHECK(!outcome, "the last layer contradicts itself");
        benchmark::DoNotOptimize(std::get<solve::NoSolution>(outcome.error()).report());
    }
}

BENCHMARK(solve_contradiction)->Arg(3)->Arg(12)->Unit(benchmark::kMicrosecond);

}  // namespace
