#!/usr/bin/env python3
"""An index that means harm: memory, disk and time stay bounded whatever it sends, and it learns no secret."""
import hashlib
import http.server
import io
import json
import os
import subprocess
import sys
import threading
import time
import unittest
import urllib.parse
import zipfile

import sandbox
from sandbox import StoreTestCase, wheels

MOST_RESIDENT_KIB = 256 << 10
MOST_DISK = 64 << 20
SECRET, TOKEN = "s3cr3t-password", "t0k3n-of-netrc"
JSON = "application/vnd.pypi.simple.v1+json"
CHUNK = b" " * (1 << 16)

# Runs its arguments; on standard error, last line: the largest resident size (KiB) of any of the processes.
MEASURE = """import resource, subprocess, sys
code = subprocess.run(sys.argv[1:]).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(code)"""


def bomb():
    """A wheel of a few hundred kilobytes that unpacks to gigabytes: one long member, deflated piece by piece."""
    info = "zip_bomb-1.0.dist-info"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: zip-bomb\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        with archive.open("zip_bomb/data.bin", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(1 << 20))
        archive.writestr(f"{info}/RECORD", f"zip_bomb/data.bin,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return "zip_bomb-1.0-py3-none-any.whl", buffer.getvalue()


class Hostile(http.server.BaseHTTPRequestHandler):
    """/BEHAVIOUR/simple/PROJECT/ and /BEHAVIOUR/files/NAME."""

    protocol_version = "HTTP/1.1"
    other = None  # the base URL of a server of another origin
    files = {}
    sent = 0
    seen = []

    def log_message(self, *_):
        pass

    def handle(self):
        try:
            super().handle()
        except (BrokenPipeError, ConnectionResetError):
            pass

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        self.seen.append((url.path, self.headers.get("Authorization"), self.headers.get("Cookie")))
        behaviour, *rest = [part for part in url.path.split("/") if part]
        getattr(self, behaviour.replace("-", "_"))(rest)

    def reply(self, status, body=b"", kind="text/plain", **headers):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def page(self, project, behaviour, size=None):
        name, data = self.files[project]
        file = {"filename": name, "url": f"/{behaviour}/files/{name}", "hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "size": size or len(data)}
        self.reply(200, json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": [file]}).encode(), JSON)

    def endless(self, rest):
        self.pour(rest, None)

    def large(self, rest):
        self.pour(rest, 300 << 20)

    def pour(self, rest, length):
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header(*(("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))))
        self.end_headers()
        sent = 0
        while length is None or sent < length:
            self.wfile.write(CHUNK if length is not None else b"%x\r\n%s\r\n" % (len(CHUNK), CHUNK))
            sent += len(CHUNK)

    def html(self, rest):
        """Anchors without end."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.close_connection = True
        for number in range(1 << 40):
            self.wfile.write(b"".join(b'<a href="x-%d-py3-none-any.whl">x-%d-py3-none-any.whl</a>\n' % (number, number) for _ in range(100)))

    def bomb(self, rest):
        if rest[0] == "simple":
            return self.page(rest[1], "bomb")
        return self.reply(200, self.files["zip-bomb"][1], "application/octet-stream")

    def longer(self, rest):
        """A wheel that does not end where the page says."""
        if rest[0] == "simple":
            return self.page(rest[1], "longer")
        name, data = self.files["hello"]
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        self.wfile.write(data)
        while True:
            self.wfile.write(CHUNK)

    def trickle(self, rest):
        """A byte now and then: never silent for long, never done."""
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        while True:
            self.wfile.write(b" ")
            self.wfile.flush()
            threading.Event().wait(0.2)

    def silence(self, rest):
        self.send_response(200)
        self.send_header("Content-Type", JSON)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"{")
        self.wfile.flush()
        threading.Event().wait(60)

    def loop(self, rest):
        self.reply(302, Location=f"/loop/simple/hello/?{len(self.seen)}")

    def elsewhere(self, rest):
        self.reply(302, Location=f"{self.other}/catch/{'/'.join(rest)}/")

    def catch(self, rest):
        self.reply(404)

    def guarded(self, rest):
        """A private index whose files lie on another host."""
        if not self.headers.get("Authorization"):
            return self.reply(401, b"no", **{"WWW-Authenticate": 'Basic realm="x"'})
        if rest[0] == "simple" and rest[1] == "hello":
            name, data = self.files["hello"]
            file = {"filename": name, "url": f"{self.other}/public/files/{name}", "hashes": {"sha256": hashlib.sha256(data).hexdigest()}, "size": len(data)}
            return self.reply(200, json.dumps({"meta": {"api-version": "1.1"}, "name": "hello", "files": [file]}).encode(), JSON)
        return self.reply(404)

    def public(self, rest):
        self.reply(200, self.files["hello"][1], "application/octet-stream")


def serve():
    handler = type("BoundHostile", (Hostile,), {"seen": [], "files": {"hello": wheels.wheel("hello", "1.0", entry_points={"hello": "hello:main"}, files={"hello/__init__.py": "def main():\n    print('hi')\n"}), "zip-bomb": bomb()}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, handler, f"http://127.0.0.1:{server.server_address[1]}"


class HostileIndex(StoreTestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.evil, cls.handler, cls.evil_url = serve()
        cls.far, cls.far_handler, far_url = serve()
        cls.handler.other = far_url.replace("127.0.0.1", "localhost")
        cls.limits_memory = "ASAN_OPTIONS" not in os.environ and "TSAN_OPTIONS" not in os.environ

    @classmethod
    def tearDownClass(cls):
        for server in (cls.evil, cls.far):
            server.shutdown()
            server.server_close()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.handler.seen.clear()
        self.far_handler.seen.clear()
        self.box.environment["UV_HTTP_TIMEOUT"] = "2"

    def disk(self):
        def blocks(path):
            try:
                return path.lstat().st_blocks
            except FileNotFoundError:  # a temporary file that has its name by now
                return 0

        return sum(blocks(path) * 512 for path in self.box.base.rglob("*"))

    def refuse(self, behaviour, project="hello", words=()):
        """The command fails with a clear error, within bounds, and leaves the store working."""
        before = self.disk()
        largest = 0
        command = [sys.executable, "-c", MEASURE, self.box.binary, "run", "--default-index", f"{self.evil_url}/{behaviour}/simple/", "--with", project, "true"]
        process = subprocess.Popen(command, cwd=self.box.work, env=self.box.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.communicate)
        self.addCleanup(process.kill)
        end = time.monotonic() + sandbox.DEADLINE_S * 2 * sandbox.patience()
        while process.poll() is None:
            self.assertLess(time.monotonic(), end, f"{behaviour} never ends")
            largest = max(largest, self.disk() - before)
            time.sleep(0.05)
        out, err = process.communicate()
        *lines, resident = err.strip().splitlines()
        self.assertIn(process.returncode, (1, 2), err)
        self.assertTrue(any("error" in line or "×" in line for line in lines), err)
        for word in words:
            self.assertIn(word, err)
        if self.limits_memory:
            self.assertLess(int(resident), MOST_RESIDENT_KIB)
        self.assertLess(largest, MOST_DISK)
        self.assertEqual(self.box.run("run", "--with", "greeting", "python", "-c", "import greeting; print(1)").stdout, "1\n")
        self.box.collect("clean")
        return err

    def test_a_page_without_end(self):
        self.refuse("endless")

    def test_a_page_of_300_megabytes(self):
        self.refuse("large")

    def test_anchors_without_end(self):
        self.refuse("html")

    def test_a_bomb(self):
        self.refuse("bomb", "zip-bomb")

    def test_a_wheel_longer_than_announced(self):
        self.refuse("longer")

    def test_a_trickle(self):
        self.box.environment["UV_HTTP_TIMEOUT"] = "1"
        self.refuse("trickle")

    def test_silence(self):
        self.box.environment["UV_HTTP_TIMEOUT"] = "1"
        self.refuse("silence")

    def test_redirects_without_end(self):
        self.refuse("loop", words=["redirect"])
        self.assertLess(len(self.handler.seen), 100)


class Secrets(HostileIndex):
    """The tests above are not run twice: see load_tests."""

    def guarded_url(self):
        return self.evil_url.replace("//", f"//user:{SECRET}@")

    def nothing_leaks(self, *texts, also=()):
        for text in texts:
            for secret in (SECRET, TOKEN, *also):
                self.assertNotIn(secret, text)
        for path in self.box.base.rglob("*"):
            if path.is_symlink():
                self.assertNotIn(SECRET, os.readlink(path))
            elif path.is_file() and path.name != ".netrc":
                data = path.read_bytes()
                for secret in (SECRET, TOKEN):
                    self.assertNotIn(secret.encode(), data, path)
        self.assertEqual([seen for seen in self.far_handler.seen if seen[1] or seen[2]], [])

    def test_files_on_another_host(self):
        code = "import os; print(os.environ['ADDER_LEASE']); print(open('/proc/self/cmdline').read())"
        done = self.box.run("-v", "run", "--default-index", f"{self.guarded_url()}/guarded/simple/", "--with", "hello", "python", "-c", code)
        self.assertTrue(any(path.startswith("/public/") for path, *_ in self.far_handler.seen), "the file was fetched")
        self.nothing_leaks(done.stdout, done.stderr)
        listing = self.box.run("cache", "ls", "--output-format", "json")
        self.nothing_leaks(listing.stdout, listing.stderr)

    def test_a_redirect_to_another_host(self):
        done = self.box.run("-v", "run", "--default-index", f"{self.guarded_url()}/elsewhere/simple/", "--with", "hello", "true", check=False)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertTrue(self.far_handler.seen, "the redirect was followed")
        self.nothing_leaks(done.stdout, done.stderr)

    def test_netrc_and_variables(self):
        netrc = self.box.home / ".netrc"
        netrc.write_text(f"machine 127.0.0.1 login user password {TOKEN}\n")
        netrc.chmod(0o600)
        self.box.environment["NETRC"] = str(netrc)
        done = self.box.run("-v", "run", "--default-index", f"{self.evil_url}/elsewhere/simple/", "--with", "hello", "true", check=False)
        self.nothing_leaks(done.stdout, done.stderr)
        done = self.box.run("-v", "run", "--index", f"mine={self.evil_url}/guarded/simple/", "--with", "hello", "true",
                            environment={"UV_INDEX_MINE_USERNAME": "user", "UV_INDEX_MINE_PASSWORD": SECRET, "NETRC": "/nonexistent"})
        self.nothing_leaks(done.stdout, done.stderr)

    def test_errors_name_no_secret(self):
        urls = [f"{self.guarded_url()}/catch/simple/", f"http://user:{SECRET}@127.0.0.1:9/simple/", f"http://user:{SECRET}@[bad/simple/", f"ftp://user:{SECRET}@127.0.0.1/simple/"]
        for url in urls:
            done = self.box.run("-v", "run", "--default-index", url, "--with", "hello", "true", check=False)
            self.assertNotEqual(done.returncode, 0)
            self.nothing_leaks(done.stdout, done.stderr)
        for requirement in (f"hello @ {self.guarded_url()}/catch/files/hello-1.0-py3-none-any.whl", f"hello @ http://user:{SECRET}@[bad/hello-1.0-py3-none-any.whl"):
            done = self.box.run("-v", "run", "--with", requirement, "true", check=False)
            self.assertNotEqual(done.returncode, 0)
            self.nothing_leaks(done.stdout, done.stderr)
        done = self.box.run("-v", "run", f"{self.guarded_url()}/catch/s.py", check=False)
        self.nothing_leaks(done.stdout, done.stderr)


def load_tests(loader, tests, pattern):
    suite = unittest.TestSuite()
    for case in (HostileIndex, Secrets):
        suite.addTests(case(name) for name in loader.getTestCaseNames(case) if name in vars(case))
    return suite


if __name__ == "__main__":
    sandbox.main()
