"""Uploading a catalog: the artefacts that a dbt project's CI made, or an Ossie model, tried and then put in use whole.

The files go into the object store under their hashes, so that every process and every restart finds them. The last
`KEPT` uploads of a project are remembered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.audit.log import Action, Subject, record
from vitrail.catalog.changes import Change, diff, in_words
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, FieldId, Problem
from vitrail.catalog.ossie_document import SUFFIXES
from vitrail.db.base import new_id, now
from vitrail.errors import InvalidInput, NotFound
from vitrail.identity.person import Person
from vitrail.identity.tables import PersonRow
from vitrail.projects.catalogs import Upload, digest_of
from vitrail.projects.tables import CatalogUploadRow, ProjectRow
from vitrail.services import Services

KEPT = 20
MOST_CHANGES = 500
PARTS = {
    "manifest": "target/manifest.json",
    "semantic_manifest": "target/semantic_manifest.json",
    "catalog": "target/catalog.json",
    "config": "lightdash.config.yml",
    "ossie": "model.ossie.yaml",
}
"""What may be uploaded, by the name of the form's part → where it lies in the folder that is then read."""


class CatalogRefused(InvalidInput):
    """Nothing could be asked of it; the details are its problems."""

    title = "The catalog can't be used"
    code = "catalog-refused"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """An upload that is now in use, with what it changed."""

    row: CatalogUploadRow
    catalog: Catalog
    changes: tuple[Change, ...]


def place_of(part: str, filename: str | None) -> str:
    """Where a part lies in the folder that is read. Of the client's own file name nothing is used but an Ossie file's
    ending. Raises `InvalidInput` for a part that is not known."""
    if part not in PARTS:
        raise InvalidInput(
            f"The form has a part {part[:60]!r}, which is not known.", cure=f"Send {', '.join(PARTS)}, each as a file."
        )
    if part == "ossie" and (filename or "").endswith(".json"):
        return f"model{SUFFIXES[-1]}"
    return PARTS[part]


def checked_parts(parts: Iterable[str]) -> None:
    """Raises `InvalidInput` unless the parts make one catalog."""
    given = set(parts)
    if "ossie" in given and "manifest" in given:
        raise InvalidInput("Both a manifest and an Ossie model were sent.", cure="Send one of the two.")
    if not given & {"ossie", "manifest"}:
        raise InvalidInput(
            "Neither a manifest nor an Ossie model was sent.",
            cure="Send -F manifest=@target/manifest.json or -F ossie=@model.ossie.yaml.",
        )
    if "ossie" in given and given - {"ossie"}:
        raise InvalidInput("Parts of a dbt project came with an Ossie model.", cure="Send the Ossie model alone.")


async def put_in_use(
    services: Services, by: Person, project_id: str, folder: Path, adapter: str, before: Catalog | None
) -> Uploaded:
    """Load the catalog of a folder with uploaded files; when something in it can be asked, store it and switch the
    project to it. `before`: what it takes the place of. Raises `ProjectUnreadable`, `CatalogRefused`."""
    catalog = await asyncio.to_thread(load_catalog, folder, adapter)
    if not catalog.explores:
        raise _refused(catalog.problems)
    changes = diff(before, catalog) if before is not None else ()
    files = await asyncio.to_thread(_files, folder)
    row = CatalogUploadRow(
        id=new_id(),
        project_id=project_id,
        creator_id=by.id,
        created_at=now(),
        version=catalog.version,
        files=files,
        explores=len(catalog.explores),
        fields=len(field_ids(catalog)),
        problems=len(catalog.problems),
        changes=[asdict(change) for change in changes[:MOST_CHANGES]],
    )
    upload = as_upload(row)
    for file in files:
        await services.store.put_file(upload.key(file["sha256"]), folder / file["name"])
    async with services.db.session() as session:
        gone = await _switch(session, by, row, changes)
    for digest in gone:
        await services.store.delete(upload.key(digest))
    return Uploaded(row, catalog, changes)


def as_upload(row: CatalogUploadRow) -> Upload:
    return Upload(row.id, row.project_id, tuple((file["name"], file["sha256"]) for file in row.files))


async def in_use(session: AsyncSession, project: ProjectRow) -> Upload | None:
    """The upload that a project uses."""
    if project.catalog_upload_id is None:
        return None
    row = await session.get(CatalogUploadRow, project.catalog_upload_id)
    return as_upload(row) if row else None


async def history(session: AsyncSession, project_id: str) -> list[tuple[CatalogUploadRow, str | None]]:
    """The uploads that are remembered, the newest first, each with the name of whoever uploaded it."""
    found = (
        select(CatalogUploadRow, PersonRow.name)
        .outerjoin(PersonRow, PersonRow.id == CatalogUploadRow.creator_id)
        .where(CatalogUploadRow.project_id == project_id)
        .order_by(CatalogUploadRow.created_at.desc(), CatalogUploadRow.id)
    )
    return [(row, name) for row, name in await session.execute(found)]


def field_ids(catalog: Catalog) -> set[FieldId]:
    """The fields of all explores that can be asked for."""
    found: set[FieldId] = set()
    for explore in catalog.explores.values():
        found |= {each.id for each in explore.dimensions() if not each.private}
        found |= {each.id for each in explore.metrics() if not each.private}
    return found


async def _switch(session: AsyncSession, by: Person, row: CatalogUploadRow, changes: tuple[Change, ...]) -> set[str]:
    """Puts an upload in use; the answer is the hashes of files that none of the remembered uploads has any more."""
    project = await session.get(ProjectRow, row.project_id)
    if project is None:
        raise NotFound("There is no such project.", cure="Choose a project from the list.")
    session.add(row)
    project.catalog_upload_id = row.id
    await session.flush()
    await record(
        session,
        Action.CATALOG_UPLOADED,
        actor=by,
        subject=Subject("project", project.id, project.name),
        organization_id=project.organization_id,
        project_id=project.id,
        details={"explores": row.explores, "changes": in_words(changes), "version": row.version},
    )
    rows = [each for each, _ in await history(session, row.project_id)]
    kept = {file["sha256"] for each in rows[:KEPT] for file in each.files}
    gone = {file["sha256"] for each in rows[KEPT:] for file in each.files} - kept
    for each in rows[KEPT:]:
        await session.delete(each)
    return gone


def _files(folder: Path) -> list[dict[str, Any]]:
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return [
        {"name": str(path.relative_to(folder)), "sha256": digest_of(path), "bytes": path.stat().st_size}
        for path in found
    ]


def _refused(problems: tuple[Problem, ...]) -> CatalogRefused:
    first = next((problem for problem in problems if problem.fatal), None)
    more = f" {first.cause}" if first else ""
    return CatalogRefused(
        f"Nothing in it can be asked.{more}",
        cure="Correct what is named; `vitrail catalog check` shows the same on your side.",
        details=[
            {
                "title": problem.title,
                "cause": problem.cause,
                "cure": problem.cure,
                "where": str(problem.origin) if problem.origin else None,
            }
            for problem in problems[:200]
        ],
    )
