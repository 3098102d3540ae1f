#!/usr/bin/env python3
"""Makes a static package index (PEP 503, 658, 691) from a directory of wheels.

usage: mkindex.py WHEEL_DIRECTORY WEB_ROOT

Writes WEB_ROOT/simple/<project>/index.{json,json.gz,html} and WEB_ROOT/files/<wheel>{,.metadata}; serve it with
nginx.conf. All files claim to be uploaded at one time, so that the index is the same whenever it is made.
"""
import gzip
import hashlib
import html
import json
import os
import pathlib
import re
import shutil
import sys
import zipfile

UPLOAD_TIME = "2024-01-01T00:00:00.000000Z"


def normalized(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def link_or_copy(source, target):
    if target.exists():
        return
    try:
        os.link(source, target)
    except OSError:
        shutil.copy(source, target)


def read_metadata(wheel):
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return archive.read(member)


def requires_python(metadata):
    headers = metadata.decode("utf-8", "replace").split("\n\n")[0]
    for line in headers.splitlines():
        if line.lower().startswith("requires-python:"):
            return line.split(":", 1)[1].strip()
    return None


def describe(wheel, files):
    """Publishes one wheel below `files` and returns its entry in the project's JSON page."""
    link_or_copy(wheel, files / wheel.name)
    metadata = read_metadata(wheel)
    (files / f"{wheel.name}.metadata").write_bytes(metadata)
    entry = {
        "core-metadata": {"sha256": hashlib.sha256(metadata).hexdigest()},
        "filename": wheel.name,
        "hashes": {"sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()},
        "size": wheel.stat().st_size,
        "upload-time": UPLOAD_TIME,
        "url": f"/files/{wheel.name}",
        "yanked": False,
    }
    python = requires_python(metadata)
    if python:
        entry["requires-python"] = python
    return entry


def json_page(project, entries):
    page = {
        "files": entries,
        "meta": {"api-version": "1.1"},
        "name": project,
        "versions": sorted({entry["filename"].split("-")[1] for entry in entries}),
    }
    return json.dumps(page, separators=(",", ":"))


def html_anchor(entry):
    python = entry.get("requires-python")
    return (
        f'<a href="{entry["url"]}#sha256={entry["hashes"]["sha256"]}"'
        f' data-core-metadata="sha256={entry["core-metadata"]["sha256"]}"'
        + (f' data-requires-python="{html.escape(python)}"' if python else "")
        + f'>{entry["filename"]}</a>'
    )


def write_pages(directory, project, entries):
    directory.mkdir(parents=True, exist_ok=True)
    page = json_page(project, entries)
    (directory / "index.json").write_text(page)
    (directory / "index.json.gz").write_bytes(gzip.compress(page.encode(), compresslevel=6, mtime=0))
    anchors = "\n".join(html_anchor(entry) for entry in entries)
    (directory / "index.html").write_text(f"<!DOCTYPE html><html><body>{anchors}</body></html>")


def make_index(wheels, root):
    """Returns the number of projects."""
    files = root / "files"
    files.mkdir(parents=True, exist_ok=True)
    projects = {}
    for wheel in sorted(wheels.glob("*.whl")):
        projects.setdefault(normalized(wheel.name.split("-")[0]), []).append(describe(wheel, files))
    for project, entries in projects.items():
        write_pages(root / "simple" / project, project, entries)
    return len(projects)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    print(make_index(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])), "projects")
