"""What a reload changed: explores and fields that came, went, were renamed or have another type.

A field that went and one that came are one field renamed when they are of the same kind and type and have the same SQL,
or else the same label, and no other pair fits as well. Fields of a renamed explore are compared with those it had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from vitrail.catalog.model import Catalog, Dimension, Explore, Metric

Field = Dimension | Metric
_Key = tuple[str, str]
"""(table, "" for the base table; name)"""


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    RENAMED = "renamed"
    RETYPED = "retyped"


class What(StrEnum):
    EXPLORE = "explore"
    DIMENSION = "dimension"
    METRIC = "metric"


@dataclass(frozen=True, slots=True)
class Change:
    """`name` is an explore's name or a field's id, of the old catalog unless it was added; `before` and `after` are
    the two names of what was renamed, or the two types of what was retyped."""

    kind: Kind
    what: What
    explore: str
    name: str
    before: str | None = None
    after: str | None = None

    def __str__(self) -> str:
        where = "" if self.what is What.EXPLORE else f" in {self.explore}"
        if self.kind is Kind.RENAMED:
            return f"{self.what} {self.before} is now {self.after}{where}"
        if self.kind is Kind.RETYPED:
            return f"{self.what} {self.name}{where} is now {self.after}, was {self.before}"
        return f"{self.what} {self.name}{where} {self.kind}"


def diff(old: Catalog, new: Catalog) -> tuple[Change, ...]:
    """Every change, explores first, in the order of the catalogs."""
    before, after = dict(old.explores), dict(new.explores)
    gone = [name for name in before if name not in after]
    came = [name for name in after if name not in before]
    renamed = _pairs(
        gone,
        came,
        lambda name, side: _same_explore((before if side == 0 else after)[name]),
        lambda name, side: (before if side == 0 else after)[name].label,
    )
    named: list[Change] = []
    for one in gone:
        if one in renamed:
            to = renamed[one]
            named.append(Change(Kind.RENAMED, What.EXPLORE, to, one, one, to))
        else:
            named.append(Change(Kind.REMOVED, What.EXPLORE, one, one))
    named += [Change(Kind.ADDED, What.EXPLORE, name, name) for name in came if name not in renamed.values()]
    fields: list[Change] = []
    for name, explore in after.items():
        was = before.get(name) or next((before[one] for one, to in renamed.items() if to == name), None)
        if was is not None:
            fields += _fields(was, explore)
    return (*named, *fields)


def counts(changes: Iterable[Change]) -> dict[str, int]:
    """How many of each kind, in the order of `Kind`; those that there are none of are left out."""
    found = Counter(change.kind for change in changes)
    return {kind.value: found[kind] for kind in Kind if found[kind]}


def in_words(changes: Iterable[Change]) -> str:
    """`2 added, 1 renamed`, or `nothing changed`."""
    return ", ".join(f"{number} {kind}" for kind, number in counts(changes).items()) or "nothing changed"


_T = TypeVar("_T", bound=Hashable)


def _pairs(
    gone: list[_T], came: list[_T], same: Callable[[_T, int], Hashable], label: Callable[[_T, int], Hashable]
) -> dict[_T, _T]:
    """Old name → new name of what was renamed. A key that several have tells nothing."""
    found: dict[_T, _T] = {}
    for key in (same, label):
        left = {one: key(one, 0) for one in gone if one not in found}
        right = {one: key(one, 1) for one in came if one not in found.values()}
        several = {value for values in (left, right) for value, n in Counter(values.values()).items() if n > 1}
        by_key = {value: one for one, value in right.items() if value not in several}
        found |= {one: by_key[value] for one, value in left.items() if value not in several and value in by_key}
    return found


def _same_explore(explore: Explore) -> Hashable:
    return explore.base.relation, tuple(sorted((join.sql_on, join.table) for join in explore.joins))


def _askable(explore: Explore) -> dict[_Key, Field]:
    every: list[Field] = [*explore.dimensions(), *explore.metrics()]
    return {("" if f.table == explore.base_table else f.table, f.name): f for f in every if not f.private}


def _fields(old: Explore, new: Explore) -> list[Change]:
    before, after = _askable(old), _askable(new)
    gone = [key for key in before if key not in after]
    came = [key for key in after if key not in before]
    # The intervals of a date come and go with it and are not told one by one.
    gone = [key for key in gone if not _follows(before[key], key, gone)]
    came = [key for key in came if not _follows(after[key], key, came)]
    renamed = _pairs(
        gone,
        came,
        lambda key, side: _same_field((before if side == 0 else after)[key], key),
        lambda key, side: _same_label((before if side == 0 else after)[key], key),
    )
    found: list[Change] = []
    for key in gone:
        field = before[key]
        if key in renamed:
            ids = field.id, after[renamed[key]].id
            found.append(Change(Kind.RENAMED, _what(field), new.name, field.id, *ids))
        else:
            found.append(Change(Kind.REMOVED, _what(field), new.name, field.id))
    added = [key for key in came if key not in renamed.values()]
    found += [Change(Kind.ADDED, _what(after[key]), new.name, after[key].id) for key in added]
    found += _retyped(before, after, new.name)
    return found


def _retyped(before: Mapping[_Key, Field], after: Mapping[_Key, Field], explore: str) -> list[Change]:
    found: list[Change] = []
    for key, field in after.items():
        was = before.get(key)
        if was is None or (isinstance(was, Dimension) and was.interval and isinstance(field, Dimension)):
            continue
        if (type(was), was.type) != (type(field), field.type):
            types = [f"{_what(each)} of type {each.type}" if type(was) is not type(field) else each.type.value
                     for each in (was, field)]  # fmt: skip
            found.append(Change(Kind.RETYPED, _what(field), explore, field.id, *types))
    return found


def _follows(field: Field, key: _Key, others: list[_Key]) -> bool:
    return isinstance(field, Dimension) and field.base is not None and (key[0], field.base) in others


def _what(field: Field) -> What:
    return What.DIMENSION if isinstance(field, Dimension) else What.METRIC


def _same_field(field: Field, key: _Key) -> Hashable:
    interval = field.interval if isinstance(field, Dimension) else None
    filters = field.filters if isinstance(field, Metric) else ()
    return key[0], _what(field), field.type, " ".join(field.sql.split()), interval, filters


def _same_label(field: Field, key: _Key) -> Hashable:
    return key[0], _what(field), field.type, field.label
