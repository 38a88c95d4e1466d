"""What the build pipeline writes about a version: its state, its results, its end.

Every write is conditional on the version not having ended, so that a cancelled build stays cancelled whatever a late
step still does (rule 6). These writes act for the system, not for a viewer; people's reads are in `repository.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.apps import artefacts
from vitrail.apps.audited import say_ended
from vitrail.apps.events import EventLog
from vitrail.apps.state import ENDED, Status
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.db.base import now
from vitrail.db.engine import Database


class VersionEnded(Exception):
    """The version has ended meanwhile (cancelled, or deleted with its app); whoever still works on it stops."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a build needs to know, read once per step: rows as values."""

    version_id: str
    number: int
    status: Status
    prompt: str
    model: str | None
    builder_id: str
    creator_id: str
    """The app's creator; `builder_id` is who asked for this version."""
    started_at: datetime
    source_sha256: str | None
    manifest: Mapping[str, Any] | None
    app_id: str
    app_name: str
    named_by_person: bool
    template: str
    project_id: str
    space_id: str | None
    sandbox: Mapping[str, Any] | None
    restored_from: int | None
    base: BaseVersion | None
    """The version that this one continues: the newest ready one before it, else the newest that has a source."""


@dataclass(frozen=True, slots=True)
class BaseVersion:
    number: int
    source_sha256: str
    history: str | None


class Versions:
    """The pipeline's hold on versions."""

    def __init__(self, database: Database, events: EventLog) -> None:
        self._database = database
        self.events = events

    async def job(self, version_id: str) -> Job:
        """Everything about a build. Raises `VersionEnded` when there is nothing left to do."""
        async with self._database.session() as session:
            version = await session.get(VersionRow, version_id)
            app = await session.get(AppRow, version.app_id) if version else None
            if version is None or app is None or Status(version.status).ended:
                raise VersionEnded
            earlier = (
                await session.scalars(
                    select(VersionRow)
                    .where(
                        VersionRow.app_id == app.id,
                        VersionRow.number < version.number,
                        VersionRow.source_sha256.is_not(None),
                    )
                    .order_by((VersionRow.status == Status.READY).desc(), VersionRow.number.desc())
                    .limit(1)
                )
            ).first()
            base = None
            if earlier is not None and earlier.source_sha256 is not None:
                base = BaseVersion(earlier.number, earlier.source_sha256, earlier.history)
            return Job(
                version_id=version.id,
                number=version.number,
                status=Status(version.status),
                prompt=version.prompt,
                model=version.wanted_model,
                builder_id=version.creator_id,
                creator_id=app.creator_id,
                started_at=version.started_at or now(),
                source_sha256=version.source_sha256,
                manifest=version.manifest,
                app_id=app.id,
                app_name=app.name,
                named_by_person=app.named_by_person,
                template=app.template,
                project_id=app.project_id,
                space_id=app.space_id,
                sandbox=app.sandbox,
                restored_from=version.restored_from,
                base=base,
            )

    async def write(self, version_id: str, **values: Any) -> None:
        """Set columns of a version that has not ended. Raises `VersionEnded` when it has."""
        async with self._database.session() as session:
            changed = await session.execute(
                update(VersionRow)
                .where(VersionRow.id == version_id, VersionRow.status.not_in(ENDED))
                .values(**values)
                .returning(VersionRow.id)
            )
            if changed.first() is None:
                raise VersionEnded

    async def enter(self, version_id: str, stage: Status) -> None:
        """Begin a stage: the one before is done, the row and the stream say so. Entering twice is harmless."""
        moment = now()
        async with self._database.session() as session:
            version = await session.get(VersionRow, version_id)
            if version is None or Status(version.status).ended:
                raise VersionEnded
            stages = _closed(version.stages, moment, "done")
            stages.append({"stage": stage.value, "status": "running", "startedAt": moment.isoformat()})
            changed = await session.execute(
                update(VersionRow)
                .where(VersionRow.id == version_id, VersionRow.status.not_in(ENDED))
                .values(status=stage.value, stages=stages, started_at=version.started_at or moment)
                .returning(VersionRow.id)
            )
            if changed.first() is None:
                raise VersionEnded

        for line in stages[-2:]:
            await self.events.append(version_id, "stage", line)

    async def end(self, version_id: str, status: Status, *, error: Mapping[str, str] | None = None) -> bool:
        """End a version as ready, error or cancelled; false when it had ended before. A ready one is what viewers
        get from now on."""
        moment = now()

        async def write(session: AsyncSession) -> bool:
            version = await session.get(VersionRow, version_id)
            if version is None:
                return False
            stages = _closed(version.stages, moment, "done" if status is Status.READY else "failed")
            changed = await session.execute(
                update(VersionRow)
                .where(VersionRow.id == version_id, VersionRow.status.not_in(ENDED))
                .values(status=status.value, error=dict(error) if error else None, finished_at=moment, stages=stages)
                .returning(VersionRow.id)
            )
            if changed.first() is None:
                return False
            shown = {"ready_version": version.number} if status is Status.READY else {}
            await session.execute(update(AppRow).where(AppRow.id == version.app_id).values(updated_at=moment, **shown))
            await session.refresh(version)
            app = await session.get_one(AppRow, version.app_id)
            await say_ended(session, app, version, status.value, **({"failure": error["title"]} if error else {}))
            if stages:
                await self.events.add(session, version_id, "stage", stages[-1])
            done = {"status": status.value, "error": dict(error) if error else None, "reply": version.reply}
            await self.events.add(session, version_id, "done", done)
            return True

        # With its last lines in the same unit of work: nobody finds it ended and the stream without its end.
        return await self.events.together(version_id, write)

    async def copy_results(self, job: Job, number: int) -> None:
        """Give a version what an earlier one of its app came to: the columns; the files are copied by the pipeline."""
        async with self._database.session() as session:
            old = await session.scalar(
                select(VersionRow).where(VersionRow.app_id == job.app_id, VersionRow.number == number)
            )
        if old is None:
            raise VersionEnded
        await self.write(
            job.version_id,
            source_sha256=old.source_sha256,
            manifest=old.manifest,
            references=old.references,
            rendered=old.rendered,
            reply=f"Version {number}, as it was.",
            model=old.model,
            thumbnail=artefacts.thumbnail_key(job.app_id, job.number) if old.thumbnail else None,
            history=artefacts.history_key(job.app_id, job.number) if old.history else None,
        )

    async def keep_sandbox(self, app_id: str, sandbox: Mapping[str, Any] | None) -> None:
        """Remember (or forget) the paused sandbox of an app."""
        async with self._database.session() as session:
            await session.execute(
                update(AppRow).where(AppRow.id == app_id).values(sandbox=dict(sandbox) if sandbox else None)
            )

    async def name_app(self, app_id: str, name: str) -> None:
        """Take over the agent's name for an app that no person has named."""
        async with self._database.session() as session:
            await session.execute(
                update(AppRow)
                .where(AppRow.id == app_id, AppRow.named_by_person.is_(False))
                .values(name=name[:200].strip())
            )

    async def unfinished(self) -> list[str]:
        """Versions that have not ended, oldest first: what a restart has to account for."""
        async with self._database.session() as session:
            rows = await session.scalars(
                select(VersionRow.id).where(VersionRow.status.not_in(ENDED)).order_by(VersionRow.created_at)
            )
            return list(rows)


def _closed(stages: list[dict[str, Any]], moment: datetime, status: str) -> list[dict[str, Any]]:
    """The stages with a running last one brought to its end."""
    if not stages or stages[-1]["status"] != "running":
        return list(stages)
    last = dict(stages[-1])
    started = datetime.fromisoformat(last["startedAt"])
    last |= {"status": status, "durationMs": round((moment - started).total_seconds() * 1000)}
    return [*stages[:-1], last]
