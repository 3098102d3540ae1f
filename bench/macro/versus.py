#!/usr/bin/env python3
"""adder against the real uv: the same commands, in turn, on one machine, with a loopback index of real wheels.

Each tool has a cache of its own in the same state. A case is run in pairs, in random order within the pair; what is
reported is the median of either side and the median ratio of the pairs with its 95 % interval. The last line says how
many targets held; the exit status is 0 if all did. Without uv or nginx it says what to install and skips (status 77).
"""
import argparse
import fnmatch
import functools
import glob
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys

import mirror
import timing
from cases import CASES, GROUPS, PYPROJECT, REQUIREMENTS, SCRIPT

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
WORK = pathlib.Path(os.environ.get("ADDER_BENCH_DIR", "/dev/shm/adder-bench"))
UV_VERSION = "0.13.9"
SKIPPED = 77


def python_home():
    """The directory of the Python that environments are made of: 3.11, which the wheels of the mirror are for."""
    homes = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/3.11.*/bin")))
    return homes[-1] if homes else os.path.dirname(shutil.which("python3"))


def find_uv():
    candidates = sorted(glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/uv")))
    return shutil.which("uv") or (candidates[-1] if candidates else None)


class CommandFailed(Exception):
    pass


class Tool:
    """One of the two programs, with a directory of its own."""

    def __init__(self, label, path):
        self.label = label
        self.path = str(path)
        self.directory = WORK / label
        shutil.rmtree(self.directory, ignore_errors=True)
        (self.directory / "home").mkdir(parents=True)
        (self.directory / "s.py").write_text(SCRIPT)
        (self.directory / "in.txt").write_text("\n".join(REQUIREMENTS) + "\n")
        (self.directory / "pyproject.toml").write_text(PYPROJECT)
        self.environment = {
            "PATH": f"{python_home()}:/usr/bin:/bin",
            "HOME": str(self.directory / "home"),
            "LC_ALL": "C.UTF-8",
            "UV_CACHE_DIR": str(self.directory / "cache"),
            "UV_DEFAULT_INDEX": mirror.URL,
            "UV_LINK_MODE": "hardlink",
            "UV_NO_PROGRESS": "1",
            "UV_PYTHON_DOWNLOADS": "never",
        }

    def filled_in(self, text):
        return text.replace("{bin}", self.path).replace("{d}", str(self.directory))

    def prepare(self, shell):
        if not shell:
            return
        done = subprocess.run(self.filled_in(shell), shell=True, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            raise CommandFailed(f"{self.label}: cannot prepare: {done.stderr.strip()[-200:]}")

    def time(self, command):
        arguments = self.filled_in(command).split(" ")
        sample = timing.run_once(arguments, self.environment)
        if sample.exit_code != 0:
            raise CommandFailed(f"{self.label}: exit status {sample.exit_code}: {' '.join(arguments)}")
        return sample

    def floor_command(self, case):
        """The program behind the case, to be started directly; None for cases without one."""
        return case.floor and case.floor.replace("{floor}", (self.directory / "floor").read_text().strip())

    def resident_mb(self):
        """What stays in memory beside a script that runs: 0 if the tool became the script's interpreter."""
        script = self.directory / "wait.py"
        script.write_text(SCRIPT + 'print("ready", flush=True)\nsys.stdin.read()\n')
        arguments = [self.path, "run", "-q", str(script)]
        with subprocess.Popen(
            arguments, env=self.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:
            process.stdout.readline()
            if os.path.realpath(f"/proc/{process.pid}/exe") != os.path.realpath(self.path):
                return 0.0
            with open(f"/proc/{process.pid}/smaps_rollup") as file:
                return sum(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024


def has_command(tool, command):
    """Whether the tool knows the subcommand at all; cases of later milestones wait for it."""
    words = command.split(" ")[1:]
    subcommand = words[: next((i for i, word in enumerate(words) if word.startswith(("-", "{"))), len(words))]
    done = subprocess.run([tool.path, *subcommand, "--help"], env=tool.environment, capture_output=True)
    return done.returncode == 0


def sample_in_turn(case, tools, pairs):
    """Two dicts by tool: samples of the command, and times of its floor (empty without one).

    The floor is sampled in the same rounds, so that it sees the same machine. The first round warms up."""
    samples, floors = {tool: [] for tool in tools}, {tool: [] for tool in tools}
    for _ in range(pairs + 1):
        for tool in random.sample(tools, len(tools)):
            tool.prepare(case.before)
            samples[tool].append(tool.time(case.command))
            if case.floor:
                floors[tool].append(tool.time(tool.floor_command(case)).wall_ms)
    return {tool: samples[tool][1:] for tool in tools}, {tool: floors[tool][1:] for tool in tools}


def compare(case, ours, uv, pairs):
    tools = (ours, uv)
    for tool in tools:
        tool.prepare(case.once)
    samples, floors = sample_in_turn(case, tools, pairs)
    floor = {tool: statistics.median(floors[tool] or [0.0]) for tool in tools}
    times = {tool: [sample.wall_ms - floor[tool] for sample in samples[tool]] for tool in tools}
    ratios = [mine / theirs for mine, theirs in zip(times[ours], times[uv])]
    low, high = timing.interval_of_median(ratios)
    ratio = statistics.median(ratios)
    return {
        "case": case.name,
        "held": ratio <= case.target,
        "target": case.target,
        "ratio": ratio,
        "ratio_low": low,
        "ratio_high": high,
        "ours_ms": statistics.median(times[ours]),
        "uv_ms": statistics.median(times[uv]),
        "floor_ms": floor[ours],
        "ours_peak_mb": max(sample.peak_mb for sample in samples[ours]),
        "uv_peak_mb": max(sample.peak_mb for sample in samples[uv]),
    }


def compare_residents(ours, uv):
    resident = {tool: tool.resident_mb() for tool in (ours, uv)}
    return {"case": "resident", "held": resident[ours] == 0, "ours_mb": resident[ours], "uv_mb": resident[uv]}


def line_of(result):
    name = f"{result['case']:14}"
    if "error" in result:
        return f"{name} FAIL {result['error']}"
    verdict = "ok  " if result["held"] else "FAIL"
    if "ratio" not in result:
        return f"{name} {verdict} ours {result['ours_mb']:8.1f} MB  uv {result['uv_mb']:8.1f} MB  target 0"
    return (
        f"{name} {verdict} ours {result['ours_ms']:8.2f} ms  uv {result['uv_ms']:8.2f} ms"
        f"  ratio {result['ratio']:.3f} [{result['ratio_low']:.3f}, {result['ratio_high']:.3f}]"
        f" target {result['target']}  peak {result['ours_peak_mb']:.0f}/{result['uv_peak_mb']:.0f} MB"
    )


def run(cases, options):
    ours, uv = Tool("ours", pathlib.Path(options.bin).resolve()), Tool("uv", options.uv)
    results = []

    def take(name, measure):
        try:
            result = measure()
        except (CommandFailed, OSError) as error:
            result = {"case": name, "held": False, "error": str(error)}
        results.append(result)
        print(line_of(result), flush=True)

    for case in cases:
        if has_command(ours, case.command):
            take(case.name, functools.partial(compare, case, ours, uv, options.pairs))
        else:
            print(f"{case.name:14} skip: ours has no such command yet", flush=True)
    if not options.only and any(case.group == "A" for case in cases):
        take("resident", functools.partial(compare_residents, ours, uv))
    return results


def selected(options):
    groups = list(GROUPS) if options.group == "all" else list(options.group)
    patterns = options.only.split(",") if options.only else ["*"]
    return [
        case
        for case in CASES
        if case.group in groups and any(fnmatch.fnmatch(case.name, pattern) for pattern in patterns)
    ]


def parse_options():
    groups = "; ".join(f"{letter}: {meaning}" for letter, meaning in GROUPS.items())
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default=ROOT / "build/release/adder", help="adder (default: build/release/adder)")
    parser.add_argument("--uv", default=find_uv(), help="uv (default: on PATH or below ~/.pyenv)")
    parser.add_argument("--group", default="A", help=f"letters, or `all` ({groups})")
    parser.add_argument("--only", metavar="GLOB[,GLOB]", help="cases by name")
    parser.add_argument("--pairs", type=int, default=12, help="samples of each side (default: 12)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="where to write the results")
    parser.add_argument("--list", action="store_true", help="print the names of the cases")
    return parser.parse_args()


def main():
    options = parse_options()
    cases = selected(options)
    if options.list:
        print("\n".join(case.name for case in cases))
        return 0
    if not os.access(options.bin, os.X_OK):
        print(f"no adder at {options.bin}: ./dev build release adder")
        return 1
    if not options.uv:
        print(f"skipped, there is no uv to compare with: pip install uv=={UV_VERSION}")
        return SKIPPED
    try:
        with mirror.serve(WORK, f"{python_home()}/python3"):
            results = run(cases, options)
    except mirror.Unavailable as missing:
        print(f"skipped, {missing}")
        return SKIPPED
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    held = sum(result["held"] for result in results)
    print(f"{held} of {len(results)} targets held")
    return 0 if held == len(results) else 1


if __name__ == "__main__":
    sys.exit(main())
