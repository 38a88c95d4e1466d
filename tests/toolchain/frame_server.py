"""A host page with the real bridge, the frame with its real policy, and a place that nothing may ever reach."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from vitrail.apps.csp import FRAME_PATH, frame_headers
from vitrail.sandbox.toolchain import BuildResult, Toolchain

NONCE = "bm9uY2Utb2YtdGhlLXRlc3Q"
HOST = """<!doctype html><html><head><meta charset="utf-8"><title>Host</title>
<style>html,body{margin:0;height:100%}iframe{border:0;width:100%;height:100%;display:block}</style></head>
<body><iframe id="app" title="App"></iframe><script type="module" src="/host.js"></script></body></html>"""
HOST_SCRIPT = """
import { mountApp } from '/bridge.js';
const config = await (await fetch('/config')).json();
window.seen = { statuses: [], queries: [], logs: [] };
window.app = mountApp({
  iframe: document.getElementById('app'),
  ...config,
  query: async (query) => {
    const answer = await fetch('/query', { method: 'POST', body: JSON.stringify(query) });
    const body = await answer.json();
    if (!answer.ok) throw body;
    return body;
  },
  onStatus: (status) => window.seen.statuses.push(status),
  onQuery: (event) => window.seen.queries.push(event),
  onLog: (level, text) => window.seen.logs.push({ level, text }),
});
"""

Answer = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass
class Pages:
    """What a test says to the server, and what it saw: the path of each request, in order."""

    toolchain: Toolchain
    bridge: str
    build: BuildResult
    answer: Answer
    theme: str = "light"
    requests: list[str] = field(default_factory=list)
    leaks: list[str] = field(default_factory=list)
    """Requests at the place that nothing may reach (and at the host's, by anything but the page)."""
    port: int = 0
    leak_port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def config(self) -> dict[str, Any]:
        manifest = self.build.manifest
        assert manifest is not None, self.build.diagnostics
        return {
            "frameUrl": FRAME_PATH,
            "files": {"entry": f"/files/{manifest.entry}", "styles": [f"/files/{name}" for name in manifest.styles]},
            "vendor": [
                {"specifier": specifier, "url": f"/vendor/{file}"}
                for specifier, file in self.toolchain.vendor.closure(manifest.vendor)
            ],
            "context": {"user": {"name": "Vera", "email": "vera@example.com"}, "theme": self.theme, "params": {}},
            "timeout": 8000,
        }


@contextmanager
def serving(pages: Pages) -> Iterator[Pages]:
    class Host(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None: ...

        def reply(self, body: str | bytes, kind: str, headers: dict[str, str] | None = None, status: int = 200) -> None:
            data = body.encode() if isinstance(body, str) else body
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def do_GET(self) -> None:
            pages.requests.append(self.path)
            path = self.path.partition("?")[0]
            name = path.rpartition("/")[2]
            if path == "/":
                policy = (
                    "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; "
                    f"frame-src http://127.0.0.1:{pages.port}{FRAME_PATH}"
                )
                self.reply(HOST, "text/html", {"Content-Security-Policy": policy})
            elif path == "/host.js":
                self.reply(HOST_SCRIPT, "text/javascript")
            elif path == "/bridge.js":
                self.reply(pages.bridge, "text/javascript")
            elif path == "/config":
                self.reply(json.dumps(pages.config()), "application/json")
            elif path == FRAME_PATH:
                self.reply(pages.toolchain.frame_html(NONCE), "text/html", frame_headers(NONCE))
            elif path.startswith("/files/") and name in pages.build.files:
                self.reply(
                    pages.build.files[name], "text/plain", {"Cache-Control": "private, max-age=31536000, immutable"}
                )
            elif path.startswith("/vendor/") and (found := pages.toolchain.vendor.file(name)):
                forever = {"Cache-Control": "public, max-age=31536000, immutable"}
                self.reply(found[0].read_bytes(), "text/javascript", forever)
            else:
                self.reply("", "text/plain", status=404)

        def do_POST(self) -> None:
            pages.requests.append(self.path)
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                body, status = pages.answer(query), 200
            except LookupError as error:
                problem = {"title": "Not allowed", "cause": str(error), "cure": "Ask for something else."}
                body, status = problem, 403
            self.reply(json.dumps(body), "application/json", status=status)

    class Leak(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None: ...

        def do_GET(self) -> None:
            pages.leaks.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_HEAD = do_OPTIONS = do_PUT = do_GET

    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Host), ThreadingHTTPServer(("127.0.0.1", 0), Leak)]
    pages.port, pages.leak_port = (server.server_port for server in servers)
    threads = [threading.Thread(target=server.serve_forever, daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield pages
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()
