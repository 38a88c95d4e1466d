"""What the tests of the log share: entries in numbers, a verifier, and a way past the triggers, as an attacker has who
owns the database."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text

from tests.kit.instance import ADA, CREDENTIALS, Instance
from vitrail.audit.log import Action, Subject, record
from vitrail.audit.tables import EntryRow
from vitrail.audit.verify import ChainReport, Verifier

ORGANIZATION = CREDENTIALS.organization_id


async def write(instance: Instance, count: int, action: Action = Action.SPACE_CHANGED, **more: Any) -> None:
    """So many entries, each in a transaction of its own."""
    ada = await instance.person(ADA.email)
    for number in range(count):
        async with instance.services.db.session() as session:
            await record(session, action, actor=ada, subject=Subject("space", str(number), f"Space {number}"), **more)


async def entries(instance: Instance, action: Action | None = None) -> list[EntryRow]:
    """Oldest first."""
    async with instance.services.db.session() as session:
        found = select(EntryRow).order_by(EntryRow.chain, EntryRow.sequence)
        if action:
            found = found.where(EntryRow.action == action)
        return list(await session.scalars(found))


async def verified(instance: Instance, chain: str = "changes") -> ChainReport:
    services = instance.services
    return await Verifier(services.db, services.store, services.audit.sealer).one(ORGANIZATION, chain)


async def tamper(instance: Instance, *statements: str, values: Mapping[str, Any] | None = None) -> None:
    """Runs statements with the triggers out of the way."""
    services = instance.services
    async with services.db.session() as session:
        if services.db.dialect == "postgresql":
            await session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in statements:
                await session.execute(text(statement), dict(values or {}))
            return
        triggers = (await session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))).all()
        for name, _ in triggers:
            await session.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            await session.execute(text(statement), dict(values or {}))
        for _, made in triggers:
            await session.execute(text(made))
