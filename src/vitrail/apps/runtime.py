"""What data apps hold while the process runs, and how it is put together: the one place that knows every part."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vitrail.access.decisions import decide
from vitrail.agent.models import ModelChoice, make_model
from vitrail.agent.task import AgentLimits
from vitrail.apps import artefacts
from vitrail.apps.events import EventLog
from vitrail.apps.pages import LoopbackPages
from vitrail.apps.pipeline import Pipeline, PipelineParts
from vitrail.apps.renderer import Ahead, Renderer
from vitrail.apps.spending import BuildSpending
from vitrail.apps.state import Status
from vitrail.apps.tables import VersionRow
from vitrail.apps.vendor import Vendor
from vitrail.apps.versions import Job, Versions
from vitrail.apps.workflow import BuildQueue, sqlite_url
from vitrail.apps.workspace import Workspaces
from vitrail.catalog.model import Catalog
from vitrail.content.placing import place_in
from vitrail.db.engine import database_url
from vitrail.errors import Forbidden, Unavailable, VitrailError
from vitrail.identity import repository as people
from vitrail.identity.person import Person
from vitrail.projects.data import ProjectData
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.sandbox.provider import SandboxProvider
from vitrail.sandbox.providers import make_provider, spec_for
from vitrail.sandbox.toolchain import Toolchain, ensure_toolchain, open_toolchain
from vitrail.sandbox.toolchain_build import sources, tag_of
from vitrail.secret import token
from vitrail.services import Services
from vitrail.settings import Settings

logger = logging.getLogger(__name__)

EXECUTOR_FILE = "executor-id"


@dataclass(frozen=True, slots=True)
class PersonBuilder:
    """A build's `Builder`: the person's own catalog and queries."""

    person: Person
    project_id: str
    data: ProjectData

    async def catalog(self) -> Catalog:
        return await self.data.catalog_for(self.project_id, self.person)

    async def run_query(self, query: MetricQuery) -> QueryResult:
        return await self.data.run(self.project_id, self.person, query)


class AppsRuntime:
    """Everything that data apps need beyond a request. `start` makes it live, `aclose` lets go of it."""

    def __init__(self, services: Services, data: ProjectData) -> None:
        settings = services.settings
        self.services = services
        self.events = EventLog(services.db)
        self.versions = Versions(services.db, self.events)
        self.data = data
        self.renderer = Renderer(settings.chromium)
        self.vendor = Vendor(services.store)
        self._queue = BuildQueue(
            database_url=_queue_url(settings),
            executor_id=_executor_id(settings.data_dir),
            concurrency=settings.builds_at_once,
        )
        self._pipeline: Pipeline | None = None
        self._provider: SandboxProvider | None = None
        self._workspaces: Workspaces | None = None
        self._toolchain: Toolchain | None = None
        self._cannot_build: VitrailError | None = Unavailable(
            "Data apps have not been started on this server.", cure="Try again in a minute."
        )
        self._models: dict[str | None, ModelChoice] = {}

    # -- life

    async def start(self) -> None:
        """Take builds. What keeps builds from working (no toolchain, no sandbox) is kept as the answer to whoever
        asks for one; the rest of the instance runs."""
        settings = self.services.settings
        self._cannot_build = None
        if settings.builds_at_once == 0:
            self._toolchain = await asyncio.to_thread(open_toolchain, settings, tag_of(sources()))
            self._cannot_build = Unavailable(
                "This server takes no builds (VITRAIL_BUILDS_AT_ONCE is 0).",
                cure="Set VITRAIL_BUILDS_AT_ONCE to 1 or more, or send the prompt to a server that builds.",
            )
            return
        try:
            self._toolchain = await ensure_toolchain(settings, lambda line: logger.info("toolchain: %s", line))
            await self.vendor.use(self._toolchain.tag, self._toolchain.root / "vendor")
            self._provider = make_provider(settings)
        except VitrailError as error:
            logger.warning("apps can be opened but not built: %s", error)
            self._cannot_build = error
            return
        spec = spec_for(settings, toolchain=self._toolchain.root)
        self._workspaces = Workspaces(
            self._provider,
            self._toolchain,
            spec,
            warm=settings.warm_sandboxes,
            idle_s=settings.sandbox_idle_timeout_ms / 1000,
        )
        pages = LoopbackPages(f"http://127.0.0.1:{settings.port}", self.services.secrets)
        self.renderer.ready_for(pages.page, Ahead(vendor=await self.vendor.addresses(self._toolchain.tag)))
        self._workspaces.warm.prepare_spare()
        if settings.render_enabled and self._workspaces.warm.keeps:
            self.renderer.prepare()
        self._pipeline = Pipeline(
            PipelineParts(
                versions=self.versions,
                store=self.services.store,
                workspaces=self._workspaces,
                renderer=self.renderer if settings.render_enabled else None,
                builder=self.builder,
                model=self.model,
                check_pages=pages,
                limits=AgentLimits(turns=settings.agent_max_turns, cost=settings.agent_max_cost),
                spending=BuildSpending(self.services.db, settings),
            )
        )
        await self._queue.start(self._pipeline, self.versions, build_timeout_s=settings.build_timeout_s)

    async def aclose(self) -> None:
        """Stop taking builds; those that run are taken up at the next start."""
        if self._pipeline is not None:
            await self._queue.stop()
        if self._workspaces is not None:
            await self._workspaces.warm.aclose()
        if self._provider is not None:
            await self._provider.aclose()
        await self.renderer.aclose()

    # -- parts that are looked at from outside

    def toolchain(self) -> Toolchain:
        """Raises what kept it from being there."""
        if self._toolchain is None:
            raise self._cannot_build or AssertionError("not started")
        return self._toolchain

    def frame_html(self, nonce: str) -> str:
        """The document around an app."""
        return self.toolchain().frame_html(nonce)

    def provider(self) -> SandboxProvider:
        """Raises what kept it from being there."""
        if self._provider is None:
            raise self._cannot_build or AssertionError("not started")
        return self._provider

    def model(self, name: str | None) -> ModelChoice:
        """The model that writes apps (or the allowed one of that name). Raises what is wrong with the settings."""
        if name not in self._models:
            self._models[name] = make_model(self.services.settings, name)
        return self._models[name]

    def ready_to_build(self, model: str | None) -> None:
        """Raises what would keep a build from working, before anything is stored for it."""
        self.ready_to_restore()
        self.model(model)

    def ready_to_restore(self) -> None:
        """Raises what would keep a version from being taken by the queue; restoring needs no model."""
        if self._cannot_build is not None:
            raise self._cannot_build

    # -- builds

    async def enqueue(self, version: VersionRow) -> None:
        """Hand a pending version to the build queue."""
        await self._queue.begin(version.id, version.app_id, restored=version.restored_from is not None)

    async def cancel(self, version_id: str) -> bool:
        """End a version as cancelled, first in the rows (so that nothing can bring it back), then in fact. False when
        it had ended before."""
        ended = await self.versions.end(version_id, Status.CANCELLED)
        if ended and self._pipeline is not None:
            await self._queue.cancel(version_id)
        return ended

    async def forget(self, app_id: str, sandbox: Mapping[str, Any] | None) -> None:
        """Remove what a deleted app left in the store and in the sandbox."""
        await self.services.store.delete_prefix(artefacts.app_prefix(app_id))
        if self._workspaces is not None:
            await self._workspaces.forget(sandbox)

    async def builder(self, job: Job) -> PersonBuilder:
        """The person a build acts for, as they are now. Raises `Forbidden` when they may not build this any more."""
        async with self.services.db.session() as session:
            person = await people.load(session, job.builder_id)
            if person is None:
                raise Forbidden(
                    "The person who started this build can't sign in any more.",
                    cure="Someone who may edit the app can send the prompt again.",
                )
            place = await place_in(session, person, job.project_id, creator_id=job.creator_id, space_id=job.space_id)
        decide(person, "manage", "DataApp", place).or_forbidden()
        return PersonBuilder(person, job.project_id, self.data)


@asynccontextmanager
async def open_apps(services: Services, data: ProjectData) -> AsyncIterator[AppsRuntime]:
    """The parts of data apps for an application; started only where the switch and the licence let them be used, at
    once or when the licence comes into force. One that ends stops no build that runs."""
    runtime = AppsRuntime(services, data)
    later: asyncio.Task[None] | None = None
    try:
        if services.data_apps.enabled:
            await runtime.start()
        elif services.settings.apps_runtime_enabled:
            later = asyncio.create_task(_start_when_on(runtime))
        yield runtime
    finally:
        if later is not None:
            later.cancel()
            await asyncio.wait({later})
        await runtime.aclose()


async def _start_when_on(runtime: AppsRuntime) -> None:
    while not runtime.services.data_apps.enabled:
        await runtime.services.licensing.changed()
    try:
        await runtime.start()
    except Exception:  # nobody waits for this task: what went wrong is in the log, and the next start tries again
        logger.exception("data apps could not be started")


def _queue_url(settings: Settings) -> str:
    url = database_url(settings)
    if url.get_backend_name() == "sqlite":
        return sqlite_url(settings.data_dir / "queue.db")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _executor_id(data_dir: Path) -> str:
    """This worker's name, kept in the data folder: after a restart it takes up its own builds."""
    path = data_dir / EXECUTOR_FILE
    if not path.exists():
        path.write_text(token()[:16] + "\n")
    return path.read_text().strip()
