#!/usr/bin/env python3
"""Programs run from the store while it is cleaned: they never notice, and nobody waits for them. The numbers are those
of group K of the specification. How the store is where it has no locks, no room or no rights: places_test.py."""
import os
import signal
import subprocess
import threading
import unittest

import sandbox
from sandbox import LATE, START_BARE, StoreTestCase, eventually, find_python

# As a daemon: the parent ends, standard output becomes a file.
FORKED = '''import os, sys
if os.fork():
    os._exit(0)
os.setsid()
out = os.open(sys.argv[1] + ".out", os.O_WRONLY | os.O_CREAT, 0o600)
os.dup2(out, 1)
os.dup2(out, 2)
import lazy_server
lazy_server.main()'''

# The same by subprocess, which closes every descriptor: only the environment still tells.
CLOSED = '''import subprocess, sys
out = open(sys.argv[1] + ".out", "w")
code = "import lazy_server; lazy_server.main()"
subprocess.Popen([sys.executable, "-c", code, *sys.argv[1:]], stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)'''

# Cleans the store it runs from, then goes on.
CLEANS_ITSELF = '''import subprocess, sys
subprocess.run([sys.argv[1], "cache", sys.argv[2]], check=True)
import lazy_helper, lazy_server.late
print(lazy_server.late.VALUE)'''

ID_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def store_id(number):
    """A valid id of a body or stage."""
    digits = ""
    for _ in range(26):
        digits = ID_ALPHABET[number % len(ID_ALPHABET)] + digits
        number //= len(ID_ALPHABET)
    return digits


class KCases(StoreTestCase):
    def start_all_forms(self):
        """One helper for each way to run something from the store."""
        box = self.box
        box.script("s.py")
        box.script("bare.py", dependencies=(), start=START_BARE)
        box.script("linked.py", dependencies=("lazy-server", "quiet-lib"))
        text = box.script("stdin.py", dependencies=("lazy-server", "greeting")).read_text()
        sandbox.local_index.SCRIPTS["lazy.py"] = text
        forms = {
            "tool": ["tool", "run", "lazy-server"],
            "with": ["run", "--with", "lazy-server", "lazy-server"],
            "isolated": ["run", "--isolated", "--with", "lazy-server", "lazy-server"],
            "script": ["run", "s.py"],
            "bare-script": ["run", "bare.py"],
            "symlink-script": ["run", "--link-mode", "symlink", "linked.py"],
            "url-script": ["run", f"{self.index_url}/scripts/lazy.py"],
            "no-cache-tool": ["tool", "run", "--no-cache", "lazy-server"],
            "no-cache-with": ["run", "--no-cache", "--with", "lazy-server", "lazy-server"],
            "no-cache-script": ["run", "--no-cache", "s.py"],
            "no-cache-bare-script": ["run", "--no-cache", "bare.py"],
        }
        helpers = [box.helper(name, *arguments) for name, arguments in forms.items()]
        helpers.append(box.helper("stdin-script", "run", "-", input=text))
        helpers.append(box.helper("no-cache-stdin-script", "run", "--no-cache", "-", input=text))
        return helpers

    def assert_store_gets_empty(self):
        self.box.collect("clean")
        self.box.wait_until_empty()
        eventually(lambda: not self.box.private_roots(), "the directories of --no-cache are gone")
        self.assert_no_process_stays()

    def test_103_to_105_collectors_return_at_once_and_helpers_work(self):
        helpers = self.start_all_forms()
        in_use = len(self.box.bodies())
        prune = self.box.collect("prune")
        self.assertIn("in use", prune.stderr)
        clean = self.box.collect("clean")
        self.assertIn("lazy-server", clean.stderr)
        self.assertEqual(self.box.names(), [])
        self.assertEqual(len(self.box.bodies()), in_use, clean.stderr)
        self.box.collect("clean", "--force")
        self.assertEqual(len(self.box.bodies()), in_use)
        self.assertEqual(len(self.box.private_roots()), 5)
        for helper in helpers:
            self.assert_works(helper)
        self.assert_store_gets_empty()

    def test_104_what_is_not_in_use_goes_at_once(self):
        self.box.run("tool", "run", "hello")
        self.box.run("run", "--with", "quiet-lib", "true")
        helper = self.box.helper("tool", "tool", "run", "lazy-server")
        self.box.collect("clean")
        self.assertEqual(len(self.box.bodies()), 1)
        eventually(lambda: not [path for path in self.box.left_overs() if path.parent.name != "env"], "only the used body is left")
        # The same again is a new body, not the condemned one.
        second = self.box.helper("second", "tool", "run", "lazy-server")
        self.assertEqual(len(self.box.bodies()), 2)
        self.assert_works(second)
        self.assert_works(helper)
        self.assert_store_gets_empty()

    def test_107_and_109_sigkill_of_everything(self):
        helpers = self.start_all_forms()
        for helper in helpers:
            # Nothing stands between: what was started is the program.
            self.assertEqual(helper.pid, helper.process.pid)
        for pid in self.box.processes_of_adder():
            sandbox.kill_hard(pid)  # the reapers: now only prune can know
        for helper in helpers:
            helper.kill()
        eventually(lambda: not self.box.processes_of_adder(), "the killed reapers are gone")
        self.assertEqual(len(self.box.private_roots()), 5)
        self.box.collect("prune")
        self.assertEqual(self.box.private_roots(), [])
        self.assert_store_gets_empty()

    def test_107_reaper_removes_what_a_killed_program_leaves(self):
        self.box.script("s.py")
        helper = self.box.helper("no-cache", "run", "--no-cache", "s.py")
        self.assertFalse(self.box.cache.exists())
        (reaper,) = self.box.processes_of_adder()
        self.assertEqual([entry for entry in sandbox.environment_of(reaper) if entry], [])  # it is nobody's user
        helper.kill()
        eventually(lambda: not self.box.private_roots(), "the reaper removes the private store")
        self.assert_no_process_stays()

    def test_109_prune_sweeps_where_no_cache_ever_was(self):
        self.box.script("s.py")
        dead = self.box.helper("dead", "run", "--no-cache", "s.py")
        for pid in self.box.processes_of_adder():
            sandbox.kill_hard(pid)
        alive = self.box.helper("alive", "run", "--no-cache", "s.py")
        dead.kill()
        self.assertEqual(len(self.box.private_roots()), 2)
        self.box.collect("prune")
        self.assertEqual(len(self.box.private_roots()), 1)
        self.assertFalse(self.box.cache.exists())
        self.assert_works(alive)
        eventually(lambda: not self.box.private_roots(), "the other one goes with its program")

    def daemon(self, name, start):
        self.box.script(f"{name}.py", start=start)
        helper = self.box.helper(name, "run", f"{name}.py")
        eventually(lambda: helper.process.poll() is not None, "the parent ends")
        self.assertNotEqual(helper.pid, helper.process.pid)
        return helper

    def assert_daemon_works(self, helper):
        out = self.box.work / f"{helper.name}.ready.out"
        helper.go.touch()
        eventually(lambda: out.read_text().endswith("\n"), "the daemon ends")
        self.assertEqual(out.read_text(), LATE)

    def test_108_daemons(self):
        helpers = [self.daemon("forked", FORKED), self.daemon("closed", CLOSED)]
        for arguments in (["prune"], ["clean"], ["clean", "--force"]):
            self.box.collect(*arguments)
        for helper in helpers:
            self.assert_daemon_works(helper)
        eventually(lambda: not any(sandbox.executable_of(helper.pid) for helper in helpers), "the daemons are gone")
        self.assert_store_gets_empty()

    def test_109_killed_daemon_leaves_nothing(self):
        helper = self.daemon("forked", FORKED)
        sandbox.kill_hard(helper.pid)
        eventually(lambda: sandbox.executable_of(helper.pid) is None, "the daemon is gone")
        self.assert_store_gets_empty()

    def test_110_collecting_from_inside(self):
        adder = self.box.binary
        for collector in ("prune", "clean"):
            self.box.run("run", "--with", "greeting", "true")  # so that the time below is not that of a build
            self.box.run("run", "--with", "quiet-lib", "true")
            done = self.box.run("run", "--", adder, "run", "--with", "quiet-lib", "--", adder, "run", "--with", "greeting", "--", adder, "cache", collector)
            self.assertIn("in use", done.stderr)
            inside = self.box.run("run", "--with", "lazy-server", "python", "-c", CLEANS_ITSELF, adder, collector)
            self.assertEqual(inside.stdout, "42\n", inside.stderr)
        self.assert_store_gets_empty()

    def test_111_a_thousand_dead_temporaries(self):
        self.box.run("tool", "run", "hello")
        helper = self.box.helper("alive", "tool", "run", "--no-cache", "lazy-server")
        parent = self.box.private_roots()[0].parent
        for number in range(250):
            for directory in (self.box.cache / "stage", parent):
                body = directory / store_id(number)
                (body / "lib").mkdir(parents=True)
                (body / ".lease").touch()
                (body / "lib" / "module.py").write_text("x = 1\n")
            (self.box.cache / "stage" / f".new-{store_id(1000 + number)}").touch()
            (self.box.cache / "stage" / f"{store_id(2000 + number)}.lease").touch()
        self.box.collect("prune")
        self.assertEqual([path for path in (self.box.cache / "stage").iterdir()], [])
        self.assertEqual(len(self.box.private_roots()), 1)
        eventually(lambda: not any((self.box.cache / "trash").iterdir()), "the trash is emptied")
        eventually(lambda: not list(parent.glob(".trash-*")), "the trash of private stores is emptied")
        self.assert_works(helper)

    def test_121_two_helpers_in_one_body(self):
        first = self.box.helper("first", "tool", "run", "lazy-server")
        second = self.box.helper("second", "tool", "run", "lazy-server")
        self.assertEqual(len(self.box.bodies()), 1)
        self.box.collect("clean")
        self.assert_works(first)
        self.box.collect("clean")
        self.assertEqual(len(self.box.bodies()), 1)
        self.assert_works(second)
        self.assert_store_gets_empty()

    def test_122_generations_of_an_edited_script(self):
        self.box.script("s.py")
        first = self.box.helper("first", "run", "s.py")
        self.box.script("s.py", dependencies=("lazy-server", "quiet-lib"), start="import quiet_lib\n" + sandbox.START_PACKAGE)
        second = self.box.helper("second", "run", "s.py")
        self.assertEqual(len(self.box.bodies()), 2)
        self.box.collect("prune")
        self.assertEqual(len(self.box.bodies()), 2)
        self.assert_works(first)
        self.assert_works(second)
        self.box.collect("prune")
        self.assertEqual(len(self.box.bodies()), 1)
        third = self.box.helper("third", "run", "s.py")
        code, out, err = third.finish()
        self.assertEqual((code, out, err), (0, LATE, ""))  # the newest generation was kept: nothing was installed

    def test_102_two_pythons_for_one_script(self):
        other = find_python(wanted=self.python)
        if other is None:
            self.skipTest("only one Python here")
        self.box.script("s.py")
        choices = {"UV_PYTHON": self.python}, {"UV_PYTHON": other}
        helpers = [self.box.helper(f"helper{index}", "run", "s.py", environment=choice) for index, choice in enumerate(choices)]
        self.assertEqual(len(self.box.bodies()), 2)
        for helper in helpers:
            self.assert_works(helper)
        self.box.collect("prune")
        for index, choice in enumerate(choices):
            helper = self.box.helper(f"again{index}", "run", "s.py", environment=choice)
            self.assertEqual(helper.finish(), (0, LATE, ""))

    def test_101_twenty_first_runs(self):
        self.box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")
        runs = []
        for number in range(20):
            temporary = self.box.base / f"tmp{number}"
            temporary.mkdir()
            runs.append(self.box.start("run", "s.py", environment={"TMPDIR": str(temporary)}))
        for process in runs:
            out, err = process.communicate(timeout=sandbox.DEADLINE_S * sandbox.patience())
            self.assertEqual((process.returncode, out), (0, "hello from hello 2.0.0\n"), err)
        self.assertEqual(len(self.box.bodies()), 1)
        self.assert_store_gets_empty()

    def test_117_commands_and_collectors_side_by_side(self):
        failures, stop = [], threading.Event()

        def use():
            while not stop.is_set():
                done = self.box.run("run", "--with", "greeting", "python", "-c", "import greeting; print(greeting.__version__)", check=False)
                if (done.returncode, done.stdout) != (0, "2.0\n"):
                    failures.append(done)
                    return

        users = [threading.Thread(target=use) for _ in range(3)]
        for user in users:
            user.start()
        try:
            for number in range(20):
                self.box.collect("clean" if number % 2 else "prune")
        finally:
            stop.set()
            for user in users:
                user.join()
        self.assertEqual(failures, [])
        self.assert_store_gets_empty()

    def test_118_no_files_accumulate(self):
        self.box.script("s.py", dependencies=("hello",), start="import hello\nhello.main()")

        def one_of_each():
            self.box.run("run", "s.py")
            self.box.run("tool", "run", "hello")
            self.box.run("run", "--with", "greeting", "true")

        def all_files():
            return sorted(str(path) for path in self.box.base.rglob("*"))

        def settled():
            """Later runs may still write down what they found."""
            before = all_files()
            one_of_each()
            return before == all_files()

        eventually(settled, "nothing is written any more")
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends")
        before = all_files()
        one_of_each()
        for _ in range(300):
            self.box.run("run", "--with", "greeting", "true")
        self.assert_no_process_stays()
        self.assertEqual(before, all_files())


class Programs(StoreTestCase):
    """What a program gets: the descriptors, signals and the exit code are its own."""

    def python_says(self, code, **options):
        return self.box.run("run", "--with", "greeting", "python", "-c", code, **options).stdout.strip()

    def test_low_descriptors_are_free(self):
        code = "import os\nfor fd in range(3, 10):\n try: os.fstat(fd); print(fd)\n except OSError: pass\nprint('end')"
        self.assertEqual(self.python_says(code), "end")
        low = self.box.run("run", "--no-cache", "--with", "greeting", "python", "-c", code)
        self.assertEqual(low.stdout.strip(), "end")

    def test_the_lease_names_an_open_descriptor(self):
        code = "import os; fd, body = os.environ['ADDER_LEASE'].split(':'); print(os.readlink(f'/proc/self/fd/{fd}').split('/')[-2] == body)"
        self.assertEqual(self.python_says(code), "True")

    def test_few_descriptors_are_enough(self):
        done = self.box.run("run", "--with", "lazy-server", "python", "-c", "import lazy_server.late; print(lazy_server.late.VALUE)", prefix=("sh", "-c", 'ulimit -n 64; exec "$@"', "sh"))
        self.assertEqual(done.stdout, "42\n")

    def test_exit_codes(self):
        for number in (0, 1, 42, 255):
            self.assertEqual(self.box.run("run", "--with", "greeting", "sh", "-c", f"exit {number}", check=False).returncode, number)
        self.assertEqual(self.box.run("run", "--with", "greeting", "sh", "-c", "kill -SEGV $$", check=False).returncode, -signal.SIGSEGV)

    def test_signals_reach_the_program_alone(self):
        code = "import signal, sys, time, os\nfor name in ('SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'):\n signal.signal(getattr(signal, name), lambda number, frame: sys.exit(number))\nopen(sys.argv[1], 'w').write(str(os.getpid()))\nwhile True: time.sleep(0.01)"
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            ready = self.box.work / f"ready-{number}"
            process = self.box.start("run", "--with", "greeting", "python", "-c", code, ready)
            self.addCleanup(process.communicate)
            self.addCleanup(process.kill)
            eventually(lambda: ready.exists() and ready.read_text(), "the program is ready")
            process.send_signal(number)
            self.assertEqual(process.wait(timeout=sandbox.DEADLINE_S), number)

    def test_signals_are_as_the_caller_left_them(self):
        code = "import signal; print(*[signal.getsignal(number) is signal.SIG_IGN for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)])"
        self.python_says("")  # so that both the first and the second run are seen

        def ignore():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)

        self.assertEqual(self.python_says(code, preexec_fn=ignore), "True True False")
        self.box.collect("clean")
        self.assertEqual(self.python_says(code, preexec_fn=ignore), "True True False")
        # Python ignores SIGPIPE for itself; a shell tells what it was given.
        pipe = self.box.run("run", "--with", "greeting", "sh", "-c", "kill -PIPE $$", check=False)
        self.assertEqual(pipe.returncode, -signal.SIGPIPE)

    def test_no_process_stays_behind_the_program(self):
        helper = self.box.helper("tool", "tool", "run", "lazy-server")
        eventually(lambda: not self.box.processes_of_adder(), "the housekeeping ends while the program runs")
        children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(helper.pid)], capture_output=True, text=True).stdout.split()
        self.assertEqual(children, [])
        self.assert_works(helper)


if __name__ == "__main__":
    sandbox.main()
