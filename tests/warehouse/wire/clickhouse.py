"""ClickHouse's HTTP interface with its Native format, as far as clickhouse-connect asks for it."""

from __future__ import annotations

import re
import struct
import threading
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.warehouse.wire.engine import Statement
from tests.warehouse.wire.http import Request, Server

USER, PASSWORD = "reader", "swordfish-7"
EPOCH = date(1970, 1, 1)
_TYPES = {"VARCHAR": "String", "BIGINT": "Int64", "INTEGER": "Int32", "DOUBLE": "Float64", "BOOLEAN": "Bool",
          "DATE": "Date32", "TIMESTAMP": "DateTime64(6, 'UTC')", "HUGEINT": "Int64"}  # fmt: skip
_ABOUT = {
    "version()": [("version()", "String", ["26.9.2.21"]), ("timezone()", "String", ["UTC"])],
    "system.settings": [("name", "String", []), ("value", "String", []), ("readonly", "UInt8", [])],
}


class ClickHouseServer(Server):
    """`settings`: those of each statement, in order."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.settings: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def answer(self, request: Request) -> None:
        if request.path == "/ping":
            request.send(200, b"Ok.\n")
            return
        if not self._let_in(request):
            self._error(request, 403, 516, f"{USER}: Authentication failed. (AUTHENTICATION_FAILED)")
            return
        sql = re.sub(r"\s*FORMAT \w+\s*;?\s*\Z", "", request.body.decode() or request.query.get("query", ""))
        if killed := re.match(r"KILL QUERY WHERE query_id = '([\w-]+)'", sql):
            self.engine.cancel(killed.group(1))
            request.send(200, b"")
            return
        for word, columns in _ABOUT.items():
            if word in sql:
                self._native(request, [(name, type_) for name, type_, _ in columns], [values for *_, values in columns])
                return
        self.settings.append(request.query)
        statement = self.engine.start(sql, request.query.get("query_id"))
        statement.done.wait()
        if statement.cancelled:
            self._error(request, 500, 394, "Query was cancelled. (QUERY_WAS_CANCELLED)")
        elif statement.error is not None:
            name = "UNKNOWN_TABLE" if "does not exist" in statement.error else "SYNTAX_ERROR"
            self._error(request, 404, 60, f"{statement.error} ({name})")
        else:
            self._rows(request, statement)

    def _let_in(self, request: Request) -> bool:
        import base64

        basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {basic}"

    def _error(self, request: Request, status: int, code: int, message: str) -> None:
        body = f"Code: {code}. DB::Exception: {message} (version 26.9.2.21)\n".encode()
        request.send(status, body, {"x-clickhouse-exception-code": str(code)})

    def _rows(self, request: Request, statement: Statement) -> None:
        columns = []
        for name, type_ in statement.columns:
            columns.append((name, f"Nullable({_TYPES.get(type_) or type_.replace('DECIMAL', 'Decimal')})"))
        values = [list(column) for column in zip(*statement.rows, strict=True)] or [[] for _ in columns]
        self._native(request, columns, values)

    def _native(self, request: Request, columns: Sequence[tuple[str, str]], values: Sequence[Sequence[Any]]) -> None:
        block = _varint(len(columns)) + _varint(len(values[0]))
        for (name, type_), column in zip(columns, values, strict=True):
            block += _text(name) + _text(type_)
            if inner := re.fullmatch(r"Nullable\((.*)\)", type_):
                block += bytes(value is None for value in column)
                type_ = inner.group(1)
            block += b"".join(_writer(type_)(value) for value in column)
        request.send(200, block, {"content-type": "application/octet-stream", "x-clickhouse-format": "Native"})


def _varint(number: int) -> bytes:
    found = b""
    while number > 0x7F:
        found += bytes([number & 0x7F | 0x80])
        number >>= 7
    return found + bytes([number])


def _text(text: str) -> bytes:
    data = text.encode()
    return _varint(len(data)) + data


def _writer(type_: str) -> Callable[[Any], bytes]:
    numbers = {"Int64": "<q", "Int32": "<i", "Float64": "<d", "UInt8": "<B", "Bool": "<?"}
    if type_ in numbers:
        return lambda value: struct.pack(numbers[type_], value or 0)
    if type_ == "Date32":
        return lambda value: struct.pack("<i", (value - EPOCH).days if value else 0)
    if type_.startswith("DateTime64"):
        return lambda value: struct.pack("<q", _microseconds(value) if value else 0)
    if decimal := re.fullmatch(r"Decimal\((\d+), ?(\d+)\)", type_):
        wide, scale = ("<q" if int(decimal.group(1)) > 9 else "<i"), int(decimal.group(2))
        return lambda value: struct.pack(wide, int((value or Decimal(0)).scaleb(scale)))
    assert type_ == "String", type_
    return lambda value: _text(value or "")


def _microseconds(value: datetime) -> int:
    gone = value - datetime(1970, 1, 1)
    return (gone.days * 86_400 + gone.seconds) * 1_000_000 + gone.microseconds
