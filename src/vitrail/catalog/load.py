"""A dbt folder → a `Catalog`."""

from __future__ import annotations

from pathlib import Path

from vitrail.catalog.explores import ExploreReader
from vitrail.catalog.lightdash_yaml import TableReader
from vitrail.catalog.manifest import read_project
from vitrail.catalog.model import Catalog, Explore, ExploreName, Problem, Table
from vitrail.catalog.side_doors import close_side_doors

# dbt's adapter names → sqlglot's names, where they differ.
_DIALECTS = {"sqlserver": "tsql", "synapse": "tsql", "fabric": "tsql", "spark": "spark", "athena": "athena"}
_KNOWN = frozenset(
    (
        *("athena", "bigquery", "clickhouse", "databricks", "duckdb", "postgres"),
        *("redshift", "snowflake", "spark", "trino", "tsql"),
    )
)


def load_catalog(dbt_dir: Path) -> Catalog:
    """Read a dbt project's manifest into a catalog. One bad model, join or field becomes a problem of the catalog.

    Raises `ProjectUnreadable` when there is no manifest or it can't be used at all.
    """
    project = read_project(Path(dbt_dir))
    dialect = _DIALECTS.get(project.adapter, project.adapter)
    dialect = dialect if dialect in _KNOWN else "duckdb"
    tables: dict[str, Table] = {}
    for name, model in project.models.items():
        table = TableReader(project, model, dialect).table
        if table is not None:
            tables[name] = table
    for problem in close_side_doors(tables, dialect):
        project.problems.append(problem)
    reader = ExploreReader(project, tables, dialect)
    explores: dict[ExploreName, Explore] = {}
    for name in tables:
        for explore in reader.read(project.models[name]):
            explores[explore.name] = explore
    if not explores:
        project.problems.append(
            Problem(
                "Nothing to ask",
                "No model of the project could be used.",
                "Describe a model's columns in YAML, and run `dbt parse`.",
                fatal=True,
            )
        )
    return Catalog(explores=explores, version=project.version, problems=tuple(project.problems))
