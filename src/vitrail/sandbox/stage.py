"""As root: the launcher's own mount namespace, in which bubblewrap's sources lie where a sandbox's uid can reach them.

The sources may lie under folders that this uid may not enter (a checkout in `/root`, a data folder of mode 700). Each
is bound once below a tmpfs on `/tmp` that only the launcher and its children see; sandboxes see what bubblewrap takes
from there.
"""

from __future__ import annotations

import ctypes
import os
import stat

from vitrail.sandbox.entry import CLONE_NEWNS, LIBC, call

STAGE = "/tmp"  # noqa: S108 - bubblewrap itself needs this folder, so it is there
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 4, 32, 0x1000, 0x4000, 0x80000
MS_RELATIME, MNT_DETACH = 1 << 21, 2
# what a mount has and a container may have locked: (as statvfs tells it, as mount takes it)
KEPT = ((1, 1), (2, 2), (4, 4), (8, 8), (1024, 1024), (2048, 2048), (4096, MS_RELATIME))


# Nothing in it is needed, and each mount less is one that no bubblewrap has to copy and look through.
LEFT_OUT = b"/sys"


class Stage:
    """Makes its namespace at the first use; from then on this process and its children are in it."""

    def __init__(self) -> None:
        self._covered = -1  # the folder that the tmpfs lies over: sources may be in it
        self._put: dict[str, tuple[int, int]] = {}  # target → device and inode of what is there

    def put(self, binds: list[tuple[str, str, bool]]) -> None:
        """See to it that each (source, target, read-only) is there. A source that was replaced is bound anew. The
        sources are absolute and without a symlink."""
        if binds and self._covered < 0:
            call("unshare", CLONE_NEWNS)
            _mount(b"none", "/", None, MS_REC | MS_SLAVE)  # nothing gets out; what the host mounts later comes in
            covered = os.open(STAGE, os.O_PATH | os.O_DIRECTORY)
            _mount(b"tmpfs", STAGE, b"tmpfs", 0, b"mode=755,size=64k")
            self._covered = covered
            LIBC.umount2(LEFT_OUT, MNT_DETACH)
        for source, target, read_only in binds:
            hidden = source.startswith(f"{STAGE}/")
            path, folder = (source[len(STAGE) + 1 :], self._covered) if hidden else (source, None)
            status = os.stat(path, dir_fd=folder)
            if self._put.get(target) != (status.st_dev, status.st_ino):
                fd = os.open(path, os.O_PATH, dir_fd=folder)
                try:
                    self._bind(fd, target, read_only)
                finally:
                    os.close(fd)

    def _bind(self, source: int, target: str, read_only: bool) -> None:
        if target in self._put:
            LIBC.umount2(target.encode(), MNT_DETACH)  # running sandboxes keep what they took from it
            for other in [known for known in self._put if known == target or known.startswith(f"{target}/")]:
                del self._put[other]
        elif not os.path.lexists(target):
            os.makedirs(target, 0o755)  # noqa: PTH103 - pathlib costs the launcher start time and memory
        _mount(f"/proc/self/fd/{source}".encode(), target, None, MS_BIND)
        has, status = os.statvfs(target).f_flag, os.fstat(source)
        flags = sum(flag for shown, flag in KEPT if has & shown) | MS_NOSUID | (MS_RDONLY if read_only else 0)
        if stat.S_ISDIR(status.st_mode):
            flags |= MS_NODEV
        try:
            # what bubblewrap would set on its own copy, once for all of them
            _mount(b"none", target, None, MS_BIND | MS_REMOUNT | flags)
        except OSError:
            LIBC.umount2(target.encode(), MNT_DETACH)
            raise
        self._put[target] = status.st_dev, status.st_ino


def _mount(source: bytes, target: str, kind: bytes | None, flags: int, data: bytes | None = None) -> None:
    call("mount", source, target.encode(), kind, ctypes.c_ulong(flags), data)
