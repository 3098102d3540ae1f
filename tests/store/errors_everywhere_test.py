#!/usr/bin/env python3
"""One system call after another fails, in every way that it plausibly can on a machine that is full, broken, or somebody else's:
the outcome is a correct result or a clear error, and the store is whole afterwards. See faults.py; which call can give which
errors is in tests/fault/call_table.cpp."""
import errno
import os
import re
import shutil
import subprocess
import unittest

import faults
from sandbox import StoreTestCase, eventually
from faults import HELLO, PROC, SCENARIOS, SETTINGS, Point, by_kind, check_outcome, evenly, turning_points

LOOKS = 60
# What once went wrong is always tried: (text of the call, error). A payload directory that could not be listed was taken for one with
# nothing in use; a name that could not be removed led to a body that was; EINTR came through.
ONCE_WRONG = {
    "clean beside a server": [(f"/cache/pay/{digest[:2]})", "EACCES") for digest in faults.digests("lazy-server", "lazy-helper")] + [("unlink({cache}/key/", "EROFS")],
    "prune": [("openat({cache}/ref/.)", "EINTR")],
    # A script that could not be read was started without what it needs.
    "warm run": [("/s.py)", "EIO"), ("openat(s.py)", "EACCES"), ("read(", "ESTALE")],
    "clean of a package": [("unlink({cache}/key/", "EIO")],
    "large wheel": [("ftruncate(", "EINTR")],
    "cold run": [("/bin/hello)", "EINTR"), ("/RECORD)", "EINTR"), ("openat({cache}/STORE)", "EINTR"),
                 # Remembered as the interpreter's fault.
                 ("execve(", "EIO"), ("execve(", "EACCES")],
}
LIBRARY = re.compile(r"\.so(\.[0-9.]+)?\)")


class Failed(faults.FaultTestCase):
    kind = "failed"

    def points(self, name):
        calls = [call for call in self.boxes[0].calls(SCENARIOS[name]) if call[3]]
        everything = self.boxes[0].calls(SCENARIOS[name], skip="")
        looks = [(number, error) for number, _, _, errors, text in everything for error in errors if PROC in text]
        # The dynamic loader, at work for a library, does not know of EINTR: that is not ours to mend.
        pairs = [(number, error) for number, _, _, errors, text in calls for error in errors if not (error == "EINTR" and LIBRARY.search(text))]
        if SETTINGS.full:
            pairs = by_kind(pairs, calls)
            looks = evenly(looks, LOOKS)
        else:
            turns = turning_points(calls)
            at_turns = [pair for pair in pairs if pair[0] in turns]
            pairs = evenly(at_turns, SETTINGS.sample * 2 // 3) + evenly(pairs, SETTINGS.sample // 3)
            looks = evenly(looks, 1)
        once = [Point(("error", 1, error), start=text) for text, error in ONCE_WRONG.get(name, ())]
        return once + [Point(("error", *pair)) for pair in pairs] + [Point(("error", *pair), skip="") for pair in looks]

    def check(self, name):
        self.campaign(name, self.points(name), self.judge)

    @staticmethod
    def judge(scenario, outcome):
        check_outcome(scenario, outcome)


@unittest.skipIf(os.geteuid() != 0, "mounts file systems: needs root")
class FullDisk(StoreTestCase):
    """A cache on a small file system of its own, with not one block left."""

    def setUp(self):
        super().setUp()
        self.box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")
        self.place = self.box.base / "small"
        self.place.mkdir()
        self.box.environment["UV_CACHE_DIR"] = str(self.place / "cache")
        self.box.cache = self.place / "cache"

    def mount(self, *arguments):
        done = subprocess.run(["mount", *map(str, arguments), self.place], capture_output=True, text=True)
        if done.returncode != 0:
            self.skipTest(f"cannot mount: {done.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.place], check=True)

    def mount_ext4(self):
        if shutil.which("mkfs.ext4") is None:
            self.skipTest("needs mkfs.ext4")
        image = self.box.base / "image"
        with open(image, "wb") as file:
            file.truncate(24 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-N", "4096", image], check=True)
        self.mount("-o", "loop", image)

    def fill(self):
        """To the last block: by big pieces, then by small ones."""
        for size in (1 << 20, 4096):
            for number in range(1000):
                try:
                    with open(self.place / f"ballast-{size}-{number}", "wb") as file:
                        file.write(b"x" * size)
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)
                    break
            else:
                self.fail("the disk does not become full")

    def free(self):
        status = os.statvfs(self.place)
        return status.f_bfree * status.f_bsize

    def check(self):
        box = self.box
        self.assertEqual(box.run("run", "s.py").stdout, HELLO)
        eventually(lambda: not box.processes_of_adder(), "the housekeeping ends")
        self.fill()
        # What is there still runs; what is not says what is wrong.
        self.assertEqual(box.run("run", "s.py").stdout, HELLO)
        box.script("other.py", dependencies=("lazy-server",), start="print('never')")
        failed = box.run("run", "other.py", check=False)
        self.assertIn(failed.returncode, (1, 2), failed.stdout + failed.stderr)
        self.assertIn("No space left on device", failed.stderr)
        self.assertIn(str(box.cache), failed.stderr)
        before = self.free()
        box.run("cache", "clean")
        box.wait_until_empty()
        self.assertGreater(self.free(), before + 16384)
        self.assertEqual(box.run("run", "s.py").stdout, HELLO)
        eventually(lambda: not box.processes_of_adder(), "the housekeeping ends")

    def test_clean_frees_a_full_tmpfs(self):
        self.mount("-t", "tmpfs", "-o", "size=24m", "tmpfs")
        self.check()

    def test_clean_frees_a_full_ext4(self):
        self.mount_ext4()
        self.check()


for scenario_name in SCENARIOS:
    setattr(Failed, "test_" + scenario_name.replace(" ", "_"), lambda self, name=scenario_name: self.check(name))

if __name__ == "__main__":
    faults.main()
