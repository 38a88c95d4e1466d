"""The outermost layer: an id and a log line a request, security headers, and a limit on what is sent.

Plain ASGI, so that event streams pass untouched. The log holds method, path, status, time, address, the id of whoever
was signed in, and the request's id; never a query string, a header or a body, which may hold secrets.
"""

from __future__ import annotations

import logging
import re
import time
from secrets import token_hex
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vitrail.audit.draft import ORIGIN, Origin
from vitrail.errors import InvalidInput, TooLarge
from vitrail.http import headers as policy
from vitrail.http.problems import Refused, problem_response
from vitrail.settings import Settings

access_log = logging.getLogger("vitrail.access")
NO_TEXT = InvalidInput("The address holds the character U+0000, which no text has.", cure="Leave it out.")
WHO = "person_id"
"""Where authentication leaves the id of whoever came, for the log: a refusal is worth little without a name."""
CATALOG = re.compile(r"/api/v1/projects/[^/]+/catalog")
"""Where a project's artefacts are put: its files are larger than anything else that is sent, and the route reads them
only once it knows that whoever sends them may."""
REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")


class Door:
    """Wraps the whole application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._limits = {False: settings.max_request_bytes, True: settings.max_catalog_bytes}
        self._trust_proxy = settings.trust_proxy
        self._headers = policy.COMMON | (policy.HTTPS if settings.origin.startswith("https://") else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        sent = Headers(scope=scope)
        given = sent.get("x-request-id", "")
        request_id = given if REQUEST_ID.fullmatch(given) else token_hex(8)
        address = _address(scope, sent, self._trust_proxy)
        ORIGIN.set(Origin(address, request_id))
        state = scope.setdefault("state", {})
        started, status = time.perf_counter(), 0
        whole_catalog = scope["method"] == "PUT" and CATALOG.fullmatch(scope["path"]) is not None
        too_large = self._too_large(whole_catalog)

        async def send_through(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), request_id)
            await send(message)

        try:
            if _declared_length(sent) > self._limits[whole_catalog]:
                await problem_response(too_large)(scope, receive, send_through)
                return
            if "\0" in scope["path"] or b"%00" in scope["query_string"]:
                await problem_response(NO_TEXT)(scope, receive, send_through)
                return
            await self._app(scope, _counted(receive, self._limits[whole_catalog], too_large), send_through)
        finally:
            access_log.info(
                "%s %s %s %.1fms %s %s %s",
                quote(scope["method"]),
                quote(scope["path"]),  # as it was sent: no line breaks, nothing that a terminal obeys
                status or "aborted",
                (time.perf_counter() - started) * 1000,
                quote(address, safe=":") or "-",
                state.get(WHO, "-"),
                request_id,
            )

    def _dress(self, answer: MutableHeaders, request_id: str) -> None:
        answer["X-Request-Id"] = request_id
        for name, value in self._headers.items():
            answer.setdefault(name, value)
        if "content-security-policy" not in answer:
            answer["Content-Security-Policy"] = policy.API_CSP
            for name, value in policy.FRAME_OPTIONS.items():
                answer.setdefault(name, value)
        answer.setdefault("Cache-Control", "no-store")

    def _too_large(self, whole_catalog: bool) -> TooLarge:
        variable = "VITRAIL_MAX_CATALOG_BYTES" if whole_catalog else "VITRAIL_MAX_REQUEST_BYTES"
        return TooLarge(
            f"A request may hold {self._limits[whole_catalog]:,} bytes at most.",
            cure=f"Send less at once, or ask the operator to raise {variable}.",
        )


def _counted(receive: Receive, limit: int, too_large: TooLarge) -> Receive:
    taken = 0

    async def receive_counted() -> Message:
        nonlocal taken
        message = await receive()
        if message["type"] == "http.request":
            taken += len(message.get("body", b""))
            if taken > limit:
                raise Refused(too_large)
        return message

    return receive_counted


def _address(scope: Scope, sent: Headers, trust_proxy: bool) -> str:
    """Where the request comes from. Behind one proxy (`TRUST_PROXY`): the last hop it names; the ones before it are
    whatever the sender wrote."""
    if trust_proxy and (hops := sent.get("x-forwarded-for")):
        return hops.rpartition(",")[2].strip()
    client = scope.get("client")
    return str(client[0]) if client else ""


def _declared_length(sent: Headers) -> int:
    length = sent.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else 0
