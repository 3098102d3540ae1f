#!/usr/bin/env python3
"""Programs that drop the descriptor of their lease (docs/decisions/007-lease-hook.md). Every way of descendants.py to start a
process that outlives the program `adder` started: with and without the start-up hook, everybody but that one process killed.
Then the store is cleaned, and only then the process imports what it has not imported yet.

A second clean runs in a PID namespace of its own, where its look into /proc sees nobody: what is left then is the lease alone.
"""
import fcntl
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import unittest

import sandbox
import wheels
from sandbox import LATE, StoreTestCase, eventually, kill_hard, processes

DESCENDANTS = sandbox.HERE / "descendants.py"
sys.path.insert(0, str(sandbox.HERE))
import descendants  # noqa: E402

# Without the hook nothing tells where these come from: they have no descriptor, no variables, no words, no mapping.
INVISIBLE_WITHOUT_HOOK = {"daemon, title wiped"}
# These keep the descriptor, hook or not.
INHERITING = {"subprocess, close_fds=False", "os.posix_spawn", "multiprocessing fork", "ProcessPoolExecutor fork", "setsid"}
NOT_PYTHON = {"other program (sleep)"}
BLIND = ("unshare", "--pid", "--fork", "--mount-proc")
BLIND_WORKS = shutil.which("unshare") is not None and subprocess.run([*BLIND, "true"], capture_output=True).returncode == 0
HOOK = "_adder_lease_1"
SHOW_MAPPINGS = "print([line.split()[-1] for line in open('/proc/self/maps') if '.lease' in line])"


def is_leased(body):
    """By an open-file-description lock; the kernel is asked, nothing is taken."""
    with open(body / ".lease", "rb") as file:
        answer = fcntl.fcntl(file, 36, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))  # F_OFD_GETLK
    return struct.unpack("hhqqi4x", answer)[0] != fcntl.F_UNLCK


def claim(file):
    fcntl.fcntl(file, 37, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 1, 0))  # F_OFD_SETLK


def traces_of(pid, body_id):
    """In which of its files in /proc a process shows the body."""
    found = []
    directory = pathlib.Path("/proc", str(pid))
    try:
        if any(body_id in os.readlink(link) for link in (directory / "fd").iterdir()):
            found.append("fd")
        found += [name for name in ("maps", "environ", "cmdline") if body_id.encode() in (directory / name).read_bytes()]
    except OSError:
        pass
    return found


def site_packages(body):
    return next(body.glob("lib/python3*/site-packages"))


class Descendant:
    """One way, in a body of its own."""

    def __init__(self, box, number, way, environment):
        self.way = way
        self.files = [box.work / f"{number}.{name}" for name in ("ready", "go", "out")]
        # A wheel that nobody else has makes an environment that nobody else has.
        name, data = wheels.wheel(f"own-{number}", "1.0")
        (box.work / name).write_bytes(data)
        self.main = box.start("run", "--with", f"./{name}", "--with", "lazy-server", "python", DESCENDANTS, way, *self.files, environment=environment)
        box.helpers.append(self)

    def wait_ready(self):
        def look():
            if self.files[0].exists():
                return True
            if self.main.poll() is not None:
                raise AssertionError(f"{self.way} ended too early: {self.main.stderr.read()}")
            return False

        eventually(look, f"{self.way} starts")
        self.pid = int(self.files[0].read_text())
        self.body = pathlib.Path(next(entry for entry in sandbox.environment_of(self.main.pid) if entry.startswith("VIRTUAL_ENV=")).split("=", 1)[1])

    def kill_the_others(self):
        """Whoever else shows the body: the main process, a shell, a fork server."""

        def others():
            return [pid for pid in processes() if pid not in (self.pid, os.getpid()) and traces_of(pid, self.body.name)]

        kill_hard(self.main.pid)
        self.main.wait()  # not for its output: the descendant has that too

        def look():
            for pid in others():
                kill_hard(pid)
            return not others()

        eventually(look, f"everybody but the descendant of `{self.way}` is gone")

    def result(self):
        return eventually(lambda: self.files[2].exists() and self.files[2].read_text(), f"`{self.way}` answers")

    def close(self):
        kill_hard(self.main.pid)
        if hasattr(self, "pid"):
            kill_hard(self.pid)
        self.main.wait()
        for stream in (self.main.stdout, self.main.stderr):
            stream.close()


class Matrix(StoreTestCase):
    def start_all(self, environment):
        ways = [way for way in descendants.WAYS if "start-stop-daemon" not in way or os.access("/sbin/start-stop-daemon", os.X_OK)]
        for way in descendants.WAYS.keys() - set(ways):
            print(f"without `{way}`: not installed here", end=" ... ")
        self.all = [Descendant(self.box, number, way, environment) for number, way in enumerate(ways)]
        self.importing = [one for one in self.all if one.way not in NOT_PYTHON]
        for one in self.all:
            one.wait_ready()
        for one in self.all:
            one.kill_the_others()

    def finish(self):
        """What each of them says, way -> text. The rest of the store is gone when they are."""
        results = {}
        for one in self.importing:
            one.files[1].touch()
        for one in self.importing:
            results[one.way] = one.result()
        for one in self.all:
            kill_hard(one.pid)

        def nobody_left():
            return not any(traces_of(one.pid, one.body.name) for one in self.all)

        eventually(nobody_left, "all of them end")
        self.box.collect("clean")
        self.box.wait_until_empty()
        return results

    def report(self, results):
        print(f"\n  {'way':36} {'shows the body in':23} {'lease':6} after clean")
        for one in self.all:
            end = results.get(one.way, "body kept\n" if one.survived else "body gone\n")
            print(f"  {one.way:36} {' '.join(one.traces) or '-':23} {'held' if one.leased else 'lost':6} {end.rstrip()}")

    def observe(self):
        for one in self.all:
            one.traces, one.leased = traces_of(one.pid, one.body.name), is_leased(one.body)
        done = self.box.collect("clean")
        self.said = done.stdout + done.stderr
        for one in self.all:
            one.survived = (one.body / "pyvenv.cfg").exists()

    def test_with_hook(self):
        self.start_all({})
        self.observe()
        for one in self.all:
            if one.way in NOT_PYTHON:
                kill_hard(one.pid)
        if BLIND_WORKS:
            self.box.collect("clean", prefix=BLIND)
        else:
            print("without the clean that sees nobody: no PID namespace can be made here", end=" ... ")
        results = self.finish()
        self.report(results)
        for one in self.all:
            with self.subTest(way=one.way):
                self.assertTrue(one.survived)
                self.assertIn(str(one.pid), self.said)  # kept for whom
                if one.way not in NOT_PYTHON:
                    self.assertTrue(one.leased)
                    self.assertIn("maps", one.traces)
                    self.assertEqual(results[one.way], LATE)

    def test_without_hook(self):
        self.start_all({"ADDER_LEASE_HOOK": "0"})
        self.observe()
        results = self.finish()
        self.report(results)
        for one in self.all:
            with self.subTest(way=one.way):
                self.assertEqual(one.leased, one.way in INHERITING)
                self.assertNotIn("maps", one.traces)
                self.assertEqual(one.survived, one.way not in INVISIBLE_WITHOUT_HOOK)
                if one.way in INVISIBLE_WITHOUT_HOOK:
                    self.assertEqual(one.traces, [])
                    self.assertNotEqual(results[one.way], LATE)  # the hook is not for nothing
                elif one.way not in NOT_PYTHON:
                    self.assertEqual(results[one.way], LATE)


def pythons():
    """Minor version -> an interpreter."""
    found = {}
    home = pathlib.Path.home()
    for path in [*sorted(home.glob(".pyenv/versions/3.*/bin/python3.*")), *pathlib.Path("/usr/bin").glob("python3.*")]:
        minor = path.name.removeprefix("python3.")
        if minor.isdigit() and subprocess.run([path, "-c", "pass"], capture_output=True).returncode == 0:
            found.setdefault(int(minor), str(path))
    return found


class Hook(StoreTestCase):
    def body(self, **options):
        """An environment with one package, and nobody in it."""
        self.box.run("run", "--with", "quiet-lib", "true", **options)
        body = self.box.bodies()[-1]
        eventually(lambda: not is_leased(body), "the lease ends")
        return body

    def interpret(self, body, *arguments, environment=None):
        """Started by its path, without adder."""
        return subprocess.run([body / "bin" / "python", *arguments], env={**self.box.environment, **(environment or {})}, capture_output=True, text=True)

    def test_every_python(self):
        for minor, path in pythons().items():
            with self.subTest(python=f"3.{minor}"):
                done = self.box.run("run", "--python", path, "--with", "quiet-lib", "python", "-c", SHOW_MAPPINGS)
                self.assertEqual(done.stdout.count("/.lease"), 1 if minor >= 8 else 0, done)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)  # Installed ...

    def test_is_no_package(self):
        body = self.body()
        done = self.interpret(body, "-c", "import sys, importlib.metadata as m; print([d.metadata['Name'] for d in m.distributions(path=sys.argv[1:])])", site_packages(body))
        self.assertEqual(done.stdout, "['quiet-lib']\n", done.stderr)
        self.assertTrue((site_packages(body) / f"{HOOK}.pth").exists())

    def test_off(self):
        done = self.box.run("run", "--with", "quiet-lib", "python", "-c", SHOW_MAPPINGS, environment={"ADDER_LEASE_HOOK": "0"})
        self.assertEqual(done.stdout, "[]\n")
        self.assertEqual(list(self.box.bodies()[0].rglob(f"{HOOK}*")), [])
        # One store has both, side by side, and each run gets its own.
        for setting, mappings in (("1", 1), ("0", 0)):
            done = self.box.run("run", "--with", "quiet-lib", "python", "-c", SHOW_MAPPINGS, environment={"ADDER_LEASE_HOOK": setting})
            self.assertEqual(done.stdout.count("/.lease"), mappings)
        self.assertEqual(len(self.box.bodies()), 2)

    def test_only_in_the_store(self):
        self.box.run("venv", "own")
        self.assertEqual(list((self.box.work / "own").rglob("*adder*")), [])

    def test_a_copy_outside_of_the_store(self):
        copy = self.box.work / "some" / "copy"
        shutil.copytree(self.body(), copy, symlinks=True)
        (self.box.work / ".lock").touch()
        done = self.interpret(copy, "-c", SHOW_MAPPINGS.replace(".lease", str(self.box.work)))
        self.assertEqual(done.stdout.replace(f"'{site_packages(copy)}/{HOOK}.abi3.so'", "").strip(", []\n"), "", done)

    def test_refuses_a_condemned_environment(self):
        body = self.body()
        os.truncate(body / ".lease", 1)
        done = self.interpret(body, "-c", "print('ran')")
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertTrue(done.stderr.startswith(f"error: the environment `{body}` was removed"), done.stderr)

    def test_waits_for_no_collector_for_long(self):
        body = self.body()
        with open(body / ".lease", "r+b") as file:
            claim(file)
            done = self.interpret(body, "-c", SHOW_MAPPINGS)
            # No lock, but the look that the collector may still be at finds it.
            self.assertEqual((done.returncode, done.stdout), (0, f"['{body}/.lease']\n"), done.stderr)

    def test_a_claim_that_ends_is_waited_for(self):
        body = self.body()

        def leased_after_claim():
            with open(body / ".lease", "r+b") as file:
                claim(file)
                waiting = subprocess.Popen([body / "bin" / "python", "-c", "print('ready', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                eventually(lambda: b".lease" in pathlib.Path("/proc", str(waiting.pid), "maps").read_bytes(), "it has met the claim")
            self.assertEqual(waiting.stdout.readline(), "ready\n")
            leased = is_leased(body)
            waiting.communicate("\n")
            return leased

        # It waits 0.2 s, and a busy machine may need longer than that to end the claim.
        eventually(leased_after_claim, "an interpreter that met a claim has the lease")

    def test_silent_when_it_cannot_be_loaded(self):
        body = self.body()
        module = site_packages(body) / f"{HOOK}.abi3.so"
        for damage in (lambda: module.write_bytes(b"\x7fELF"), lambda: module.write_text("no"), module.unlink):
            damage()
            done = self.interpret(body, "-c", "print('ran')")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "ran\n", ""))

    def test_store_with_flock(self):
        self.box.cache.mkdir()
        (self.box.cache / "STORE").write_text("format=1 lock=flock\n")
        body = self.body()
        running = subprocess.Popen([body / "bin" / "python", "-c", "print('ready', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(running.stdout.readline(), "ready\n")
        with open(body / ".lease", "rb") as file:
            with self.assertRaises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            running.communicate("\n")
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def test_store_on_an_overlay(self):
        """There a mapping does not keep the lock, so the hook keeps a descriptor too."""
        lower, upper, work = (self.box.base / name for name in ("lower", "upper", "overlay-work"))
        for directory in (lower, upper, work, self.box.cache):
            directory.mkdir()
        mounted = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", self.box.cache], capture_output=True)
        if mounted.returncode != 0:
            self.skipTest("no overlay can be mounted here")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.box.cache], check=True)
        body = self.body()
        running = subprocess.Popen([body / "bin" / "python", "-c", "print('ready', flush=True); input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.assertEqual(running.stdout.readline(), "ready\n")
        self.assertTrue(is_leased(body))
        running.communicate("\n")
        self.assertFalse(is_leased(body))

    def test_no_cache(self):
        """The reaper of a private store waits for a lease of the whole store, not for that of the body."""
        one = Descendant(self.box, 0, "daemon, title wiped", {"UV_NO_CACHE": "1"})
        one.wait_ready()
        one.kill_the_others()
        root, = self.box.private_roots()
        self.assertTrue(is_leased(root))
        self.box.collect("prune", prefix=BLIND if BLIND_WORKS else ())
        one.files[1].touch()
        self.assertEqual(one.result(), LATE)
        kill_hard(one.pid)
        eventually(lambda: not self.box.private_roots(), "the private store goes with its last user")

    def test_root_of_a_uv(self):
        """Its own clean waits for whoever holds `.lock`."""
        (self.box.cache / "wheels-v8").mkdir(parents=True)
        (self.box.cache / ".lock").touch()
        one = Descendant(self.box, 0, "daemon, title wiped", {})
        one.wait_ready()
        one.kill_the_others()
        with open(self.box.cache / ".lock", "r+b") as file:
            with self.assertRaises(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


if __name__ == "__main__":
    sandbox.main()
