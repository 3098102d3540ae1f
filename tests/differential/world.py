"""Runs a case with one tool in a world of its own: home, cache, temporary and working directory, nothing shared."""
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_SECONDS = 120
# Texts that each tool writes in its own words, and files that each makes for itself.
OWN_WORDING = re.compile(r"(^|/)(activate(\.\w+)?|activate_this\.py|deactivate\.bat|pydoc\.bat|CACHEDIR\.TAG)$")
OWN_FILES = re.compile(r"(^|/)(__pycache__/|_virtualenv\.(py|pth)$|uv_cache\.json$|uv_build\.json$|\.lock$)")
SUMMARY = re.compile(r"(Installed|Resolved|Uninstalled) ")


@dataclasses.dataclass(frozen=True)
class Tool:
    uv: str
    uvx: str


class Host:
    """What both tools find around them: the index and the Pythons of this machine."""

    def __init__(self, index, pythons, reference):
        self.index, self.pythons, self.reference = index, pythons, reference

    def search_path(self, case):
        chosen = sorted(self.pythons, key=lambda minor: tuple(map(int, minor.split("."))), reverse=True) if case.all_pythons else [self.main]
        return [os.path.dirname(self.pythons[minor]) for minor in chosen]

    @property
    def main(self):
        return "3.11" if "3.11" in self.pythons else max(self.pythons)


def digest(data):
    return hashlib.sha256(data).hexdigest()[:16]


def messages(errors):
    """What standard error says that is not wording: what was installed, and whether there was a warning."""
    lines = errors.splitlines()
    return sorted({line for line in lines if SUMMARY.match(line)} | {"warning" for line in lines if line.startswith("warning")})


class World:
    def __init__(self, tool, host, case, scratch):
        self.tool, self.host, self.case = tool, host, case
        self.base = pathlib.Path(tempfile.mkdtemp(dir=scratch))

    def observe(self):
        """Aspect -> what was seen of it, in a form that is equal for both tools if they behaved alike."""
        self.prepare()
        done = subprocess.run(["bash", "-c", self.case.script], cwd=self.base / "work", env=self.environment(), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS)
        # A program that replaced the tool ends by the signal itself; a shell shows 128 + signal either way.
        code = done.returncode if done.returncode >= 0 else 128 - done.returncode
        errors = self.normalise(done.stderr.decode("utf-8", "replace"))
        seen = {"exit": code, "stdout": self.normalise(done.stdout.decode("utf-8", "replace")), "messages": messages(errors), "files": self.tree()}
        seen.update(self.probed())
        # What is still deleting or publishing in the background is left to the end of the whole test.
        shutil.rmtree(self.base, ignore_errors=True)
        return seen

    def prepare(self):
        for name in ("home", "tmp", "work", "bin"):
            (self.base / name).mkdir()
        for name in ("uv", "uvx"):
            (self.base / "bin" / name).symlink_to(getattr(self.tool, name))
        for name, content in self.case.files.items():
            path = self.base / "work" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(content, str):
                content = content.replace("[INDEX]", self.host.index).encode()
            path.write_bytes(content)

    def environment(self):
        environment = {
            "PATH": os.pathsep.join([str(self.base / "bin"), *self.host.search_path(self.case), "/usr/bin", "/bin"]),
            "HOME": str(self.base / "home"), "TMPDIR": str(self.base / "tmp"), "BASE": str(self.base), "UV_CACHE_DIR": str(self.base / "cache"),
            "PROBE": str(HERE / "probe.py"), "PROBE_OUT": str(self.base / "probed"), "REFERENCE": self.host.reference, "INDEX": self.host.index, "UV_DEFAULT_INDEX": f"{self.host.index}/simple/",
            "UV_PYTHON_DOWNLOADS": "never", "UV_HTTP_TIMEOUT": "5", "UV_HTTP_RETRIES": "0", "UV_NO_WRAP": "1", "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1",
        }
        environment.update({"PY" + minor.replace(".", ""): path for minor, path in self.host.pythons.items()})
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS"):
            if name in os.environ:
                environment[name] = os.environ[name]
        for name, value in self.case.variables.items():
            environment.pop(name, None)
            if value is not None:
                environment[name] = value.replace("[INDEX]", self.host.index)
        return environment

    def normalise(self, text):
        text = re.sub(r"\x1b\[[0-9;]*m", "", text)
        text = text.replace(str(self.base), "[BASE]").replace(self.host.index.split("//")[1], "[INDEX]")
        # Where a body lies in the store differs by design; what lies in it does not.
        text = re.sub(r"\[BASE\]/cache/[^\s'\":,`)]*?(?=/(?:bin|lib|include)\b|[\s'\":,`)]|$)", "[BODY]", text)
        text = re.sub(r"\[BASE\]/tmp/[^\s'\":,`)/]+", "[TEMPORARY]", text)
        text = re.sub(r"\b\d+(\.\d+)?(ms|s)\b", "[TIME]", text)
        text = re.sub(r"\(\d+(\.\d+)?([KMG]i)?B\)", "([SIZE])", text)
        return text

    def tree(self):
        """What the working directory holds afterwards."""
        found = {}
        work = self.base / "work"
        for path in sorted(work.rglob("*")):
            relative = str(path.relative_to(work))
            if not OWN_FILES.search(relative + ("/" if path.is_dir() else "")):
                found[relative] = self.describe(path, relative)
        return found

    def describe(self, path, relative):
        if path.is_symlink():
            target = os.readlink(path)
            # Of the names of one interpreter either may be linked.
            return "link to " + self.normalise(os.path.realpath(target) if os.path.isabs(target) else target)
        # A file that is shared with our store cannot be written to; reading and executing must be alike.
        mode = oct(stat.S_IMODE(path.stat().st_mode) & (0o555 if "site-packages/" in relative else 0o777))
        if path.is_dir():
            return mode
        data = path.read_bytes()
        if OWN_WORDING.search(relative) or (path.parent.name == "bin" and data.startswith(b"#!")):
            return mode
        if relative.endswith(".dist-info/RECORD"):
            lines = [line for line in data.decode().splitlines() if not OWN_FILES.search(line.split(",")[0])]
            return mode, sorted(line.split(",")[0] if "/bin/" in line else line for line in lines)
        text = self.normalise(data.decode("utf-8", "replace"))
        if path.name == "pyvenv.cfg":
            text = re.sub(r"(?m)^uv = .*$", "uv = [VERSION]", text)
        return mode, text if len(text) < 400 else digest(text.encode())

    def probed(self):
        path = self.base / "probed"
        if not path.exists():
            return {}
        runs = [json.loads(line) for line in path.read_text().splitlines()]
        return {"probe " + key: [run[key] for run in runs] for key in runs[0]}
