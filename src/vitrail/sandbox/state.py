"""What a local provider keeps on disk, so that sandboxes outlive the server: `<folder>/boxes/<id>/`.

`box.json` holds the limits, labels, uid and times; `workspace/` is the sandbox's `/workspace`. The provider's folder
has mode 700: no sandbox's uid can reach into it, whatever a file's own mode says.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from vitrail.sandbox.errors import SandboxGone, SandboxUnavailable
from vitrail.sandbox.provider import SandboxSpec

# Above every range that distributions, systemd and container engines hand out (systemd's end at 1 879 048 191).
UID_FIRST, UID_COUNT = 1_900_000_000, 200_000_000
_ID = re.compile(r"[0-9a-f]{32}\Z")


@dataclass(frozen=True)
class Box:
    """One sandbox on disk."""

    id: str
    folder: Path
    spec: SandboxSpec
    uid: int | None
    created_at: datetime

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def used_at(self) -> datetime:
        return datetime.fromtimestamp((self.folder / "box.json").stat().st_mtime, UTC)

    def touch(self) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.utime(self.folder / "box.json")


def mapped_uids(text: str) -> range:
    """The uids to choose from, given `/proc/self/uid_map`: ours, or the upper half of what a container maps."""
    largest = range(0)
    for line in text.splitlines():
        inside, _, count = (int(word) for word in line.split())
        if inside <= UID_FIRST and inside + count >= UID_FIRST + UID_COUNT:
            return range(UID_FIRST, UID_FIRST + UID_COUNT)
        if count > len(largest):
            largest = range(inside, inside + count)
    half = len(largest) // 2
    # 65534 is nobody: other things run as it
    return range(largest.start + half, min(largest.stop, 65_000)) if len(largest) >= 4096 else range(0)


@cache
def uids() -> range:
    """Empty when this process can't change its uid: an ordinary user, or a root that maps nobody else."""
    return mapped_uids(Path("/proc/self/uid_map").read_text()) if os.geteuid() == 0 else range(0)


class Boxes:
    """The folder of all sandboxes. Blocking: call it from a thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        try:
            for name in ("boxes", "uids", "roots"):
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)
            (self.folder / "boxes").chmod(0o711)  # on the launcher's stage: to be passed through, not to be listed
        except OSError as error:
            raise SandboxUnavailable(
                f"The folder for local sandboxes can't be written: {error.strerror}.",
                cure="Give the server's user a writable VITRAIL_DATA_DIR with free space.",
            ) from error

    def create(self, spec: SandboxSpec) -> Box:
        identity = secrets.token_hex(16)
        folder = self.folder / "boxes" / identity
        draft = self.folder / "boxes" / f".{identity}"
        try:
            uid = self._take_uid(identity)
            draft.mkdir()
            workspace = draft / "workspace"
            workspace.mkdir(mode=0o700)
            if uid is not None:
                os.chown(workspace, uid, uid)
            created = datetime.now(UTC)
            kept = vars(spec) | {"toolchain": spec.toolchain and str(spec.toolchain), "labels": dict(spec.labels)}
            _write(
                draft / "box.json",
                json.dumps({"id": identity, "uid": uid, "created_at": created.isoformat(), "spec": kept}),
            )
            draft.rename(folder)
        except OSError as error:
            shutil.rmtree(draft, ignore_errors=True)
            raise SandboxUnavailable(
                f"A sandbox's folder can't be written: {error.strerror}.",
                cure="Free some space, or set VITRAIL_DATA_DIR to a disk that has some.",
            ) from error
        return Box(identity, folder, spec, uid, created)

    def load(self, identity: str) -> Box:
        """Raises `SandboxGone`."""
        if not _ID.match(identity):  # a ref from outside never becomes a path
            raise SandboxGone("with this reference")
        folder = self.folder / "boxes" / identity
        try:
            kept = json.loads((folder / "box.json").read_text())
        except (OSError, ValueError):
            raise SandboxGone(identity) from None
        toolchain = kept["spec"]["toolchain"]
        spec = SandboxSpec(**kept["spec"] | {"toolchain": Path(toolchain) if toolchain else None})
        return Box(identity, folder, spec, kept["uid"], datetime.fromisoformat(kept["created_at"]))

    def all(self) -> Iterator[Box]:
        for path in sorted((self.folder / "boxes").glob("*")):
            with contextlib.suppress(SandboxGone):
                yield self.load(path.name)

    def delete(self, identity: str) -> None:
        if not _ID.match(identity):
            return
        folder = self.folder / "boxes" / identity
        with contextlib.suppress(OSError, ValueError):
            uid = json.loads((folder / "box.json").read_text())["uid"]
            (self.folder / "uids" / str(uid)).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            (folder / "box.json").unlink()  # from here on it is gone, however long the rest takes
        _open_up(folder)
        shutil.rmtree(folder, ignore_errors=True)

    def _take_uid(self, identity: str) -> int | None:
        choice = uids()
        while choice:
            uid = choice[secrets.randbelow(len(choice))]
            with contextlib.suppress(FileExistsError):
                _write(self.folder / "uids" / str(uid), identity)
                return uid
        return None


def _write(path: Path, text: str) -> None:
    """A new file, for the server's eyes. Raises `FileExistsError`."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(text.encode())


def _open_up(folder: Path) -> None:
    """An ordinary user can't delete from folders that the sandbox made unreadable: make them readable first."""
    if os.geteuid() == 0:
        return
    for where, names, _ in os.walk(folder):
        for name in names:
            path = Path(where, name)
            if not path.is_symlink():
                with contextlib.suppress(OSError):
                    path.chmod(0o700)
