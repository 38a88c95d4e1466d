"""Which roles a person, a service account or a group holds, in the organisation or in a project, and changing it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.roles import Role, custom_scopes, organization_scopes, project_scopes
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
    ProjectGroupGrantRow,
)
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id
from vitrail.errors import InvalidInput
from vitrail.identity import rules
from vitrail.identity.person import Person

Kind = Literal["person", "group"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who can hold roles; `name` is for the log."""

    kind: Kind
    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """The roles of one holder in one place: one system role at most, and custom roles by id with their names."""

    role: str | None
    custom: Mapping[str, str]


async def held(session: AsyncSession, holder: Holder, project_id: str | None) -> Held:
    """What a holder has been given there by name (not through groups, not from elsewhere)."""
    role = await session.scalar(_system(holder, project_id))
    custom = await session.execute(
        select(CustomRoleRow.id, CustomRoleRow.name)
        .join(CustomRoleGrantRow, CustomRoleGrantRow.role_id == CustomRoleRow.id)
        .where(_given(holder, project_id))
        .order_by(CustomRoleRow.name)
    )
    return Held(role, dict(custom.all()))


async def change(
    session: AsyncSession,
    by: Person,
    holder: Holder,
    project_id: str | None,
    *,
    role: Role | None,
    custom: Collection[str],
    may_give_custom: bool,
) -> Held:
    """Gives exactly these roles there. Raises `MoreThanYours`, `LastAdministrator`, `NotFound` or `InvalidInput`.

    `may_give_custom` is whether custom roles are on: if not, those that are held can be taken away but none given."""
    await rules.one_at_a_time(session, by)
    before = await held(session, holder, project_id)
    added = set(custom) - before.custom.keys()
    known = await _custom_roles(session, by, added, project_id)
    if added and not may_give_custom:
        raise InvalidInput("Custom roles are off, so none can be given.", cure="See Settings → Licence.")
    giving = frozenset[str]()
    if role is not None and role != before.role:
        giving |= organization_scopes(role) if project_id is None else project_scopes(role)
    for row in known.values():
        giving |= custom_scopes(row.scopes, in_project=project_id is not None)
    gone = before.custom.keys() - set(custom)
    rules.holds(by, giving | await _taken(session, before, role, gone, project_id), project_id)
    if project_id is None and holder.kind == "person":
        await rules.not_above(session, by, holder.id)

    if role != before.role:
        await _set_system(session, holder, project_id, role)
    if gone:
        await session.execute(
            delete(CustomRoleGrantRow).where(_given(holder, project_id), CustomRoleGrantRow.role_id.in_(gone))
        )
    session.add_all(
        CustomRoleGrantRow(
            id=new_id(),
            role_id=id_,
            project_id=project_id,
            person_id=holder.id if holder.kind == "person" else None,
            group_id=holder.id if holder.kind == "group" else None,
        )
        for id_ in added
    )
    await session.flush()
    await _say(session, by, holder, project_id, before, role, {id_: row.name for id_, row in known.items()}, gone)
    if project_id is None and before.role == Role.ADMIN and role != Role.ADMIN:
        await rules.keep_an_administrator(session, by)
    return await held(session, holder, project_id)


async def _taken(
    session: AsyncSession, before: Held, role: Role | None, gone: Collection[str], project_id: str | None
) -> frozenset[str]:
    """The scopes that a change takes away: whoever takes them has to hold them, as whoever gives them."""
    of = organization_scopes if project_id is None else project_scopes
    taken = frozenset[str]()
    if before.role is not None and before.role != role:
        taken |= of(Role(before.role)) - (of(role) if role is not None else frozenset())
    for scopes in await session.scalars(select(CustomRoleRow.scopes).where(CustomRoleRow.id.in_(gone))):
        taken |= custom_scopes(scopes, in_project=project_id is not None)
    return taken


async def _custom_roles(
    session: AsyncSession, by: Person, ids: Collection[str], project_id: str | None
) -> dict[str, CustomRoleRow]:
    found = await session.scalars(
        select(CustomRoleRow).where(CustomRoleRow.organization_id == by.organization_id, CustomRoleRow.id.in_(ids))
    )
    known = {row.id: row for row in found}
    if set(known) != set(ids):
        raise not_found("custom role")
    level = "organization" if project_id is None else "project"
    for row in known.values():
        if row.level != level:
            raise InvalidInput(
                f"“{row.name}” is a role for {'the organisation' if row.level == 'organization' else 'projects'}.",
                cure="Give it there, or duplicate it for the other level.",
            )
    return known


async def _say(
    session: AsyncSession,
    by: Person,
    holder: Holder,
    project_id: str | None,
    before: Held,
    role: Role | None,
    given: Mapping[str, str],
    gone: Collection[str],
) -> None:
    taken = [before.custom[id_] for id_ in gone]
    if role != before.role and before.role is not None and role is None:
        taken.append(before.role)
    gained = [*given.values(), *([role.value] if role is not None and role != before.role else [])]
    subject = Subject(holder.kind, holder.id, holder.name)
    for action, names in ((Action.GRANT_TAKEN, taken), (Action.GRANT_GIVEN, gained)):
        for name in sorted(names):
            details = {"role": name} | ({"before": before.role} if name == role and before.role else {})
            await record(session, action, actor=by, subject=subject, project_id=project_id, details=details)


def _given(holder: Holder, project_id: str | None) -> ColumnElement[bool]:
    whom = CustomRoleGrantRow.person_id if holder.kind == "person" else CustomRoleGrantRow.group_id
    where = CustomRoleGrantRow.project_id
    return (whom == holder.id) & (where.is_(None) if project_id is None else where == project_id)


def _system(holder: Holder, project_id: str | None) -> Select[str]:
    if holder.kind == "person":
        if project_id is None:
            return select(OrganizationGrantRow.role).where(OrganizationGrantRow.person_id == holder.id)
        return select(ProjectGrantRow.role).where(
            ProjectGrantRow.person_id == holder.id, ProjectGrantRow.project_id == project_id
        )
    if project_id is None:
        return select(OrganizationGroupGrantRow.role).where(OrganizationGroupGrantRow.group_id == holder.id)
    return select(ProjectGroupGrantRow.role).where(
        ProjectGroupGrantRow.group_id == holder.id, ProjectGroupGrantRow.project_id == project_id
    )


async def _set_system(session: AsyncSession, holder: Holder, project_id: str | None, role: Role | None) -> None:
    row: OrganizationGrantRow | ProjectGrantRow | OrganizationGroupGrantRow | ProjectGroupGrantRow
    value = role.value if role else ""
    if holder.kind == "person":
        row = (
            OrganizationGrantRow(person_id=holder.id, role=value)
            if project_id is None
            else ProjectGrantRow(project_id=project_id, person_id=holder.id, role=value)
        )
    else:
        row = (
            OrganizationGroupGrantRow(group_id=holder.id, role=value)
            if project_id is None
            else ProjectGroupGrantRow(project_id=project_id, group_id=holder.id, role=value)
        )
    merged = await session.merge(row)
    if role is None:
        await session.flush()
        await session.delete(merged)
    await session.flush()
