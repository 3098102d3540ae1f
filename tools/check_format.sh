#!/usr/bin/env bash
# Every source is as clang-format 19 would write it; formatting is checked, never discussed.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files --cached --others --exclude-standard 'src/*.cpp' 'src/*.h' 'fuzz/*.cpp' 'bench/*.cpp' 'tests/*.cpp' 'tests/*.h' |
    xargs clang-format-19 --dry-run --Werror
echo "format: nothing to change"
