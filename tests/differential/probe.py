"""What a program sees that `run` or `tool run` has started, as JSON in the file $PROBE_OUT: the environment it runs in
(distributions, files, pyvenv.cfg), its variables, arguments and interpreter flags.

The two tools lay an environment out in different ways (uv puts `--with` packages in a second environment behind a
`.pth` file), so the directories below $BASE are merged, first one wins, as the import system and PATH would do.
"""
import csv
import hashlib
import importlib.metadata
import json
import os
import stat
import sys
import sysconfig

# Made by the tool for itself, or derived from other files. `_adder_lease_1.*` is the start-up hook of store environments: there it
# may be different from uv, and nowhere else (world.py compares the trees of project environments without this exception).
OWN_FILES = ("_uv_ephemeral_overlay.pth", "_adder_visible.pth", "_adder_lease_1.pth", "_adder_lease_1.abi3.so", "_virtualenv.py", "_virtualenv.pth", "uv_cache.json", "uv_build.json")
ACTIVATORS = ("activate", "deactivate", "pydoc.bat")
# Set by the test, the shell or the tool under its own name.
UNCOMPARED_VARIABLES = ("_", "PWD", "OLDPWD", "SHLVL", "UV", "PATH", "VIRTUAL_ENV", "LC_CTYPE", "ADDER_LEASE", "BASE", "PROBE_OUT")


def below(path, base):
    return os.path.realpath(path).startswith(base + os.sep)


def is_own(path):
    parts = path.split("/")
    return "__pycache__" in parts or parts[-1] in OWN_FILES


def digest(path):
    with open(path, "rb") as file:
        data = file.read()
    # direct_url.json names a place in this very world.
    return hashlib.sha256(data.replace(os.environ["BASE"].encode(), b"[BASE]").replace(os.environ["INDEX"].encode(), b"[INDEX]")).hexdigest()[:16]


def record_rows(path):
    """RECORD without the digests of what holds paths, and without the tool's own files."""
    with open(path, newline="") as file:
        rows = [row for row in csv.reader(file) if not is_own(row[0])]
    return sorted([row[0]] if "/bin/" in row[0] or row[0].endswith("direct_url.json") else row for row in rows)


def describe(path):
    # Nobody may write into our store: the bits that matter are read and execute.
    mode = oct(stat.S_IMODE(os.lstat(path).st_mode) & 0o555)
    if os.path.islink(path):
        return "link"
    if path.endswith(".dist-info/RECORD"):
        return mode, record_rows(path)
    return mode, digest(path)


def packages(base):
    files = {}
    for root in sys.path:
        if not (below(root, base) and root.endswith("site-packages")):
            continue
        for directory, _, names in os.walk(root):
            for name in names:
                path = os.path.join(directory, name)
                relative = os.path.relpath(path, root)
                if not is_own(relative):
                    files.setdefault(relative, describe(path))
    return files


def programs(base):
    """Names and modes only: the text of generated scripts differs by design. Which programs of the machine's own Python come
    along depends on who installed them; cases_run.py has a base of its own for that."""
    beside_base = set(os.listdir(os.path.join(sys.base_prefix, "bin")))
    found = {}
    for directory in os.environ["PATH"].split(os.pathsep):
        if not (below(directory, base) and os.path.isdir(directory)) or os.path.realpath(directory) == os.path.join(base, "bin"):
            continue
        for name in os.listdir(directory):
            path = os.path.join(directory, name)
            if not name.startswith(ACTIVATORS) and (name.startswith("python") or name not in beside_base):
                mode = stat.S_IMODE(os.stat(path).st_mode) & 0o555
                found.setdefault(name, "interpreter" if name.startswith("python") else oct(mode))
    return found


def pyvenv(base):
    path = os.path.join(sys.prefix, "pyvenv.cfg")
    if sys.prefix == sys.base_prefix or not os.path.exists(path):
        return {}
    with open(path) as file:
        pairs = dict(line.strip().split(" = ", 1) for line in file if " = " in line)
    # The overlay of uv is not there with us, its prompt is the name of a temporary directory, and its cached environments are
    # relocatable because they are built elsewhere.
    pairs.update({"uv": "version"} if "uv" in pairs else {})
    return {key: value for key, value in pairs.items() if key not in ("extends-environment", "prompt", "relocatable")}


def distributions(base):
    """Name and version of each, the first one on sys.path winning."""
    found = {}
    for distribution in importlib.metadata.distributions():
        if below(str(distribution.locate_file("")), base):
            found.setdefault(distribution.metadata["Name"], distribution.version)
    return found


def main():
    base = os.environ["BASE"]
    first = os.environ["PATH"].split(os.pathsep)[0]
    active = os.environ.get("VIRTUAL_ENV")
    seen = {
        "distributions": distributions(base),
        "packages": packages(base),
        "programs": programs(base),
        "pyvenv": pyvenv(base),
        "arguments": [os.path.basename(sys.argv[0])] + sys.argv[1:],
        "flags": str(sys.flags),
        "version": sys.version,
        "platform": sysconfig.get_platform(),
        "in environment": sys.prefix != sys.base_prefix,
        "base executable": os.path.realpath(sys.executable),
        "first on PATH": "environment" if first == os.path.join(sys.prefix, "bin") else "test" if first == os.path.join(base, "bin") else "other",
        "VIRTUAL_ENV": None if active is None else "prefix" if active == sys.prefix else active.replace(base, "[BASE]"),
        "variables": {name: value.replace(base, "[BASE]").replace(os.environ["INDEX"], "[INDEX]") for name, value in sorted(os.environ.items()) if name not in UNCOMPARED_VARIABLES},
        "UV set": "UV" in os.environ,
        "directory": os.getcwd().replace(base, "[BASE]"),
    }
    with open(os.environ["PROBE_OUT"], "a") as file:
        file.write(json.dumps(seen, sort_keys=True) + "\n")


main()
