"""The stages of a build, each safe to run again: `workflow.py` decides their order and makes them durable.

    sandbox → catalog → generating → (checking → generating)* → packaging

A stage reads what it needs from the rows and the store, does its work, and leaves its result there. Whatever is live
(sandbox, toolchain process) is kept for the next stage of the same process and made again where it is missing.
"""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Protocol

from PIL import Image
from pydantic_ai.workspaces import WorkspaceError, WorkspaceUnavailableError

from vitrail.agent.models import ModelChoice
from vitrail.agent.run import mend_app, write_app
from vitrail.agent.task import AgentLimits, AgentResult, AgentTask, AgentTools, StepKind
from vitrail.apps import artefacts
from vitrail.apps.chromium import NoBrowser
from vitrail.apps.conversation import pack_result, unpack_result
from vitrail.apps.renderer import Renderer, Rendering
from vitrail.apps.spending import BuildSpending
from vitrail.apps.state import Status
from vitrail.apps.versions import Job, Versions
from vitrail.apps.workspace import Workspace, Workspaces
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery
from vitrail.query.result import QueryResult
from vitrail.storage.store import ObjectStore

logger = logging.getLogger(__name__)

THUMBNAIL = (640, 400)
NOT_RENDERED = "not rendered: "


class Builder(Protocol):
    """The person a build acts for: their narrowed catalog and their queries. Both re-check what they may do."""

    async def catalog(self) -> Catalog: ...

    async def run_query(self, query: MetricQuery) -> QueryResult: ...


class CheckPages(Protocol):
    """Where the renderer finds a version: the check page, and the cookies that let it in."""

    def address(self, job: Job) -> tuple[str, dict[str, str]]: ...


@dataclass(frozen=True, slots=True)
class PipelineParts:
    """What the stages work with."""

    versions: Versions
    store: ObjectStore
    workspaces: Workspaces
    renderer: Renderer | None
    """`None` where the operator switched rendering off."""
    builder: Callable[[Job], Awaitable[Builder]]
    """Checks that the builder may still build and raises `Forbidden` when not."""
    model: Callable[[str | None], ModelChoice]
    check_pages: CheckPages
    limits: AgentLimits
    spending: BuildSpending
    sample_data: bool = True


class Pipeline:
    """The stages. Methods are named for the stage; each takes a `Job` read just before."""

    def __init__(self, parts: PipelineParts) -> None:
        self._parts = parts
        self._live: dict[str, Workspace] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._since: dict[str, tuple[Job, float]] = {}
        """Since when a build has had a sandbox, by the process's own clock."""

    # -- sandbox and catalog

    async def open(self, job: Job) -> None:
        """Have a sandbox with the template, the narrowed catalog's types and the source to start from. The model and
        the builder's permission are looked at first, so that what can't work fails in no time."""
        parts = self._parts
        parts.model(job.model)
        await parts.versions.enter(job.version_id, Status.SANDBOX)
        builder = await parts.builder(job)
        if parts.renderer is not None:
            parts.renderer.prepare()
        await self._workspace(job, await builder.catalog(), from_start=True)
        await parts.versions.enter(job.version_id, Status.CATALOG)

    async def _workspace(self, job: Job, catalog: Catalog, *, from_start: bool = False) -> Workspace:
        """The live workspace of a build, opened anew when this process has none (or when it begins from the start)."""
        lock = self._opening.setdefault(job.version_id, asyncio.Lock())
        async with lock:
            live = self._live.get(job.version_id)
            if live is not None and not from_start:
                return live
            if live is not None:
                await self._end(live, job, keep=False)
            source = await self._starting_source(job, own=not from_start)
            workspace = await self._parts.workspaces.open(catalog, source, resume=job.sandbox)
            self._live[job.version_id] = workspace
            self._since.setdefault(job.version_id, (job, time.monotonic()))
            await self._parts.versions.keep_sandbox(job.app_id, workspace.reference())
            return workspace

    async def _starting_source(self, job: Job, *, own: bool) -> dict[str, bytes] | None:
        """The source to begin with: the version's own where a stage goes on, else its base's, else the template's."""
        if own and job.source_sha256:
            return await self._stored_source(job.app_id, job.number, job.source_sha256)
        if job.base is not None:
            return await self._stored_source(job.app_id, job.base.number, job.base.source_sha256)
        return None

    async def _stored_source(self, app_id: str, number: int, sha256: str) -> dict[str, bytes]:
        blob = await self._parts.store.get(artefacts.source_key(app_id, number))
        return artefacts.unpack_source(blob, sha256)

    # -- generating

    async def write(self, job: Job, findings: list[str]) -> None:
        """Let the agent write (or, with `findings`, mend) the source; store source and conversation."""
        parts = self._parts
        await parts.versions.enter(job.version_id, Status.GENERATING)
        builder = await parts.builder(job)
        catalog = await builder.catalog()
        workspace = await self._workspace(job, catalog)
        task = AgentTask(
            prompt=job.prompt,
            catalog=catalog,
            workspace=workspace.sandbox,
            guide=workspace.toolchain.guide,
            template=job.template,
            app_name=job.app_name if job.named_by_person or job.base else None,
            history=await self._base_history(job),
            follow_up=job.base is not None,
        )
        tools = AgentTools(run_query=builder.run_query, check=_own_check(workspace), sample_data=parts.sample_data)
        model = parts.model(job.model)
        events = _Steps(parts.versions, job.version_id)
        previous = await self._own_result(job) if findings else None
        meter = parts.spending.meter(job, "mending" if findings else "generating", events.note)
        try:
            if previous is None:
                if findings:  # the conversation is lost: the findings go in with a fresh start
                    task = _with_findings(task, findings)
                result = await write_app(task, model, tools, events, parts.limits, meter)
            else:
                result = await mend_app(task, findings, previous, model, tools, events, parts.limits, meter)
        finally:
            cost = await meter.close()
        await self._keep(job, workspace, replace(result, usage=replace(result.usage, cost=cost)))

    async def _base_history(self, job: Job) -> bytes | None:
        if job.base is None or job.base.history is None:
            return None
        return unpack_result(await self._parts.store.get(job.base.history)).history

    async def _own_result(self, job: Job) -> AgentResult | None:
        key = artefacts.history_key(job.app_id, job.number)
        if not await self._parts.store.exists(key):
            return None
        return unpack_result(await self._parts.store.get(key))

    async def _keep(self, job: Job, workspace: Workspace, result: AgentResult) -> None:
        blob, sha256 = artefacts.pack_source(await workspace.read_source())
        store, history = self._parts.store, artefacts.history_key(job.app_id, job.number)
        await asyncio.gather(
            store.put(artefacts.source_key(job.app_id, job.number), blob, "application/zstd"),
            store.put(history, pack_result(result), "application/zstd"),
        )
        await self._parts.versions.write(
            job.version_id,
            source_sha256=sha256,
            history=history,
            reply=result.reply,
            not_understood=list(result.not_understood),
            model=result.model,
            usage=asdict(result.usage),
        )
        if result.name:
            await self._parts.versions.name_app(job.app_id, result.name)

    # -- checking

    async def check(self, job: Job) -> list[str]:
        """Types, build, references, and a real browser on real data. Gives what is wrong (nothing: it works)."""
        await self._parts.versions.enter(job.version_id, Status.CHECKING)
        findings = await self._check(job)
        events = _Steps(self._parts.versions, job.version_id)
        for finding in findings:
            await events.step("note", "The check found something to mend", finding)
        return findings

    async def _check(self, job: Job) -> list[str]:
        parts = self._parts
        builder = await parts.builder(job)
        workspace = self._live.get(job.version_id) or await self._workspace(job, await builder.catalog())
        checked = await workspace.check()
        manifest_of = checked.build.manifest
        if (findings := checked.findings()) or manifest_of is None:
            return findings
        files = dict(checked.build.files)
        await asyncio.gather(
            *(
                parts.store.put(artefacts.build_key(job.app_id, job.number, name), data, _content_type(name))
                for name, data in files.items()
            )
        )
        manifest = manifest_of.as_json() | {"files": {name: len(data) for name, data in files.items()}}
        await parts.versions.write(job.version_id, manifest=manifest, references=checked.references.as_json())
        return await self._render(job)

    async def _render(self, job: Job) -> list[str]:
        parts = self._parts
        if parts.renderer is None:
            await self._not_rendered(job, "the operator switched rendering off (VITRAIL_RENDER_ENABLED).")
            return []
        url, cookies = parts.check_pages.address(job)
        try:
            rendering = await parts.renderer.render(url, cookies=cookies)
        except NoBrowser as error:
            await self._not_rendered(job, f"{error.cause} {error.cure}")
            return []
        await self._keep_rendering(job, rendering)
        return list(rendering.findings)

    async def _not_rendered(self, job: Job, why: str) -> None:
        await self._parts.versions.write(job.version_id, rendered={"ok": False, "reason": NOT_RENDERED + why})

    async def _keep_rendering(self, job: Job, rendering: Rendering) -> None:
        parts = self._parts
        values: dict[str, Any] = {
            "rendered": {
                "ok": rendering.works,
                "reason": rendering.findings[0] if rendering.findings else None,
                "queries": rendering.queries_answered,
                "durationMs": round(rendering.duration_s * 1000),
            }
        }
        if rendering.screenshot:
            key = artefacts.thumbnail_key(job.app_id, job.number)
            await parts.store.put(key, await asyncio.to_thread(_thumbnail, rendering.screenshot), "image/jpeg")
            values["thumbnail"] = key
        await parts.versions.write(job.version_id, **values)

    async def restore(self, job: Job) -> None:
        """Give a version the stored files and results of the earlier one that it restores."""
        assert job.restored_from is not None
        old = artefacts.version_prefix(job.app_id, job.restored_from)
        new = artefacts.version_prefix(job.app_id, job.number)
        store = self._parts.store
        async for key in store.list(old):
            await store.put(new + key.removeprefix(old), await store.get(key), _content_type(key))
        await self._parts.versions.copy_results(job, job.restored_from)

    # -- packaging

    async def package(self, job: Job) -> None:
        """See that all of it is in the store, byte for byte, before anybody is told that it is ready."""
        parts = self._parts
        await parts.versions.enter(job.version_id, Status.PACKAGING)
        manifest = job.manifest or {}
        blob = await parts.store.get(artefacts.source_key(job.app_id, job.number))
        artefacts.unpack_source(blob, job.source_sha256 or "")
        for name, size in manifest.get("files", {}).items():
            stored = await parts.store.get(artefacts.build_key(job.app_id, job.number, name))
            if len(stored) != size:
                raise artefacts.SourceDamaged(
                    f"The object store gave back {len(stored):,} bytes of {name}; {size:,} were stored.",
                    cure="See that the store is healthy and not full, then build again.",
                )

    # -- the end

    async def leave(self, version_id: str, app_id: str, *, keep: bool = True, rest: bool = False) -> None:
        """Let the sandbox of a build that is over rest, pause it, or end it."""
        workspace = self._live.pop(version_id, None)
        self._opening.pop(version_id, None)
        if (used := self._since.pop(version_id, None)) is not None:
            await self._parts.spending.sandbox(used[0], time.monotonic() - used[1])
        if workspace is None:
            return
        if rest:
            self._parts.workspaces.warm.rest(workspace)
            self._parts.workspaces.warm.prepare_spare()
            if self._parts.renderer is not None and self._parts.workspaces.warm.keeps:
                self._parts.renderer.prepare()
            return
        try:
            await (workspace.pause() if keep else workspace.kill())
        except (WorkspaceError, OSError) as error:
            logger.warning("the sandbox of version %s could not be paused: %s", version_id, error)
            await self._parts.versions.keep_sandbox(app_id, None)

    async def _end(self, workspace: Workspace, job: Job, *, keep: bool) -> None:
        self._live.pop(job.version_id, None)
        try:
            await (workspace.pause() if keep else workspace.kill())
        except WorkspaceUnavailableError:
            logger.info("the sandbox of version %s was gone", job.version_id)


class _Steps:
    """The agent's live progress, written to the version's event stream."""

    def __init__(self, versions: Versions, version_id: str) -> None:
        self._versions = versions
        self._version_id = version_id

    async def step(self, kind: StepKind, title: str, detail: str = "") -> None:
        await self._versions.events.append(
            self._version_id, "step", {"kind": kind, "title": title[:300], "detail": detail}
        )

    async def note(self, title: str) -> None:
        """Something that the pipeline itself has to say."""
        await self.step("note", title)


def _own_check(workspace: Workspace) -> Callable[[], Awaitable[list[str]]]:
    """The agent's own `check` tool: all but the rendering, which follows when it is done."""

    async def check() -> list[str]:
        return (await workspace.check()).findings()

    return check


def _with_findings(task: AgentTask, findings: list[str]) -> AgentTask:
    listed = "\n".join(f"- {finding}" for finding in findings)
    return replace(task, prompt=f"{task.prompt}\n\nThe app as it stands does not pass its check:\n{listed}")


def _thumbnail(screenshot: bytes) -> bytes:
    with Image.open(io.BytesIO(screenshot)) as image:
        image.draft("RGB", THUMBNAIL)  # a JPEG can be read at half its size, which is most of the work saved
        image.thumbnail(THUMBNAIL)
        out = io.BytesIO()
        image.convert("RGB").save(out, "JPEG", quality=82, optimize=True)
        return out.getvalue()


def _content_type(name: str) -> str:
    kinds: Mapping[str, str] = {".js": "text/javascript", ".css": "text/css", ".json": "application/json"}
    return next((kind for ending, kind in kinds.items() if name.endswith(ending)), "application/octet-stream")
