#!/usr/bin/env python3
"""A storm on one store: runs of every kind, servers, cleans, prunes and kills of anything at once, with random delays
between the steps of the protocol (builds with sync points). A program that misses a file, a command that fails without
having been killed, or anything left behind by the last clean is a violation.

usage: storm.py --bin ADDER [--seconds 60] [--workers 6] [--seed N] [--delay-us 3000]
"""
import argparse
import collections
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import sandbox
from sandbox import eventually, kill_hard

# Waits, and only then reads what it has not touched yet; some do it in a child as well.
PROGRAM = '''import os, subprocess, sys, time
time.sleep({pause})
import lazy_helper, lazy_server.late
if {child}:
    subprocess.run([sys.executable, "-c", "import lazy_server.late"], check=True)
assert open(os.path.join(os.path.dirname(lazy_server.__file__), "data.txt")).read() == "payload\\n"
print("storm", lazy_server.late.VALUE)'''
ANSWER = "storm 42\n"
SCRIPTS = 5
EXTRA = ("quiet-lib", "greeting", "hello", "extra-lib", "front")


class Storm:
    def __init__(self, options, index_url, python):
        self.options = options
        self.box = sandbox.Sandbox(options.bin, index_url, python)
        self.end = time.monotonic() + options.seconds
        self.counts, self.violations = collections.Counter(), []
        self.lock = threading.Lock()
        self.killed = set()

    def count(self, what):
        with self.lock:
            self.counts[what] += 1

    def violate(self, what, *details):
        with self.lock:
            self.violations.append(what)
            print(f"VIOLATION: {what}", *details, sep="\n", flush=True)

    def code(self, chance, longest):
        return PROGRAM.format(pause=round(chance.random() * longest, 3), child=chance.random() < 0.3)

    def execute(self, chance, kind, arguments, expected=None):
        """Runs one command to its end and judges it."""
        sync = f"delay:{self.options.delay_us}:{chance.getrandbits(32)}"
        with subprocess.Popen([self.box.binary, *arguments], cwd=self.box.work, env={**self.box.environment, "ADDER_TEST_SYNC": sync}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            out, err = process.communicate()
        self.count(kind)
        # Of an interpreter that is asked about itself, or of a program's child, its parent tells.
        by_proxy = "was killed from outside" in err or "died with <Signals.SIGKILL" in err
        if process.returncode == -signal.SIGKILL or process.pid in self.killed or by_proxy:
            self.count("killed commands")
            return
        if process.returncode != 0 or (expected is not None and out != expected):
            self.violate(f"{' '.join(arguments)}: exit {process.returncode}", out, err)

    def write_script(self, chance, number):
        """Replaced whole, so that nobody reads half of one."""
        dependencies = ["lazy-server", *chance.sample(EXTRA[:2], chance.randrange(3))]
        listed = ", ".join(f'"{name}"' for name in dependencies)
        with tempfile.NamedTemporaryFile("w", dir=self.box.tmp, delete=False) as file:
            file.write(f"# /// script\n# dependencies = [{listed}]\n# ///\n{self.code(chance, 0.4)}\n")
        os.rename(file.name, self.box.work / f"s{number}.py")

    # --- what a worker does

    def run_script(self, chance):
        self.execute(chance, "scripts", ["run", f"s{chance.randrange(SCRIPTS)}.py"], ANSWER)

    def run_with(self, chance):
        extra = [word for name in chance.sample(EXTRA, chance.randrange(3)) for word in ("--with", name)]
        isolated = ["--isolated"] if chance.random() < 0.3 else []
        self.execute(chance, "--with", ["run", *isolated, "--with", "lazy-server", *extra, "python", "-c", self.code(chance, 0.3)], ANSWER)

    def run_tool(self, chance):
        self.execute(chance, "tools", ["tool", "run", "--from", "lazy-server", "python", "-c", self.code(chance, 0.3)], ANSWER)

    def run_private(self, chance):
        self.execute(chance, "--no-cache", ["run", "--no-cache", "--with", "lazy-server", "python", "-c", self.code(chance, 0.3)], ANSWER)

    def serve(self, chance):
        self.execute(chance, "servers", ["run", "--with", "lazy-server", "python", "-c", self.code(chance, 4.0)], ANSWER)

    def edit(self, chance):
        self.write_script(chance, chance.randrange(SCRIPTS))
        self.count("edits")

    def clean(self, chance):
        self.execute(chance, "cleans", ["cache", "clean", *chance.choice(([], [], ["--force"], ["lazy-server"], ["quiet-lib"], ["--dry-run"]))])

    def prune(self, chance):
        self.execute(chance, "prunes", ["cache", "prune", *chance.choice(([], [], ["--ci"], ["--dry-run"], ["--max-size", "0"]))])

    def look(self, chance):
        self.execute(chance, "looks", ["cache", chance.choice(("ls", "size"))])

    def work(self, seed):
        chance = random.Random(seed)
        actions = [(self.run_script, 30), (self.run_with, 15), (self.run_tool, 15), (self.run_private, 6), (self.serve, 6), (self.edit, 5), (self.clean, 8), (self.prune, 8), (self.look, 5)]
        while time.monotonic() < self.end:
            [action] = chance.choices([action for action, _ in actions], [weight for _, weight in actions])
            action(chance)

    def programs(self):
        marker = f"HOME={self.box.home}"
        return [pid for pid in sandbox.processes() if marker in sandbox.environment_of(pid)]

    def kill(self, seed):
        """Anything of ours, at any moment: commands before they become programs, collectors, reapers, housekeepers."""
        chance = random.Random(seed)
        while time.monotonic() < self.end:
            time.sleep(chance.random() * 0.2)  # the pace of the storm, nothing waits for it
            ours = self.box.processes_of_adder() if chance.random() < 0.8 else self.programs()
            if not ours:
                continue
            victim = chance.choice(ours)
            self.killed.add(victim)
            kill_hard(victim)
            self.count("kills")

    # --- the whole

    def run(self):
        chance = random.Random(self.options.seed)
        for number in range(SCRIPTS):
            self.write_script(chance, number)
        threads = [threading.Thread(target=self.work, args=(chance.random(),)) for _ in range(self.options.workers)]
        threads.append(threading.Thread(target=self.kill, args=(chance.random(),)))
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.check_end()
        print(f"storm of {self.options.seconds} s, seed {self.options.seed}: " + ", ".join(f"{number} {what}" for what, number in sorted(self.counts.items())))
        print(f"{len(self.violations)} violations")
        return not self.violations

    def check_end(self):
        """All programs have ended: one clean leaves nothing."""
        try:
            self.box.run("run", "s0.py")
            eventually(lambda: not self.box.processes_of_adder(), "the children of the last commands end")
            self.box.collect("clean")
            self.box.wait_until_empty()
            eventually(lambda: not self.box.private_roots(), "the directories of --no-cache are gone")
            eventually(lambda: not self.box.processes_of_adder(), "every process of adder ends")
        except AssertionError as failure:
            self.violate("after the storm", str(failure))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=os.path.abspath)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=6)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().getrandbits(32))
    parser.add_argument("--delay-us", type=int, default=3000)
    options = parser.parse_args()
    python = sandbox.find_python() or sys.exit("no Python >= 3.9 found")
    server, index_url = sandbox.local_index.serve()
    storm = Storm(options, index_url, python)
    try:
        return 0 if storm.run() else 1
    finally:
        storm.box.close()
        server.shutdown()


if __name__ == "__main__":
    sys.exit(main())
