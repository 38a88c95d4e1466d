"""Connecting a project: where a dbt folder and a warehouse may lie, and whether they work together.

Whoever administers the organisation in the page is not whoever runs the machine: the page connects only what lies
below `VITRAIL_PROJECTS_DIR`. `vitrail projects`, on the machine itself, connects any folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from vitrail.catalog.load import load_catalog
from vitrail.catalog.manifest import manifest_path
from vitrail.catalog.model import Catalog, FieldId, Problem, Table
from vitrail.errors import InvalidInput, VitrailError
from vitrail.projects.service import Connection
from vitrail.warehouse.connect import connect
from vitrail.warehouse.errors import WarehouseFailed
from vitrail.warehouse.protocol import Warehouse

DEEPEST = 4  # below the projects' folder
MOST_SOURCES = 200
MOST_TABLES = 500
PROBE_S = 10.0
_SKIPPED = frozenset({"target", "dbt_packages", "node_modules", "logs"})


class NotConnected(InvalidInput):
    """The folder and the warehouse do not work together."""

    title = "The project can't be connected"
    code = "not-connected"


@dataclass(frozen=True, slots=True)
class Found:
    """What a connection gave when it was tried: explores, fields of all of them, and every problem met."""

    explores: int
    fields: int
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """What could be connected, as paths below the projects' folder."""

    dbt: tuple[str, ...]
    warehouses: tuple[str, ...]


def below(root: Path, dbt: str, warehouse: str) -> Connection:
    """A connection of things below `root`, named by paths relative to it. Raises `InvalidInput`."""
    scheme = urlsplit(warehouse).scheme.lower() if "://" in warehouse else ""
    if scheme not in ("", "duckdb"):
        return Connection(_inside(root, dbt, "The dbt folder"), warehouse)
    path = unquote(warehouse.split("://", 1)[1]) if scheme else warehouse
    return Connection(_inside(root, dbt, "The dbt folder"), f"duckdb:///{_inside(root, path, 'The warehouse')}")


def anywhere(dbt: Path, warehouse: str) -> Connection:
    """A connection as the operator names it on the machine: relative paths are meant from the working folder."""
    scheme = urlsplit(warehouse).scheme.lower() if "://" in warehouse else ""
    if not scheme:
        warehouse = f"duckdb:///{Path(warehouse).resolve()}"
    return Connection(dbt.resolve(), warehouse)


def shown(root: Path, connection: Connection) -> tuple[str, str]:
    """The dbt folder and the warehouse as they may be shown: relative below the projects' folder, never a password."""
    warehouse = connection.warehouse_url
    parts = urlsplit(warehouse)
    if parts.scheme == "duckdb":
        return _relative(root, connection.dbt_dir), _relative(root, Path("/" + unquote(warehouse[9:]).lstrip("/")))
    where = (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    return _relative(root, connection.dbt_dir), f"{parts.scheme}://{where}{parts.path}"


def sources(root: Path) -> Sources:
    """The dbt folders that have a manifest and the DuckDB files below `root`. Blocking; links are not followed."""
    dbt, warehouses = [], []
    for folder in _folders(root.resolve(), DEEPEST):
        name = str(folder.relative_to(root.resolve()))
        try:
            manifest_path(folder)
            dbt.append(name)
        except VitrailError:
            pass
        try:
            files = sorted(folder.glob("*.duckdb"))
        except OSError:
            continue
        warehouses += [str(file.relative_to(root.resolve())) for file in files if file.is_file()]
        if len(dbt) + len(warehouses) > MOST_SOURCES:
            break
    return Sources(tuple(dbt), tuple(warehouses))


async def try_out(connection: Connection) -> Found:
    """Reads the catalog, opens the warehouse, and asks each table for nothing at all, which tells whether it is there.

    Raises `NotConnected` when no table could be asked; the loader's or the warehouse's own error when they fail as a
    whole.
    """
    catalog = await asyncio.to_thread(load_catalog, connection.dbt_dir)
    tables = _tables(catalog)
    warehouse = await asyncio.to_thread(connect, connection.warehouse_url)
    try:
        missing = [problem for table in tables[:MOST_TABLES] if (problem := await _missing(table, warehouse))]
    finally:
        await warehouse.close()
    if len(missing) == len(tables[:MOST_TABLES]):
        first = next(iter([*missing, *(problem for problem in catalog.problems if problem.fatal)]))
        raise NotConnected(f"{first.title}: {first.cause}", cure=first.cure)
    return Found(len(catalog.explores), len(_fields(catalog)), (*catalog.problems, *missing))


def _fields(catalog: Catalog) -> set[FieldId]:
    found: set[FieldId] = set()
    for explore in catalog.explores.values():
        found |= {dimension.id for dimension in explore.dimensions()} | {metric.id for metric in explore.metrics()}
    return found


def _tables(catalog: Catalog) -> list[Table]:
    """One table for each relation that an explore reads."""
    found = {table.relation: table for explore in catalog.explores.values() for table in explore.tables.values()}
    return list(found.values())


async def _missing(table: Table, warehouse: Warehouse) -> Problem | None:
    try:
        await warehouse.execute(f"SELECT * FROM {table.relation} LIMIT 0", timeout_s=PROBE_S)  # noqa: S608 - checked
    except WarehouseFailed as error:
        return Problem(
            f"{table.relation} can't be read",
            error.cause,
            "Run dbt against this warehouse, or choose the one it was run against.",
            origin=table.origin,
            fatal=True,
        )
    return None


def _inside(root: Path, name: str, what: str) -> Path:
    root = root.resolve()
    path = (root / name).resolve()
    if not path.is_relative_to(root):
        raise InvalidInput(
            f"{what} lies outside the folder that projects are connected from.",
            cure=f"Put it below {root} (VITRAIL_PROJECTS_DIR), or run `vitrail projects` on the machine itself.",
        )
    return path


def _relative(root: Path, path: Path) -> str:
    root = root.resolve()
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def _folders(folder: Path, deep: int) -> Iterator[Path]:
    yield folder
    if deep == 0:
        return
    try:
        inside = sorted(folder.iterdir())
    except OSError:
        return
    for each in inside:
        if each.is_dir() and not each.is_symlink() and each.name not in _SKIPPED and not each.name.startswith("."):
            yield from _folders(each, deep - 1)
