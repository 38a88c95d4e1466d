"""The sub-queries of one statement. Each is written once, however many values are taken from it."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Relation:
    """A sub-query under a name: keys `k0`, `k1`, … and values `v0`, `v1`, ….

    `body`: gives the text from FROM on, once all of its values are known. `grouped`: whether it is grouped by its keys.
    `over`: the relation whose rows these are, one for one, if there is one.
    """

    name: str
    keys: tuple[str, ...]
    body: Callable[[], str]
    grouped: bool
    over: Relation | None = None
    values: dict[str, str] = field(default_factory=dict)

    def value(self, text: str) -> str:
        """The name of a value, by its text inside the relation."""
        return self.values.setdefault(text, f"v{len(self.values)}")

    def select(self) -> str:
        columns = [f"{text} AS k{place}" for place, text in enumerate(self.keys)]
        columns += [f"{text} AS {name}" for text, name in self.values.items()]
        text = f"SELECT {', '.join(columns) or '1'}\n{self.body()}"
        if self.grouped and self.keys:
            text += f"\nGROUP BY {', '.join(str(place + 1) for place in range(len(self.keys)))}"
        return text


@dataclass(slots=True)
class Relations:
    """In the order in which they were made: each reads only earlier ones."""

    made: list[Relation] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)
    """By a relation's name: what its maker needs to take a further value from it."""
    _known: dict[Hashable, Relation] = field(default_factory=dict)

    def get(self, key: Hashable) -> Relation | None:
        return self._known.get(key)

    def add(
        self,
        key: Hashable,
        keys: tuple[str, ...],
        body: Callable[[], str],
        *,
        grouped: bool,
        over: Relation | None = None,
    ) -> Relation:
        """The relation of that key, made if it is not there."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Relation(f"p{len(self.made)}", keys, body, grouped, over)
            self.made.append(found)
        return found

    def withs(self) -> str:
        """All of them as WITH, or nothing."""
        written = [f"{relation.name} AS (\n{relation.select()}\n)" for relation in self.made]
        return f"WITH {', '.join(written)}\n" if written else ""
