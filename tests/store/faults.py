"""Faults at every system call: scenarios, what must hold after a fault, and campaigns that go through the points. The driver is
tests/fault; kill_everywhere_test.py and errors_everywhere_test.py are the two campaigns.

By default a sample of the points is tried, which ends in about a minute; --full tries all (./dev faults). Calls that only read
/proc, a thousand in each look at the running processes, are counted apart: their number changes from run to run."""
import argparse
import base64
import concurrent.futures
import csv
import dataclasses
import hashlib
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import sandbox
from sandbox import LATE, Sandbox, eventually, local_index, patience, wheels

HELLO = "hello from hello 2.0.0\n"
LARGE_FILES, LARGE_BYTES = 70, 3 << 20
LARGE = f"large: {LARGE_FILES} {LARGE_BYTES}\n"
PROC = "/proc/"
# A moment at which the order on disk changes; both sides of it are always tried.
TURNS = re.compile(r"^(rename|renameat2?|symlink(at)?|link(at)?|unlink(at)?|rmdir|mkdir(at)?|ftruncate|fsync|syncfs|fcntl|flock|execve)$")
SCAFFOLD = {"CACHEDIR.TAG", ".gitignore", "STORE", "size", "lock", "key", "ref", "env", "pay", "stage", "trash", "memo", "cache-v1", "measured"}
# What the process says of itself when it is our fault.
OUR_FAULT = re.compile(r"internal error|Sanitizer|runtime error:|terminate called|Assertion|Traceback|stack smashing")
EXIT_CODES = (0, 1, 2)
FAULT_TIMEOUT_S = 60
AGE_S = 3 * 24 * 3600


@dataclasses.dataclass
class Settings:
    binary: str = ""
    fault: str = ""
    python: str = ""
    full: bool = False
    jobs: int = 2
    seconds: float = 0.0  # for each scenario of a full run; 0: to the end
    sample: int = 12
    seed: int = 1
    totals: str = ""


SETTINGS = Settings()
SHARED = {}  # the index, made once
TOTALS = {}


@dataclasses.dataclass
class Scenario:
    name: str
    arguments: tuple
    output: str = ""
    filled: bool = True  # starts with the prepared store, else with none
    warm: bool = False  # the command was run once just before, so its answers are remembered
    server: bool = False  # a program runs from the store meanwhile, layered on another environment
    rival: bool = False  # the same command runs at the same time, unharmed, and must work
    limit: str = ""  # of the size of the store, which was not used for days


SCENARIOS = {scenario.name: scenario for scenario in (
    Scenario("cold run", ("run", "s.py"), HELLO, filled=False),
    Scenario("warm run", ("run", "s.py"), HELLO, warm=True),
    Scenario("large wheel", ("run", "run_large.py"), LARGE),
    Scenario("second builder", ("run", "again.py"), HELLO, rival=True),
    Scenario("temporary store", ("run", "--no-cache", "s.py"), HELLO),
    Scenario("clean", ("cache", "clean")),
    Scenario("clean of a package", ("cache", "clean", "hello")),
    Scenario("clean beside a server", ("cache", "clean"), server=True),
    Scenario("prune", ("cache", "prune")),
    Scenario("prune for CI", ("cache", "prune", "--ci"), server=True),
    Scenario("eviction by prune", ("cache", "prune", "--max-size", "0"), server=True, limit="0"),
    Scenario("eviction after a run", ("run", "again.py"), HELLO, limit="1"),
)}


def large_wheel():
    files = {f"large/part_{index}.py": f"VALUE = {index}\n" * 200 for index in range(LARGE_FILES)}
    files["large/__init__.py"] = ('import os, importlib\n\ndef main():\n    here = os.path.dirname(__file__)\n'
                                  '    parts = [importlib.import_module("large." + name[:-3]) for name in os.listdir(here) if name.startswith("part_")]\n'
                                  '    print("large:", len(parts), os.path.getsize(os.path.join(here, "data.bin")))\n')
    # Hard to compress, so that it is long in the archive too.
    files["large/data.bin"] = random.Random(1).randbytes(LARGE_BYTES)
    return wheels.wheel("large", "1.0", files=files)


def shared_index():
    if not SHARED:
        server, url = local_index.serve()
        name, data = large_wheel()
        entry = {"project": "large", "file": name, "data": data, "yanked": None, "upload": "2024-03-24T00:00:00Z", "requires_python": None,
                 "sha256": hashlib.sha256(data).hexdigest(), "metadata": local_index.metadata_of(data)}
        index = server.RequestHandlerClass.index
        index.files[name] = entry
        index.projects["large"] = [entry]
        SHARED.update(server=server, url=url)
    return SHARED["url"]


def digests(*projects):
    """Of all wheels of these projects in the index."""
    return [hashlib.sha256(entry["data"]).hexdigest() for entry in wheels.catalogue() if entry["project"] in projects]


class Violation(Exception):
    """What must never happen, has."""


@dataclasses.dataclass
class Outcome:
    report: dict
    code: int
    out: str
    err: str

    @property
    def hit(self):
        return self.report.get("hit")


def tree_of_wheel(record, problems):
    """Every file that this RECORD names is there as it says."""
    root = record.parent.parent
    for path, digest, size in csv.reader(record.read_text().splitlines()):
        if not digest:
            continue
        try:
            data = (root / path).read_bytes()
        except OSError as error:
            problems.append(f"{path} of {record}: {error.strerror}")
            continue
        kind, _, expected = digest.partition("=")
        actual = base64.urlsafe_b64encode(hashlib.new(kind, data).digest()).rstrip(b"=").decode()
        if actual != expected or (size and int(size) != len(data)):
            problems.append(f"{path} of {record} has other bytes")


class FaultBox(Sandbox):
    """A sandbox with stores to start from."""

    def __init__(self):
        super().__init__(SETTINGS.binary, shared_index(), SETTINGS.python)
        self.template = self.base / "template"
        # Nothing of the machine's own fullness takes part.
        self.environment.update(ADDER_CACHE_MIN_FREE="off", ADDER_CACHE_MAX_AGE="off", ADDER_CACHE_MAX_SIZE="off")
        hello = {"dependencies": ("hello",), "start": "import hello\nhello.main()"}
        self.script("s.py", **{**hello, "dependencies": ("hello==1.1.0",)})
        self.run("run", "s.py")
        self.script("s.py", **hello)
        self.script("again.py", **{**hello, "dependencies": ("hello", "quiet-lib")})
        self.script("run_large.py", dependencies=("large",), start="import large\nlarge.main()")
        self.script("server.py")
        self.run("run", "s.py")
        self.run("tool", "run", "hello==1.0.0")
        self.run("run", "--link-mode", "symlink", "--with", "extra-lib", "true")
        self.serve("prepare").finish()
        self.run("run", "--with", "extra-lib", "s.py")
        self.settle()
        subprocess.run(["cp", "-a", self.cache, self.template], check=True)
        self.has_verify = self.run("cache", "verify", "--help", check=False).returncode == 0

    def settle(self):
        eventually(lambda: not self.processes_of_adder(), "every process of adder ends")

    def serve(self, name):
        for suffix in ("ready", "go"):
            (self.work / f"{name}.{suffix}").unlink(missing_ok=True)
        return self.helper(name, "run", "--link-mode", "symlink", "--with", "quiet-lib", self.work / "server.py")

    # --- one point

    def prepare(self, scenario):
        for path in (self.cache, *self.tmp.iterdir()):
            shutil.rmtree(path, ignore_errors=True)
        if scenario.filled:
            subprocess.run(["cp", "-a", self.template, self.cache], check=True)
        if scenario.warm:
            self.run(*scenario.arguments)
        if scenario.limit:
            self.age()

    def age(self):
        """As if nobody had used anything for some days."""
        for directory, _, files in os.walk(self.cache):
            for path in (os.path.join(directory, name) for name in files):
                status = os.lstat(path)
                if not path.startswith(f"{self.cache}/lock/"):
                    os.utime(path, (status.st_atime - AGE_S, status.st_mtime - AGE_S), follow_symlinks=False)

    def start_fault(self, scenario, *action, skip=PROC, start=""):
        report = self.base / "report"
        report.unlink(missing_ok=True)
        options = ["--skip", skip] if skip else []
        options += ["--from", start.replace("{cache}", str(self.cache))] if start else []
        limit = {"ADDER_CACHE_MAX_SIZE": scenario.limit} if scenario.limit else {}
        timeout = int(FAULT_TIMEOUT_S * patience())
        command = [SETTINGS.fault, *options, "--timeout", timeout, "--report", report, *action, "--", self.binary, *scenario.arguments]
        return subprocess.Popen([str(word) for word in command], cwd=self.work, env={**self.environment, **limit}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")

    def finish_fault(self, process):
        out, err = process.communicate()
        try:
            return Outcome(json.loads((self.base / "report").read_text()), process.returncode, out, err)
        except FileNotFoundError:
            raise RuntimeError(f"{process.args}: {err}") from None

    def fault(self, *arguments, **options):
        return self.finish_fault(self.start_fault(*arguments, **options))

    def is_building(self):
        return bool(self._entries(self.cache / "stage"))

    def calls(self, scenario, skip=PROC):
        """[(number, process, name, [errno], text)] of an unharmed run."""
        self.prepare(scenario)
        server = self.serve("listed") if scenario.server else None
        path = self.base / "list"
        outcome = self.fault(scenario, "--list", path, "count", skip=skip)
        if server:
            server.finish()
        if outcome.code != 0 or (scenario.output and outcome.out != scenario.output):
            raise RuntimeError(f"{scenario.name} without any fault: {outcome}")
        rows = [line.split("\t", 4) for line in path.read_text(errors="replace").splitlines()]
        return [(int(number), int(process), name, errors.split(",") if errors else [], text) for number, process, name, errors, text in rows if number.isdigit()]

    # --- what must hold

    def problems(self):
        """Names lead to whole bodies or to nothing; payloads are whole."""
        problems = []
        for name in self.names():
            body = self.cache / "env" / os.readlink(name).partition("~")[0]
            if body.is_dir() and not self.is_tombstone(body):
                self.check_body(body, problems)
        for meta in (self.cache / "pay").glob("*/*/.meta"):
            records = list((meta.parent / "tree").glob("*.dist-info/RECORD"))
            if len(records) != 1:
                problems.append(f"{meta.parent} has {len(records)} RECORD files")
            for record in records:
                tree_of_wheel(record, problems)
        return problems

    @staticmethod
    def is_tombstone(body):
        try:
            return (body / ".lease").stat().st_size != 0
        except FileNotFoundError:
            return True

    @staticmethod
    def check_body(body, problems):
        for name in (".meta", "pyvenv.cfg", "bin/python"):
            if not (body / name).exists():
                problems.append(f"{body}/{name} is missing")
        for record in body.glob("lib/python*/site-packages/*.dist-info/RECORD"):
            tree_of_wheel(record, problems)

    def check_whole(self):
        problems = self.problems()
        if problems:
            raise Violation(f"broken store: {problems[:5]}")

    def check_verify(self):
        if not self.has_verify:
            return
        done = self.run("cache", "verify", check=False)
        if done.returncode != 0:
            raise Violation(f"cache verify: exit {done.returncode}: {done.stdout}{done.stderr}")

    def check_runs(self, collected):
        """What was collected may also have left links that lead nowhere."""
        commands = [(("run", "s.py"), HELLO)]
        if collected:
            commands.append((("run", "--link-mode", "symlink", "--with", "extra-lib", "python", "-c", "import extra_lib"), ""))
        for arguments, output in commands:
            done = self.run(*arguments, check=False)
            if (done.returncode, done.stdout) != (0, output):
                raise Violation(f"the next {' '.join(arguments)}: exit {done.returncode}, {done.stdout!r}, {done.stderr}")

    def check_empties(self):
        # A housekeeper that the run before has started holds bodies for an instant, as a program does.
        self.settle()
        done = self.run("cache", "clean", check=False)
        if done.returncode != 0:
            raise Violation(f"the next clean: exit {done.returncode}: {done.stderr}")
        try:
            eventually(lambda: not self.rest(), "one clean leaves nothing")
        except AssertionError:
            raise Violation(f"one clean leaves {[str(path) for path in self.rest()][:5]}; it said: {done.stdout}{done.stderr}") from None
        self.settle()

    def rest(self):
        """Everything that is neither scaffold nor was there before."""
        strangers = [path for path in self._entries(self.cache) if path.name not in SCAFFOLD]
        # By os.walk, which does not mind that a reaper is at work in there.
        temporary = [os.path.join(directory, name) for directory, directories, files in os.walk(self.tmp) for name in directories + files]
        temporary = [path for path in temporary if path != f"{self.tmp}/adder-{os.geteuid()}"]
        return strangers + temporary + self.left_overs() + list(self.home.iterdir())

    def check_everything(self, scenario):
        self.check_whole()
        self.check_verify()
        self.check_runs(collected=scenario.arguments[0] == "cache")
        self.check_whole()
        self.check_empties()


def check_server(server):
    code, out, err = server.finish()
    if (code, out) != (0, LATE):
        raise Violation(f"the server lost something: exit {code}, {out!r}, {err}")


def check_outcome(scenario, outcome):
    """A correct result, or an error that says what."""
    report = outcome.report
    if report["hang"]:
        raise Violation("it hangs")
    if report["crashes"] or report["signal"]:
        raise Violation(f"ended by a signal: {report}: {outcome.err}")
    if OUR_FAULT.search(outcome.err):
        raise Violation(f"says: {outcome.err}")
    if outcome.code not in EXIT_CODES:
        raise Violation(f"exit {outcome.code}: {outcome.err}")
    if "Interrupted system call" in outcome.err:
        raise Violation(f"EINTR came through: {outcome.err}")
    if outcome.code == 0 and scenario.output and outcome.out != scenario.output:
        raise Violation(f"exit 0, but printed {outcome.out!r}: {outcome.err}")
    if outcome.code != 0 and not re.search(r"error: .*(`|/|\n *cause: )", outcome.err, re.DOTALL):
        raise Violation(f"exit {outcome.code} without a path, a name or a cause: {outcome.err!r}")


@dataclasses.dataclass
class Point:
    action: tuple
    skip: str = PROC
    start: str = ""  # calls are counted from the first whose text contains this; {cache} stands for the place of the store


def normalized(text):
    """Without what is random: two calls that do the same to different ids are alike."""
    return re.sub(r"[0-9a-z]{26}|[0-9a-f]{8,}|\d+", "*", text)


def turning_points(calls):
    """Numbers of the calls around which the order on disk changes, each kind once."""
    seen, numbers = set(), set()
    for number, process, name, _, text in calls:
        kind = (process, normalized(text))
        if TURNS.match(name) and kind not in seen and "/lib/python" not in text:
            seen.add(kind)
            numbers.update({number, number + 1})
    return numbers


def by_kind(pairs, calls):
    """[(number, what)]: first those that are unlike all before them, then the others in a mixed order. So a full run that is cut
    short has tried one of each kind, and a fair sample of the rest."""
    kinds = {number: (process, name, normalized(text)) for number, process, name, _, text in calls}
    seen, first, rest = set(), [], []
    for number, what in pairs:
        kind = (kinds[number], what)
        (rest if kind in seen else first).append((number, what))
        seen.add(kind)
    order = random.Random(SETTINGS.seed)
    order.shuffle(first)
    order.shuffle(rest)
    return first + rest


def evenly(items, count):
    items = list(items)
    if len(items) <= count:
        return items
    return [items[index * len(items) // count] for index in range(count)]


class Campaign:
    """Goes through the points of one scenario, with as many sandboxes as jobs."""

    def __init__(self, scenario, kind):
        self.scenario, self.kind = scenario, kind
        self.violations, self.hits, self.tried = [], 0, 0
        self.lock = threading.Lock()

    def run(self, points, boxes, check):
        begin = time.monotonic()
        queue = iter(list(points))
        planned = len(points)

        def work(box):
            while True:
                if SETTINGS.seconds and time.monotonic() - begin > SETTINGS.seconds:
                    return
                with self.lock:
                    point = next(queue, None)
                if point is None or len(self.violations) > 40:
                    return
                self.try_point(box, point, check)

        with concurrent.futures.ThreadPoolExecutor(len(boxes)) as pool:
            for future in [pool.submit(work, box) for box in boxes]:
                future.result()
        took = time.monotonic() - begin
        entry = TOTALS.setdefault(self.kind, {}).setdefault(self.scenario.name, {"planned": 0, "tried": 0, "hit": 0, "violations": 0, "seconds": 0.0})
        for name, value in (("planned", planned), ("tried", self.tried), ("hit", self.hits), ("violations", len(self.violations)), ("seconds", round(took, 1))):
            entry[name] += value
        print(f"{self.kind}: {self.scenario.name}: {planned} points, {self.hits} hit, {len(self.violations)} violations, {took:.0f} s", flush=True)

    def try_point(self, box, point, check):
        scenario = self.scenario
        server = rival = None
        outcome = None
        try:
            box.prepare(scenario)
            if scenario.server:
                server = box.serve("server")
            hurt = box.start_fault(scenario, *point.action, skip=point.skip, start=point.start)
            if scenario.rival:
                # From the moment on at which it finds somebody building, and has to wait.
                eventually(lambda: box.is_building() or hurt.poll() is not None, "the build begins")
                rival = box.start(*scenario.arguments)
            outcome = box.finish_fault(hurt)
            if rival:
                out, err = rival.communicate(timeout=FAULT_TIMEOUT_S * patience())
                if (rival.returncode, out) != (0, scenario.output):
                    raise Violation(f"the other builder: exit {rival.returncode}, {out!r}, {err}")
            check(outcome)
            if server:
                check_server(server)
            box.settle()
            box.check_everything(scenario)
        except (Violation, AssertionError, subprocess.TimeoutExpired) as violation:
            with self.lock:
                hit = (outcome.hit or {}) if outcome else {}
                self.violations.append(f"{' '.join(map(str, point.action))} [process {hit.get('process')}: {hit.get('call')}]: {violation}")
                print(f"VIOLATION {scenario.name}: {self.violations[-1]}", flush=True)
        finally:
            with self.lock:
                self.tried += 1
                self.hits += 1 if outcome and outcome.hit else 0
            for process in (server, rival):
                if process:
                    self.end(box, process)

    @staticmethod
    def end(box, process):
        if process in box.helpers:
            box.helpers.remove(process)
            process.close()
        else:
            process.kill()
            process.communicate()


class FaultTestCase(unittest.TestCase):
    kind = ""
    boxes = []

    @classmethod
    def setUpClass(cls):
        if not os.access(SETTINGS.fault, os.X_OK):
            raise unittest.SkipTest(f"needs the driver at {SETTINGS.fault} (x86-64 only)")
        cls.boxes = [FaultBox() for _ in range(SETTINGS.jobs)]

    @classmethod
    def tearDownClass(cls):
        for box in cls.boxes:
            box.close()
        if SETTINGS.totals:
            pathlib.Path(SETTINGS.totals).write_text(json.dumps(TOTALS, indent=1) + "\n")

    def campaign(self, name, points, check):
        campaign = Campaign(SCENARIOS[name], self.kind)
        campaign.run(points, self.boxes, lambda outcome: check(SCENARIOS[name], outcome))
        self.assertGreater(campaign.hits, 0, "no point was hit")
        self.assertEqual(campaign.violations, [])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--fault", help="the driver; by default beside the binary")
    parser.add_argument("--full", action="store_true", help="every point")
    parser.add_argument("--seconds", type=float, default=0.0, help="with --full: for each scenario, then on to the next")
    parser.add_argument("--sample", type=int, default=SETTINGS.sample, help="points of each scenario otherwise")
    parser.add_argument("--seed", type=int, default=SETTINGS.seed, help="of the order in a full run: another one tries other points in the same time")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--totals", default="", help="a file for the figures")
    arguments, rest = parser.parse_known_args()
    tempfile.tempdir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    SETTINGS.binary = os.path.abspath(arguments.bin)
    SETTINGS.fault = os.path.abspath(arguments.fault or os.path.join(os.path.dirname(SETTINGS.binary), "fault"))
    SETTINGS.full, SETTINGS.seconds, SETTINGS.sample = arguments.full, arguments.seconds, arguments.sample
    SETTINGS.jobs, SETTINGS.totals, SETTINGS.seed = arguments.jobs, arguments.totals, arguments.seed
    SETTINGS.python = sandbox.find_python()
    sandbox.StoreTestCase.binary, sandbox.StoreTestCase.python = SETTINGS.binary, SETTINGS.python
    if SETTINGS.python is None:
        sys.exit("no Python >= 3.9 found")
    unittest.main(argv=[sys.argv[0], "-v", *rest])
