"""Who may create data apps: how many people of an organisation hold the scope, and whether one person does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.roles import ROLE_SCOPES, Role
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
    ProjectGroupGrantRow,
)
from vitrail.identity.person import Person
from vitrail.identity.tables import GroupMemberRow, OrganizationRow, PersonRow
from vitrail.projects.tables import ProjectRow

CREATE, CREATE_IN_PREVIEW = "create:DataApp", "create:DataApp@preview"


@dataclass(frozen=True, slots=True)
class Holders:
    """`people` may create data apps somewhere; `everyone` is how many people can sign in at all."""

    people: int
    everyone: int


async def organization_of(session: AsyncSession, person: Person | None) -> str | None:
    """The person's organisation; for the command line, which nobody signed in to, the oldest one."""
    if person is not None:
        return person.organization_id
    return await session.scalar(select(OrganizationRow.id).order_by(OrganizationRow.created_at).limit(1))


async def holders(session: AsyncSession, organization_id: str) -> Holders:
    """Counted in SQL, over roles, groups and custom roles."""
    active = (
        PersonRow.organization_id == organization_id,
        PersonRow.active,
        PersonRow.kind == "person",
    )
    custom = list(
        await session.execute(
            select(CustomRoleRow.id, CustomRoleRow.scopes).where(CustomRoleRow.organization_id == organization_id)
        )
    )
    plain = [role_id for role_id, scopes in custom if CREATE in scopes]
    preview = [role_id for role_id, scopes in custom if CREATE in scopes or CREATE_IN_PREVIEW in scopes]
    projects = select(ProjectRow.id).where(ProjectRow.organization_id == organization_id)
    previews = projects.where(ProjectRow.preview)
    if await session.scalar(previews.limit(1)) is None:
        preview = plain
    roles = [role.value for role in Role if CREATE in ROLE_SCOPES[role]]
    given = CustomRoleGrantRow
    ways: list[Select[Any]] = [
        select(OrganizationGrantRow.person_id).where(OrganizationGrantRow.role.in_(roles)),
        select(ProjectGrantRow.person_id).where(
            ProjectGrantRow.role.in_(roles), ProjectGrantRow.project_id.in_(projects)
        ),
        _members(OrganizationGroupGrantRow.group_id, OrganizationGroupGrantRow.role.in_(roles)),
        _members(
            ProjectGroupGrantRow.group_id,
            ProjectGroupGrantRow.role.in_(roles),
            ProjectGroupGrantRow.project_id.in_(projects),
        ),
    ]
    for where in (
        given.role_id.in_(plain) & (given.project_id.is_(None) | given.project_id.in_(projects)),
        given.role_id.in_(preview) & (given.project_id.is_(None) | given.project_id.in_(previews)),
    ):
        ways.append(select(given.person_id).where(given.person_id.is_not(None), where))
        ways.append(_members(given.group_id, where))
    found = union(*ways).subquery()
    people = select(func.count()).select_from(PersonRow).where(*active)
    return Holders(
        people=await session.scalar(people.where(PersonRow.id.in_(select(found.c[0])))) or 0,
        everyone=await session.scalar(people) or 0,
    )


def _members(group_id: Any, *where: ColumnElement[bool]) -> Select[Any]:
    return select(GroupMemberRow.person_id).where(GroupMemberRow.group_id == group_id, *where)


def projects_of(person: Person, projects: list[ProjectRow]) -> list[str]:
    """In which of these projects the person may create data apps: their names."""
    return [
        project.name
        for project in projects
        if CREATE in (scopes := person.scopes(project.id)) or (project.preview and CREATE_IN_PREVIEW in scopes)
    ]
