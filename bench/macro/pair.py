#!/usr/bin/env python3
"""Times two or more commands in turn, in random order each round, so that whatever else the machine does hits all.

usage: pair.py ROUNDS [--prepare SHELL] [--quiet] -- COMMAND... -- COMMAND...

--prepare runs untimed before each sample; --quiet waits for an idle machine before each sample. A command given as one
word is split like a shell would. For two commands the ratio of each round is reported, with a 95 % interval.
"""
import argparse
import random
import shlex
import statistics
import subprocess
import sys
import time

import timing


def split_at_dashes(words):
    commands = [[]]
    for word in words:
        if word == "--":
            commands.append([])
        else:
            commands[-1].append(word)
    return [shlex.split(command[0]) if len(command) == 1 else command for command in commands if command]


def busy_ticks():
    with open("/proc/stat") as file:
        return sum(map(int, file.readline().split()[1:4]))


def wait_for_idle(limit_s=60, interval_s=0.3, most_ticks=4):
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        before = busy_ticks()
        time.sleep(interval_s)
        if busy_ticks() - before < most_ticks:
            return


def report(command, samples):
    wall = sorted(sample.wall_ms for sample in samples)
    return (
        f"{shlex.join(command)[:70]:70} wall median {statistics.median(wall):9.2f} min {wall[0]:9.2f}"
        f" p95 {wall[int((len(wall) - 1) * 0.95)]:9.2f} ms"
        f" | cpu {statistics.median(sample.cpu_ms for sample in samples):9.2f} ms"
        f" | peak {max(sample.peak_mb for sample in samples):7.1f} MB"
        f" | failed {sum(sample.exit_code != 0 for sample in samples)}"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int)
    parser.add_argument("--prepare", metavar="SHELL")
    parser.add_argument("--quiet", action="store_true")
    end = sys.argv.index("--") if "--" in sys.argv else len(sys.argv)
    options = parser.parse_args(sys.argv[1:end])
    commands = split_at_dashes(sys.argv[end:])
    if not commands:
        parser.error("no command; write it behind `--`")

    def sample(command):
        if options.prepare:
            subprocess.run(options.prepare, shell=True, check=True, stdout=subprocess.DEVNULL)
        if options.quiet:
            wait_for_idle()
        return timing.run_once(command)

    for command in commands:
        sample(command)  # warms up
    samples = [[] for _ in commands]
    for _ in range(options.rounds):
        for number in random.sample(range(len(commands)), len(commands)):
            samples[number].append(sample(commands[number]))

    for command, own in zip(commands, samples):
        print(report(command, own))
    if len(commands) == 2:
        ratios = [first.wall_ms / second.wall_ms for first, second in zip(*samples)]
        low, high = timing.interval_of_median(ratios)
        print(f"ratio of wall times, first to second: {statistics.median(ratios):.3f} [{low:.3f}, {high:.3f}]")


if __name__ == "__main__":
    main()
