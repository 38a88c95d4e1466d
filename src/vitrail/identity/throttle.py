"""Slows down guessing: failed sign-ins are counted by person and address, by person, and by address.

The three limits answer three attacks: one machine on one person, many machines on one person, one machine on many
people. Counting in the database makes every process see it and survives restarts; keys are hashed, because what was
typed as an e-mail address may be a password.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.errors import TooManyRequests
from vitrail.identity.repository import fold
from vitrail.identity.tables import SignInFailuresRow
from vitrail.secret import digest

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Limit:
    """After `failures` within the window, further tries wait for its end."""

    kind: str
    failures: int


LIMITS = (Limit("both", 5), Limit("person", 20), Limit("address", 50))


class TooManySignIns(TooManyRequests):
    """Too many failed sign-ins; the same answer for people that exist and for those that do not."""

    title = "Too many failed sign-ins"
    code = "too-many-sign-ins"

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        super().__init__(
            "There were too many failed sign-ins in a short time.",
            cure=f"Wait {minutes} minute{'s' if minutes > 1 else ''}, then try again.",
        )
        self.retry_after = seconds


def _keys(email: str, address: str) -> dict[str, str]:
    email = fold(email)
    return {
        "both": digest(f"both\0{email}\0{address}"),
        "person": digest(f"person\0{email}"),
        "address": digest(f"address\0{address}"),
    }


async def check(session: AsyncSession, email: str, address: str, at: datetime) -> None:
    """Raises `TooManySignIns` while one of the limits is reached."""
    keys = _keys(email, address)
    found = await session.scalars(
        select(SignInFailuresRow).where(SignInFailuresRow.key.in_(keys.values()), SignInFailuresRow.since > at - WINDOW)
    )
    rows = {row.key: row for row in found}
    waits = [
        (row.since + WINDOW - at).total_seconds()
        for limit in LIMITS
        if (row := rows.get(keys[limit.kind])) is not None and row.failures >= limit.failures
    ]
    if waits:
        raise TooManySignIns(max(1, round(max(waits))))


async def failed(session: AsyncSession, email: str, address: str, at: datetime) -> None:
    """Counts one failure under each key."""
    await session.execute(delete(SignInFailuresRow).where(SignInFailuresRow.since <= at - WINDOW))
    for key in sorted(_keys(email, address).values()):
        counted = update(SignInFailuresRow).where(SignInFailuresRow.key == key)
        counted = counted.values(failures=SignInFailuresRow.failures + 1).returning(SignInFailuresRow.key)
        if (await session.execute(counted)).first() is None:
            try:
                async with session.begin_nested():
                    session.add(SignInFailuresRow(key=key, failures=1, since=at))
            except IntegrityError:  # another process was first
                await session.execute(counted)


async def succeeded(session: AsyncSession, email: str, address: str) -> None:
    """A right password clears what was counted for this person from this address."""
    await session.execute(delete(SignInFailuresRow).where(SignInFailuresRow.key == _keys(email, address)["both"]))
