// What a warm run recalls: its request's fingerprint, and the record behind it.
#include "ops/memo.h"
#include "store/store.h"

#include "support.h"
#include <benchmark/benchmark.h>

namespace {

using bench::must;

ops::Memo typical_memo() {
    return {
        .environment = "tool-0123456789abcdef0123456789abcdef",
        .expiry = 1'800'000'000,
        .program = "bin/jupyter-lab",
    };
}

void fingerprint(benchmark::State& state) {
    const std::string arguments(200, 'a');
    for (auto _ : state) {
        ops::Fingerprint fingerprint("tool");
        for (const char* name : {"command", "with", "python", "index", "settings", "constraints"})
            fingerprint.add(name, arguments);
        benchmark::DoNotOptimize(fingerprint.key());
    }
}

BENCHMARK(fingerprint);

void memo_decode(benchmark::State& state) {
    const std::string bytes = typical_memo().encode();
    for (auto _ : state)
        benchmark::DoNotOptimize(ops::Memo::decode(bytes));
}

BENCHMARK(memo_decode);

// From the store: open, read, check.
void memo_read(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    store::Store store = must(store::Store::open(
        {.root = directory.path() + "/cache", .temporary_directory = directory.path()}
    ));
    must(store.write_memo("tool-0", typical_memo().encode()));
    for (auto _ : state) {
        const std::optional<std::string> bytes = must(store.read_memo("tool-0"));
        CHECK(bytes && ops::Memo::decode(*bytes), "what was written is read");
    }
}

BENCHMARK(memo_read)->Unit(benchmark::kMicrosecond);

}  // namespace
