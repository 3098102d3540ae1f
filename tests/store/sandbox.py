"""A home, a cache and a temporary directory for one test, the programs it starts, and how to wait for things without
guessing times. Shared by the files *_test.py beside it."""
import argparse
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import local_index  # noqa: E402
import wheels  # noqa: E402

# Waiting is by looking again and again; this is when a test gives up, not how long it takes.
DEADLINE_S = 30.0
POLL_S = 0.01

# What every helper does: tell that it runs, wait, and only then import and read what it has not touched yet.
LAZY_SCRIPT = '''# /// script
# dependencies = [{dependencies}]
# ///
{start}
'''
START_PACKAGE = "import lazy_server\nlazy_server.main()"
# For an environment without packages: what it consists of must still be there.
START_BARE = '''import os, sys, time
ready, go = sys.argv[1], sys.argv[2]
open(ready + ".tmp", "w").write(str(os.getpid()))
os.rename(ready + ".tmp", ready)
while not os.path.exists(go):
    time.sleep(0.01)
assert os.path.exists(os.path.join(sys.prefix, "pyvenv.cfg")), "the environment is gone"
assert os.path.exists(sys.executable), "the interpreter is gone"
print("late: 42 1.0 payload")'''
LATE = "late: 42 1.0 payload\n"


def patience():
    """How much longer than on an idle machine things may take here: sanitizers, and more to do than processors."""
    slow_build = any(name in os.environ for name in ("ASAN_OPTIONS", "TSAN_OPTIONS"))
    return (10.0 if slow_build else 1.0) * min(8.0, max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1)))


def find_python(wanted=None):
    """A CPython >= 3.9 that is no shim; `wanted`: one that is not this one."""
    candidates = []
    for directory in os.environ.get("PATH", "").split(os.pathsep):
        candidates += [os.path.join(directory, f"python3.{minor}") for minor in range(9, 15)] if "shims" not in directory else []
    candidates += [str(path) for path in sorted(pathlib.Path.home().glob(".pyenv/versions/3.*/bin/python3.*"))]
    for path in candidates:
        if not os.access(path, os.X_OK) or path.endswith("-config") or path == wanted:
            continue
        probe = subprocess.run([path, "-c", "import sys, venv; print(sys.version_info[:2] >= (3, 9), sys.version_info[:2])"], capture_output=True, text=True)
        if not probe.stdout.startswith("True"):
            continue
        if wanted is None or probe.stdout != subprocess.run([wanted, "-c", "import sys; print(True, sys.version_info[:2])"], capture_output=True, text=True).stdout:
            return path
    return None


def eventually(condition, what):
    """Returns the first true answer of `condition`; fails the test after the deadline."""
    end = time.monotonic() + DEADLINE_S * patience()
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > end:
            raise AssertionError(f"did not happen: {what}")
        time.sleep(POLL_S)


def processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def executable_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def environment_of(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/environ").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return []


def kill_hard(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Helper:
    """A program started by adder that works only if nothing of its environment was taken away."""

    def __init__(self, sandbox, name, process):
        self.name, self.process = name, process
        self.ready, self.go = sandbox.work / f"{name}.ready", sandbox.work / f"{name}.go"

    def wait_ready(self):
        def look():
            if self.ready.exists():
                return True
            if self.process.poll() not in (None, 0):
                raise AssertionError(f"{self.name} ended too early: {self.process.communicate()}")
            return False

        eventually(look, f"{self.name} starts")
        return self

    @property
    def pid(self):
        """Of the program that does the work."""
        return int(self.ready.read_text())

    def finish(self):
        """Lets it do its late imports; (exit code, standard output, standard error)."""
        self.go.touch()
        out, err = self.process.communicate(timeout=DEADLINE_S * patience())
        return self.process.returncode, out, err

    def close(self):
        if self.process.poll() is None:
            self.kill()
        for stream in (self.process.stdout, self.process.stderr):
            stream.close()

    def kill(self):
        kill_hard(self.process.pid)
        if self.ready.exists():
            kill_hard(self.pid)
        self.process.communicate()


class Sandbox:
    def __init__(self, binary, index_url, python):
        self.base = pathlib.Path(os.path.realpath(tempfile.mkdtemp(prefix="adder-store-")))
        self.index_url, self.python = index_url, python
        self.work, self.home, self.tmp, self.cache = (self.base / name for name in ("work", "home", "tmp", "cache"))
        for directory in (self.work, self.home, self.tmp):
            directory.mkdir()
        # Under a path of its own, so that its processes are known; and it may be built anew meanwhile.
        self.binary = str(self.base / "adder")
        shutil.copy2(binary, self.binary)
        self.environment = {
            "PATH": f"{os.path.dirname(python)}:/usr/bin:/bin", "HOME": str(self.home), "TMPDIR": str(self.tmp), "UV_CACHE_DIR": str(self.cache),
            "UV_DEFAULT_INDEX": f"{index_url}/simple/", "UV_PYTHON": python, "UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_TIMEOUT": "5",
            "UV_INTERNAL__TEST_NO_HTTP_RETRY_DELAY": "1", "UV_HTTP_RETRIES": "1", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
        }
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.helpers = []

    # --- commands

    def run(self, *arguments, check=True, timeout=None, environment=None, prefix=(), **options):
        """Runs adder to its end."""
        done = subprocess.run([*prefix, self.binary, *map(str, arguments)], cwd=options.pop("cwd", self.work), env={**self.environment, **(environment or {})},
                              stdin=options.pop("stdin", subprocess.DEVNULL if "input" not in options else None), capture_output=True, text=True,
                              timeout=timeout or DEADLINE_S * patience(), **options)
        if check and done.returncode != 0:
            raise AssertionError(f"adder {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def start(self, *arguments, environment=None, **options):
        return subprocess.Popen([self.binary, *map(str, arguments)], cwd=self.work, env={**self.environment, **(environment or {})}, stdin=options.pop("stdin", subprocess.DEVNULL),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)

    def helper(self, name, *arguments, input=None, **options):
        """Starts adder with a program that gets the two file names of its hand-shake behind `arguments`."""
        files = [self.work / f"{name}.ready", self.work / f"{name}.go"]
        if input is not None:
            options["stdin"] = subprocess.PIPE
        process = self.start(*arguments, *files, **options)
        if input is not None:
            process.stdin.write(input)
            process.stdin.close()
            process.stdin = None
        helper = Helper(self, name, process)
        self.helpers.append(helper)
        return helper.wait_ready()

    def collect(self, *arguments, **options):
        """`cache clean` and the like: must come back at once, whoever runs."""
        limit = 2.0 * patience()
        begin = time.monotonic()
        done = self.run("cache", *arguments, timeout=limit + DEADLINE_S, **options)
        elapsed = time.monotonic() - begin
        if elapsed > limit:
            raise AssertionError(f"adder cache {' '.join(arguments)} took {elapsed:.1f} s")
        return done

    def script(self, name="s.py", dependencies=("lazy-server",), start=START_PACKAGE):
        path = self.work / name
        path.write_text(LAZY_SCRIPT.format(dependencies=", ".join(f'"{name}"' for name in dependencies), start=start))
        return path

    # --- what is on disk

    def bodies(self):
        return self._entries(self.cache / "env")

    def names(self):
        return self._entries(self.cache / "key")

    def private_roots(self):
        return [path for parent in self.tmp.glob("adder-*") for path in self._entries(parent) if not path.name.startswith(".trash-")]

    def left_overs(self):
        """Everything in the store that is not scaffold."""
        rest = []
        for directory in ("key", "ref", "env", "stage", "trash", "memo"):
            rest += self._entries(self.cache / directory)
        for directory in ("pay", "cache-v1"):
            rest += [path for path in (self.cache / directory).rglob("*") if not path.is_dir()]
        return rest

    def wait_until_empty(self):
        eventually(lambda: not self.left_overs(), f"the store is empty; {[str(path) for path in self.left_overs()]}")

    @staticmethod
    def _entries(directory):
        return sorted(directory.iterdir()) if directory.is_dir() else []

    # --- what runs

    def processes_of_adder(self):
        """Processes that are adder itself (a reaper, a housekeeper, a command) and belong to this sandbox."""
        return [pid for pid in processes() if executable_of(pid) == self.binary]

    def close(self):
        for helper in self.helpers:
            helper.close()
        marker = f"HOME={self.home}"
        for pid in processes():
            if marker in environment_of(pid) or executable_of(pid) == self.binary:
                kill_hard(pid)
        shutil.rmtree(self.base, ignore_errors=True)


class StoreTestCase(unittest.TestCase):
    """One index for the file, one sandbox for the test."""

    binary = None
    python = None
    index_url = None

    @classmethod
    def setUpClass(cls):
        cls.server, cls.index_url = local_index.serve()

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        self.box = Sandbox(self.binary, self.index_url, self.python)
        self.addCleanup(self.box.close)

    def assert_works(self, helper):
        code, out, err = helper.finish()
        self.assertEqual((code, out), (0, LATE), f"{helper.name}: {err}")

    def assert_no_process_stays(self):
        eventually(lambda: not self.box.processes_of_adder(), "every process of adder ends")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    arguments, rest = parser.parse_known_args()
    StoreTestCase.binary = os.path.abspath(arguments.bin)
    StoreTestCase.python = find_python()
    if StoreTestCase.python is None:
        sys.exit("no Python >= 3.9 found")
    unittest.main(argv=[sys.argv[0], "-v", *rest])
