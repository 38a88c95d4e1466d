"""The build as a durable workflow: stages are DBOS steps, so a build goes on where it was after a crash or a restart.

A workflow's id is its version's id. Starting the same one twice is harmless, and cancelling it stops the step that
runs (within a second) and bars every later one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from dbos import _serialization as serialization
from dbos import error as dbos_error
from pydantic_ai.workspaces import WorkspaceUnavailableError

from vitrail import __version__
from vitrail.apps.failures import BuildInterrupted, BuildTimedOut, check_failed, in_words
from vitrail.apps.pipeline import Pipeline
from vitrail.apps.state import Status
from vitrail.apps.versions import Job, VersionEnded, Versions
from vitrail.db.base import now
from vitrail.errors import VitrailError
from vitrail.sandbox.toolchain import ToolchainFailed

logger = logging.getLogger(__name__)

QUEUE = "builds"
MAX_ROUNDS = 3
"""How often findings of the check go back to the agent."""
MAX_RECOVERIES = 3
"""A build that takes the process down with it is not taken up for ever."""
POLL_S = 0.1

# What the workflow's schema is: builds of another one are not taken up, but ended with a clear error.
WORKFLOW_VERSION = f"{__version__}-2"

StepResult = dict[str, Any]


class _Places:
    """The builds that this process has in hand: at most so many run at once, whichever way they came."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0
        self._turn = asyncio.Semaphore(most)

    @property
    def free(self) -> bool:
        """Whether a build that comes now would not have to wait."""
        return self._taken < self._most

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A place for a build; where none is free it waits for its turn."""
        self._taken += 1
        try:
            async with self._turn:
                yield
        finally:
            self._taken -= 1


class _Running:
    """What the workflow functions work with. DBOS keeps them by name, so they can't close over it."""

    places = _Places(1)
    pipeline: Pipeline | None = None
    versions: Versions | None = None
    build_timeout_s: float = 1800.0

    @classmethod
    def parts(cls) -> tuple[Pipeline, Versions]:
        if cls.pipeline is None or cls.versions is None:
            raise RuntimeError("the build queue has not been started")
        return cls.pipeline, cls.versions


async def _stage(version_id: str, work: Callable[[Pipeline, Job], Awaitable[list[str] | None]]) -> StepResult:
    """Run one stage; its findings, its failure in words, or the news that the version has ended meanwhile.

    A sandbox that dies under a stage is replaced once. Nothing is raised but cancellation: an exception would have to
    survive being stored and read back.
    """
    pipeline, versions = _Running.parts()
    for last in (False, True):
        try:
            job = await versions.job(version_id)
            left = _Running.build_timeout_s - (now() - job.started_at).total_seconds()
            async with asyncio.timeout(max(left, 0.001)) as clock:
                findings = await work(pipeline, job)
            return {"findings": findings or []}
        except VersionEnded:
            return {"ended": True}
        except (WorkspaceUnavailableError, ToolchainFailed) as error:
            await pipeline.leave(version_id, job.app_id, keep=False)
            if last and isinstance(error, ToolchainFailed):
                return {"failure": error.line()}
            if last:
                return {
                    "failure": BuildInterrupted(
                        f"The sandbox was lost twice during the build ({error}).",
                        cure="Try again; if it happens again, `vitrail doctor` tells whether sandboxes work here.",
                    ).line()
                }
        except TimeoutError as error:
            if clock.expired():
                return {
                    "failure": BuildTimedOut(
                        f"It was stopped after {_Running.build_timeout_s:.0f} s (VITRAIL_BUILD_TIMEOUT_S).",
                        cure="Ask for less in one prompt, or let the operator raise the limit.",
                    ).line()
                }
            return {"failure": in_words(error, version_id)}
        except VitrailError as error:
            return {"failure": in_words(error, version_id)}
        except Exception as error:  # noqa: BLE001 - the door of the build: whatever failed becomes the version's error
            return {"failure": in_words(error, version_id)}
    raise AssertionError("unreachable")


@DBOS.step(name="open", preemptible=True)
async def _open(version_id: str) -> StepResult:
    return await _stage(version_id, lambda pipeline, job: pipeline.open(job))


@DBOS.step(name="restore", preemptible=True)
async def _restore(version_id: str) -> StepResult:
    return await _stage(version_id, lambda pipeline, job: pipeline.restore(job))


@DBOS.step(name="write", preemptible=True)
async def _write(version_id: str, findings: list[str]) -> StepResult:
    return await _stage(version_id, lambda pipeline, job: pipeline.write(job, findings))


@DBOS.step(name="check", preemptible=True)
async def _check(version_id: str) -> StepResult:
    return await _stage(version_id, lambda pipeline, job: pipeline.check(job))


@DBOS.step(name="package", preemptible=True)
async def _package(version_id: str) -> StepResult:
    return await _stage(version_id, lambda pipeline, job: pipeline.package(job))


@DBOS.step(name="finish")
async def _finish(version_id: str, failure: dict[str, str] | None) -> None:
    _, versions = _Running.parts()
    await versions.end(version_id, Status.ERROR if failure else Status.READY, error=failure)


@DBOS.workflow(name="build_version", max_recovery_attempts=MAX_RECOVERIES)
async def build_version(version_id: str, app_id: str, restored: bool) -> None:
    """From a pending version to its end. What ended by itself rests; what was interrupted is paused at once, which
    stops whatever runs in its sandbox."""
    pipeline, _ = _Running.parts()
    async with _Running.places.one():
        try:
            outcome = await (_restored(version_id) if restored else _stages(version_id))
            if not outcome.get("ended"):
                await _finish(version_id, outcome.get("failure"))
                await pipeline.leave(version_id, app_id, rest=True)
        finally:
            await pipeline.leave(version_id, app_id)


async def _restored(version_id: str) -> StepResult:
    outcome = await _restore(version_id)
    return await _package(version_id) if _goes_on(outcome) else outcome


async def _stages(version_id: str) -> StepResult:
    """Every stage in order, with at most `MAX_ROUNDS` rounds of mending and only while the findings change."""
    outcome = await _open(version_id)
    findings: list[str] = []
    for mended in range(MAX_ROUNDS + 1):
        if not _goes_on(outcome):
            return outcome
        outcome = await _write(version_id, findings)
        if not _goes_on(outcome):
            return outcome
        outcome = await _check(version_id)
        if not _goes_on(outcome):
            return outcome
        before, findings = findings, list(outcome["findings"])
        if not findings:
            return await _package(version_id)
        if findings == before or mended == MAX_ROUNDS:
            return {"failure": check_failed(findings, mended).line()}
    raise AssertionError("unreachable")


def _goes_on(outcome: StepResult) -> bool:
    return not outcome.get("ended") and not outcome.get("failure")


class _NoCancellations(logging.Filter):
    """A cancelled build is no error: DBOS would log it as one, with its stack."""

    def filter(self, record: logging.LogRecord) -> bool:
        raised = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        return not isinstance(raised, dbos_error.DBOSAwaitedWorkflowCancelledError | asyncio.CancelledError)


class _NoPickles(serialization.DefaultSerializer):
    """In place of DBOS's reader of pickles, which a row may ask for whatever the configuration says: a pickle runs code
    when it is read, and builds are kept as JSON."""

    def deserialize(cls, serialized_data: str) -> Any:  # noqa: N805 - the name that it has there
        raise TypeError("The queue holds a pickle, which is not read.")


class BuildQueue:
    """Starts, cancels and recovers builds. One in a process: DBOS is a singleton."""

    def __init__(self, *, database_url: str, executor_id: str, concurrency: int) -> None:
        self._config = DBOSConfig(
            name="vitrail",
            system_database_url=database_url,
            application_version=WORKFLOW_VERSION,
            executor_id=executor_id,
            log_level="WARNING",
            console_log_level="WARNING",
            run_migrations=True,
            serializer=serialization.DBOSPortableJSON,
        )
        self._concurrency = concurrency

    async def start(self, pipeline: Pipeline, versions: Versions, *, build_timeout_s: float) -> None:
        """Begin to take builds, and account for those that an earlier process left."""
        _Running.pipeline, _Running.versions = pipeline, versions
        _Running.places = _Places(self._concurrency)
        _Running.build_timeout_s = build_timeout_s
        serialization.DBOSDefaultSerializer = _NoPickles()
        DBOS(config=self._config)
        for name in ("dbos", "sqlalchemy.pool.impl.AsyncAdaptedQueuePool"):
            logging.getLogger(name).addFilter(_NoCancellations())
        DBOS.launch()
        await DBOS.register_queue_async(
            QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=POLL_S, on_conflict="always_update"
        )
        await self._reconcile(versions)

    async def begin(self, version_id: str, app_id: str, *, restored: bool) -> None:
        """Start a build at once where this process has a place free and no build waits anywhere, else put it in the
        queue (which is looked at once in `POLL_S`). Doing it again for the same version changes nothing."""
        if not _Running.places.free or await _somebody_waits():
            await self.enqueue(version_id, app_id, restored=restored)
            return
        with SetWorkflowID(version_id):
            await DBOS.start_workflow_async(build_version, version_id, app_id, restored)

    async def enqueue(self, version_id: str, app_id: str, *, restored: bool) -> None:
        """Put a build in the queue. Doing it again for the same version changes nothing."""
        with SetWorkflowID(version_id):
            await DBOS.enqueue_workflow_async(QUEUE, build_version, version_id, app_id, restored)

    async def cancel(self, version_id: str) -> None:
        """Stop the build's workflow; its running step is interrupted within a second or so."""
        await DBOS.cancel_workflow_async(version_id)

    async def stop(self) -> None:
        """Take no more builds and let go of those that run: they are recovered at the next start."""
        await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=0)
        # DBOS made its executor the loop's own and has shut it down now; what closes after this needs threads too.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor())
        _Running.pipeline = _Running.versions = None

    async def _reconcile(self, versions: Versions) -> None:
        """Every version that has not ended must have a workflow that will end it; where none does, one is started
        (it was never begun) or the version ends with the reason."""
        for version_id in await versions.unfinished():
            status = await DBOS.get_workflow_status_async(version_id)
            if status is None:
                job = await versions.job(version_id)
                await self.enqueue(version_id, job.app_id, restored=job.restored_from is not None)
            elif status.status not in ("PENDING", "ENQUEUED", "DELAYED") or status.app_version != WORKFLOW_VERSION:
                await DBOS.cancel_workflow_async(version_id)
                failure = BuildInterrupted(
                    "The server stopped during the build, and it could not be taken up again.",
                    cure="Send the prompt again; everything that was stored before is whole.",
                )
                await versions.end(version_id, Status.ERROR, error=failure.line())


async def _somebody_waits() -> bool:
    """Whether a build of any server waits for its turn, one that is recovered after a restart included."""
    waiting = await DBOS.list_workflows_async(
        name="build_version",
        status="ENQUEUED",
        app_version=WORKFLOW_VERSION,
        limit=1,
        load_input=False,
        load_output=False,
    )
    return bool(waiting)


def sqlite_url(path: Path) -> str:
    """The address of the queue's own SQLite file, beside the records' (their writers never wait for each other)."""
    return f"sqlite:///{path.absolute()}"
