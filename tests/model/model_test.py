#!/usr/bin/env python3
"""Checks the models of the store with spin: the protocol as it is holds, and every deliberately broken one is caught.

    tests/model/model_test.py            about a minute: what CI runs
    tests/model/model_test.py --full     bigger ones too: some five minutes and 4 GB (`./dev model` runs this)
    tests/model/model_test.py store      only those whose name contains the word

For each case: spin makes a verifier, gcc compiles it, and it visits every state there is. A protocol that is said to
hold must be searched to the end, without an error, a cut-off depth or memory that ran out; a broken one must end in a
violated assertion, and a step that the model never takes is an error in the model. docs/model.md says which step is
which line of the code, and what is left out.

Exit codes: 0 all as expected, 1 not so, 77 there is no spin here.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
SKIPPED = 77
DEPTH = 100_000
MEGABYTES = 1500
FULL_MEGABYTES = 6_000


@dataclass(frozen=True)
class Case:
    model: str
    flags: str = ""
    holds: bool = True
    full_only: bool = False
    is_big: bool = False

    @property
    def name(self) -> str:
        return f"{self.model} {self.flags}".strip()


def broken(model: str, *flags: str) -> list[Case]:
    return [Case(model, flag, holds=False) for flag in flags]


# The long ones first: two run at a time.
CASES = [
    Case("store", "USERS=2 COLLECTORS=2 PAUSES=5", full_only=True),
    Case("reboot", "HOUSES=2", full_only=True),
    Case("look", "SLOTS=6", full_only=True),
    Case("store", "USERS=2 COLLECTORS=2", is_big=True),
    Case("store", "USERS=3 COLLECTORS=1", is_big=True),
    Case("payload", "LINKERS=3 COLLECTORS=2", is_big=True),
    Case("look", "SLOTS=5"),
    Case("reboot"),
    Case("synced"),
    Case("look", "PRIVATE SLOTS=4 COLLECTORS=1"),
    Case("stage"),
    Case("acquire"),
    *broken(
        "store",
        "NO_TOMBSTONE USERS=1 COLLECTORS=1",
        "TEST_LOCK USERS=1 COLLECTORS=1",
        "PUBLISH_BEFORE_LEASE USERS=1 COLLECTORS=2",
    ),
    *broken("payload", "MARK_BEFORE_CLAIM", "UNLOCK_BEFORE_PUBLISH", "MOVE_BEFORE_REPLACE"),
    *broken(
        "reboot",
        "NO_SUFFIX",
        "SYNC_AFTER_SETTLE",
        "NO_FSYNC",
        "ANY_BOOT",
        "SURVEY_NAMES",
        "SETTLE_UNLEASED",
        "PUT_BACK",
        "SYNC_OWN_ONLY",
    ),
    *broken("synced", "NO_MARK", "MARK_BEFORE_SYNC", "MARK_BY_PATH", "UNLINK_BEFORE_SYNC"),
    *broken("look", "LOOK_BEFORE_CLAIM", "ONE_PASS", "PRIVATE LISTED_AFTER_LOOK SLOTS=4 COLLECTORS=1"),
    *broken("stage", "LOCK_INSIDE", "INSIDE_FIRST"),
    *broken("acquire", "FORGETFUL"),
]


@dataclass
class Verdict:
    case: Case
    complaint: str = ""
    states: int = 0
    depth: int = 0
    seconds: float = 0.0
    megabytes: float = 0.0
    found: str = ""


def run(command: list[str], directory: Path) -> str:
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    return done.stdout + done.stderr


def number(pattern: str, text: str) -> float:
    match = re.search(pattern, text)
    return float(match.group(1)) if match else 0.0


def unreached_lines(output: str) -> list[str]:
    # pan lists, per process, the statements that no path has taken: `store.pml:123, state 45, "..."`.
    return re.findall(r"^\t(\S+\.pml:\d+), state \d+, \"(?!-end-)", output, re.MULTILINE)


def judge(case: Case, output: str) -> str:
    """What is wrong with this result; "" when it is as it should be."""
    errors = re.search(r"errors: (\d+)", output)
    if not errors:
        return "the verifier did not end:\n" + output[-1500:]
    if not case.holds:
        if "assertion violated" in output:
            return ""
        return "NOT CAUGHT: the broken protocol passes"
    if int(errors.group(1)) != 0:
        return "VIOLATED: " + next((line for line in output.splitlines() if line.startswith("pan:1:")), "?")
    if "Search not completed" in output or "max search depth too small" in output:
        return "the search was cut off:\n" + output[-1500:]
    if lines := unreached_lines(output):
        return "steps that are never taken: " + ", ".join(lines)
    return ""


def check(case: Case, megabytes: int) -> Verdict:
    verdict = Verdict(case)
    begin = time.monotonic()
    # Many small writes: not on a disk where there is something better.
    memory = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="adder-model-", dir=memory) as name:
        directory = Path(name)
        defines = [f"-D{flag}" for flag in case.flags.split()]
        translated = run(["spin", *defines, "-a", str(HERE / f"{case.model}.pml")], directory)
        if not (directory / "pan.c").exists():
            verdict.complaint = "spin: " + translated
            return verdict
        # COLLAPSE: vectors of states differ in little and are many, and the full ones do not fit otherwise.
        options = ["-DSAFETY", f"-DMEMLIM={megabytes}", "-DCOLLAPSE" if case.full_only else "-DNOCOMP"]
        # The compiler takes longer than a small search.
        level = "-O2" if case.is_big or case.full_only else "-O0"
        compiled = run(["gcc", level, "-w", *options, "-o", "pan", "pan.c"], directory)
        if not (directory / "pan").exists():
            verdict.complaint = "gcc: " + compiled
            return verdict
        output = run(["./pan", f"-m{DEPTH}", "-w23"], directory)
    verdict.seconds = time.monotonic() - begin
    verdict.states = int(number(r"(\d+) states, stored", output))
    verdict.depth = int(number(r"depth reached (\d+)", output))
    verdict.megabytes = number(r"([\d.]+)\s+(?:total actual )?memory usage", output)
    verdict.complaint = judge(case, output)
    return verdict


def describe(verdict: Verdict) -> str:
    state = verdict.complaint or ("holds" if verdict.case.holds else "caught")
    return (
        f"{verdict.case.name:<52} {verdict.states:>12,} states  depth {verdict.depth:>4} "
        f"{verdict.megabytes:>6.0f} MB {verdict.seconds:>7.1f} s  {state}"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="check the models of the store")
    parser.add_argument("--full", action="store_true", help="the bigger ones too")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("words", nargs="*", help="only cases whose name contains one of these")
    arguments = parser.parse_args()
    for tool in ("spin", "gcc"):
        if not shutil.which(tool):
            print(f"skipped: no {tool} here (Debian: apt-get install {tool})")
            return SKIPPED
    cases = [
        case
        for case in CASES
        if (arguments.full or not case.full_only)
        and (not arguments.words or any(word in case.name for word in arguments.words))
    ]
    begin = time.monotonic()
    failures = 0
    states = 0
    with ThreadPoolExecutor(arguments.jobs) as pool:
        limit = FULL_MEGABYTES // arguments.jobs if arguments.full else MEGABYTES
        for verdict in pool.map(lambda case: check(case, limit), cases):
            print(describe(verdict), flush=True)
            failures += bool(verdict.complaint)
            states += verdict.states
    print(
        f"{len(cases)} models, {states:,} states, {failures} not as expected, "
        f"{time.monotonic() - begin:.0f} s"
    )
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
