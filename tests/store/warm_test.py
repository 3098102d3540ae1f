#!/usr/bin/env python3
"""What a warm start costs, counted and not timed: system calls, processes, sockets. All of them, those of the dynamic
loader too, from the start of the process to the program's execve."""
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

    @property
    def count(self):
        """A directory that changes all the time, as /tmp may while other tests run, costs three calls more: its files are
        looked for by their names. That is not what is counted here."""
        return len(self.calls) - 3 * sum('/.python-versions"' in call for call in self.calls)

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
        self.box.run(*arguments, prefix=("strace", "-f", "-qq", "-o", log))
        return Trace(log.read_text().splitlines())

    def warm_trace(self, *arguments):
        """What changed a moment ago is not yet believed to be settled, so the first runs may still find things out."""
        traces = []

        def settled():
            traces.append(self.trace(*arguments))
            return len(traces) > 2 and len(traces[-1].calls) == len(traces[-2].calls) == len(traces[-3].calls)

        eventually(settled, f"{arguments} is warm")
        return traces[-1]

    def check(self, *arguments):
        trace = self.warm_trace(*arguments)
        print(f"{' '.join(arguments)}: {trace.count} system calls", end=" ... ", flush=True)
        self.assertLessEqual(trace.count, MOST_CALLS, "\n".join(trace.calls))
        self.assertEqual(trace.forbidden, [])

    def test_tool(self):
        self.check("tool", "run", "hello")

    def test_script(self):
        # Four directories deep, counted from the root; each is one look.
        self.box.script("s.py", **LAZY_HELLO)
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
        self.box.script("s.py", **LAZY_HELLO)
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
