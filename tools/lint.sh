#!/usr/bin/env bash
# clang-tidy 19 over the files given, or over all sources, against the dev build's compile commands.
# g++'s precompiled header means nothing to clang: its flags are dropped from a copy of the commands.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build/lint
python3 - <<'P'
import json, re
commands = json.load(open("build/dev/compile_commands.json"))
for entry in commands:
    entry["command"] = re.sub(r"-Winvalid-pch|-include \S*cmake_pch\S*|-x c\+\+-header", "", entry["command"])
    entry["command"] = entry["command"].replace("ccache ", "", 1).replace("-fno-plt", "")
    entry["command"] += " --gcc-install-dir=/usr/lib/gcc/x86_64-linux-gnu/12 -Wno-unknown-warning-option -Wno-deprecated-declarations"
json.dump([e for e in commands if "cmake_pch" not in e["file"]], open("build/lint/compile_commands.json", "w"))
P
if [ $# -eq 0 ]; then
    mapfile -t files < <(git ls-files 'src/*.cpp' | grep -v '_test.cpp$')
else
    files=("$@")
fi
printf '%s\n' "${files[@]}" | xargs -P "$(nproc)" -n 4 clang-tidy-19 -p build/lint --quiet --warnings-as-errors='*' 2>/dev/null
echo "lint: ${#files[@]} files, nothing to say"
