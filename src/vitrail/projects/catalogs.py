"""Each project's catalog as it stands: loaded when it is first asked for and again when what it is read from changed.

A new catalog takes the old one's place whole. What can't be read leaves the last good one in use and is said to those
who manage the project and in the log; so is what each reload changed.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from vitrail.catalog.adapters import adapter_of_address
from vitrail.catalog.changes import Change, diff, in_words
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog
from vitrail.catalog.sources import find_source, source_files
from vitrail.db.base import now
from vitrail.errors import VitrailError
from vitrail.projects.service import Connection
from vitrail.storage.store import ObjectStore

log = logging.getLogger(__name__)

LOOK_AGAIN_S = 2.0
"""How long many files may go unlooked at; a manifest, being few, is looked at each time."""
TRY_AGAIN_S = 15.0
FEW = 4
TOLD = 30
"""Changes that are written to the log at most."""

Stamp = tuple[tuple[str, int, int], ...]
"""Names, modification times in nanoseconds and sizes: what is read is read again when one of them changes."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was uploaded: (name in the folder that is read, hash) of each file."""

    id: str
    project_id: str
    files: tuple[tuple[str, str], ...]

    def key(self, digest: str) -> str:
        return f"catalogs/{self.project_id}/{digest}"


@dataclass(slots=True)
class Standing:
    """A project's catalog in use. `changes`: what its last reload in this process changed. `failed`: why the newest
    could not take its place."""

    catalog: Catalog
    place: str
    source: str
    loaded_at: datetime
    stamp: Stamp
    changes: tuple[Change, ...] = ()
    failed: VitrailError | None = None
    failed_stamp: Stamp = ()
    try_again: float = 0.0


@dataclass(slots=True)
class ProjectCatalogs:
    """The catalogs that this process holds. Callers see to it that a project is asked for once at a time."""

    store: ObjectStore
    _standing: dict[str, Standing] = field(default_factory=dict)
    _looked: dict[str, tuple[float, str, Stamp]] = field(default_factory=dict)

    async def standing(self, project_id: str, connection: Connection, upload: Upload | None) -> Standing:
        """The catalog in use, loaded anew where it has to be. Raises the loader's `VitrailError` when there is none
        to go on with."""
        kept = self._standing.get(project_id)
        place = "upload" if upload else str(connection.dbt_dir)
        stamp = ((upload.id, 0, 0),) if upload else await self._stamp(project_id, connection.dbt_dir)
        if kept is not None and kept.place == place:
            if kept.stamp == stamp:
                kept.failed = None
                return kept
            if kept.failed is not None and kept.failed_stamp == stamp and time.monotonic() < kept.try_again:
                return kept
        try:
            source, catalog = await self._load(connection, upload)
        except VitrailError as error:
            if kept is None or kept.place != place:
                raise
            if kept.failed is None or kept.failed_stamp != stamp:
                log.warning("The changed catalog of project %s can't be used; the last good one is: %s",
                            project_id, error)  # fmt: skip
            kept.failed, kept.failed_stamp, kept.try_again = error, stamp, time.monotonic() + TRY_AGAIN_S
            return kept
        changes = diff(kept.catalog, catalog) if kept is not None else ()
        if kept is not None:
            _tell(project_id, catalog, changes)
        found = Standing(catalog, place, source, now(), stamp, changes)
        self._standing[project_id] = found
        return found

    def holds(self, project_id: str) -> Catalog | None:
        """The catalog in use, where one was loaded."""
        kept = self._standing.get(project_id)
        return kept.catalog if kept else None

    async def _stamp(self, project_id: str, folder: Path | None) -> Stamp:
        if folder is None:
            return ()
        looked = self._looked.get(project_id)
        if looked is not None and looked[1] == str(folder) and time.monotonic() - looked[0] < LOOK_AGAIN_S:
            return looked[2]
        stamp = await asyncio.to_thread(folder_stamp, folder)
        if len(stamp) > FEW:
            self._looked[project_id] = (time.monotonic(), str(folder), stamp)
        return stamp

    async def _load(self, connection: Connection, upload: Upload | None) -> tuple[str, Catalog]:
        adapter = adapter_of_address(connection.warehouse_url)
        if upload is None:
            if connection.dbt_dir is None:
                raise NothingUploaded(
                    "No catalog was uploaded to this project yet.",
                    cure="Run `vitrail catalog upload` in the dbt project's folder, or connect a folder.",
                )
            kind = await asyncio.to_thread(lambda: find_source(connection.dbt_dir or Path()).kind)
            return kind.value, await asyncio.to_thread(load_catalog, connection.dbt_dir, adapter)
        with tempfile.TemporaryDirectory(prefix="vitrail-catalog-") as name:
            folder = Path(name)
            for file, digest in upload.files:
                target = folder / file
                target.parent.mkdir(parents=True, exist_ok=True)
                await self.store.get_file(upload.key(digest), target)
                if await asyncio.to_thread(digest_of, target) != digest:
                    raise ProjectUnreadable(
                        f"The stored {file} is not what was uploaded.", cure="Upload the catalog again."
                    )
            return "upload", await asyncio.to_thread(load_catalog, folder, adapter)


class NothingUploaded(ProjectUnreadable):
    """A project without a folder, to which nothing was uploaded yet."""

    status = 409
    title = "There is no catalog yet"
    code = "no-catalog"


def digest_of(path: Path) -> str:
    """A file's SHA-256, as hexadecimal text."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(1024 * 1024):
            digest.update(piece)
    return digest.hexdigest()


def folder_stamp(place: Path) -> Stamp:
    """What a folder's catalog is read from, as it is now; empty when nothing can be read. Blocking."""
    try:
        return tuple(_stats(source_files(place)))
    except (OSError, VitrailError):
        return ()


def _stats(files: Iterable[Path]) -> Iterable[tuple[str, int, int]]:
    for file in files:
        found = file.stat()
        yield str(file), found.st_mtime_ns, found.st_size


def _tell(project_id: str, catalog: Catalog, changes: tuple[Change, ...]) -> None:
    lines = "".join(f"\n  {change}" for change in changes[:TOLD])
    if len(changes) > TOLD:
        lines += f"\n  and {len(changes) - TOLD} more"
    words = in_words(changes)
    log.info("The catalog of project %s was loaded again, version %s: %s%s", project_id, catalog.version, words, lines)
