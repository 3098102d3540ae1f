#!/usr/bin/env python3
"""Makes a synthetic universe of wheels: PACKAGES x VERSIONS, with acyclic requirements and, if wanted, conflicts.

usage: universe.py OUTPUT_DIRECTORY PACKAGES VERSIONS REQUIREMENTS SEED [CONFLICT_PERCENT]

Each package requires up to REQUIREMENTS later ones. CONFLICT_PERCENT of the requirements cap the version from above,
which makes a resolver backtrack. The wheels are tiny but real: mkindex.py serves them, and they install.
"""
import base64
import hashlib
import pathlib
import random
import sys
import zipfile


def version_text(number):
    return f"{number // 50}.{number % 50}.0"


def requirement(package, version, conflict_percent, chance):
    if chance.randrange(100) < conflict_percent:
        return f"pk{package:05d}<={version_text(max(1, version - chance.randrange(1, 5)))}"
    return f"pk{package:05d}>=0.1.0"


def write_wheel(directory, name, version, requirements):
    dist_info = f"{name}-{version}.dist-info"
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", "Requires-Python: >=3.8"]
    metadata += [f"Requires-Dist: {text}" for text in requirements]
    files = {
        f"{name}/__init__.py": f'__version__="{version}"\n',
        f"{dist_info}/METADATA": "\n".join(metadata) + "\n\n",
        f"{dist_info}/WHEEL": "Wheel-Version: 1.0\nGenerator: universe\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = ""
    with zipfile.ZipFile(directory / f"{name}-{version}-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            record += f"{path},sha256={digest},{len(text)}\n"
            archive.writestr(path, text)
        archive.writestr(f"{dist_info}/RECORD", record + f"{dist_info}/RECORD,,\n")


def make_universe(directory, packages, versions, requirement_count, seed, conflict_percent=0):
    chance = random.Random(seed)
    directory.mkdir(parents=True, exist_ok=True)
    for package in range(packages):
        later = range(package + 1, packages)
        required = chance.sample(later, min(requirement_count, len(later)))
        for version in range(1, versions + 1):
            requirements = [requirement(other, version, conflict_percent, chance) for other in required]
            write_wheel(directory, f"pk{package:05d}", version_text(version), requirements)


if __name__ == "__main__":
    if len(sys.argv) not in (6, 7):
        sys.exit(__doc__)
    make_universe(pathlib.Path(sys.argv[1]), *map(int, sys.argv[2:]))
