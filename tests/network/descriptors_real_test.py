#!/usr/bin/env python3
"""Real servers and daemons that drop the descriptor of their lease, from PyPI: tests/store/descriptors_test.py in the wild.
Not part of `./dev test`: it needs the network and ten megabytes.

usage: descriptors_real_test.py --bin PATH        (or: ctest --preset dev -L network)

Each is started by adder, its first process is killed, and the store is cleaned; then a request makes what is left import
something for the first time. With the hook that works for all of them, whoever cleans. Without it there is only the look into
/proc for those that closed the descriptor; a celery that has setproctitle shows nothing there but an extension module that happens
to be mapped.
"""
import contextlib
import http.client
import os
import pathlib
import socket
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "store"))
import sandbox  # noqa: E402
import wheels  # noqa: E402
from descriptors_test import BLIND, BLIND_WORKS, is_leased, traces_of  # noqa: E402
from sandbox import eventually, kill_hard, processes  # noqa: E402

INDEX = os.environ.get("UV_DEFAULT_INDEX", "https://pypi.org/simple/")
# `late` is a package of the environment that nothing has imported before the request.
WSGI = '''
def app(environ, start_response):
    import late_package
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [late_package.VALUE]
'''
ASGI = '''
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    import late_package
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": late_package.VALUE})
'''
TASKS = '''
import os, sys
from celery import Celery
HERE = os.path.dirname(os.path.abspath(__file__))
app = Celery("tasks", broker="filesystem://")
folder = os.path.join(HERE, "queue")
os.makedirs(folder, exist_ok=True)
app.conf.broker_transport_options = {"data_folder_in": folder, "data_folder_out": folder, "processed_folder": folder}

@app.task
def answer(path):
    import late_package
    with open(path + ".tmp", "wb") as file:
        file.write(late_package.VALUE)
    os.rename(path + ".tmp", path)

if __name__ == "__main__":
    answer.delay(sys.argv[1])
'''
DAEMON = '''
import http.server, sys
import daemon

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        import late_package
        self.send_response(200)
        self.end_headers()
        self.wfile.write(late_package.VALUE)

with daemon.DaemonContext():
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
'''


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ask(port):
    try:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().read()
    except OSError:
        return b""


def listens(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def directory_of(pid):
    try:
        return os.readlink(f"/proc/{pid}/cwd")
    except OSError:
        return ""


class WithHook(unittest.TestCase):
    hook = "1"
    cleaner = BLIND if BLIND_WORKS else ()

    def setUp(self):
        self.box = sandbox.Sandbox(self.binary, "", self.interpreter)
        self.addCleanup(self.box.close)
        self.addCleanup(self.kill_all)
        self.box.environment.update({"UV_DEFAULT_INDEX": INDEX, "UV_HTTP_TIMEOUT": "60", "UV_LINK_MODE": "copy"})
        for name, text in (("wsgi.py", WSGI), ("asgi.py", ASGI), ("tasks.py", TASKS), ("own_daemon.py", DAEMON)):
            (self.box.work / name).write_text(text)
        name, data = wheels.wheel("late-package", "1.0", files={"late_package.py": 'VALUE = b"late"\n'})
        (self.box.work / name).write_bytes(data)
        self.late = f"./{name}"

    def users(self):
        """Every process that shows a body or works in the directory of this test."""
        bodies = [body.name for body in self.box.bodies()]
        return [pid for pid in processes() if any(traces_of(pid, name) for name in bodies) or directory_of(pid).startswith(str(self.box.base))]

    def kill_all(self):
        for pid in self.users():
            kill_hard(pid)

    def start(self, requirements, *command):
        options = [word for requirement in (*requirements, self.late) for word in ("--with", requirement)]
        environment = {**self.box.environment, "ADDER_LEASE_HOOK": self.hook}
        self.main = subprocess.Popen([self.box.binary, "run", *options, *map(str, command)], cwd=self.box.work, env=environment, stdin=subprocess.DEVNULL,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.main.stderr.close)
        self.addCleanup(self.main.wait)
        self.addCleanup(kill_hard, self.main.pid)

    def clean_without_main(self):
        """The environment, after the death of its first process and a clean."""
        kill_hard(self.main.pid)
        self.main.wait()
        body = self.box.bodies()[-1]
        here = self.users()
        shows = sorted({trace for pid in here for trace in traces_of(pid, body.name)})
        self.leased = is_leased(body)
        print(f"{len(here)} left, shown in {' '.join(shows) or 'nothing'}, lease {'held' if self.leased else 'lost'}", end=" ... ", flush=True)
        self.assertTrue(here, "nobody is left")
        self.box.collect("clean", prefix=self.cleaner)
        return body

    def main_dies(self, inherited):
        body = self.clean_without_main()
        self.assertEqual(self.leased, self.hook == "1" or inherited)
        self.assertTrue((body / "pyvenv.cfg").exists())

    def serve(self, requirements, *command):
        port = free_port()
        self.start(requirements, *(word.replace("PORT", str(port)) for word in command))
        # Not by a request, which would import everything.
        eventually(lambda: listens(port) or (self.main.poll() not in (None, 0) and self.fail(self.main.stderr.read())), f"{command[0]} listens")
        return port

    def check(self, requirements, *command, inherited=False):
        port = self.serve(requirements, *command)
        self.main_dies(inherited)
        eventually(lambda: ask(port) == b"late", f"{' '.join(command)} answers")

    def test_uvicorn_workers(self):
        self.check(["uvicorn"], "uvicorn", "asgi:app", "--port", "PORT", "--workers", "2")

    def test_uvicorn_reload(self):
        self.check(["uvicorn"], "uvicorn", "asgi:app", "--port", "PORT", "--reload")

    def test_gunicorn_daemon(self):
        self.check(["gunicorn"], "gunicorn", "wsgi:app", "--bind", "127.0.0.1:PORT", "--workers", "2", "--daemon", inherited=True)

    def test_gunicorn_daemon_with_setproctitle(self):
        self.check(["gunicorn", "setproctitle"], "gunicorn", "wsgi:app", "--bind", "127.0.0.1:PORT", "--daemon", inherited=True)

    def test_python_daemon(self):
        self.check(["python-daemon"], "python", "own_daemon.py", "PORT")

    def start_celery(self):
        self.log = self.box.work / "celery.log"
        self.start(["celery", "setproctitle"], "celery", "-A", "tasks", "worker", "--detach", f"--logfile={self.log}", "--concurrency=2", "--loglevel=INFO")
        eventually(lambda: (self.log.exists() and "ready" in self.log.read_text()) or (self.main.poll() not in (None, 0) and self.fail(self.main.stderr.read())), "celery is ready")

    def test_celery_detach(self):
        self.start_celery()
        self.main_dies(inherited=False)
        answer = self.box.work / "answer"
        self.box.run("run", "--with", "celery", "--with", "setproctitle", "--with", self.late, "python", "tasks.py", answer)
        self.assertEqual(eventually(lambda: answer.exists() and answer.read_bytes(), "the task is done"), b"late")


class WithoutHook(WithHook):
    hook = "0"
    cleaner = ()

    def test_celery_detach(self):
        self.start_celery()
        body = self.clean_without_main()
        self.assertFalse(self.leased)
        self.assertTrue((body / "pyvenv.cfg").exists())
        if BLIND_WORKS:
            self.box.collect("clean", prefix=BLIND)
            self.assertFalse((body / "pyvenv.cfg").exists())  # this is what the hook is for


if __name__ == "__main__":
    WithHook.interpreter = sandbox.find_python()
    if "--bin" not in sys.argv or WithHook.interpreter is None:
        sys.exit(__doc__)
    position = sys.argv.index("--bin")
    WithHook.binary = os.path.abspath(sys.argv[position + 1])
    del sys.argv[position : position + 2]
    unittest.main(verbosity=2)
