"""Who may do something in a project, and giving people and groups roles there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.members import holds_a_role
from vitrail.access.tables import CustomRoleGrantRow, ProjectGroupGrantRow
from vitrail.directory.groups import described
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, SERVICE_ACCOUNT, GroupRow, PersonRow


async def people_in(
    session: AsyncSession, by: Person, project_id: str, q: str | None, *, limit: int, offset: int
) -> tuple[list[PersonRow], int]:
    """One page of the active people who hold anything there, by name, and how many they are."""
    here = [
        PersonRow.organization_id == by.organization_id,
        PersonRow.active,
        PersonRow.kind.in_((PERSON, SERVICE_ACCOUNT)),
        holds_a_role(project_id),
    ]
    if q:
        here.append(PersonRow.name.icontains(q, autoescape=True) | PersonRow.email.icontains(q, autoescape=True))
    total = await session.scalar(select(func.count()).select_from(PersonRow).where(*here))
    found = select(PersonRow).where(*here).order_by(func.lower(PersonRow.name), PersonRow.id)
    return list(await session.scalars(found.limit(limit).offset(offset))), total or 0


async def groups_in(session: AsyncSession, by: Person, project_id: str) -> list[tuple[GroupRow, int]]:
    """The groups that hold a role there by name, each with how many members it has."""
    system = select(ProjectGroupGrantRow.group_id).where(ProjectGroupGrantRow.project_id == project_id)
    custom = select(CustomRoleGrantRow.group_id).where(CustomRoleGrantRow.project_id == project_id)
    rows = list(
        await session.scalars(
            select(GroupRow)
            .where(
                GroupRow.organization_id == by.organization_id,
                GroupRow.id.in_(system) | GroupRow.id.in_(custom.where(CustomRoleGrantRow.group_id.is_not(None))),
            )
            .order_by(func.lower(GroupRow.name), GroupRow.id)
        )
    )
    return [(each.row, each.members) for each in await described(session, rows)]


async def candidates(
    session: AsyncSession, by: Person, q: str | None, *, limit: int
) -> tuple[Sequence[GroupRow], Sequence[PersonRow]]:
    """Groups and active people of the organisation to whom a role could be given."""
    groups = select(GroupRow).where(GroupRow.organization_id == by.organization_id)
    people = select(PersonRow).where(
        PersonRow.organization_id == by.organization_id, PersonRow.active, PersonRow.kind.in_((PERSON, SERVICE_ACCOUNT))
    )
    if q:
        groups = groups.where(GroupRow.name.icontains(q, autoescape=True))
        people = people.where(
            PersonRow.name.icontains(q, autoescape=True) | PersonRow.email.icontains(q, autoescape=True)
        )
    found = list(await session.scalars(groups.order_by(func.lower(GroupRow.name)).limit(limit)))
    rest = people.order_by(func.lower(PersonRow.name), PersonRow.id).limit(limit)
    return found, list(await session.scalars(rest))
