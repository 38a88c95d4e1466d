"""`vitrail projects`: connecting dbt projects and warehouses, on the machine itself."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vitrail.cli.output import print_json, run

if TYPE_CHECKING:
    from vitrail.projects.connecting import Found
    from vitrail.projects.tables import ProjectRow
    from vitrail.services import Services

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Dbt = Annotated[
    Path | None,
    typer.Option("--dbt", help="A dbt project's folder, or Ossie files; left out where the catalog is uploaded."),
]


def _address(given: str) -> str:
    """`-` is read from standard input, so that a password stands in no list of processes and no shell's history."""
    return sys.stdin.readline().strip() if given == "-" else given


Warehouse = Annotated[
    str,
    typer.Option(
        "--warehouse",
        help="A DuckDB file, or a server's address (docs/warehouses.md); - reads it from standard input.",
        callback=_address,
    ),
]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True, help="Connect dbt projects and their warehouses.")
    group.command("list")(list_command)
    group.command("create")(create_command)
    group.command("connect")(connect_command)
    app.add_typer(group, name="projects")


def list_command(json: Json = False) -> None:
    """The projects of this instance."""
    with run(json):
        rows = asyncio.run(_all())
        if json:
            print_json(rows)
        for row in [] if json else rows:
            dbt = row["dbt"] or "(uploaded)"
            typer.echo(f"{row['id']}  {row['name']}\n  dbt: {dbt}\n  warehouse: {row['warehouse']}")


def create_command(
    name: Annotated[str, typer.Option("--name", help="What people see.")],
    warehouse: Warehouse,
    dbt: Dbt = None,
    preview: Annotated[bool, typer.Option("--preview", help="A project to try things in.")] = False,
    json: Json = False,
) -> None:
    """Make a project. It is tried first, and refused with the reason when it does not work."""
    with run(json):
        _say(*asyncio.run(_create(name, dbt, warehouse, preview)), json)


def connect_command(
    project: Annotated[str, typer.Argument(help="The project's id or name.")],
    warehouse: Warehouse,
    dbt: Dbt = None,
    json: Json = False,
) -> None:
    """Point a project at another folder or warehouse, or at the same ones anew."""
    with run(json):
        _say(*asyncio.run(_connect(project, dbt, warehouse)), json)


def _say(project: dict[str, Any], found: Found, json: bool) -> None:
    if json:
        problems = [{"title": each.title, "cause": each.cause, "cure": each.cure} for each in found.problems]
        print_json({**project, "explores": found.explores, "fields": found.fields, "problems": problems})
        return
    typer.echo(f"{project['name']} ({project['id']}): {found.explores} explores, {found.fields} fields.")
    for each in found.problems:
        typer.echo(f"  {'✗' if each.fatal else '!'} {each.title}: {each.cause}\n    → {each.cure}")


async def _all() -> list[dict[str, Any]]:
    from sqlalchemy import select

    from vitrail.projects.tables import ProjectRow
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    async with open_services(load_settings()) as services, services.db.session() as session:
        rows = await session.scalars(select(ProjectRow).order_by(ProjectRow.name, ProjectRow.id))
        return [_shown(services, row) for row in rows]


async def _create(name: str, dbt: Path | None, warehouse: str, preview: bool) -> tuple[dict[str, Any], Found]:
    from sqlalchemy import select

    from vitrail.errors import Conflict
    from vitrail.identity.tables import OrganizationRow
    from vitrail.projects import connecting, service
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    async with open_services(load_settings()) as services, services.db.session() as session:
        organization_id = await session.scalar(select(OrganizationRow.id).limit(1))
        if organization_id is None:
            raise Conflict("This instance has not been set up yet.", cure="Open the link that `vitrail setup` prints.")
        connected = connecting.anywhere(dbt, warehouse)
        found = await connecting.try_out(connected)
        row = await service.create(
            session,
            services.secrets,
            by=None,
            organization_id=organization_id,
            name=name,
            connected=connected,
            preview=preview,
        )
        return _shown(services, row), found


async def _connect(project: str, dbt: Path | None, warehouse: str) -> tuple[dict[str, Any], Found]:
    from sqlalchemy import select

    from vitrail.errors import NotFound
    from vitrail.projects import connecting, service
    from vitrail.projects.catalog_uploads import in_use
    from vitrail.projects.catalogs import ProjectCatalogs
    from vitrail.projects.tables import ProjectRow
    from vitrail.services import open_services
    from vitrail.settings import load_settings

    async with open_services(load_settings()) as services, services.db.session() as session:
        named = (ProjectRow.id == project) | (ProjectRow.name == project)
        rows = list(await session.scalars(select(ProjectRow).where(named)))
        if len(rows) != 1:
            raise NotFound(
                f"{len(rows) or 'No'} projects are called “{project}”.", cure="`vitrail projects list` shows the ids."
            )
        connected = connecting.anywhere(dbt, warehouse)
        catalog = None
        if dbt is None and (upload := await in_use(session, rows[0])):
            catalog = (await ProjectCatalogs(services.store).standing(rows[0].id, connected, upload)).catalog
        elif dbt is None:
            connected = replace(connected, dbt_dir=service.connection(rows[0], services.secrets).dbt_dir)
        found = await connecting.try_out(connected, catalog)
        await service.reconnect(session, services.secrets, None, rows[0], connected)
        return _shown(services, rows[0]), found


def _shown(services: Services, row: ProjectRow) -> dict[str, Any]:
    from vitrail.projects import connecting, service

    connected = service.connection(row, services.secrets)
    dbt, warehouse = connecting.shown(Path("/"), connected)
    return {
        "id": row.id,
        "name": row.name,
        "preview": row.preview,
        "dbt": f"/{dbt}" if dbt else None,
        "warehouse": warehouse,
    }
