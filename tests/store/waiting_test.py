#!/usr/bin/env python3
"""Who waits for another process that builds the same environment is told so, and by which process."""
import os
import pathlib
import re
import signal
import unittest

import sandbox
from sandbox import StoreTestCase, eventually

NOTICE = re.compile(r"^Waiting for another process \(pid (\d+)\) that builds the same environment$", re.M)


def is_stopped(pid):
    """Field 3 of /proc/PID/stat, behind the name in parentheses."""
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


class Waiting(StoreTestCase):
    def setUp(self):
        super().setUp()
        if b"ADDER_TEST_SYNC" not in pathlib.Path(self.binary).read_bytes():
            self.skipTest("this build has no sync points")

    def builder(self, *arguments):
        """A process that has stopped itself when its environment was all but ready."""
        process = self.box.start(*arguments, environment={"ADDER_TEST_SYNC": "stop:publish.before-rename"})
        self.addCleanup(self.end, process)
        eventually(lambda: is_stopped(process.pid), "the builder stops")
        return process

    def waiter(self, *arguments):
        process = self.box.start(*arguments)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()
        process.stderr.close()

    def check(self, *arguments):
        builder = self.builder(*arguments)
        silent = self.waiter("-q", *arguments)
        waiter = self.waiter(*arguments)
        notice = NOTICE.match(waiter.stderr.readline())
        self.assertIsNotNone(notice)
        self.assertEqual(int(notice[1]), builder.pid)
        os.kill(builder.pid, signal.SIGCONT)
        for process, errors in ((builder, None), (waiter, None), (silent, "")):
            out, err = process.communicate(timeout=sandbox.DEADLINE_S * sandbox.patience())
            self.assertEqual((process.returncode, out), (0, "hello from hello 2.0.0\n"), err)
            self.assertIsNone(NOTICE.search(err), "it is said once")
            if errors is not None:
                self.assertEqual(err, errors)
        self.assertEqual(len(self.box.bodies()), 1, "one builds, the others wait")

    def test_run(self):
        script = self.box.script(dependencies=("hello",), start="import hello\nhello.main()")
        self.check("run", script)

    def test_tool_run(self):
        self.check("tool", "run", "hello")

    def test_nobody_to_wait_for(self):
        done = self.box.run("tool", "run", "hello")
        self.assertNotIn("Waiting", done.stderr)


if __name__ == "__main__":
    sandbox.main()
