"""Trino's statement protocol: a POST begins a statement, each answer names where the next one is, a DELETE ends it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.warehouse.wire.engine import Statement
from tests.warehouse.wire.http import Request, Server

USER, PASSWORD = "reader", "swordfish-7"
_TYPES = {"VARCHAR": "varchar", "BIGINT": "bigint", "INTEGER": "integer", "DOUBLE": "double", "BOOLEAN": "boolean",
          "DATE": "date", "TIMESTAMP": "timestamp(6)", "HUGEINT": "decimal(38,0)"}  # fmt: skip


class TrinoServer(Server):
    def answer(self, request: Request) -> None:
        if request.path == "/v1/statement":
            statement = self.engine.start(request.body.decode())
            self._state(request, statement, "QUEUED")
            return
        statement = self.engine.statements[request.path.split("/")[4]]
        if request.method == "DELETE":
            self.engine.cancel(statement.id)
            request.send(204, b"")
            return
        statement.done.wait(0.1)  # Trino, too, answers before it has an answer.
        if not statement.done.is_set():
            self._state(request, statement, "RUNNING")
        elif statement.cancelled:
            self._error(request, statement, "Query was canceled", "USER_CANCELED", "USER_ERROR")
        elif statement.error is not None:
            missing = "does not exist" in statement.error
            self._error(request, statement, statement.error, "TABLE_NOT_FOUND" if missing else "GENERIC", "USER_ERROR")
        else:
            self._rows(request, statement)

    def _body(self, statement: Statement, state: str) -> dict[str, Any]:
        return {
            "id": statement.id,
            "infoUri": f"http://127.0.0.1:{self.port}/ui/{statement.id}",
            "stats": {"state": state},
            "warnings": [],
        }

    def _state(self, request: Request, statement: Statement, state: str) -> None:
        uri = f"http://127.0.0.1:{self.port}/v1/statement/executing/{statement.id}/1"
        request.send(200, {**self._body(statement, state), "nextUri": uri})

    def _rows(self, request: Request, statement: Statement) -> None:
        columns = [
            {"name": name, "type": kind, "typeSignature": _signature(kind)}
            for name, type_ in statement.columns
            for kind in [_TYPES.get(type_) or type_.lower().replace(" ", "")]
        ]
        data = [[_value(value) for value in row] for row in statement.rows]
        request.send(200, {**self._body(statement, "FINISHED"), "columns": columns, "data": data})

    def _error(self, request: Request, statement: Statement, message: str, name: str, kind: str) -> None:
        error = {"message": message, "errorCode": 1, "errorName": name, "errorType": kind, "failureInfo": {}}
        request.send(200, {**self._body(statement, "FAILED"), "error": error})


def _signature(kind: str) -> dict[str, Any]:
    base, _, inside = kind.partition("(")
    numbers = [int(number) for number in inside.rstrip(")").split(",") if number]
    if base == "varchar":
        numbers = [2147483647]
    return {"rawType": base, "arguments": [{"kind": "LONG", "value": number} for number in numbers]}


def _value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
