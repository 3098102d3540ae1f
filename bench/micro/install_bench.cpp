// Wheels: unpacking one into a payload, and linking a payload into an environment by its plan. On tmpfs, so that the
// price is that of system calls.
#include "install/installer.h"
#include "install/link_plan.h"
#include "install/unpack.h"

#include "support.h"
#include "wheel_builder.h"
#include <benchmark/benchmark.h>
#include <fmt/core.h>

namespace {

using bench::must;

constexpr std::size_t kModuleSize = 4000;

WheelBuilder wheel_of(std::int64_t modules) {
    WheelBuilder wheel("demo", "1.0");
    for (std::int64_t i = 0; i < modules; ++i) {
        wheel.file(
            fmt::format("demo/package_{}/module_{}.py", i / 20, i),
            bench::source_text(kModuleSize, static_cast<unsigned>(i))
        );
    }
    wheel.entry_points("[console_scripts]\ndemo = demo:main\n");
    return wheel;
}

// Unpacks the wheel of `modules` modules into a new directory and gives its path.
std::string unpack(
    const base::TempDir& directory,
    std::string_view name,
    std::int64_t modules,
    base::TaskPool& pool
) {
    const WheelBuilder wheel = wheel_of(modules);
    const std::string payload = base::join_path(directory.path(), name);
    must(base::make_directory(payload));
    must(install::unpack_wheel(
        wheel.write_to(directory.path()), {.file_name = wheel.file_name()}, payload, pool
    ));
    return payload;
}

void wheel_unpack(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    base::TaskPool pool(base::TaskPool::core_count());
    const WheelBuilder wheel = wheel_of(state.range(0));
    const std::string path = wheel.write_to(directory.path());
    const std::string payload = directory.path() + "/payload";
    for (auto _ : state) {
        must(base::make_directory(payload));
        must(install::unpack_wheel(path, {.file_name = wheel.file_name()}, payload, pool));
        state.PauseTiming();
        must(base::remove_tree(payload));
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(wheel_unpack)->Arg(1000)->Unit(benchmark::kMillisecond)->UseRealTime();

void link_plan_read(benchmark::State& state) {
    const base::TempDir directory = bench::scratch();
    base::TaskPool pool(base::TaskPool::core_count());
    const std::string payload = unpack(directory, "payload", state.range(0), pool);
    for (auto _ : state)
        benchmark::DoNotOptimize(install::LinkPlan::read(payload));
    state.SetItemsProcessed(state.iterations() * state.range(0));
}

BENCHMARK(link_plan_read)->Arg(1000)->Unit(benchmark::kMicrosecond);

void wheel_install(benchmark::State& state, install::LinkMode mode) {
    constexpr std::int64_t kModules = 1000;
    const base::TempDir directory = bench::scratch();
    base::TaskPool pool(base::TaskPool::core_count());
    const std::string root = directory.path() + "/environment";
    const install::TargetLayout target{
        .root = root,
        .purelib = root + "/lib/python3.11/site-packages",
        .platlib = root + "/lib/python3.11/site-packages",
        .scripts = root + "/bin",
        .headers = root + "/include/site/python3.11",
        .python = root + "/bin/python",
        .python_minor = 11,
    };
    const install::WheelInstall wheel{.payload = unpack(directory, "payload", kModules, pool)};
    for (auto _ : state) {
        must(install::install_wheels({&wheel, 1}, target, {.link_mode = mode}, pool));
        state.PauseTiming();
        must(base::remove_tree(root));
        state.ResumeTiming();
    }
    state.SetItemsProcessed(state.iterations() * kModules);
}

BENCHMARK_CAPTURE(wheel_install, hardlink, install::LinkMode::Hardlink)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_CAPTURE(wheel_install, copy, install::LinkMode::Copy)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
