"""What versus.py compares. In all texts {bin} is the tool and {d} a directory of the tool's own; both tools find
there s.py (a script that needs six and rich), in.txt (requirements) and pyproject.toml (the same as a project)."""
import dataclasses

GROUPS = {"A": "programs, scripts and the cache", "C": "the pip interface", "E": "projects"}

SCRIPT = """\
# /// script
# requires-python = ">=3.11"
# dependencies = ["six", "rich"]
# ///
import sys
if len(sys.argv) > 1: print(sys.executable)
"""

REQUIREMENTS = "jupyterlab pandas numpy black httpie flask rich".split()

PYPROJECT = f"""\
[project]
name = "demo"
version = "1"
requires-python = ">=3.11.7,<3.12"
dependencies = {REQUIREMENTS}
[tool.uv]
environments = ["sys_platform == 'linux'"]
"""


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    group: str
    target: float  # ours / uv's that we want to stay below
    command: str  # timed; split at blanks
    once: str = ""  # shell, untimed, before the first sample
    before: str = ""  # shell, untimed, before each sample
    # The program that the command ends up running, started directly; its time is subtracted from both sides, so that
    # the tools' own cost is compared. {floor} is what `once` wrote to {d}/floor.
    floor: str = ""


EMPTY_CACHE = "rm -rf {d}/fresh; mkdir {d}/fresh"
NEW_VENV = "rm -rf {d}/v; {bin} venv -q {d}/v"
LOCKED = "{bin} pip compile -q {d}/in.txt -o {d}/out.txt"
PROJECT = "mkdir -p {d}/p; cp {d}/pyproject.toml {d}/p; {bin} lock -q --project {d}/p; {bin} sync -q --project {d}/p"
# About 30,000 files in {d}/master.
FULL_CACHE = (
    "test -d {d}/master || {bin} --cache-dir {d}/master tool run -q"
    " --with pandas --with black --with httpie --with flask --from jupyterlab python -S -c pass"
)
FLOOR_OF_RUFF = (
    "{bin} tool run -q ruff --version; {bin} tool run -q --from ruff python -c"
    " 'import os, sys; print(os.path.join(os.path.dirname(sys.executable), \"ruff\"))' > {d}/floor"
)

CASES = [
    Case("version", "A", 0.5, "{bin} --version"),
    Case("tool-warm", "A", 0.2, "{bin} tool run -q ruff --version", once=FLOOR_OF_RUFF, floor="{floor} --version"),
    Case(
        "script-warm",
        "A",
        0.2,
        "{bin} run -q {d}/s.py",
        once="{bin} run -q {d}/s.py show > {d}/floor",
        floor="{floor} {d}/s.py",
    ),
    Case("venv", "A", 0.4, "{bin} venv -q {d}/v", before="rm -rf {d}/v"),
    Case(
        "tool-cold",
        "A",
        0.8,
        "{bin} tool run -q --cache-dir {d}/fresh --from jupyterlab python -S -c pass",
        before=EMPTY_CACHE,
    ),
    Case(
        "clean-30k",
        "A",
        0.1,
        "{bin} cache clean -q --cache-dir {d}/fresh",
        once=FULL_CACHE,
        before="rm -rf {d}/fresh; cp -a {d}/master {d}/fresh",
    ),
    Case("size-30k", "A", 0.1, "{bin} cache size -q --cache-dir {d}/master", once=FULL_CACHE),
    Case("compile-warm", "C", 0.6, LOCKED, once=LOCKED, before="rm -f {d}/out.txt"),
    Case(
        "compile-cold",
        "C",
        0.8,
        "{bin} pip compile -q --cache-dir {d}/fresh {d}/in.txt -o {d}/out2.txt",
        before=EMPTY_CACHE,
    ),
    Case("sync-warm", "C", 0.7, "{bin} pip sync -q --python {d}/v {d}/out.txt", once=LOCKED, before=NEW_VENV),
    Case(
        "sync-cold",
        "C",
        0.7,
        "{bin} pip sync -q --cache-dir {d}/fresh --python {d}/v {d}/out.txt",
        once=LOCKED,
        before=f"{EMPTY_CACHE}; {NEW_VENV}",
    ),
    Case(
        "install-noop",
        "C",
        0.3,
        "{bin} pip install -q --python {d}/v -r {d}/in.txt",
        once=f"{LOCKED}; {NEW_VENV}; {{bin}} pip sync -q --python {{d}}/v {{d}}/out.txt",
    ),
    Case("pip-list", "C", 0.5, "{bin} pip list -q --python {d}/v", once="test -d {d}/v || {bin} venv -q {d}/v"),
    Case("lock-check", "E", 0.3, "{bin} lock -q --check --project {d}/p", once=PROJECT),
    Case("lock-fresh", "E", 0.6, "{bin} lock -q --project {d}/p", once=PROJECT, before="rm -f {d}/p/uv.lock"),
    Case("sync-noop", "E", 0.2, "{bin} sync -q --project {d}/p", once=PROJECT),
    Case(
        "run-noop",
        "E",
        0.3,
        "{bin} run -q --project {d}/p python -S -c pass",
        once=f"{PROJECT}; echo {{d}}/p/.venv/bin/python > {{d}}/floor",
        floor="{floor} -S -c pass",
    ),
    Case("sync-fresh", "E", 0.7, "{bin} sync -q --project {d}/p", once=PROJECT, before="rm -rf {d}/p/.venv"),
    Case("tree", "E", 0.5, "{bin} tree -q --project {d}/p", once=PROJECT),
]
