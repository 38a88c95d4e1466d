"""HTTP about connecting projects. Whoever points a project at data decides what its people see, so this is for
administrators of the organisation."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Request

from vitrail.access.dependencies import require
from vitrail.catalog.model import Catalog
from vitrail.db.dependencies import DbSession
from vitrail.errors import VitrailError
from vitrail.identity.person import Person
from vitrail.projects import connecting, schemas, service
from vitrail.projects.connecting import Found
from vitrail.projects.data import ProjectData
from vitrail.projects.routes import one, project_out
from vitrail.projects.service import Connection
from vitrail.projects.tables import ProjectRow
from vitrail.services import CurrentServices, Services

router = APIRouter(tags=["projects"])
Administrator = Annotated[Person, require("manage", "Organization", of="organization")]


@router.get("/organization/project-sources")
async def list_project_sources(by: Administrator, services: CurrentServices) -> schemas.ProjectSources:
    """The dbt folders and DuckDB files that could be connected."""
    root = services.settings.projects_folder.resolve()
    found = await asyncio.to_thread(connecting.sources, root)
    return schemas.ProjectSources(folder=str(root), dbt=list(found.dbt), warehouses=list(found.warehouses))


@router.post("/projects", status_code=201)
async def create_project(
    wanted: schemas.NewProject, by: Administrator, services: CurrentServices, session: DbSession
) -> schemas.Project:
    """Connect a dbt project and its warehouse. It is tried first, and refused with the reason when it does not work."""
    connected = _wanted(services, wanted)
    await connecting.try_out(connected)
    row = await service.create(
        session,
        services.secrets,
        by=by,
        organization_id=by.organization_id,
        name=wanted.name,
        connected=connected,
        preview=wanted.preview,
    )
    return project_out(row, by)


@router.get("/projects/{project_id}/connection")
async def get_connection(
    project_id: str, by: Administrator, services: CurrentServices, session: DbSession, request: Request
) -> schemas.ConnectionOut:
    """How a project is connected, and whether that works now."""
    row = await one(session, by, project_id)
    return await _tried(services, row, await _uploaded(request, row))


@router.put("/projects/{project_id}/connection")
async def set_connection(
    project_id: str,
    wanted: schemas.NewConnection,
    by: Administrator,
    services: CurrentServices,
    session: DbSession,
    request: Request,
) -> schemas.ConnectionOut:
    """Point a project at another folder or warehouse, or at the same ones anew (a file that was replaced is read
    afresh). With a folder, an uploaded catalog is no longer used; without one, only the warehouse changes. Refused with
    the reason when it does not work."""
    row = await one(session, by, project_id)
    connected = service.connection(row, services.secrets)
    asked = (wanted.dbt or "", wanted.warehouse.get_secret_value())
    before = connecting.shown(services.settings.projects_folder, connected)
    if asked != before:  # the operator's own choice may stay
        # What is shown of a server's address lacks its password: left as it is shown, the address stays what it was.
        connected = _wanted(services, wanted, kept=connected.warehouse_url if asked[1] == before[1] else None)
    kept = None
    if connected.dbt_dir is None:  # the catalog is still read from where it was
        kept = await _uploaded(request, row)
        if kept is None:
            connected = replace(connected, dbt_dir=service.connection(row, services.secrets).dbt_dir)
    found = await connecting.try_out(connected, kept)
    await service.reconnect(session, services.secrets, by, row, connected)
    return _out(services, row, connected, found)


def _wanted(services: Services, wanted: schemas.NewConnection, *, kept: str | None = None) -> Connection:
    warehouse = wanted.warehouse.get_secret_value()
    return connecting.below(services.settings.projects_folder, wanted.dbt, warehouse, kept=kept)


async def _uploaded(request: Request, row: ProjectRow) -> Catalog | None:
    """The uploaded catalog that a project uses."""
    if row.catalog_upload_id is None:
        return None
    data = request.app.state.data
    assert isinstance(data, ProjectData)
    return await data.catalog(row.id)


async def _tried(services: Services, row: ProjectRow, uploaded: Catalog | None) -> schemas.ConnectionOut:
    connected = service.connection(row, services.secrets)
    try:
        found = await connecting.try_out(connected, uploaded)
    except VitrailError as error:
        failed = schemas.ConnectionProblem(
            title=error.title, cause=error.cause, cure=error.cure, where=None, fatal=True
        )
        return _out(services, row, connected, None, failed)
    return _out(services, row, connected, found)


def _out(
    services: Services,
    row: ProjectRow,
    connected: Connection,
    found: Found | None,
    failed: schemas.ConnectionProblem | None = None,
) -> schemas.ConnectionOut:
    dbt, warehouse = connecting.shown(services.settings.projects_folder, connected)
    problems = [
        schemas.ConnectionProblem(
            title=each.title,
            cause=each.cause,
            cure=each.cure,
            where=str(each.origin) if each.origin else None,
            fatal=each.fatal,
        )
        for each in (found.problems if found else ())
    ]
    return schemas.ConnectionOut(
        dbt=dbt,
        warehouse=warehouse,
        works=failed is None,
        explores=found.explores if found else 0,
        fields=found.fields if found else 0,
        problems=[failed] if failed else problems,
        connected_at=row.connected_at,
    )
