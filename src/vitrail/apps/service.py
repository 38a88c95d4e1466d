"""What may be done with data apps, and what then happens. Routes call this; it asks `access` and writes by way of the
repository and the build queue."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.access.decisions import Decision, decide, not_found
from vitrail.apps import artefacts
from vitrail.apps.audited import say
from vitrail.apps.failures import BuildUnderWay, TooManyBuilds
from vitrail.apps.repository import AppRecord, AppRepository, VersionRecord
from vitrail.apps.runtime import AppsRuntime
from vitrail.apps.schemas import AppChange, NewApp, NewVersion
from vitrail.apps.state import Status
from vitrail.apps.tables import AppRow, VersionRow
from vitrail.audit.log import Action
from vitrail.content.placing import may_move, place_in, place_of
from vitrail.db.base import now
from vitrail.db.errors import AlreadyThere
from vitrail.errors import Conflict, InvalidInput
from vitrail.identity.person import Person
from vitrail.services import Services
from vitrail.settings import ModelProvider
from vitrail.usage.budgets import Spender, check_room

NAME_WORDS = 7


class AppService:
    """Data apps as one person may use them."""

    def __init__(self, services: Services, runtime: AppsRuntime, person: Person) -> None:
        self._services = services
        self._runtime = runtime
        self._person = person

    # -- reading

    async def list(self, project_id: str, *, space_id: str | None, mine: bool) -> list[tuple[AppRecord, bool]]:
        """Apps that the person may open, each with whether they may manage it. One that never became ready is left
        out for those who may not work on it: there is nothing to open."""
        async with self._services.db.session() as session:
            records = await AppRepository(session).list(self._person, project_id, space_id=space_id, mine=mine)
            answer = []
            for record in records:
                may = bool(await self._decide(session, record.app, "manage"))
                if may or record.app.ready_version is not None:
                    answer.append((record, may))
            return answer

    async def get(self, app_id: str) -> tuple[AppRecord, bool]:
        """One app and whether the person may manage it. Raises `NotFound`."""
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            return record, bool(await self._decide(session, record.app, "manage"))

    async def versions(self, app_id: str) -> Sequence[VersionRecord]:
        """The app's versions; to those who may not manage it, the ready ones only."""
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            may = await self._decide(session, record.app, "manage")
            return await AppRepository(session).versions(app_id, ready_only=not may)

    async def version(self, app_id: str, number: int) -> VersionRecord:
        """One version; one that is not ready only for those who may manage the app. Raises `NotFound`."""
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            found = await AppRepository(session).version(app_id, number)
            if found is not None and found.version.status != Status.READY:
                (await self._decide(session, record.app, "manage")).or_not_found("version")
            if found is None:
                raise not_found("version")
            return found

    async def source(self, app_id: str, number: int) -> dict[str, bytes]:
        """The files of a version. For those who may manage the app: source is not part of using it."""
        version = (await self.managed_version(app_id, number)).version
        if version.source_sha256 is None:
            raise Conflict(
                "This version has no source: it ended before anything was written.",
                cure="Look at another version, or send the prompt again.",
            )
        blob = await self._services.store.get(artefacts.source_key(app_id, number))
        return artefacts.unpack_source(blob, version.source_sha256)

    async def managed_version(self, app_id: str, number: int) -> VersionRecord:
        """One version of an app that the person may manage. Raises `NotFound` or `Forbidden`."""
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            (await self._decide(session, record.app, "manage")).or_forbidden()
            found = await AppRepository(session).version(app_id, number)
            if found is None:
                raise not_found("version")
            return found

    # -- building

    async def create(self, project_id: str, wish: NewApp) -> tuple[AppRecord, VersionRecord]:
        """A new app, its first version queued. Raises `Forbidden`, or what keeps a build from starting."""
        self._runtime.ready_to_build(wish.model)
        async with self._services.db.session() as session:
            place = await place_in(
                session, self._person, project_id, creator_id=self._person.id, space_id=wish.space_id
            )
            decide(self._person, "create", "DataApp", place).or_forbidden()
            await self._has_room(session)
            await self._has_money(session, project_id)
            repository = AppRepository(session)
            app, version = await repository.create(
                self._person,
                project_id,
                name=wish.name or working_name(wish.prompt),
                named_by_person=wish.name is not None,
                space_id=wish.space_id,
                template=wish.template,
                prompt=wish.prompt,
                model=wish.model,
            )
            await say(session, Action.APP_CREATED, self._person, app, template=app.template)
            await self._say_started(session, app, version)
        return await self._queued(app.id, version)

    async def iterate(self, app_id: str, wish: NewVersion) -> tuple[AppRecord, VersionRecord]:
        """The next version of an app. Raises `BuildUnderWay` while one is being built."""
        self._runtime.ready_to_build(wish.model)
        try:
            async with self._services.db.session() as session:
                app = await self._idle(session, app_id)
                await self._has_room(session)
                await self._has_money(session, app.project_id)
                version = await AppRepository(session).add_version(
                    self._person, app, prompt=wish.prompt, model=wish.model
                )
                await self._say_started(session, app, version)
        except AlreadyThere:
            raise _under_way(None) from None
        return await self._queued(app_id, version)

    async def restore(self, app_id: str, number: int) -> tuple[AppRecord, VersionRecord]:
        """A new version with the source and build of a ready one; nothing is deleted and nothing is generated."""
        try:
            async with self._services.db.session() as session:
                app = await self._idle(session, app_id)
                repository = AppRepository(session)
                found = await repository.version(app_id, number)
                if found is None or found.version.status != Status.READY:
                    raise Conflict(
                        f"Version {number} never became ready, so there is nothing to restore.",
                        cure="Choose a version that is marked ready.",
                    )
                self._runtime.ready_to_restore()
                old = found.version
                prompt = f"Restore version {number}"
                version = await repository.add_version(self._person, app, prompt=prompt, model=None, restored=old)
                await say(session, Action.APP_RESTORED, self._person, app, restored=old.number, version=version.number)
        except AlreadyThere:
            raise _under_way(None) from None
        return await self._queued(app_id, version)

    async def cancel(self, app_id: str, number: int) -> VersionRecord:
        """Stop the build of a version. Cancelling one that has ended changes nothing."""
        found = await self.managed_version(app_id, number)
        if await self._runtime.cancel(found.version.id):
            async with self._services.db.session() as session:
                record = await self._visible(session, app_id)
                await say(session, Action.BUILD_CANCELLED, self._person, record.app, version=number)
        return await self.managed_version(app_id, number)

    async def _say_started(self, session: AsyncSession, app: AppRow, version: VersionRow) -> None:
        model, prompt = version.wanted_model, len(version.prompt)
        await say(
            session,
            Action.BUILD_STARTED,
            self._person,
            app,
            version=version.number,
            model=model,
            promptCharacters=prompt,
        )

    async def _has_room(self, session: AsyncSession) -> None:
        """Raises `TooManyBuilds`: one person's prompts must not keep everybody's waiting."""
        most = self._services.settings.builds_per_person
        if await AppRepository(session).under_way_of(self._person) >= most:
            raise TooManyBuilds(
                f"{most} of your builds wait or run already.",
                cure="Wait until one of them has ended, or cancel one, then send the prompt again.",
            )

    async def _has_money(self, session: AsyncSession, project_id: str) -> None:
        """Raises `BudgetReached`. The offline planner costs nothing and needs none."""
        if self._services.settings.model_provider is not ModelProvider.OFFLINE:
            spender = Spender(self._person.organization_id, self._person.id, project_id)
            await check_room(session, spender, now())

    async def _idle(self, session: AsyncSession, app_id: str) -> AppRow:
        """An app that the person may manage and that has no build under way."""
        record = await self._visible(session, app_id)
        (await self._decide(session, record.app, "manage")).or_forbidden()
        if (busy := await AppRepository(session).under_way(app_id)) is not None:
            raise _under_way(busy)
        return record.app

    async def _queued(self, app_id: str, version: VersionRow) -> tuple[AppRecord, VersionRecord]:
        await self._runtime.enqueue(version)
        return await self._answer(app_id, version.number)

    async def _answer(self, app_id: str, number: int) -> tuple[AppRecord, VersionRecord]:
        record, _ = await self.get(app_id)
        return record, await self.managed_version(app_id, number)

    # -- arranging

    async def change(self, app_id: str, change: AppChange) -> AppRecord:
        """Rename or describe."""
        values: dict[str, object] = {}
        if change.name is not None:
            values |= {"name": change.name, "named_by_person": True}
        if change.description is not None:
            values["description"] = change.description
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            (await self._decide(session, record.app, "manage")).or_forbidden()
            if values:
                await session.execute(update(AppRow).where(AppRow.id == app_id).values(**values, updated_at=now()))
                await say(
                    session,
                    Action.APP_CHANGED,
                    self._person,
                    record.app,
                    changed=[name for name in ("name", "description") if name in values],
                    name=change.name,
                )
        return (await self.get(app_id))[0]

    async def move(self, app_id: str, space_id: str | None) -> AppRecord:
        """File the app in a space, or take it back to its creator's personal apps. Both ends are asked: one must be
        allowed to manage it where it is and where it goes."""
        async with self._services.db.session() as session:
            app = (await self._visible(session, app_id)).app
            left = app.space_id
            target = await may_move(session, self._person, "DataApp", app, space_id)
            await session.execute(update(AppRow).where(AppRow.id == app_id).values(space_id=space_id, updated_at=now()))
            await say(
                session,
                Action.APP_MOVED,
                self._person,
                app,
                space=target.space_name or "personal apps",
                spaceId=space_id,
                fromSpaceId=left,
            )
        async with self._services.db.session() as session:
            moved = await AppRepository(session).get(self._person, app_id)
        if moved is None:
            raise InvalidInput("The app was moved out of your sight.", cure="Ask its new owner to share it with you.")
        return moved

    async def delete(self, app_id: str) -> None:
        """The app with all its versions, its stored files and its sandbox. Stops a build that is under way."""
        async with self._services.db.session() as session:
            record = await self._visible(session, app_id)
            (await self._decide(session, record.app, "manage")).or_forbidden()
            busy = await AppRepository(session).under_way(app_id)
        if busy is not None:
            await self._runtime.cancel(busy.id)
        async with self._services.db.session() as session:
            await AppRepository(session).delete(app_id)
            await say(session, Action.APP_DELETED, self._person, record.app)
        await self._runtime.forget(app_id, record.app.sandbox)

    # -- deciding

    async def _visible(self, session: AsyncSession, app_id: str) -> AppRecord:
        record = await AppRepository(session).get(self._person, app_id)
        if record is None:
            raise not_found("data app")
        return record

    async def _decide(self, session: AsyncSession, app: AppRow, verb: str) -> Decision:
        return decide(self._person, verb, "DataApp", await place_of(session, self._person, app))


def working_name(prompt: str) -> str:
    """A name for an app until the agent gives it a better one: the prompt's first words."""
    words = re.sub(r"\s+", " ", prompt).strip().split(" ")
    name = " ".join(words[:NAME_WORDS]).strip(" ,.;:-")
    return (name[:1].upper() + name[1:])[:80] + ("…" if len(words) > NAME_WORDS else "")


def _under_way(version: VersionRow | None) -> BuildUnderWay:
    which = f"Version {version.number} of this app" if version else "Another version of this app"
    return BuildUnderWay(
        f"{which} is being built right now.", cure="Wait until it is done, or cancel it, then send the prompt again."
    )
