"""One wish of a prompt (“monthly revenue by store”), read but not yet resolved against an explore."""

from __future__ import annotations

from dataclasses import dataclass, field

from vitrail.agent.composer.lexicon import Term
from vitrail.agent.composer.plan import Condition
from vitrail.agent.composer.timing import Range
from vitrail.catalog.model import TimeInterval


@dataclass
class Rank:
    n: int | None
    descending: bool
    quality: str | None = None
    """`best` or `worst`: which end that is depends on the measure."""


@dataclass(frozen=True, slots=True)
class Loose:
    """Words that no field explains, one after the other."""

    text: str
    start: int
    end: int


@dataclass
class Clause:
    """One wish. `what` are phrases measured (or listed), `dims` those it is broken down by; `loose` are words that no
    field explains and that may be values."""

    what: list[Term] = field(default_factory=list)
    dims: list[Term] = field(default_factory=list)
    controls: list[Term] = field(default_factory=list)
    conditions: list[Term] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    without: list[tuple[int, int]] = field(default_factory=list)
    """Places of the words after “excluding”."""
    grain: TimeInterval | None = None
    trend: bool = False
    date_control: bool = False
    ranges: list[Range] = field(default_factory=list)
    chart: str | None = None
    rank: Rank | None = None
    latest: int | None = None
    thresholds: list[tuple[str, float, Term | None]] = field(default_factory=list)
    """Operator, number, and the phrase that it counts (“more than 100 orders”), if one follows."""
    order: bool | str | None = None
    """Sorted downwards (True) or upwards, or `best` or `worst` first, when the prompt says so."""
    counted: bool = False
    """Asks for the busiest: a number of things, whichever they are."""
    share: bool = False
    compare: bool = False
    yoy: TimeInterval | None = None
    overview: str = ""
    """The word for it: dashboard, overview, report."""
    only: bool = False
    tab: str | None = None
    cannot: list[str] = field(default_factory=list)
    where: list[Condition] = field(default_factory=list)
    """Conditions found for the loose words."""
    text: str = ""
    start: int = 0
    end: int = 0
    remarks: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    """Words that were understood but could not be used together with the rest."""

    @property
    def empty(self) -> bool:
        return not (
            self.what
            or self.dims
            or self.controls
            or self.conditions
            or self.loose
            or self.grain
            or self.trend
            or self.ranges
            or self.chart
            or self.rank
            or self.thresholds
            or self.share
            or self.compare
            or self.yoy
            or self.overview
            or self.latest is not None
            or self.date_control
            or self.counted
            or self.cannot
        )
