"""The relationships of an Ossie model: from which dataset which others are reached, and under which name each is then.

A relationship goes from many to one, so following it never repeats a row. Where two ways lead to one dataset (two
relationships between the same two, or two paths), each gets a name of its own: its last relationship's.

What belongs to a dataset directly is joined to the dataset's own explore, one to many: there the metrics of several
facts stand side by side, for every row of the dataset. A fact's row that belongs to none of its rows is not among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vitrail.catalog.ossie_sql import OssieWrong

MAX_JOINS = 60
MAX_HOPS = 8


@dataclass(frozen=True, slots=True)
class Relation:
    """A relationship as read; `pairs`: (field of the many side, field of the one side)."""

    name: str
    source: str
    target: str
    pairs: tuple[tuple[str, str], ...]
    one_to_one: bool = False
    said: Mapping[str, object] = field(default_factory=dict)
    """What our own extension of it says."""


@dataclass(frozen=True, slots=True)
class Step:
    """A dataset as it is joined: `parent` and `alias` are names in the explore. `back`: from the one side to the many
    side."""

    relation: Relation
    parent: str
    alias: str
    back: bool = False

    @property
    def dataset(self) -> str:
        return self.relation.source if self.back else self.relation.target

    @property
    def kind(self) -> str:
        if self.relation.one_to_one:
            return "one-to-one"
        return "one-to-many" if self.back else "many-to-one"

    @property
    def condition(self) -> str:
        many, one = (self.alias, self.parent) if self.back else (self.parent, self.alias)
        return " AND ".join(f"${{{many}.{left}}} = ${{{one}.{right}}}" for left, right in self.relation.pairs)


class Paths:
    """All ways through a model's relationships."""

    def __init__(self, relations: Sequence[Relation]) -> None:
        self.outgoing: dict[str, list[Relation]] = {}
        self.incoming: dict[str, list[Relation]] = {}
        for relation in relations:
            self.outgoing.setdefault(relation.source, []).append(relation)
            if relation.source != relation.target:
                self.incoming.setdefault(relation.target, []).append(relation)
        self._steps: dict[str, tuple[Step, ...]] = {}
        self.cut: set[str] = set()
        """Bases from which more is reached than is joined."""

    def steps(self, base: str) -> tuple[Step, ...]:
        """What an explore over `base` joins, each after what it needs."""
        if base not in self._steps:
            there = self._walk(base)
            self._steps[base] = there + self._facts(base, {base, *(step.alias for step in there)})
        return self._steps[base]

    def is_shared(self, dataset: str) -> bool:
        """Whether several datasets belong to this one, so that they meet in its explore."""
        return len({relation.source for relation in self.incoming.get(dataset, ())}) > 1

    def _facts(self, base: str, taken: set[str]) -> tuple[Step, ...]:
        incoming = self.incoming.get(base, [])
        ways = Counter(relation.source for relation in incoming)
        found: list[Step] = []
        for relation in incoming[:MAX_JOINS]:
            alias = relation.source if ways[relation.source] == 1 else relation.name
            while alias in taken:
                alias += "_"
            taken.add(alias)
            found.append(Step(relation, base, alias, back=True))
        return tuple(found)

    def root(self, datasets: set[str]) -> str:
        """The one of `datasets` that reaches the others, each under its own name. Raises `OssieWrong`."""
        if len(datasets) == 1:
            return next(iter(datasets))
        ways = {each: {step.dataset for step in self.steps(each) if not step.back} for each in datasets}
        roots = sorted(each for each in datasets if datasets - {each} <= ways[each])
        if not roots:
            raise OssieWrong(
                f"no relationships lead from one of {', '.join(sorted(datasets))} to the others, many to one",
                "Add the relationships, or make a metric of each part.",
            )
        root = roots[0]
        named = {step.alias for step in self.steps(root)}
        if ambiguous := sorted(datasets - {root} - named):
            raise OssieWrong(
                f"several relationships lead from {root} to {ambiguous[0]}, and it does not say which it means",
                "Make a metric of each part.",
            )
        return root

    def meeting(self, datasets: set[str]) -> str | None:
        """A dataset that all of these belong to directly, each in one way; None when there is none."""
        for place in self.incoming:
            named = {step.alias for step in self.steps(place) if step.back and step.alias == step.dataset}
            if datasets <= named | {place}:
                return place
        return None

    def _walk(self, base: str) -> tuple[Step, ...]:
        # Breadth first, as (relation, place of the parent in `found`, datasets on the way).
        found: list[tuple[Relation, int, frozenset[str]]] = []
        level: list[tuple[int, str, frozenset[str]]] = [(-1, base, frozenset({base}))]
        for _ in range(MAX_HOPS):
            below: list[tuple[int, str, frozenset[str]]] = []
            for place, dataset, way in level:
                for relation in self.outgoing.get(dataset, ()):
                    itself = relation.target == relation.source == base and place == -1
                    if relation.target in way and not itself:
                        continue
                    if len(found) == MAX_JOINS:
                        self.cut.add(base)
                        return self._named(base, found)
                    found.append((relation, place, way))
                    if not itself:
                        below.append((len(found) - 1, relation.target, way | {relation.target}))
            level = below
        if any(relation.target not in way for _, dataset, way in level for relation in self.outgoing.get(dataset, ())):
            self.cut.add(base)
        return self._named(base, found)

    def _named(self, base: str, found: list[tuple[Relation, int, frozenset[str]]]) -> tuple[Step, ...]:
        ways = Counter(relation.target for relation, _, _ in found)
        ways[base] += 1
        names = Counter(relation.name for relation, _, _ in found)
        taken = {base} | {target for target, count in ways.items() if count == 1}
        aliases: list[str] = []
        for relation, place, _ in found:
            parent = aliases[place] if place >= 0 else base
            if ways[relation.target] == 1:
                alias = relation.target
            else:
                alias = relation.name if names[relation.name] == 1 else f"{parent}_{relation.name}"
                while alias in taken:
                    alias += "_"
                taken.add(alias)
            aliases.append(alias)
        return tuple(
            Step(relation, aliases[place] if place >= 0 else base, aliases[number])
            for number, (relation, place, _) in enumerate(found)
        )
