#!/usr/bin/env python3
"""What a warm start costs, counted and not timed: system calls, processes, sockets. From the moment the dynamic loader
has done its work to the program's execve."""
import os
import re
import shutil
import unittest

import sandbox
from sandbox import StoreTestCase, eventually

MOST_CALLS = 60
FORBIDDEN = re.compile(r"^(socket|connect|clone|clone3|fork|vfork)\(")
LAZY_HELLO = {"dependencies": ("hello",), "start": "import hello\nhello.main()"}


class Trace:
    """The system calls of one run up to the program, which is the second execve."""

    def __init__(self, lines):
        calls = [re.sub(r"^(\[pid +\d+\] |\d+ +)", "", line) for line in lines]
        calls = [call for call in calls if not call.startswith(("+++", "---", "<..."))]
        starts = [index for index, call in enumerate(calls) if call.startswith("execve(")]
        self.calls = calls[1 : starts[1]]
        # The loader's last act is to unmap its cache.
        loaded = next(index for index, call in enumerate(self.calls) if call.startswith("munmap("))
        self.own = self.calls[loaded + 1 :]

    @property
    def forbidden(self):
        return [call for call in self.calls if FORBIDDEN.match(call)]


@unittest.skipIf(shutil.which("strace") is None, "needs strace")
@unittest.skipIf("ASAN_OPTIONS" in os.environ or "TSAN_OPTIONS" in os.environ, "sanitizers make system calls of their own")
class Warm(StoreTestCase):
    def setUp(self):
        super().setUp()
        del self.box.environment["UV_PYTHON"]  # found on PATH, as for most people

    def trace(self, *arguments):
        log = self.box.base / "trace"
        # Each directory above costs four looks: for two files of settings and two that choose a Python.
        self.box.run(*arguments, prefix=("strace", "-f", "-qq", "-o", log), cwd=self.box.base)
        return Trace(log.read_text().splitlines())

    def warm_trace(self, *arguments):
        """What changed a moment ago is not yet believed to be settled, so the first runs may still find things out."""
        traces = []

        def settled():
            traces.append(self.trace(*arguments))
            return not traces[-1].forbidden and len(traces) > 1 and len(traces[-1].calls) == len(traces[-2].calls)

        eventually(settled, f"{arguments} is warm")
        return traces[-1]

    def check(self, *arguments):
        trace = self.warm_trace(*arguments)
        print(f"{' '.join(arguments)}: {len(trace.own)} system calls, {len(trace.calls)} with the loader's", end=" ... ", flush=True)
        self.assertLessEqual(len(trace.own), MOST_CALLS, "\n".join(trace.own))
        self.assertEqual(trace.forbidden, [])

    def test_tool(self):
        self.check("tool", "run", "hello")

    def test_script(self):
        self.box.script("s.py", **LAZY_HELLO).rename(self.box.base / "s.py")
        self.check("run", "s.py")

    def test_with(self):
        # Also looks for .venv on the way up, and for the command on PATH.
        self.assertEqual(self.warm_trace("run", "--with", "greeting", "true").forbidden, [])

    def test_broken_shims(self):
        shims, log = self.box.base / "shims", self.box.base / "shims.log"
        shims.mkdir()
        for name in ["python", "python3", *(f"python3.{minor}" for minor in range(6, 15))]:
            shim = shims / name
            shim.write_text(f'#!/bin/sh\necho {name} >> "{log}"\nexit 127\n')
            shim.chmod(0o755)
        self.box.environment["PATH"] = f"{shims}:{self.box.environment['PATH']}"
        self.box.script("s.py", **LAZY_HELLO).rename(self.box.base / "s.py")
        for arguments in (["tool", "run", "hello"], ["run", "s.py"]):
            self.trace(*arguments)
            self.assertIn("python3", log.read_text())  # they stand in front

            def silent():
                before = log.read_text()
                trace = self.trace(*arguments)
                return log.read_text() == before and not trace.forbidden

            eventually(silent, f"{arguments} starts no shim any more")


if __name__ == "__main__":
    sandbox.main()
