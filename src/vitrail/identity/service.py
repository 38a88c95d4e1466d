"""The rules of signing in and out, and of tokens."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import now
from vitrail.errors import Forbidden, NotSignedIn
from vitrail.identity import repository, sign_ins, throttle
from vitrail.identity.person import Person
from vitrail.identity.sign_ins import NewSignIn
from vitrail.identity.tables import PersonRow
from vitrail.services import Services

HELD_OFF_S = 0.25
"""How long somebody who guessed too often waits for each further answer: to say no, and to write it down, costs
more than to ask."""


class PasswordsOff(Forbidden):
    """The operator lets people in by single sign-on only."""

    title = "Passwords are off"
    code = "passwords-off"


class WrongCredentials(NotSignedIn):
    """The same for a wrong password, an unknown person and one who was switched off."""

    title = "Sign-in failed"
    code = "wrong-credentials"


async def sign_in(
    services: Services, *, email: str, password: str, address: str, user_agent: str, replaces: str | None
) -> NewSignIn:
    """Starts a new sign-in and ends the one the browser had (`replaces`, its cookie). Raises `WrongCredentials` or
    `TooManySignIns`; takes as long for unknown people as for known ones."""
    if services.settings.password_sign_in_disabled:
        raise PasswordsOff("Passwords are not accepted here.", cure="Sign in with single sign-on.")
    try:
        async with services.passwords.turn:
            return await _checked(services, email, password, address, user_agent, replaces)
    except throttle.TooManySignIns:
        async with services.passwords.held_off:
            async with services.db.session() as session:
                row = await repository.row_by_email(session, email)
                await _note(session, Action.SIGN_IN_BLOCKED, row, address)
            await asyncio.sleep(HELD_OFF_S)
        raise


async def _checked(
    services: Services, email: str, password: str, address: str, user_agent: str, replaces: str | None
) -> NewSignIn:
    at = now()
    async with services.db.session() as session:
        await throttle.check(session, email, address, at)
        row = await repository.row_by_email(session, email)
    matches = await services.passwords.matches(row.password_hash if row else None, password)
    async with services.db.session() as session:
        person = await repository.load(session, row.id) if row and matches else None
        if person is not None:
            await throttle.succeeded(session, email, address, at)
            return await sign_ins.begin(
                session, services, person, way="password", user_agent=user_agent, replaces=replaces
            )
        await throttle.failed(session, email, address, at)
        await _note(session, Action.SIGN_IN_FAILED, row, address)
    raise WrongCredentials(
        "The e-mail address or the password is wrong.", cure="Check both and try again, or ask an administrator."
    )


async def _note(session: AsyncSession, action: Action, row: PersonRow | None, address: str) -> None:
    """Writes down a sign-in that failed. An address that nobody here has is left out: it may be a password."""
    organization_id = row.organization_id if row else await repository.only_organization(session)
    if organization_id is not None:
        await record(
            session,
            action,
            actor=None,
            organization_id=organization_id,
            subject=Subject("person", row.id, row.name) if row else None,
            address=address,
            details={"way": "password"},
        )


async def sign_out(services: Services, person: Person, session_hash: str) -> None:
    """Ends a sign-in on the server, so that a copied cookie is worthless."""
    async with services.db.session() as session:
        await repository.end_sign_in(session, session_hash)
        await record(session, Action.SIGNED_OUT, actor=person)
