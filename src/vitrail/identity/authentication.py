"""Who sent this request: a cookie of a sign-in, or a token in `Authorization`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from fastapi import Request

from vitrail.db.base import now
from vitrail.errors import Forbidden, NotSignedIn
from vitrail.identity import repository
from vitrail.identity.cookies import session_cookie
from vitrail.identity.person import Person
from vitrail.secret import digest
from vitrail.services import Services

CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
TOKEN_SCHEMES = ("bearer", "apikey")
TOUCH_EVERY = timedelta(minutes=1)  # a busy page writes its "last seen" once a minute, not at each request


class CsrfFailed(Forbidden):
    """A change came with a cookie but without the proof that our own page sent it."""

    title = "The request can't be trusted"
    code = "csrf"


@dataclass(frozen=True, slots=True)
class Authenticated:
    """The person, and by what they came: `session_hash` for a cookie, None for a token."""

    person: Person
    session_hash: str | None


def csrf_token(services: Services, session_hash: str) -> str:
    """The proof that belongs to one sign-in; worthless with any other."""
    return services.secrets.sign("csrf", session_hash)


async def authenticate(services: Services, request: Request) -> Authenticated:
    """Raises `NotSignedIn`, or `CsrfFailed` for a change by cookie without its header."""
    header = request.headers.get("authorization")
    if header is not None:
        return await _by_token(services, request, header)
    cookie = request.cookies.get(session_cookie(services.settings))
    if not cookie:
        raise NotSignedIn("No sign-in came with the request.", cure="Sign in, or send a personal access token.")
    return await _by_cookie(services, request, cookie)


async def _by_token(services: Services, request: Request, header: str) -> Authenticated:
    scheme, _, token = header.partition(" ")
    at = now()
    found = None
    if scheme.lower() in TOKEN_SCHEMES and token.strip():
        async with services.db.session() as session:
            found = await repository.token_by_hash(session, digest(token.strip()), at)
            if found and (found[0].last_used_at is None or found[0].last_used_at < at - TOUCH_EVERY):
                await repository.touch_token(session, found[0].id, at)
    if found is None:
        raise NotSignedIn(
            "The token is not known, was revoked, or has expired.",
            cure="Make a new personal access token and send it as `Authorization: Bearer …`.",
        )
    _known(request, found[1])
    return Authenticated(found[1], None)


async def _by_cookie(services: Services, request: Request, cookie: str) -> Authenticated:
    session_hash, at = digest(cookie), now()
    async with services.db.session() as session:
        found = await repository.sign_in_by_hash(session, session_hash, at, services.sign_in_idle)
        if found and found[0].last_seen_at < at - TOUCH_EVERY:
            await repository.touch_sign_in(session, found[0].id, at)
    if found is None:
        raise NotSignedIn("The sign-in has ended.", cure="Sign in again.")
    _known(request, found[1])
    if request.method not in SAFE_METHODS:
        sent = request.headers.get(CSRF_HEADER, "")
        if not services.secrets.signed("csrf", session_hash, sent):
            raise CsrfFailed(
                f"The header {CSRF_HEADER} is missing or belongs to another sign-in.",
                cure="Load the page again. Programs use a personal access token instead of the cookie.",
            )
    return Authenticated(found[1], session_hash)


def _known(request: Request, person: Person) -> None:
    """Tells the log's line of this request who came, also when what they want is refused."""
    request.state.person_id = person.id
