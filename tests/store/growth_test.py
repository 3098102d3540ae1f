#!/usr/bin/env python3
"""The store looks after itself: under a limit on size, age or free space it gives back what was not used for longest,
in the background, and never what a program runs from. Times are not waited for: the files that tell the last use are
set back."""
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import unittest

import sandbox
from sandbox import eventually
import wheels

HOUR, DAY = 3600, 24 * 3600
PACKAGE_BYTES = 400_000
LIMIT = 2_500_000


def own_lock(fd):
    """An open-file-description write lock on byte 0, as the store takes it; OSError when it is held."""
    fcntl.fcntl(fd, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))  # F_OFD_SETLK


class GrowthTest(sandbox.StoreTestCase):
    def setUp(self):
        super().setUp()
        self.links = self.box.base / "links"
        self.links.mkdir()
        # Nothing of the machine's own fullness takes part.
        self.box.environment.update(ADDER_CACHE_MIN_FREE="off", ADDER_CACHE_MAX_AGE="off", ADDER_CACHE_MAX_SIZE="off")

    # --- what is stored

    def bulk_script(self, number, size=PACKAGE_BYTES):
        """A script that needs a package of its own of about this size, which does not compress."""
        name = f"bulk-{number}"
        data = random.Random(number).randbytes(size)
        file, wheel = wheels.wheel(name, "1.0", files={f"bulk_{number}/__init__.py": "", f"bulk_{number}/data.bin": data})
        (self.links / file).write_bytes(wheel)
        path = self.box.work / f"use_{number}.py"
        path.write_text(f'# /// script\n# dependencies = ["{name} @ file://{self.links / file}"]\n# ///\nimport bulk_{number}\nprint("bulk {number}")\n')
        return path

    def run_bulk(self, number, size=PACKAGE_BYTES, **environment):
        done = self.box.run("run", self.bulk_script(number, size), environment=environment)
        self.assertEqual(done.stdout, f"bulk {number}\n")
        return done

    def settle(self):
        self.assert_no_process_stays()

    def age(self, seconds, below=None):
        """Everything below was used so much earlier than it says."""
        for directory, _, files in os.walk(below or self.box.cache):
            for name in files:
                path = os.path.join(directory, name)
                if os.path.relpath(path, self.box.cache).startswith("lock/"):
                    continue
                status = os.lstat(path)
                os.utime(path, (status.st_atime - seconds, status.st_mtime - seconds), follow_symlinks=False)

    def used(self):
        """Bytes on disk, each file once however many names it has."""
        seen, total = set(), 0
        for directory, _, files in os.walk(self.box.cache):
            for name in files:
                status = os.lstat(os.path.join(directory, name))
                if (status.st_dev, status.st_ino) not in seen:
                    seen.add((status.st_dev, status.st_ino))
                    total += status.st_size
        return total

    def start_server(self, name="server"):
        return self.box.helper(name, "run", self.box.script(f"{name}.py"))

    def labels(self):
        listed = json.loads(self.box.run("cache", "ls", "--output-format", "json").stdout)
        return {os.path.basename(body["label"]) for body in listed}

    def require_sync_points(self):
        done = self.box.run("run", self.bulk_script(99, 1000), check=False, environment={"ADDER_TEST_SYNC": "kill:publish.named"})
        if done.returncode != -signal.SIGKILL:
            self.skipTest("this build has no sync points (the dev preset has)")
        self.settle()

    # --- tests

    def test_many_environments_stay_below_the_bound_while_the_oldest_serves(self):
        server = self.start_server()
        self.settle()
        for number in range(14):
            self.age(2 * HOUR)
            self.run_bulk(number, ADDER_CACHE_MAX_SIZE=str(LIMIT))
            self.settle()
            self.assertLessEqual(int(self.box.run("cache", "size").stdout), LIMIT)
            # What the counters do not know: lock files, records of names, the counters themselves.
            self.assertLessEqual(self.used(), LIMIT + 100_000, f"after {number}")
        labels = self.labels()
        self.assertIn("server.py", labels)
        self.assertIn("use_13.py", labels)
        self.assertNotIn("use_0.py", labels)
        self.assert_works(server)
        # What went comes again when it is wanted.
        self.run_bulk(0)

    def test_without_a_limit_nothing_goes(self):
        self.run_bulk(0)
        self.settle()
        self.age(200 * DAY)
        self.run_bulk(1)
        self.settle()
        self.assertEqual(self.labels(), {"use_0.py", "use_1.py"})

    def test_what_was_used_lately_stays_whatever_the_limit(self):
        self.run_bulk(0)
        self.run_bulk(1, ADDER_CACHE_MAX_SIZE="1")
        self.settle()
        self.assertEqual(self.labels(), {"use_0.py", "use_1.py"})

    def test_a_warm_run_counts_as_use(self):
        for number in range(3):
            self.run_bulk(number)
        self.settle()
        self.age(2 * HOUR)
        self.run_bulk(0)
        self.run_bulk(3, ADDER_CACHE_MAX_SIZE=str(2 * PACKAGE_BYTES + 300_000))
        self.settle()
        self.assertEqual(self.labels(), {"use_0.py", "use_3.py"})

    def test_old_ones_go_by_age(self):
        self.run_bulk(0)
        self.settle()
        self.age(40 * DAY)
        self.run_bulk(1)
        self.settle()
        gate = self.box.cache / "lock" / "gc"
        os.utime(gate, (gate.stat().st_atime, gate.stat().st_mtime - 2 * DAY))
        self.run_bulk(2, ADDER_CACHE_MAX_AGE="30d")
        self.settle()
        self.assertEqual(self.labels(), {"use_1.py", "use_2.py"})
        packages = [path for path in (self.box.cache / "pay").glob("*/*")]
        self.assertEqual(len(packages), 2)

    def test_the_settings_of_files_count(self):
        configuration = self.box.home / ".config" / "adder"
        configuration.mkdir(parents=True)
        (configuration / "adder.toml").write_text('cache-max-size = "1MB"\n')
        del self.box.environment["ADDER_CACHE_MAX_SIZE"]
        for number in range(3):
            self.run_bulk(number)
            self.settle()
            self.age(2 * HOUR)
        self.run_bulk(3)
        self.settle()
        self.assertEqual(self.labels(), {"use_2.py", "use_3.py"})

    def test_space_is_kept_free_on_a_small_file_system(self):
        if os.geteuid() != 0:
            self.skipTest("needs root, to mount a small file system")
        place = self.box.base / "small"
        place.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", place], capture_output=True, text=True)
        if mounted.returncode != 0:
            self.skipTest(f"needs to mount a small file system: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "-l", str(place)])
        self.box.cache = place / "cache"
        self.box.environment["UV_CACHE_DIR"] = str(self.box.cache)
        server = self.start_server()
        self.settle()
        wanted = 24 << 20
        for number in range(12):
            self.age(2 * HOUR)
            self.run_bulk(number, 6_000_000, ADDER_CACHE_MIN_FREE=str(wanted))
            self.settle()
            status = os.statvfs(place)
            self.assertGreaterEqual(status.f_bavail * status.f_frsize, wanted, f"after {number}")
        self.assert_works(server)

    def test_a_killed_eviction_harms_nothing(self):
        self.require_sync_points()
        server = self.start_server()
        self.settle()
        points = ("evict.chosen", "collect.claimed", "collect.unnamed", "collect.tombstone", "collect.moved", "evict.bodies", "payloads.claimed", "payloads.moved",
                  "evict.payloads", "trash.before-unlink", "house.before-unlock")
        self.run_bulk(100)
        for number, point in enumerate(points):
            self.settle()
            self.age(2 * HOUR)
            self.run_bulk(number, ADDER_CACHE_MAX_SIZE=str(2 * PACKAGE_BYTES), ADDER_TEST_SYNC=f"kill:{point}")
            self.settle()
            for name in self.box.names():
                body = self.box.cache / "env" / os.readlink(name).split("~")[0]
                self.assertTrue((body / "pyvenv.cfg").exists(), f"{name.name} leads nowhere after a kill at {point}")
        self.age(2 * HOUR)
        self.run_bulk(50, ADDER_CACHE_MAX_SIZE=str(2 * PACKAGE_BYTES))
        self.settle()
        self.assertLessEqual(int(self.box.run("cache", "size").stdout), 2 * PACKAGE_BYTES)
        self.assert_works(server)
        eventually(lambda: not json.loads(self.box.run("cache", "clean", "--output-format", "json").stdout)["kept"], "everything can be cleaned")
        self.box.wait_until_empty()

    def test_one_is_elected_and_nobody_waits(self):
        self.run_bulk(0)
        self.settle()
        self.age(2 * HOUR)
        with open(self.box.cache / "lock" / "gc", "r+b") as gate:
            own_lock(gate.fileno())
            self.run_bulk(1, ADDER_CACHE_MAX_SIZE=str(PACKAGE_BYTES))
            self.settle()
            self.assertEqual(self.labels(), {"use_0.py", "use_1.py"})
        self.run_bulk(2, ADDER_CACHE_MAX_SIZE=str(PACKAGE_BYTES))
        self.settle()
        self.assertEqual(self.labels(), {"use_1.py", "use_2.py"})

    def test_commands_at_once_keep_the_bound(self):
        for number in range(4):
            self.run_bulk(number)
        self.settle()
        self.age(2 * HOUR)
        scripts = [self.bulk_script(number) for number in range(10, 14)]
        limit = {"ADDER_CACHE_MAX_SIZE": str(6 * PACKAGE_BYTES)}
        commands = [self.box.start("run", script, environment=limit) for script in scripts]
        for number, command in enumerate(commands, 10):
            out, err = command.communicate(timeout=sandbox.DEADLINE_S * sandbox.patience())
            self.assertEqual((command.returncode, out), (0, f"bulk {number}\n"), err)
        self.settle()
        self.assertLessEqual(int(self.box.run("cache", "size").stdout), 6 * PACKAGE_BYTES)
        self.assertLessEqual({f"use_{number}.py" for number in range(10, 14)}, self.labels())

    def test_prune_tells_and_keeps_limits(self):
        server = self.start_server()
        self.run_bulk(0)
        self.settle()
        planned = json.loads(self.box.run("cache", "prune", "--dry-run", "--max-size", "0", "--output-format", "json").stdout)
        reasons = {(item["kind"], item["reason"]) for item in planned["items"]}
        self.assertIn(("environment", "too-large"), reasons)
        self.assertIn(("package", "too-large"), reasons)
        self.assertTrue(planned["dry_run"])
        self.assertEqual(self.labels(), {"use_0.py", "server.py"})
        self.box.collect("prune", "--max-size", "0")
        self.assertEqual(self.labels(), {"server.py"})
        self.assert_works(server)

    def test_bad_values_are_usage_errors(self):
        for arguments, environment in (
            (("--max-size", "much"), {}), (("--min-free", "-1"), {}), (("--max-age", "soon"), {}),
            ((), {"ADDER_CACHE_MAX_SIZE": "10 parsecs"}), ((), {"UV_CACHE_MAX_AGE": "1 month"}),
        ):
            if environment:
                self.box.environment.pop("ADDER_CACHE_MAX_AGE", None)
            done = self.box.run("cache", "prune", *arguments, check=False, environment=environment)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn((arguments or tuple(environment))[0], done.stderr)

    def test_why_names_the_program(self):
        server = self.start_server()
        answer = json.loads(self.box.run("cache", "why", "lazy-server", "--output-format", "json").stdout)
        (body,) = answer["environments"]
        self.assertTrue(body["in_use"])
        self.assertEqual([user["pid"] for user in body["users"]], [server.pid])
        self.assertIn("server.py", body["users"][0]["command"])
        self.assertFalse(body["prune_takes"])
        self.assertEqual(len(body["generations"]), 1)
        self.assertGreaterEqual(len(body["memos"]), 1)
        (package,) = answer["packages"]
        self.assertEqual(package["made_into"], [body["id"]])
        for name in ("server.py", body["names"][0], body["id"], package["digest"]):
            done = self.box.run("cache", "why", name)
            self.assertTrue(done.stdout.strip(), name)
        self.assertEqual(self.box.run("cache", "why", "nobody", check=False).returncode, 1)
        self.assert_works(server)


if __name__ == "__main__":
    sandbox.main()
