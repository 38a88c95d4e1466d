"""How entries hang together: what an entry's hash covers, how it is sealed, and how entries are appended.

Each organisation has two chains, so that much use never waits for a change and may be kept for a shorter time:
`changes` (everything that `record` writes) and `use` (queries, written in batches by `audit.buffer`).

    hash(n)  = SHA-256 of the entry's content, its place (organisation, chain, sequence) and hash(n-1)
    seal(n)  = HMAC of hash(n) with a key derived from the instance's secret
    head     = the last sequence and hash, and where what is kept begins; sealed likewise

The hash alone shows a change to whoever checks an export; the seal shows one by somebody who rewrote all hashes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert, text, update
from sqlalchemy.orm import Session

from vitrail.audit.tables import EntryRow, HeadRow
from vitrail.db.base import now
from vitrail.secret import SecretBox

CHANGES, USE = "changes", "use"
GENESIS = "0" * 64

Values = Mapping[str, Any]
# All that a hash covers, in the order of the tables; `at` as text with microseconds.
COVERED = (
    "organization_id",
    "chain",
    "sequence",
    "at",
    "action",
    "actor_id",
    "actor_name",
    "actor_kind",
    "subject_kind",
    "subject_id",
    "subject_name",
    "project_id",
    "address",
    "request_id",
    "details",
    "previous",
)


def moment(at: datetime) -> str:
    """A time as hashes and exports hold it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def content_hash(entry: Values) -> str:
    """SHA-256 over the covered values as one JSON list. Raises nothing for values that a database can hold."""
    values = [moment(entry[name]) if name == "at" else entry[name] for name in COVERED]
    return hashlib.sha256(json.dumps(values, separators=(",", ":")).encode()).hexdigest()


class Sealer:
    """Seals with keys of the instance's secret: one purpose for entries, one for heads, so that the seal of an old
    entry can't be taken for that of a head."""

    def __init__(self, secrets: SecretBox) -> None:
        self._entry, self._head = secrets.key("audit-entry"), secrets.key("audit-head")

    def entry(self, hashed: str) -> str:
        return hmac.new(self._entry, hashed.encode(), hashlib.sha256).hexdigest()

    def head(self, head: Values) -> str:
        pruned = head["pruned_at"]
        values = [
            *(head[name] for name in ("organization_id", "chain", "sequence", "hash", "first", "first_previous")),
            moment(pruned) if pruned else None,
        ]
        return hmac.new(self._head, json.dumps(values).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that has no place in its chain yet. `values` are the columns from `action` to `details`."""

    organization_id: str
    chain: str
    values: dict[str, Any] = field(default_factory=dict)
    at: datetime | None = None


HEAD_COLUMNS = (
    HeadRow.organization_id,
    HeadRow.chain,
    HeadRow.sequence,
    HeadRow.hash,
    HeadRow.first,
    HeadRow.first_previous,
    HeadRow.pruned_at,
)


def lock_head(session: Session, organization_id: str, chain: str, *, more: int = 0) -> dict[str, Any]:
    """The head, `more` added to its sequence, locked until the transaction ends. It is a write on both engines: on
    SQLite it takes the write lock before anything is read, on Postgres the row's."""
    take = (
        update(HeadRow)
        .where(HeadRow.organization_id == organization_id, HeadRow.chain == chain)
        .values(sequence=HeadRow.sequence + more)
        .returning(*HEAD_COLUMNS)
    )
    for _ in range(2):
        row = session.execute(take, execution_options={"synchronize_session": False}).mappings().first()
        if row is not None:
            return dict(row)
        session.execute(
            text(
                "INSERT INTO audit_heads (organization_id, chain, sequence, hash, first, first_previous, seal) "
                "VALUES (:organization_id, :chain, 0, :genesis, 1, :genesis, '') ON CONFLICT DO NOTHING"
            ),
            {"organization_id": organization_id, "chain": chain, "genesis": GENESIS},
        )
    raise RuntimeError("the head of an audit chain could not be made")


def write_head(session: Session, head: dict[str, Any], sealer: Sealer) -> None:
    """Stores a head that is locked, sealed anew."""
    session.execute(
        update(HeadRow)
        .where(HeadRow.organization_id == head["organization_id"], HeadRow.chain == head["chain"])
        .values(
            hash=head["hash"],
            first=head["first"],
            first_previous=head["first_previous"],
            pruned_at=head["pruned_at"],
            seal=sealer.head(head),
        ),
        execution_options={"synchronize_session": False},
    )


def append(session: Session, sealer: Sealer, drafts: Sequence[Draft]) -> None:
    """Gives drafts their places, chain by chain, in this transaction. Chains are locked in one order everywhere, and
    last of all in a transaction, so that writers never wait for each other in a ring."""
    for organization_id, chain in sorted({(draft.organization_id, draft.chain) for draft in drafts}):
        mine = [draft for draft in drafts if (draft.organization_id, draft.chain) == (organization_id, chain)]
        head = lock_head(session, organization_id, chain, more=len(mine))
        at, previous = now(), head["hash"]
        rows = []
        for sequence, draft in enumerate(mine, start=head["sequence"] - len(mine) + 1):
            row = {
                **draft.values,
                "organization_id": organization_id,
                "chain": chain,
                "sequence": sequence,
                "at": draft.at or at,
                "previous": previous,
            }
            previous = row["hash"] = content_hash(row)
            row["seal"] = sealer.entry(previous)
            rows.append(row)
        session.execute(insert(EntryRow), rows)
        write_head(session, head | {"hash": previous}, sealer)
