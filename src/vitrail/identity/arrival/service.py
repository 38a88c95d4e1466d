"""The rules of coming in: set-up, invitations, resets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import not_found
from vitrail.access.roles import Role, organization_scopes
from vitrail.access.tables import OrganizationGrantRow
from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import new_id, now
from vitrail.errors import Conflict
from vitrail.identity import mail, password_policy, repository, rules, sign_ins, throttle
from vitrail.identity.arrival import links
from vitrail.identity.arrival.links import Kind, Link
from vitrail.identity.mail import MailNotSent
from vitrail.identity.person import Person
from vitrail.identity.service import PasswordsOff
from vitrail.identity.sign_ins import NewSignIn
from vitrail.identity.tables import PERSON, GroupMemberRow, GroupRow, OrganizationRow, PersonRow, SignInRow
from vitrail.services import Services

log = logging.getLogger("vitrail.arrival")


class AlreadySetUp(Conflict):
    """The instance has its administrator."""

    title = "This instance is set up already"
    code = "already-set-up"


class AddressTaken(Conflict):
    """Somebody has this e-mail address already."""

    title = "There is somebody with this address"
    code = "address-taken"


@dataclass(frozen=True, slots=True)
class Handed:
    """What came of making a link: it was mailed, or (`link`) is to be handed over. `mail_problem` says why it was not
    mailed though there is a mail server."""

    person_id: str
    link: Link
    mailed: bool
    mail_problem: MailNotSent | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Whom a link lets in, for the page that asks for a password."""

    kind: Kind
    email: str
    name: str
    organization: str


# -- Set-up


async def begin_setup(services: Services) -> Link | None:
    """A new link to set the instance up with, if nobody did yet; an earlier one is void."""
    async with services.db.session() as session:
        if await repository.only_organization(session) is not None:
            return None
        return await links.make(session, services.settings, Kind.SETUP, None)


async def set_up(
    services: Services, *, secret: str, organization: str, name: str, email: str, password: str, user_agent: str
) -> NewSignIn:
    """Makes the organisation and its administrator, signed in. Raises `LinkWorthless`, `AlreadySetUp`,
    `WeakPassword`."""
    async with services.db.session() as session:
        if (await links.look(session, secret)).kind != Kind.SETUP:
            raise links.LinkWorthless
    await password_policy.check(password, (name, email, organization))
    hashed = await services.passwords.hash(password)
    async with services.db.session() as session:
        await links.take(session, secret)
        if await repository.only_organization(session) is not None:
            raise AlreadySetUp("There is an organisation already.", cure="Sign in.")
        home = OrganizationRow(id=new_id(), name=organization, created_at=now())
        session.add(home)
        await session.flush()
        row = _row(home.id, name, email, hashed)
        session.add(row)
        await session.flush()
        session.add(OrganizationGrantRow(person_id=row.id, role=Role.ADMIN.value))
        await session.flush()
        person = await _loaded(session, row.id)
        await record(
            session,
            Action.PERSON_CREATED,
            actor=person,
            subject=Subject("person", row.id, name),
            details={"by": "set-up"},
        )
        return await sign_ins.begin(session, services, person, way="set-up", user_agent=user_agent, replaces=None)


# -- Invitations


async def invite(
    services: Services, by: Person, *, email: str, name: str, role: Role | None, group_ids: Sequence[str]
) -> Handed:
    """An account without a password, and the link that gives it one. Raises `AddressTaken`, `MoreThanYours`,
    `NotFound`."""
    email = repository.fold(email)
    async with services.db.session() as session:
        groups = dict(
            (
                await session.execute(
                    select(GroupRow.id, GroupRow.name).where(
                        GroupRow.organization_id == by.organization_id, GroupRow.id.in_(group_ids)
                    )
                )
            ).all()
        )
        if set(groups) != set(group_ids):
            raise not_found("group")
        rules.holds(by, organization_scopes(role), None)
        for group_id in groups:
            await rules.may_change_members(session, by, group_id)
        row = _row(by.organization_id, name or email.partition("@")[0], email, None)
        try:
            async with session.begin_nested():
                session.add(row)
        except IntegrityError:
            raise AddressTaken("Nobody can be invited twice.", cure="Look for the address among the people.") from None
        if role is not None:
            session.add(OrganizationGrantRow(person_id=row.id, role=role.value))
        session.add_all(GroupMemberRow(group_id=id, person_id=row.id) for id in groups)
        await record(
            session,
            Action.PERSON_INVITED,
            actor=by,
            subject=Subject("person", row.id, row.name),
            details={"role": role.value if role else "member", "groups": sorted(groups.values())},
        )
        link = await links.make(session, services.settings, Kind.INVITATION, row.id)
        organization = (await repository.organization(session, by)).name
    return await _mailed(services, row.id, email, link, _invitation(by.name, organization, link))


async def new_link(services: Services, by: Person, person_id: str) -> Handed:
    """A new link for somebody: to accept the invitation, or to choose a new password. Whoever has it is that person, so
    it takes holding all that they hold. Raises `MoreThanYours`, `NotFound`."""
    async with services.db.session() as session:
        row = await session.scalar(
            select(PersonRow).where(
                PersonRow.id == person_id,
                PersonRow.organization_id == by.organization_id,
                PersonRow.kind == PERSON,
                PersonRow.active,
            )
        )
        if row is None:
            raise not_found("person")
        await rules.not_above(session, by, row.id)
        kind = Kind.RESET if row.password_hash else Kind.INVITATION
        link = await links.make(session, services.settings, kind, row.id)
        organization = (await repository.organization(session, by)).name
        action = Action.PASSWORD_RESET_ASKED if kind is Kind.RESET else Action.PERSON_INVITED
        await record(session, action, actor=by, subject=Subject("person", row.id, row.name))
        email = row.email
    text = _reset(link) if kind is Kind.RESET else _invitation(by.name, organization, link)
    return await _mailed(services, person_id, email, link, text)


# -- Forgotten passwords


async def forgot(services: Services, *, email: str, address: str) -> None:
    """Mails a link to somebody who forgot their password, behind the back of whoever asked: neither the answer nor its
    time tells whether there is such a person. Raises `TooManySignIns`."""
    at = now()
    async with services.db.session() as session:
        await throttle.check(session, f"forgot\0{email}", address, at)
        await throttle.failed(session, f"forgot\0{email}", address, at)
    services.background.start(_send_reset(services, email))


async def _send_reset(services: Services, email: str) -> None:
    if services.settings.smtp_host is None or services.settings.password_sign_in_disabled:
        return
    async with services.db.session() as session:
        row = await repository.row_by_email(session, email)
        if row is None or row.kind != PERSON:
            return
        link = await links.make(session, services.settings, Kind.RESET, row.id)
        await record(
            session,
            Action.PASSWORD_RESET_ASKED,
            actor=None,
            organization_id=row.organization_id,
            subject=Subject("person", row.id, row.name),
        )
        to = row.email
    try:
        subject, text = _reset(link)
        await mail.send(services.settings, to=to, subject=subject, text=text)
    except MailNotSent as error:
        log.error("a password reset: %s", error)


# -- Using a link


async def expected(services: Services, secret: str) -> Expected:
    """Whom a link lets in. Raises `LinkWorthless`."""
    async with services.db.session() as session:
        link = await links.look(session, secret)
        if link.person_id is None:
            return Expected(Kind.SETUP, "", "", "")
        row = await session.get(PersonRow, link.person_id)
        if row is None or not row.active:
            raise links.LinkWorthless
        home = await session.get_one(OrganizationRow, row.organization_id)
        return Expected(Kind(link.kind), row.email, row.name, home.name)


async def use(services: Services, *, secret: str, password: str, name: str | None, user_agent: str) -> NewSignIn:
    """Gives the person their password, ends all their other sign-ins, and signs them in. Raises `LinkWorthless`,
    `PasswordsOff`, `WeakPassword`."""
    if services.settings.password_sign_in_disabled:  # else a link would be a second way in
        raise PasswordsOff("Passwords are not accepted here.", cure="Sign in with single sign-on.")
    whom = await expected(services, secret)
    if whom.kind is Kind.SETUP:
        raise links.LinkWorthless
    await password_policy.check(password, (name or whom.name, whom.email, whom.organization))
    hashed = await services.passwords.hash(password)
    async with services.db.session() as session:
        link = await links.take(session, secret)
        assert link.person_id is not None
        values = {"password_hash": hashed, "email_verified": True} | ({"name": name} if name else {})
        if whom.kind is Kind.RESET:
            values.pop("name", None)
        await session.execute(update(PersonRow).where(PersonRow.id == link.person_id).values(**values))
        await session.execute(delete(SignInRow).where(SignInRow.person_id == link.person_id))
        person = await repository.load(session, link.person_id)
        if person is None:
            raise links.LinkWorthless
        action = Action.PASSWORD_RESET if whom.kind is Kind.RESET else Action.PERSON_CREATED
        await record(session, action, actor=person, subject=Subject("person", person.id, person.name))
        return await sign_ins.begin(
            session, services, person, way=whom.kind.value, user_agent=user_agent, replaces=None
        )


# -- Words


def _invitation(by: str, organization: str, link: Link) -> tuple[str, str]:
    return (
        f"{organization}: you are invited to Vitrail",
        f"{by} invites you to {organization} on Vitrail. Choose your password here:\n\n{link.address}\n\n"
        f"The link works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC.\n",
    )


def _reset(link: Link) -> tuple[str, str]:
    return (
        "Vitrail: a new password",
        "Somebody, probably you, asked for a new password. Choose it here:\n\n"
        f"{link.address}\n\nThe link works once, until {link.expires_at:%Y-%m-%d %H:%M} UTC. "
        "If it was not you, do nothing: your password stays as it is.\n",
    )


async def _mailed(services: Services, person_id: str, to: str, link: Link, text: tuple[str, str]) -> Handed:
    if services.settings.smtp_host is None:
        return Handed(person_id, link, mailed=False)
    try:
        await mail.send(services.settings, to=to, subject=text[0], text=text[1])
    except MailNotSent as error:
        log.error("%s", error)
        return Handed(person_id, link, mailed=False, mail_problem=error)
    return Handed(person_id, link, mailed=True)


def _row(organization_id: str, name: str, email: str, password_hash: str | None) -> PersonRow:
    return PersonRow(
        id=new_id(),
        organization_id=organization_id,
        email=repository.fold(email),
        email_verified=password_hash is not None,
        name=name,
        password_hash=password_hash,
        active=True,
        kind=PERSON,
        created_at=now(),
    )


async def _loaded(session: AsyncSession, person_id: str) -> Person:
    person = await repository.load(session, person_id)
    assert person is not None
    return person
