"""`vitrail catalog`: check, compare, export and upload what can be asked. Only `upload` needs a server."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitrail.cli import output
from vitrail.errors import InvalidInput

if TYPE_CHECKING:
    from vitrail.catalog.model import Catalog, Dimension, Explore, Metric, Problem, Table

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Place = Annotated[
    Path | None, typer.Argument(metavar="[DIR]", help="A dbt project's folder, or an Ossie file; else the folder here.")
]
Dbt = Annotated[Path | None, typer.Option("--dbt", help="The same as DIR.")]
Adapter = Annotated[
    str | None, typer.Option("--adapter", help="The warehouse's kind where the files don't say it: postgres, …")
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="Look into a catalog: check, compare, export, upload.", no_args_is_help=True)
    group.command("check", help="List explores, fields, and every problem with its file, cause and cure.")(check)
    group.command("diff", help="Say what differs between two catalogs: added, removed, renamed, retyped.")(diff_command)
    group.command("export", help="Write the catalog as an Apache Ossie semantic model.")(export)
    group.command("upload", help="Put the catalog of a folder in use on a server (what a project's CI does).")(upload)
    app.add_typer(group, name="catalog")


def check(
    place: Place = None,
    dbt: Dbt = None,
    adapter: Adapter = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 when anything was left out.")] = False,
    json_: Json = False,
) -> None:
    """Exits with 1 when nothing can be asked, and with --strict when a problem left anything out."""
    with output.run(json_):
        from vitrail.catalog.load import load_catalog
        from vitrail.catalog.sources import find_source

        where = place or dbt or Path()
        source = find_source(where)
        catalog = load_catalog(where, adapter)
        if json_:
            explores = [_explore(explore) for explore in catalog.explores.values()]
            problems = [problem_json(problem) for problem in catalog.problems]
            body = {"source": source.kind, "version": catalog.version, "explores": explores, "problems": problems}
            typer.echo(json.dumps(body))
        else:
            _print_check(catalog, source.kind)
        if not catalog.explores or (strict and any(problem.fatal for problem in catalog.problems)):
            raise typer.Exit(1)


def diff_command(
    old: Annotated[Path, typer.Argument(help="A folder or an Ossie file.")],
    new: Annotated[Path, typer.Argument(help="Another.")],
    adapter: Adapter = None,
    json_: Json = False,
) -> None:
    """Exits with 0 whatever differs."""
    with output.run(json_):
        from dataclasses import asdict

        from vitrail.catalog.changes import counts, diff, in_words
        from vitrail.catalog.load import load_catalog

        changes = diff(load_catalog(old, adapter), load_catalog(new, adapter))
        if json_:
            typer.echo(json.dumps({"counts": counts(changes), "changes": [asdict(change) for change in changes]}))
            return
        for change in changes:
            typer.echo(str(change))
        typer.echo(in_words(changes).capitalize() + ".")


def export(
    project: Annotated[Path, typer.Option("--project", help="A dbt project's folder; else the folder here.")] = Path(),
    format_: Annotated[str, typer.Option("--format", help="ossie")] = "ossie",
    out: Annotated[Path | None, typer.Option("-o", "--output", help="The file; else standard output.")] = None,
    adapter: Adapter = None,
    name: Annotated[str | None, typer.Option("--name", help="The semantic model's name; else the folder's.")] = None,
    json_: Json = False,
) -> None:
    """What the format can't say goes to standard error, access rules first. `--json` writes JSON instead of YAML."""
    with output.run(json_):
        from vitrail.catalog.load import load_catalog
        from vitrail.catalog.ossie_export import as_json, as_yaml, export_ossie
        from vitrail.catalog.sources import read_source

        if format_ != "ossie":
            raise InvalidInput(f"The format {format_!r} is not known.", cure="Write --format ossie.")
        kind = read_source(project, adapter).adapter
        found = export_ossie(load_catalog(project, adapter), name or project.resolve().name, kind)
        text = as_json(found.document) if json_ else as_yaml(found.document)
        for warning in found.warnings:
            print(f"! {warning}", file=sys.stderr)
        if out is None:
            typer.echo(text, nl=False)
            return
        try:
            out.write_text(text, encoding="utf-8")
        except OSError as error:
            raise InvalidInput(f"{out} can't be written: {error.strerror}.", cure="Name another file.") from None


def upload(
    project: Annotated[str, typer.Option("--project", help="The project's id.")],
    place: Place = None,
    url: Annotated[str | None, typer.Option("--url", envvar="VITRAIL_URL", help="The server's address.")] = None,
    token_env: Annotated[
        str, typer.Option("--token-env", help="The environment variable that holds a token; never the token itself.")
    ] = "VITRAIL_TOKEN",  # noqa: S107
    json_: Json = False,
) -> None:
    """Sends target/manifest.json, semantic_manifest.json, catalog.json and lightdash.config.yml as far as they are
    there, or an Ossie file. The server refuses what nothing can be asked of, with every problem."""
    with output.run(json_):
        from vitrail.catalog.changes import Change, Kind, What
        from vitrail.cli.catalog_upload import send

        answer = send(place or Path(), project=project, url=url, token_env=token_env)
        if json_:
            output.print_json(answer)
            return
        typer.echo(f"In use: version {answer['version']}, {answer['explores']} explores, {answer['fields']} fields.")
        for change in answer["changes"]:
            typer.echo(f"  {Change(**{**change, 'kind': Kind(change['kind']), 'what': What(change['what'])})}")
        for problem in answer["problems"]:
            where = f"{problem['where']}: " if problem["where"] else ""
            mark = "✗" if problem["fatal"] else "!"
            typer.echo(f"  {mark} {where}{problem['title']}: {problem['cause']}\n    → {problem['cure']}")


def _explore(explore: Explore) -> dict[str, Any]:
    return {
        "name": explore.name,
        "label": explore.label,
        "base": explore.base_table,
        "joins": [join.table for join in explore.joins],
        "dimensions": [_field(d) for d in explore.dimensions() if not d.private],
        "metrics": [_field(m) for m in explore.metrics() if not m.private],
    }


def _field(field: Dimension | Metric) -> dict[str, Any]:
    return {"id": field.id, "label": field.label, "type": field.type, "hidden": field.hidden}


def problem_json(problem: Problem) -> dict[str, Any]:
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


def _print_check(catalog: Catalog, kind: str) -> None:
    shown: set[tuple[str, str]] = set()
    own = {str(name) for name in catalog.explores}
    for explore in catalog.explores.values():
        joins = f" + {', '.join(join.table for join in explore.joins)}" if explore.joins else ""
        dimensions, metrics = sum(1 for _ in explore.dimensions()), sum(1 for _ in explore.metrics())
        typer.echo(f"{explore.name}{joins}: {dimensions} dimensions, {metrics} metrics")
        for name, table in explore.tables.items():
            # A joined table's fields are told once, not in each explore that joins it.
            if (table.relation, name) not in shown and (name == explore.base_table or str(name) not in own):
                shown.add((table.relation, name))
                _print_fields(table)
    for problem in catalog.problems:
        origin = problem.origin
        where = f"{origin}: " if origin and origin.file else ""
        typer.echo(f"\n{where}{problem.title}\n  {problem.cause}\n  → {problem.cure}")
    fatal = sum(problem.fatal for problem in catalog.problems)
    typer.echo(
        f"\n{len(catalog.explores)} explores ({kind}), {len(catalog.problems)} problems, "
        f"{fatal} of them left something out."
    )


def _print_fields(table: Table) -> None:
    fields: list[Dimension | Metric] = [d for d in table.dimensions.values() if d.interval is None]
    fields += table.metrics.values()
    width = max((len(field.id) for field in fields), default=0)
    for field in fields:
        kind = "dimension" if field.name in table.dimensions else "metric"
        hidden = "  (hidden)" if field.hidden else ""
        typer.echo(f"  {field.id:<{width}}  {kind:<9}  {field.type:<14}  {field.label}{hidden}")
