"""Adding: new cards, or another measure for one that is there."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.cards import numbered, says_something
from vitrail.agent.composer.choose import field_of, money_like
from vitrail.agent.composer.clauses import Reader
from vitrail.agent.composer.edits.editing import Editing, swapped, titles
from vitrail.agent.composer.pieces import kpi_pieces, pieces_of
from vitrail.agent.composer.plan import Piece
from vitrail.agent.composer.resolve import Resolver
from vitrail.agent.composer.scan import scan
from vitrail.agent.composer.whole import set_period
from vitrail.agent.composer.words import tokens
from vitrail.catalog.model import Metric

_TO = re.compile(
    r"^(?P<what>.+?)\s+(?:to|into|in|on)\s+(?:the\s+|that\s+|this\s+)(?P<where>[\w\s-]*?(?:trend|table|chart|graph|pie|bars?|line|ranking|list)\b.*)$",
    re.IGNORECASE,
)


async def add(e: Editing, text: str) -> bool:
    match = _TO.match(text)
    if match and (into := e.targets(match.group("where"))) and add_to(e, into[0], match.group("what")):
        return True
    items = scan(text, e.sources.lexicon, e.sources.now)
    clauses = Reader(items, text).read()
    resolver = Resolver(e.sources.catalog, e.sources.lexicon)
    main = next((p for p in e.plan.pieces if p.metrics), None)
    if main is not None:
        metric = field_of(e.explore(main), main.metrics[0])
        term = e.sources.lexicon.phrase(tokens(metric.label), metric.label) if metric else None
        resolver.last, resolver.last_explore = [term] if term else [], main.explore
    unknown = len(e.out.not_understood)
    wishes = await e.planner.wishes(text, clauses, resolver, e.out, e.explores[0] if e.explores else None)
    added: list[Piece] = []
    for clause, found in wishes:
        if clause.date_control and set_period(e.sources, e.plan, None):
            e.done("Added a filter on the period.")
            continue
        if found is None or not says_something(clause, found):
            continue
        only_measures = not (found.dims or clause.grain or clause.trend or clause.rank or clause.chart or found.lists)
        pieces = kpi_pieces(found) if only_measures else pieces_of(found)
        pieces = [
            p.model_copy(
                update={
                    "where": [*p.where, *clause.where],
                    "tab": clause.tab or (e.plan.tabs[0] if e.plan.tabs else None),
                }
            )
            for p in pieces
        ]
        if clause.tab and clause.tab not in e.plan.tabs:
            e.plan.tabs = [*(e.plan.tabs or [e.plan.title]), clause.tab]
            for piece in e.plan.pieces:
                piece.tab = piece.tab or e.plan.tabs[0]
        if only_measures and found.dims == [] and not found.metrics:
            continue
        for piece in pieces:
            if have(e, piece):
                e.done(f"“{piece.title}” is there already.")
            else:
                added.append(piece)
    insert(e, added)
    if added:
        e.last = added
        return e.done(f"Added {titles(added)}.")
    return (
        len(e.out.not_understood) > unknown
        or any(r.endswith("already.") for r in e.out.remarks)
        or any(c.date_control for c in clauses)
    )


def add_to(e: Editing, piece: Piece, what: str) -> bool:
    """Another measure (or, in a table, another column) for a card that is there."""
    explore = e.explore(piece)
    changed = False
    for term in e.terms(what):
        metric, dimension = e.metric(term, explore), e.breakdown(term, explore)
        if piece.chart == "table" and metric is None and dimension is not None and dimension.id not in piece.rows:
            piece.rows.append(dimension.id)
            changed = e.done(f"Added {naming.lower(dimension.label)} to “{piece.title}”.")
        elif metric is not None and metric.id not in piece.metrics:
            first = field_of(explore, piece.metrics[0]) if piece.metrics else None
            shares = isinstance(first, Metric) and money_like(first) == money_like(metric) and not piece.series
            if piece.chart == "table" or shares:
                piece.metrics.append(metric.id)
                if piece.chart != "table" and first is not None:
                    piece.title = piece.title.replace(first.label, f"{first.label} and {naming.lower(metric.label)}", 1)
                changed = e.done(f"Added {naming.lower(metric.label)} to “{piece.title}”.")
            else:
                twin = piece.model_copy(deep=True, update={"id": "", "metrics": [metric.id]})
                twin.title = swapped(piece.title, first.label if first else "", metric.label)
                twin.sort = metric.id if piece.sort == piece.metrics[0] else piece.sort
                e.plan.pieces.insert(e.plan.pieces.index(piece) + 1, twin)
                changed = e.done(f"Added “{twin.title}” below: it has another unit, so it does not share an axis.")
    return changed


def insert(e: Editing, added: list[Piece]) -> None:
    """New cards go before the tables at the end; number cards stand with the others at the top."""
    tail = len(e.plan.pieces)
    while tail and e.plan.pieces[tail - 1].chart == "table":
        tail -= 1
    charts = [p for p in added if p.chart != "table"]
    e.plan.pieces[tail:tail] = charts
    e.plan.pieces += [p for p in added if p.chart == "table"]
    numbered(e.plan.pieces)
    if e.plan.period is not None:
        default = e.plan.period.default
        set_period(e.sources, e.plan, None)
        e.plan.period.default = default


def have(e: Editing, piece: Piece) -> bool:
    if piece.chart == "kpi":
        return any(p.chart == "kpi" and p.metrics == piece.metrics and p.where == piece.where for p in e.plan.pieces)
    shape = (piece.explore, piece.metrics, piece.dimensions, piece.chart, piece.where, piece.limit)
    return any((p.explore, p.metrics, p.dimensions, p.chart, p.where, p.limit) == shape for p in e.plan.pieces)
