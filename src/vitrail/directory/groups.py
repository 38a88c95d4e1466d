"""Groups of people: whatever a group is given, each of its members holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGroupGrantRow,
)
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.directory.holding import Holder
from vitrail.errors import Conflict
from vitrail.identity import rules
from vitrail.identity.person import Person
from vitrail.identity.tables import PERSON, SERVICE_ACCOUNT, GroupMemberRow, GroupRow, PersonRow


class NameTaken(Conflict):
    """Another one has this name."""

    title = "This name is taken"
    code = "name-taken"


@dataclass(frozen=True, slots=True)
class Listed:
    """A group in a list. `members` are active people and service accounts."""

    row: GroupRow
    members: int
    role: str | None
    custom: Sequence[str] = field(default_factory=list)


async def page(
    session: AsyncSession, by: Person, q: str | None, *, limit: int, offset: int
) -> tuple[list[Listed], int]:
    """One page by name, and how many there are in all."""
    here = [GroupRow.organization_id == by.organization_id]
    if q:
        here.append(GroupRow.name.icontains(q, autoescape=True))
    total = await session.scalar(select(func.count()).select_from(GroupRow).where(*here))
    found = select(GroupRow).where(*here).order_by(func.lower(GroupRow.name), GroupRow.id).limit(limit).offset(offset)
    return await described(session, list(await session.scalars(found))), total or 0


async def described(session: AsyncSession, rows: Sequence[GroupRow]) -> list[Listed]:
    ids = [row.id for row in rows]
    count = (
        select(GroupMemberRow.group_id, func.count())
        .join(PersonRow, PersonRow.id == GroupMemberRow.person_id)
        .where(GroupMemberRow.group_id.in_(ids), PersonRow.active)
        .group_by(GroupMemberRow.group_id)
    )
    members = dict((await session.execute(count)).all())
    system = select(OrganizationGroupGrantRow.group_id, OrganizationGroupGrantRow.role)
    roles = dict((await session.execute(system.where(OrganizationGroupGrantRow.group_id.in_(ids)))).all())
    custom: dict[str, list[str]] = defaultdict(list)
    given = (
        select(CustomRoleGrantRow.group_id, CustomRoleRow.name)
        .join(CustomRoleRow, CustomRoleRow.id == CustomRoleGrantRow.role_id)
        .where(CustomRoleGrantRow.group_id.in_(ids), CustomRoleGrantRow.project_id.is_(None))
        .order_by(CustomRoleRow.name)
    )
    for group_id, name in await session.execute(given):
        custom[str(group_id)].append(name)
    return [Listed(row, members.get(row.id, 0), roles.get(row.id), custom.get(row.id, [])) for row in rows]


async def one(session: AsyncSession, by: Person, group_id: str) -> GroupRow:
    """Raises `NotFound`."""
    found = select(GroupRow).where(GroupRow.id == group_id, GroupRow.organization_id == by.organization_id)
    row = await session.scalar(found)
    if row is None:
        raise not_found("group")
    return row


async def holder(session: AsyncSession, by: Person, group_id: str) -> Holder:
    row = await one(session, by, group_id)
    return Holder("group", row.id, row.name)


async def create(session: AsyncSession, by: Person, *, name: str, description: str) -> GroupRow:
    """Raises `NameTaken`."""
    row = GroupRow(
        id=new_id(), organization_id=by.organization_id, name=name, description=description, created_at=now()
    )
    await _added(session, row)
    await record(session, Action.GROUP_CREATED, actor=by, subject=Subject("group", row.id, row.name))
    return row


async def change(
    session: AsyncSession, by: Person, group_id: str, *, name: str | None, description: str | None
) -> GroupRow:
    """Raises `NameTaken`, `NotFound`."""
    row = await one(session, by, group_id)
    wanted = {"name": name, "description": description}
    changed = [each for each, value in wanted.items() if value not in (None, getattr(row, each))]
    if not changed:
        return row
    before = row.name
    row.name = name if name is not None else row.name
    row.description = description if description is not None else row.description
    await _added(session, row)
    details = {"changed": changed} | ({"before": before} if "name" in changed else {})
    await record(session, Action.GROUP_CHANGED, actor=by, subject=Subject("group", row.id, row.name), details=details)
    return row


async def remove(session: AsyncSession, by: Person, group_id: str) -> None:
    """Deletes a group: its members stay, what they held through it is gone. Raises `LastAdministrator`,
    `MoreThanYours`, `NotFound`."""
    await rules.one_at_a_time(session, by)
    row = await one(session, by, group_id)
    await rules.may_change_members(session, by, row.id)
    await record(session, Action.GROUP_DELETED, actor=by, subject=Subject("group", row.id, row.name))
    await session.execute(delete(CustomRoleGrantRow).where(CustomRoleGrantRow.group_id == row.id))
    await session.execute(delete(GroupRow).where(GroupRow.id == row.id))
    await rules.keep_an_administrator(session, by)


async def members(
    session: AsyncSession, by: Person, group_id: str, q: str | None, *, limit: int, offset: int
) -> tuple[list[tuple[PersonRow, bool]], int]:
    """One page of a group's members by name, each with whether a sign-on put them there, and how many there are."""
    row = await one(session, by, group_id)
    here = [GroupMemberRow.group_id == row.id]
    if q:
        here.append(PersonRow.name.icontains(q, autoescape=True) | PersonRow.email.icontains(q, autoescape=True))
    joined = GroupMemberRow.person_id == PersonRow.id
    total = await session.scalar(select(func.count()).select_from(PersonRow).join(GroupMemberRow, joined).where(*here))
    found = await session.execute(
        select(PersonRow, GroupMemberRow.by_sign_on)
        .join(GroupMemberRow, joined)
        .where(*here)
        .order_by(func.lower(PersonRow.name), PersonRow.id)
        .limit(limit)
        .offset(offset)
    )
    return [(person, by_sign_on) for person, by_sign_on in found], total or 0


async def change_members(
    session: AsyncSession, by: Person, group_id: str, *, add: Collection[str], remove: Collection[str]
) -> None:
    """Puts people into a group and takes others out, all or none. Raises `MoreThanYours` when the group gives more than
    `by` holds, `LastAdministrator`, `NotFound` for anybody who is not of the organisation."""
    await rules.one_at_a_time(session, by)
    row = await one(session, by, group_id)
    await rules.may_change_members(session, by, row.id)
    touched = {*add, *remove}
    names = dict(
        (
            await session.execute(
                select(PersonRow.id, PersonRow.name).where(
                    PersonRow.organization_id == by.organization_id,
                    PersonRow.kind.in_((PERSON, SERVICE_ACCOUNT)),
                    PersonRow.id.in_(touched),
                )
            )
        ).all()
    )
    if set(names) != touched:
        raise not_found("person")
    held = set(
        await session.scalars(
            select(GroupMemberRow.person_id).where(
                GroupMemberRow.group_id == row.id, GroupMemberRow.person_id.in_(touched)
            )
        )
    )
    added, gone = set(add) - held, set(remove) & held - set(add)
    if added:
        await session.execute(insert(GroupMemberRow), [{"group_id": row.id, "person_id": id_} for id_ in added])
    if gone:
        await session.execute(
            delete(GroupMemberRow).where(GroupMemberRow.group_id == row.id, GroupMemberRow.person_id.in_(gone))
        )
    for ids, action in ((added, Action.GROUP_MEMBER_ADDED), (gone, Action.GROUP_MEMBER_REMOVED)):
        for id_ in sorted(ids):
            details = {"member": names[id_], "memberId": id_}
            await record(session, action, actor=by, subject=Subject("group", row.id, row.name), details=details)
    if gone:
        await rules.keep_an_administrator(session, by)


async def _added(session: AsyncSession, row: GroupRow) -> None:
    name = row.name
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        raise NameTaken(f"There is a group “{name}” already.", cure="Choose another name.") from None
