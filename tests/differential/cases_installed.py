"""Tools that the real uv installed, in both worlds: when `uv tool run` takes them."""
import dataclasses

from case import Case

# The reference keeps its cache to itself: what is installed must not be known to ours from there.
INSTALL = 'install() { UV_CACHE_DIR="$BASE/reference" "$REFERENCE" tool install -q --force "$@" 2>/dev/null; }\n'
HELLO = "install hello==1.0.0; "
# Says whether it runs in the tool's own environment.
WHERE = "python -c 'import sys; print(sys.prefix)'"
USER = 'mkdir -p "$HOME/.config/uv"; cp uv.toml "$HOME/.config/uv/uv.toml"; '
FILES = {"old.txt": "greeting<2\n", "new.txt": "greeting>=2\n", "one.txt": "hello==1.0.0\n", "absent.txt": "nosuch-zz<1\n",
         "elsewhere.txt": "greeting<2 ; sys_platform == 'win32'\n", "library.txt": "quiet-lib\n"}


def taken(name, *arguments, install="hello==1.0.0", package="hello", **details):
    """One run of `package` from what was installed with `install`."""
    run = " ".join([*arguments, "--from", f"'{package}'"])
    return Case(name, f"install {install}; uvx {run} {WHERE}", **details)


# Some options make uv warn that they are experimental; `-q` leaves that out.
def options(name, *arguments, files=(), **details):
    """Installed with options: taken with the same ones, and not without."""
    text = " ".join(arguments)
    return Case(f"option-{name}", f"install hello==1.0.0 {text}; uvx {text} --from hello {WHERE}; uvx --from hello {WHERE}", dict(files), **details)


def settings(name, text, *arguments, **details):
    """The same with a configuration file of the user."""
    words = " ".join(arguments)
    return Case(f"settings-{name}", f"{USER}install hello==1.0.0 {words}; uvx {words} --from hello {WHERE}; uvx --no-config {words} --from hello {WHERE}",
                {"uv.toml": text, "links/x": ""}, **details)


REQUESTS = [
    Case("name", HELLO + "uvx hello a; uv tool run hello b; uvx hello-again"),
    taken("upper-case", package="Hello"),
    *(taken(f"package-{number}", package=text) for number, text in enumerate(
        ["hello==1.0.0", "hello>=1", "hello<2", "hello>1", "hello@1.0.0", "hello@1.1.0", "hello[none]", "hello==1.0.0; python_version<\"3\"", "hello@latest", "greeting"])),
    taken("isolated", "--isolated"),
    taken("isolated-variable", variables={"UV_ISOLATED": "1"}),
    *(taken(f"with-{number}", "--with", f"'{text}'") for number, text in enumerate(
        ["greeting", "greeting<2", "quiet-lib", "hello==1.0.0", "hello>1", "nosuch-zz; python_version<\"3\""])),
    taken("with-installed", "--with quiet-lib", install="hello==1.0.0 --with quiet-lib"),
    taken("with-extra", "--with 'extra-lib[more]'", install="hello==1.0.0 --with 'extra-lib[more]'"),
    taken("with-missing-extra", "--with 'extra-lib[more]'", install="hello==1.0.0 --with extra-lib"),
    taken("with-unknown-extra", "--with 'extra-lib[none]'", install="hello==1.0.0 --with extra-lib"),
    taken("with-requirements", "--with-requirements library.txt", files=FILES),
    taken("with-requirements-installed", "--with-requirements library.txt", install="hello==1.0.0 --with quiet-lib", files=FILES),
    *(taken(f"constraint-{name}", f"-c {name}.txt", files=FILES) for name in ("old", "new", "absent", "elsewhere")),
    *(taken(f"override-{name}", f"--overrides {name}.txt", files=FILES) for name in ("old", "new", "absent", "elsewhere")),
    taken("override-of-tool", "--overrides one.txt", package="hello>=2", files=FILES),
    taken("build-constraint", "-b old.txt", files=FILES),
    taken("installed-with-constraint", install="hello==1.0.0 -c new.txt", files=FILES),
    taken("pre-release", install="hello==3.0.0a1"),
    taken("pre-release-range", install="hello==3.0.0a1", package="hello>=1"),
    taken("yanked", install="hello==2.5.0"),
    *(taken(option.strip("-"), option) for option in ("--upgrade", "--reinstall", "--refresh", "--offline", "--no-cache")),
    taken("upgrade-package", "--upgrade-package hello"),
    taken("url", install="$INDEX/files/exits-1.0-py3-none-any.whl", package="exits"),
    Case("url-same", f"install $INDEX/files/exits-1.0-py3-none-any.whl; uvx --from $INDEX/files/exits-1.0-py3-none-any.whl {WHERE}"),
    Case("url-other", f"install $INDEX/files/exits-1.0-py3-none-any.whl; uvx --from $INDEX/nometa/files/exits-1.0-py3-none-any.whl {WHERE}"),
    Case("url-of-indexed", f"install exits; uvx --from $INDEX/files/exits-1.0-py3-none-any.whl {WHERE}"),
    Case("path", f"curl -sO $INDEX/files/exits-1.0-py3-none-any.whl; install ./*.whl; uvx --from ./exits-1.0-py3-none-any.whl {WHERE}; rm *.whl"),
    Case("path-touched", f"curl -sO $INDEX/files/exits-1.0-py3-none-any.whl; install ./*.whl; touch *.whl; uvx --from ./exits-1.0-py3-none-any.whl {WHERE}; rm *.whl"),
    taken("python-itself", package="python"),
]

PROGRAMS = [
    Case("program-missing", HELLO + "uvx --from hello goodbye"),
    Case("program-none", "install front 2>&1; uvx front"),
    Case("program-of-dependency", "install lazy-server --with hello; uvx --from lazy-server hello"),
    Case("program-exit-code", "install exits; uvx exits 3"),
    Case("program-probe", HELLO + "uvx --from hello python $PROBE a"),
    Case("program-environment", HELLO + "uvx --from hello sh -c 'echo ${PATH%%:*} $VIRTUAL_ENV'"),
    Case("list", HELLO + "install exits; uvx; uv tool run"),
    Case("latest-leaves-alone", HELLO + "uvx hello@latest; uvx hello"),
]

CHANGED = [
    Case("dependency-gone", HELLO + f"$REFERENCE pip uninstall -q -p $HOME/.local/share/uv/tools/hello greeting; uvx --from hello {WHERE}"),
    Case("dependency-other", HELLO + f"$REFERENCE pip install -q -p $HOME/.local/share/uv/tools/hello greeting==1.0; uvx --from hello {WHERE}"),
    Case("tool-other", HELLO + f"$REFERENCE pip install -q -p $HOME/.local/share/uv/tools/hello hello==1.1.0; uvx --from hello {WHERE}; uvx --from hello==1.0.0 {WHERE}"),
    Case("tool-gone", HELLO + f"$REFERENCE pip uninstall -q -p $HOME/.local/share/uv/tools/hello hello; uvx --from hello {WHERE}"),
    Case("receipt-gone", HELLO + f"rm $HOME/.local/share/uv/tools/hello/uv-receipt.toml; uvx --from hello {WHERE}; uvx"),
    Case("receipt-cut", HELLO + f"echo '[tool' > $HOME/.local/share/uv/tools/hello/uv-receipt.toml; uvx --from hello {WHERE}; uvx"),
    Case("receipt-empty", HELLO + f": > $HOME/.local/share/uv/tools/hello/uv-receipt.toml; uvx --from hello {WHERE}; uvx"),
    Case("uninstalled", HELLO + f"uvx --from hello {WHERE}; $REFERENCE tool uninstall -q hello; uvx --from hello {WHERE}"),
    Case("installed-after-run", f"uvx --from hello {WHERE}; uvx --from hello {WHERE}; install hello==1.0.0; uvx --from hello {WHERE}"),
    Case("upgraded", HELLO + f"uvx hello; install hello==1.1.0; uvx hello"),
    Case("directory-variable", HELLO + f"UV_TOOL_DIR=$PWD/none uvx --from hello {WHERE}; rm -rf none", variables={"UV_TOOL_DIR": ""}),
    Case("directory-relative", f"export UV_TOOL_DIR=tools; install hello==1.0.0; uvx --from hello {WHERE}; rm -r tools"),
    Case("directory-data-home", f"export XDG_DATA_HOME=$BASE/data; install hello==1.0.0; uvx --from hello {WHERE}"),
    Case("directory-data-home-relative", f"export XDG_DATA_HOME=data; install hello==1.0.0; uvx --from hello {WHERE}; uv tool dir"),
]

OPTIONS = [
    options("default-index", "--default-index $INDEX/html/simple/"),
    options("index-url", "--index-url $INDEX/simple"),
    options("index", "--index $INDEX/html/simple/"),
    options("index-named", "--index foo=$INDEX/html/simple/", "--index $INDEX/simple"),
    options("index-path", "--index ./links", files={"links/x": ""}),
    options("extra-index-url", "--extra-index-url $INDEX/html/simple/"),
    options("find-links", "--find-links ./links --find-links /tmp", files={"links/x": ""}),
    options("no-index", "--no-index --find-links $INDEX/simple/hello/ --find-links $INDEX/simple/greeting/"),
    options("index-strategy", "--index-strategy unsafe-best-match"),
    options("index-strategy-alias", "--index-strategy unsafe-any-match"),
    options("keyring-provider", "--keyring-provider subprocess"),
    options("resolution", "--resolution lowest"),
    options("resolution-default", "--resolution highest"),
    options("fork-strategy", "--fork-strategy fewest"),
    options("prerelease", "--prerelease allow"),
    options("pre", "--pre"),
    options("prerelease-package", "--prerelease-package Foo_Bar=allow"),
    options("exclude-newer", "--exclude-newer 2029-01-01"),
    options("exclude-newer-time", "--exclude-newer 2029-01-01T02:00:00+02:00"),
    options("exclude-newer-span", "--exclude-newer '3 weeks'"),
    options("exclude-newer-package", "--exclude-newer-package Foo_Bar=2029-01-01 --exclude-newer-package hello=false"),
    options("exclude-newer-package-span", "--exclude-newer-package 'hello=3 days'"),
    options("link-mode", "--link-mode copy"),
    options("link-mode-alias", "--link-mode reflink"),
    options("compile-bytecode", "--compile-bytecode"),
    options("no-compile-bytecode", "--no-compile-bytecode"),
    options("no-build", "--no-build --no-build-package Foo_Bar"),
    options("no-binary-package", "--no-binary-package Foo_Bar"),
    options("no-build-isolation", "--no-build-isolation"),
    options("no-build-isolation-package", "--no-build-isolation-package Foo_Bar"),
    options("config-settings", "-C a=b -C a=c -C d=e"),
    options("config-settings-package", "--config-settings-package Foo_Bar:a=b"),
    options("no-sources", "--no-sources"),
    options("no-sources-package", "--no-sources-package Foo_Bar"),
    options("require-build-hashes", "-q --require-build-hashes"),
    options("no-require-build-hashes", "--no-require-build-hashes"),
    options("python-platform", "--python-platform linux"),
    options("torch-backend", "-q --torch-backend cpu"),
    Case("option-other-span", f"install hello==1.0.0 --exclude-newer '3 weeks'; uvx --exclude-newer P3W --from hello {WHERE}; uvx --exclude-newer '21 days' --from hello {WHERE}"),
    Case("option-other-spelling", f"install hello==1.0.0 --pre; uvx --prerelease allow --from hello {WHERE}"),
    Case("option-empty", f"install hello==1.0.0 --index '' --extra-index-url ''; uvx --extra-index-url '' --from hello {WHERE}; uvx --from hello {WHERE}"),
    Case("option-variables", f"export UV_NO_BUILD=1 UV_FIND_LINKS=./links,/tmp UV_INDEX=\"a=$INDEX/simple $INDEX/html/simple\" UV_COMPILE_BYTECODE=0; install hello==1.0.0; uvx --from hello {WHERE}; "
         f"unset UV_NO_BUILD; uvx --from hello {WHERE}", {"links/x": ""}),
    Case("option-credentials", f"export UV_DEFAULT_INDEX=http://user:secret@${{INDEX#http://}}/auth/simple/; install hello==1.0.0; uvx --from hello {WHERE}"),
]

SETTINGS = [
    settings("many", """
index-url = "[INDEX]/nometa/simple"
extra-index-url = ["[INDEX]/html/simple"]
find-links = ["./links"]
index-strategy = "unsafe-any-match"
keyring-provider = "disabled"
resolution = "lowest-direct"
prerelease = "if-necessary-or-explicit"
prerelease-package = { Foo_Bar = "allow" }
link-mode = "reflink"
compile-bytecode = false
no-sources = false
no-build = false
no-binary = false
no-index = false
upgrade = true
no-build-package = ["Foo_Bar"]
no-sources-package = ["z"]
no-build-isolation = true
config-settings = { a = ["b", "c"], d = "e", f = ["g"] }
config-settings-package = { foo = { a = ["b"] }, bar = { x = "y" } }
extra-build-dependencies = { foo = ["bar<2", { requirement = "x>1", match-runtime = true }] }
extra-build-variables = { foo = { A = "b" } }
dependency-metadata = [{ name = "foo", version = "1", requires-dist = ["b"] }]
require-build-hashes = true
exclude-newer = false
exclude-newer-package = { greeting = false, Foo_Bar = "2029-01-01" }
""", "-q"),
    settings("empty-lists", "find-links = []\nno-build-package = []\nextra-index-url = []\n"),
    settings("indexes", """
[[index]]
name = "b"
url = "[INDEX]/html/simple/"
explicit = true
ignore-error-codes = [401]
cache-control = { api = "max-age=1", files = "max-age=2" }
authenticate = "always"
[[index]]
url = "[INDEX]/nometa/simple"
default = true
publish-url = "http://x/"
exclude-newer = "2029-01-01"
"""),
    settings("and-options", """
no-build-isolation-package = ["b"]
no-build = true
config-settings = { a = ["b", "c"], d = "e" }
find-links = ["./links"]
extra-index-url = ["[INDEX]/html/simple"]
exclude-newer-package = { greeting = false }
prerelease-package = { hello = "allow" }
resolution = "lowest"
[[index]]
url = "[INDEX]/nometa/simple"
""", "-C a=z -C q=1", "--no-build-isolation-package c", "--find-links /tmp", "--prerelease-package x=allow", "--extra-index-url $INDEX/x/simple",
             "--exclude-newer-package z=2029-01-01", "--build", "--index $INDEX/html/simple", "--resolution highest"),
    settings("isolation-off", "no-build-isolation = false\n"),
    # Settings of projects, which say nothing about tools.
    *(settings(key, f'{key}-dependencies = ["greeting<2"]\n') for key in ("constraint", "override", "build-constraint")),
    settings("exclude", 'exclude-dependencies = ["greeting"]\n'),
]

PYTHONS = [
    taken(f"python-{number}", "-p", text, install="-p 3.10 hello==1.0.0", needs=("3.10", "3.11"), all_pythons=True)
    for number, text in enumerate(["3.10", "3.11", "310", "3", "'>=3.8'", "'>=3.11'", "python3.10", "python3.11", "python", "python3", "cpython", "cpython@3.10", "cpython-3.10-linux", "any", "default",
                                   "$PY310", "$PY311", "$HOME/.local/share/uv/tools/hello/bin/python", "$HOME/.local/share/uv/tools/hello"])
] + [
    taken("python-unasked", install="-p 3.10 hello==1.0.0", needs=("3.10",), all_pythons=True),
    taken("python-variable", install="-p 3.10 hello==1.0.0", variables={"UV_PYTHON": "3.10"}, needs=("3.10",), all_pythons=True),
    Case("python-pin", f"install -p 3.10 hello==1.0.0; mkdir -p $HOME/.config/uv; for v in 3.10 3.11; do echo $v > $HOME/.config/uv/.python-version; uvx --from hello {WHERE}; done",
         needs=("3.10", "3.11"), all_pythons=True),
    Case("python-pin-of-directory", f"install -p 3.10 hello==1.0.0; uvx --from hello {WHERE}", {".python-version": "3.11\n"}, needs=("3.10", "3.11"), all_pythons=True),
    taken("python-missing", "-p 3.99"),
]

CASES = [dataclasses.replace(case, script=INSTALL + case.script) for case in REQUESTS + PROGRAMS + CHANGED + OPTIONS + SETTINGS + PYTHONS]
