#!/usr/bin/env python3
"""Prints tests/fixtures/tags.tsv: what the `packaging` library (26.3 or later) says of many interpreters.

    python3 tests/support/tags_table.py > tests/fixtures/tags.tsv

One line each: implementation, Python, flags (t: free-threaded, d: debug, -: none), implementation version, platform,
its version, architecture, number of tags, SHA-256 of the tags, best first, one per line. pep/tags_test.cpp compares.
`linux_ARCH` is moved behind the other Linux tags, as pep/tags.h explains.
"""

import hashlib
import itertools

from packaging import _manylinux, _musllinux, tags


def linux_platforms(kind, version, arch):
    archs = ["armv8l", "armv7l"] if arch == "armv8l" else [arch]
    if kind == "manylinux":
        _manylinux._have_compatible_abi = lambda executable, archs: True
        _manylinux._get_glibc_version = lambda: version
        _manylinux._get_manylinux_module = lambda: None
        found = list(_manylinux.platform_tags(archs))
    else:
        _musllinux._get_musl_version = lambda executable: _musllinux._MuslVersion(*version)
        found = list(_musllinux.platform_tags(archs))
    return found + [f"linux_{a}" for a in archs]


def platforms_of(kind, version, arch):
    if kind in ("manylinux", "musllinux"):
        return linux_platforms(kind, version, arch)
    if kind == "macos":
        return list(tags.mac_platforms(version, arch))
    return {"x86": ["win32"], "amd64": ["win_amd64"], "arm64": ["win_arm64"]}[arch]


def tags_of(implementation, python, flags, version, platforms):
    tags._get_config_var = lambda name, warn=False: {
        "Py_DEBUG": int("d" in flags),
        "Py_GIL_DISABLED": int("t" in flags),
        "WITH_PYMALLOC": 1,
    }.get(name)
    nodot = "".join(map(str, python))
    if implementation == "cpython":
        yield from tags.cpython_tags(python, platforms=platforms)
        yield from tags.compatible_tags(python, "cp" + nodot, platforms)
        return
    if implementation == "pypy":
        interpreter, abi, pure = "pp", f"pypy{nodot}_pp{version[0]}{version[1]}", "pp3"
    else:
        interpreter, abi, pure = "graalpy", f"graalpy{version[0]}{version[1]}_{nodot}_native", None
    yield from tags.generic_tags(interpreter + nodot, [abi], platforms)
    yield from tags.compatible_tags(python, pure, platforms)


INTERPRETERS = [
    ("cpython", (3, 6), "-", (0, 0)),
    ("cpython", (3, 7), "d", (0, 0)),
    ("cpython", (3, 8), "-", (0, 0)),
    ("cpython", (3, 11), "-", (0, 0)),
    ("cpython", (3, 12), "d", (0, 0)),
    ("cpython", (3, 13), "t", (0, 0)),
    ("cpython", (3, 14), "td", (0, 0)),
    ("pypy", (3, 10), "-", (7, 3)),
    ("graalpy", (3, 11), "-", (24, 0)),
]
PLATFORMS = [
    ("manylinux", (2, 36), "x86_64"),
    ("manylinux", (2, 17), "i686"),
    ("manylinux", (2, 4), "x86_64"),
    ("manylinux", (2, 41), "aarch64"),
    ("manylinux", (2, 31), "armv7l"),
    ("manylinux", (2, 31), "armv8l"),
    ("manylinux", (2, 28), "ppc64le"),
    ("manylinux", (2, 39), "riscv64"),
    ("musllinux", (1, 2), "x86_64"),
    ("musllinux", (1, 1), "aarch64"),
    ("macos", (10, 15), "x86_64"),
    ("macos", (14, 2), "x86_64"),
    ("macos", (11, 0), "arm64"),
    ("macos", (26, 0), "arm64"),
    ("windows", (0, 0), "amd64"),
    ("windows", (0, 0), "x86"),
    ("windows", (0, 0), "arm64"),
]


def main():
    for (implementation, python, flags, version), platform in itertools.product(INTERPRETERS, PLATFORMS):
        lines = [str(tag) for tag in tags_of(implementation, python, flags, version, platforms_of(*platform))]
        kind, platform_version, arch = platform
        digest = hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest()
        dotted = [".".join(map(str, pair)) for pair in (python, version, platform_version)]
        print(
            implementation, dotted[0], flags, dotted[1], kind, dotted[2], arch, len(lines), digest, sep="\t"
        )


if __name__ == "__main__":
    main()
