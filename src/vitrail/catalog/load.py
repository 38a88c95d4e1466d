"""Where a catalog is written → a `Catalog`."""

from __future__ import annotations

from pathlib import Path

from vitrail.catalog.adapters import sql_dialect
from vitrail.catalog.dbt_semantic.reader import read_semantics
from vitrail.catalog.explores import ExploreReader
from vitrail.catalog.lightdash_yaml import TableReader
from vitrail.catalog.manifest import Project
from vitrail.catalog.model import Catalog, Explore, ExploreName, Problem, Table
from vitrail.catalog.parameter_yaml import check_options, model_parameters
from vitrail.catalog.project_config import read_settings
from vitrail.catalog.sets import Sets
from vitrail.catalog.side_doors import close_side_doors
from vitrail.catalog.sources import read_source


def load_catalog(place: Path, adapter: str | None = None) -> Catalog:
    """Read what a folder (or an Ossie file) holds into a catalog; `sources` says what may be there and what comes
    first. `adapter` is the warehouse's kind (`duckdb`, `postgres`, …) for sources that don't say it themselves. One
    bad model, join or field becomes a problem of the catalog.

    Raises `ProjectUnreadable` when there is nothing to read or it can't be used at all.
    """
    return build_catalog(read_source(Path(place), adapter))


def build_catalog(project: Project) -> Catalog:
    """A project's models as explores, with every problem met."""
    dialect = sql_dialect(project.adapter)
    settings = read_settings(project, dialect)
    settings.add(model_parameters(project))
    tables: dict[str, Table] = {}
    sets: dict[str, Sets] = {}
    for name, model in project.models.items():
        read = TableReader(project, model, dialect, settings)
        if read.table is not None:
            tables[name], sets[name] = read.table, read.sets
    for problem in close_side_doors(tables, dialect):
        project.problems.append(problem)
    check_options(project, settings.parameters, tables)
    reader = ExploreReader(project, tables, dialect, settings, sets)
    explores: dict[ExploreName, Explore] = {}
    for name in tables:
        if name in project.joined_only:
            continue
        for explore in reader.read(project.models[name]):
            explores[explore.name] = explore
    semantic = read_semantics(project, tables, {*explores}, dialect)
    explores |= {explore.name: explore for explore in semantic.explores}
    if not explores:
        project.problems.append(
            Problem(
                "Nothing to ask",
                "No model of the project could be used.",
                "Describe a model's columns in YAML, and run `dbt parse`.",
                fatal=True,
            )
        )
    problems = tuple(problem for problem in project.problems if problem not in semantic.answered)
    return Catalog(
        explores,
        project.version,
        problems,
        parameters=settings.parameters,
        groups=settings.groups,
        saved_queries=semantic.saved_queries,
    )
