#!/usr/bin/env python3
"""`cache verify`: damage of every kind is found, nobody is disturbed by the look, and what was damaged is never used
again."""
import json
import os
import shutil
import stat
import subprocess
import unittest

import sandbox
from sandbox import StoreTestCase, eventually

RUNS = "hello from hello 2.0.0\n"
HELLO = "import hello\nhello.main()"


def edit(path, text="# edited in place\n"):
    """As an editor does that keeps the inode, and so changes what is linked to it as well."""
    path.chmod(0o644)
    with open(path, "a") as file:
        file.write(text)


class Verify(StoreTestCase):
    def setUp(self):
        super().setUp()
        self.script = self.box.script("s.py", dependencies=("hello",), start=HELLO)
        self.run_script()
        self.wait_for_housekeeper()

    def run_script(self, *arguments, **options):
        done = self.box.run("run", *arguments, "s.py", **options)
        self.assertEqual(done.stdout, RUNS)
        return done

    def wait_for_housekeeper(self):
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")

    def verify(self, *arguments, code=None, **options):
        done = self.box.run("cache", "verify", "--output-format", "json", *arguments, check=False, **options)
        report = json.loads(done.stdout)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return report

    def kinds(self, report):
        return sorted((damage["kind"], damage["title"]) for damage in report["damage"])

    def payload(self, package):
        """The tree of a package that only this one has."""
        return next(self.box.cache.glob(f"pay/*/*/tree/{package}")).parent

    def in_body(self, name):
        return next(self.box.cache.glob(f"env/*/lib/python*/site-packages/{name}"))

    def test_a_store_that_nobody_damaged(self):
        report = self.verify(code=0)
        self.assertEqual((report["damage"], report["unchecked"], report["strays"]), ([], [], []))
        self.assertEqual((report["checked"]["packages"], report["checked"]["environments"]), (2, 1))
        self.assertFalse(report["counters_wrong"])

    def test_no_store(self):
        shutil.rmtree(self.box.cache)
        self.assertEqual(self.verify(code=0)["checked"]["packages"], 0)
        self.assertFalse(self.box.cache.exists())

    def test_a_store_of_another_format_cannot_be_verified(self):
        (self.box.cache / "STORE").write_text("format=9 lock=ofd\n")
        done = self.box.run("cache", "verify", check=False)
        self.assertEqual(done.returncode, 2, done.stderr)

    # --- the edited hard link

    def test_an_edited_file_of_a_venv_is_never_linked_again(self):
        """Without anybody having asked for a verification."""
        self.box.run("venv", "--seed", "--link-mode", "hardlink", "one")
        edited = next((self.box.work / "one").glob("lib/python*/site-packages/wheel/__init__.py"))
        edit(edited)
        self.box.run("venv", "--seed", "--link-mode", "hardlink", "two")
        fresh = next((self.box.work / "two").glob("lib/python*/site-packages/wheel/__init__.py"))
        self.assertNotIn("edited", fresh.read_text())
        self.assertNotEqual(fresh.stat().st_ino, edited.stat().st_ino)
        self.assertIn("edited", edited.read_text())  # it is the user's file
        self.assertEqual(self.verify(code=0)["damage"], [])

    def test_an_edited_file_of_an_environment_is_found_and_repaired(self):
        edit(self.in_body("hello/__init__.py"), "print('edited')\n")
        found = self.verify(code=1)
        self.assertEqual(self.kinds(found), [("environment", str(self.script)), ("package", "hello 2.0.0")])
        self.assertTrue(all(damage["repaired"] for damage in self.verify("--repair", code=0)["damage"]))
        self.run_script()
        self.assertEqual(self.verify(code=0)["damage"], [])

    def test_an_edit_that_hides_its_time_is_found_by_its_digest(self):
        path = self.in_body("hello/__init__.py")
        before = path.stat()
        edit(path)
        text = path.read_text()
        path.write_text(text.replace("hello from", "h3llo from")[:before.st_size])
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        self.assertEqual(path.stat().st_size, before.st_size)
        self.assertEqual(len(self.verify(code=1)["damage"]), 2)

    def test_environments_of_symbolic_links(self):
        self.run_script("--link-mode", "symlink")
        edit(self.payload("hello") / "hello/__init__.py")
        self.assertEqual([kind for kind, _ in self.kinds(self.verify(code=1))], ["environment", "environment", "package"])
        self.verify("--repair", code=0)
        self.run_script("--link-mode", "symlink")
        self.verify(code=0)

    def test_a_copied_store_has_other_times_and_is_not_distrusted(self):
        """Not even a download: only the bytes count then, and they are right."""
        shutil.rmtree(self.box.cache / "key")
        (self.box.cache / "key").mkdir()
        for path in self.box.cache.glob("pay/*/*/tree/**/*"):
            if path.is_file():
                os.utime(path, (1_700_000_000, 1_700_000_001))
        self.run_script("--offline")

    # --- other damage

    def test_files_that_are_gone(self):
        self.in_body("hello-2.0.0.dist-info/RECORD").unlink()
        (self.payload("greeting") / "greeting/__init__.py").unlink()
        self.assertEqual(self.kinds(self.verify(code=1)), [("environment", str(self.script)), ("package", "greeting 2.0")])
        self.verify("--repair", code=0)
        self.run_script()
        self.verify(code=0)

    def test_records_of_bodies_and_payloads(self):
        for path in (next(self.box.cache.glob("env/*/.meta")), self.payload("hello").parent / ".plan"):
            path.chmod(0o644)
            with open(path, "r+b") as file:
                file.seek(9)
                file.write(b"\xff\xff")
        self.assertEqual([kind for kind, _ in self.kinds(self.verify(code=1))], ["environment", "package"])
        self.verify("--repair", code=0)
        self.run_script()
        self.verify(code=0)

    def test_a_record_that_is_damaged_is_removed(self):
        victims = [next(self.box.cache.glob("memo/*")), next(self.box.cache.glob("cache-v1/metadata/**/*.meta")), next(self.box.cache.glob("cache-v1/pages/**/*.page"))]
        for path in victims:
            data = bytearray(path.read_bytes())
            data[-20] ^= 0xff
            path.write_bytes(data)
        self.assertEqual([kind for kind, _ in self.kinds(self.verify(code=1))], ["record"] * 3)
        self.verify("--repair", code=0)
        self.assertFalse(any(path.exists() for path in victims))
        self.run_script()

    def test_an_empty_record_is_what_a_power_cut_leaves(self):
        next(self.box.cache.glob("memo/*")).write_bytes(b"")
        self.assertEqual(self.verify(code=0)["outdated"], 1)

    def test_a_name_that_leads_nowhere(self):
        body = next(self.box.cache.glob("env/*"))
        shutil.rmtree(body)
        self.assertEqual([kind for kind, _ in self.kinds(self.verify(code=1))], ["name"])
        self.verify("--repair", code=0)
        self.run_script()
        self.verify(code=0)

    def test_strays_are_named_and_removed(self):
        for path in ("env/what", "key/what", "pay/what"):
            (self.box.cache / path).write_text("?")
        self.assertEqual(len(self.verify(code=0)["strays"]), 3)
        self.verify("--repair", code=0)
        self.assertEqual(self.verify(code=0)["strays"], [])

    def test_counters_that_are_wrong_are_counted_again(self):
        right = self.box.run("cache", "size", "--output-format", "json").stdout
        payload = next(self.box.cache.glob("pay/*/*"))
        shutil.rmtree(payload)
        self.assertTrue(self.verify(code=0)["counters_wrong"])
        self.verify("--repair", code=0)
        self.assertFalse(self.verify(code=0)["counters_wrong"])
        self.assertEqual(json.loads(self.box.run("cache", "size", "--output-format", "json").stdout)["payloads"], json.loads(right)["payloads"] - 1)

    # --- nobody is disturbed

    def test_a_program_keeps_its_damaged_environment(self):
        self.box.script("server.py")
        helper = self.box.helper("server", "run", "server.py")
        edit(self.in_body("lazy_server/__init__.py"))
        repaired = self.verify("--repair", code=0)["damage"]
        self.assertIn("it stays for the program that uses it", [damage["note"] for damage in repaired])
        second = self.box.helper("second", "run", "server.py")
        self.assert_works(helper)
        self.assert_works(second)
        self.box.run("cache", "prune")
        self.verify(code=0)

    def test_nothing_is_written_and_no_use_is_noted(self):
        before = self.state()
        self.verify(code=0)
        self.assertEqual(self.state(), before)

    def state(self):
        return {str(path): (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ino)
                for path in self.box.cache.rglob("*") for status in (path.lstat(),)}

    @unittest.skipIf(os.geteuid() != 0 or shutil.which("unshare") is None, "needs root to mount")
    def test_a_read_only_store(self):
        edit(self.payload("hello") / "hello/__init__.py")
        (self.box.cache / "key" / "lost").symlink_to("1" * 26)
        command = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'
        prefix = ("unshare", "-m", "sh", "-c", command, str(self.box.cache))
        if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
            self.skipTest("nothing can be mounted here")
        self.assertEqual([kind for kind, _ in self.kinds(self.verify(code=1, prefix=prefix))], ["environment", "name", "package"])
        unrepaired = self.verify("--repair", code=1, prefix=prefix)["damage"]
        self.assertFalse(any(damage["repaired"] for damage in unrepaired))

    @unittest.skipIf(os.geteuid() != 0, "needs root to become somebody else")
    def test_what_may_not_be_read_is_not_called_damaged(self):
        secret = self.payload("hello") / "hello/__init__.py"
        secret.chmod(0)
        for directory in (self.box.base, self.box.home):
            directory.chmod(stat.S_IRWXU | 0o055)
        report = self.verify(code=2, prefix=("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"))
        self.assertEqual(report["damage"], [])
        self.assertTrue(report["unchecked"])

    def test_beside_runs_and_cleans(self):
        """What is published and collected under its eyes is passed over, never called damaged."""
        runs = [self.box.start("run", "--with", name, "s.py") for name in ("quiet-lib", "extra-lib", "lazy-helper")]
        while any(run.poll() is None for run in runs):
            self.verify(code=0)
            self.box.run("cache", "clean", "hello")
        for run in runs:
            out, err = run.communicate()
            self.assertEqual((run.returncode, out), (0, RUNS), err)
        self.verify(code=0)

    def test_a_kill_in_the_middle_of_a_repair(self):
        """Either it is still found, or it is out of service; never both used and damaged."""
        if shutil.which("strace") is None:
            self.skipTest("needs strace")
        template = self.box.base / "template"
        subprocess.run(["cp", "-a", self.box.cache, template], check=True)
        for number in range(8):
            with self.subTest(point=number):
                self.wait_for_housekeeper()
                shutil.rmtree(self.box.cache)
                subprocess.run(["cp", "-a", template, self.box.cache], check=True)
                edit(self.in_body("hello/__init__.py"), "print('edited')\n")
                edit(self.payload("hello") / "hello/__init__.py", "print('edited')\n")
                inject = f"inject=unlink,unlinkat,rename,renameat2,ftruncate:signal=SIGKILL:when={1 + number}"
                self.box.run("cache", "verify", "--repair", check=False, prefix=("strace", "-f", "-qq", "-o", "/dev/null", "-e", inject))
                self.box.run("cache", "verify", "--repair", check=False)
                self.run_script()
                self.verify(code=0)
        self.box.collect("clean")
        self.box.wait_until_empty()


if __name__ == "__main__":
    sandbox.main()
