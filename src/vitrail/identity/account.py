"""One's own account: where one is signed in, and one's password."""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, Subject, record
from vitrail.db.base import now
from vitrail.errors import InvalidInput, NotFound
from vitrail.identity import password_policy, repository, throttle
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow, SignInRow
from vitrail.services import Services


class WrongPassword(InvalidInput):
    """The current password was not given."""

    title = "The current password is wrong"
    code = "wrong-password"


async def sign_ins(session: AsyncSession, services: Services, person: Person) -> list[SignInRow]:
    """Where the person is signed in now, last seen first."""
    at = now()
    found = (
        select(SignInRow)
        .where(
            SignInRow.person_id == person.id,
            SignInRow.expires_at > at,
            SignInRow.last_seen_at > at - services.sign_in_idle,
        )
        .order_by(SignInRow.last_seen_at.desc(), SignInRow.id)
    )
    return list(await session.scalars(found))


async def end_sign_in(session: AsyncSession, person: Person, sign_in_id: str) -> None:
    """Ends one of the person's own sign-ins at once. Raises `NotFound` for anybody else's."""
    ended = await session.execute(
        delete(SignInRow).where(SignInRow.id == sign_in_id, SignInRow.person_id == person.id).returning(SignInRow.id)
    )
    if ended.first() is None:
        raise NotFound("You have no such sign-in.", cure="Look at the list again; it may have ended by itself.")
    await record(session, Action.SESSION_REVOKED, actor=person, subject=Subject("person", person.id, person.name))


async def end_others(session: AsyncSession, person: Person, kept: str | None) -> int:
    """Ends all sign-ins of the person but the one with the hash `kept`; how many they were."""
    mine = delete(SignInRow).where(SignInRow.person_id == person.id)
    if kept is not None:
        mine = mine.where(SignInRow.token_hash != kept)
    ended = len((await session.execute(mine.returning(SignInRow.id))).all())
    if ended:
        await record(
            session,
            Action.SESSION_REVOKED,
            actor=person,
            subject=Subject("person", person.id, person.name),
            details={"ended": ended},
        )
    return ended


async def change_password(
    services: Services, person: Person, *, current: str, new: str, address: str, kept: str | None
) -> None:
    """A new password for oneself; all other sign-ins end. Raises `WrongPassword` (counted like a failed sign-in),
    `TooManySignIns`, `WeakPassword`."""
    at = now()
    async with services.db.session() as session:
        await throttle.check(session, person.email, address, at)
        row = await session.get_one(PersonRow, person.id)
        home = await repository.organization(session, person)
    if not await services.passwords.matches(row.password_hash, current):
        async with services.db.session() as session:
            await throttle.failed(session, person.email, address, at)
        raise WrongPassword("It is not the password of your account.", cure="Type the password that you sign in with.")
    if new == current:
        raise password_policy.WeakPassword("It is the one that you have.", cure="Take another one.")
    await password_policy.check(new, (person.name, person.email, home.name))
    hashed = await services.passwords.hash(new)
    async with services.db.session() as session:
        await session.execute(update(PersonRow).where(PersonRow.id == person.id).values(password_hash=hashed))
        await end_others(session, person, kept)
        await record(session, Action.PASSWORD_CHANGED, actor=person, subject=Subject("person", person.id, person.name))
