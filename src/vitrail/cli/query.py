"""`vitrail query`: the semantic layer without a server."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from vitrail.cli import output
from vitrail.errors import InvalidInput

if TYPE_CHECKING:
    from vitrail.catalog.model import Catalog
    from vitrail.query.metric_query import MetricQuery
    from vitrail.query.result import QueryResult
    from vitrail.query.viewer import Viewer

MAX_QUERY_BYTES = 1024 * 1024

Dbt = Annotated[Path, typer.Option("--dbt", help="Folder of the dbt project (with target/manifest.json).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command("query", help="Ask one question (a MetricQuery as JSON) of a dbt project's warehouse.")(ask)


def ask(
    dbt: Dbt,
    file: Annotated[str | None, typer.Argument(help="File with the question, or - for standard input.")] = None,
    saved: Annotated[str | None, typer.Option(help="Name of a saved query of the dbt project, instead.")] = None,
    warehouse: Annotated[
        str | None, typer.Option(help="A DuckDB file, or a server's address (docs/warehouses.md).")
    ] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the statement instead of the rows.")] = False,
    as_: Annotated[
        list[str] | None, typer.Option("--as", help="User attribute of the viewer, ATTR=VALUE; may be repeated.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="The viewer's verified email.")] = None,
    now: Annotated[str | None, typer.Option(help="Moment that relative dates count from (ISO 8601).")] = None,
    json_: Json = False,
) -> None:
    with output.run(json_):
        from vitrail.catalog.adapters import adapter_of_address
        from vitrail.catalog.load import load_catalog

        if (file is None) == (saved is None):
            raise InvalidInput("Nothing was asked, or two things.", cure="Give a file, or --saved NAME.")
        query = _read_query(file) if file is not None else None
        viewer = _viewer(as_ or [], email)
        moment = _moment(now)
        if warehouse is None and not sql:
            raise InvalidInput("No warehouse was named.", cure="Add --warehouse duckdb:///path/to/file.duckdb.")
        catalog = load_catalog(dbt, adapter_of_address(warehouse) if warehouse else None)
        if query is None:
            query = _saved(saved or "", catalog)
        if sql and (warehouse is None or not json_):
            text, columns = _statement(query, catalog, viewer, moment, warehouse)
            typer.echo(json.dumps({"columns": columns, "sql": text}) if json_ else text)
            return
        assert warehouse is not None
        result = asyncio.run(_run(query, catalog, viewer, warehouse, moment))
        _print_json(result) if json_ else _print_table(result)


def _statement(
    query: MetricQuery, catalog: Catalog, viewer: Viewer, now: datetime | None, warehouse: str | None
) -> tuple[str, list[dict[str, str]]]:
    from vitrail.catalog.adapters import adapter_of_address, sql_dialect
    from vitrail.query.run import compile_query
    from vitrail.warehouse.dialect import DIALECTS, DUCKDB

    dialect = DIALECTS.get(sql_dialect(adapter_of_address(warehouse)), DUCKDB) if warehouse else DUCKDB
    compiled = compile_query(query, catalog, viewer, dialect, limits=_limits(), now=now)
    return compiled.sql, [{"name": c.id, "type": c.type, "label": c.label} for c in compiled.columns]


async def _run(query: MetricQuery, catalog: Catalog, viewer: Viewer, url: str, now: datetime | None) -> QueryResult:
    from vitrail.query.run import run_query
    from vitrail.warehouse.connect import connect

    warehouse = await asyncio.to_thread(connect, url)
    try:
        return await run_query(query, catalog, viewer, warehouse, limits=_limits(), now=now)
    finally:
        await warehouse.close()


def _saved(name: str, catalog: Catalog) -> MetricQuery:
    from vitrail.query.semantic.saved import saved_question

    return saved_question(name, catalog)


def _limits() -> Any:
    from vitrail.query.dates import WEEKDAYS
    from vitrail.query.run import Limits
    from vitrail.settings import load_settings

    settings = load_settings()
    week_start = WEEKDAYS.index(settings.start_of_week)
    return Limits(settings.query_default_limit, settings.query_max_limit, settings.query_timeout_s, week_start)


def _read_query(file: str) -> MetricQuery:
    from vitrail.query.metric_query import read_query

    try:
        data = sys.stdin.buffer.read(MAX_QUERY_BYTES + 1) if file == "-" else _bytes(Path(file))
    except OSError as error:
        raise InvalidInput(f"{file} can't be read: {error.strerror}.", cure="Give a file, or - for stdin.") from None
    if len(data) > MAX_QUERY_BYTES:
        raise InvalidInput("The question is larger than 1 MB.", cure="Ask for less.")
    return read_query(data)


def _bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MAX_QUERY_BYTES + 1)


def _viewer(given: list[str], email: str | None) -> Viewer:
    from vitrail.query.viewer import Viewer

    attributes: dict[str, tuple[str, ...]] = {}
    for pair in given:
        name, equals, value = pair.partition("=")
        if not equals or not name.strip():
            raise InvalidInput(f"--as {pair!r} is not ATTR=VALUE.", cure="Write for example --as region=West.")
        attributes[name.strip()] = (*attributes.get(name.strip(), ()), value)
    return Viewer(attributes=attributes, email=email)


def _moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidInput(f"--now {text!r} is not a moment.", cure="Write for example 2026-10-31T12:00:00Z.") from None


def _print_json(result: QueryResult) -> None:
    import orjson

    columns = [{"name": c.id, "type": c.type, "label": c.label} for c in result.columns]
    body: dict[str, Any] = {
        "columns": columns,
        "rows": result.rows,
        "truncated": result.truncated,
        "sql": result.sql,
    }
    if result.totals is not None:
        body["totals"] = result.totals
    if result.subtotals:
        body["subtotals"] = result.subtotals
    if result.pivot is not None:
        body["pivot"] = result.pivot
    typer.echo(orjson.dumps(body, default=str).decode())


def _print_table(result: QueryResult) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(show_footer=result.totals is not None)
    totals = result.totals or [None] * len(result.columns)
    for column, total in zip(result.columns, totals, strict=True):
        justify: Literal["right", "left"] = "right" if column.type == "number" else "left"
        table.add_column(column.label, "" if total is None else str(total), justify=justify)
    for row in result.rows:
        table.add_row(*("∅" if value is None else str(value) for value in row))
    Console(markup=False, highlight=False).print(table)
    if result.truncated:
        typer.echo(f"There are more rows than the limit of {result.limit}.", err=True)
