"""Whose account a sign-on opens, and which groups its claims put them into.

An identity is an issuer and its subject; that, and never the e-mail address, is what an account is found by the next
time. The address counts once, and only where the provider vouches for it: to join an identity to the account that has
it, or to make an account for somebody of a domain that the operator named.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.identity import repository, rules
from vitrail.identity.person import Person
from vitrail.identity.sign_on.failures import AddressNotVerified, NoAccount, SwitchedOff
from vitrail.identity.tables import (
    PERSON,
    GroupMemberRow,
    GroupRow,
    IdentityRow,
    PersonRow,
)
from vitrail.settings import Settings

log = logging.getLogger("vitrail.sign_on")

MOST_GROUPS = 1000


async def account_for(
    session: AsyncSession, settings: Settings, issuer: str, claims: Mapping[str, Any]
) -> tuple[Person, bool]:
    """The person behind a sign-on, and whether their account was made now. Raises `NoAccount`,
    `AddressNotVerified` or `SwitchedOff`."""
    known = select(PersonRow).join(IdentityRow, IdentityRow.person_id == PersonRow.id)
    row = await session.scalar(known.where(IdentityRow.issuer == issuer, IdentityRow.subject == claims["sub"]))
    made = False
    if row is None:
        row, made = await _by_address(session, settings, claims)
        session.add(IdentityRow(issuer=issuer, subject=claims["sub"], person_id=row.id, created_at=now()))
        await session.flush()
    person = await repository.load(session, row.id)
    if person is None:
        raise SwitchedOff("Your account here is switched off.", cure="Ask an administrator.")
    return person, made


async def _by_address(session: AsyncSession, settings: Settings, claims: Mapping[str, Any]) -> tuple[PersonRow, bool]:
    address = claims.get("email")
    email = repository.fold(address) if isinstance(address, str) and 3 <= len(address) <= 320 else ""
    if "@" not in email:
        raise AddressNotVerified(
            "The provider does not tell your e-mail address.", cure="Ask who runs it to send the claim `email`."
        )
    if claims.get("email_verified") not in (True, "true") and not settings.oidc_trust_email:
        raise AddressNotVerified(
            "The provider does not say that your e-mail address is verified.",
            cure="Verify it there. An operator whose provider never says so sets VITRAIL_OIDC_TRUST_EMAIL=true.",
        )
    row = await session.scalar(select(PersonRow).where(PersonRow.email == email, PersonRow.kind == PERSON))
    if row is not None:
        return row, False
    organization_id = await repository.only_organization(session)
    domain = email.rpartition("@")[2]
    if organization_id is None or domain not in {each.casefold() for each in settings.oidc_email_domains}:
        raise NoAccount("There is no account here for your address.", cure="Ask an administrator to invite you.")
    name = claims.get("name")
    row = PersonRow(
        id=new_id(),
        organization_id=organization_id,
        email=email,
        email_verified=True,
        name=name.strip()[:200] if isinstance(name, str) and name.strip() else email.partition("@")[0],
        password_hash=None,
        active=True,
        kind=PERSON,
        created_at=now(),
    )
    session.add(row)
    await session.flush()
    await record(
        session,
        Action.PERSON_CREATED,
        actor=None,
        organization_id=organization_id,
        subject=Subject("person", row.id, row.name),
        details={"by": "single sign-on"},
    )
    return row, True


async def sync_groups(session: AsyncSession, person: Person, named: object) -> None:
    """Puts a person into the groups of theirs that the claim names and takes them out of those that an earlier claim
    named. Groups that a person was put into by hand are left alone, and no group is made."""
    wanted = _names(named)
    here = dict(
        (
            await session.execute(
                select(GroupRow.name, GroupRow.id).where(
                    GroupRow.organization_id == person.organization_id, GroupRow.name.in_(wanted)
                )
            )
        ).all()
    )
    held = dict(
        (
            await session.execute(
                select(GroupMemberRow.group_id, GroupMemberRow.by_sign_on).where(GroupMemberRow.person_id == person.id)
            )
        ).all()
    )
    added = [id for id in here.values() if id not in held]
    gone = [id for id, by_sign_on in held.items() if by_sign_on and id not in here.values()]
    if added:
        rows = [{"group_id": id, "person_id": person.id, "by_sign_on": True} for id in added]
        await session.execute(insert(GroupMemberRow), rows)
    if gone and not await _taken_out(session, person, gone):
        gone = []
    names = dict((await session.execute(select(GroupRow.id, GroupRow.name).where(GroupRow.id.in_(added + gone)))).all())
    for ids, action in ((added, Action.GROUP_MEMBER_ADDED), (gone, Action.GROUP_MEMBER_REMOVED)):
        for id in sorted(ids):
            await record(
                session,
                action,
                actor=None,
                organization_id=person.organization_id,
                subject=Subject("group", id, names.get(id, "")),
                details={"member": person.name, "memberId": person.id, "by": "single sign-on"},
            )


async def _taken_out(session: AsyncSession, person: Person, groups: Sequence[str]) -> bool:
    """Whether the person was taken out of these groups: not where nobody would be left to run the organisation, which
    no claim may bring about."""
    await rules.one_at_a_time(session, person)
    mine = GroupMemberRow.person_id == person.id
    try:
        async with session.begin_nested():
            await session.execute(delete(GroupMemberRow).where(mine, GroupMemberRow.group_id.in_(groups)))
            await rules.keep_an_administrator(session, person)
    except rules.LastAdministrator:
        log.warning("%s stays in groups that the provider no longer names: the last administrator", person.id)
        return False
    return True


def _names(named: object) -> list[str]:
    """Group names of a claim: a list of texts, or one text; anything else names none."""
    given: Sequence[object] = [named] if isinstance(named, str) else named if isinstance(named, list) else []
    return [each for each in given if isinstance(each, str) and 0 < len(each) <= 200 and "\0" not in each][:MOST_GROUPS]
