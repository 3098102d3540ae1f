"""`uv cache`: where it is, what clean and prune print and leave behind. What a store holds differs by design, so counts
of files are hidden."""
from case import Case

# Counts of files are those of each tool's own layout.
COUNT = "2>&1 | sed -E 's/Removed [0-9]+ (files|file|director.*)( \\(.*\\))?(: .*)?/Removed N/'"

# The command is a preview in uv, which says so each time.
SIZE = {"UV_PREVIEW_FEATURES": "cache-size"}

CASES = [
    Case("dir", "uv cache dir"),
    Case("dir-option", "uv cache dir --cache-dir c"),
    Case("dir-default", "uv cache dir", {}, {"UV_CACHE_DIR": None}),
    Case("dir-xdg", "XDG_CACHE_HOME=$BASE/xdg uv cache dir", {}, {"UV_CACHE_DIR": None}),
    Case("dir-relative", "UV_CACHE_DIR=c uv cache dir"),
    Case("dir-configuration", "uv cache dir", {"uv.toml": 'cache-dir = "conf"\n'}, {"UV_CACHE_DIR": None}),
    Case("dir-creates-nothing", "uv cache dir; ls -A $BASE"),
    Case("clean-missing", "uv --cache-dir c cache clean 2>&1"),
    Case("clean-missing-package", "uv --cache-dir c cache clean nosuch 2>&1"),
    Case("clean-empty", "mkdir c; uv --cache-dir c cache clean >/dev/null 2>&1; ls"),
    Case("clean-filled", "uvx -q hello; uv cache clean >/dev/null 2>&1; echo $?; ls -A $BASE | grep -v -e probed -e home"),
    Case("clean-then-run", "uvx -q hello; uv cache clean >/dev/null 2>&1; uvx -q hello"),
    Case("clean-package", f"uvx -q hello; uv cache clean greeting {COUNT}"),
    Case("clean-packages", f"uvx -q hello; uv cache clean greeting hello {COUNT}"),
    Case("clean-package-normalised", f"uvx -q --from mixed-case-name python -c 1; uv cache clean Mixed.Case_Name {COUNT}"),
    Case("clean-package-unknown", "uvx -q hello; uv cache clean nosuch 2>&1"),
    Case("clean-package-malformed", "uv cache clean '-x y'"),
    Case("clean-package-then-offline", "uvx -q hello; uv cache clean -q hello; uvx -q --offline --from 'hello<2' hello; echo $?"),
    Case("clean-alias", "mkdir c; uv --cache-dir c cache clear >/dev/null 2>&1; echo $?; mkdir c 2>/dev/null; uv --cache-dir c clean >/dev/null 2>&1; echo $?; ls"),
    Case("clean-force", "uvx -q hello; uv cache clean --force >/dev/null 2>&1; echo $?"),
    Case("clean-quiet", "uvx -q hello; uv cache clean -q 2>&1"),
    Case("clean-is-a-file", "uv --cache-dir f cache clean", {"f": "x"}),
    Case("clean-other-files", "mkdir -p c/other; touch c/other/x; uv --cache-dir c cache clean >/dev/null 2>&1; ls"),
    Case("clean-outside-link", "mkdir -p c/x out; touch out/keep; ln -s $PWD/out c/x/link; uv --cache-dir c cache clean >/dev/null 2>&1; ls out"),
    Case("prune-is-a-file", "uv --cache-dir f cache prune", {"f": "x"}),
    Case("prune-missing", "uv --cache-dir c cache prune 2>&1"),
    Case("prune-fresh", "uv run -q --with hello hello; uv cache prune >/dev/null 2>&1; echo $?; uv run -q --offline --with hello hello"),
    Case("prune-empty", "mkdir c; uv --cache-dir c cache prune 2>&1; ls -A c | grep -c ."),
    Case("prune-twice", "uvx -q hello; uv -q cache prune; uv cache prune 2>&1"),
    Case("prune-then-run", "uvx -q hello; uv -q cache prune; uvx -q --offline hello"),
    Case("prune-foreign-directory", f"uv -q cache prune; uvx -q hello; mkdir $BASE/cache/simple-v4; uv -q cache prune; ls $BASE/cache | grep -c simple-v4$"),
    Case("prune-ci", "uvx -q hello; uv -q cache prune --ci; echo $?; uvx -q hello"),
    Case("prune-ci-then-offline", "uvx -q hello; uv -q cache prune --ci; uvx -q --offline hello"),
    Case("prune-force", "uvx -q hello; uv -q cache prune --force; echo $?"),
    Case("prune-quiet", "uvx -q hello; uv -q cache prune 2>&1"),
    Case("size-missing", "uv --cache-dir c cache size", {}, SIZE),
    Case("size-missing-human", "uv --cache-dir c cache size --human", {}, SIZE),
    Case("size-short-human", "uv --cache-dir c cache size -H", {}, SIZE),
    Case("size-format-human", "uv --cache-dir c cache size --output-format human", {}, SIZE),
    Case("size-format-machine", "uv --cache-dir c cache size --output-format machine", {}, SIZE),
    Case("size-format-auto", "uv --cache-dir c cache size --output-format auto", {}, SIZE),
    Case("size-conflict", "uv --cache-dir c cache size --human --output-format machine", {}, SIZE),
    Case("size-preview", "uv --cache-dir c --preview cache size", {}, SIZE),
    Case("size-filled", "uvx -q hello; test $(uv cache size) -gt 1000; echo $?", {}, SIZE),
    Case("size-format-unknown", "uv cache size --output-format xml", {}, SIZE),
    Case("cache-is-a-file", "uv --cache-dir f run --with hello hello", {"f": "x"}),
    Case("no-cache-dir", "uv cache dir --no-cache | grep -c tmp"),
]
