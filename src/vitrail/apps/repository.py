"""All SQL of data apps that people's requests make. Every read takes the person who asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, String, and_, delete, func, select, type_coerce, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from vitrail.access.filters import visible_apps
from vitrail.apps.state import ENDED, Status
from vitrail.apps.tables import AppRow, SessionRow, VersionRow
from vitrail.db.base import new_id, now
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.spaces.tables import SpaceRow


@dataclass(frozen=True, slots=True)
class AppRecord:
    """An app with what its lists show: names instead of ids, the newest version's state."""

    app: AppRow
    creator_name: str
    space_name: str | None
    newest: VersionRow


@dataclass(frozen=True, slots=True)
class VersionRecord:
    version: VersionRow
    creator_name: str


class AppRepository:
    """Apps, versions and sessions in one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    def _records(self, person: Person) -> Select[AppRow, str, str, VersionRow]:
        newest = aliased(VersionRow)
        latest = (
            select(func.max(VersionRow.number))
            .where(VersionRow.app_id == AppRow.id)
            .correlate(AppRow)
            .scalar_subquery()
        )
        return (
            select(AppRow, PersonRow.name, SpaceRow.name, newest)
            .join(PersonRow, PersonRow.id == AppRow.creator_id)
            .outerjoin(SpaceRow, SpaceRow.id == AppRow.space_id)
            .join(newest, and_(newest.app_id == AppRow.id, newest.number == latest))
            .where(
                visible_apps(
                    person,
                    project_id=AppRow.project_id.expression,
                    creator_id=AppRow.creator_id.expression,
                    space_id=type_coerce(AppRow.space_id, String),
                )
            )
        )

    async def list(
        self, person: Person, project_id: str, *, space_id: str | None = None, mine: bool = False
    ) -> Sequence[AppRecord]:
        """The apps of a project that `person` may open, the newest change first."""
        statement = (
            self._records(person).where(AppRow.project_id == project_id).order_by(AppRow.updated_at.desc()).limit(500)
        )
        if space_id is not None:
            statement = statement.where(AppRow.space_id == space_id)
        if mine:
            statement = statement.where(AppRow.creator_id == person.id)
        rows = await self._session.execute(statement)
        return [AppRecord(app, creator, space, newest) for app, creator, space, newest in rows]

    async def get(self, person: Person, app_id: str) -> AppRecord | None:
        """One app, when `person` may know of it."""
        row = (await self._session.execute(self._records(person).where(AppRow.id == app_id))).first()
        return AppRecord(row[0], row[1], row[2], row[3]) if row else None

    async def create(
        self,
        person: Person,
        project_id: str,
        *,
        name: str,
        named_by_person: bool,
        space_id: str | None,
        template: str,
        prompt: str,
        model: str | None,
    ) -> tuple[AppRow, VersionRow]:
        """A new app with its first version, pending."""
        moment = now()
        app = AppRow(
            id=new_id(),
            project_id=project_id,
            space_id=space_id,
            creator_id=person.id,
            name=name,
            description="",
            named_by_person=named_by_person,
            template=template,
            created_at=moment,
            updated_at=moment,
        )
        self._session.add(app)
        await self._session.flush()
        return app, await self.add_version(person, app, prompt=prompt, model=model)

    async def add_version(
        self, person: Person, app: AppRow, *, prompt: str, model: str | None, restored: VersionRow | None = None
    ) -> VersionRow:
        """The app's next version, pending. Two at once collide on the version number, and one is refused."""
        last = await self._session.scalar(select(func.max(VersionRow.number)).where(VersionRow.app_id == app.id))
        version = VersionRow(
            id=new_id(),
            app_id=app.id,
            number=(last or 0) + 1,
            status=Status.PENDING.value,
            prompt=prompt,
            creator_id=person.id,
            wanted_model=model,
            restored_from=restored.number if restored else None,
            not_understood=[],
            stages=[],
            created_at=now(),
        )
        self._session.add(version)
        await self._session.execute(update(AppRow).where(AppRow.id == app.id).values(updated_at=now()))
        await self._session.flush()
        return version

    async def under_way_of(self, person: Person) -> int:
        """How many of the person's builds wait or run."""
        counting = select(func.count()).where(VersionRow.creator_id == person.id, VersionRow.status.not_in(ENDED))
        return await self._session.scalar(counting) or 0

    async def under_way(self, app_id: str) -> VersionRow | None:
        """The version of an app that is being built."""
        found = await self._session.scalars(
            select(VersionRow).where(VersionRow.app_id == app_id, VersionRow.status.not_in(ENDED)).limit(1)
        )
        return found.first()

    async def versions(self, app_id: str, *, ready_only: bool) -> Sequence[VersionRecord]:
        """An app's versions, the newest first. Whether the person may see the app was decided by `get`."""
        statement = (
            select(VersionRow, PersonRow.name)
            .join(PersonRow, PersonRow.id == VersionRow.creator_id)
            .where(VersionRow.app_id == app_id)
            .order_by(VersionRow.number.desc())
            .limit(500)
        )
        if ready_only:
            statement = statement.where(VersionRow.status == Status.READY)
        return [VersionRecord(*row) for row in await self._session.execute(statement)]

    async def version(self, app_id: str, number: int) -> VersionRecord | None:
        """One version of an app that `get` gave."""
        row = (
            await self._session.execute(
                select(VersionRow, PersonRow.name)
                .join(PersonRow, PersonRow.id == VersionRow.creator_id)
                .where(VersionRow.app_id == app_id, VersionRow.number == number)
            )
        ).first()
        return VersionRecord(*row) if row else None

    async def delete(self, app_id: str) -> None:
        """The app with all its versions, events and sessions."""
        await self._session.execute(delete(AppRow).where(AppRow.id == app_id))

    async def open_session(self, session: SessionRow) -> None:
        """Keep a session, and drop those that have ended."""
        await self._session.execute(delete(SessionRow).where(SessionRow.expires_at < now()))
        self._session.add(session)

    async def session(self, session_id: str, viewer_id: str) -> tuple[SessionRow, VersionRow, AppRow] | None:
        """A session that is open and belongs to this viewer, with its version and app."""
        row = (
            await self._session.execute(
                select(SessionRow, VersionRow, AppRow)
                .join(VersionRow, VersionRow.id == SessionRow.version_id)
                .join(AppRow, AppRow.id == VersionRow.app_id)
                .where(SessionRow.id == session_id, SessionRow.viewer_id == viewer_id, SessionRow.expires_at > now())
            )
        ).first()
        return (row[0], row[1], row[2]) if row else None
