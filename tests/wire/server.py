"""The HTTP part that the wire-level servers share: one thread, a script of replies, a record of requests."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from tests.wire.certificate import certificate
from tests.wire.replies import Refuse, Reply, Seen

Script = Callable[[Seen, int], Reply]


class WireServer:
    """Answers each request with the next reply of the script; when it is used up, with the last one again.

        with AnthropicServer([Say(calls=[("write_file", {...})]), Say("Done.")]) as server:
            settings = load_settings(ANTHROPIC_API_KEY=server.key, ANTHROPIC_BASE_URL=server.url)

    A script may also be a function of the request and its number (from 0).
    """

    key = "sk-ant-test-0123456789abcdef"

    def __init__(self, script: Sequence[Reply] | Script, *, tls: Path | None = None) -> None:
        """`tls`: a folder to put a certificate into; the server then speaks HTTPS, and clients must trust `ca_file`."""
        self._script = script
        self._lock = threading.Lock()
        self.requests: list[Seen] = []
        self.refused: list[str] = []
        """Why requests were turned away (a wrong key, a wrong signature), for the test to see."""
        self.dropped = threading.Event()
        """Set when a client hung up in the middle of an answer."""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                owner._handle(self, raw)

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.ca_file: Path | None = None
        if tls is not None:
            self.ca_file = certificate(tls)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.ca_file)
            self._http.socket = context.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.ca_file else 'http'}://127.0.0.1:{self._http.server_address[1]}"

    def _next(self, seen: Seen) -> Reply:
        with self._lock:
            number = len(self.requests)
            self.requests.append(seen)
        if callable(self._script):
            return self._script(seen, number)
        return self._script[min(number, len(self._script) - 1)]

    def _handle(self, handler: BaseHTTPRequestHandler, raw: bytes) -> None:
        headers = {name.lower(): value for name, value in handler.headers.items()}
        try:
            wrong = self.authorize(handler.path, headers, raw)
            if wrong is not None:
                self.refused.append(wrong.message)
                self.refuse(handler, wrong)
                return
            body = json.loads(raw) if raw else {}
            self.answer(handler, Seen(handler.path, headers, body), self._next(Seen(handler.path, headers, body)))
        except (BrokenPipeError, ConnectionResetError):
            self.dropped.set()
            handler.close_connection = True

    # -- what a provider does in its own way

    def authorize(self, path: str, headers: dict[str, str], raw: bytes) -> Refuse | None:
        raise NotImplementedError

    def refuse(self, handler: BaseHTTPRequestHandler, reply: Refuse) -> None:
        raise NotImplementedError

    def answer(self, handler: BaseHTTPRequestHandler, seen: Seen, reply: Reply) -> None:
        raise NotImplementedError

    # -- sending

    def send(
        self,
        handler: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> None:
        handler.send_response(status)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(body)))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    def begin_stream(self, handler: BaseHTTPRequestHandler, content_type: str) -> None:
        handler.send_response(200)
        handler.send_header("content-type", content_type)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()

    def chunk(self, handler: BaseHTTPRequestHandler, data: bytes) -> None:
        handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        handler.wfile.flush()

    def end_stream(self, handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"0\r\n\r\n")
        handler.wfile.flush()

    def hang_up(self, handler: BaseHTTPRequestHandler) -> None:
        """Drop the connection in the middle of an answer."""
        handler.close_connection = True
        handler.wfile.flush()
        handler.connection.shutdown(2)
