#!/usr/bin/env python3
"""Limits of size: a file 600 lines, a function 80 lines and 5 parameters, a line 120 columns. Functions are found by
their braces at the depth of namespaces and classes; tests may have longer files, not longer functions."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FILE_LINES, FUNCTION_LINES, PARAMETERS, COLUMNS = 600, 80, 5, 120
NOT_A_FUNCTION = re.compile(r"\b(namespace|class|struct|enum|union|extern)\b[^()]*$")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group(0))


def stripped(text):
    text = re.sub(r'R"(\w*)\(.*?\)\1"', blank, text, flags=re.S)
    text = re.sub(r'//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.){1,4}\'', blank, text, flags=re.S)
    return re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", blank, text, flags=re.M)


def top_level_commas(text):
    depth = count = 0
    for c in text:
        depth += c in "(<[{"
        depth -= c in ")>]}"
        count += c == "," and depth == 0
    return count


def functions(text):
    """(first line, last line, head) of every function body that is not inside another one."""
    stack, head_start, i = [], 0, 0
    for i, c in enumerate(text):
        if c == "{":
            head = text[head_start:i]
            inside = any(kind == "function" for kind, *_ in stack)
            is_function = not inside and "(" in head and not NOT_A_FUNCTION.search(head) and not re.search(r"=\s*$", head)
            stack.append(("function" if is_function else "other", head.strip(), text.count("\n", 0, i) + 1))
            head_start = i + 1
        elif c == "}":
            if stack:
                kind, head, line = stack.pop()
                if kind == "function":
                    yield line, text.count("\n", 0, i) + 1, head
            head_start = i + 1
        elif c == ";":
            head_start = i + 1


def parameters(head):
    match = re.search(r"(\w+|operator\S+)\s*\(", head)
    if not match:
        return 0
    depth, start = 0, match.end()
    for i in range(start - 1, len(head)):
        depth += head[i] == "("
        depth -= head[i] == ")"
        if depth == 0:
            inner = head[start:i].strip()
            return top_level_commas(inner) + 1 if inner else 0
    return 0


def main():
    problems = []
    for folder in ("src", "fuzz", "bench", "tests"):
        for path in sorted((ROOT / folder).rglob("*.*")):
            if path.suffix not in (".cpp", ".h"):
                continue
            name, raw = path.relative_to(ROOT), path.read_text()
            lines = raw.count("\n")
            if lines > FILE_LINES:
                problems.append(f"{name}: {lines} lines (limit {FILE_LINES})")
            for number, line in enumerate(raw.split("\n"), 1):
                if len(line) > COLUMNS:
                    problems.append(f"{name}:{number}: {len(line)} columns (limit {COLUMNS})")
            for first, last, head in functions(stripped(raw)):
                if last - first + 1 > FUNCTION_LINES:
                    problems.append(f"{name}:{first}: a function of {last - first + 1} lines (limit {FUNCTION_LINES})")
                if parameters(head) > PARAMETERS:
                    problems.append(f"{name}:{first}: {parameters(head)} parameters (limit {PARAMETERS})")
    print("\n".join(problems) or "sizes: all limits hold")
    return bool(problems)


sys.exit(main())
