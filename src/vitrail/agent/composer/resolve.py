"""A clause's phrases as fields of one explore: the explore that explains the most of them, best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from vitrail.agent.composer.choose import (
    count_metric,
    field_of,
    intervals,
    is_numeric,
    main_metrics,
    name_dimension,
    time_dimensions,
    unique,
    worth,
)
from vitrail.agent.composer.clause import Clause
from vitrail.agent.composer.lexicon import GOOD, Lexicon, Term
from vitrail.agent.composer.words import concept, label_stems
from vitrail.catalog.model import Catalog, Dimension, DimensionType, Explore, ExploreName, Metric, MetricType

FOREIGN = 0.3
"""What a metric of a joined table loses: the base table's own measure is the safer meaning."""


@dataclass
class Resolved:
    """A clause in the terms of one explore. `left` are phrases that the explore has nothing for."""

    clause: Clause
    explore: Explore
    metrics: list[Metric] = field(default_factory=list)
    dims: list[Dimension] = field(default_factory=list)
    date: Dimension | None = None
    lists: str | None = None
    """The table that is to be listed row by row (“table of customers”)."""
    left: list[Term] = field(default_factory=list)
    score: float = 0.0
    inherited: bool = False
    """The clause names no measure of its own: it has those of the clause before, or the explore's usual one."""


class Resolver:
    """Finds the explore of each clause; remembers what was measured last, for clauses that only say “by region”."""

    def __init__(self, catalog: Catalog, lexicon: Lexicon) -> None:
        self._catalog = catalog
        self._lexicon = lexicon
        self.last: list[Term] = []
        self.main: list[Term] = []
        """What was measured first: rankings that name no measure take it."""
        self.last_explore: str | None = None

    def resolve(self, clause: Clause, prefer: str | None = None) -> Resolved | None:
        """The clause's meaning, or `None` when none of its phrases means a field."""
        names = self._candidates(clause)
        if not names:
            return None
        prefer = prefer or self.last_explore
        best: Resolved | None = None
        for name in names:
            found = self._in(clause, self._catalog.explores[ExploreName(name)])
            if name == prefer:
                found.score += 0.06
            found.score -= 0.004 * len(found.explore.tables)
            if best is None or found.score > best.score + 1e-9:
                best = found
        assert best is not None
        if clause.what:
            measured = [t for t in clause.what if t.best("metric") >= GOOD or t.tables]
            self.last = measured or self.last
            self.main = self.main or measured
        self.last_explore = best.explore.name
        return best

    def _candidates(self, clause: Clause) -> list[str]:
        terms = [*clause.what, *clause.dims]
        if not terms:
            terms = list(self.last)
        names: dict[str, None] = {}
        for term in terms:
            for match in term.matches:
                names.update(dict.fromkeys(match.entry.explores))
            for table in term.tables:
                names.update(dict.fromkeys(self._with_table(table)))
        if not names and self.last_explore:
            names[self.last_explore] = None
        if not names and (clause.grain or clause.trend or clause.counted):
            usual = best_explore(self._catalog, [])
            names.update({usual.name: None} if usual is not None else {})
        return sorted(names)

    def _with_table(self, table: str) -> Iterable[str]:
        return (e.name for e in self._catalog.explores.values() if table in e.tables)

    def _in(self, clause: Clause, explore: Explore) -> Resolved:
        out = Resolved(clause, explore)
        listing = clause.chart == "table" or clause.latest is not None
        for term in clause.what:
            choice, score = measure(term, explore, listing and not (out.metrics or out.lists or out.dims))
            self._add(out, term, choice, score)
        for term in clause.dims:
            choice, score = breakdown(term, explore)
            self._add(out, term, choice, score)
        if out.date is not None and not out.metrics and (counted := count_metric(explore, out.date.table)) is not None:
            out.metrics = [counted]  # “signups per month”: a date that is measured means how many had it
        out.metrics = unique(out.metrics)
        out.dims = unique(out.dims)
        if not out.metrics and not (listing and out.lists):
            out.inherited = True
            ranked = {d.table for d in out.dims}
            inherited = [
                measure(t, explore, False)
                for t in (self.main if clause.rank else self.last)
                if not ranked & set(t.tables)
            ]
            chosen = [c for c, score in inherited if isinstance(c, Metric) and score >= GOOD - FOREIGN]
            out.score += max((score for c, score in inherited if isinstance(c, Metric)), default=0.0) * 0.6
            if clause.counted and (number := count_metric(explore, explore.base_table)) is not None:
                chosen = [number]
            if not chosen:
                chosen = main_metrics(explore, 1)
                if chosen and not clause.what:
                    out.score += 0.08 * worth(chosen[0]) + (0.05 if time_dimensions(explore) else 0.0)
            if chosen and clause.dims and out.dims and out.dims[0].table != explore.base_table:
                out.score += 0.15
            out.metrics = chosen if clause.rank is None else chosen[:1]
        needs_date = bool(clause.grain or clause.trend or clause.yoy or clause.latest is not None)
        if out.date is None and (needs_date or clause.ranges):
            dates = time_dimensions(explore)
            having = [d for d in dates if clause.grain in intervals(explore, d.id)]
            out.date = having[0] if having else dates[0] if dates else None
            if needs_date:
                out.score += 0.2 if dates else -0.5
        for term in clause.controls:
            out.score += 0.15 * max((m.score for m in term.matches if explore.name in m.entry.explores), default=0.0)
        return out

    def _add(self, out: Resolved, term: Term, choice: Metric | Dimension | str | None, score: float) -> None:
        out.score += score
        if choice is None:
            out.left.append(term)
        elif isinstance(choice, str):
            out.lists = choice
        elif isinstance(choice, Metric):
            out.metrics.append(choice)
        elif choice.type in (DimensionType.DATE, DimensionType.TIMESTAMP):
            out.date = choice
        else:
            out.dims.append(choice)


def measure(term: Term, explore: Explore, listing: bool = False) -> tuple[Metric | Dimension | str | None, float]:
    """What a phrase that is to be measured means in an explore, and how well."""
    best: tuple[Metric | Dimension | str | None, float] = (None, 0.0)
    for match in term.matches:
        if explore.name not in match.entry.explores:
            continue
        found = field_of(explore, match.entry.id)
        score = match.score
        if isinstance(found, Metric):
            if not is_numeric(found):
                score -= 0.25
            if explore.name not in match.entry.homes:
                score -= FOREIGN if found.type is not MetricType.COUNT_DISTINCT else FOREIGN / 2
        elif isinstance(found, Dimension):
            score -= 0.22 + _poor(found)
        else:
            continue
        if score > best[1]:
            best = (found, score)
    for table in term.tables:
        if table not in explore.tables:
            continue
        home = table == explore.base_table
        if listing and home:
            best = (table, 1.05) if best[1] < 1.05 else best
            continue
        if listing and (named := name_dimension(explore.tables[table])) is not None:  # type: ignore[index]
            best = (named, 1.02) if best[1] < 1.02 else best
            continue
        counted = count_metric(explore, table)
        if counted is not None:
            score = 0.9 if home else 0.9 - FOREIGN
            if score > best[1]:
                best = (counted, score)
        elif (named := name_dimension(explore.tables[table])) is not None and best[1] < 0.5:  # type: ignore[index]
            best = (named, 0.5)
    return best


def breakdown(term: Term, explore: Explore) -> tuple[Metric | Dimension | None, float]:
    """What a phrase after “by” means in an explore, and how well."""
    best: tuple[Metric | Dimension | None, float] = (None, 0.0)
    for match in term.matches:
        if explore.name not in match.entry.explores:
            continue
        found = field_of(explore, match.entry.id)
        if isinstance(found, Metric):
            score = match.score - 0.4
        elif isinstance(found, Dimension):
            score = match.score - _poor(found)
        else:
            continue
        if score > best[1]:
            best = (found, score)
    for table in term.tables:
        if table in explore.tables:
            named = name_dimension(explore.tables[table])  # type: ignore[index]
            if named is not None and best[1] < 0.92:
                best = (named, 0.92)
    return best


_PLACES = frozenset({"store", "office", "warehouse", "site"})


def _poor(dimension: Dimension) -> float:
    """Ids and long numbers are rarely what people break things down by; a region is rather a shop's than a buyer's."""
    if {concept(s) for s in label_stems(dimension.table)} & _PLACES:
        return -0.02
    if dimension.type is DimensionType.NUMBER:
        return 0.12
    return 0.25 if dimension.name.endswith(("_id", "_key", "_uuid")) or dimension.name == "id" else 0.0


def best_explore(catalog: Catalog, terms: Sequence[Term]) -> Explore | None:
    """The explore that a vague prompt is about. A table that is named is best told of by its own explore if that has
    enough to measure, else by the richest one that joins it."""
    named = [table for term in terms for table in term.tables]
    fields = {m.entry.field.table for term in terms for m in term.matches[:3]}

    def rank(explore: Explore) -> tuple[float, str]:
        own = [m for m in explore.base.metrics.values() if not m.hidden and is_numeric(m)]
        score = min(len(own), 8) * 0.3 + len(explore.joins) * 0.2
        if main_metrics(explore, 1) and main_metrics(explore, 1)[0].type is MetricType.SUM:
            score += 1.5
        dates = time_dimensions(explore)
        dated = bool(dates) and dates[0].table == explore.base_table
        score += 1.0 if dated else 0.3 if dates else 0.0
        if named:
            score += 4.0 if named[0] in explore.tables else 0.0
            score += 5.0 if explore.base_table in named and len(own) >= 3 and dated else 0.0
        elif fields:
            score += 2.0 * sum(table in explore.tables for table in fields) / len(fields)
            score += 2.0 if explore.base_table in fields else 0.0
        return -score, explore.name

    return min(catalog.explores.values(), key=rank, default=None)
