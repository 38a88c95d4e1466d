"""A licence server as Keygen's documentation describes it: validation by key, entitlements, signed answers.

Written from the documentation, apart from the code under test: it signs with its own few lines."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ACCOUNT = "jaffle-shop"


@dataclass
class Issued:
    """A licence at the server, by its key."""

    code: str = "VALID"
    valid: bool | None = None
    expiry: datetime | None = None
    entitlements: tuple[str, ...] = ("DATA_APPS", "CUSTOM_ROLES", "SERVICE_ACCOUNTS", "EMBEDDING")
    metadata: dict[str, Any] = field(default_factory=dict)
    product: str | None = None


class _QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no news."""


class KeygenServer:
    """`with KeygenServer() as server: …`; change `licences` and the switches while it runs."""

    def __init__(self) -> None:
        self._private = Ed25519PrivateKey.generate()
        self.licences: dict[str, Issued] = {}
        self.includes = True
        """Whether a validation includes the entitlements."""
        self.broken: str | None = None
        """None, or what goes wrong: down, unsigned, forged, stale, other-question, tampered, html, huge."""
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("content-length") or 0))
                owner._handle(self, "post", json.loads(raw))

            def do_GET(self) -> None:
                owner._handle(self, "get", {})

            def log_message(self, format: str, *args: Any) -> None:
                return None

        self._http = _QuietServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def public_key(self) -> str:
        return self._private.public_key().public_bytes_raw().hex()

    def variables(self, key: str) -> dict[str, str]:
        """What an operator sets to use this server."""
        return {
            "LIGHTDASH_LICENSE_KEY": key,
            "VITRAIL_LICENSE_ENDPOINT": f"http://127.0.0.1:{self._http.server_address[1]}/v1",
            "VITRAIL_LICENSE_ACCOUNT": ACCOUNT,
            "VITRAIL_LICENSE_PUBLIC_KEY": self.public_key,
        }

    # -- answering

    def _handle(self, handler: BaseHTTPRequestHandler, method: str, body: dict[str, Any]) -> None:
        path = handler.path
        self.asked.append((method, path, {**body, "authorization": handler.headers.get("authorization")}))
        if self.broken == "down":
            self._send(handler, 503, b'{"errors":[{"title":"Service unavailable"}]}', {})
            return
        base = f"/v1/accounts/{ACCOUNT}/licenses"
        if path.split("?")[0] == f"{base}/actions/validate-key" and method == "post":
            document = self._validate(body["meta"]["key"], body["meta"].get("scope", {}), "include=entitl" in path)
        elif path.startswith(base) and "/entitlements" in path and method == "get":
            key = (handler.headers.get("authorization") or "").removeprefix("License ")
            if key not in self.licences:
                self._send(handler, 401, b'{"errors":[{"title":"Unauthorized"}]}', {})
                return
            document = {"data": [_entitlement(code) for code in self.licences[key].entitlements]}
        else:
            self._send(handler, 404, b'{"errors":[{"title":"Not found"}]}', {})
            return
        self._signed(handler, method, path, json.dumps(document).encode())

    def _validate(self, key: str, scope: dict[str, Any], include: bool) -> dict[str, Any]:
        held = self.licences.get(key)
        if held is None:
            return {"data": None, "meta": {"valid": False, "detail": "does not exist", "code": "NOT_FOUND"}}
        code = held.code
        if held.product and scope.get("product") != held.product:
            code = "PRODUCT_SCOPE_MISMATCH" if "product" in scope else "PRODUCT_SCOPE_REQUIRED"
        document: dict[str, Any] = {
            "data": {
                "id": "218810ed-2ac8-4c26-a725-a6da67500561",
                "type": "licenses",
                "attributes": {
                    "name": "Jaffle Shop",
                    "key": key,
                    "expiry": held.expiry.isoformat().replace("+00:00", "Z") if held.expiry else None,
                    "status": "ACTIVE",
                    "suspended": code == "SUSPENDED",
                    "metadata": held.metadata,
                    "created": "2026-01-01T00:00:00.000Z",
                },
            },
            "meta": {"valid": code == "VALID" if held.valid is None else held.valid, "detail": "…", "code": code},
        }
        if include and self.includes:
            document["included"] = [_entitlement(code) for code in held.entitlements]
        return document

    def _signed(self, handler: BaseHTTPRequestHandler, method: str, path: str, body: bytes) -> None:
        at = datetime.now(UTC) - (timedelta(minutes=6) if self.broken == "stale" else timedelta())
        date = format_datetime(at, usegmt=True)
        digest = "sha-256=" + base64.b64encode(hashlib.sha256(body).digest()).decode()
        target = "/v1/elsewhere" if self.broken == "other-question" else path
        message = (
            f"(request-target): {method} {target}\nhost: {handler.headers['host']}\ndate: {date}\ndigest: {digest}"
        )
        signer = Ed25519PrivateKey.generate() if self.broken == "forged" else self._private
        signature = base64.b64encode(signer.sign(message.encode())).decode()
        headers = {
            "Date": date,
            "Digest": digest,
            "Keygen-Signature": f'keyid="{ACCOUNT}", algorithm="ed25519", signature="{signature}", '
            'headers="(request-target) host date digest"',
        }
        if self.broken == "unsigned":
            del headers["Keygen-Signature"]
        if self.broken == "tampered":
            body = body.replace(b'"valid": false', b'"valid": true').replace(b"SUSPENDED", b"VALID")
        if self.broken == "html":
            body = b"<html>a captive portal</html>"
        if self.broken == "huge":
            body = body + b" " * 2_000_000
        self._send(handler, 200, body, headers)

    def _send(self, handler: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
        handler.send_response_only(status)
        for name, value in {"content-type": "application/vnd.api+json", **headers}.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        try:
            handler.wfile.write(body)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True


def _entitlement(code: str) -> dict[str, Any]:
    return {"id": code.lower(), "type": "entitlements", "attributes": {"name": code.title(), "code": code}}
