"""An open workspace of a build: its sandbox, the warm toolchain in it, and the source that it holds.

A build may begin on one process and go on in another: whatever is live is a cache. What a workspace holds can always
be made again from the stored source, so a sandbox that is gone costs time and nothing else.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_ai.workspaces import WorkspaceUnavailableError

from vitrail.apps.artefacts import MAX_FILES, MAX_SOURCE_BYTES, SourceTooLarge
from vitrail.apps.warm import WarmWorkspaces
from vitrail.catalog.model import Catalog
from vitrail.sandbox.provider import Sandbox, SandboxProvider, SandboxRef, SandboxSpec
from vitrail.sandbox.toolchain import Toolchain, ToolchainService, prepare_workspace
from vitrail.sandbox.toolchain_service import BuildResult, Diagnostic, References

logger = logging.getLogger(__name__)

SOURCE = "/workspace/src"
NOTHING_TO_ASK = Catalog(explores={}, version="")
MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Checked:
    """What the toolchain says of one state of the source: types, the published build, the fields it asks for."""

    types: list[Diagnostic]
    build: BuildResult
    references: References

    def findings(self) -> list[str]:
        """What is wrong, one line each."""
        found = [str(diagnostic) for diagnostic in [*self.types, *self.build.diagnostics]]
        found += [str(usage) for usage in self.references.unresolved]
        if not found and self.build.manifest is None:
            found.append("The build gave no files and no reason.")
        return found


@dataclass(slots=True)
class Workspace:
    """A sandbox with its files in place and its toolchain running."""

    sandbox: Sandbox
    service: ToolchainService
    toolchain: Toolchain
    _last: tuple[str, Checked] | None = None

    @property
    def id(self) -> str:
        """The sandbox's own id."""
        ref = self.sandbox.ref
        assert ref is not None
        return ref.id

    def reference(self) -> dict[str, Any]:
        """What to remember so that a follow-up can resume this sandbox."""
        ref = self.sandbox.ref
        assert ref is not None
        return {"provider": ref.provider, "id": ref.id, "toolchain": self.toolchain.tag}

    async def read_source(self) -> dict[str, bytes]:
        """Every file under `src/`, by path (`src/App.tsx`). Raises `SourceTooLarge`."""
        files: dict[str, bytes] = {}
        total = 0
        folders = [(SOURCE, 0)]
        while folders:
            folder, depth = folders.pop()
            for entry in await self.sandbox.list_dir(folder):
                if entry.is_dir:
                    if depth < MAX_DEPTH:
                        folders.append((entry.path, depth + 1))
                    continue
                total += entry.size or 0
                if len(files) >= MAX_FILES or total > MAX_SOURCE_BYTES:
                    raise SourceTooLarge(
                        f"src/ holds more than {MAX_FILES} files or {MAX_SOURCE_BYTES:,} bytes.",
                        cure="Ask for a smaller app; data belongs in queries, not in source files.",
                    )
                files[posixpath.relpath(entry.path, "/workspace")] = await self.sandbox.read_bytes(entry.path)
        return files

    async def check(self) -> Checked:
        """Types, build and references of the source as it stands. The same source is not asked about twice: what the
        agent's own check has just found is what the build's check finds."""
        state = digest_of(await self.read_source())
        if self._last is not None and self._last[0] == state:
            return self._last[1]
        checked = Checked(
            *await asyncio.gather(self.service.check_types(), self.service.build("publish"), self.service.references())
        )
        if digest_of(await self.read_source()) == state:  # else it was edited meanwhile
            self._last = state, checked
        return checked

    async def replace_source(self, files: Mapping[str, bytes]) -> None:
        """Make `src/` hold exactly `files`."""
        if await self.sandbox.exists(SOURCE):
            await self.sandbox.remove(SOURCE)
        await self.sandbox.make_dir(SOURCE)
        for path, data in files.items():
            await self.sandbox.write_bytes(f"/workspace/{path}", data)

    def forget(self) -> None:
        """Another catalog's types come into the workspace: what was found before does not hold any more."""
        self._last = None

    async def pause(self) -> None:
        """Stop what runs and keep the files; the next prompt resumes here."""
        await self.service.close()
        await self.sandbox.pause()

    async def kill(self) -> None:
        """End the sandbox and forget its files."""
        await self.service.close()
        await self.sandbox.kill()


def digest_of(files: Mapping[str, bytes]) -> str:
    """The state of a source: the same for the same files with the same bytes."""
    whole = hashlib.sha256()
    for path, data in sorted(files.items()):
        whole.update(f"{path}\0{len(data)}\0".encode())
        whole.update(data)
    return whole.hexdigest()


class Workspaces:
    """Opens workspaces: resumes the sandbox that an app left paused, or makes a new one."""

    def __init__(
        self,
        provider: SandboxProvider,
        toolchain: Toolchain,
        spec: SandboxSpec,
        *,
        warm: int = 0,
        idle_s: float = 1800.0,
    ) -> None:
        self.provider = provider
        self.toolchain = toolchain
        self._spec = spec
        self.warm = WarmWorkspaces(self._fresh, most=warm, idle_s=idle_s)

    async def _fresh(self) -> Workspace:
        return await self._started(await self.provider.create(self._spec), NOTHING_TO_ASK)

    async def open(
        self, catalog: Catalog, source: Mapping[str, bytes] | None, *, resume: Mapping[str, Any] | None = None
    ) -> Workspace:
        """A workspace with the template, the catalog's types and `source` (the template's own when `None`).

        A remembered sandbox that is gone, broken or of another toolchain is replaced by a new one. Raises
        `VitrailError` of the provider when none can be had.
        """
        workspace = await self._warm(resume)
        if workspace is None:
            sandbox = await self._resumed(resume) or await self.provider.create(self._spec)
            workspace = await self._started(sandbox, catalog)
        else:
            workspace.forget()
            try:
                await _emptied(workspace.sandbox)
                await prepare_workspace(workspace.sandbox, self.toolchain, catalog)
            except BaseException:
                await _kill_quietly(workspace.sandbox)
                raise
        try:
            if source is not None:
                await workspace.replace_source(source)
        except BaseException:
            await _kill_quietly(workspace.sandbox)
            raise
        return workspace

    async def _warm(self, resume: Mapping[str, Any] | None) -> Workspace | None:
        """The app's own workspace if it rests here; for an app that has none, the spare."""
        if resume:
            return self.warm.take(str(resume.get("id")))
        return await self.warm.take_spare()

    async def _started(self, sandbox: Sandbox, catalog: Catalog) -> Workspace:
        """A workspace with the template's files and its toolchain running. The sandbox is ended if that fails."""
        try:
            await _emptied(sandbox)
            # Node loads its libraries while the files are put in place.
            starting = asyncio.create_task(ToolchainService.start(sandbox, self.toolchain))
            try:
                await prepare_workspace(sandbox, self.toolchain, catalog)
                return Workspace(sandbox, await starting, self.toolchain)
            except BaseException:
                starting.cancel()
                await asyncio.gather(starting, return_exceptions=True)
                raise
        except BaseException:
            await _kill_quietly(sandbox)
            raise

    async def _resumed(self, reference: Mapping[str, Any] | None) -> Sandbox | None:
        if not reference or reference.get("provider") != self.provider.name:
            return None
        ref = SandboxRef(provider=reference["provider"], id=reference["id"])
        if reference.get("toolchain") != self.toolchain.tag:
            await self.provider.kill(ref)
            return None
        try:
            return await self.provider.connect(ref)
        except WorkspaceUnavailableError:
            logger.info("sandbox %s is gone; a new one is made from the stored source", ref.id)
            return None

    async def forget(self, reference: Mapping[str, Any] | None) -> None:
        """End the sandbox that a deleted app left behind."""
        if reference and reference.get("provider") == self.provider.name:
            self.warm.take(str(reference["id"]))
            await self.provider.kill(SandboxRef(provider=reference["provider"], id=reference["id"]))


async def _emptied(sandbox: Sandbox) -> None:
    """Take away the source that a sandbox holds from before: what is there was stored, or is not wanted."""
    if await sandbox.exists(SOURCE):
        await sandbox.remove(SOURCE)


async def _kill_quietly(sandbox: Sandbox) -> None:
    try:
        await sandbox.kill()
    except WorkspaceUnavailableError:
        logger.info("a sandbox was gone before it was ended")
