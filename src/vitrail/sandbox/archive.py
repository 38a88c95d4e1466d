"""A workspace as one blob: a tar compressed with zstd, written and read without trusting either side.

Reading a workspace: folders, regular files and symlinks, by descriptors, no link followed; devices, sockets and FIFOs
are left out. Writing one: an archive is checked member by member before the old content goes. Blocking: call it from
a thread.
"""

from __future__ import annotations

import contextlib
import io
import os
import posixpath
import shutil
import stat
import tarfile
from collections.abc import Iterator
from typing import IO, cast

import zstandard

from vitrail.sandbox.errors import ArchiveRefused, SandboxLimit
from vitrail.sandbox.files import acting_as, enter, remove_tree

DEPTH = 64  # folders within folders
FULL = "Delete what is not needed from the workspace, or raise the sandbox's limits."


def _walk(fd: int, path: str, depth: int = 0) -> Iterator[tuple[int, str, str, os.stat_result]]:
    """(folder descriptor, name, path, status) of everything below, folders before what is in them, names sorted."""
    for name in sorted(os.listdir(fd)):
        status = os.stat(name, dir_fd=fd, follow_symlinks=False)
        full = posixpath.join(path, name)
        yield fd, name, full, status
        if stat.S_ISDIR(status.st_mode):
            if depth >= DEPTH:
                raise SandboxLimit(f"The workspace has folders more than {DEPTH} deep.", cure=FULL)
            child = enter(name, fd)
            try:
                yield from _walk(child, full, depth + 1)
            finally:
                os.close(child)


def pack(workspace: int, *, uid: int | None, max_bytes: int, max_files: int) -> bytes:
    """The folder behind this descriptor as an archive. Same content, same bytes: no times, owners or random names."""
    buffer = io.BytesIO()
    files = size = 0
    with (
        acting_as(uid),
        zstandard.ZstdCompressor(level=3, write_checksum=True).stream_writer(buffer, closefd=False) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        for folder, name, path, status in _walk(workspace, ""):
            files += 1
            member = tarfile.TarInfo(path)
            member.mode = stat.S_IMODE(status.st_mode) & 0o777
            if stat.S_ISDIR(status.st_mode):
                member.type = tarfile.DIRTYPE
                tar.addfile(member)
            elif stat.S_ISLNK(status.st_mode):
                member.type, member.linkname = tarfile.SYMTYPE, os.readlink(name, dir_fd=folder)
                tar.addfile(member)
            elif stat.S_ISREG(status.st_mode):
                content = _content(folder, name, max_bytes - size)
                size += len(content)
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
            if files > max_files or size > max_bytes:
                raise SandboxLimit(f"The workspace holds more than {max_files} files or {max_bytes} bytes.", cure=FULL)
    return buffer.getvalue()


def _content(folder: int, name: str, most: int) -> bytes:
    """Of a regular file; one byte more than `most` at most, so that the caller sees that it was too much."""
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):  # swapped since it was looked at
            return b""
        return file.read(most + 1)


@contextlib.contextmanager
def _opened(data: bytes, max_bytes: int, max_files: int) -> Iterator[tarfile.TarFile]:
    """A tar to read from, which ends in an error where a bomb would go on: headers count too."""
    stream = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(io.BytesIO(data))
    bounded = cast(IO[bytes], _Bounded(stream, max_bytes + max_files * 1536 + (1 << 20)))
    try:
        with tarfile.open(fileobj=bounded, mode="r|") as tar:
            yield tar
    except (tarfile.TarError, zstandard.ZstdError, EOFError, UnicodeError, ValueError) as error:
        raise ArchiveRefused(
            f"It is not a zstd-compressed tar of a workspace, or it is damaged ({type(error).__name__}).",
            cure="Use an archive that was made by exporting a workspace.",
        ) from error


def check(data: bytes, *, max_bytes: int, max_files: int) -> None:
    """Read all of it, keep nothing. Raises `ArchiveRefused`."""
    links: set[str] = set()
    files = size = 0
    with _opened(data, max_bytes, max_files) as tar:
        for member in tar:
            path = _checked(member, links)
            files, size = files + 1, size + member.size
            if files > max_files or size > max_bytes:
                raise ArchiveRefused(
                    f"It holds more than {max_files} files or {max_bytes} bytes.",
                    cure="Use a smaller archive, or raise the sandbox's limits.",
                )
            if member.issym():
                links.add(path)


def _checked(member: tarfile.TarInfo, links: set[str]) -> str:
    path = posixpath.normpath(member.name)
    parts = path.split("/")
    reason = None
    if member.name.startswith("/") or ".." in member.name.split("/"):
        reason = "a name that leads outside"
    elif not (member.isreg() or member.isdir() or member.issym()):
        reason = "a hard link, device, FIFO or other special file"
    elif len(parts) > DEPTH or len(path) > 4000:
        reason = "a path that is too long or too deep"
    elif any("/".join(parts[:count]) in links for count in range(1, len(parts))):
        reason = "a file below a symlink"
    if reason:
        raise ArchiveRefused(
            f"It holds {reason}: {member.name[:200]!r}.", cure="Use an archive that was made by exporting a workspace."
        )
    return "" if path == "." else path


class _Bounded:
    """A stream that ends with an error where a decompression bomb would go on."""

    def __init__(self, stream: zstandard.ZstdDecompressionReader, most: int) -> None:
        self._stream, self._left = stream, most

    def read(self, count: int = -1) -> bytes:
        data = self._stream.read(min(count, 1 << 20) if count >= 0 else 1 << 20)
        self._left -= len(data)
        if self._left < 0:
            raise ValueError("the archive is too large")
        return data


def unpack(workspace: int, data: bytes, *, uid: int | None, max_bytes: int, max_files: int) -> None:
    """Replace the content of the folder behind this descriptor. Raises `ArchiveRefused`, and then changed nothing:
    the archive is read twice, first to check it, so that it never lies in memory unpacked."""
    check(data, max_bytes=max_bytes, max_files=max_files)
    with acting_as(uid), _opened(data, max_bytes, max_files) as tar:
        empty(workspace)
        modes: list[tuple[str, int]] = []
        for member in tar:
            path = posixpath.normpath(member.name)
            if path == ".":
                continue
            folder = _make_folders(workspace, posixpath.dirname(path))
            name = posixpath.basename(path)
            try:
                if member.isdir():
                    os.close(_make_folders(folder, name))
                    modes.append((path, member.mode & 0o777))
                elif member.issym():
                    os.symlink(member.linkname, name, dir_fd=folder)
                else:
                    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
                    with os.fdopen(os.open(name, flags, 0o600, dir_fd=folder), "wb") as file:
                        shutil.copyfileobj(tar.extractfile(member) or io.BytesIO(), file)
                        os.fchmod(file.fileno(), member.mode & 0o777)
            finally:
                os.close(folder)
        for path, mode in reversed(modes):  # last, and innermost first: a folder may be closed to its owner
            folder = _make_folders(workspace, path)
            os.fchmod(folder, mode)
            os.close(folder)


def _make_folders(parent: int, path: str) -> int:
    """A descriptor of `path` below `parent`, made where missing; no link is followed."""
    fd = os.dup(parent)
    for name in [part for part in path.split("/") if part]:
        with contextlib.suppress(FileExistsError):
            os.mkdir(name, 0o755, dir_fd=fd)
        try:
            child = enter(name, fd)
        finally:
            os.close(fd)
        fd = child
    return fd


def empty(folder: int) -> None:
    """Delete everything in it; the folder stays."""
    for name in os.listdir(folder):
        if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
            remove_tree(name, folder)
        else:
            os.unlink(name, dir_fd=folder)
