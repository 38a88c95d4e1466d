"""Removing what is older than it has to be kept, without breaking the chain.

A chain is shortened from its beginning only. Its head then says, sealed, where it begins and what hash came before;
the triggers let go of exactly those entries; an `audit.pruned` entry says how many were removed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from vitrail.audit.chain import CHANGES, Sealer, append, lock_head, write_head
from vitrail.audit.draft import draft_of
from vitrail.audit.log import Action
from vitrail.audit.tables import EntryRow, HeadRow
from vitrail.db.base import now
from vitrail.db.engine import Database

AT_ONCE = 5_000
"""Entries at most in one transaction: writers wait that long and no longer."""


async def prune(database: Database, sealer: Sealer, before: dict[str, datetime]) -> int:
    """Removes entries older than `before`, which has a moment for each chain to be shortened; how many they were."""
    async with database.session() as session:
        heads = (await session.execute(select(HeadRow.organization_id, HeadRow.chain))).all()
    removed = 0
    for organization_id, chain in heads:
        while chain in before:
            async with database.session() as session:
                count = await session.run_sync(_shorten, sealer, organization_id, chain, before[chain])
            removed += count
            if count < AT_ONCE:
                break
    return removed


def _shorten(session: Session, sealer: Sealer, organization_id: str, chain: str, before: datetime) -> int:
    if _first_kept(session, organization_id, chain, before) is None:
        return 0
    # In the order that `append` takes them: it writes to `changes` below.
    locked = {name: lock_head(session, organization_id, name) for name in sorted({CHANGES, chain})}
    head = locked[chain]
    first = _first_kept(session, organization_id, chain, before)
    if first is None:
        return 0
    mine = (EntryRow.organization_id == organization_id) & (EntryRow.chain == chain)
    last_removed = session.scalar(select(EntryRow.hash).where(mine, EntryRow.sequence == first - 1))
    if last_removed is None:
        return 0  # the chain is not whole: that is for `verify` to say, not for retention to cover up
    count = first - int(head["first"])
    write_head(session, head | {"first": first, "first_previous": last_removed, "pruned_at": now()}, sealer)
    session.execute(delete(EntryRow).where(mine, EntryRow.sequence < first))
    pruned = draft_of(
        Action.AUDIT_PRUNED,
        chain=CHANGES,
        actor=None,
        subject=None,
        organization_id=organization_id,
        details={"chain": chain, "entries": count, "firstKept": first, "olderThan": before.isoformat()},
    )
    append(session, sealer, [pruned])
    return count


def _first_kept(session: Session, organization_id: str, chain: str, before: datetime) -> int | None:
    """Where the chain should begin; None when it begins there already. At most `AT_ONCE` further than today."""
    head = session.execute(
        select(HeadRow.first, HeadRow.sequence).where(
            HeadRow.organization_id == organization_id, HeadRow.chain == chain
        )
    ).one()
    window = (
        select(EntryRow.sequence, EntryRow.at)
        .where(EntryRow.organization_id == organization_id, EntryRow.chain == chain)
        .where(EntryRow.sequence >= head.first, EntryRow.sequence <= head.first + AT_ONCE)
        .subquery()
    )
    kept = session.scalar(select(func.min(window.c.sequence)).where(window.c.at >= before))
    first = int(kept) if kept is not None else min(head.sequence + 1, head.first + AT_ONCE)
    return first if first > head.first else None
