"""The vendor modules that apps import: which files an app needs, and their bytes, for every toolchain ever used.

A version names the toolchain that it was built with. Its modules are on the disk as long as that toolchain is; they
are kept in the object store as well, so that an upgrade, or another machine, still opens old versions.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from vitrail.access.decisions import not_found
from vitrail.sandbox.vendor import INDEX, VendorSet, accepted
from vitrail.storage.errors import ObjectMissing
from vitrail.storage.store import ObjectStore

TAG = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,63}")
MAX_KEPT = 256


@dataclass(frozen=True, slots=True)
class VendorFile:
    """What is sent: the bytes, and how they are encoded (`br`, `gzip` or nothing)."""

    data: bytes
    encoding: str | None


class Vendor:
    """Vendor modules by toolchain tag, read from the disk or the store and kept in memory."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._folders: dict[str, Path] = {}
        self._indexes: dict[str, VendorSet] = {}
        self._kept: dict[tuple[str, str], bytes] = {}

    async def use(self, tag: str, folder: Path) -> None:
        """The toolchain that builds now: its modules are on this disk, and are put into the store once. The index
        goes last, so that one that is there means that all of it is."""
        self._folders[tag] = folder
        if await self._store.exists(_key(tag, INDEX)):
            return
        for path in await asyncio.to_thread(_files, folder):
            await self._store.put(_key(tag, path.name), await asyncio.to_thread(path.read_bytes), "text/javascript")

    async def closure(self, tag: str, specifiers: Iterable[str]) -> list[tuple[str, str]]:
        """(specifier, file) of all that these modules import, directly or not. Raises `NotFound` for a toolchain
        that nothing is left of."""
        modules = await self._index(tag)
        return modules.closure(name for name in specifiers if name in modules.modules)

    async def addresses(self, tag: str, specifiers: Iterable[str] | None = None) -> tuple[tuple[str, str], ...]:
        """(specifier, path on this server) of these modules and of all that they import; None stands for every one."""
        modules = await self._index(tag)
        found = await self.closure(tag, modules.modules if specifiers is None else specifiers)
        return tuple((specifier, f"/vendor/{tag}/{file}") for specifier, file in found)

    async def file(self, tag: str, name: str, accept_encoding: str) -> VendorFile:
        """A module's bytes in the best encoding that `accept_encoding` (the header) allows. Raises `NotFound`."""
        if not (await self._index(tag)).holds(name):
            raise not_found("file")
        for encoding, ending in accepted(accept_encoding):
            return VendorFile(await self._bytes(tag, name + ending), encoding)
        return VendorFile(await self._bytes(tag, name), None)

    async def _index(self, tag: str) -> VendorSet:
        if not TAG.fullmatch(tag):
            raise not_found("toolchain")
        if tag not in self._indexes:
            folder = self._folders.get(tag, Path(tag))
            self._indexes[tag] = VendorSet.parse(tag, folder, await self._bytes(tag, INDEX))
        return self._indexes[tag]

    async def _bytes(self, tag: str, name: str) -> bytes:
        kept = self._kept.get((tag, name))
        if kept is None:
            folder = self._folders.get(tag)
            try:
                if folder is not None:
                    kept = await asyncio.to_thread((folder / name).read_bytes)
                else:
                    kept = await self._store.get(_key(tag, name))
            except (OSError, ObjectMissing):
                raise not_found("file") from None
            while len(self._kept) >= MAX_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[tag, name] = kept
        return kept


def _key(tag: str, name: str) -> str:
    return f"vendor/{tag}/{name}"


def _files(folder: Path) -> list[Path]:
    """Every file of a vendor folder, the index last."""
    return sorted((path for path in folder.iterdir() if path.is_file()), key=lambda path: (path.name == INDEX, path))
