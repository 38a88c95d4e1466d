"""Workspaces that stay warm: a fresh one for the next new app, and those of apps that were just built.

A warm toolchain has its libraries loaded and the types of the template checked, which is most of a build's time. What
rests keeps its processes until `idle_s` has passed or others push it out; then it is paused, which keeps its files.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from pydantic_ai.workspaces import WorkspaceError

from vitrail.errors import VitrailError

if TYPE_CHECKING:
    from vitrail.apps.workspace import Workspace

logger = logging.getLogger(__name__)


class WarmWorkspaces:
    """At most `most` workspaces at rest, and one spare (with `most` = 0: none of either)."""

    def __init__(self, make: Callable[[], Awaitable[Workspace]], *, most: int, idle_s: float) -> None:
        self._make = make
        self._most = most
        self._idle_s = idle_s
        self._resting: dict[str, tuple[Workspace, asyncio.TimerHandle]] = {}
        self._spare: asyncio.Task[Workspace] | None = None
        self._pausing: set[asyncio.Task[None]] = set()

    @property
    def keeps(self) -> bool:
        """Whether anything is kept warm at all."""
        return self._most > 0

    def prepare_spare(self) -> None:
        """Begin to make a spare, unless there is one."""
        if self._most and self._spare is None:
            self._spare = asyncio.create_task(self._made())

    async def _made(self) -> Workspace:
        return await self._make()

    async def take_spare(self) -> Workspace | None:
        """The spare, waited for if it is being made; `None` when there is none or it could not be made."""
        spare, self._spare = self._spare, None
        if spare is None:
            return None
        try:
            return await spare
        except (VitrailError, WorkspaceError, OSError) as error:
            logger.info("no warm workspace: %s", error)
            return None

    def take(self, sandbox_id: str) -> Workspace | None:
        """The workspace at rest in this sandbox."""
        found = self._resting.pop(sandbox_id, None)
        if found is None:
            return None
        workspace, timer = found
        timer.cancel()
        return workspace

    def rest(self, workspace: Workspace) -> None:
        """Keep a workspace warm; the one that has rested longest makes room."""
        loop = asyncio.get_running_loop()
        timer = loop.call_later(self._idle_s, self._wake_to_pause, workspace.id)
        self._resting[workspace.id] = (workspace, timer)
        while len(self._resting) > self._most:
            self._wake_to_pause(next(iter(self._resting)))

    def _wake_to_pause(self, sandbox_id: str) -> None:
        workspace = self.take(sandbox_id)
        if workspace is not None:
            task = asyncio.create_task(_paused(workspace))
            self._pausing.add(task)
            task.add_done_callback(self._pausing.discard)

    async def aclose(self) -> None:
        """Pause what rests and end the spare."""
        if self._spare is not None:
            self._spare.cancel()
            done = (await asyncio.gather(self._spare, return_exceptions=True))[0]
            if not isinstance(done, BaseException):
                await done.kill()
            self._spare = None
        for sandbox_id in list(self._resting):
            self._wake_to_pause(sandbox_id)
        await asyncio.gather(*self._pausing)


async def _paused(workspace: Workspace) -> None:
    try:
        await workspace.pause()
    except (WorkspaceError, VitrailError, OSError) as error:
        logger.warning("a sandbox at rest could not be paused: %s", error)
