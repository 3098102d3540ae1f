#!/usr/bin/env python3
"""One store and several users: private, readable by others, writable by a group, sticky, read-only; from other namespaces; on
file systems that refuse locks. Nobody loses what he runs, nobody is told to wait, and what one may not do is said with a name.

Most of it needs root, to be several people and to mount; what cannot be tried says so and is skipped."""
import errno
import os
import pathlib
import shutil
import stat
import subprocess
import unittest

import sandbox
from refused_locks import RefusedLocksTestCase
from sandbox import StoreTestCase, eventually

HELLO = "hello from hello 2.0.0\n"
SYSTEM_PYTHON = "/usr/bin/python3"  # that everybody may read
GROUP = 61000
DAY_S = 24 * 3600


def works(*command):
    return shutil.which(command[0]) is not None and subprocess.run([*command, "true"], capture_output=True).returncode == 0


# `sh -c` scripts that end in the command given to them, with the cache as $0. What they mount goes with them.
READ_ONLY = ("unshare", "--mount", "sh", "-c", 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"')
# The end of `unshare` is the end of all in the namespace.
PID_NAMESPACE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
USER_NAMESPACE = ("unshare", "--user", "--map-root-user")
USER_AND_PID_NAMESPACE = (*USER_NAMESPACE, *PID_NAMESPACE[1:])


class Person:
    def __init__(self, base, name, uid, umask=0o022, groups=(GROUP,)):
        self.name, self.uid = name, uid
        self.home = base / name
        self.home.mkdir()
        os.chown(self.home, uid, uid)
        # How to be this person, for Sandbox.run and the like.
        self.identity = {"user": uid, "group": uid, "extra_groups": list(groups), "umask": umask}
        self.environment = {"HOME": str(self.home), "TMPDIR": str(self.home)}


class SharedTestCase(StoreTestCase):
    """People whom nobody else knows, and a Python that they may all read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if os.geteuid() != 0:
            raise unittest.SkipTest("needs root, to be other users")
        if not os.path.exists(SYSTEM_PYTHON) or subprocess.run([SYSTEM_PYTHON, "-c", "import sys; sys.exit(sys.version_info < (3, 9))"]).returncode != 0:
            raise unittest.SkipTest("no Python that everybody may read")

    def setUp(self):
        super().setUp()
        self.box.base.chmod(0o755)
        self.box.work.chmod(0o777)
        self.box.environment.update({"UV_PYTHON": SYSTEM_PYTHON, "PATH": "/usr/bin:/bin"})
        self.alice, self.bob = Person(self.box.base, "alice", 61001), Person(self.box.base, "bob", 61002)
        self.nobody = Person(self.box.base, "nobody", 65534, groups=())

    def place_cache(self, path):
        self.box.cache = path
        self.box.environment["UV_CACHE_DIR"] = str(path)

    def run_as(self, person, *arguments, environment=None, **options):
        return self.box.run(*arguments, environment={**person.environment, **(environment or {})}, cwd=person.home, **person.identity, **options)

    def collect_as(self, person, *arguments, **options):
        return self.box.collect(*arguments, environment=person.environment, cwd=person.home, **person.identity, **options)

    def launch(self, name, *arguments, person=None, prefix=(), environment=None):
        """A helper, perhaps of another person, perhaps in namespaces of its own."""
        own = person.environment if person else {}
        files = [self.box.work / f"{name}.ready", self.box.work / f"{name}.go"]
        process = subprocess.Popen([*prefix, self.box.binary, *arguments, *files], cwd=self.box.work, env={**self.box.environment, **own, **(environment or {})},
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **(person.identity if person else {}))
        helper = Confined(self.box, name, process)
        self.box.helpers.append(helper)
        return helper.wait_ready()

    def wait_for_housekeeping(self):
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")

    def owners(self):
        return {path.lstat().st_uid for path in [self.box.cache, *self.box.cache.rglob("*")]}

    def body_of(self, person):
        body, = [body for body in self.box.bodies() if body.stat().st_uid == person.uid]
        return body


class Confined(sandbox.Helper):
    """Its number within a PID namespace means somebody else outside: only the process that we started is killed."""

    def kill(self):
        self.process.kill()
        self.process.communicate()


class Private(SharedTestCase):
    def setUp(self):
        super().setUp()
        self.alice.identity["umask"] = 0o077
        self.place_cache(self.alice.home / "cache")

    def test_others_are_told_so(self):
        self.run_as(self.alice, "tool", "run", "hello")
        self.assertEqual(stat.S_IMODE(self.box.cache.stat().st_mode), 0o700)
        for arguments in (["tool", "run", "hello"], ["cache", "clean"], ["cache", "prune"]):
            done = self.run_as(self.bob, *arguments, check=False)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn("Permission denied", done.stderr)
            self.assertIn(str(self.box.cache), done.stderr)
        self.assertEqual(self.run_as(self.bob, "tool", "run", "--no-cache", "hello").stdout, HELLO)

    def test_root_collects_and_leaves_nothing_of_its_own(self):
        self.run_as(self.alice, "run", "--with", "hello", "true")
        helper = self.launch("alice", "tool", "run", "lazy-server", person=self.alice)
        # What is missing is made again by whoever comes first.
        self.wait_for_housekeeping()
        for path in [*self.box.cache.glob("lock/pay.*"), self.box.cache / "size", self.box.cache / "measured"]:
            path.unlink(missing_ok=True)
        self.box.collect("prune")
        self.box.collect("clean")
        self.wait_for_housekeeping()
        self.assertEqual(len(self.box.bodies()), 1)
        self.assertEqual(self.owners(), {self.alice.uid})
        self.assert_works(helper)
        self.run_as(self.alice, "run", "--with", "hello", "true")
        self.collect_as(self.alice, "clean")
        self.box.wait_until_empty()

    def test_root_collects_everything(self):
        self.run_as(self.alice, "run", "--with", "hello", "true")
        self.wait_for_housekeeping()
        self.box.collect("clean")
        self.box.wait_until_empty()


class OwnerShared(SharedTestCase):
    """The usual umask: others read."""

    def setUp(self):
        super().setUp()
        self.place_cache(self.alice.home / "cache")
        self.run_as(self.alice, "tool", "run", "hello")
        self.wait_for_housekeeping()

    def state(self):
        return sorted((str(path), path.lstat().st_mtime_ns, path.lstat().st_size) for path in self.box.cache.rglob("*"))

    def test_others_run_and_change_nothing(self):
        before = self.state()
        for person in (self.bob, self.nobody):
            self.assertEqual(self.run_as(person, "tool", "run", "hello").stdout, HELLO)
            self.assertEqual(self.run_as(person, "tool", "run", "--offline", "hello").stdout, HELLO)
            self.assertIn("hello", self.run_as(person, "cache", "ls").stdout)
        self.assertEqual(self.state(), before)

    def test_others_build_elsewhere(self):
        before = self.state()
        done = self.run_as(self.bob, "run", "--with", "quiet-lib", "true", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--cache-dir", done.stderr)
        self.assertIn("--no-cache", done.stderr)
        for extra in (["--no-cache"], ["--cache-dir", self.bob.home / "cache"]):
            self.run_as(self.bob, "run", *extra, "--with", "quiet-lib", "true")
        self.assertEqual(self.state(), before)

    def test_others_cannot_collect(self):
        before = self.state()
        for arguments in (["clean"], ["clean", "--force"], ["clean", "hello"], ["prune"], ["prune", "--ci"], ["prune", "--max-size", "0"]):
            done = self.collect_as(self.nobody, *arguments, check=False)
            self.assertEqual(done.returncode, 2, f"{arguments}: {done.stderr}")
            self.assertIn("cannot be cleaned", done.stderr)
            self.assertIn("uid 61001", done.stderr)  # whose it is
        self.collect_as(self.nobody, "clean", "--dry-run")
        self.assertEqual(self.state(), before)

    def test_the_kernel_notes_the_last_use(self):
        """Who may not write the time of the lease reads from it, and relatime notes that, once a day."""
        lease = self.box.bodies()[0] / ".lease"
        probe = self.box.cache / "CACHEDIR.TAG"
        old = lease.stat().st_mtime - 2 * DAY_S
        for path in (lease, probe):
            os.utime(path, (old, old))
        probe.read_bytes()
        if probe.stat().st_atime == old:
            self.skipTest("the file system is mounted with noatime")
        self.run_as(self.bob, "tool", "run", "hello")
        self.assertGreater(lease.stat().st_atime, old)
        self.assertEqual(lease.stat().st_mtime, old)

    def test_the_owner_keeps_what_others_run(self):
        for person in (self.bob, self.nobody):
            self.run_as(self.alice, "tool", "run", "lazy-server", "--help", check=False)
            helper = self.launch(person.name, "tool", "run", "lazy-server", person=person)
            self.collect_as(self.alice, "prune")
            done = self.collect_as(self.alice, "clean")
            self.assertIn("Kept 1 environment in use", done.stderr)
            self.assert_works(helper)
            self.collect_as(self.alice, "clean")
            self.box.wait_until_empty()


class GroupWritable(SharedTestCase):
    """`chgrp GROUP; chmod 2775`, and umask 002 for all."""

    def setUp(self):
        super().setUp()
        for person in (self.alice, self.bob):
            person.identity["umask"] = 0o002
        self.make_cache(0o2775)

    def make_cache(self, mode):
        self.box.cache.mkdir()
        os.chown(self.box.cache, 0, GROUP)
        self.box.cache.chmod(mode)

    def test_everybody_builds_runs_and_cleans(self):
        self.box.script("s.py", dependencies=("hello", "quiet-lib"), start="import hello\nhello.main()")
        for first, second in ((self.alice, self.bob), (self.bob, self.alice)):
            self.assertEqual(self.run_as(first, "tool", "run", "hello").stdout, HELLO)
            self.assertEqual(self.run_as(second, "tool", "run", "hello").stdout, HELLO)
            self.assertEqual(self.run_as(second, "run", self.box.work / "s.py").stdout, HELLO)
            self.assertEqual(self.run_as(first, "run", self.box.work / "s.py").stdout, HELLO)
            self.assertEqual({path.lstat().st_gid for path in self.box.cache.rglob("*")}, {GROUP})
            self.wait_for_housekeeping()
            self.assertEqual(len(self.box.bodies()), 2)  # each of them found what the other had made
            self.collect_as(second, "clean")
            self.box.wait_until_empty()

    def test_everybody_keeps_what_the_other_runs(self):
        for one, other in ((self.alice, self.bob), (self.bob, self.alice)):
            self.run_as(other, "run", "--with", "lazy-server", "true")
            helper = self.launch(one.name, "run", "--with", "lazy-server", "lazy-server", person=one)
            for arguments in (["prune"], ["clean"], ["clean", "--force"]):
                self.collect_as(other, *arguments)
            self.assertEqual(len(self.box.bodies()), 1)
            self.assert_works(helper)
            self.collect_as(other, "clean")
            self.box.wait_until_empty()

    def test_who_is_not_in_the_group_only_reads(self):
        self.run_as(self.alice, "tool", "run", "hello")
        self.assertEqual(self.run_as(self.nobody, "tool", "run", "hello").stdout, HELLO)
        done = self.collect_as(self.nobody, "clean", check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("`root`", done.stderr)
        self.assertEqual(len(self.box.bodies()), 1)

    def test_files_of_others_are_copied_where_they_cannot_be_linked(self):
        if pathlib.Path("/proc/sys/fs/protected_hardlinks").read_text().strip() != "1":
            self.skipTest("fs.protected_hardlinks is off")
        environment = {"UV_LINK_MODE": "hardlink"}
        self.run_as(self.alice, "run", "--with", "hello", "true", environment=environment)
        done = self.run_as(self.bob, "run", "--with", "hello", "--with", "quiet-lib", "python", "-c", "import hello; hello.main()", environment=environment)
        self.assertEqual(done.stdout, HELLO)
        linked, copied = [next(self.body_of(person).rglob("hello/__init__.py")).stat() for person in (self.alice, self.bob)]
        self.assertGreater(linked.st_nlink, 1)
        self.assertEqual((copied.st_nlink, copied.st_uid), (1, self.bob.uid))

    def test_somebody_forgot_the_umask(self):
        self.alice.identity["umask"] = 0o022
        self.run_as(self.bob, "run", "--with", "quiet-lib", "true")
        self.run_as(self.alice, "tool", "run", "hello")
        self.assertEqual(self.run_as(self.bob, "tool", "run", "hello").stdout, HELLO)
        self.wait_for_housekeeping()
        done = self.collect_as(self.bob, "clean")
        self.assertIn("kept `hello`: owned by `uid 61001`", done.stderr)
        self.assertNotIn("in use", done.stderr)
        self.assertEqual([body.stat().st_uid for body in self.box.bodies()], [self.alice.uid])
        self.assertEqual(self.run_as(self.alice, "tool", "run", "hello").stdout, HELLO)
        self.collect_as(self.alice, "clean")
        self.wait_for_housekeeping()
        self.assertEqual(self.box.bodies(), [])


class Sticky(GroupWritable):
    """The same with the sticky bit, which `env` and `key` take over: only its owner removes an environment."""

    def make_cache(self, mode):
        super().make_cache(mode | stat.S_ISVTX)

    # What the bit changes.
    test_everybody_builds_runs_and_cleans = None
    test_somebody_forgot_the_umask = None
    test_everybody_keeps_what_the_other_runs = None

    def test_only_the_owner_removes(self):
        self.run_as(self.alice, "run", "--with", "quiet-lib", "true")  # the store is hers
        self.wait_for_housekeeping()
        self.collect_as(self.alice, "clean")
        self.box.wait_until_empty()
        # From here on she owns the directories, and removes all; so a third one looks.
        carol = Person(self.box.base, "carol", 61003, umask=0o002)
        self.run_as(self.bob, "tool", "run", "hello")
        self.run_as(carol, "run", "--with", "quiet-lib", "true")
        self.wait_for_housekeeping()
        theirs = [self.body_of(self.bob), *self.body_of(self.bob).rglob("*")]
        names = [name for name in self.box.names() if name.lstat().st_uid == self.bob.uid]
        for arguments in (["prune"], ["clean"], ["clean", "--force"], ["clean", "hello"]):
            done = self.collect_as(carol, *arguments)
            self.assertEqual(done.returncode, 0)
            self.assertIn("kept `hello`: owned by `uid 61002`", done.stderr, arguments)
            self.assertNotIn("in use", done.stderr)
            self.wait_for_housekeeping()
        self.assertEqual([body.stat().st_uid for body in self.box.bodies()], [self.bob.uid])
        self.assertEqual([path for path in theirs if not path.exists() and not path.is_symlink()], [])
        self.assertEqual([name for name in names if not name.is_symlink()], [])
        self.assertEqual(self.run_as(self.bob, "tool", "run", "hello").stdout, HELLO)
        self.assertEqual([body for body in self.box.bodies() if body not in theirs], [])  # he has found it
        self.wait_for_housekeeping()
        self.collect_as(self.bob, "clean")
        self.box.wait_until_empty()

    def test_the_owner_of_the_store_removes_all(self):
        self.run_as(self.alice, "run", "--with", "quiet-lib", "true")
        self.run_as(self.bob, "tool", "run", "hello")
        self.wait_for_housekeeping()
        self.collect_as(self.alice, "clean")
        self.box.wait_until_empty()


class ReadOnly(SharedTestCase):
    def setUp(self):
        super().setUp()
        if not works(*READ_ONLY, str(self.box.work)):
            self.skipTest("cannot mount here")
        self.run_as_root = {"prefix": (*READ_ONLY, str(self.box.cache))}
        self.box.run("tool", "run", "hello")
        self.box.run("run", "--with", "lazy-server", "true")
        self.wait_for_housekeeping()

    def test_what_is_there_runs(self):
        for extra in ([], ["--offline"]):
            self.assertEqual(self.box.run("tool", "run", *extra, "hello", **self.run_as_root).stdout, HELLO)
        for arguments in (["ls"], ["size"], ["dir"]):
            self.box.run("cache", *arguments, **self.run_as_root)

    def test_what_is_missing_is_an_error_that_helps(self):
        done = self.box.run("run", "--with", "quiet-lib", "true", check=False, **self.run_as_root)
        self.assertEqual(done.returncode, 2)
        for text in ("Read-only file system", "--no-cache", "--cache-dir"):
            self.assertIn(text, done.stderr)
        self.box.run("run", "--no-cache", "--with", "quiet-lib", "true", **self.run_as_root)

    def test_collecting_says_why_not(self):
        for arguments in (["clean"], ["prune"]):
            done = self.box.run("cache", *arguments, check=False, **self.run_as_root)
            self.assertEqual(done.returncode, 2)
            self.assertIn("Read-only file system", done.stderr)
        self.assertEqual(len(self.box.bodies()), 2)

    def test_its_programs_are_seen_from_where_it_can_be_written(self):
        helper = self.launch("ro", "run", "--with", "lazy-server", "lazy-server", **self.run_as_root)
        self.box.collect("clean", prefix=PID_NAMESPACE)
        self.assertEqual(len(self.box.bodies()), 1)
        self.assert_works(helper)
        self.box.collect("clean")
        self.box.wait_until_empty()

    def test_the_lower_layer_of_a_container(self):
        """An image with a filled store: it is read from below, written above, and collecting does not break what runs."""
        before = sorted(self.box.cache.rglob("*"))
        upper = self.box.base / "overlay"
        upper.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "none", upper], capture_output=True).returncode != 0:
            self.skipTest("cannot mount here")
        self.addCleanup(subprocess.run, ["umount", "-l", upper])
        for name in ("upper", "work", "merged"):
            (upper / name).mkdir()
        options = f"lowerdir={self.box.cache},upperdir={upper}/upper,workdir={upper}/work"
        if subprocess.run(["mount", "-t", "overlay", "none", "-o", options, upper / "merged"], capture_output=True).returncode != 0:
            self.skipTest("cannot mount an overlay here")
        self.addCleanup(subprocess.run, ["umount", "-l", upper / "merged"])
        lower = self.box.cache
        self.place_cache(upper / "merged")
        self.assertEqual(self.box.run("tool", "run", "hello").stdout, HELLO)
        self.box.run("run", "--with", "quiet-lib", "true")
        helper = self.launch("lower", "run", "--with", "lazy-server", "lazy-server")
        self.wait_for_housekeeping()
        self.box.collect("clean", prefix=PID_NAMESPACE)
        self.assert_works(helper)
        self.wait_for_housekeeping()
        self.box.collect("clean")
        self.box.wait_until_empty()
        self.assertEqual(sorted(lower.rglob("*")), before)


class Namespaces(SharedTestCase):
    """Where the look into /proc sees nobody, the lease holds alone: the inherited descriptor of it, without the hook's."""

    def setUp(self):
        super().setUp()
        if not works(*PID_NAMESPACE):
            self.skipTest("cannot make a PID namespace here")
        self.box.environment["ADDER_LEASE_HOOK"] = "0"
        self.box.cache.mkdir(mode=0o755)
        os.chown(self.box.cache, self.alice.uid, self.alice.uid)
        self.run_as(self.alice, "run", "--with", "lazy-server", "true")
        self.wait_for_housekeeping()

    def check(self, person, server, collectors):
        """A server behind one prefix, clean behind the others."""
        self.run_as(self.alice, "run", "--with", "lazy-server", "true")
        helper = self.launch(f"server-{len(self.box.helpers)}", "run", "--with", "lazy-server", "lazy-server", person=person, prefix=server)
        for prefix in collectors:
            for arguments in (["prune"], ["clean"], ["clean", "--force"]):
                done = self.collect_as(self.alice, *arguments, prefix=prefix)
                self.assertEqual(len(self.box.bodies()), 1, f"{server} {prefix} {arguments}")
            self.assertIn("Kept 1 environment in use", done.stderr)
        self.assert_works(helper)
        self.collect_as(self.alice, "clean")
        self.box.wait_until_empty()

    def test_pid_namespaces(self):
        # To make one without a user namespace takes root, who is everywhere the same.
        self.alice.identity = {}
        for server, collectors in ((PID_NAMESPACE, [(), PID_NAMESPACE]), ((), [PID_NAMESPACE])):
            self.check(self.alice, server, collectors)

    def test_user_namespaces(self):
        if subprocess.run([*USER_AND_PID_NAMESPACE, "true"], **self.alice.identity, capture_output=True).returncode != 0:
            self.skipTest("ordinary users cannot make a user namespace here")
        for server, collectors in ((USER_NAMESPACE, [(), USER_NAMESPACE, USER_AND_PID_NAMESPACE]), ((), [USER_NAMESPACE, USER_AND_PID_NAMESPACE]),
                                   (USER_AND_PID_NAMESPACE, [(), USER_NAMESPACE, USER_AND_PID_NAMESPACE])):
            self.check(self.alice, server, collectors)

    def test_who_is_root_only_in_his_namespace_is_not_root(self):
        if subprocess.run([*USER_NAMESPACE, "true"], **self.bob.identity, capture_output=True).returncode != 0:
            self.skipTest("ordinary users cannot make a user namespace here")
        for arguments in (["clean"], ["clean", "--force"], ["prune"]):
            done = self.collect_as(self.bob, *arguments, prefix=USER_NAMESPACE, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("cannot be cleaned", done.stderr)
        self.assertEqual(len(self.box.bodies()), 1)


REFUSALS = (errno.ENOLCK, errno.EINVAL, errno.ENOSYS)


class RefusedLocks(RefusedLocksTestCase):
    def setUp(self):
        super().setUp()
        # Without root the look cannot be blinded; then it is tested together with the locks.
        self.blind = PID_NAMESPACE if works(*PID_NAMESPACE) else ()

    def kind(self):
        return (self.box.cache / "STORE").read_text().strip()

    def contents(self):
        """What collecting could take from somebody who uses it."""
        kept = [*self.box.bodies(), *self.box.cache.glob("pay/*/*"), *self.box.cache.glob("stage/*")]
        return sorted(str(path.relative_to(self.box.cache)) for path in kept)

    def start_afresh(self):
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        shutil.rmtree(self.box.cache, ignore_errors=True)

    def test_only_flock(self):
        """As on file systems whose server knows no byte ranges: everything holds as with byte ranges."""
        for number in REFUSALS:
            with self.subTest(errno=number):
                self.start_afresh()
                environment = {**self.refusing(number), "ADDER_LEASE_HOOK": "0"}
                self.box.run("run", "--with", "lazy-server", "true", environment=environment)
                self.assertEqual(self.kind(), "format=1 lock=flock")
                helper = self.box.helper(f"flock-{number}", "run", "--with", "lazy-server", "lazy-server", environment=environment)
                for arguments in (["prune"], ["clean"], ["clean", "--force"]):
                    self.box.collect(*arguments, prefix=self.blind, environment=environment)
                    self.assertEqual(len(self.box.bodies()), 1)
                self.assert_works(helper)
                self.box.collect("clean", environment=environment)
                self.box.wait_until_empty()

    def test_no_locks_from_the_beginning(self):
        for number in REFUSALS:
            with self.subTest(errno=number):
                self.start_afresh()
                environment = self.refusing(number, number)
                self.box.run("tool", "run", "hello", environment=environment)
                self.assertEqual(self.kind(), "format=1 lock=none")
                self.assert_keeps_all(f"none-{number}", environment)
                # Asked for: whoever is seen is still spared, everything else goes.
                helper = self.box.helper(f"forced-{number}", "tool", "run", "lazy-server", environment=environment)
                self.box.collect("clean", "--force", environment=environment)
                self.assertEqual(len(self.box.bodies()), 1)
                self.assert_works(helper)

    def test_locks_are_refused_later(self):
        for number in REFUSALS:
            with self.subTest(errno=number):
                self.start_afresh()
                self.box.run("tool", "run", "hello")
                self.assertEqual(self.kind(), "format=1 lock=ofd")
                self.assert_keeps_all(f"later-{number}", self.refusing(number, number))
                # They come back: so does order.
                self.box.collect("clean")
                self.box.wait_until_empty()

    def test_flock_does_not_stand_in_later(self):
        """Whoever has locked by byte ranges does not meet those who lock by flock: nobody may change over."""
        self.box.run("tool", "run", "hello")
        self.assert_keeps_all("no-change", self.refusing(errno.EINVAL))
        self.assertEqual(self.kind(), "format=1 lock=ofd")

    def assert_keeps_all(self, name, environment):
        """Runs work, cold and warm; who collects, seeing nobody, keeps what may be in use."""
        helper = self.box.helper(name, "tool", "run", "lazy-server", environment=environment)
        self.assertEqual(self.box.run("tool", "run", "hello", environment=environment).stdout, HELLO)
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        before = self.contents()
        for arguments in (["prune"], ["prune", "--ci"], ["prune", "--max-size", "0"], ["clean"], ["clean", "--wait"]):
            done = self.box.collect(*arguments, prefix=self.blind, environment=environment)
            self.assertEqual(self.contents(), before, arguments)
        self.assertIn("kept `lazy-server`", done.stderr)
        self.assertEqual(self.box.run("tool", "run", "hello", environment=environment).stdout, HELLO)
        self.assert_works(helper)

    def test_no_cache(self):
        for flock in (0, errno.ENOLCK):
            with self.subTest(flock=flock):
                environment = self.refusing(errno.ENOLCK, flock)
                self.box.script("s.py")
                helper = self.box.helper(f"private-{flock}", "run", "--no-cache", "s.py", environment=environment)
                self.box.collect("prune", environment=environment)
                self.assert_works(helper)


if __name__ == "__main__":
    sandbox.main()
