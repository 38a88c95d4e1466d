"""The rules of signing in and out, and of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from vitrail.db.base import new_id, now
from vitrail.errors import InvalidInput, NotFound, NotSignedIn
from vitrail.identity import repository, throttle
from vitrail.identity.authentication import csrf_token
from vitrail.identity.person import Person
from vitrail.identity.tables import TokenRow
from vitrail.secret import digest, token
from vitrail.services import Services

TOKEN_PREFIX = "vt_"  # noqa: S105 — makes our tokens findable by secret scanners
MAX_TOKENS = 100


class WrongCredentials(NotSignedIn):
    """The same for a wrong password, an unknown person and one who was switched off."""

    title = "Sign-in failed"
    code = "wrong-credentials"


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """`cookie` is the only copy of the secret; the database has its hash."""

    person: Person
    cookie: str
    csrf_token: str


async def sign_in(
    services: Services, *, email: str, password: str, address: str, user_agent: str, replaces: str | None
) -> NewSignIn:
    """Starts a new sign-in and ends the one the browser had (`replaces`, its cookie). Raises `WrongCredentials` or
    `TooManySignIns`; takes as long for unknown people as for known ones."""
    at = now()
    async with services.db.session() as session:
        await throttle.check(session, email, address, at)
        row = await repository.row_by_email(session, email)
    matches = await services.passwords.matches(row.password_hash if row else None, password)
    async with services.db.session() as session:
        person = await repository.load(session, row.id) if row and matches else None
        if row is None or person is None:
            await throttle.failed(session, email, address, at)
        else:
            await throttle.succeeded(session, email, address)
            await repository.end_past_sign_ins(session, at, services.sign_in_idle)
            if replaces:
                await repository.end_sign_in(session, digest(replaces))
            cookie = token()
            ends = at + timedelta(hours=services.settings.session_max_hours)
            await repository.add_sign_in(session, person.id, digest(cookie), user_agent, at, ends)
    if person is None:
        raise WrongCredentials(
            "The e-mail address or the password is wrong.", cure="Check both and try again, or ask an administrator."
        )
    return NewSignIn(person, cookie, csrf_token(services, digest(cookie)))


async def sign_out(services: Services, session_hash: str) -> None:
    """Ends a sign-in on the server, so that a copied cookie is worthless."""
    async with services.db.session() as session:
        await repository.end_sign_in(session, session_hash)


async def issue_token(
    services: Services, person: Person, name: str, expires_at: datetime | None
) -> tuple[TokenRow, str]:
    """A new personal access token: its row, and the token itself for the only time."""
    at = now()
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= at):
        raise InvalidInput(
            "expiresAt: has to be in the future, with a time zone.", cure="Send e.g. 2030-01-31T00:00:00Z, or leave it."
        )
    secret = TOKEN_PREFIX + token()
    row = TokenRow(
        id=new_id(),
        person_id=person.id,
        name=name,
        token_hash=digest(secret),
        prefix=secret[:8],
        created_at=at,
        expires_at=expires_at,
        last_used_at=None,
        revoked_at=None,
    )
    async with services.db.session() as session:
        if len(await repository.tokens_of(session, person)) >= MAX_TOKENS:
            raise InvalidInput(
                f"A person may hold {MAX_TOKENS} tokens at most.", cure="Revoke some that are not used any more."
            )
        session.add(row)
    return row, secret


async def revoke_token(services: Services, person: Person, token_id: str) -> None:
    """Ends one of the person's own tokens at once. Raises `NotFound` for anybody else's."""
    async with services.db.session() as session:
        if not await repository.revoke_token(session, person, token_id, now()):
            raise NotFound("You have no such token.", cure="List your tokens; it may be revoked already.")
