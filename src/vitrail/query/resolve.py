"""References resolved: the SQL text of a dimension, a row filter or a join condition in a dialect.

What does not depend on the viewer is worked out once per explore and dialect and kept as text; only user attributes
and parameters stay open, and are filled in when a statement is written.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vitrail.catalog.model import Dimension, DimensionType, Explore, TableName, TimeInterval
from vitrail.catalog.snippets import OwnTable, ParameterRef, ValueRef, parts
from vitrail.query.errors import Finding, InvalidQuery, MissingAttribute
from vitrail.query.parameters import ParameterValues
from vitrail.query.question import Shift
from vitrail.query.viewer import Viewer
from vitrail.warehouse.dialect import Dialect, UnwritableValue

MOST_KEPT = 50_000
"""Texts of an explore that are kept: its own fields' are far fewer, and questions bring others."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Text with user attributes and parameters still open, and the tables that it reads."""

    parts: tuple[str | ValueRef, ...]
    tables: frozenset[TableName]

    @property
    def is_column(self) -> bool:
        """Whether it is one column of one table, null where the table's row is absent."""
        return len(self.parts) == 1 and isinstance(self.parts[0], str) and is_column(self.parts[0])

    def wrapped(self, template: str) -> Piece:
        """The piece in place of `{x}`."""
        before, after = template.split("{x}")
        return Piece(_joined((before, *self.parts, after)), self.tables)


def _joined(given: Iterable[str | ValueRef]) -> tuple[str | ValueRef, ...]:
    found: list[str | ValueRef] = []
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
        self._dimensions: dict[tuple[str, str, str | None, tuple[str, int] | None], Piece] = {}
        self._snippets: dict[tuple[TableName, str], Piece] = {}

    @staticmethod
    def of(explore: Explore, dialect: Dialect) -> Resolver:
        key = f"resolver:{dialect.name}:{dialect.week_start}"
        found: Resolver | None = explore.memo.get(key)
        if found is None:
            found = explore.memo[key] = Resolver(explore, dialect)
        return found

    def snippet(self, table: TableName, sql: str) -> Piece:
        """A snippet that belongs to `table`. Its references lead somewhere: the loader saw to that."""
        key = (table, sql)
        found = self._snippets.get(key)
        if found is None:
            text: list[str | ValueRef] = []
            tables: set[TableName] = set()
            for part in parts(sql):
                if isinstance(part, OwnTable):
                    text.append(self.aliases[table])
                    tables.add(table)
                elif isinstance(part, str | ValueRef):
                    text.append(part)
                else:
                    owner = TableName(part.table or table)
                    inner = self.snippet(owner, self.explore.tables[owner].dimensions[part.name].sql)
                    inner = self._interval(inner, self.explore.tables[owner].dimensions[part.name], None)
                    text.extend(inner.parts if inner.is_column else ("(", *inner.parts, ")"))
                    tables |= inner.tables
            if "--" in sql:
                text.append("\n")  # A comment at its end must not swallow what follows.
            found = Piece(_joined(text), frozenset(tables))
            if len(self._snippets) < MOST_KEPT:
                self._snippets[key] = found
        return found

    def dimension(self, dimension: Dimension, zone: str | None, shift: Shift | None = None) -> Piece:
        """A dimension as it is asked for: in the clocks of the time zone, set forward by `shift` if that is of its
        date, cut to its interval."""
        if shift is not None and not shift.moves(dimension):
            shift = None
        key = (dimension.id, dimension.sql, zone, (shift.unit, shift.count) if shift is not None else None)
        found = self._dimensions.get(key)
        if found is None:
            found = self._interval(self.snippet(dimension.table, dimension.sql), dimension, zone, shift)
            if not found.tables:
                found = Piece(found.parts, frozenset({dimension.table}))
            if len(self._dimensions) < MOST_KEPT:
                self._dimensions[key] = found
        return found

    def _interval(self, piece: Piece, dimension: Dimension, zone: str | None, shift: Shift | None = None) -> Piece:
        if zone is not None and dimension.convert_timezone and self._is_timestamp(dimension):
            piece = piece.wrapped(self.dialect.in_zone.replace("{zone}", self.dialect.text(zone)))
        if shift is not None:
            unit, count = ("MONTH", 3 * shift.count) if shift.unit == "QUARTER" else (shift.unit, shift.count)
            piece = piece.wrapped(self.dialect.plus.replace("{n}", str(count)).replace("{unit}", unit))
            if dimension.type is DimensionType.DATE:
                piece = piece.wrapped(self.dialect.to_date)
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
    parameters: ParameterValues = field(default_factory=ParameterValues)

    def text(self, piece: Piece) -> str:
        only = piece.parts
        if len(only) == 1 and isinstance(only[0], str):
            return only[0]
        return "".join(part if isinstance(part, str) else self.value(part) for part in only)

    def value(self, reference: ValueRef) -> str:
        if isinstance(reference, ParameterRef):
            return self.parameters.text(reference, self.dialect)
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

    def findings(self) -> list[Finding]:
        """What stands against the statement: values that the viewer lacks, or that can't be written."""
        found = self.parameters.findings()
        for name in sorted(self.missing):
            cause = f"The rows asked for are filtered by the user attribute {name!r}, which you do not have."
            found.append(Finding(MissingAttribute, cause, "Ask an administrator to set it for you."))
        for name in sorted(self.several):
            cause = f"The user attribute {name!r} has several values, and a row filter compares it with one."
            cure = "An administrator can give one value, or write the filter with `in (…)`."
            found.append(Finding(InvalidQuery, cause, cure))
        for name in sorted(self.unwritable):
            cause = f"The user attribute {name!r} has a value that is not a text."
            found.append(Finding(InvalidQuery, cause, "Ask an administrator to correct it."))
        return found
