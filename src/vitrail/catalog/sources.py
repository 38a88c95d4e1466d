"""Where a catalog can come from, and which comes first where several are there.

1. `target/manifest.json` (or `manifest.json`) of a dbt project: dbt has worked everything out.
2. `*.ossie.yaml`, `.yml` or `.json` in the folder, or one such file: Apache Ossie semantic models.
3. `dbt_project.yml`: a checkout of a dbt project, read by ourselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from vitrail.catalog.adapters import sql_dialect
from vitrail.catalog.dbt_checkout import checkout_files, read_checkout
from vitrail.catalog.dbt_project_file import PROJECT_FILE
from vitrail.catalog.errors import ProjectUnreadable
from vitrail.catalog.manifest import Project, find_manifest, manifest_files, read_project
from vitrail.catalog.ossie import read_ossie
from vitrail.catalog.ossie_document import SUFFIXES

MAX_FILES = 200


class Kind(StrEnum):
    MANIFEST = "dbt target"
    OSSIE = "Ossie"
    CHECKOUT = "dbt checkout"


@dataclass(frozen=True, slots=True)
class Source:
    """What is read: `folder` and, of Ossie, the files in it."""

    kind: Kind
    folder: Path
    files: tuple[Path, ...] = ()


def find_source(place: Path) -> Source:
    """What a folder or a file holds. Raises `ProjectUnreadable` when it is nothing that a catalog is read from."""
    if place.is_file() and place.name.endswith(SUFFIXES):
        return Source(Kind.OSSIE, place.parent, (place,))
    if not place.exists():
        raise ProjectUnreadable(f"There is no folder {place}.", cure="Give the folder that holds dbt_project.yml.")
    if not place.is_dir():
        raise ProjectUnreadable(
            f"{place} is not a folder, and not called *.ossie.yaml.", cure="Give a dbt project's folder."
        )
    if find_manifest(place) is not None:
        return Source(Kind.MANIFEST, place)
    if files := _ossie_files(place):
        return Source(Kind.OSSIE, place, files)
    if (place / PROJECT_FILE).is_file():
        return Source(Kind.CHECKOUT, place)
    raise ProjectUnreadable(
        f"{place} has no target/manifest.json, no *.ossie.yaml and no dbt_project.yml.",
        cure="Give the folder of a dbt project; `dbt parse` in it writes the manifest.",
    )


def read_source(place: Path, adapter: str | None = None) -> Project:
    """Read what is there. Raises `ProjectUnreadable`."""
    source = find_source(place)
    if source.kind is Kind.MANIFEST:
        return read_project(source.folder)
    if source.kind is Kind.OSSIE:
        return read_ossie(source.folder, source.files, adapter, sql_dialect(adapter or "duckdb"))
    return read_checkout(source.folder, adapter)


def source_files(place: Path) -> list[Path]:
    """The files that a catalog is read from; when one of them changes, so does the catalog. Raises
    `ProjectUnreadable`."""
    source = find_source(place)
    if source.kind is Kind.MANIFEST:
        return manifest_files(source.folder)
    return list(source.files) if source.kind is Kind.OSSIE else checkout_files(source.folder)


def _ossie_files(folder: Path) -> tuple[Path, ...]:
    try:
        found = sorted(each for each in folder.iterdir() if each.name.endswith(SUFFIXES))
    except OSError as error:
        raise ProjectUnreadable(
            f"{folder} can't be read: {error.strerror}.", cure="Make the folder readable for the server."
        ) from None
    root = folder.resolve()
    inside = tuple(each for each in found if each.is_file() and each.resolve().is_relative_to(root))
    if len(inside) > MAX_FILES:
        raise ProjectUnreadable(f"{folder} has more than {MAX_FILES} Ossie files.", cure="Point at fewer.")
    return inside
