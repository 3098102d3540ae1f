#!/usr/bin/env python3
"""A package index on loopback for tests: PEP 503 and 691 pages, PEP 658 metadata, ranges, ETags, and on request the ways
an index can go wrong. The first part of the path chooses the behaviour:

    /simple/...              well behaved: ETag, Cache-Control: max-age=600
    /nocache/simple/...      no cache headers        /stale/simple/...    max-age=0 and an ETag
    /html/simple/...         PEP 503 pages only      /nometa/simple/...   no PEP 658, ranges work
    /norange/simple/...      neither metadata nor ranges
    /auth/simple/...         401 without user:secret
    /status/CODE/simple/...  that status             /broken/simple/...   pages that are not JSON
    /truncated/...           wheels that end early   /tampered/...        wheels with other bytes
    /hang/simple/...         never answers           /redirect/simple/... 302 to /simple
    /badmeta/simple/...      metadata that does not match its digest
    /extra/simple/...        a second index: its own `hello` 9.0.0
    /scripts/NAME            Python scripts          /log                 requests so far as JSON, ?reset=1

usage: local_index.py --port-file FILE [--certificate PEM [--client-authority PEM]]
       (also importable: serve() -> (server, base url))
"""
import argparse
import hashlib
import html
import http.server
import json
import os
import re
import ssl
import sys
import threading
import urllib.parse
import zipfile
import io

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import wheels  # noqa: E402

SCRIPTS = {
    "greet.py": '# /// script\n# requires-python = ">=3.8"\n# dependencies = ["hello"]\n# ///\nimport hello\nhello.main()\n',
    "plain.py": 'print("plain script")\n',
}


def metadata_of(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if name.endswith(".dist-info/METADATA"):
                return archive.read(name)
    return None


class Index:
    def __init__(self):
        self.files, self.projects = {}, {}
        for entry in [*wheels.catalogue(), wheels.source_only()]:
            entry["sha256"] = hashlib.sha256(entry["data"]).hexdigest()
            entry["metadata"] = metadata_of(entry["data"]) if entry["file"].endswith(".whl") else None
            self.files[entry["file"]] = entry
            self.projects.setdefault(entry["project"], []).append(entry)
        name, data = wheels.wheel("hello", "9.0.0", files={"hello/__init__.py": 'def main():\n    print("hello from the extra index")\n'}, entry_points={"hello": "hello:main"})
        self.extra = {"project": "hello", "file": name, "data": data, "yanked": None, "upload": "2024-03-24T00:00:00Z", "requires_python": None,
                      "sha256": hashlib.sha256(data).hexdigest(), "metadata": metadata_of(data)}
        self.log, self.lock = [], threading.Lock()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    index = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def send(self, status, body=b"", content_type="text/plain", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer(self):
        url = urllib.parse.urlsplit(self.path)
        parts = [urllib.parse.unquote(part) for part in url.path.split("/") if part]
        if parts == ["log"]:
            with self.index.lock:
                body = json.dumps(self.index.log).encode()
                if "reset" in url.query:
                    self.index.log.clear()
            return self.send(200, body, "application/json")
        with self.index.lock:
            self.index.log.append({"method": self.command, "path": url.path, "range": self.headers.get("Range"), "etag": self.headers.get("If-None-Match"),
                                   "authorization": bool(self.headers.get("Authorization"))})
        mode = "" if not parts or parts[0] in ("simple", "files", "scripts") else parts.pop(0)
        if mode == "status":
            return self.send(int(parts[0]), b"no")
        if mode == "hang":
            threading.Event().wait(30)
            return None
        if mode == "auth" and self.headers.get("Authorization") != "Basic dXNlcjpzZWNyZXQ=":
            return self.send(401, b"who are you?", headers=[("WWW-Authenticate", 'Basic realm="test"')])
        if mode == "redirect" and parts[:1] == ["simple"]:
            return self.send(302, headers=[("Location", "/" + "/".join(parts) + "/")])
        if parts[:1] == ["simple"] and len(parts) == 2:
            return self.page(mode, parts[1])
        if parts[:1] == ["files"] and len(parts) == 2:
            return self.file(mode, parts[1])
        if parts[:1] == ["scripts"] and len(parts) == 2 and parts[1] in SCRIPTS:
            return self.send(200, SCRIPTS[parts[1]].encode(), "text/x-python")
        return self.send(404, b"not found")

    def page(self, mode, project):
        entries = self.index.projects.get(project)
        if mode == "extra":
            entries = [self.index.extra] if project == "hello" else None
        if not entries:
            return self.send(404, b"not found")
        prefix = f"/{mode}" if mode else ""
        if mode == "broken":
            return self.send(200, b'{"files": [{"filename": ', "application/vnd.pypi.simple.v1+json")
        with_metadata = mode not in ("html", "nometa", "norange")
        if mode != "html" and "json" in self.headers.get("Accept", ""):
            body, kind = self.json_page(project, entries, prefix, with_metadata), "application/vnd.pypi.simple.v1+json"
        else:
            body, kind = self.html_page(entries, prefix), "text/html"
        headers = []
        if mode != "nocache":
            etag = '"' + hashlib.sha256(body).hexdigest()[:16] + '"'
            headers = [("ETag", etag), ("Cache-Control", "max-age=0" if mode == "stale" else "max-age=600")]
            if self.headers.get("If-None-Match") == etag:
                return self.send(304, headers=headers)
        return self.send(200, body, kind, headers)

    @staticmethod
    def json_page(project, entries, prefix, with_metadata):
        files = []
        for entry in entries:
            file = {"filename": entry["file"], "url": f"{prefix}/files/{entry['file']}", "hashes": {"sha256": entry["sha256"]}, "size": len(entry["data"]),
                    "upload-time": entry["upload"], "yanked": entry["yanked"] or False}
            if entry["requires_python"]:
                file["requires-python"] = entry["requires_python"]
            if entry["metadata"] is not None and with_metadata:
                file["core-metadata"] = {"sha256": hashlib.sha256(entry["metadata"]).hexdigest()}
            files.append(file)
        return json.dumps({"meta": {"api-version": "1.1"}, "name": project, "files": files}).encode()

    @staticmethod
    def html_page(entries, prefix):
        lines = []
        for entry in entries:
            attributes = f' data-requires-python="{html.escape(entry["requires_python"])}"' if entry["requires_python"] else ""
            attributes += f' data-yanked="{html.escape(entry["yanked"])}"' if entry["yanked"] else ""
            lines.append(f'<a href="{prefix}/files/{entry["file"]}#sha256={entry["sha256"]}"{attributes}>{entry["file"]}</a><br>')
        return ("<!DOCTYPE html><html><body>\n" + "\n".join(lines) + "\n</body></html>").encode()

    def file(self, mode, name):
        metadata = name.endswith(".metadata")
        entry = self.index.extra if mode == "extra" else self.index.files.get(name.removesuffix(".metadata"))
        if entry is None or (metadata and (entry["metadata"] is None or mode in ("nometa", "norange"))):
            return self.send(404, b"not found")
        data = entry["metadata"] if metadata else entry["data"]
        if mode == "badmeta" and metadata:
            data = data.replace(b"Requires-Dist", b"Requires-None")
        if mode == "tampered" and not metadata:
            data = data[:-30] + bytes([data[-30] ^ 1]) + data[-29:]
        if mode == "truncated" and not metadata:
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data[: len(data) // 2])
            self.close_connection = True
            return None
        wanted = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range") or "")
        headers = [("ETag", f'"{entry["sha256"][:16]}"'), ("Accept-Ranges", "none" if mode == "norange" else "bytes")]
        if wanted and mode != "norange" and not metadata:
            first, last = wanted.groups()
            start = max(0, len(data) - int(last)) if first == "" else int(first)
            end = len(data) - 1 if first == "" or last == "" else min(int(last), len(data) - 1)
            headers.append(("Content-Range", f"bytes {start}-{end}/{len(data)}"))
            return self.send(206, data[start : end + 1], "application/octet-stream", headers)
        return self.send(200, data, "application/octet-stream", headers)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        # A client that hangs up early is one of the things under test.
        if not isinstance(sys.exc_info()[1], (ConnectionError, ssl.SSLError)):
            super().handle_error(request, client_address)


def serve(port=0, certificate=None, client_authority=None):
    """Starts the index in a thread: (server, "http://127.0.0.1:PORT"). `certificate`: a file with it and its key, for
    HTTPS; `client_authority`: who must have signed the client's."""
    handler = type("BoundHandler", (Handler,), {"index": Index()})
    server = Server(("127.0.0.1", port), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        if client_authority:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_authority)
        # The handshake is done by the thread of the connection, with its first read.
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file")
    parser.add_argument("--certificate")
    parser.add_argument("--client-authority")
    arguments = parser.parse_args()
    server, url = serve(arguments.port, arguments.certificate, arguments.client_authority)
    print(url, flush=True)
    if arguments.port_file:
        with open(arguments.port_file + ".tmp", "w") as file:
            file.write(str(server.server_address[1]))
        os.rename(arguments.port_file + ".tmp", arguments.port_file)
    threading.Event().wait()


if __name__ == "__main__":
    main()
