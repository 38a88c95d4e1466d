"""Slows down guessing: failed sign-ins are counted by person and address, by person, and by address.

The three limits answer three attacks: one machine on one person, many machines on one person, one machine on many
people. Each time that a limit is reached the wait is twice as long as the last. Nobody is locked out for good, or
whoever knows a name could do it to them: the wait for a person ends after an hour, and does not hold at an address from
which they signed in before (NIST SP 800-63B names both, growing waits and known addresses).

Counting in the database makes every process see it and survives restarts; keys are hashed, because what was typed as an
e-mail address may be a password.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.errors import TooManyRequests
from vitrail.identity.repository import fold
from vitrail.identity.tables import SignInFailuresRow
from vitrail.secret import digest

MEMORY = timedelta(days=1)
"""How long failures count, from the first of them. Not from the last: an office where somebody mistypes something every
day would never be forgiven."""
FIRST_WAIT = timedelta(minutes=1)
KNOWN_FOR = timedelta(days=30)
"""How long an address is known for a person, from the last right password."""
SWEPT_AT_ONCE = 100  # rows that one failure removes: more than it can add, and no long wait for whoever comes first


@dataclass(frozen=True, slots=True)
class Limit:
    """Further tries wait each time that `failures` more were counted, `longest` at most."""

    kind: str
    failures: int
    longest: timedelta

    def wait(self, rounds: int) -> timedelta:
        """How long after the limit was reached for the 1st, 2nd, … time: a minute, then twice as long each time."""
        return min(FIRST_WAIT * (1 << min(rounds - 1, 20)), self.longest)


LIMITS = (
    Limit("both", 5, timedelta(hours=4)),
    Limit("person", 20, timedelta(hours=1)),
    Limit("address", 50, timedelta(hours=1)),
)
LONGEST = max(limit.longest for limit in LIMITS)


class TooManySignIns(TooManyRequests):
    """Too many failed sign-ins; the same answer for people that exist and for those that do not."""

    title = "Too many failed sign-ins"
    code = "too-many-sign-ins"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "There were too many failed sign-ins in a short time.", cure=f"Wait {_said(seconds)}, then try again."
        )
        self.retry_after = seconds


def _said(seconds: int) -> str:
    """The wait in words, in full minutes, never shorter than it is."""
    hours, minutes = divmod(-(-seconds // 60), 60)
    named = ((hours, "hour"), (minutes, "minute"))
    return " and ".join(f"{count} {unit}{'s' if count > 1 else ''}" for count, unit in named if count)


def _keys(email: str, address: str) -> dict[str, str]:
    """Under what something is counted, by kind of limit; and under `known`, whether the address is the person's."""
    email = fold(email)
    return {
        "both": digest(f"both\0{email}\0{address}"),
        "person": digest(f"person\0{email}"),
        "address": digest(f"address\0{address}"),
        "known": digest(f"known\0{email}\0{address}"),
    }


async def check(session: AsyncSession, email: str, address: str, at: datetime) -> None:
    """Raises `TooManySignIns` while one of the waits lasts."""
    keys = _keys(email, address)
    row = SignInFailuresRow
    found = await session.execute(
        select(row.key, row.held_until, row.forgotten_at).where(row.key.in_(sorted(keys.values())))
    )
    rows = {key: (held_until, forgotten_at) for key, held_until, forgotten_at in found}
    known = keys["known"] in rows and rows[keys["known"]][1] > at
    waits = []
    for limit in LIMITS:
        held_until, _ = rows.get(keys[limit.kind], (None, None))
        if held_until is not None and held_until > at and not (known and limit.kind == "person"):
            waits.append((held_until - at).total_seconds())
    if waits:
        raise TooManySignIns(math.ceil(max(waits)))


async def failed(session: AsyncSession, email: str, address: str, at: datetime) -> None:
    """Counts one failure under each key, in one statement, so that none is lost between processes."""
    keys = _keys(email, address)
    limits = {keys[limit.kind]: limit for limit in LIMITS}
    counted = await _count(session, sorted(limits), at)
    for key, failures in counted:
        # Each failure adds one, so exactly one of those at the same time reaches the limit.
        rounds, left = divmod(failures, limits[key].failures)
        if not left:
            held = update(SignInFailuresRow).where(SignInFailuresRow.key == key)
            await session.execute(held.values(held_until=at + limits[key].wait(rounds)))
    await _sweep(session, at)


async def succeeded(session: AsyncSession, email: str, address: str, at: datetime) -> None:
    """A right password clears what was counted for this person from this address, and makes the address known."""
    keys = _keys(email, address)
    row = SignInFailuresRow
    own = await session.scalar(select(row.failures).where(row.key == keys["both"], row.forgotten_at > at))
    if own is not None:
        # They were the person's own slips: they count no more for the person elsewhere, nor for others at this address.
        less = case((row.failures > own, row.failures - own), else_=0)
        for key in sorted(keys[limit.kind] for limit in LIMITS):
            if key == keys["both"]:
                await session.execute(delete(row).where(row.key == key))
            else:
                await session.execute(update(row).where(row.key == key).values(failures=less))
    known = _insert(session).values(key=keys["known"], failures=0, forgotten_at=at + KNOWN_FOR)
    await session.execute(
        known.on_conflict_do_update(index_elements=[row.key], set_={row.forgotten_at.name: known.excluded.forgotten_at})
    )


async def _count(session: AsyncSession, keys: list[str], at: datetime) -> list[tuple[str, int]]:
    """The keys with their failures, this one included. Sorted keys: two at the same time wait, and never for each
    other."""
    row = SignInFailuresRow
    new = _insert(session).values([{"key": key, "failures": 1, "forgotten_at": at + MEMORY} for key in keys])
    over = row.forgotten_at <= at
    counted = new.on_conflict_do_update(
        index_elements=[row.key],
        set_={
            "failures": case((over, 1), else_=row.failures + 1),
            "forgotten_at": case((over, new.excluded.forgotten_at), else_=row.forgotten_at),
        },
    ).returning(row.key, row.failures)
    return [(key, failures) for key, failures in await session.execute(counted)]


async def _sweep(session: AsyncSession, at: datetime) -> None:
    """Removes what neither counts nor holds anybody off. What another process works on is left to a later failure."""
    row = SignInFailuresRow
    old = select(row.key).where(row.forgotten_at <= at - LONGEST).order_by(row.forgotten_at).limit(SWEPT_AT_ONCE)
    await session.execute(
        delete(row)
        .where(row.key.in_(old.with_for_update(skip_locked=True)))
        .execution_options(synchronize_session=False)
    )


def _insert(session: AsyncSession) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT, which each of the two engines writes for itself."""
    if session.get_bind().dialect.name == "sqlite":
        return sqlite.insert(SignInFailuresRow)
    return postgresql.insert(SignInFailuresRow)
