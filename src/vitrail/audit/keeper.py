"""What looks after the log while the server runs: writes the buffer, keeps the witness, removes what is too old."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from sqlalchemy import select

from vitrail.audit import witness
from vitrail.audit.buffer import AuditBuffer
from vitrail.audit.chain import CHANGES, HEAD_COLUMNS, USE, Sealer
from vitrail.audit.retention import prune
from vitrail.audit.tables import EntryRow
from vitrail.db.base import now
from vitrail.db.engine import Database
from vitrail.errors import VitrailError
from vitrail.settings import Settings
from vitrail.storage.store import ObjectStore

logger = logging.getLogger("vitrail.audit")

GATHER_S = 1.0
WITNESS_S = 60.0
RETENTION_S = 3600.0


class AuditKeeper:
    """The log's upkeep. Each part can be called by itself; `keeping` calls them in turn."""

    def __init__(self, settings: Settings, database: Database, store: ObjectStore, sealer: Sealer) -> None:
        self._settings, self._database, self._store = settings, database, store
        self.buffer = AuditBuffer(database, sealer, on=settings.audit_queries)
        self.sealer = sealer
        self._told: dict[tuple[str, str], int] = {}
        self._flushing: asyncio.Future[None] | None = None

    async def forget_old(self) -> int:
        """Removes what is older than the settings keep it; 0 days keeps for ever."""
        days = {CHANGES: self._settings.audit_retention_days, USE: self._settings.audit_query_retention_days}
        at = now()
        return await prune(
            self._database, self.sealer, {chain: at - timedelta(days=kept) for chain, kept in days.items() if kept}
        )

    async def bear_witness(self) -> None:
        """Tells the object store how far each chain has come. Where the store remembers more than there is, or another
        entry, its memory stays as it is: `verify` then says so."""
        async with self._database.session() as session:
            heads = [dict(row) for row in (await session.execute(select(*HEAD_COLUMNS))).mappings()]
        for head in heads:
            chain = (head["organization_id"], head["chain"])
            if self._told.get(chain) == head["sequence"]:
                continue
            if await self._contradicts(head):
                logger.error("the audit log of %s does not hold what it held before: vitrail audit verify", chain[0])
                continue
            await witness.testify(self._store, head, self.sealer)
            self._told[chain] = head["sequence"]

    async def _contradicts(self, head: dict[str, object]) -> bool:
        organization_id, chain = str(head["organization_id"]), str(head["chain"])
        remembered = await witness.testimony(self._store, organization_id, chain, self.sealer)
        if remembered is None or remembered["sequence"] < max(int(str(head["first"])), 1):
            return False
        async with self._database.session() as session:
            found = await session.get(EntryRow, (organization_id, chain, remembered["sequence"]))
        return found is None or found.hash != remembered["hash"]

    async def close(self) -> None:
        """Writes what still waits."""
        await _tried(self.buffer.flush)

    async def _write(self) -> None:
        while True:
            await self.buffer.something.wait()
            await asyncio.sleep(GATHER_S)
            # Shutting down must not cut a batch in two: what is being written is finished, then `close` does the rest.
            self._flushing = asyncio.ensure_future(_tried(self.buffer.flush))
            await asyncio.shield(self._flushing)

    async def _every(self, seconds: float, work: Callable[[], Awaitable[object]]) -> None:
        while True:
            await _tried(work)
            await asyncio.sleep(seconds)


async def _tried(work: Callable[[], Awaitable[object]]) -> None:
    try:
        await work()
    except VitrailError as error:
        logger.error("the audit log: %s", error)


@asynccontextmanager
async def keeping(keeper: AuditKeeper) -> AsyncIterator[None]:
    """The upkeep, for as long as the server runs; at the end what waits is written and witnessed."""
    tasks = [
        asyncio.create_task(keeper._write()),
        asyncio.create_task(keeper._every(WITNESS_S, keeper.bear_witness)),
        asyncio.create_task(keeper._every(RETENTION_S, keeper.forget_old)),
    ]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await keeper.close()
        await _tried(keeper.bear_witness)
