#!/usr/bin/env python3
"""The store where things are not as they should be: beside a real uv, without locks, without rights, without room."""
import errno
import fcntl
import os
import pathlib
import shutil
import subprocess
import unittest

import sandbox
from refused_locks import RefusedLocksTestCase
from sandbox import StoreTestCase, eventually, local_index, wheels

ENOTSUPP = 524  # of the kernel's own; NFS gives it


def find_real_uv():
    for path in [shutil.which("uv"), *map(str, sorted(pathlib.Path.home().glob(".pyenv/versions/*/bin/uv")))]:
        if path and "shims" not in path and os.access(path, os.X_OK):
            return path
    return None


class BesideARealUv(StoreTestCase):
    def setUp(self):
        super().setUp()
        self.lock = self.box.cache / ".lock"
        self.entries = [self.box.cache / name for name in ("wheels-v8/pypi/x.http", "archive-v0/abc/module.py", "builds-v0/.tmpAbC/x.py", ".tmpXyZ/y")]

    def fill(self, lock=True):
        for path in self.entries:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("theirs")
        if lock:
            self.lock.touch()

    def is_held(self):
        with open(self.lock) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return False
            except BlockingIOError:
                return True

    def there(self):
        return [path.exists() for path in self.entries]

    def test_112_what_a_uv_uses_is_kept_and_nobody_waits(self):
        self.fill()
        self.box.run("tool", "run", "hello")
        with open(self.lock) as theirs:
            fcntl.flock(theirs, fcntl.LOCK_SH)
            self.box.collect("prune")
            clean = self.box.collect("clean")
            self.assertIn("uv", clean.stderr)
            self.box.collect("clean", "--force")
            self.assertEqual(self.there(), [True] * 4)
            self.assertEqual(self.box.bodies(), [])  # ours went
        inode = self.lock.stat().st_ino
        self.box.collect("prune")
        self.assertEqual(self.there(), [True] * 4)
        self.box.collect("clean")
        self.assertEqual(self.there(), [False] * 4)
        # Whoever waits for the lock meanwhile must get the one that later comers take.
        self.assertEqual(self.lock.stat().st_ino, inode)

    def test_our_programs_hold_the_lock_of_a_uv(self):
        self.fill(lock=False)  # as before 0.8.19: the lock is made
        helper = self.box.helper("tool", "tool", "run", "lazy-server")
        eventually(lambda: not self.box.processes_of_adder(), "only the program is left")
        self.assertTrue(self.is_held())
        self.box.collect("clean")
        self.assertEqual(self.there(), [True] * 4)
        self.assert_works(helper)
        eventually(lambda: not self.is_held(), "the lock ends with the program")
        self.box.collect("clean")
        self.assertEqual(self.there(), [False] * 4)

    def test_no_lock_where_no_uv_is(self):
        helper = self.box.helper("tool", "tool", "run", "lazy-server")
        self.assertFalse(self.lock.exists())
        self.assert_works(helper)

    def test_113_a_real_uv_cleans(self):
        uv = find_real_uv()
        if uv is None:
            self.skipTest("no uv here")
        self.fill()
        helper = self.box.helper("tool", "tool", "run", "lazy-server")
        for arguments in (["prune"], ["prune", "--ci"], ["clean"]):
            done = subprocess.run([uv, "cache", *arguments], env={**self.box.environment, "UV_LOCK_TIMEOUT": "1"}, capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0, f"uv cache {arguments} did not wait for our program: {done.stderr}")
        self.assert_works(helper)


class WithoutLocks(RefusedLocksTestCase):
    def test_115_from_the_beginning(self):
        for number in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, ENOTSUPP):
            with self.subTest(errno=number):
                environment = self.refusing(number, number)
                self.box.run("cache", "clean", "--force", environment=environment)
                shutil.rmtree(self.box.cache, ignore_errors=True)
                self.box.run("tool", "run", "hello", environment=environment)
                self.assertIn("lock=none", (self.box.cache / "STORE").read_text())
                helper = self.box.helper(f"tool-{number}", "tool", "run", "lazy-server", environment=environment)
                self.assert_conservative(helper, environment)

    def test_115_in_a_store_that_has_locked_before(self):
        for number in (errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK, ENOTSUPP):
            with self.subTest(errno=number):
                self.box.run("tool", "run", "hello")
                self.assertIn("lock=ofd", (self.box.cache / "STORE").read_text())
                environment = self.refusing(number, number)
                helper = self.box.helper(f"tool-{number}", "tool", "run", "lazy-server", environment=environment)
                self.assert_conservative(helper, environment)

    def assert_conservative(self, helper, environment):
        bodies = self.box.bodies()
        for arguments in (["prune"], ["clean"]):
            self.box.collect(*arguments, environment=environment)
            self.assertEqual(self.box.bodies(), bodies)
        self.box.run("tool", "run", "hello", environment=environment)
        # Asked for: what nobody is seen to use may go.
        self.box.collect("clean", "--force", environment=environment)
        self.assertIn(pathlib.Path(os.readlink(f"/proc/{helper.pid}/cwd")), [self.box.work])
        self.assert_works(helper)

    def test_115_no_cache(self):
        self.box.script("s.py")
        helper = self.box.helper("no-cache", "run", "--no-cache", "s.py", environment=self.refusing(errno.ENOLCK, errno.ENOLCK))
        self.box.collect("prune", environment=self.refusing(errno.ENOLCK, errno.ENOLCK))
        self.assert_works(helper)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to be another user and to mount")
class WithoutRights(StoreTestCase):
    def setUp(self):
        super().setUp()
        python = "/usr/bin/python3"
        version = subprocess.run([python, "-c", "import sys; print(sys.version_info >= (3, 9))"], capture_output=True, text=True) if os.path.exists(python) else None
        if version is None or version.stdout.strip() != "True":
            self.skipTest("no Python that everybody may read")
        self.box.base.chmod(0o755)
        self.box.environment.update({"UV_PYTHON": python, "PATH": "/usr/bin:/bin"})
        self.home = self.box.base / "nobody"
        self.home.mkdir()
        os.chown(self.home, 65534, 65534)
        self.as_nobody = {"prefix": ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"), "cwd": self.home,
                          "environment": {"HOME": str(self.home), "TMPDIR": str(self.home)}}
        if shutil.which("setpriv") is None:
            self.skipTest("no setpriv here")

    def test_116_a_store_of_another_user(self):
        self.box.run("tool", "run", "hello")
        self.box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")
        self.box.run("run", "s.py")
        before = sorted(self.box.cache.rglob("*"))
        for extra in ([], ["--offline"]):
            self.assertEqual(self.box.run("tool", "run", *extra, "hello", **self.as_nobody).stdout, "hello from hello 2.0.0\n")
            self.assertEqual(self.box.run("run", *extra, self.box.work / "s.py", **self.as_nobody).stdout, "hello from hello 2.0.0\n")
        for arguments in (["prune"], ["clean"]):
            done = self.box.collect(*arguments, check=False, **self.as_nobody)
            self.assertIn(done.returncode, (0, 2), done.stderr)
            self.assertNotIn("internal", done.stderr)
        self.assertEqual(before, sorted(self.box.cache.rglob("*")))
        done = self.box.run("run", "--with", "quiet-lib", "true", check=False, **self.as_nobody)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--no-cache", done.stderr)
        self.box.run("run", "--no-cache", "--with", "quiet-lib", "true", **self.as_nobody)

    def test_its_owner_does_not_take_what_another_user_runs(self):
        self.box.run("tool", "run", "hello")
        files = [self.home / "ready", self.home / "go"]
        self.box.run("run", "--with", "lazy-server", "true")
        process = subprocess.Popen([*self.as_nobody["prefix"], self.box.binary, "run", "--with", "lazy-server", "lazy-server", *files], cwd=self.home,
                                   env={**self.box.environment, **self.as_nobody["environment"]}, stdout=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        eventually(files[0].exists, "the program of the other user starts")
        self.box.collect("clean")
        files[1].touch()
        self.assertEqual(process.communicate(timeout=sandbox.DEADLINE_S)[0], sandbox.LATE)

    def test_116_a_file_system_that_cannot_be_written(self):
        self.box.run("tool", "run", "hello")
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        if subprocess.run(["mount", "--bind", self.box.cache, self.box.cache], capture_output=True).returncode != 0:
            self.skipTest("cannot mount here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.box.cache])
        subprocess.run(["mount", "-o", "remount,ro,bind", self.box.cache], check=True)
        for extra in ([], ["--offline"]):
            self.assertEqual(self.box.run("tool", "run", *extra, "hello").stdout, "hello from hello 2.0.0\n")
        done = self.box.run("run", "--with", "quiet-lib", "true", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("Read-only file system", done.stderr)


@unittest.skipUnless(os.geteuid() == 0, "needs root, to mount a small disk")
class WithoutRoom(StoreTestCase):
    SIZE = 16 << 20

    def setUp(self):
        super().setUp()
        self.disk = self.box.base / "disk"
        self.disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.SIZE}", "none", self.disk], capture_output=True).returncode != 0:
            self.skipTest("cannot mount here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.disk])
        self.box.cache = self.disk / "cache"
        self.box.environment["UV_CACHE_DIR"] = str(self.box.cache)

    def free(self):
        status = os.statvfs(self.disk)
        return status.f_bavail * status.f_frsize

    def fill_up(self):
        with open(self.disk / "filler", "wb", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                try:
                    while True:
                        if file.write(b"\0" * size) < size:
                            break
                except OSError as error:
                    self.assertEqual(error.errno, errno.ENOSPC)

    def test_a_full_disk(self):
        self.box.run("tool", "run", "hello")
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        before = sorted(self.box.cache.rglob("*"))
        self.fill_up()
        self.box.run("tool", "run", "hello")  # warm: needs no room
        done = self.box.run("run", "--with", "lazy-server", "true", check=False)
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("No space left on device", done.stderr)
        self.assertEqual([path for path in self.box.cache.rglob("*") if path not in before and not path.is_dir() and not path.parent.name == "lock"], [])
        self.box.collect("clean")
        self.box.wait_until_empty()
        self.assertGreater(self.free(), 0)
        (self.disk / "filler").unlink()
        self.box.run("run", "--with", "lazy-server", "true")

    def test_a_download_too_large_is_given_up(self):
        name, data = wheels.wheel("big-lib", "1.0", files={"big_lib/__init__.py": "", "big_lib/data.bin": os.urandom(self.SIZE)})
        index = self.server.RequestHandlerClass.index
        entry = {"project": "big-lib", "file": name, "data": data, "yanked": None, "upload": "2024-03-24T00:00:00Z", "requires_python": None,
                 "sha256": local_index.hashlib.sha256(data).hexdigest(), "metadata": local_index.metadata_of(data)}
        index.files[name], index.projects["big-lib"] = entry, [entry]
        done = self.box.run("run", "--with", "big-lib", "true", check=False)
        self.assertIn(done.returncode, (1, 2))
        self.assertIn("No space left on device", done.stderr)
        self.assertGreater(self.free(), self.SIZE // 2)
        self.assertEqual(self.box.run("tool", "run", "hello").stdout, "hello from hello 2.0.0\n")


if __name__ == "__main__":
    sandbox.main()
