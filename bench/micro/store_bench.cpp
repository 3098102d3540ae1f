// The lease protocol: what every warm command pays before the program runs, and what a build adds.
#include "store/store.h"

#include "support.h"
#include <benchmark/benchmark.h>
#include <fmt/core.h>

namespace {

using bench::must;

store::StoreOptions options_in(const base::TempDir& directory) {
    return {.root = directory.path() + "/cache", .temporary_directory = directory.path()};
}

store::Lease build(store::Store& store, const std::string& key) {
    store::LeaseOrStage begun = must(store.begin(key));
    store::Stage& stage = std::get<store::Stage>(begun);
    must(base::write_file(stage.path() + "/file", "content"));
    return must(store.publish(std::move(stage), {.label = "bench", .files = 1, .bytes = 7}));
}

void store_open(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(options_in(directory)));
    build(store, "tool-0");
    for (auto _ : state)
        benchmark::DoNotOptimize(store::Store::open(options_in(directory)));
}

BENCHMARK(store_open)->Unit(benchmark::kMicrosecond);

void lease_warm(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(options_in(directory)));
    build(store, "tool-0");
    for (auto _ : state)
        CHECK(must(store.lease("tool-0")).has_value(), "a published body can be leased");
}

BENCHMARK(lease_warm)->Unit(benchmark::kMicrosecond);

// The same, and handing it to the program about to be started.
void lease_and_pass_on(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(options_in(directory)));
    build(store, "tool-0");
    for (auto _ : state) {
        std::optional<store::Lease> lease = must(store.lease("tool-0"));
        const base::Fd inherited(must(lease->pass_on()));  // closed here, since nothing is started
        benchmark::DoNotOptimize(lease->environment_value());
    }
}

BENCHMARK(lease_and_pass_on)->Unit(benchmark::kMicrosecond);

void build_and_publish(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(options_in(directory)));
    int number = 0;
    for (auto _ : state)
        benchmark::DoNotOptimize(build(store, fmt::format("tool-{}", number++)));
}

// Every iteration leaves a body behind: a fixed number keeps the store small.
BENCHMARK(build_and_publish)->Iterations(500)->Unit(benchmark::kMicrosecond);

void lock_payload(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(options_in(directory)));
    const std::string sha256(64, 'a');
    must(store.publish_payload(
        must(store.begin_payload(sha256)), {.package = "demo", .version = "1.0"}
    ));
    for (auto _ : state)
        CHECK(must(store.lock_payload(sha256)).has_value(), "a published payload is there");
}

BENCHMARK(lock_payload)->Unit(benchmark::kMicrosecond);

}  // namespace
