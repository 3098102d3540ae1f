// Pages of an index: parsing what the server sent, and what a warm run does with the compact form in the cache.
#include "index/cached_file.h"
#include "index/judge.h"
#include "index/page_parser.h"

#include "support.h"
#include <benchmark/benchmark.h>

#include <algorithm>

namespace {

using bench::must;

constexpr int kReleases = 100;
constexpr int kWheels = 20;

pep::PackageName demo() {
    return must(pep::PackageName::parse("demo"));
}

// The cached form of a page of 2,100 files, about as large as NumPy's.
std::string page_bytes() {
    return must(package_index::parse_page(
        package_index::PageSyntax::Json,
        bench::index_page(kReleases, kWheels),
        demo(),
        must(net::Url::parse("https://pypi.org/simple/demo/"))
    ));
}

void page_parse_json(benchmark::State& state) {
    const std::string text = bench::index_page(kReleases, kWheels);
    const net::Url url = must(net::Url::parse("https://pypi.org/simple/demo/"));
    const pep::PackageName name = demo();
    for (auto _ : state) {
        benchmark::DoNotOptimize(
            package_index::parse_page(package_index::PageSyntax::Json, text, name, url)
        );
    }
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK(page_parse_json)->Unit(benchmark::kMicrosecond);

// From a file in the cache to a page that can be asked.
void page_open(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    const std::string path = directory.path() + "/demo.page";
    must(package_index::CachedFile::write(path, {.policy = "fresh"}, page_bytes()));
    const pep::PackageName name = demo();
    for (auto _ : state) {
        auto file = package_index::CachedFile::read(path);
        CHECK(file.has_value(), "what was written is read");
        benchmark::DoNotOptimize(package_index::Page::open(file->take_body(), name, {}));
    }
}

BENCHMARK(page_open)->Unit(benchmark::kMicrosecond);

// All that is known of one file, by version.
void page_lookup(benchmark::State& state) {
    const auto page = package_index::Page::open(page_bytes(), demo(), {});
    const std::uint32_t middle = page->version_count() / 2;
    const package_index::PageVersion row = page->version(middle);
    const pep::Version version = must(pep::Version::parse(row.text));
    for (auto _ : state)
        benchmark::DoNotOptimize(page->distribution(row.first_file + row.file_count / 2, version));
}

BENCHMARK(page_lookup);

// The best file of each version for one Python.
void page_judge(benchmark::State& state) {
    const auto page = package_index::Page::open(page_bytes(), demo(), {});
    const package_index::PageGroup group{{0}};
    const package_index::IndexOptions options;
    const package_index::TargetPython target{
        std::make_shared<const pep::Tags>(bench::debian_tags()), must(pep::Version::parse("3.11.7"))
    };
    for (auto _ : state) {
        benchmark::DoNotOptimize(package_index::judge(
            {&page, 1}, {&group, 1}, package_index::GroupOrder::BestVersion, {options, target}
        ));
    }
    state.SetItemsProcessed(state.iterations() * page->file_count());
}

BENCHMARK(page_judge)->Unit(benchmark::kMicrosecond);

}  // namespace
