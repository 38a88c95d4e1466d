"""The protocol of a sandbox and of what provides them.

A `Sandbox` is a pydantic-ai `WorkspaceBackend` with commands, files and symlink resolution (its contract is in
`pydantic_ai/workspaces/protocol.py`), plus what the build pipeline needs: long-lived processes, an archive of the
workspace, pause and kill. Inside, `/workspace` is the working directory and the only place that is kept,
`/toolchain` is read-only, `/tmp` is private and forgotten at a pause. There is no network.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from pydantic_ai.messages import WorkspaceRef
from pydantic_ai.workspaces import (
    SupportsCommands,
    SupportsFilesystem,
    SupportsRealpath,
    WorkspaceBackend,
)

WORKSPACE = "/workspace"
TOOLCHAIN = "/toolchain"

SandboxRef = WorkspaceRef
"""`(provider, id)`: what a build stores to find its sandbox again. Holds no credential."""


@dataclass(frozen=True)
class SandboxSpec:
    """What a sandbox is made of, and its limits.

    `toolchain` is a host folder mounted read-only at `/toolchain`; without one the root is bare (a shell, the core
    utilities and the C library). A command that names no `timeout` gets `wall_time_s`. `disk_mb` and `max_files` hold
    for `/workspace`; `/tmp` and `/dev/shm` lie in memory and may each hold as much, but not more than half of it.
    `output_bytes` caps what one command may print, both streams together. `labels` tell whose it is (`app`,
    `version`, …) and are never shown to the code inside.
    """

    toolchain: Path | None = None
    memory_mb: int = 2048
    max_processes: int = 256
    cpus: float = 2.0
    wall_time_s: float | None = 600.0
    disk_mb: int = 512
    max_files: int = 50_000
    output_bytes: int = 10 * 1024 * 1024
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SandboxInfo:
    """What a provider knows about one of its sandboxes without waking it."""

    ref: SandboxRef
    state: Literal["running", "paused"]
    created_at: datetime
    used_at: datetime
    labels: Mapping[str, str]


@runtime_checkable
class SandboxProcess(Protocol):
    """A process that goes on between commands, until it ends or the sandbox is paused or killed."""

    @property
    def stdin(self) -> asyncio.StreamWriter: ...

    @property
    def stdout(self) -> asyncio.StreamReader:
        """`async for line in process.stdout`, or `readline()`. A line may be 64 MiB long at most."""
        ...

    @property
    def stderr_tail(self) -> str:
        """The last 64 KiB of what it wrote to stderr; the stream is always drained."""
        ...

    @property
    def returncode(self) -> int | None:
        """None while it runs; 128 + n when signal n ended it."""
        ...

    async def wait(self) -> int:
        """The exit code. Raises `WorkspaceUnavailableError` if the sandbox went away under it."""
        ...

    async def kill(self) -> None:
        """End it and its process group; returns when it is gone. Safe to repeat."""
        ...


@runtime_checkable
class Sandbox(WorkspaceBackend, SupportsCommands, SupportsFilesystem, SupportsRealpath, Protocol):
    """One closed workspace. Every operation on a killed one raises `WorkspaceUnavailableError`; an operation on a
    paused one resumes it."""

    @property
    def ref(self) -> SandboxRef | None: ...

    async def spawn(self, argv: Sequence[str], *, env: Mapping[str, str] | None = None) -> SandboxProcess:
        """Start a long-lived process in `/workspace` with pipes on stdin and stdout."""
        ...

    async def export(self) -> bytes:
        """`/workspace` as a zstd-compressed tar: files, folders, symlinks and modes; no devices, sockets or FIFOs.
        Raises `SandboxLimit` when it is larger than the disk limit."""
        ...

    async def import_(self, data: bytes) -> None:
        """Replace `/workspace` with an archive made by `export`. Anything that could reach outside (`..`, absolute
        names, hard links, devices, too many or too large files) raises `ArchiveRefused` and changes nothing."""
        ...

    async def pause(self) -> None:
        """End all processes and keep `/workspace`. Safe to repeat."""
        ...

    async def kill(self) -> None:
        """End all processes and delete everything. Safe to repeat."""
        ...


@runtime_checkable
class SandboxProvider(Protocol):
    """Makes sandboxes and finds them again."""

    @property
    def name(self) -> str: ...

    async def check(self) -> None:
        """Start one and run something. Raises `Unavailable`, with cause and cure, where this can't work."""
        ...

    async def create(self, spec: SandboxSpec) -> Sandbox:
        """A new, started, empty sandbox."""
        ...

    async def connect(self, ref: SandboxRef) -> Sandbox:
        """The sandbox that `ref` names, resumed. Raises `WorkspaceUnavailableError` if it is gone."""
        ...

    async def kill(self, ref: SandboxRef) -> None:
        """As `Sandbox.kill`, without waking it first. A sandbox that is gone already is no error."""
        ...

    async def list(self) -> Sequence[SandboxInfo]: ...

    async def aclose(self) -> None:
        """End every process of every sandbox that this provider started; workspaces are kept."""
        ...
