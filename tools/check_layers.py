#!/usr/bin/env python3
"""What the build cannot see of the layers: includes with `..`, cycles between the files of one layer, headers that may
not be used (<regex>, <iostream>, <filesystem>), `throw`, third-party headers in headers of ours, output and getenv
below cli, and layers missing from docs/architecture.md. There is no list of exceptions."""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src"
FORBIDDEN = {"regex", "iostream", "filesystem", "experimental/filesystem"}
THIRD_PARTY = re.compile(r"^(rapidjson|curl|openssl|archive|zlib|zstd|libdeflate|xxhash)")
# POSIX has a function called index.
NAMESPACES = {"index": "package_index"}
# Only cli talks to people and reads the environment; base/process.cpp hands the environment over.
TALK = re.compile(r"\b(printf|puts|std::cout|std::cerr|getenv|secure_getenv|std::exit|::exit)\s*\(")
TALK_ALLOWED = {"base/check.cpp"}


def without_comments(text):
    return re.sub(r'//[^\n]*|/\*.*?\*/|R"\w*\(.*?\)\w*"|"(?:[^"\\\n]|\\.)*"', lambda m: m.group(0) if m.group(0).startswith('"') else "", text, flags=re.S)


def without_strings(text):
    return re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)


def cycles(graph):
    """The names of files that include each other in a circle."""
    state, found = {}, []

    def visit(node, trail):
        state[node] = "open"
        for target in graph.get(node, ()):
            if state.get(target) == "open":
                found.append(" -> ".join(trail[trail.index(target):] + [target]) if target in trail else f"{node} -> {target}")
            elif target not in state:
                visit(target, trail + [target])
        state[node] = "done"

    for node in graph:
        if node not in state:
            visit(node, [node])
    return found


def main():
    problems, graph = [], collections.defaultdict(set)
    for path in sorted(SOURCE.glob("*/*.*")):
        name = str(path.relative_to(SOURCE))
        text = without_comments(path.read_text())
        code = without_strings(text)
        for match in re.finditer(r'^\s*#include\s+(["<])([^">]+)[">]', text, re.M):
            kind, header = match.groups()
            if ".." in header:
                problems.append(f"{name}: includes {header} by a relative path")
            if kind == "<" and header in FORBIDDEN:
                problems.append(f"{name}: uses <{header}>")
            if kind == "<" and THIRD_PARTY.match(header) and path.suffix == ".h":
                problems.append(f"{name}: a header of ours includes <{header}>")
            if kind == '"' and path.suffix == ".h":
                graph[name].add(header)
        if re.search(r"\bthrow\b", code):
            problems.append(f"{name}: throws")
        below_cli = not name.startswith("cli/") and not name.endswith("_test.cpp") and name not in TALK_ALLOWED
        if below_cli and TALK.search(code):
            problems.append(f"{name}: prints, exits or reads the environment")
        if not name.endswith("_test.cpp") and path.suffix == ".cpp" and not re.search(r"namespace\s+%s\b" % NAMESPACES.get(path.parent.name, path.parent.name), code) and path.name != "main.cpp":
            problems.append(f"{name}: is not in namespace {path.parent.name}")
    problems += [f"headers in a circle: {circle}" for circle in cycles(graph)]
    page = (ROOT / "docs" / "architecture.md").read_text()
    for layer in sorted(p.name for p in SOURCE.iterdir() if any(p.glob("*.cpp"))):
        if f"**{layer}**" not in page:
            problems.append(f"docs/architecture.md: the layer {layer} is not in the table")
    print("\n".join(problems) or "layers: all rules hold")
    return bool(problems)


sys.exit(main())
