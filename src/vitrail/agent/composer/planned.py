"""What the planner hands back, and what it plans with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from vitrail.agent.composer.choose import field_of
from vitrail.agent.composer.lexicon import Lexicon, Term
from vitrail.agent.composer.plan import AppPlan
from vitrail.agent.composer.values import ValueFinder
from vitrail.catalog.model import Catalog, Dimension, Explore, ExploreName


@dataclass
class Planned:
    """A plan with what is to be told about it."""

    plan: AppPlan
    not_understood: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    vague: bool = False

    def unknown(self, words: str) -> None:
        if words not in self.not_understood:
            self.not_understood.append(words)

    def remark(self, text: str) -> None:
        if text not in self.remarks:
            self.remarks.append(text)


@dataclass(frozen=True)
class Sources:
    """The catalog as the builder may see it, its words, its values, and the day."""

    catalog: Catalog
    lexicon: Lexicon
    values: ValueFinder
    now: date

    def explore(self, name: str) -> Explore:
        return self.catalog.explores[ExploreName(name)]

    def explores_of(self, plan: AppPlan) -> list[Explore]:
        """The explores that a plan asks, in the order of its cards."""
        return [self.explore(name) for name in dict.fromkeys(p.explore for p in plan.pieces)]

    def dimensions(self, term: Term, explore: Explore) -> list[Dimension]:
        """The dimensions of an explore that a phrase may mean, the best first."""
        return [
            d
            for m in term.matches
            if m.entry.kind == "dimension" and explore.name in m.entry.explores
            if isinstance(d := field_of(explore, m.entry.id), Dimension)
        ]
