"""Links that let somebody in once. The token stands behind `#` in the address, so that it reaches no server's log, and
is sent in a body; the database has its hash."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.db.base import new_id, now
from vitrail.errors import NotFound
from vitrail.identity.tables import LinkRow
from vitrail.secret import digest, token
from vitrail.settings import Settings


class Kind(StrEnum):
    SETUP = "setup"
    INVITATION = "invitation"
    RESET = "reset"


LIFETIMES = {Kind.SETUP: timedelta(days=1), Kind.INVITATION: timedelta(days=7), Kind.RESET: timedelta(hours=2)}
PAGES = {Kind.SETUP: "/setup", Kind.INVITATION: "/invite", Kind.RESET: "/reset"}


class LinkWorthless(NotFound):
    """The same for a link that never was, was used, was replaced or is too old."""

    title = "This link does not work any more"
    code = "link-worthless"

    def __init__(self) -> None:
        super().__init__(
            "It was used already, was replaced by a newer one, or its time has passed.",
            cure="Ask whoever sent it for a new one.",
        )


@dataclass(frozen=True, slots=True)
class Link:
    """A link just made: the only copy of its address."""

    address: str
    expires_at: datetime


async def make(session: AsyncSession, settings: Settings, kind: Kind, person_id: str | None) -> Link:
    """A new link; earlier ones of the person (or of the set-up) are void from now on."""
    await void(session, person_id)
    secret, at = token(), now()
    expires_at = at + LIFETIMES[kind]
    session.add(
        LinkRow(
            id=new_id(),
            kind=kind.value,
            person_id=person_id,
            token_hash=digest(secret),
            created_at=at,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return Link(f"{settings.origin}{PAGES[kind]}#{secret}", expires_at)


async def look(session: AsyncSession, secret: str) -> LinkRow:
    """The link behind a token. Raises `LinkWorthless`."""
    row = await session.scalar(select(LinkRow).where(LinkRow.token_hash == digest(secret), LinkRow.expires_at > now()))
    if row is None:
        raise LinkWorthless
    return row


async def take(session: AsyncSession, secret: str) -> LinkRow:
    """Uses a link up: of two at the same time, one gets it. Raises `LinkWorthless`."""
    row = await look(session, secret)
    taken = await session.execute(delete(LinkRow).where(LinkRow.id == row.id).returning(LinkRow.id))
    if taken.first() is None:
        raise LinkWorthless
    session.expunge(row)
    await void(session, row.person_id)
    return row


async def void(session: AsyncSession, person_id: str | None) -> None:
    """Makes a person's links worthless (with None: those of the set-up), and forgets all whose time has passed."""
    mine = LinkRow.person_id.is_(None) if person_id is None else LinkRow.person_id == person_id
    await session.execute(
        delete(LinkRow).where(mine | (LinkRow.expires_at <= now())), execution_options={"synchronize_session": False}
    )
