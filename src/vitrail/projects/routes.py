"""HTTP about projects."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from vitrail.access.decisions import not_found
from vitrail.access.dependencies import CurrentPerson, require
from vitrail.db.dependencies import DbSession
from vitrail.identity.person import Person
from vitrail.projects import repository
from vitrail.projects.schemas import Project, ProjectChange
from vitrail.projects.service import rename
from vitrail.projects.tables import ProjectRow

router = APIRouter(tags=["projects"])


@router.get("/projects")
async def list_projects(person: CurrentPerson, session: DbSession) -> list[Project]:
    """The projects that I may open."""
    return [project_out(row, person) for row in await repository.all_visible(session, person)]


@router.get("/projects/{project_id}")
async def get_project(
    project_id: str, person: Annotated[Person, require("view", "Project")], session: DbSession
) -> Project:
    """One project, with my role and my scopes in it."""
    return project_out(await one(session, person, project_id), person)


@router.patch("/projects/{project_id}")
async def change_project(
    project_id: str, change: ProjectChange, person: Annotated[Person, require("manage", "Project")], session: DbSession
) -> Project:
    """Rename a project."""
    row = await one(session, person, project_id)
    await rename(session, person, row, change.name)
    return project_out(row, person)


async def one(session: DbSession, person: Person, project_id: str) -> ProjectRow:
    """A project that the person may know of. Raises `NotFound`."""
    row = await repository.visible(session, person, project_id)
    if row is None:
        raise not_found("project")
    return row


def project_out(row: ProjectRow, person: Person) -> Project:
    return Project(
        id=row.id,
        name=row.name,
        preview=row.preview,
        role=person.role(row.id),
        scopes=sorted(person.scopes(row.id)),
        created_at=row.created_at,
    )
