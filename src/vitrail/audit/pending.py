"""Entries that wait for their transaction's commit.

They could be written at once, but then a transaction would hold the chain while it goes on to lock other rows, and
two such transactions could wait for each other for ever. So they are kept with the session and appended last.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from vitrail.audit.chain import Draft, Sealer, append

SEALER, PENDING = "audit.sealer", "audit.pending"
Waiting = list[tuple[Draft, tuple[SessionTransaction, ...]]]


def keep(session: AsyncSession, draft: Draft) -> None:
    """Keeps a draft until the session commits. Raises `RuntimeError` for a session that is not of our database."""
    target = session.sync_session
    if SEALER not in target.info:
        raise RuntimeError("this session can't seal entries: take it from services.db.session()")
    if PENDING not in target.info:
        target.info[PENDING] = []
        event.listen(target, "before_commit", _append)
        event.listen(target, "after_soft_rollback", _forget)
    target.info[PENDING].append((draft, _around(target)))


def _around(session: Session) -> tuple[SessionTransaction, ...]:
    """The savepoints that are open."""
    open_: list[SessionTransaction] = []
    at = session.get_nested_transaction()
    while at is not None:
        open_.append(at)
        at = at.parent if at.parent is not None and at.parent.nested else None
    return tuple(open_)


def _append(session: Session) -> None:
    waiting: Waiting = session.info[PENDING]
    if session.in_nested_transaction() or not waiting:
        return
    session.flush()
    sealer: Sealer = session.info[SEALER]
    append(session, sealer, [draft for draft, _ in waiting])
    waiting.clear()


def _forget(session: Session, ended: SessionTransaction, *_: Any) -> None:
    waiting: Waiting = session.info[PENDING]
    waiting[:] = [] if ended.parent is None else [item for item in waiting if ended not in item[1]]
