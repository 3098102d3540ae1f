#!/usr/bin/env python3
"""The same command line through adder and through the real uv, each in a world of its own, on the tests' own index:
exit code, standard output, kinds of message, files left behind and, where the case asks the probe, all that the
started program sees must be equal.

Where we differ on purpose is listed in known_differences.toml with the reason. The list can only shrink: an entry
that no longer differs, or differs in less than it says, fails the test.

usage: run_test.py --bin PATH [--only GLOB] [--verbose] [--list]
The reference is found through UV_REFERENCE, PATH and ~/.pyenv/versions/*/bin/uv; without it the test is skipped (77).
"""
import argparse
import concurrent.futures
import fnmatch
import glob
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
import cases_cache  # noqa: E402
import cases_installed  # noqa: E402
import cases_python  # noqa: E402
import cases_run  # noqa: E402
import cases_tool  # noqa: E402
import cases_usage  # noqa: E402
import cases_venv  # noqa: E402
import local_index  # noqa: E402
import world  # noqa: E402

REFERENCE_VERSION = "0.13.9"
SKIPPED = 77
TABLES = {"run": cases_run, "tool": cases_tool, "installed": cases_installed, "venv": cases_venv, "python": cases_python, "cache": cases_cache, "usage": cases_usage}


def answer_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=30).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""


def find_reference():
    """The real uv of the version that this project follows, or None. A shim would fail in a world of its own."""
    candidates = [os.environ.get("UV_REFERENCE"), *glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin/uv")),
                  *(os.path.join(directory, "uv") for directory in os.environ.get("PATH", "").split(os.pathsep) if "shims" not in directory)]
    for candidate in candidates:
        if candidate and os.access(candidate, os.X_OK) and re.match(rf"uv {re.escape(REFERENCE_VERSION)}\b", answer_of(candidate, "--version")):
            real = os.path.realpath(candidate)
            if os.path.exists(os.path.join(os.path.dirname(real), "uvx")):
                return real
    return None


def find_pythons():
    """Minor version -> real executable, never a shim."""
    found = {}
    directories = glob.glob(os.path.expanduser("~/.pyenv/versions/*/bin")) + ["/usr/local/bin", "/usr/bin"]
    for minor in ("3.8", "3.9", "3.10", "3.11", "3.12", "3.13"):
        for directory in directories:
            path = os.path.join(directory, f"python{minor}")
            if os.access(path, os.X_OK) and answer_of(path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])") == minor:
                found[minor] = path
                break
    return found


def differences(case, ours, theirs, scratch):
    """Aspect -> (ours, theirs) for each aspect that is not equal."""
    try:
        left, right = (world.World(tool, host, case, scratch).observe() for tool, host in (ours, theirs))
    except subprocess.TimeoutExpired as error:
        return {"timeout": (str(error), "")}
    for one, other in ((left, right), (right, left)):
        if other.get("probe platform") is None and one.pop("probe platform", None) is not None:
            for aspect in [aspect for aspect in one if aspect.startswith("probe ")]:
                del one[aspect]
            one["probe"] = "ran"
    return {aspect: (left.get(aspect), right.get(aspect)) for aspect in sorted({*left, *right}) if left.get(aspect) != right.get(aspect)}


def narrowed(left, right):
    """Of two dictionaries only the keys that differ, so that a report stays short."""
    if isinstance(left, dict) and isinstance(right, dict):
        keys = [key for key in sorted({*left, *right}) if left.get(key) != right.get(key)]
        return {key: left.get(key) for key in keys}, {key: right.get(key) for key in keys}
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        pairs = [narrowed(a, b) for a, b in zip(left, right) if a != b]
        return [a for a, _ in pairs], [b for _, b in pairs]
    return left, right


def describe(found):
    lines = []
    for aspect, pair in found.items():
        left, right = narrowed(*pair)
        lines += [f"    {aspect}", f"      ours: {json.dumps(left, sort_keys=True)}", f"      uv:   {json.dumps(right, sort_keys=True)}"]
    return "\n".join(lines)


def judge(name, found, known):
    """None if the case is as expected, otherwise what is wrong."""
    expected = known.get(name, {}).get("aspects", [])
    unexpected = {aspect: pair for aspect, pair in found.items() if aspect not in expected}
    if unexpected:
        return "differs:\n" + describe(unexpected)
    gone = [aspect for aspect in expected if aspect not in found]
    return f"no longer differs in {', '.join(gone)}: take it out of known_differences.toml" if gone else None


def load_known(names):
    entries = tomllib.loads((HERE / "known_differences.toml").read_text()).get("difference", [])
    known = {entry["case"]: entry for entry in entries}
    assert len(known) == len(entries), "a case is listed twice in known_differences.toml"
    assert all(entry["reason"] and entry["aspects"] for entry in entries), "each known difference needs a reason and aspects"
    unknown = sorted(set(known) - names)
    assert not unknown, f"known_differences.toml names cases that do not exist: {unknown}"
    return known


def select(pythons, only):
    cases, skipped = {}, 0
    for table, module in TABLES.items():
        for case in module.CASES:
            name = f"{table}/{case.name}"
            assert name not in cases, f"two cases are called {name}"
            if not fnmatch.fnmatch(name, only):
                continue
            if all(minor in pythons for minor in case.needs):
                cases[name] = case
            else:
                skipped += 1
    return cases, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="*")
    parser.add_argument("--verbose", action="store_true", help="show the known differences too")
    parser.add_argument("--list", action="store_true", help="print the cases and stop")
    arguments = parser.parse_args()
    known = load_known({f"{table}/{case.name}" for table, module in TABLES.items() for case in module.CASES})
    reference, pythons = find_reference(), find_pythons()
    if arguments.list:
        for name, case in select(pythons, arguments.only)[0].items():
            print(f"{name:40} {case.script}")
        return 0
    if reference is None:
        print(f"skipped: uv {REFERENCE_VERSION} is not installed (pip install uv=={REFERENCE_VERSION}, or point UV_REFERENCE at it)")
        return SKIPPED
    if not pythons:
        print("skipped: no CPython 3.8 to 3.13 was found")
        return SKIPPED
    binary = os.path.realpath(arguments.bin)
    cases, skipped = select(pythons, arguments.only)
    # One index each: what one tool asks for must not change what the other one sees.
    (our_server, our_index), (their_server, their_index) = local_index.serve(), local_index.serve()
    ours = (world.Tool(binary, binary), world.Host(our_index, pythons, reference))
    theirs = (world.Tool(reference, os.path.join(os.path.dirname(reference), "uvx")), world.Host(their_index, pythons, reference))
    start, failed = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="differential-", ignore_cleanup_errors=True) as scratch, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        scratch = os.path.realpath(scratch)
        for name, found in zip(cases, pool.map(lambda case: differences(case, ours, theirs, scratch), cases.values())):
            wrong = judge(name, found, known)
            if wrong:
                failed += 1
                print(f"FAILED {name}: {wrong}\n    {cases[name].script}", flush=True)
            elif found and arguments.verbose:
                print(f"known {name}: {known[name]['reason']}\n{describe(found)}")
    our_server.shutdown()
    their_server.shutdown()
    accepted = len([name for name in cases if name in known])
    print(f"{len(cases) - failed} passed ({accepted} with a known difference), {failed} failed, {skipped} skipped in {time.monotonic() - start:.0f} s; reference uv {REFERENCE_VERSION}")
    return failed != 0 or not cases


if __name__ == "__main__":
    sys.exit(main())
