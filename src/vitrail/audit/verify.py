"""Is the log as it was written? Reads every entry once, in pages, and names the first that is not.

The same code answers `vitrail audit verify` and the page. It changes nothing.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from sqlalchemy import func, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.chain import HEAD_COLUMNS, Sealer, content_hash
from vitrail.audit.tables import EntryRow, HeadRow
from vitrail.audit.witness import testimony, witnessed
from vitrail.db.engine import Database
from vitrail.storage.store import ObjectStore

PAGE = 2_000
COLUMNS = EntryRow.__table__.columns
Kind = Literal[
    "changed",
    "not-sealed",
    "removed",
    "reordered",
    "inserted",
    "rewritten",
    "truncated",
    "head-changed",
    "head-missing",
]
PROBLEMS: frozenset[str] = frozenset(get_args(Kind))


@dataclass(frozen=True, slots=True)
class Problem:
    """The first thing that is wrong with a chain. `sequence` names the entry; None when it is about the head."""

    kind: Kind
    sequence: int | None
    cause: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """How one chain stands: `entries` were read from `first` to `last`; whole when there is no problem."""

    organization_id: str
    chain: str
    entries: int
    first: int
    last: int
    head: str
    problem: Problem | None


class Verifier:
    """Reads chains of one database, against the heads that the store remembers."""

    def __init__(self, database: Database, store: ObjectStore, sealer: Sealer) -> None:
        self._database, self._store, self._sealer = database, store, sealer

    async def all(self, organization_id: str | None = None) -> list[ChainReport]:
        """Every chain there is, or was: of one organisation, or of the whole instance."""
        async with self._database.session() as session:
            known = union(
                select(HeadRow.organization_id, HeadRow.chain),
                select(EntryRow.organization_id, EntryRow.chain).distinct(),
            )
            chains = {(row[0], row[1]) for row in await session.execute(known)}
        chains |= await witnessed(self._store)
        wanted = sorted(chain for chain in chains if organization_id in (None, chain[0]))
        return [await self.one(*chain) for chain in wanted]

    async def one(self, organization_id: str, chain: str) -> ChainReport:
        """One chain. Retention may move its beginning meanwhile; then it is read again."""
        for _ in range(5):
            async with self._database.session() as session:
                before = await _head(session, organization_id, chain)
            report = await self._read(organization_id, chain, before)
            async with self._database.session() as session:
                after = await _head(session, organization_id, chain)
            if report.problem is None or before is None or after is None or before["first"] == after["first"]:
                return report
        return report

    async def _read(self, organization_id: str, chain: str, head: dict[str, Any] | None) -> ChainReport:
        remembered = await testimony(self._store, organization_id, chain, self._sealer)
        if head is None:
            missing = Problem("head-missing", None, "The chain has no head: its end can't be known.")
            return ChainReport(organization_id, chain, 0, 0, 0, "", missing)
        problem = self._of_head(head)
        expected, previous, read = head["first"], head["first_previous"], 0
        while problem is None and expected <= head["sequence"]:
            async with self._database.session() as session:
                rows = await _page(session, organization_id, chain, expected, head["sequence"])
            if not rows:
                problem = Problem(
                    "removed", expected, f"Entry {expected} is missing, and all after it to {head['sequence']}."
                )
                break
            problem, previous = await asyncio.to_thread(self._of_page, rows, expected, previous, remembered)
            read += len(rows)
            expected += len(rows)
        if problem is None and previous != head["hash"]:
            problem = Problem(
                "head-changed", None, f"The head does not have the hash of the last entry, {head['sequence']}."
            )
        if problem is None:
            problem = await self._beyond(organization_id, chain)
        if problem is None and remembered is not None and remembered["sequence"] > head["sequence"]:
            problem = Problem(
                "truncated",
                head["sequence"] + 1,
                f"The log ends at entry {head['sequence']}, but the object store remembers that it had reached "
                f"{remembered['sequence']}: what came after was removed, or an older backup was put back.",
            )
        return ChainReport(organization_id, chain, read, head["first"], head["sequence"], head["hash"], problem)

    def _of_head(self, head: dict[str, Any]) -> Problem | None:
        if hmac.compare_digest(self._sealer.head(head), head["seal"]):
            return None
        return Problem(
            "head-changed",
            None,
            "The head of the chain is not sealed with this instance's secret: somebody else wrote it, or "
            "LIGHTDASH_SECRET is not the one it was written with.",
        )

    def _of_page(
        self, rows: Sequence[Any], expected: int, previous: str, remembered: dict[str, Any] | None
    ) -> tuple[Problem | None, str]:
        for row in rows:
            entry = dict(row)
            sequence = entry["sequence"]
            if sequence != expected:
                return Problem("removed", expected, f"Entry {expected} is missing."), previous
            if entry["previous"] != previous:
                cause = f"Entry {sequence} does not follow the one before it: it was moved, replaced or put in."
                return Problem("reordered", sequence, cause), previous
            hashed = content_hash(entry)
            if hashed != entry["hash"]:
                return Problem("changed", sequence, f"Entry {sequence} is not as it was written."), previous
            if not hmac.compare_digest(self._sealer.entry(hashed), entry["seal"]):
                cause = f"Entry {sequence} was written by somebody who does not have this instance's secret."
                return Problem("not-sealed", sequence, cause), previous
            if remembered is not None and remembered["sequence"] == sequence and remembered["hash"] != hashed:
                cause = f"Entry {sequence} is another one than the object store remembers: the log was rewritten."
                return Problem("rewritten", sequence, cause), previous
            expected, previous = expected + 1, hashed
        return None, previous

    async def _beyond(self, organization_id: str, chain: str) -> Problem | None:
        """Entries outside what the head says there is, seen in one statement together with the head."""
        mine = (EntryRow.organization_id == organization_id) & (EntryRow.chain == chain)
        lowest = select(func.min(EntryRow.sequence)).where(mine).scalar_subquery()
        highest = select(func.max(EntryRow.sequence)).where(mine).scalar_subquery()
        async with self._database.session() as session:
            found = await session.execute(
                select(HeadRow.first, HeadRow.sequence, lowest, highest).where(
                    HeadRow.organization_id == organization_id, HeadRow.chain == chain
                )
            )
            row = found.first()
        if row is None or row[2] is None:
            return None
        if row[2] < row[0]:
            return Problem("inserted", row[2], f"Entry {row[2]} lies before the first that is kept, {row[0]}.")
        if row[3] > row[1]:
            return Problem("inserted", row[1] + 1, f"Entry {row[1] + 1} lies beyond the end of the chain, {row[1]}.")
        return None


async def _head(session: AsyncSession, organization_id: str, chain: str) -> dict[str, Any] | None:
    found = await session.execute(
        select(*HEAD_COLUMNS, HeadRow.seal).where(HeadRow.organization_id == organization_id, HeadRow.chain == chain)
    )
    row = found.mappings().first()
    return dict(row) if row else None


async def _page(session: AsyncSession, organization_id: str, chain: str, start: int, end: int) -> Sequence[Any]:
    found = await session.execute(
        select(*COLUMNS)
        .where(
            COLUMNS.organization_id == organization_id,
            COLUMNS.chain == chain,
            COLUMNS.sequence >= start,
            COLUMNS.sequence <= end,
        )
        .order_by(COLUMNS.sequence)
        .limit(PAGE)
    )
    return found.mappings().all()
