// Formats: TOML and JSON documents, RECORD, and members of a wheel.
#include "codec/json.h"
#include "codec/toml.h"
#include "codec/wheel_record.h"
#include "codec/zip.h"

#include "deflated_archive.h"
#include "support.h"
#include "wheel_builder.h"
#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <memory>

namespace {

using bench::must;

void set_bytes(benchmark::State& state, std::size_t bytes_per_iteration) {
    state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes_per_iteration));
}

void toml_parse(benchmark::State& state) {
    const std::string text = bench::pyproject_text(static_cast<int>(state.range(0)));
    for (auto _ : state)
        benchmark::DoNotOptimize(codec::parse_toml(text, "pyproject.toml"));
    set_bytes(state, text.size());
}

BENCHMARK(toml_parse)->Arg(10)->Arg(200);

void json_tree(benchmark::State& state) {
    const std::string text = bench::index_page(50, 8);
    for (auto _ : state)
        benchmark::DoNotOptimize(codec::parse_json(text, "page"));
    set_bytes(state, text.size());
}

BENCHMARK(json_tree)->Unit(benchmark::kMicrosecond);

void json_events(benchmark::State& state) {
    const std::string text = bench::index_page(50, 8);
    for (auto _ : state) {
        codec::JsonEvents nobody;
        benchmark::DoNotOptimize(codec::read_json(text, "page", nobody));
    }
    set_bytes(state, text.size());
}

BENCHMARK(json_events)->Unit(benchmark::kMicrosecond);

void wheel_record_parse(benchmark::State& state) {
    std::string text;
    for (int i = 0; i < 1000; ++i)
        text += WheelBuilder::record_line_of(
            fmt::format("demo/package_{}/module_{}.py", i / 20, i), "content"
        );
    for (auto _ : state)
        benchmark::DoNotOptimize(codec::parse_wheel_record(text));
    set_bytes(state, text.size());
}

BENCHMARK(wheel_record_parse)->Unit(benchmark::kMicrosecond);

// `count` members of `size` bytes of Python source each.
std::shared_ptr<codec::MemorySource> archive(std::int64_t count, std::int64_t size) {
    std::vector<std::pair<std::string, std::string>> members;
    for (std::int64_t i = 0; i < count; ++i) {
        members.emplace_back(
            fmt::format("demo/module_{}.py", i),
            bench::source_text(static_cast<std::size_t>(size), static_cast<unsigned>(i))
        );
    }
    return std::make_shared<codec::MemorySource>(bench::deflated_archive(members));
}

void zip_open(benchmark::State& state) {
    const auto source = archive(state.range(0), 100);
    for (auto _ : state)
        benchmark::DoNotOptimize(codec::ZipReader::open(source));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(zip_open)->Arg(1000)->Unit(benchmark::kMicrosecond);

// Members x bytes of each: many small modules, and one large data file.
void zip_extract(benchmark::State& state) {
    const auto zip = must(codec::ZipReader::open(archive(state.range(0), state.range(1))));
    for (auto _ : state) {
        std::size_t seen = 0;
        for (const codec::ZipEntry& entry : zip->entries()) {
            must(zip->extract(entry, [&seen](std::string_view bytes) -> base::Result<void> {
                seen += bytes.size();
                return {};
            }));
        }
        benchmark::DoNotOptimize(seen);
    }
    set_bytes(state, static_cast<std::size_t>(state.range(0) * state.range(1)));
}

BENCHMARK(zip_extract)->Args({1000, 8 << 10})->Args({1, 16 << 20})->Unit(benchmark::kMillisecond);

}  // namespace
