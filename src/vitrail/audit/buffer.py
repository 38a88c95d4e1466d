"""Entries of what happens all the time (an app's queries): kept in memory, written together, never in anybody's way.

A request only puts an entry here. The keeper writes what has gathered about once a second in a transaction of its own,
and the rest at shutdown. A process that is killed loses at most what came in the last second or so. When the database
can't take them, entries gather up to `MOST`; what comes after is counted, and the log says how many were lost.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Mapping

from vitrail.audit.chain import USE, Draft, Sealer, append
from vitrail.audit.draft import Detail, draft_of
from vitrail.audit.log import Action, Subject
from vitrail.db.base import now
from vitrail.db.engine import Database
from vitrail.identity.person import Person

MOST = 20_000
AT_ONCE = 500


class AuditBuffer:
    """What waits to be written, oldest first."""

    def __init__(self, database: Database, sealer: Sealer, *, on: bool) -> None:
        self._database, self._sealer, self._on = database, sealer, on
        self._waiting: deque[Draft] = deque()
        self._lost: Counter[str] = Counter()
        self._writing = asyncio.Lock()
        self.something = asyncio.Event()

    def put(
        self,
        action: Action,
        *,
        actor: Person,
        subject: Subject,
        project_id: str | None,
        details: Mapping[str, Detail],
    ) -> None:
        """Keeps an entry for the next batch; returns at once."""
        if not self._on:
            return
        if len(self._waiting) >= MOST:
            self._lost[actor.organization_id] += 1
            return
        self._waiting.append(
            draft_of(
                action,
                chain=USE,
                actor=actor,
                subject=(subject.kind, subject.id, subject.name),
                project_id=project_id,
                details=details,
                at=now(),
            )
        )
        self.something.set()

    async def flush(self) -> None:
        """Writes all that waits. Raises what the database says; nothing is forgotten then."""
        async with self._writing:
            self.something.clear()
            while self._waiting or self._lost:
                batch = [self._waiting[index] for index in range(min(AT_ONCE, len(self._waiting)))]
                lost = dict(self._lost)
                drafts = batch + [
                    draft_of(
                        Action.AUDIT_LOST,
                        chain=USE,
                        actor=None,
                        subject=None,
                        organization_id=organization_id,
                        details={"entries": count},
                    )
                    for organization_id, count in lost.items()
                ]
                async with self._database.session() as session:
                    await session.run_sync(append, self._sealer, drafts)
                for _ in batch:
                    self._waiting.popleft()
                self._lost -= Counter(lost)
