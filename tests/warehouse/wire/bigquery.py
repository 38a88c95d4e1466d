"""BigQuery's REST interface: a job is made, asked for its results, and cancelled."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from tests.warehouse.wire.engine import Statement
from tests.warehouse.wire.http import Request, Server

_TYPES = {"VARCHAR": "STRING", "BIGINT": "INTEGER", "INTEGER": "INTEGER", "DOUBLE": "FLOAT", "BOOLEAN": "BOOLEAN",
          "DATE": "DATE", "TIMESTAMP": "DATETIME", "HUGEINT": "INTEGER"}  # fmt: skip


class BigQueryServer(Server):
    """`jobs`: the configuration of each, in order."""

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.jobs: list[dict[str, Any]] = []

    def answer(self, request: Request) -> None:
        parts = request.path.strip("/").split("/")[2:]  # bigquery/v2/…
        kind, *more = parts[2:]
        if kind == "jobs" and request.method == "POST" and not more:
            asked = json.loads(request.body)
            self.jobs.append(asked["configuration"])
            statement = self.engine.start(asked["configuration"]["query"]["query"], asked["jobReference"]["jobId"])
            statement.done.wait(0.05)
            self._job(request, parts[1], statement)
        elif kind == "jobs" and more[1:] == ["cancel"]:
            self.engine.cancel(more[0])
            self._job(request, parts[1], self.engine.statements[more[0]], wrapped=True)
        elif kind == "jobs":
            self._job(request, parts[1], self.engine.statements[more[0]])
        elif kind == "queries":
            self._results(request, parts[1], self.engine.statements[more[0]])
        else:
            self._data(request, next(one for one in self.engine.statements.values() if one.id == more[-2]))

    def _job(self, request: Request, project: str, statement: Statement, *, wrapped: bool = False) -> None:
        state: dict[str, Any] = {"state": "DONE" if statement.done.is_set() else "RUNNING"}
        if error := _error(statement):
            state |= {"errorResult": error, "errors": [error]}
        job = {
            "id": f"{project}:EU.{statement.id}",
            "jobReference": _reference(project, statement),
            "configuration": {
                "jobType": "QUERY",
                "query": {
                    "query": statement.sql,
                    "destinationTable": {"projectId": project, "datasetId": "_answers", "tableId": statement.id},
                },
            },
            "status": state,
            "statistics": {"query": {"statementType": "SELECT"}},
        }
        request.send(200, {"job": job} if wrapped else job)

    def _results(self, request: Request, project: str, statement: Statement) -> None:
        statement.done.wait(0.2)
        if error := _error(statement):
            code = 404 if error["reason"] == "notFound" else 400
            request.send(code, {"error": {"code": code, "message": error["message"], "errors": [error]}})
            return
        body: dict[str, Any] = {
            "jobReference": _reference(project, statement),
            "jobComplete": statement.done.is_set(),
            "totalRows": str(len(statement.rows)),
        }
        if statement.done.is_set():
            body["schema"] = {"fields": [_field(*column) for column in statement.columns]}
            if request.query.get("maxResults") != "0":
                body["rows"] = _rows(statement, request)
        request.send(200, body)

    def _data(self, request: Request, statement: Statement) -> None:
        request.send(200, {"totalRows": str(len(statement.rows)), "rows": _rows(statement, request)})


def _reference(project: str, statement: Statement) -> dict[str, str]:
    return {"projectId": project, "jobId": statement.id, "location": "EU"}


def _error(statement: Statement) -> dict[str, str] | None:
    if statement.cancelled:
        return {"reason": "stopped", "message": "Job execution was cancelled: User requested cancellation"}
    if statement.error is None:
        return None
    missing = "does not exist" in statement.error
    return {"reason": "notFound" if missing else "invalidQuery", "message": statement.error}


def _field(name: str, type_: str) -> dict[str, str]:
    return {"name": name, "type": "NUMERIC" if type_.startswith("DECIMAL") else _TYPES[type_], "mode": "NULLABLE"}


def _rows(statement: Statement, request: Request) -> list[dict[str, Any]]:
    most = request.query.get("maxResults")
    rows = statement.rows[: int(most)] if most else statement.rows
    return [{"f": [{"v": _value(value)} for value in row]} for row in rows]


def _value(value: Any) -> Any:
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, int | float | Decimal) else value
