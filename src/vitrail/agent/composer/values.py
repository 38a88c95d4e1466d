"""Words that are values: “only returning customers”, “in Brooklyn”. Found by asking the builder's own data, as the
builder, for the distinct values of likely dimensions. Nothing of it leaves this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitrail.agent.composer.choose import breakdowns, unique
from vitrail.agent.composer.words import fold, label_stems
from vitrail.catalog.model import Dimension, DimensionType, Explore
from vitrail.errors import VitrailError
from vitrail.query.metric_query import MetricQuery

if TYPE_CHECKING:
    from vitrail.query.result import QueryResult

MAX_DIMENSIONS = 14
MAX_VALUES = 400


@dataclass(frozen=True, slots=True)
class Value:
    """A value that the builder meant: which dimension holds it, spelt as in the data."""

    dimension: Dimension
    value: str


class ValueFinder:
    """Looks words up among the values of an explore's dimensions; asks each dimension once."""

    def __init__(self, run_query: Callable[[MetricQuery], Awaitable[QueryResult]] | None) -> None:
        self._run = run_query
        self._known: dict[tuple[str, str], list[str]] = {}

    @property
    def asked(self) -> list[str]:
        """The dimensions that were asked, for the builder to see."""
        return [field for _, field in self._known]

    async def find(self, phrase: str, explore: Explore, first: Sequence[Dimension] = ()) -> Value | None:
        """The value that `phrase` names; dimensions in `first` are tried before the likely ones."""
        for dimension in self._likely(explore, first):
            match = _matching(phrase, await self._values(explore, dimension))
            if match is not None:
                return Value(dimension, match)
        return None

    async def prepare(self, explore: Explore, first: Sequence[Dimension] = ()) -> None:
        """Asks for the values of all likely dimensions at once."""
        await asyncio.gather(*(self._values(explore, d) for d in self._likely(explore, first)))

    def _likely(self, explore: Explore, first: Sequence[Dimension]) -> list[Dimension]:
        likely = [d for d in breakdowns(explore) if d.type is DimensionType.STRING]
        return unique([*(d for d in first if d.type is DimensionType.STRING), *likely])[:MAX_DIMENSIONS]

    async def _values(self, explore: Explore, dimension: Dimension) -> list[str]:
        key = (explore.name, dimension.id)
        if key not in self._known:
            self._known[key] = []
            if self._run is not None:
                try:
                    result = await self._run(
                        MetricQuery(explore_name=explore.name, dimensions=[dimension.id], limit=MAX_VALUES)
                    )
                    self._known[key] = [str(row[0]) for row in result.rows if row and row[0] is not None]
                except VitrailError:
                    pass  # what can't be asked can't be meant
        return self._known[key]


def _matching(phrase: str, values: Sequence[str]) -> str | None:
    wanted, stems = fold(phrase), label_stems(phrase)
    for value in values:
        if fold(value) == wanted:
            return value
    same = [v for v in values if label_stems(v) == stems]
    if same:
        return same[0]
    beginning = [v for v in values if fold(v).startswith(wanted) and len(wanted) >= 4]
    return beginning[0] if len(beginning) == 1 else None
