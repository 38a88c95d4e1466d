"""Connecting a project: where a dbt folder and a warehouse may lie, and whether they work together.

Whoever administers the organisation in the page is not whoever runs the machine: the page connects only what lies
below `VITRAIL_PROJECTS_DIR`. `vitrail projects`, on the machine itself, connects any folder.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from vitrail.catalog.adapters import adapter_of_address
from vitrail.catalog.load import load_catalog
from vitrail.catalog.model import Catalog, FieldId, Problem, Table
from vitrail.catalog.sources import find_source
from vitrail.errors import InvalidInput, VitrailError
from vitrail.projects.service import Connection
from vitrail.warehouse import address
from vitrail.warehouse.connect import connect, reaches_into_machine, scheme_of
from vitrail.warehouse.errors import WarehouseFailed
from vitrail.warehouse.protocol import Warehouse

DEEPEST = 4  # below the projects' folder
MOST_SOURCES = 200
MOST_TABLES = 500
PROBE_S = 60.0
"""A warehouse in a cloud may have to wake up."""
AT_ONCE = 4
_SKIPPED = frozenset({"target", "dbt_packages", "node_modules", "logs"})


class NotConnected(InvalidInput):
    """The folder and the warehouse do not work together."""

    title = "The project can't be connected"
    code = "not-connected"


NO_CATALOG = Problem(
    "There is no catalog yet",
    "The project has no folder, and nothing was uploaded to it.",
    "Run `vitrail catalog upload` in the dbt project's folder.",
)


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


def below(root: Path, dbt: str | None, warehouse: str, *, kept: str | None = None) -> Connection:
    """A connection of things below `root`, named by paths relative to it, or of a server across the network, by its
    address. `kept`: the warehouse's address, where it stays what it was. Raises `InvalidInput`."""
    folder = _inside(root, dbt, "The dbt folder") if dbt is not None else None
    if kept is not None:
        return Connection(folder, kept)
    scheme = scheme_of(warehouse)
    if scheme not in ("", "duckdb"):
        if reach := reaches_into_machine(warehouse):
            raise InvalidInput(
                f"The warehouse's address is about the machine that Vitrail runs on: {reach}.",
                cure="Name a server and what it asks for, or run `vitrail projects` on the machine itself.",
            )
        return Connection(folder, warehouse)
    path = unquote(warehouse.split("://", 1)[1]) if scheme else warehouse
    return Connection(folder, f"duckdb:///{_inside(root, path, 'The warehouse')}")


def anywhere(dbt: Path | None, warehouse: str) -> Connection:
    """A connection as the operator names it on the machine: relative paths are meant from the working folder."""
    if not scheme_of(warehouse):
        warehouse = f"duckdb:///{Path(warehouse).resolve()}"
    return Connection(dbt.resolve() if dbt is not None else None, warehouse)


def shown(root: Path, connection: Connection) -> tuple[str, str]:
    """The dbt folder and the warehouse as they may be shown: relative below the projects' folder, never a password."""
    warehouse = connection.warehouse_url
    folder = _relative(root, connection.dbt_dir) if connection.dbt_dir else ""
    if scheme_of(warehouse) == "duckdb":
        return folder, _relative(root, Path("/" + unquote(warehouse[9:]).lstrip("/")))
    return folder, address.shown(warehouse)


def sources(root: Path) -> Sources:
    """The folders that a catalog can be read from and the DuckDB files below `root`. Blocking; links are not
    followed."""
    dbt, warehouses = [], []
    for folder in _folders(root.resolve(), DEEPEST):
        name = str(folder.relative_to(root.resolve()))
        try:
            find_source(folder)
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


async def try_out(connection: Connection, catalog: Catalog | None = None) -> Found:
    """Reads the catalog (unless it is given, as one that was uploaded is), opens the warehouse, and asks each table for
    nothing at all, which tells whether it is there. Without any catalog only the warehouse is opened.

    Raises `NotConnected` when no table could be asked; the loader's or the warehouse's own error when they fail as a
    whole.
    """
    if catalog is None and connection.dbt_dir is not None:
        adapter = adapter_of_address(connection.warehouse_url)
        catalog = await asyncio.to_thread(load_catalog, connection.dbt_dir, adapter)
    tables = _tables(catalog) if catalog is not None else []
    warehouse = await asyncio.to_thread(connect, connection.warehouse_url)
    try:
        if catalog is None:
            await warehouse.execute("SELECT 1 AS here", timeout_s=PROBE_S)
            return Found(0, 0, (NO_CATALOG,))
        turns = asyncio.Semaphore(AT_ONCE)
        asked = await asyncio.gather(*(_missing(table, warehouse, turns) for table in tables[:MOST_TABLES]))
        missing = [problem for problem in asked if problem]
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


async def _missing(table: Table, warehouse: Warehouse, turns: asyncio.Semaphore) -> Problem | None:
    try:
        async with turns:
            # Not LIMIT 0, for which some engines read (and bill) the whole table.
            sql = f"SELECT * FROM {table.relation} AS probed WHERE 1 = 0"  # noqa: S608 - a relation that the loader has read
            await warehouse.execute(sql, timeout_s=PROBE_S)
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
