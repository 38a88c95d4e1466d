"""A project's catalog and warehouse, opened once and kept: the one way from a person's question to rows (rule 5)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from vitrail.catalog.load import load_catalog
from vitrail.catalog.manifest import manifest_path
from vitrail.catalog.model import Catalog, FieldId
from vitrail.catalog.visible import narrow
from vitrail.db.engine import Database
from vitrail.errors import NotFound, VitrailError
from vitrail.identity.person import Person
from vitrail.projects.service import Connection, connection
from vitrail.projects.tables import ProjectRow
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.query.run import Limits, compile_query, run_query
from vitrail.secret import SecretBox
from vitrail.services import Services
from vitrail.settings import Settings
from vitrail.warehouse.connect import connect
from vitrail.warehouse.protocol import Warehouse
from vitrail.warehouse.remembering import RememberingWarehouse

LOOK_AGAIN_S = 2.0
"""How long a process may go on with a connection that was changed meanwhile."""

Stamp = tuple[int, int]
"""A manifest's modification time in nanoseconds and its size: a new one is loaded when either changes."""


@dataclass(slots=True)
class _Open:
    """What is kept of a project."""

    connection: Connection
    connected_at: datetime
    looked_at: float
    stamp: Stamp | None = None
    catalog: Catalog | None = None
    warehouse: Warehouse | None = None


class ProjectData:
    """Catalogs and warehouses by project. All of it is a cache: a new process opens what it needs."""

    def __init__(self, database: Database, secrets: SecretBox, settings: Settings) -> None:
        self._database = database
        self._secrets = secrets
        self._limits = Limits(
            default=settings.query_default_limit, maximum=settings.query_max_limit, timeout_s=settings.query_timeout_s
        )
        self._projects: dict[str, _Open] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._retired: set[asyncio.Task[None]] = set()

    async def catalog(self, project_id: str) -> Catalog:
        """The whole catalog, loaded again when its manifest changed. Raises the loader's `VitrailError`."""
        async with self._lock(project_id):
            project = await self._project(project_id)
            folder = project.connection.dbt_dir
            stamp = await asyncio.to_thread(_stamp, folder)
            if project.catalog is None or project.stamp != stamp:
                project.catalog = await asyncio.to_thread(load_catalog, folder)
                project.stamp = stamp
            return project.catalog

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
    ) -> QueryResult:
        """The rows of `query` as `person` may see them; with `allowed`, only those fields may be asked for. `most`
        replaces the instance's limit of rows (exports have one of their own)."""
        catalog = await self.catalog(project_id)
        warehouse = await self._warehouse(project_id)
        limits = self._limits if most is None else replace(self._limits, maximum=most)
        return await run_query(query, catalog, person.viewer(), warehouse, limits=limits, allowed=allowed)

    async def check(self, project_id: str, person: Person, query: MetricQuery) -> None:
        """Raises what `run` would raise for this question and this person, without asking the warehouse."""
        catalog = await self.catalog(project_id)
        warehouse = await self._warehouse(project_id)
        compile_query(query, catalog, person.viewer(), warehouse.dialect, limits=self._limits)

    async def _warehouse(self, project_id: str) -> Warehouse:
        async with self._lock(project_id):
            project = await self._project(project_id)
            if project.warehouse is None:
                opened = await asyncio.to_thread(connect, project.connection.warehouse_url)
                project.warehouse = RememberingWarehouse(opened) if opened.unchanging else opened
            return project.warehouse

    async def _project(self, project_id: str) -> _Open:
        """What is open of a project; opened anew once it was connected anew, by whichever process."""
        opened = self._projects.get(project_id)
        if opened is not None and time.monotonic() - opened.looked_at < LOOK_AGAIN_S:
            return opened
        async with self._database.session() as session:
            row = (await session.scalars(select(ProjectRow).where(ProjectRow.id == project_id))).first()
        if row is None:
            raise NotFound("There is no such project.", cure="Choose a project from the list.")
        if opened is None or opened.connected_at != row.connected_at:
            if opened is not None and opened.warehouse is not None:
                self._retire(opened.warehouse)
            opened = _Open(connection(row, self._secrets), row.connected_at, 0.0)
            self._projects[project_id] = opened
        opened.looked_at = time.monotonic()
        return opened

    def _retire(self, warehouse: Warehouse) -> None:
        """Closes a warehouse that was replaced once the questions that were asked of it have had their time."""

        async def later() -> None:
            with suppress(asyncio.CancelledError):  # at the end of the server, at once
                await asyncio.sleep(self._limits.timeout_s)
            await warehouse.close()

        task = asyncio.create_task(later())
        self._retired.add(task)
        task.add_done_callback(self._retired.discard)

    def _lock(self, project_id: str) -> asyncio.Lock:
        return self._locks.setdefault(project_id, asyncio.Lock())

    async def aclose(self) -> None:
        """Close every warehouse."""
        for project in self._projects.values():
            if project.warehouse is not None:
                await project.warehouse.close()
        self._projects.clear()
        for task in self._retired:
            task.cancel()
        await asyncio.gather(*self._retired, return_exceptions=True)


@asynccontextmanager
async def open_data(services: Services) -> AsyncIterator[ProjectData]:
    """The projects' data for an application."""
    data = ProjectData(services.db, services.secrets, services.settings)
    try:
        yield data
    finally:
        await data.aclose()


def _stamp(folder: Path) -> Stamp | None:
    try:
        stat = manifest_path(folder).stat()
    except (OSError, VitrailError):
        return None
    return stat.st_mtime_ns, stat.st_size
