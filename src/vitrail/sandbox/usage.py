"""What a running sandbox uses of the disk and, where no cgroup counts it, of memory; and who ends it at its limit.

The file system under a workspace has no quota that an unprivileged sandbox can be put under, so the limit is held by
looking: while anything runs in a sandbox its files are counted every `INTERVAL_S`, by descriptor and without following
a link, deleted files that are still open included. Over the limit, everything in it is ended. One file is bounded by
the kernel all the time (RLIMIT_FSIZE). What can be written within one interval may exceed the limit; so that this
never fills the disk, all busy sandboxes are ended when less than `RESERVE_BYTES` are free.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import threading
from collections.abc import Callable, Iterable

from vitrail.sandbox.box import Ended, Running
from vitrail.sandbox.files import enter

log = logging.getLogger(__name__)

INTERVAL_S = 0.25
RESERVE_BYTES = 256 * 1024 * 1024
DEPTH = 256
OWN_PROCESSES = 3  # bubblewrap outside and inside, and what keeps the sandbox open
PAGE = os.sysconf("SC_PAGE_SIZE")


def usage(folder: int, most_files: int) -> tuple[int, int]:
    """(bytes on disk, files) below a folder; counts no further than `most_files`. A tree deeper than `DEPTH` counts
    as too many files. Hard links count once."""
    size = files = 0
    seen: set[int] = set()
    stack = [os.dup(folder)]
    waiting: list[list[str]] = [os.listdir(folder)]
    try:
        while stack:
            if not waiting[-1]:
                os.close(stack.pop())
                waiting.pop()
                continue
            name = waiting[-1].pop()
            try:
                status = os.stat(name, dir_fd=stack[-1], follow_symlinks=False)
            except OSError:
                continue
            files += 1
            if status.st_nlink == 1 or stat.S_ISDIR(status.st_mode) or status.st_ino not in seen:
                size += status.st_blocks * 512
                seen.add(status.st_ino)
            if files > most_files:
                break
            if stat.S_ISDIR(status.st_mode):
                if len(stack) >= DEPTH:
                    return size, most_files + 1
                with contextlib.suppress(OSError):
                    child = enter(name, stack[-1])
                    stack.append(child)
                    waiting.append(os.listdir(child))  # noqa: PTH208 - of a descriptor
        return size, files
    finally:
        for fd in stack:
            os.close(fd)


def hidden(root: int, device: int) -> tuple[int, int]:
    """(bytes on `device` in deleted files that a process holds open, bytes of memory of all processes)."""
    size = memory = 0
    seen: set[int] = set()
    proc = os.open("proc", os.O_RDONLY | os.O_DIRECTORY, dir_fd=root)
    try:
        for pid in filter(str.isdigit, os.listdir(proc)):  # noqa: PTH208 - of a descriptor
            with contextlib.suppress(OSError, ValueError):
                fd = os.open(f"{pid}/statm", os.O_RDONLY, dir_fd=proc)
                with os.fdopen(fd) as file:
                    _, resident, shared, *_ = (int(word) for word in file.read().split())
                    memory += (resident - shared) * PAGE
                folder = os.open(f"{pid}/fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=proc)
                try:
                    for name in os.listdir(folder):  # noqa: PTH208 - of a descriptor
                        with contextlib.suppress(OSError):
                            status = os.stat(name, dir_fd=folder)
                            if status.st_nlink == 0 and status.st_dev == device and status.st_ino not in seen:
                                seen.add(status.st_ino)
                                size += status.st_blocks * 512
                finally:
                    os.close(folder)
    finally:
        os.close(proc)
    return size, memory


def busy(running: Running) -> bool:
    """Whether anything of its own runs in it. Where nothing counts processes, a sandbox is always taken for busy."""
    count = running.group.processes()
    return running.commands > 0 or count is None or count > OWN_PROCESSES


def over(running: Running) -> tuple[Ended, str] | None:
    """The limit that it is over, and a sentence that says so."""
    spec = running.box.spec
    folder = os.open(running.box.workspace, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        size, files = usage(folder, spec.max_files)
        with running.files() as view:
            deleted, memory = hidden(view.root, os.fstat(folder).st_dev)
        free = os.fstatvfs(folder)
    finally:
        os.close(folder)
    if size + deleted > spec.disk_mb << 20:
        return "disk", f"The workspace grew past its limit of {spec.disk_mb} MB, and all that ran in it was ended."
    if files > spec.max_files:
        return "disk", (
            f"The workspace holds more than {spec.max_files} files, or folders more than {DEPTH} deep; all that ran "
            "in it was ended."
        )
    if free.f_bavail * free.f_frsize < RESERVE_BYTES:
        return "disk", "The server's disk is nearly full, and all that ran in the sandbox was ended."
    if "memory" not in running.group.folders and memory > spec.memory_mb << 20:
        return "memory", f"The sandbox used more than its {spec.memory_mb} MB, and all that ran in it was ended."
    return None


class Watch:
    """A thread that looks at all running sandboxes; it exists while there are any."""

    def __init__(self, live: Callable[[], Iterable[Running]]) -> None:
        self._live = live
        self._wake = threading.Event()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._closed = False

    def ensure(self) -> None:
        with self._lock:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._run, name="sandbox-watch", daemon=True)
                self._thread.start()

    def close(self) -> None:
        with self._lock:
            self._closed, thread = True, self._thread
        self._wake.set()
        if thread is not None:
            thread.join(timeout=5)

    def _run(self) -> None:
        while not self._wake.wait(INTERVAL_S):
            with self._lock:
                live = list(self._live())
                if not live:
                    self._thread = None
                    return
            for running in live:
                self._look(running)

    def _look(self, running: Running) -> None:
        try:
            found = over(running) if running.ended is None and busy(running) else None
        except Exception as error:  # noqa: BLE001 - the door of a thread: a sandbox that ends meanwhile fails anyhow
            if running.ended is None:
                log.warning("sandbox %s can't be measured: %s", running.box.id, error)
            return
        if found is not None:
            log.warning("sandbox %s ended: %s", running.box.id, found[1])
            running.end(*found)
