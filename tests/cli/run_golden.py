#!/usr/bin/env python3
"""Golden command-line tests. One directory is one scenario:

    cmd               a bash script, run in an empty directory with HOME, cache and temporary directory of its own
    expected          what it printed: standard output, standard error and exit code
    anything else     copied into that directory first

Available to `cmd`: `adder`, `adderx`, `uv`, `uvx` (the binary under test), $INDEX (the test index, see
tests/support/local_index.py; it is also the default index), $PYTHON (a CPython). What differs from run to run (times,
paths, ports, versions of Python) is replaced before comparing; the list is FILTERS.

usage: run_golden.py --bin PATH [--only GLOB] [--accept]       --accept writes `expected` anew; review the diff
"""
import argparse
import concurrent.futures
import difflib
import fnmatch
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import local_index  # noqa: E402


def find_python():
    """A real CPython >= 3.9, never a shim."""
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        for name in ("python3.11", "python3.12", "python3.13", "python3.10", "python3"):
            path = os.path.join(directory, name)
            if "shims" in directory or not os.access(path, os.X_OK):
                continue
            probe = subprocess.run([path, "-c", "import sys; print(sys.version_info >= (3, 9))"], capture_output=True, text=True)
            if probe.stdout.strip() == "True":
                return path
    sys.exit("no Python >= 3.9 found")


class Runner:
    def __init__(self, binary, index_url, python):
        self.binary, self.index_url, self.python = binary, index_url, python
        version = subprocess.run([python, "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True).stdout.strip()
        self.version = version

    def filters(self, work):
        real = os.path.realpath(work)
        minor = ".".join(self.version.split(".")[:2])
        return [
            (re.escape(real), "[DIR]"), (re.escape(str(work)), "[DIR]"),
            (re.escape(self.index_url.split("//")[1]), "[INDEX]"),
            (re.escape(os.path.realpath(self.python)), "[PYTHON]"), (re.escape(self.python), "[PYTHON]"),
            (re.escape(os.path.dirname(self.python)) + r"(?=/)", "[PYTHON-DIR]"),
            (r"\b\d+(\.\d+)?(ms|s)\b", "[TIME]"), (r"\b\d+m \d+s\b", "[TIME]"),
            (r"\(\d+(\.\d+)?([KMG]i)?B\)", "([SIZE])"),
            (r"/env/[0-9a-z]{26}\b", "/env/[ID]"), (r"\b[0-9a-f]{32,64}\b", "[HASH]"),
            (re.escape(self.version), "[X.Y.Z]"), (r"python" + re.escape(minor) + r"\b", "python[X.Y]"),
            (r"\bpid \d+", "pid [PID]"),
        ]

    def run(self, scenario):
        with tempfile.TemporaryDirectory(prefix="golden-") as base:
            base = pathlib.Path(os.path.realpath(base))
            work, home, tools = base / "work", base / "home", base / "bin"
            for directory in (home, tools, base / "tmp"):
                directory.mkdir()
            shutil.copytree(scenario, work, ignore=shutil.ignore_patterns("cmd", "expected"), symlinks=True)
            for name in ("adder", "adderx", "uv", "uvx"):
                (tools / name).symlink_to(self.binary)
            environment = {
                "PATH": f"{tools}:{os.path.dirname(self.python)}:/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(base / "tmp"), "UV_CACHE_DIR": str(base / "cache"),
                "UV_DEFAULT_INDEX": f"{self.index_url}/simple/", "INDEX": self.index_url, "PYTHON": self.python, "UV_PYTHON": self.python,
                "UV_PYTHON_DOWNLOADS": "never", "LC_ALL": "C.UTF-8", "BASE": str(base), "TESTS": str(HERE.parent / "support"), "UV_HTTP_TIMEOUT": "5", "UV_INTERNAL__TEST_NO_HTTP_RETRY_DELAY": "1", "UV_NO_WRAP": "1",
            }
            for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
                if name in os.environ:
                    environment[name] = os.environ[name]
            try:
                done = subprocess.run(["bash", "-eu", str(scenario / "cmd")], cwd=work, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=300)
            except subprocess.TimeoutExpired:
                return "timeout after 300 s\n"
            out, err = (stream.decode("utf-8", "replace") for stream in (done.stdout, done.stderr))
            text = f"{out}--- stderr\n{err}--- exit {done.returncode}\n"
            for pattern, replacement in self.filters(base):
                text = re.sub(pattern, replacement, text)
            return text


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--only", default="*")
    parser.add_argument("--accept", action="store_true")
    arguments = parser.parse_args()
    server, url = local_index.serve()
    runner = Runner(os.path.abspath(arguments.bin), url, find_python())
    scenarios = [path.parent for path in sorted(HERE.glob("*/cmd")) if fnmatch.fnmatch(path.parent.name, arguments.only)]
    failed = accepted = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for scenario, actual in zip(scenarios, pool.map(runner.run, scenarios)):
            expectation = scenario / "expected"
            expected = expectation.read_text() if expectation.exists() else ""
            if actual == expected:
                continue
            if arguments.accept:
                expectation.write_text(actual)
                accepted += 1
                print(f"accepted {scenario.name}")
                continue
            failed += 1
            print(f"FAILED {scenario.name}")
            sys.stdout.writelines(difflib.unified_diff(expected.splitlines(True), actual.splitlines(True), "expected", "actual"))
    server.shutdown()
    print(f"{len(scenarios) - failed} passed, {failed} failed")
    if accepted:
        print(f"{accepted} expectations were written anew: this run proves nothing, look at the diff")
        return 2
    return failed != 0 or not scenarios


if __name__ == "__main__":
    sys.exit(main())
