"""`sets`: lists of fields with a name, which other sets and joins' `fields` take up.

An entry is a field (`status`, `orders.status`; a date with all its intervals, also as `order_date*`), a set
(`details*`), or either with `-` before it, which takes it away from what came before. A list that begins with `-`
begins with all fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vitrail.catalog import yaml_values as read
from vitrail.catalog.manifest import NAME
from vitrail.catalog.model import Table
from vitrail.catalog.yaml_keys import meant
from vitrail.catalog.yaml_values import Wrong

Sets = dict[str, tuple[str, ...]]

MAX_DEPTH = 20


def read_sets(holder: Mapping[str, Any], key: str) -> Sets:
    """`sets: {name: {fields: […]}}`, as written. Raises `Wrong`."""
    found: Sets = {}
    for name, given in read.mapping(holder, key).items():
        if not isinstance(name, str) or not NAME.match(name):
            raise Wrong(f"`{key}` has the name {str(name)[:60]!r}, which is not a plain word")
        fields = given.get("fields") if isinstance(given, dict) else given
        if not isinstance(fields, list):
            raise Wrong(f"`{key}.{name[:60]}` must have a list of `fields`")
        found[name] = read.names({name: fields}, name)
    return found


def names_of(entries: Sequence[str], sets: Sets) -> tuple[str, ...]:
    """The names that `entries` come to with every set written out, of whatever table. Raises `Wrong`."""
    known: dict[str, tuple[str, ...]] = {}

    def listed(entries: Sequence[str], path: tuple[str, ...]) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for entry in entries:
            word = entry.strip().removeprefix("-").strip()
            named = group(word.removesuffix("*"), path) if word.endswith("*") else (word,)
            for name in named:
                if entry.strip().startswith("-"):
                    found.pop(name, None)
                else:
                    found[name] = None
        return tuple(found)

    def group(word: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if word in path or len(path) >= MAX_DEPTH:
            raise Wrong(f"the set {word[:60]!r} holds itself: {' → '.join((*path, word))[:200]}")
        if word not in sets:
            raise Wrong(f"there is no set {word[:60]!r}{_or(meant(word, frozenset(sets)))}")
        if word not in known:
            known[word] = listed(sets[word], (*path, word))
        return known[word]

    return listed(entries, ())


def field_names(entries: Sequence[str], table: Table, names: frozenset[str], sets: Sequence[Sets]) -> tuple[str, ...]:
    """The names of the table's fields that `entries` come to. `names`: what the table is called here; a set's fields of
    other tables are passed over. Sets are looked for in `sets`, the first that has one. Raises `Wrong`."""
    return _Fields(table, names, sets).listed(entries, ())


class _Fields:
    def __init__(self, table: Table, names: frozenset[str], sets: Sequence[Sets]) -> None:
        self.table, self.names, self.sets = table, names, sets
        self.all = (*table.dimensions, *table.metrics)
        self.known: dict[str, tuple[str, ...]] = {}

    def listed(self, entries: Sequence[str], path: tuple[str, ...]) -> tuple[str, ...]:
        found = dict.fromkeys(self.all) if entries and entries[0].strip().startswith("-") else {}
        for entry in entries:
            word = entry.strip()
            named = self._named(word.removeprefix("-").strip(), path)
            if word.startswith("-"):
                for name in named:
                    found.pop(name, None)
            else:
                found.update(dict.fromkeys(named))
        return tuple(found)

    def _named(self, word: str, path: tuple[str, ...]) -> Sequence[str]:
        if word.endswith("*"):
            return self._group(word.removesuffix("*"), path)
        owner, _, name = word.rpartition(".")
        if owner and owner not in self.names:
            if path:
                return ()
            raise Wrong(f"`fields` names {word[:60]!r}, which is not of {self.table.name!r}")
        if name in self.table.dimensions:
            return self._with_intervals(name)
        if name in self.table.metrics:
            return (name,)
        near = meant(name, frozenset(self.all))
        raise Wrong(f"`fields` names {word[:60]!r}, which {self.table.name!r} does not have{_or(near)}")

    def _group(self, word: str, path: tuple[str, ...]) -> Sequence[str]:
        """What stands before a `*`."""
        if word in path:
            raise Wrong(f"the set {word[:60]!r} holds itself: {' → '.join((*path, word))[:200]}")
        if word in self.known:
            return self.known[word]
        listed = next((each[word] for each in self.sets if word in each), None)
        if listed is not None:
            if len(path) >= MAX_DEPTH:
                raise Wrong(f"sets are nested more than {MAX_DEPTH} deep")
            found = self.known[word] = self.listed(listed, (*path, word))
            return found
        owner, _, name = word.rpartition(".")
        if name in self.table.dimensions and (not owner or owner in self.names):
            return self._with_intervals(name)
        near = meant(word, frozenset(key for each in self.sets for key in each))
        raise Wrong(f"`fields` names the set {word[:60]!r}, which there is none of{_or(near)}")

    def _with_intervals(self, name: str) -> Sequence[str]:
        return [name, *(d.name for d in self.table.dimensions.values() if d.base == name)]


def _or(near: str | None) -> str:
    return f"; did you mean {near!r}?" if near else ""
