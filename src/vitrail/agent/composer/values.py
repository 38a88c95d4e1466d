"""Words that are values: “only returning customers”, “in Brooklyn”, “online vs in-store”.

Found by asking the builder's own data, as the builder, for the distinct values of likely dimensions, and only when a
prompt has words that no field explains. Nothing of it leaves this process.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrail.agent.composer.choose import breakdowns, unique
from vitrail.agent.composer.words import FILLERS, fold
from vitrail.catalog.model import Dimension, DimensionType, Explore
from vitrail.errors import VitrailError
from vitrail.query.metric_query import MetricQuery

if TYPE_CHECKING:
    from vitrail.query.result import QueryResult

MAX_DIMENSIONS = 14
MAX_VALUES = 400


@dataclass(frozen=True, slots=True)
class Mention:
    """A value that a text names: which dimension holds it, how it is spelt in the data, and where in the text."""

    dimension: Dimension
    value: str
    start: int
    end: int


class ValueFinder:
    """Looks words up among the values of an explore's dimensions; asks each dimension once."""

    def __init__(self, run_query: Callable[[MetricQuery], Awaitable[QueryResult]] | None) -> None:
        self._run = run_query
        self._known: dict[tuple[str, str], list[str]] = {}

    async def mentions(
        self, text: str, start: int, end: int, explore: Explore, first: Sequence[Dimension] = ()
    ) -> list[Mention]:
        """Values named between two places of a text, the longest first where they overlap. Dimensions in `first` win
        over the likely ones; among those, the one with the most mentions."""
        likely = self._likely(explore, first)
        await asyncio.gather(*(self._values(explore, d) for d in likely))
        found: dict[str, list[Mention]] = {}
        for dimension in likely:
            for value in self._known[(explore.name, dimension.id)]:
                found.setdefault(dimension.id, []).extend(_where(text, start, end, value, dimension))
        hinted = [d.id for d in first]
        ordered = sorted(
            (m for group in found.values() for m in group),
            key=lambda m: (
                m.start - m.end,
                hinted.index(m.dimension.id) if m.dimension.id in hinted else len(hinted),
                -len(found[m.dimension.id]),
            ),
        )
        taken: list[Mention] = []
        for mention in ordered:
            if all(mention.end <= t.start or mention.start >= t.end for t in taken):
                taken.append(mention)
        return sorted(taken, key=lambda m: m.start)

    def _likely(self, explore: Explore, first: Sequence[Dimension]) -> list[Dimension]:
        strings = [*first, *breakdowns(explore)]
        return unique(d for d in strings if d.type is DimensionType.STRING)[:MAX_DIMENSIONS]

    async def _values(self, explore: Explore, dimension: Dimension) -> None:
        key = (explore.name, dimension.id)
        if key in self._known:
            return
        self._known[key] = []
        if self._run is None:
            return
        query = MetricQuery(explore_name=explore.name, dimensions=[dimension.id], limit=MAX_VALUES)
        try:
            result = await self._run(query)
        except VitrailError:
            return  # what can't be asked can't be meant
        self._known[key] = [str(row[0]) for row in result.rows if row and row[0] is not None]


def _where(text: str, start: int, end: int, value: str, dimension: Dimension) -> list[Mention]:
    """Where a value is named: in any case, with a space or a hyphen between its words, also in the plural."""
    words = re.findall(r"\w+", fold(value))
    if not words or len(fold(value)) < 2 or (len(words) == 1 and (words[0] in FILLERS or words[0].isdigit())):
        return []
    pattern = r"(?<!\w)" + r"[\s_-]+".join(map(re.escape, words)) + r"(?:s|es)?(?!\w)"
    part = fold(text[start:end])
    if len(part) != end - start:  # folding changed lengths: places would not fit
        part = text[start:end].lower()
    return [Mention(dimension, value, start + m.start(), start + m.end()) for m in re.finditer(pattern, part)]
