"""`vitrail query` and `vitrail catalog check`: the semantic layer without a server."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitrail.cli import output
from vitrail.errors import InvalidInput

if TYPE_CHECKING:
    from vitrail.catalog.model import Catalog, Explore, Problem
    from vitrail.query.metric_query import MetricQuery
    from vitrail.query.result import QueryResult
    from vitrail.query.viewer import Viewer

MAX_QUERY_BYTES = 1024 * 1024

Dbt = Annotated[Path, typer.Option("--dbt", help="Folder of the dbt project (with target/manifest.json).")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command("query", help="Ask one question (a MetricQuery as JSON) of a dbt project's warehouse.")(ask)
    catalog = typer.Typer(help="Look into a dbt project's catalog.", no_args_is_help=True)
    catalog.command("check", help="List explores, fields, and every problem with its file, cause and cure.")(check)
    app.add_typer(catalog, name="catalog")


def ask(
    file: Annotated[str, typer.Argument(help="File with the question, or - for standard input.")],
    dbt: Dbt,
    warehouse: Annotated[str | None, typer.Option(help="duckdb:///path/to/file.duckdb, or the path.")] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the statement instead of the rows.")] = False,
    as_: Annotated[
        list[str] | None, typer.Option("--as", help="User attribute of the viewer, ATTR=VALUE; may be repeated.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="The viewer's verified email.")] = None,
    now: Annotated[str | None, typer.Option(help="Moment that relative dates count from (ISO 8601).")] = None,
    json_: Json = False,
) -> None:
    with output.run(json_):
        from vitrail.catalog.load import load_catalog

        query = _read_query(file)
        viewer = _viewer(as_ or [], email)
        moment = _moment(now)
        if warehouse is None and not sql:
            raise InvalidInput("No warehouse was named.", cure="Add --warehouse duckdb:///path/to/file.duckdb.")
        catalog = load_catalog(dbt)
        if sql and (warehouse is None or not json_):
            text, columns = _statement(query, catalog, viewer, moment)
            typer.echo(json.dumps({"columns": columns, "sql": text}) if json_ else text)
            return
        assert warehouse is not None
        result = asyncio.run(_run(query, catalog, viewer, warehouse, moment))
        _print_json(result) if json_ else _print_table(result)


def _statement(
    query: MetricQuery, catalog: Catalog, viewer: Viewer, now: datetime | None
) -> tuple[str, list[dict[str, str]]]:
    from vitrail.query.run import compile_query
    from vitrail.warehouse.dialect import DUCKDB

    compiled = compile_query(query, catalog, viewer, DUCKDB, limits=_limits(), now=now)
    return compiled.sql, [{"name": c.id, "type": c.type, "label": c.label} for c in compiled.columns]


async def _run(query: MetricQuery, catalog: Catalog, viewer: Viewer, url: str, now: datetime | None) -> QueryResult:
    from vitrail.query.run import run_query
    from vitrail.warehouse.connect import connect

    warehouse = await asyncio.to_thread(connect, url)
    try:
        return await run_query(query, catalog, viewer, warehouse, limits=_limits(), now=now)
    finally:
        await warehouse.close()


def _limits() -> Any:
    from vitrail.query.run import Limits
    from vitrail.settings import load_settings

    settings = load_settings()
    return Limits(settings.query_default_limit, settings.query_max_limit, settings.query_timeout_s)


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
    body = {"columns": columns, "rows": result.rows, "truncated": result.truncated, "sql": result.sql}
    typer.echo(orjson.dumps(body, default=str).decode())


def _print_table(result: QueryResult) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for column in result.columns:
        table.add_column(column.label, justify="right" if column.type == "number" else "left")
    for row in result.rows:
        table.add_row(*("∅" if value is None else str(value) for value in row))
    Console(markup=False, highlight=False).print(table)
    if result.truncated:
        typer.echo(f"There are more rows than the limit of {result.limit}.", err=True)


def check(dbt: Dbt, json_: Json = False) -> None:
    with output.run(json_):
        from vitrail.catalog.load import load_catalog

        catalog = load_catalog(dbt)
        if json_:
            explores = [_explore(explore) for explore in catalog.explores.values()]
            problems = [_problem(problem) for problem in catalog.problems]
            typer.echo(json.dumps({"version": catalog.version, "explores": explores, "problems": problems}))
        else:
            _print_check(catalog)
        if any(problem.fatal for problem in catalog.problems):
            raise typer.Exit(1)


def _explore(explore: Explore) -> dict[str, Any]:
    return {
        "name": explore.name,
        "label": explore.label,
        "base": explore.base_table,
        "joins": [join.table for join in explore.joins],
        "dimensions": [
            {"id": d.id, "label": d.label, "type": d.type, "hidden": d.hidden}
            for d in explore.dimensions()
            if not d.private
        ],
        "metrics": [
            {"id": m.id, "label": m.label, "type": m.type, "hidden": m.hidden}
            for m in explore.metrics()
            if not m.private
        ],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    origin = problem.origin
    return {
        "title": problem.title,
        "cause": problem.cause,
        "cure": problem.cure,
        "model": origin.model if origin else None,
        "file": origin.file if origin else None,
        "line": origin.line if origin else None,
        "fatal": problem.fatal,
    }


def _print_check(catalog: Catalog) -> None:
    for explore in catalog.explores.values():
        joins = f" + {', '.join(join.table for join in explore.joins)}" if explore.joins else ""
        dimensions, metrics = sum(1 for _ in explore.dimensions()), sum(1 for _ in explore.metrics())
        typer.echo(f"{explore.name}{joins}: {dimensions} dimensions, {metrics} metrics")
    for problem in catalog.problems:
        origin = problem.origin
        where = f"{origin.file}:{origin.line}: " if origin and origin.file and origin.line else ""
        typer.echo(f"\n{where}{problem.title}\n  {problem.cause}\n  → {problem.cure}")
    fatal = sum(problem.fatal for problem in catalog.problems)
    typer.echo(
        f"\n{len(catalog.explores)} explores, {len(catalog.problems)} problems, {fatal} of them left something out."
    )
