"""A project's catalog and warehouse, opened once and kept: the one way from a person's question to rows (rule 5)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from vitrail.catalog.model import Catalog, FieldId
from vitrail.catalog.visible import narrow
from vitrail.db.engine import Database
from vitrail.errors import NotFound, VitrailError
from vitrail.identity.person import Person
from vitrail.projects.catalog_uploads import in_use
from vitrail.projects.catalogs import ProjectCatalogs, Standing, Upload
from vitrail.projects.kept_answers import KeptAnswers
from vitrail.projects.service import Connection, connection
from vitrail.projects.tables import ProjectRow
from vitrail.projects.turns import Turns
from vitrail.query.dates import WEEKDAYS
from vitrail.query.explain import Explanation, explain
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.query.run import Limits, compile_query, run_query
from vitrail.secret import SecretBox
from vitrail.services import Services
from vitrail.settings import Settings
from vitrail.storage.store import ObjectStore
from vitrail.warehouse.connect import connect
from vitrail.warehouse.protocol import Replaceable, Warehouse
from vitrail.warehouse.remembering import RememberingWarehouse

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 6 * 3600.0
LOOK_AGAIN_S = 2.0
"""How long a process may go on with a connection that was changed meanwhile."""


@dataclass(slots=True)
class _Open:
    """What is kept of a project."""

    connection: Connection
    connected_at: datetime
    looked_at: float
    upload: Upload | None = None
    """The uploaded catalog that is in use."""
    catalog: Catalog | None = None
    warehouse: RememberingWarehouse | None = None
    opened: Warehouse | None = None
    """The warehouse itself, without its memory."""


class ProjectData:
    """Catalogs and warehouses by project. All of it is a cache: a new process opens what it needs."""

    def __init__(self, database: Database, secrets: SecretBox, settings: Settings, store: ObjectStore) -> None:
        self._database = database
        self._secrets = secrets
        self._limits = Limits(
            default=settings.query_default_limit,
            maximum=settings.query_max_limit,
            timeout_s=settings.query_timeout_s,
            week_start=WEEKDAYS.index(settings.start_of_week),
        )
        self._store = store
        self._turns = Turns(settings.queries_per_person)
        self._keep = timedelta(seconds=settings.cache_stale_time_s) if settings.results_cache_enabled else None
        self._catalogs = ProjectCatalogs(store)
        self._projects: dict[str, _Open] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._beside: set[asyncio.Task[None]] = set()

    async def catalog(self, project_id: str) -> Catalog:
        """The whole catalog, loaded again when what it is read from changed. Raises the loader's `VitrailError`."""
        return (await self.catalog_standing(project_id)).catalog

    async def catalog_standing(self, project_id: str) -> Standing:
        """The catalog with where it comes from, what its last reload changed, and why a newer one can't be used."""
        async with self._lock(project_id):
            project = await self._project(project_id)
            standing = await self._catalogs.standing(project_id, project.connection, project.upload)
            if project.catalog is not standing.catalog:
                project.catalog = standing.catalog
                if project.warehouse is not None:
                    project.warehouse.epoch = project.catalog.version
            return standing

    async def catalog_before(self, project_id: str) -> Catalog | None:
        """The catalog that a new one is compared with; None where there is none that can be read."""
        with suppress(VitrailError):
            return await self.catalog(project_id)
        return None

    async def catalog_changed(self, project_id: str) -> None:
        """Has this process see at once that a project uses another catalog; others see it within `LOOK_AGAIN_S`."""
        async with self._lock(project_id):
            if opened := self._projects.get(project_id):
                opened.looked_at = 0.0

    async def catalog_for(self, project_id: str, person: Person) -> Catalog:
        """The catalog narrowed to what `person` may see."""
        return narrow(await self.catalog(project_id), person.viewer())

    async def run(
        self,
        project_id: str,
        person: Person,
        query: MetricQuery,
        *,
        allowed: frozenset[FieldId] | None = None,
        most: int | None = None,
        refresh: bool = False,
    ) -> QueryResult:
        """The rows of `query` as `person` may see them; with `allowed`, only those fields may be asked for. `most`
        replaces the instance's limit of rows (exports have one of their own). `refresh`: no answer that was kept."""
        catalog = await self.catalog(project_id)
        remembering = await self._warehouse(project_id)
        warehouse = remembering.asked_anew() if refresh else remembering
        limits = self._limits if most is None else replace(self._limits, maximum=most)
        async with self._turns.one(person.id):
            return await run_query(query, catalog, person.viewer(), warehouse, limits=limits, allowed=allowed)

    async def check(self, project_id: str, person: Person, query: MetricQuery) -> None:
        """Raises what `run` would raise for this question and this person, without asking the warehouse."""
        catalog = await self.catalog(project_id)
        warehouse = await self._warehouse(project_id)
        compile_query(query, catalog, person.viewer(), warehouse.dialect, limits=self._limits)

    async def explain(self, project_id: str, person: Person, query: MetricQuery) -> Explanation:
        """How the answer to `query` comes about for this person. Raises what `check` raises."""
        catalog = await self.catalog(project_id)
        warehouse = await self._warehouse(project_id)
        return explain(compile_query(query, catalog, person.viewer(), warehouse.dialect, limits=self._limits))

    async def _warehouse(self, project_id: str) -> RememberingWarehouse:
        async with self._lock(project_id):
            project = await self._project(project_id)
            if project.warehouse is None:
                project.opened = await asyncio.to_thread(connect, project.connection.warehouse_url)
                project.warehouse = self._remembering(project_id, project.opened)
                project.warehouse.epoch = project.catalog.version if project.catalog is not None else ""
            return project.warehouse

    def _remembering(self, project_id: str, opened: Warehouse) -> RememberingWarehouse:
        if opened.unchanging:
            return RememberingWarehouse(opened)
        if self._keep is None:
            return RememberingWarehouse(opened, keep=timedelta(0))
        shelf = KeptAnswers(self._store, project_id, self._keep)
        self._spawn(self._swept(shelf))
        return RememberingWarehouse(opened, keep=self._keep, shelf=shelf)

    async def _swept(self, shelf: KeptAnswers) -> None:
        """Takes old answers away now and once in a while."""
        while True:
            with suppress(VitrailError):  # the store is away; the next round tries again
                await shelf.sweep()
            await asyncio.sleep(SWEEP_EVERY_S)

    async def _project(self, project_id: str) -> _Open:
        """What is open of a project; opened anew once it was connected anew, by whichever process."""
        opened = self._projects.get(project_id)
        if opened is not None and opened.looked_at and time.monotonic() - opened.looked_at < LOOK_AGAIN_S:
            return opened
        async with self._database.session() as session:
            row = (await session.scalars(select(ProjectRow).where(ProjectRow.id == project_id))).first()
            upload = await in_use(session, row) if row is not None else None
        if row is None:
            raise NotFound("There is no such project.", cure="Choose a project from the list.")
        if opened is None or opened.connected_at != row.connected_at:
            if opened is not None and opened.warehouse is not None:
                self._retire(opened.warehouse)
            opened = _Open(connection(row, self._secrets), row.connected_at, 0.0)
            self._projects[project_id] = opened
        elif opened.warehouse is not None and isinstance(opened.opened, Replaceable) and opened.opened.replaced():
            log.info("The warehouse of project %s was replaced by another file, which is read from now on.", project_id)
            self._retire(opened.warehouse)
            opened.warehouse = opened.opened = None
        opened.upload = upload
        opened.looked_at = time.monotonic()
        return opened

    def _retire(self, warehouse: Warehouse) -> None:
        """Closes a warehouse that was replaced, once the questions that were asked of it have had their time."""

        async def later() -> None:
            with suppress(asyncio.CancelledError):  # at the end of the server, at once
                await asyncio.sleep(self._limits.timeout_s)
            await warehouse.close()

        self._spawn(later())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        """Work beside the questions, which ends with the server."""
        task = asyncio.create_task(work)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    def _lock(self, project_id: str) -> asyncio.Lock:
        return self._locks.setdefault(project_id, asyncio.Lock())

    async def aclose(self) -> None:
        """Close every warehouse."""
        for project in self._projects.values():
            if project.warehouse is not None:
                await project.warehouse.close()
        self._projects.clear()
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)


@asynccontextmanager
async def open_data(services: Services) -> AsyncIterator[ProjectData]:
    """The projects' data for an application."""
    data = ProjectData(services.db, services.secrets, services.settings, services.store)
    try:
        yield data
    finally:
        await data.aclose()
