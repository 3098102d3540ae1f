#!/usr/bin/env python3
"""A start that is remembered as a whole (src/ops/start.h) must see every change the ordinary way would see. Each test
first runs until the record is used, as the system calls show, then changes one thing."""
import re
import shutil
import unittest

import sandbox
from sandbox import StoreTestCase, eventually

SCRIPT = {"dependencies": ("hello",), "start": "import hello\nhello.main()"}
NO_PYTHON = "3.99"
BROKEN = "this is no TOML"
HELLO = "hello from hello 2.0.0\n"


@unittest.skipIf(shutil.which("strace") is None, "needs strace")
class Start(StoreTestCase):
    def setUp(self):
        super().setUp()
        del self.box.environment["UV_PYTHON"]  # found on PATH, as for most people
        self.place = self.box.work / "parent" / "here"
        self.place.mkdir(parents=True)
        self.box.script("parent/here/s.py", **SCRIPT)

    def run_it(self, *arguments, check=True, **options):
        """The finished process, and whether the record was enough."""
        log = self.box.base / "trace"
        done = self.box.run(*arguments, cwd=self.place, check=check, prefix=("strace", "-qq", "-o", log), **options)
        # Who goes the ordinary way asks which Python.
        return done, not re.search(r'"[^"]*/interpreters/', log.read_text())

    def settle(self, *arguments, out=HELLO):
        """What changed a moment ago is not yet believed to be settled; /tmp above may change at any time. The answer is
        the right one all the while."""

        def remembered():
            done, is_remembered = self.run_it(*arguments)
            self.assertEqual(done.stdout, out)
            return is_remembered

        eventually(remembered, f"{arguments} is remembered")

    def assert_seen(self, message, *arguments, **options):
        done, _ = self.run_it(*arguments, check=False, **options)
        self.assertIn(message, done.stderr)

    def test_files_around_a_script(self):
        run = ("run", "s.py")
        configuration = self.box.home / ".config" / "uv"
        cases = [
            (self.place / "uv.toml", BROKEN, "uv.toml"),
            (self.box.work / "uv.toml", BROKEN, "uv.toml"),
            (self.box.work / "parent" / "pyproject.toml", "[tool.uv]\nno-such-key = 1\n", "no-such-key"),
            (self.place / ".python-version", NO_PYTHON, NO_PYTHON),
            (self.box.work / ".python-versions", NO_PYTHON, NO_PYTHON),
            (configuration / "uv.toml", BROKEN, "uv.toml"),
            (configuration / ".python-version", NO_PYTHON, NO_PYTHON),
        ]
        for path, text, message in cases:
            with self.subTest(path=path):
                self.settle(*run)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                self.assert_seen(message, *run)
                path.unlink()
                self.assertEqual(self.run_it(*run)[0].stdout, HELLO)

    def test_a_file_that_is_there_and_changes(self):
        settings = self.place / "uv.toml"
        settings.write_text("offline = false\n")
        self.settle("run", "s.py")
        settings.write_text(BROKEN)
        self.assert_seen("uv.toml", "run", "s.py")

    def test_the_script(self):
        self.settle("run", "s.py")
        self.box.script("parent/here/s.py", dependencies=("greeting",), start="import greeting\nprint('other')")
        self.assertEqual(self.run_it("run", "s.py")[0].stdout, "other\n")
        # Below the block, the text is none of our business.
        self.settle("run", "s.py", out="other\n")
        self.box.script("parent/here/s.py", dependencies=("greeting",), start="print('third')")
        self.settle("run", "s.py", out="third\n")

    def test_words_and_variables(self):
        for run in (("run", "s.py"), ("tool", "run", "hello")):
            self.settle(*run)
            self.assert_seen(NO_PYTHON, *run, environment={"UV_PYTHON": NO_PYTHON})
            self.assert_seen(NO_PYTHON, run[0], *run[1:-1], "-p", NO_PYTHON, run[-1])
            self.assert_seen("nowhere", *run, environment={"UV_CONFIG_FILE": "nowhere.toml"})
            self.settle(*run)

    def test_another_python_comes_first(self):
        first = self.box.base / "first"
        first.mkdir()
        self.box.environment["PATH"] = f"{first}:{self.box.environment['PATH']}"
        for run in (("run", "s.py"), ("tool", "run", "hello")):
            self.settle(*run)
            python = first / "python3"
            python.symlink_to(self.python)
            self.assertFalse(self.run_it(*run)[1])
            self.assertIn(f"home = {first}\n", "".join((body / "pyvenv.cfg").read_text() for body in self.box.bodies()))
            python.unlink()
            self.settle(*run)

    def test_the_environment_is_gone(self):
        for run in (("run", "s.py"), ("tool", "run", "hello")):
            self.settle(*run)
            records = list((self.box.cache / "memo").glob("start-*"))
            for name in self.box.names():
                name.unlink()
            self.assertTrue(records)
            self.assertEqual(self.run_it(*run)[0].stdout, HELLO)

    def test_a_tool_does_not_look_around(self):
        self.settle("tool", "run", "hello")
        (self.place / "uv.toml").write_text(BROKEN)
        (self.place / ".python-version").write_text(NO_PYTHON)
        self.settle("tool", "run", "hello")
        configuration = self.box.home / ".config" / "uv"
        configuration.mkdir(parents=True)
        (configuration / "uv.toml").write_text(BROKEN)
        self.assert_seen("uv.toml", "tool", "run", "hello")

    def test_warnings_are_repeated(self):
        (self.place / "pyproject.toml").write_text("[tool.uv]\nno-such-key = 1\n")
        for _ in range(4):
            self.assert_seen("no-such-key", "run", "s.py")

    def test_a_directory_that_always_changes(self):
        """From the second time on its files are looked for by name."""
        self.settle("run", "s.py")
        counter = iter(range(1000))

        def remembered_all_the_same():
            (self.place / f"log-{next(counter)}").touch()
            return self.run_it("run", "s.py")[1]

        eventually(remembered_all_the_same, "the record holds although the directory changes")
        (self.place / ".python-version").write_text(NO_PYTHON)
        self.assert_seen(NO_PYTHON, "run", "s.py")

    def test_no_secret_is_kept(self):
        secret = "s3cr3t-of-the-index"
        self.box.environment["UV_INDEX_PRIVATE_PASSWORD"] = secret
        self.settle("run", "s.py")
        for record in (self.box.cache / "memo").iterdir():
            self.assertNotIn(secret.encode(), record.read_bytes())

    def test_refresh_asks_again(self):
        self.settle("run", "s.py")
        self.assertFalse(self.run_it("run", "--refresh", "s.py")[1])

    def test_damage_is_a_miss(self):
        self.settle("run", "s.py")
        for record in (self.box.cache / "memo").glob("start-*"):
            record.write_bytes(record.read_bytes()[:-7])
        self.assertEqual(self.run_it("run", "s.py")[0].stdout, HELLO)


if __name__ == "__main__":
    sandbox.main()
