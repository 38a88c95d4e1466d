"""A wire-level server as the suite wants an engine."""

from __future__ import annotations

from typing import Any

from tests.warehouse.wire.http import Server


class Served:
    """`server` is the wire-level server itself, with its record of requests."""

    def __init__(self, server: Any, url: str, password: str = "") -> None:
        self.server = server
        self.url = url
        self.password = password

    @property
    def _http(self) -> Server:
        found: Server = self.server
        return found

    def running(self) -> int:
        return self._http.engine.running()

    def go_away(self) -> None:
        self._http.down = True

    def come_back(self) -> None:
        self._http.down = False

    def tables(self) -> int:
        return self._http.engine.tables()
