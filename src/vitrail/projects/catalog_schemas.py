"""What goes over the wire about a project's catalog as a whole: how it stands, what changed, what was uploaded."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pydantic import Field

from vitrail.catalog.changes import Change, Kind, What
from vitrail.catalog.model import Problem
from vitrail.errors import VitrailError
from vitrail.projects.catalog_uploads import field_ids
from vitrail.projects.catalogs import Standing
from vitrail.projects.tables import CatalogUploadRow
from vitrail.wire import Wire

MOST_PROBLEMS = 500
MOST_CHANGES = 500


class CatalogProblem(Wire):
    title: str
    cause: str
    cure: str
    where: str | None = Field(description="File and line, or the model, as far as known.")
    fatal: bool = Field(description="Something was left out because of it.")


class CatalogChange(Wire):
    kind: Kind
    what: What
    explore: str
    name: str = Field(description="An explore's name or a field's id.")
    before: str | None = Field(description="The old name of what was renamed, the old type of what was retyped.")
    after: str | None


class CatalogUpload(Wire):
    """One upload: when, by whom, and what was in it."""

    id: str
    created_at: datetime
    by: str | None = Field(description="Null once that person or service account was deleted.")
    version: str
    explores: int
    fields: int
    problems: int
    changes: list[CatalogChange] = Field(description="What it changed; the first so many.")
    in_use: bool


class CatalogState(Wire):
    """A project's catalog as it stands."""

    source: str = Field(description="Where it is read from: dbt target, dbt checkout, Ossie, or upload.")
    version: str
    loaded_at: datetime = Field(description="When the process that answers loaded it.")
    explores: int
    fields: int
    failed: CatalogProblem | None = Field(description="Why the newest could not be used; the one before stays in use.")
    problems: list[CatalogProblem]
    changes: list[CatalogChange] = Field(description="What the last reload changed; the first so many.")
    uploaded_at: datetime | None
    uploaded_by: str | None


class CatalogUploaded(Wire):
    """An upload that was put in use."""

    version: str
    explores: int
    fields: int
    counts: dict[str, int] = Field(description="How many changes of each kind.")
    changes: list[CatalogChange]
    problems: list[CatalogProblem]


def problem_out(problem: Problem) -> CatalogProblem:
    return CatalogProblem(
        title=problem.title,
        cause=problem.cause,
        cure=problem.cure,
        where=str(problem.origin) if problem.origin else None,
        fatal=problem.fatal,
    )


def changes_out(changes: Iterable[Change]) -> list[CatalogChange]:
    return [CatalogChange.model_validate(change) for change in changes][:MOST_CHANGES]


def problems_out(problems: Iterable[Problem]) -> list[CatalogProblem]:
    """Those that left something out first."""
    return [problem_out(each) for each in sorted(problems, key=lambda each: not each.fatal)][:MOST_PROBLEMS]


def failure_out(error: VitrailError) -> CatalogProblem:
    return CatalogProblem(title=error.title, cause=error.cause, cure=error.cure, where=None, fatal=True)


def upload_out(row: CatalogUploadRow, by: str | None, current: str | None) -> CatalogUpload:
    known: dict[str, Any] = {name: getattr(row, name) for name in ("id", "created_at", "version", "explores", "fields")}
    changes = [CatalogChange.model_validate(each) for each in row.changes]
    return CatalogUpload(**known, by=by, problems=row.problems, changes=changes, in_use=row.id == current)


def state_out(standing: Standing, uploaded: CatalogUpload | None) -> CatalogState:
    catalog = standing.catalog
    return CatalogState(
        source=standing.source,
        version=catalog.version,
        loaded_at=standing.loaded_at,
        explores=len(catalog.explores),
        fields=len(field_ids(catalog)),
        failed=failure_out(standing.failed) if standing.failed else None,
        problems=problems_out(catalog.problems),
        changes=changes_out(standing.changes) or (uploaded.changes if uploaded else []),
        uploaded_at=uploaded.created_at if uploaded else None,
        uploaded_by=uploaded.by if uploaded else None,
    )
