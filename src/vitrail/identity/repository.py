"""All SQL about people, their sign-ins, tokens and attributes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Select, SelectBase, Text, cast, delete, null, or_, select, union_all, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.roles import Role, custom_scopes, organization_scopes, project_scopes
from vitrail.access.tables import (
    CustomRoleGrantRow,
    CustomRoleRow,
    OrganizationGrantRow,
    OrganizationGroupGrantRow,
    ProjectGrantRow,
    ProjectGroupGrantRow,
)
from vitrail.db.base import new_id
from vitrail.identity.person import Grant, Person
from vitrail.identity.tables import (
    AttributeGroupValueRow,
    AttributeRow,
    AttributeValueRow,
    GroupMemberRow,
    GroupRow,
    OrganizationRow,
    PersonRow,
    SignInRow,
    TokenRow,
)

SYSTEM = frozenset(Role)


def fold(email: str) -> str:
    """How an e-mail address is kept and compared."""
    return email.strip().casefold()


async def row_by_email(session: AsyncSession, email: str) -> PersonRow | None:
    """The active person with this address."""
    found = select(PersonRow).where(PersonRow.email == fold(email), PersonRow.active)
    return await session.scalar(found)


async def organization(session: AsyncSession, person: Person) -> OrganizationRow:
    """The person's own organisation."""
    return await session.get_one(OrganizationRow, person.organization_id)


async def only_organization(session: AsyncSession) -> str | None:
    """The id of the instance's organisation, for what happens before it is known who somebody is."""
    return await session.scalar(select(OrganizationRow.id).order_by(OrganizationRow.created_at).limit(1))


async def load(session: AsyncSession, person_id: str) -> Person | None:
    """The person with all they hold today, or None when there is none or they were switched off."""
    return await _one(session, select(PersonRow).where(PersonRow.id == person_id, PersonRow.active))


async def standing(session: AsyncSession, person_id: str) -> Person | None:
    """What a person holds, switched off or not: for who may change them, never for what they may do."""
    return await _one(session, select(PersonRow).where(PersonRow.id == person_id))


async def _one(session: AsyncSession, found: Select[PersonRow]) -> Person | None:
    row = await session.scalar(found)
    if row is None:
        return None
    groups = await groups_of(session, row.id)
    grants = await grants_of(session, row.id, groups)
    own = {grant.project_id: grant.role for grant in grants if grant.group is None and grant.role in SYSTEM}
    by_project: dict[str, frozenset[str]] = defaultdict(frozenset)
    in_organization: frozenset[str] = frozenset()
    for grant in grants:
        if grant.project_id is None:
            in_organization |= grant.scopes
        else:
            by_project[grant.project_id] |= grant.scopes
    return Person(
        id=row.id,
        email=row.email,
        name=row.name,
        organization_id=row.organization_id,
        email_verified=row.email_verified,
        organization_role=own.get(None),
        project_roles={project_id: role for project_id, role in own.items() if project_id is not None},
        organization_scopes=in_organization,
        project_scopes=dict(by_project),
        attributes=await attributes_of(session, row.id, row.organization_id),
        group_ids=frozenset(groups),
        grants=tuple(grants),
        kind=row.kind,
    )


async def groups_of(session: AsyncSession, person_id: str) -> dict[str, str]:
    """The names of a person's groups, by id."""
    found = (
        select(GroupRow.id, GroupRow.name)
        .join(GroupMemberRow, GroupMemberRow.group_id == GroupRow.id)
        .where(GroupMemberRow.person_id == person_id)
    )
    return dict((await session.execute(found)).all())


async def grants_of(session: AsyncSession, person_id: str, groups: Mapping[str, str]) -> list[Grant]:
    """Every role that a person holds, by name or through their groups, system and custom, in one statement."""
    none = null()
    mine = list(groups)
    parts: list[SelectBase] = [
        select(none.label("project"), none.label("grp"), OrganizationGrantRow.role, none.label("scopes")).where(
            OrganizationGrantRow.person_id == person_id
        ),
        select(ProjectGrantRow.project_id, none, ProjectGrantRow.role, none).where(
            ProjectGrantRow.person_id == person_id
        ),
        select(none, OrganizationGroupGrantRow.group_id, OrganizationGroupGrantRow.role, none).where(
            OrganizationGroupGrantRow.group_id.in_(mine)
        ),
        select(ProjectGroupGrantRow.project_id, ProjectGroupGrantRow.group_id, ProjectGroupGrantRow.role, none).where(
            ProjectGroupGrantRow.group_id.in_(mine)
        ),
        select(
            CustomRoleGrantRow.project_id,
            CustomRoleGrantRow.group_id,
            CustomRoleRow.name,
            cast(CustomRoleRow.scopes, Text),
        )
        .join(CustomRoleRow, CustomRoleRow.id == CustomRoleGrantRow.role_id)
        .where(or_(CustomRoleGrantRow.person_id == person_id, CustomRoleGrantRow.group_id.in_(mine))),
    ]
    grants = []
    for row in (await session.execute(union_all(*parts))).mappings():
        project_id, role, scopes = row["project"], row["role"], row["scopes"]
        if scopes is None:
            held = organization_scopes(role) if project_id is None else project_scopes(role)
        else:
            held = custom_scopes(json.loads(scopes), in_project=project_id is not None)
        grants.append(Grant(role, held, project_id, groups.get(row["grp"])))
    return grants


async def attributes_of(session: AsyncSession, person_id: str, organization_id: str) -> dict[str, tuple[str, ...]]:
    """A person's attribute values: their own; else those that their groups give, taken together; else the default."""
    found = await session.execute(
        select(AttributeRow.id, AttributeRow.name, AttributeValueRow.values, AttributeRow.default_values)
        .join(
            AttributeValueRow,
            (AttributeValueRow.attribute_id == AttributeRow.id) & (AttributeValueRow.person_id == person_id),
            isouter=True,
        )
        .where(AttributeRow.organization_id == organization_id)
    )
    by_groups: dict[str, list[str]] = defaultdict(list)
    given = (
        select(AttributeGroupValueRow.attribute_id, AttributeGroupValueRow.values)
        .join(GroupMemberRow, GroupMemberRow.group_id == AttributeGroupValueRow.group_id)
        .where(GroupMemberRow.person_id == person_id)
        .order_by(AttributeGroupValueRow.group_id)
    )
    for attribute_id, values in await session.execute(given):
        by_groups[attribute_id] += [value for value in values if value not in by_groups[attribute_id]]
    held = {
        name: own if own is not None else (by_groups.get(attribute_id) or default)
        for attribute_id, name, own, default in found
    }
    return {name: tuple(values) for name, values in held.items() if values}


# -- Sign-ins


async def sign_in_by_hash(
    session: AsyncSession, token_hash: str, at: datetime, idle: timedelta
) -> tuple[SignInRow, Person] | None:
    """The sign-in behind a cookie and who it is, while neither its idle nor its absolute time has passed."""
    row = await session.scalar(
        select(SignInRow).where(
            SignInRow.token_hash == token_hash, SignInRow.expires_at > at, SignInRow.last_seen_at > at - idle
        )
    )
    if row is None:
        return None
    person = await load(session, row.person_id)
    return (row, person) if person else None


async def add_sign_in(
    session: AsyncSession, person_id: str, token_hash: str, user_agent: str, at: datetime, ends: datetime
) -> None:
    session.add(
        SignInRow(
            id=new_id(),
            person_id=person_id,
            token_hash=token_hash,
            user_agent=user_agent[:200],
            created_at=at,
            last_seen_at=at,
            expires_at=ends,
        )
    )


async def touch_sign_in(session: AsyncSession, sign_in_id: str, at: datetime) -> None:
    await session.execute(update(SignInRow).where(SignInRow.id == sign_in_id).values(last_seen_at=at))


async def end_sign_in(session: AsyncSession, token_hash: str) -> None:
    await session.execute(delete(SignInRow).where(SignInRow.token_hash == token_hash))


async def end_past_sign_ins(session: AsyncSession, at: datetime, idle: timedelta) -> None:
    """Forgets sign-ins whose time has passed."""
    await session.execute(delete(SignInRow).where((SignInRow.expires_at <= at) | (SignInRow.last_seen_at <= at - idle)))


# -- Personal access tokens


async def token_by_hash(session: AsyncSession, token_hash: str, at: datetime) -> tuple[TokenRow, Person] | None:
    """The token and its owner, unless it was revoked or its time has passed."""
    row = await session.scalar(
        select(TokenRow).where(
            TokenRow.token_hash == token_hash,
            TokenRow.revoked_at.is_(None),
            TokenRow.expires_at.is_(None) | (TokenRow.expires_at > at),
        )
    )
    if row is None:
        return None
    person = await load(session, row.person_id)
    return (row, person.limited_to(row.scopes)) if person else None


async def touch_token(session: AsyncSession, token_id: str, at: datetime) -> None:
    await session.execute(update(TokenRow).where(TokenRow.id == token_id).values(last_used_at=at))
