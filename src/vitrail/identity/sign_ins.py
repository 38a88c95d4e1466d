"""Beginning a sign-in, whichever way the person came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, record
from vitrail.db.base import now
from vitrail.identity import repository
from vitrail.identity.authentication import csrf_token
from vitrail.identity.person import Person
from vitrail.secret import digest, token
from vitrail.services import Services


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """`cookie` is the only copy of the secret; the database has its hash."""

    person: Person
    cookie: str
    csrf_token: str


async def begin(
    session: AsyncSession, services: Services, person: Person, *, way: str, user_agent: str, replaces: str | None
) -> NewSignIn:
    """A sign-in with a new secret, in the caller's transaction; the one that the browser had (`replaces`, its cookie)
    ends, so that nobody can plant one beforehand."""
    at = now()
    await repository.end_past_sign_ins(session, at, services.sign_in_idle)
    if replaces:
        await repository.end_sign_in(session, digest(replaces))
    cookie = token()
    ends = at + timedelta(hours=services.settings.session_max_hours)
    await repository.add_sign_in(session, person.id, digest(cookie), user_agent, at, ends)
    await record(session, Action.SIGNED_IN, actor=person, details={"way": way})
    return NewSignIn(person, cookie, csrf_token(services, digest(cookie)))
