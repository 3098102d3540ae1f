#!/usr/bin/env python3
"""Collectors and runs killed at one system call after another (strace injects the signal): the store works afterwards,
and one clean leaves nothing."""
import shutil
import subprocess
import unittest

import sandbox
from sandbox import StoreTestCase, eventually

RUNS = "hello from hello 2.0.0\n"
# Killed at every n-th system call; a prime, so that no regular pattern of calls is passed over each time.
STRIDE = 31
MOST_POINTS = 40


@unittest.skipIf(shutil.which("strace") is None, "needs strace")
class Killed(StoreTestCase):
    def setUp(self):
        super().setUp()
        self.box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")
        self.fill()
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        self.template = self.box.base / "template"
        subprocess.run(["cp", "-a", self.box.cache, self.template], check=True)

    def fill(self):
        box = self.box
        box.run("tool", "run", "hello")
        box.run("tool", "run", "hello==1.0.0")
        box.run("run", "--with", "quiet-lib", "true")
        box.run("run", "--link-mode", "symlink", "--with", "extra-lib", "true")
        box.script("s.py", dependencies=("hello==1.1.0",), start="import hello\nhello.main()")
        box.run("run", "s.py")
        box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")
        box.run("run", "s.py")

    def reset(self):
        shutil.rmtree(self.box.cache)
        subprocess.run(["cp", "-a", self.template, self.box.cache], check=True)

    def kill_at(self, point, *arguments):
        """Whether the command lived to see that system call."""
        done = self.box.run(*arguments, check=False, prefix=("strace", "-qq", "-o", "/dev/null", "-e", f"inject=all:signal=SIGKILL:when={point}"))
        return done.returncode != 0

    def check_all_points(self, *arguments, prepare=None):
        points = 0
        for number in range(MOST_POINTS):
            point = 60 + number * STRIDE  # before that there is only the loader
            with self.subTest(command=arguments, point=point):
                self.reset()
                if prepare:
                    prepare()
                if not self.kill_at(point, *arguments):
                    break
                points += 1
                self.assertEqual(self.box.run("tool", "run", "hello").stdout, RUNS)
                self.assertEqual(self.box.run("run", "s.py").stdout, RUNS)
                self.box.run("run", "--link-mode", "symlink", "--with", "extra-lib", "python", "-c", "import extra_lib")
                self.box.collect("clean")
                self.box.wait_until_empty()
        self.assertGreater(points, 0)

    def test_119_prune(self):
        self.check_all_points("cache", "prune")

    def test_119_clean(self):
        self.check_all_points("cache", "clean")

    def test_clean_of_a_package(self):
        self.check_all_points("cache", "clean", "hello")

    def test_a_first_run(self):
        self.check_all_points("run", "--with", "lazy-server", "true")

    def test_a_first_run_in_a_new_store(self):
        self.check_all_points("tool", "run", "hello", prepare=lambda: shutil.rmtree(self.box.cache))


if __name__ == "__main__":
    sandbox.main()
