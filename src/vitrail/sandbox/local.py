"""Sandboxes on this machine, by bubblewrap: `LocalProvider` and its `LocalSandbox`.

What holds, and what is not promised: `docs/sandbox.md`. A sandbox is a folder (`state.py`); started, it is a set of
namespaces and a control group (`box.py`). Paused, it is the folder alone, so it survives a restart of the server.
"""

from __future__ import annotations

import asyncio
import functools
import hashlib
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from pydantic_ai.workspaces import CommandResult, FileEntry
from pydantic_ai.workspaces.protocol import WorkspaceCommand, validate_timeout

from vitrail.sandbox import archive, box, cgroups, process
from vitrail.sandbox.errors import SandboxGone, SandboxUnavailable
from vitrail.sandbox.files import Files, open_beneath
from vitrail.sandbox.launch import Launcher
from vitrail.sandbox.provider import WORKSPACE, SandboxInfo, SandboxProcess, SandboxRef, SandboxSpec
from vitrail.sandbox.state import Box, Boxes
from vitrail.sandbox.usage import Watch

T = TypeVar("T")
P = ParamSpec("P")

NAME = "local"


class LocalSandbox:
    """One sandbox of a `LocalProvider`; see `provider.Sandbox`. Built without I/O: the first operation creates it, or
    finds the one that `ref` names. Usable from any event loop."""

    def __init__(
        self, provider: LocalProvider, *, spec: SandboxSpec | None = None, ref: SandboxRef | None = None
    ) -> None:
        self._provider = provider
        self._spec = spec or SandboxSpec()
        self._ref = ref
        self._creating = threading.Lock()

    @property
    def ref(self) -> SandboxRef | None:
        return self._ref

    def _running(self) -> box.Running:
        """Created and started, whichever is missing. Blocking."""
        made = None
        with self._creating:
            if self._ref is None:
                made = self._provider.boxes_ready().create(self._spec)
                self._ref = SandboxRef(provider=NAME, id=made.id)
        return self._provider.running(self._ref.id, made)

    async def _started(self) -> box.Running:
        """The running sandbox; without a thread's detour when it runs already."""
        live = self._provider.live(self._ref.id) if self._ref is not None else None
        return live if live is not None else await self._do(self._running)

    async def _do(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._provider.work(work, *args, **kwargs)

    async def _file(self, operation: Callable[Concatenate[Files, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        def work() -> T:
            with self._running().files() as files:
                return operation(files, *args, **kwargs)

        return await self._do(work)

    # -- WorkspaceBackend

    async def working_dir(self) -> str:
        await self._do(self._running)
        return WORKSPACE

    async def run(
        self,
        command: WorkspaceCommand,
        *,
        shell: bool = False,
        env: Mapping[str, str] | None = None,
        timeout: float | None = None,
    ) -> CommandResult:
        """`timeout` in seconds; without one the sandbox's `wall_time_s` holds."""
        validate_timeout(timeout)
        if isinstance(command, str):
            if not shell:
                raise TypeError("a string command requires shell=True; pass an argv sequence otherwise")
            argv: Sequence[str] = ["/bin/sh", "-c", command]
        elif shell:
            raise TypeError("an argv sequence cannot be combined with shell=True; pass a single command string")
        else:
            argv = command
        running = await self._started()
        return await process.run(running, argv, env=env, timeout=timeout or running.box.spec.wall_time_s)

    async def read_bytes(self, path: str) -> bytes:
        return await self._file(Files.read, path)

    async def write_bytes(self, path: str, data: bytes) -> None:
        await self._file(Files.write, path, data)

    async def stat(self, path: str) -> FileEntry:
        return await self._file(Files.stat, path)

    async def list_dir(self, path: str) -> Sequence[FileEntry]:
        return await self._file(Files.list, path)

    async def make_dir(self, path: str) -> None:
        await self._file(Files.make_dir, path)

    async def remove(self, path: str) -> None:
        await self._file(Files.remove, path)

    async def exists(self, path: str) -> bool:
        return await self._file(Files.exists, path)

    async def realpath(self, path: str) -> str:
        return await self._file(Files.realpath, path)

    # -- Sandbox

    async def spawn(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> SandboxProcess:
        running = await self._started()
        return await process.spawn(running, argv, env=env)

    async def export(self) -> bytes:
        def pack(files: Files, spec: SandboxSpec) -> bytes:
            return _with_workspace(
                files, archive.pack, uid=files.uid, max_bytes=spec.disk_mb << 20, max_files=spec.max_files
            )

        running = await self._started()
        return await self._file(pack, running.box.spec)

    async def import_(self, data: bytes) -> None:
        def unpack(files: Files, spec: SandboxSpec) -> None:
            _with_workspace(
                files, archive.unpack, data, uid=files.uid, max_bytes=spec.disk_mb << 20, max_files=spec.max_files
            )

        running = await self._started()
        await self._file(unpack, running.box.spec)

    async def pause(self) -> None:
        if self._ref is not None:
            await self._do(self._provider.stop, self._ref.id, "paused")

    async def kill(self) -> None:
        if self._ref is not None:
            await self._provider.kill(self._ref)


def _with_workspace(files: Files, work: Callable[Concatenate[int, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
    fd = open_beneath(files.root, WORKSPACE, os.O_RDONLY | os.O_DIRECTORY)
    try:
        return work(fd, *args, **kwargs)
    finally:
        os.close(fd)


class LocalProvider:
    """Sandboxes below `folder`. Starts nothing until the first is needed."""

    name = NAME

    def __init__(self, folder: Path) -> None:
        self._boxes = Boxes(folder)
        # one name for each folder: what another instance on this machine left behind is not ours to delete
        self._cgroup = f"{cgroups.PREFIX}{hashlib.sha256(os.fsencode(folder.absolute())).hexdigest()[:12]}"
        self._launcher = Launcher()
        self._pool = ThreadPoolExecutor(max_workers=16, thread_name_prefix="sandbox")
        self._lock = threading.Lock()
        self._kit: box.Kit | None = None
        self._live: dict[str, box.Running] = {}
        self._starting: dict[str, threading.Lock] = {}
        self._watch = Watch(lambda: list(self._live.values()))

    async def work(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Blocking work, off the event loop. It goes on to its end when the caller is cancelled."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, functools.partial(work, *args, **kwargs))

    def kit(self) -> box.Kit:
        """Bubblewrap, root folder, control groups: found once. Blocking. Raises `SandboxUnavailable`."""
        with self._lock:
            if self._kit is None:
                self._boxes.prepare()
                self._kit = box.make_kit(self._launcher, self._boxes.folder, cgroups.find(self._cgroup))
                self._sweep(self._kit)
            return self._kit

    def _sweep(self, kit: box.Kit) -> None:
        """Delete the control groups that a killed server left behind. A group whose sandbox is locked is in use."""
        for name in kit.cgroups.names():
            try:
                held = box.lock(self._boxes.load(name), patience_s=0)
            except SandboxUnavailable:
                continue
            except (SandboxGone, OSError):
                held = -1
            kit.cgroups.discard(name)
            if held >= 0:
                os.close(held)

    def boxes_ready(self) -> Boxes:
        self.kit()
        return self._boxes

    def running(self, identity: str, made: Box | None = None) -> box.Running:
        """The running sandbox of this id, started if it is not; `made` is what is known of one that was made just now.
        Blocking. Raises `SandboxGone`."""
        kit = self.kit()
        with self._lock:
            one_at_a_time = self._starting.setdefault(identity, threading.Lock())
        with one_at_a_time:
            live = self._live.get(identity)
            if live is not None:
                if live.alive:
                    return live
                live.end("crashed")
                self._live.pop(identity, None)
            started = box.start(made or self._boxes.load(identity), kit)
            self._live[identity] = started
        self._watch.ensure()
        return started

    def live(self, identity: str) -> box.Running | None:
        """The running sandbox of this id, if it is running. Never blocks."""
        found = self._live.get(identity)
        if found is None or not found.alive:
            return None
        found.box.touch()
        return found

    def stop(self, identity: str, why: box.Ended) -> None:
        with self._lock:
            one_at_a_time = self._starting.setdefault(identity, threading.Lock())
        with one_at_a_time:
            live = self._live.pop(identity, None)
            if live is not None:
                live.end(why)

    # -- SandboxProvider

    async def check(self) -> None:
        sandbox = await self.create(SandboxSpec(memory_mb=256, max_processes=16, disk_mb=16, wall_time_s=10))
        try:
            result = await sandbox.run(["true"])
            if result.exit_code != 0:
                raise SandboxUnavailable(
                    f"A sandbox starts, but nothing runs in it: {result.stderr.strip()[:200]}",
                    cure="Report this with the machine's distribution and kernel version.",
                )
        finally:
            await sandbox.kill()

    def limits_by(self) -> str:
        """What holds memory, processes and CPU here: `v2`, `v1` (control groups) or `rlimits`. Blocking."""
        return self.kit().cgroups.mode

    def new(self, spec: SandboxSpec) -> LocalSandbox:
        """A sandbox that is made by its first operation."""
        return LocalSandbox(self, spec=spec)

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        sandbox = self.new(spec)
        await sandbox.working_dir()
        return sandbox

    async def connect(self, ref: SandboxRef) -> LocalSandbox:
        if ref.provider != NAME:
            raise SandboxGone(ref.id, cause=f"This sandbox is of the provider {ref.provider!r}, which is not in use.")
        sandbox = LocalSandbox(self, ref=ref)
        await sandbox.working_dir()
        return sandbox

    async def kill(self, ref: SandboxRef) -> None:
        def work() -> None:
            boxes = self.boxes_ready()
            self.stop(ref.id, "killed")
            try:
                held = box.lock(boxes.load(ref.id))
            except (SandboxGone, FileNotFoundError):
                held = -1
            boxes.delete(ref.id)
            if held >= 0:
                os.close(held)
            with self._lock:
                self._starting.pop(ref.id, None)

        await self.work(work)

    async def list(self) -> Sequence[SandboxInfo]:
        def info(found: Box) -> SandboxInfo:
            return SandboxInfo(
                ref=SandboxRef(provider=NAME, id=found.id),
                state="running" if found.id in self._live else "paused",
                created_at=found.created_at,
                used_at=found.used_at(),
                labels=found.spec.labels,
            )

        return await self.work(lambda: [info(found) for found in self.boxes_ready().all()])

    async def aclose(self) -> None:
        def work() -> None:
            for identity in list(self._live):
                self.stop(identity, "paused")
            self._watch.close()
            self._launcher.close()
            if self._kit is not None:
                self._kit.cgroups.tidy()

        await self.work(work)
        self._pool.shutdown(wait=False)
