#!/usr/bin/env python3
"""Makes an installed tool as `uv tool install` leaves it behind, for tests without a uv: an environment with the
wheels in it, and a receipt. The first wheel names the tool.

usage: install_tool.py [--options TOML] WHEEL...        wheels by their names on the test index ($INDEX/files/)
Uses `adder`, $INDEX, $PYTHON and $UV_TOOL_DIR (default: ~/.local/share/uv/tools). Without --options the receipt has
those of a command that was told nothing but UV_DEFAULT_INDEX.
"""
import argparse
import configparser
import io
import os
import pathlib
import subprocess
import urllib.request
import zipfile

SCRIPT = "#!{python}\nimport sys\nfrom {module} import {attribute}\nsys.exit({attribute}())\n"


def install(wheel, site_packages, programs):
    with urllib.request.urlopen(f"{os.environ['INDEX']}/files/{wheel}") as response:
        archive = zipfile.ZipFile(io.BytesIO(response.read()))
    archive.extractall(site_packages)
    metadata = next(site_packages / name for name in archive.namelist() if name.endswith(".dist-info/RECORD")).parent
    scripts = configparser.ConfigParser()
    scripts.optionxform = str
    if (metadata / "entry_points.txt").exists():
        scripts.read(metadata / "entry_points.txt")
    for name, place in scripts["console_scripts"].items() if scripts.has_section("console_scripts") else ():
        module, attribute = place.split(":")
        (programs / name).write_text(SCRIPT.format(python=programs / "python", module=module, attribute=attribute))
        (programs / name).chmod(0o755)
        with open(metadata / "RECORD", "a") as record:
            record.write(f"{os.path.relpath(programs / name, site_packages)},,\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("UV_DEFAULT_INDEX")
    parser.add_argument("--options", default=f'index = [{{ url = "{default}", explicit = false, default = true, format = "simple", authenticate = "auto" }}]')
    parser.add_argument("wheels", nargs="+")
    arguments = parser.parse_args()
    name = arguments.wheels[0].split("-")[0].replace("_", "-")
    tools = pathlib.Path(os.environ.get("UV_TOOL_DIR") or pathlib.Path.home() / ".local/share/uv/tools")
    root = tools / name
    tools.mkdir(parents=True, exist_ok=True)
    (tools / ".lock").touch()
    subprocess.run(["adder", "venv", "--quiet", "--clear", "--python", os.environ["PYTHON"], root], check=True)
    site_packages = next(root.glob("lib/python*/site-packages"))
    for wheel in arguments.wheels:
        install(wheel, site_packages, root / "bin")
    (root / "uv-receipt.toml").write_text(f'[tool]\nrequirements = [{{ name = "{name}" }}]\nentrypoints = []\n\n[tool.options]\n{arguments.options}\n')


if __name__ == "__main__":
    main()
