#!/usr/bin/env python3
"""What commands say about programs that run from the store: those we may look at, and those we may not."""
import os
import shutil
import subprocess
import unittest

import sandbox

# Has processes of its own, so it sees nobody else's.
ALONE = ("unshare", "--pid", "--fork", "--mount-proc")


def can_be_alone():
    return shutil.which("unshare") is not None and subprocess.run([*ALONE, "true"], capture_output=True).returncode == 0


class WhatPeopleRead(sandbox.StoreTestCase):
    def setUp(self):
        super().setUp()
        self.server = self.box.helper("server", "tool", "run", "lazy-server")

    def test_a_program_is_named(self):
        text = self.box.collect("clean").stderr
        self.assertRegex(text, r"Kept 1 environment in use \([\d.]+[KM]iB\); it is removed when this program ends:\n"
                               rf"  lazy-server  pid {self.server.pid}  \S.*  \d+ (s|min)  [\d.]+[KM]iB\n")
        self.assert_works(self.server)

    def test_control_characters_do_not_reach_the_terminal(self):
        script = self.box.script("\x1b[31mred.py", dependencies=("hello", "lazy-server"))
        red = self.box.helper("red", "run", script)
        for arguments in (("clean", "--dry-run"), ("ls",)):
            done = self.box.run("cache", *arguments)
            self.assertIn("red.py", done.stdout + done.stderr)
            self.assertNotIn("\x1b", done.stdout + done.stderr)
        self.assert_works(red)

    @unittest.skipUnless(os.geteuid() == 0 and can_be_alone(), "needs root and unshare(1), to see no other process")
    def test_a_program_that_cannot_be_seen(self):
        other = r"\(other\)  a program of another user or container"
        self.assertRegex(self.box.run("cache", "ls", prefix=ALONE).stdout, rf"lazy-server .* in use\n      {other}\n")
        page = self.box.run("cache", "report", "--html", "-", prefix=ALONE).stdout
        self.assertIn(">(other)<", page)
        self.assertIn("a program of another user or container", page)
        text = self.box.collect("clean", prefix=ALONE).stderr
        self.assertRegex(text, rf"it is removed when this program ends:\n  lazy-server  {other} +[\d.]+[KM]iB\n")
        self.assert_works(self.server)


if __name__ == "__main__":
    sandbox.main()
