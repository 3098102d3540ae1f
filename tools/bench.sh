#!/usr/bin/env bash
# Runs what `./dev bench` has built: the micro benchmarks, then adder against uv. The results of the last run are kept in
# bench/results, so that a change of speed shows in the diff. Arguments go to bench/macro/versus.py.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p bench/results

build/bench/bench/adder_bench --benchmark_out=bench/results/micro.json --benchmark_out_format=json

if ! command -v nginx >/dev/null; then
    root=()
    [ "$(id -u)" = 0 ] || root=(sudo)
    "${root[@]}" apt-get install -y -qq --no-install-recommends nginx-light >/dev/null
fi
status=0
bench/macro/versus.py --group A --json bench/results/macro.json "$@" || status=$?
[ "$status" = 77 ] || exit "$status"  # 77: no uv here, and it has said so
