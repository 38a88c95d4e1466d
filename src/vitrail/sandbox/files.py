"""File operations in a sandbox, done by the host without trusting anything that it finds there.

Every path is opened by `openat2` below the sandbox's own root (`/proc/<its init>/root`): `RESOLVE_IN_ROOT` makes `..`
and absolute symlinks stay inside, `RESOLVE_NO_MAGICLINKS` refuses `/proc/*/root` and its like. As root the thread
takes the sandbox's uid for the file system (`setfsuid`, per thread) and thereby loses root's power over files, so
what a command in the sandbox may not read or write, this may not either. Nothing is opened that could block or act:
FIFOs, sockets and devices are refused after an `O_NONBLOCK` open. Blocking: call it from a thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import posixpath
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic_ai.workspaces import FileEntry

from vitrail.sandbox.errors import FileTooLarge
from vitrail.sandbox.provider import WORKSPACE

FILE_BYTES = 64 * 1024 * 1024  # read or written at once
ENTRIES = 100_000  # listed at once
LINKS = 40  # followed in one path, as the kernel does

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.syscall.restype = ctypes.c_long
_SYS_OPENAT2 = 437  # the same on every architecture
_RESOLVE_NO_MAGICLINKS, _RESOLVE_IN_ROOT = 0x02, 0x10


class _OpenHow(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("mode", ctypes.c_uint64), ("resolve", ctypes.c_uint64))


@contextlib.contextmanager
def acting_as(uid: int | None) -> Iterator[None]:
    """This thread's file accesses are those of `uid`, within the block. None: leave them as they are."""
    if uid is None:
        yield
        return
    _LIBC.setfsgid(uid)
    _LIBC.setfsuid(uid)
    try:
        # setfsuid reports no error; asking for an impossible uid reports the current one
        if _LIBC.setfsuid(-1) != uid:
            raise PermissionError(errno.EPERM, "this process can't take a sandbox's uid")
        yield
    finally:
        _LIBC.setfsuid(os.geteuid())
        _LIBC.setfsgid(os.getegid())


def open_beneath(root: int, path: str, flags: int, mode: int = 0) -> int:
    """`open(path)` as a process whose root is `root` would, magic links refused. The descriptor is the caller's."""
    how = _OpenHow(flags | os.O_CLOEXEC, mode, _RESOLVE_IN_ROOT | _RESOLVE_NO_MAGICLINKS)
    while True:
        fd = _LIBC.syscall(
            _SYS_OPENAT2, root, os.fsencode(path), ctypes.byref(how), ctypes.c_size_t(ctypes.sizeof(how))
        )
        if fd >= 0:
            return int(fd)
        number = ctypes.get_errno()
        # EAGAIN: something was renamed on the way; EINTR: a signal
        if number not in (errno.EAGAIN, errno.EINTR):
            raise OSError(number, os.strerror(number), path)


def check(path: str) -> str:
    """An absolute path without NUL, `..` kept (what it means depends on links)."""
    if not path.startswith("/"):
        raise ValueError(f"path must be absolute, got {path!r}")
    if "\0" in path:
        raise ValueError("path must not contain a NUL byte")
    return path


@dataclass(frozen=True)
class Files:
    """The file system of one running sandbox. `root` is a descriptor of its root folder."""

    root: int
    uid: int | None

    @contextlib.contextmanager
    def _open(self, path: str, flags: int, mode: int = 0) -> Iterator[int]:
        with acting_as(self.uid):
            fd = open_beneath(self.root, check(path), flags, mode)
            try:
                yield fd
            finally:
                os.close(fd)

    def read(self, path: str) -> bytes:
        with self._open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY) as fd:
            status = os.fstat(fd)
            if stat.S_ISDIR(status.st_mode):
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
            _regular(status, path)
            chunks, total = [], 0
            while chunk := os.read(fd, 1 << 20):
                chunks.append(chunk)
                total += len(chunk)
                if total > FILE_BYTES:  # counted, not asked: the file may be growing, or of /proc
                    raise FileTooLarge(path, FILE_BYTES)
            return b"".join(chunks)

    def write(self, path: str, data: bytes) -> None:
        if len(data) > FILE_BYTES:
            raise FileTooLarge(path, FILE_BYTES)
        try:
            self.make_dir(posixpath.dirname(check(path)))
        except FileExistsError as error:
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path) from error
        # opened without O_TRUNC first: what is there may not be a file
        with self._open(path, os.O_WRONLY | os.O_CREAT | os.O_NONBLOCK | os.O_NOCTTY, 0o644) as fd:
            _regular(os.fstat(fd), path)
            os.ftruncate(fd, 0)
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]

    def stat(self, path: str) -> FileEntry:
        with self._open(path, os.O_PATH) as fd:
            status = os.fstat(fd)
        is_dir = stat.S_ISDIR(status.st_mode)
        size = status.st_size if stat.S_ISREG(status.st_mode) else None
        return FileEntry(name=posixpath.basename(posixpath.normpath(path)), path=path, is_dir=is_dir, size=size)

    def list(self, path: str) -> list[FileEntry]:
        with self._open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NONBLOCK) as fd:
            names = sorted(os.listdir(fd))  # noqa: PTH208 - of a descriptor, not a path
            if len(names) > ENTRIES:
                raise FileTooLarge(path, ENTRIES)
            return [self._entry(fd, path, name) for name in names]

    def _entry(self, folder: int, path: str, name: str) -> FileEntry:
        full = posixpath.join(path, name)
        try:
            status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            if stat.S_ISLNK(status.st_mode):
                fd = open_beneath(self.root, full, os.O_PATH)
                try:
                    status = os.fstat(fd)
                finally:
                    os.close(fd)
        except OSError:  # a loop, a broken link, or removed since: an entry without a target
            return FileEntry(name=name, path=full, is_dir=False, size=None)
        is_dir = stat.S_ISDIR(status.st_mode)
        return FileEntry(
            name=name, path=full, is_dir=is_dir, size=status.st_size if stat.S_ISREG(status.st_mode) else None
        )

    def make_dir(self, path: str) -> None:
        """As `mkdir -p`: component by component, each below an open folder, links followed inside the root."""
        made = "/"
        for name in [part for part in check(path).split("/") if part not in ("", ".")]:
            with self._open(made, os.O_PATH | os.O_DIRECTORY) as parent:
                if name != "..":
                    with contextlib.suppress(FileExistsError):
                        os.mkdir(name, 0o755, dir_fd=parent)
            made = posixpath.join(made, name)
        with self._open(made, os.O_PATH) as fd:
            if not stat.S_ISDIR(os.fstat(fd).st_mode):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)

    def remove(self, path: str) -> None:
        folder, name = posixpath.split(check(path).rstrip("/"))
        whole = name in ("", ".", "..")
        if whole or not self._is_link(folder, name):
            real = self.realpath(path)
            if whole or real == WORKSPACE or f"{WORKSPACE}/".startswith(real.rstrip("/") + "/"):
                raise ValueError("cannot remove the workspace or a folder above it")
        with self._open(folder or "/", os.O_PATH | os.O_DIRECTORY) as parent:
            status = os.stat(name, dir_fd=parent, follow_symlinks=False)
            if stat.S_ISDIR(status.st_mode):
                remove_tree(name, parent)
            else:
                os.unlink(name, dir_fd=parent)

    def _is_link(self, folder: str, name: str) -> bool:
        with self._open(folder or "/", os.O_PATH | os.O_DIRECTORY) as parent:
            return stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)

    def exists(self, path: str) -> bool:
        try:
            with self._open(path, os.O_PATH):
                return True
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG, errno.EACCES):
                return False
            raise

    def realpath(self, path: str) -> str:
        """As `os.path.realpath(path, strict=False)` inside; raises `OSError` (ELOOP) in a loop."""
        rest = check(path).split("/")[::-1]
        real, followed = "/", 0
        while rest:
            name = rest.pop()
            if name in ("", "."):
                continue
            if name == "..":
                real = posixpath.dirname(real)
                continue
            target = self._link_target(posixpath.join(real, name))
            if target is None:
                real = posixpath.join(real, name)
                continue
            followed += 1
            if followed > LINKS:
                raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
            if target.startswith("/"):
                real = "/"
            rest.extend(target.split("/")[::-1])
        return real

    def _link_target(self, path: str) -> str | None:
        """Where a symlink points; None for anything else, missing names included."""
        try:
            with self._open(path, os.O_PATH | os.O_NOFOLLOW) as fd:
                if stat.S_ISLNK(os.fstat(fd).st_mode):
                    return os.readlink("", dir_fd=fd)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.EACCES, errno.ELOOP):
                raise
        return None


def _regular(status: os.stat_result, path: str) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a regular file", path)


def remove_tree(name: str, parent: int) -> None:
    """A folder and what is in it: depth first, by descriptors, links never followed; folders made unreadable are
    opened up first. Not recursive in Python: a hostile tree may be deeper than its stack."""
    stack = [(name, *_listed(name, parent))]
    try:
        while stack:
            name, fd, children = stack[-1]
            if children:
                child = children.pop()
                if stat.S_ISDIR(os.stat(child, dir_fd=fd, follow_symlinks=False).st_mode):
                    stack.append((child, *_listed(child, fd)))
                else:
                    os.unlink(child, dir_fd=fd)
                continue
            stack.pop()
            os.close(fd)
            os.rmdir(name, dir_fd=stack[-1][1] if stack else parent)
    finally:
        for _, fd, _ in stack:
            os.close(fd)


def _listed(name: str, parent: int) -> tuple[int, list[str]]:
    fd = enter(name, parent)
    try:
        return fd, os.listdir(fd)  # noqa: PTH208 - of a descriptor, not a path
    except BaseException:
        os.close(fd)
        raise


def enter(name: str, parent: int) -> int:
    """A descriptor of a folder in a folder; no link is followed."""
    flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        return os.open(name, flags, dir_fd=parent)
    except PermissionError:
        held = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
        try:
            Path(f"/proc/self/fd/{held}").chmod(0o700)  # by descriptor: never what a link points to
        finally:
            os.close(held)
        return os.open(name, flags, dir_fd=parent)
