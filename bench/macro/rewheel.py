#!/usr/bin/env python3
"""Builds wheels again from what is installed in a site-packages directory; for machines that cannot reach PyPI.

usage: rewheel.py SITE_PACKAGES OUTPUT_DIRECTORY

Goes by each RECORD. Bytecode, files outside site-packages (programs) and what installers wrote are left out; the new
RECORD has true digests.
"""
import base64
import csv
import hashlib
import io
import pathlib
import sys
import zipfile

WRITTEN_BY_INSTALLERS = {"INSTALLER", "REQUESTED", "direct_url.json", "RECORD", "uv_cache.json", "uv_build.json"}
TIME = (2024, 1, 1, 0, 0, 0)


def read_tags(dist_info):
    with open(dist_info / "WHEEL") as file:
        return [line.split(":", 1)[1].strip() for line in file if line.startswith("Tag:")]


def compressed_tags(tags):
    """`["py2-none-any", "py3-none-any"]` as in a file name: `py2.py3-none-any`."""
    parts = zip(*(tag.split("-") for tag in tags))
    return "-".join(".".join(dict.fromkeys(part)) for part in parts)


def is_of_the_wheel(path, dist_info_name):
    if path.startswith(("..", "/")) or "__pycache__" in path or path.endswith(".pyc"):
        return False
    return not (path.startswith(dist_info_name + "/") and path.split("/")[1] in WRITTEN_BY_INSTALLERS)


def record_line(name, data):
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    return name, f"sha256={digest}", len(data)


def add_member(archive, name, data, mode):
    member = zipfile.ZipInfo(name, TIME)
    member.external_attr = (0o100000 | mode) << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, data)


def rebuild(site_packages, dist_info, output):
    """Returns the path of the wheel, or None for a distribution that did not come from one."""
    try:
        with open(dist_info / "RECORD", newline="") as file:
            listed = [row[0] for row in csv.reader(file) if row]
        tags = read_tags(dist_info)
    except FileNotFoundError:
        return None
    paths = [path for path in listed if is_of_the_wheel(path, dist_info.name)]
    paths.sort(key=lambda path: path.startswith(dist_info.name + "/"))  # metadata last, as PEP 427 recommends
    wheel = output / f"{dist_info.name.removesuffix('.dist-info')}-{compressed_tags(tags)}.whl"
    record = []
    with zipfile.ZipFile(wheel, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in paths:
            file = site_packages / path
            if not file.is_file():
                continue
            data = file.read_bytes()
            add_member(archive, path, data, 0o755 if file.stat().st_mode & 0o111 else 0o644)
            record.append(record_line(path, data))
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([*record, (f"{dist_info.name}/RECORD", "", "")])
        add_member(archive, f"{dist_info.name}/RECORD", text.getvalue().encode(), 0o644)
    return wheel


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    site_packages, output = map(pathlib.Path, sys.argv[1:])
    output.mkdir(parents=True, exist_ok=True)
    wheels = [rebuild(site_packages, dist_info, output) for dist_info in sorted(site_packages.glob("*.dist-info"))]
    wheels = [wheel for wheel in wheels if wheel]
    print(f"{len(wheels)} wheels, {sum(wheel.stat().st_size for wheel in wheels) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
