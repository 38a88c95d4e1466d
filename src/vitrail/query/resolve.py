"""References resolved: the SQL text of a dimension, a row filter or a join condition in a dialect.

What does not depend on the viewer is worked out once per explore and dialect and kept as text; only user attributes
stay open, and are filled in when a statement is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vitrail.catalog.model import Dimension, DimensionType, Explore, TableName, TimeInterval
from vitrail.catalog.snippets import AttributeRef, OwnTable, parts
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import Dialect, UnwritableValue


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with user attributes still open, and the tables that it reads."""

    parts: tuple[str | AttributeRef, ...]
    tables: frozenset[TableName]

    def wrapped(self, template: str) -> Piece:
        """The piece in place of `{x}`."""
        before, after = template.split("{x}")
        return Piece(_joined((before, *self.parts, after)), self.tables)


def _joined(given: Iterable[str | AttributeRef]) -> tuple[str | AttributeRef, ...]:
    found: list[str | AttributeRef] = []
    for part in given:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


class Resolver:
    """The texts of one explore in one dialect."""

    def __init__(self, explore: Explore, dialect: Dialect) -> None:
        self.explore, self.dialect = explore, dialect
        self.aliases = {name: dialect.identifier(name) for name in explore.tables}
        self._dimensions: dict[tuple[str, str | None], Piece] = {}
        self._snippets: dict[tuple[TableName, str], Piece] = {}

    @staticmethod
    def of(explore: Explore, dialect: Dialect) -> Resolver:
        key = f"resolver:{dialect.name}"
        found: Resolver | None = explore.memo.get(key)
        if found is None:
            found = explore.memo[key] = Resolver(explore, dialect)
        return found

    def snippet(self, table: TableName, sql: str) -> Piece:
        """A snippet that belongs to `table`. Its references lead somewhere: the loader saw to that."""
        key = (table, sql)
        found = self._snippets.get(key)
        if found is None:
            text: list[str | AttributeRef] = []
            tables: set[TableName] = set()
            for part in parts(sql):
                if isinstance(part, OwnTable):
                    text.append(self.aliases[table])
                    tables.add(table)
                elif isinstance(part, str | AttributeRef):
                    text.append(part)
                else:
                    owner = TableName(part.table or table)
                    inner = self.snippet(owner, self.explore.tables[owner].dimensions[part.name].sql)
                    inner = self._interval(inner, self.explore.tables[owner].dimensions[part.name], None)
                    simple = len(inner.parts) == 1 and isinstance(inner.parts[0], str) and is_column(inner.parts[0])
                    text.extend(inner.parts if simple else ("(", *inner.parts, ")"))
                    tables |= inner.tables
            if "--" in sql:
                text.append("\n")  # A comment at its end must not swallow what follows.
            found = self._snippets[key] = Piece(_joined(text), frozenset(tables))
        return found

    def dimension(self, dimension: Dimension, zone: str | None) -> Piece:
        """A dimension as it is asked for: cut to its interval, in the clocks of the time zone."""
        key = (dimension.id, zone)
        found = self._dimensions.get(key)
        if found is None:
            found = self._interval(self.snippet(dimension.table, dimension.sql), dimension, zone)
            if not found.tables:
                found = Piece(found.parts, frozenset({dimension.table}))
            if zone is None or len(self._dimensions) < 10_000:
                self._dimensions[key] = found
        return found

    def _interval(self, piece: Piece, dimension: Dimension, zone: str | None) -> Piece:
        if zone is not None and self._is_timestamp(dimension):
            piece = piece.wrapped(self.dialect.in_zone.replace("{zone}", self.dialect.text(zone)))
        if dimension.interval is None or dimension.interval is TimeInterval.RAW:
            return piece
        return piece.wrapped(self.dialect.intervals[dimension.interval])

    def _is_timestamp(self, dimension: Dimension) -> bool:
        base = self.explore.tables[dimension.table].dimensions.get(dimension.base or "", dimension)
        return base.type is DimensionType.TIMESTAMP


def is_column(text: str) -> bool:
    """Whether a text is one column of one table, null where the table's row is."""
    alias, dot, column = text.strip().rpartition(".")
    return bool(dot) and alias.startswith(('"', "`")) and alias.count(alias[0]) == 2 and column.isidentifier()


@dataclass(slots=True)
class AttributeWriter:
    """Fills user attributes in, quoted, and remembers which the viewer lacks."""

    viewer: Viewer
    dialect: Dialect
    missing: set[str] = field(default_factory=set)
    several: set[str] = field(default_factory=set)
    unwritable: set[str] = field(default_factory=set)

    def text(self, piece: Piece) -> str:
        only = piece.parts
        if len(only) == 1 and isinstance(only[0], str):
            return only[0]
        return "".join(part if isinstance(part, str) else self.value(part) for part in only)

    def value(self, reference: AttributeRef) -> str:
        name = reference.name
        if name is None:
            values: tuple[str, ...] = (self.viewer.email,) if self.viewer.email else ()
        else:
            held: tuple[str, ...] | str = self.viewer.attributes.get(name, ())
            values = (held,) if isinstance(held, str) else tuple(held)
        label = name or "verified email"
        if not values:
            self.missing.add(label)
            return "NULL"
        if len(values) > 1 and not reference.many:
            self.several.add(label)
        try:
            return ", ".join(self.dialect.text(str(value)) for value in values)
        except UnwritableValue:
            self.unwritable.add(label)
            return "NULL"
