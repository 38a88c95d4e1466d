"""The agent's view of a workspace: the files under `src/`, and nothing else.

A thin wall in front of the sandbox: no commands, no path outside `src/` (after symlinks are resolved), bounded sizes,
and a record of what was written. The harness's `FileSystem` tools work on top of it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence

from pydantic_ai.workspaces import FileEntry, SupportsFilesystem, SupportsRealpath, WorkspaceBackend, WorkspaceRef

FOLDER = "src"
MAX_FILE_BYTES = 512 * 1024
MAX_FILES_WRITTEN = 400


class SourceFolder:
    """A `WorkspaceBackend` with files only. `changed` lists paths relative to the working directory, in order."""

    def __init__(self, workspace: WorkspaceBackend) -> None:
        if not isinstance(workspace, SupportsFilesystem):
            raise TypeError("the agent needs a workspace with file access")
        self._workspace = workspace
        self._files: SupportsFilesystem = workspace
        self._root: str | None = None
        self.changed: list[str] = []

    @property
    def ref(self) -> WorkspaceRef | None:
        return self._workspace.ref

    async def working_dir(self) -> str:
        if self._root is None:
            self._root = await self._workspace.working_dir()
        return self._root

    async def _inside(self, path: str) -> str:
        """`path`, once it is sure to lie in `src/`, itself and where its links lead. Raises `PermissionError`."""
        root = await self.working_dir()
        allowed = posixpath.join(root, FOLDER)
        written = posixpath.normpath(path)
        real = await self._workspace.realpath(written) if isinstance(self._workspace, SupportsRealpath) else written
        for candidate in (written, real):
            if candidate != allowed and not candidate.startswith(f"{allowed}/"):
                raise PermissionError(
                    f"{posixpath.relpath(path, root)} is outside {FOLDER}/: only the app's own source is open"
                )
        return written

    async def read_bytes(self, path: str) -> bytes:
        return await self._files.read_bytes(await self._inside(path))

    async def write_bytes(self, path: str, data: bytes) -> None:
        inside = await self._inside(path)
        if len(data) > MAX_FILE_BYTES:
            raise PermissionError(f"{len(data)} bytes are too many for one source file (at most {MAX_FILE_BYTES})")
        name = posixpath.relpath(inside, await self.working_dir())
        if name not in self.changed and len(self.changed) >= MAX_FILES_WRITTEN:
            raise PermissionError(f"more than {MAX_FILES_WRITTEN} files were written in one go")
        await self._files.write_bytes(inside, data)
        self._note(name)

    async def stat(self, path: str) -> FileEntry:
        root = await self.working_dir()
        if posixpath.normpath(path) == root:
            return FileEntry(name=posixpath.basename(root), path=root, is_dir=True, size=None)
        return await self._files.stat(await self._inside(path))

    async def list_dir(self, path: str) -> Sequence[FileEntry]:
        root = await self.working_dir()
        if posixpath.normpath(path) == root:
            return [FileEntry(name=FOLDER, path=posixpath.join(root, FOLDER), is_dir=True, size=None)]
        return await self._files.list_dir(await self._inside(path))

    async def make_dir(self, path: str) -> None:
        await self._files.make_dir(await self._inside(path))

    async def remove(self, path: str) -> None:
        inside = await self._inside(path)
        root = await self.working_dir()
        if inside == posixpath.join(root, FOLDER):
            raise PermissionError(f"{FOLDER}/ itself can't be removed")
        await self._files.remove(inside)
        self._note(posixpath.relpath(inside, root))

    async def exists(self, path: str) -> bool:
        if posixpath.normpath(path) == await self.working_dir():
            return True
        try:
            return await self._files.exists(await self._inside(path))
        except PermissionError:
            return False

    async def realpath(self, path: str) -> str:
        if isinstance(self._workspace, SupportsRealpath):
            return await self._workspace.realpath(path)
        return posixpath.normpath(path)

    def _note(self, name: str) -> None:
        if name not in self.changed:
            self.changed.append(name)
