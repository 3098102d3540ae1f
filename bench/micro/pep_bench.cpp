// The values of the packaging standards: what a resolution parses and compares by the ten thousand.
#include "pep/core_metadata.h"
#include "pep/marker.h"
#include "pep/requirement.h"
#include "pep/version.h"
#include "pep/version_range.h"
#include "pep/wheel_filename.h"

#include "support.h"
#include <benchmark/benchmark.h>

#include <algorithm>

namespace {

using bench::must;

void version_parse(benchmark::State& state, const char* text) {
    for (auto _ : state)
        benchmark::DoNotOptimize(pep::Version::parse(text));
}

BENCHMARK_CAPTURE(version_parse, plain, "1.26.4");
BENCHMARK_CAPTURE(version_parse, prerelease, "24.1rc2.dev3");
BENCHMARK_CAPTURE(version_parse, local, "2.3.1+cu118.7");

void version_compare(benchmark::State& state, const char* left, const char* right) {
    const pep::Version a = must(pep::Version::parse(left));
    const pep::Version b = must(pep::Version::parse(right));
    for (auto _ : state) {
        benchmark::DoNotOptimize(&a);
        benchmark::DoNotOptimize(a < b);
    }
}

BENCHMARK_CAPTURE(version_compare, packed, "1.26.4", "1.26.4.post1");
BENCHMARK_CAPTURE(version_compare, shared, "2.3.1+cu118", "2.3.1+cu121");

void version_sort(benchmark::State& state) {
    std::vector<pep::Version> shuffled;
    for (std::uint64_t i = 0; i < 1000; ++i)
        shuffled.push_back(pep::Version::from_release({i * 7919 % 50, i * 104729 % 100, i}));
    for (auto _ : state) {
        std::vector<pep::Version> versions = shuffled;
        std::ranges::sort(versions);
        benchmark::DoNotOptimize(versions.data());
    }
    state.SetItemsProcessed(state.iterations() * 1000);
}

BENCHMARK(version_sort);

void range_intersection(benchmark::State& state) {
    const auto range = [](const char* text) {
        return pep::VersionRange::from(must(pep::Specifiers::parse(text)));
    };
    const pep::VersionRange a = range(">=1.21,!=1.24.*,<3");
    const pep::VersionRange b = range(">=1.23.2,!=2.0.1,<2.3");
    for (auto _ : state)
        benchmark::DoNotOptimize(a.intersection(b));
}

BENCHMARK(range_intersection);

void requirement_parse(benchmark::State& state, const char* text) {
    for (auto _ : state)
        benchmark::DoNotOptimize(pep::Requirement::parse(text));
}

BENCHMARK_CAPTURE(requirement_parse, plain, "charset-normalizer<4,>=2");
BENCHMARK_CAPTURE(
    requirement_parse,
    marker,
    "uvloop[dev]!=0.15.0,>=0.14.0; (sys_platform != 'win32' and implementation_name == 'cpython') "
    "and extra == 'all'"
);

constexpr const char* kMarker =
    "python_version >= '3.8' and (sys_platform == 'linux' or platform_system == 'Darwin') and "
    "extra == 'test'";

void marker_parse(benchmark::State& state) {
    for (auto _ : state)
        benchmark::DoNotOptimize(pep::Marker::parse(kMarker));
}

BENCHMARK(marker_parse);

void marker_evaluate(benchmark::State& state) {
    const pep::Marker marker = must(pep::Marker::parse(kMarker));
    const pep::MarkerEnvironment environment = bench::debian_environment();
    const std::vector<pep::ExtraName> extras{must(pep::ExtraName::parse("test"))};
    for (auto _ : state)
        benchmark::DoNotOptimize(marker.evaluate(environment, extras));
}

BENCHMARK(marker_evaluate);

void tags_priority(benchmark::State& state) {
    const pep::Tags tags = bench::debian_tags();
    const pep::WheelFilename wheel = must(pep::WheelFilename::parse(
        "numpy-1.26.4-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl"
    ));
    for (auto _ : state)
        benchmark::DoNotOptimize(tags.priority(wheel));
}

BENCHMARK(tags_priority);

void metadata_parse(benchmark::State& state) {
    const std::string text = bench::metadata_text(static_cast<int>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(pep::CoreMetadata::parse(text));
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK(metadata_parse)->Arg(4)->Arg(64);

}  // namespace
