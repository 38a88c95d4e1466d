"""People as administrators see and change them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
)
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id
from vitrail.directory.holding import Holder
from vitrail.errors import Conflict
from vitrail.identity import rules
from vitrail.identity.person import Person
from vitrail.identity.tables import (
    PERSON,
    SERVICE_ACCOUNT,
    AttributeValueRow,
    GroupMemberRow,
    GroupRow,
    IdentityRow,
    LinkRow,
    PersonRow,
    SignInRow,
    TokenRow,
)

DELETED = "deleted"
Status = Literal["active", "invited", "off"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people: text in name or address, a system role in the organisation (`member`: none), a group, a status."""

    q: str | None = None
    role: str | None = None
    group_id: str | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A person in a list."""

    row: PersonRow
    role: str | None
    custom: Sequence[str]
    groups: Sequence[str]
    last_seen_at: datetime | None
    invited: bool


async def page(
    session: AsyncSession, by: Person, wanted: Wanted, *, limit: int, offset: int
) -> tuple[list[Listed], int]:
    """One page by name, and how many there are in all. Five statements, however many people."""
    here = _matching(by, wanted)
    total = await session.scalar(select(func.count()).select_from(PersonRow).where(*here))
    rows = list(
        await session.scalars(
            select(PersonRow)
            .where(*here)
            .order_by(func.lower(PersonRow.name), PersonRow.id)
            .limit(limit)
            .offset(offset)
        )
    )
    return await described(session, rows), total or 0


async def described(session: AsyncSession, rows: Sequence[PersonRow]) -> list[Listed]:
    ids = [row.id for row in rows]
    roles = dict(
        (
            await session.execute(
                select(OrganizationGrantRow.person_id, OrganizationGrantRow.role).where(
                    OrganizationGrantRow.person_id.in_(ids)
                )
            )
        ).all()
    )
    custom: dict[str, list[str]] = defaultdict(list)
    given = (
        select(CustomRoleGrantRow.person_id, CustomRoleRow.name)
        .join(CustomRoleRow, CustomRoleRow.id == CustomRoleGrantRow.role_id)
        .where(CustomRoleGrantRow.person_id.in_(ids), CustomRoleGrantRow.project_id.is_(None))
        .order_by(CustomRoleRow.name)
    )
    for holder_id, name in await session.execute(given):
        custom[str(holder_id)].append(name)
    groups: dict[str, list[str]] = defaultdict(list)
    members = (
        select(GroupMemberRow.person_id, GroupRow.name)
        .join(GroupRow, GroupRow.id == GroupMemberRow.group_id)
        .where(GroupMemberRow.person_id.in_(ids))
        .order_by(GroupRow.name)
    )
    for person_id, name in await session.execute(members):
        groups[person_id].append(name)
    seen: dict[str, datetime] = {}
    for table, at in ((SignInRow, SignInRow.last_seen_at), (TokenRow, TokenRow.last_used_at)):
        found = select(table.person_id, func.max(at)).where(table.person_id.in_(ids)).group_by(table.person_id)
        for person_id, last in await session.execute(found):
            if last is not None:
                seen[person_id] = max(last, seen.get(person_id, last))
    single_sign_on = set(await session.scalars(select(IdentityRow.person_id).where(IdentityRow.person_id.in_(ids))))
    return [
        Listed(
            row,
            roles.get(row.id),
            custom.get(row.id, ()),
            groups.get(row.id, ()),
            seen.get(row.id),
            invited=row.password_hash is None and row.kind == PERSON and row.id not in single_sign_on,
        )
        for row in rows
    ]


async def one(session: AsyncSession, by: Person, person_id: str, kind: str = PERSON) -> PersonRow:
    """A person of the organisation, active or not. Raises `NotFound`."""
    row = await session.scalar(
        select(PersonRow).where(
            PersonRow.id == person_id, PersonRow.organization_id == by.organization_id, PersonRow.kind == kind
        )
    )
    if row is None:
        raise not_found("person" if kind == PERSON else "service account")
    return row


async def holder(session: AsyncSession, by: Person, person_id: str) -> Holder:
    """A person or service account, to be given roles. Raises `NotFound`."""
    row = await session.scalar(
        select(PersonRow).where(
            PersonRow.id == person_id,
            PersonRow.organization_id == by.organization_id,
            PersonRow.kind.in_((PERSON, SERVICE_ACCOUNT)),
        )
    )
    if row is None:
        raise not_found("person")
    return Holder("person", row.id, row.name)


async def change(
    session: AsyncSession, by: Person, person_id: str, *, name: str | None, active: bool | None, kind: str = PERSON
) -> PersonRow:
    """Renames somebody, switches them off (they are out at once) or on again. Raises `LastAdministrator`,
    `MoreThanYours`, `NotFound`, `Conflict` for oneself."""
    await rules.one_at_a_time(session, by)
    row = await one(session, by, person_id, kind)
    await rules.not_above(session, by, row.id)
    subject = Subject("person" if kind == PERSON else "service-account", row.id, name or row.name)
    if name is not None and name != row.name:
        action = Action.PERSON_CHANGED if kind == PERSON else Action.SERVICE_ACCOUNT_CHANGED
        details = {"changed": ["name"], "before": row.name}
        row.name = name
        await record(session, action, actor=by, subject=subject, details=details)
    if active is not None and active != row.active:
        if row.id == by.id:
            raise Conflict("You can't switch yourself off.", cure="Ask another administrator.")
        row.active = active
        await session.flush()
        if not active:
            await session.execute(delete(SignInRow).where(SignInRow.person_id == row.id))
            await rules.keep_an_administrator(session, by)
        action = Action.PERSON_REACTIVATED if active else Action.PERSON_DEACTIVATED
        await record(session, action, actor=by, subject=subject)
    await session.flush()
    return row


async def delete_person(session: AsyncSession, by: Person, person_id: str, kind: str = PERSON) -> None:
    """Takes somebody out for good: name, address, password, rights, tokens and memberships go, what they made and the
    log of what they did stay. Raises `LastAdministrator`, `MoreThanYours`, `NotFound`, `Conflict` for oneself."""
    await rules.one_at_a_time(session, by)
    row = await one(session, by, person_id, kind)
    if row.id == by.id:
        raise Conflict("You can't delete yourself.", cure="Ask another administrator.")
    await rules.not_above(session, by, row.id)
    action = Action.PERSON_DELETED if kind == PERSON else Action.SERVICE_ACCOUNT_DELETED
    subject = Subject("person" if kind == PERSON else "service-account", row.id, row.name)
    await record(session, action, actor=by, subject=subject)
    for table in (
        SignInRow,
        TokenRow,
        LinkRow,
        IdentityRow,
        AttributeValueRow,
        GroupMemberRow,
        OrganizationGrantRow,
        ProjectGrantRow,
        CustomRoleGrantRow,
    ):
        await session.execute(delete(table).where(table.person_id == row.id))
    gone = {"email": f"{row.id}@deleted.invalid", "name": "Deleted person", "password_hash": None}
    values = {**gone, "active": False, "kind": DELETED, "email_verified": False}
    await session.execute(update(PersonRow).where(PersonRow.id == row.id).values(**values))
    await _forget_shares(session, row.id)
    await rules.keep_an_administrator(session, by)


async def _forget_shares(session: AsyncSession, person_id: str) -> None:
    from vitrail.spaces.tables import SpaceGrantRow  # spaces come after people

    await session.execute(delete(SpaceGrantRow).where(SpaceGrantRow.person_id == person_id))


def _matching(by: Person, wanted: Wanted) -> list[ColumnElement[bool]]:
    here = [PersonRow.organization_id == by.organization_id, PersonRow.kind == PERSON]
    if wanted.q:
        named = PersonRow.name.icontains(wanted.q, autoescape=True)
        here.append(or_(named, PersonRow.email.icontains(wanted.q, autoescape=True)))
    if wanted.role == "member":
        in_group = exists().where(
            GroupMemberRow.person_id == PersonRow.id, OrganizationGroupGrantRow.group_id == GroupMemberRow.group_id
        )
        here += [~exists().where(OrganizationGrantRow.person_id == PersonRow.id), ~in_group]
    elif wanted.role:
        here.append(
            exists().where(OrganizationGrantRow.person_id == PersonRow.id, OrganizationGrantRow.role == wanted.role)
        )
    if wanted.group_id:
        here.append(
            exists().where(GroupMemberRow.person_id == PersonRow.id, GroupMemberRow.group_id == wanted.group_id)
        )
    pending = PersonRow.password_hash.is_(None) & ~exists().where(IdentityRow.person_id == PersonRow.id)
    if wanted.status == "off":
        here.append(PersonRow.active.is_(False))
    elif wanted.status == "invited":
        here += [PersonRow.active.is_(True), pending]
    elif wanted.status == "active":
        here += [PersonRow.active.is_(True), ~pending]
    return here


def service_account_row(organization_id: str, name: str, at: datetime) -> PersonRow:
    """A service account acts by tokens only: it has no address that mail could go to and no password."""
    id_ = new_id()
    return PersonRow(
        id=id_,
        organization_id=organization_id,
        email=f"{id_}@service-account.invalid",
        email_verified=False,
        name=name,
        password_hash=None,
        active=True,
        kind=SERVICE_ACCOUNT,
        created_at=at,
    )
