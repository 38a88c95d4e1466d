"""One plan being edited: what is at hand for every kind of change."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import field_of
from vitrail.agent.composer.commands import targets
from vitrail.agent.composer.lexicon import Term
from vitrail.agent.composer.plan import AppPlan, Piece
from vitrail.agent.composer.planned import Planned, Sources
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.resolve import breakdown, measure
from vitrail.agent.composer.scan import scan
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric


@dataclass
class Editing:
    """`out` gathers what is to be told; `last` are the cards that the command before was about (“make it a table”)."""

    planner: Planner
    plan: AppPlan
    out: Planned
    last: list[Piece] = field(default_factory=list)

    @property
    def sources(self) -> Sources:
        return self.planner.sources

    @property
    def explores(self) -> list[Explore]:
        return self.sources.explores_of(self.plan)

    def explore(self, piece: Piece) -> Explore:
        return self.sources.explore(piece.explore)

    def done(self, text: str) -> bool:
        """Tells what was done; always true, for `return`."""
        self.out.remarks.append(text)
        return True

    def targets(self, text: str) -> list[Piece]:
        """The cards that a phrase speaks of."""
        return targets(self.plan, text, self.sources.lexicon)

    def terms(self, text: str) -> list[Term]:
        return [i.value for i in scan(text, self.sources.lexicon, self.sources.now) if i.kind == "term"]

    def metric(self, term: Term, explore: Explore) -> Metric | None:
        found = measure(term, explore)[0]
        return found if isinstance(found, Metric) else None

    def breakdown(self, term: Term, explore: Explore) -> Dimension | None:
        """A dimension to split by; dates are not."""
        found = breakdown(term, explore)[0]
        dated = (DimensionType.DATE, DimensionType.TIMESTAMP)
        return found if isinstance(found, Dimension) and found.type not in dated else None

    def noun(self, piece: Piece, identifier: str) -> str:
        found = field_of(self.explore(piece), identifier)
        return naming.dimension_noun(self.explore(piece), found) if isinstance(found, Dimension) else identifier


def means(terms: Sequence[Term], identifier: str) -> bool:
    """Is the field among what the phrases mean (nearly) best?"""
    return any(
        any(m.entry.id == identifier and m.score >= t.matches[0].score - 0.25 for m in t.matches)
        or any(identifier.startswith(f"{table}_") for table in t.tables)
        for t in terms
    )


def swapped(title: str, before: str, after: str) -> str:
    """A title with one label in place of another."""
    for old, new in ((before, after), (naming.lower(before), naming.lower(after))):
        if old and old in title:
            return title.replace(old, new, 1)
    return title


def without_noun(title: str, noun: str) -> str:
    return re.sub(rf",? and {re.escape(noun)}\b| by {re.escape(noun)}\b", "", title, count=1)


def titles(pieces: Sequence[Piece]) -> str:
    return naming.and_list([f"“{p.title}”" for p in pieces])
