"""Timing of commands, shared by versus.py and pair.py: one run, and what can be said about many."""
import dataclasses
import os
import random
import statistics
import time


@dataclasses.dataclass(frozen=True)
class Sample:
    wall_ms: float
    cpu_ms: float  # user and system
    peak_mb: float  # resident set; never less than Python's own (16 MB), which it has between fork and exec
    exit_code: int


def run_once(arguments, environment=None):
    """Runs a command with its standard streams on /dev/null. posix_spawn keeps our own size out of the time."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        streams = [(os.POSIX_SPAWN_DUP2, null, stream) for stream in (0, 1, 2)]
        start = time.perf_counter()
        process = os.posix_spawnp(arguments[0], arguments, environment or os.environ, file_actions=streams)
        _, status, usage = os.wait4(process, 0)
        wall = time.perf_counter() - start
    finally:
        os.close(null)
    return Sample(
        wall_ms=wall * 1e3,
        cpu_ms=(usage.ru_utime + usage.ru_stime) * 1e3,
        peak_mb=usage.ru_maxrss / 1024,
        exit_code=os.waitstatus_to_exitcode(status),
    )


def interval_of_median(values, resamples=2000):
    """Bootstrap interval, 95 %, of the median: (low, high)."""
    medians = sorted(statistics.median(random.choices(values, k=len(values))) for _ in range(resamples))
    return medians[resamples // 40], medians[-1 - resamples // 40]
