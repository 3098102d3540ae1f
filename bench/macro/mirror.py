"""A package index on loopback: real wheels, downloaded from PyPI once, behind nginx. Both tools install from it, so
that neither the network nor PyPI's load takes part in a measurement."""
import contextlib
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import mkindex

HERE = pathlib.Path(__file__).resolve().parent
URL = "http://127.0.0.1:18090/simple/"  # the port is that of nginx.conf
PROJECTS = "jupyterlab ruff pycowsay black httpie numpy pandas requests rich flask six".split()


class Unavailable(Exception):
    """Something that this machine lacks; the text says what to do."""


def answers():
    try:
        with urllib.request.urlopen(f"{URL}six/", timeout=2) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def prepare(directory, python):
    """Makes the index below `directory` unless it is there."""
    web = directory / "web"
    if (web / "simple").exists():
        return
    wheels = directory / "wheels"
    print(f"downloading {' '.join(PROJECTS)} to {wheels}", file=sys.stderr)
    command = [python, "-m", "pip", "download", "-q", "--only-binary", ":all:", "-d", str(wheels), *PROJECTS]
    if subprocess.run(command).returncode != 0:
        raise Unavailable(f"cannot download wheels from PyPI; copy some to {wheels} and run mkindex.py {wheels} {web}")
    mkindex.make_index(wheels, web)


def wait_until_it_answers():
    for _ in range(100):
        if answers():
            return
        time.sleep(0.05)
    raise Unavailable(f"nginx does not answer at {URL}")


@contextlib.contextmanager
def serve(directory, python):
    """The index is up inside; a server that was there before is used and left alone."""
    if answers():
        yield
        return
    if not shutil.which("nginx"):
        raise Unavailable("nginx is missing: apt-get install nginx-light")
    prepare(directory, python)
    nginx = ["nginx", "-p", str(directory), "-c", str(HERE / "nginx.conf")]
    subprocess.run(nginx, check=True)
    try:
        wait_until_it_answers()
        yield
    finally:
        subprocess.run([*nginx, "-s", "stop"], check=True, stderr=subprocess.DEVNULL)
