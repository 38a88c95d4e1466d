"""Whether what a field, a join or a filter refers to is there, and may be referred to from there.

After `sound` every reference in a catalog leads somewhere, so that asking never meets a broken one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rapidfuzz import process

from vitrail.catalog.field_yaml import FORMULAS, WINDOWS
from vitrail.catalog.model import DefaultFilter, Dimension, Join, Metric, MetricType, Table, TableName
from vitrail.catalog.snippets import references

Tables = dict[TableName, Table]
Sizes = dict[str, int]

MAX_WRITTEN = 100_000
"""Characters of a field's SQL once all that it refers to is written out: a few fields that each name another twice make
a text that ends a process."""
ENDLESS = 10**9

_NO_NUMBERS = frozenset({MetricType.STRING, MetricType.DATE, MetricType.BOOLEAN})


def nearest(word: str, known: Sequence[str]) -> str:
    """`; did you mean 'x'?`, or nothing."""
    match = process.extractOne(word[:200], known, score_cutoff=60)
    return f"; did you mean {match[0]!r}?" if match else ""


def fields_of(table: Table) -> list[Dimension | Metric]:
    return [*table.dimensions.values(), *table.metrics.values()]


def sound(tables: Tables, tell: Callable[[Table, str, str], None]) -> Tables:
    """The tables without fields that refer to what is not there (it may be in another explore, or nowhere). `tell` is
    told the table, the field's name and the cause."""
    while True:
        broken: dict[TableName, set[str]] = {}
        known: Sizes = {}
        for table in tables.values():
            for field in fields_of(table):
                cause = broken_reference(field, table, tables, known)
                if cause is None:
                    continue
                broken.setdefault(table.name, set()).add(field.name)
                tell(table, field.name, cause)
        if not broken:
            return tables
        for name, left_out in broken.items():
            table = tables[name]
            tables[name] = replace(
                table,
                dimensions={k: v for k, v in table.dimensions.items() if k not in left_out},
                metrics={k: v for k, v in table.metrics.items() if k not in left_out},
            )


def unknown_field(join: Join, tables: Tables) -> str | None:
    """What is wrong with the fields that a join's condition names."""
    for reference in references(join.sql_on):
        table = tables[TableName(reference.table or join.table)]
        if reference.name not in table.dimensions:
            near = nearest(reference.name, list(table.dimensions))
            return f"its sql_on names {table.name}.{reference.name[:100]}, which does not exist{near}"
    if written_out(join.sql_on, tables[join.table], tables, {}) > MAX_WRITTEN:
        return _too_long("its sql_on")
    return None


def unknown_filter(given: DefaultFilter, base: Table, tables: Tables) -> str | None:
    """What is wrong with the field of a filter that an explore begins with."""
    holder, _, name = given.filter.dimension.rpartition(".")
    table = tables.get(TableName(holder or base.name))
    if table is None:
        return f"it names {given.filter.dimension[:100]}, and {holder[:60]} is not in this explore"
    if name not in table.dimensions:
        return f"it names {table.name}.{name[:60]}, which is no dimension{nearest(name, list(table.dimensions))}"
    return None


def broken_reference(field: Dimension | Metric, table: Table, tables: Tables, known: Sizes) -> str | None:
    """What is wrong with the fields that `field` is made of; None when nothing is."""
    if isinstance(field, Dimension) and "${" not in field.sql:
        return None
    dimensions: list[str] = []
    if isinstance(field, Metric):
        dimensions = [given.dimension for given in field.filters] + list(field.distinct_keys)
        if field.type in FORMULAS or field.type in WINDOWS:
            return _broken_formula(field, table, tables, known) or _broken_dimensions(dimensions, table, tables)
    if "${" in field.sql:
        found = [f"{r.table}.{r.name}" if r.table else r.name for r in references(field.sql)]
        if cause := _broken_dimensions(found, table, tables):
            return cause
        if found and (cause := _too_large(field, table, tables, known)):
            return cause
    return _broken_dimensions(dimensions, table, tables) if dimensions else None


def _broken_dimensions(names: Sequence[str], table: Table, tables: Tables) -> str | None:
    for written in names:
        holder, _, name = written.rpartition(".")
        target = tables.get(TableName(holder)) if holder else table
        if target is None:
            return f"it refers to {written[:100]}, and {holder[:60]} is not in this explore"
        if name in target.dimensions:
            continue
        full = f"{target.name}.{name[:100]}"
        if name in target.metrics:
            return f"it refers to the metric {full}; only a metric of type number, string, date or boolean may"
        return f"it refers to {full}, which does not exist{nearest(name, [*target.dimensions, *target.metrics])}"
    return None


def _broken_formula(field: Metric, table: Table, tables: Tables, known: Sizes) -> str | None:
    for reference in references(field.sql):
        full = f"{(reference.table or table.name)[:60]}.{reference.name[:100]}"
        target = tables.get(TableName(reference.table)) if reference.table else table
        if target is None:
            return f"it refers to {full}, and {str(reference.table)[:60]} is not in this explore"
        metric = target.metrics.get(reference.name)
        if metric is None:
            if reference.name not in target.dimensions:
                near = nearest(reference.name, [*target.dimensions, *target.metrics])
                return f"it refers to {full}, which does not exist{near}"
            if field.type in WINDOWS:
                return f"it refers to the dimension {full}; `type: {field.type}` is made of metrics only"
        elif metric.type in WINDOWS:
            return f"it refers to {full}, which is computed over the rows of the answer when all others are there"
        elif field.type in WINDOWS and metric.type in _NO_NUMBERS:
            return f"it refers to {full}, which is a {metric.type} and no number"
    return _too_large(field, table, tables, known)


def written_out(sql: str, owner: Table, tables: Tables, known: Sizes, path: tuple[str, ...] = ()) -> int:
    """How many characters a snippet of `owner` has once all that it refers to is written out; `ENDLESS` when it comes
    back to itself or is nested more than 50 deep. References that lead nowhere count nothing. `known`: what was found
    before for the same tables."""
    size = len(sql)
    if "${" not in sql:
        return size
    for reference in references(sql):
        table = tables.get(TableName(reference.table)) if reference.table else owner
        if table is None:
            continue
        # What a dimension refers to is a dimension, whatever metric has its name.
        target = table.dimensions.get(reference.name) or table.metrics.get(reference.name)
        if target is None:
            continue
        if target.id in path or len(path) > 50:
            return ENDLESS
        inner = known.get(target.id)
        if inner is None:
            inner = written_out(target.sql, table, tables, known, (*path, target.id))
            if inner != ENDLESS:
                known[target.id] = inner
        size += inner
        if size > MAX_WRITTEN:
            return ENDLESS if inner == ENDLESS else MAX_WRITTEN + 1
    return size


def _too_large(field: Dimension | Metric, table: Table, tables: Tables, known: Sizes) -> str | None:
    size = written_out(field.sql, table, tables, known, (field.id,))
    if size == ENDLESS:
        return "it refers to itself in a circle"
    return _too_long("its SQL") if size > MAX_WRITTEN else None


def _too_long(what: str) -> str:
    return f"{what} has more than {MAX_WRITTEN:,} characters once what it refers to is written out"
