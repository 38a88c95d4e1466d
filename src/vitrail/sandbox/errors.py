"""What can go wrong with a sandbox. Each is both ours (title, cause, cure) and the kind that pydantic-ai's
workspace contract asks for, so that its tools and its durable runs treat it rightly."""

from __future__ import annotations

import errno

from pydantic_ai.workspaces import (
    WorkspaceError,
    WorkspaceOutputLimitError,
    WorkspaceTimeoutError,
    WorkspaceUnavailableError,
)

from vitrail.errors import InvalidInput, TooLarge, Unavailable, VitrailError


class SandboxUnavailable(Unavailable):
    """No sandbox can be started here, or not with these settings."""

    title = "No sandbox can be started"
    code = "sandbox-unavailable"


class SandboxGone(VitrailError, WorkspaceUnavailableError):
    """The sandbox was killed or deleted; its processes and files are gone."""

    status = 410
    title = "The sandbox is gone"
    code = "sandbox-gone"

    def __init__(self, identity: str, *, cause: str | None = None) -> None:
        super().__init__(
            cause or f"The sandbox {identity} does not exist any more.",
            cure="Start the build again: its workspace is rebuilt from the stored source.",
        )


class SandboxStopped(VitrailError, WorkspaceError):
    """The sandbox was paused, or ended by itself, under a running command. Its workspace is kept."""

    status = 409
    title = "The sandbox was stopped"
    code = "sandbox-stopped"


class CommandTimedOut(WorkspaceTimeoutError, VitrailError):
    """A command ran longer than it may; it and its process group were ended."""

    status = 504
    title = "The command took too long"
    code = "sandbox-timeout"

    def __init__(self, seconds: float, *, stdout: str = "", stderr: str = "") -> None:
        VitrailError.__init__(
            self,
            f"The command was ended after {seconds:g} seconds.",
            cure="Make the command do less, or give it a longer timeout.",
        )
        self.stdout = stdout
        self.stderr = stderr


class OutputTooLarge(WorkspaceOutputLimitError, VitrailError):
    """A command printed more than it may; it was ended and `stdout`/`stderr` hold the beginnings."""

    status = 413
    title = "The command printed too much"
    code = "sandbox-output"

    def __init__(self, limit: int, *, stdout: str = "", stderr: str = "") -> None:
        VitrailError.__init__(
            self,
            f"The command printed more than {limit} bytes and was ended.",
            cure="Redirect its output to a file and read a part of that.",
        )
        self.limit = limit
        self.stdout = stdout
        self.stderr = stderr


class SandboxLimit(VitrailError, WorkspaceError):
    """The workspace is larger than the disk limit, or has more files; everything running in it was ended."""

    status = 413
    title = "The workspace is full"
    code = "sandbox-disk"


class FileTooLarge(OSError, TooLarge):
    """A single file is larger than what is read from, or written to, a workspace at once."""

    title = "The file is too large"
    code = "sandbox-file"

    def __init__(self, path: str, limit: int) -> None:
        VitrailError.__init__(
            self,
            f"{path} is larger than {limit} bytes.",
            cure="Split the file, or read a part of it with a command.",
        )
        self.errno = errno.EFBIG


class ArchiveRefused(InvalidInput):
    """An archive holds something that a workspace may not hold."""

    title = "The archive can't be used"
    code = "sandbox-archive"
