#!/usr/bin/env bash
# The main job, for real: programs from PyPI, run from environments in a store that is cleaned while they run.
# usage: quickstart.sh BUILD_DIRECTORY
set -euo pipefail
bin=$(cd "$1" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/adder-quickstart.XXXXXX")
server=
finish() { [ -n "$server" ] && kill "$server" 2>/dev/null; rm -rf "$work"; }
trap finish EXIT
export PATH="$bin:$PATH" UV_CACHE_DIR="$work/cache"
cd "$work"

show() { printf '\n\033[1m$ %s\033[0m\n' "$*"; }
run() { show "$*"; "$@"; }

run adderx pycowsay "hello from a leased store"
run adderx ruff --version
run adderx --with rich python -c 'import rich; rich.print("[green]rich[/green] came along")'

cat > server.py <<'PY'
# /// script
# requires-python = ">=3.9"
# dependencies = ["flask"]
# ///
import flask
app = flask.Flask(__name__)
@app.get("/")
def index():
    import flask.json.tag, colorsys                 # imported late: the files must still be there
    return "still here, from " + flask.__file__ + "\n"
app.run(port=PORT)
PY
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])' 2>/dev/null || echo 50123)
sed -i "s/PORT/$port/" server.py
show "adder run server.py &"
adder run server.py >server.log 2>&1 &
server=$!
ask() { adderx -q python -c "import urllib.request as u; print(u.urlopen('http://127.0.0.1:$port/', timeout=5).read().decode(), end='')" 2>/dev/null; }
for _ in $(seq 100); do ask >/dev/null && break; sleep 0.2; done
run adder cache ls
run adder cache clean
show "the server, after the store was cleaned:"
ask
kill "$server"; wait "$server" 2>/dev/null || true; server=
run adder cache clean
run adder cache size --human
printf '\nAll of it worked. Binary: %s\n' "$bin/adder"
