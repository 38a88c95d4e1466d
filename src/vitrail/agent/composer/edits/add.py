"""Adding: new cards, or another measure for one that is there."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.cards import drawn_of, is_topic, limited, numbered, says_something, tab_topic
from vitrail.agent.composer.choose import field_of, money_like
from vitrail.agent.composer.clause import Clause
from vitrail.agent.composer.edits.editing import Editing, swapped, titles
from vitrail.agent.composer.pieces import kpi_pieces
from vitrail.agent.composer.plan import Piece
from vitrail.agent.composer.resolve import Resolved, Resolver
from vitrail.agent.composer.whole import set_period
from vitrail.agent.composer.words import tokens
from vitrail.catalog.model import Metric

_TO = re.compile(
    r"^(?P<what>.+?)\s+(?:to|into|in|on)\s+(?:the\s+|that\s+|this\s+)(?P<where>[\w\s-]*?"
    r"(?:top|trend|table|chart|graph|pie|bars?|line|ranking|list)\b.*)$",
    re.IGNORECASE,
)


async def add(e: Editing, text: str) -> bool:
    """Read a wish as in a first prompt and put its cards in. True when it was understood, also where all of it was
    there already."""
    match = _TO.match(text)
    if match and (into := e.targets(match.group("where"))) and add_to(e, into[0], match.group("what")):
        return True
    told, unknown = len(e.out.remarks), len(e.out.not_understood)
    clauses = e.planner.read(text)
    home = e.explores[0] if e.explores else None
    added: list[Piece] = []
    for clause, found in await e.planner.wishes(text, clauses, _resolver(e), e.out, home):
        if clause.date_control and set_period(e.sources, e.plan, None):
            e.done("Added a filter on the period.")
        elif found is not None and says_something(clause, found):
            added += [p for p in _pieces(e, clause, found) if not _is_there(e, p)]
    insert(e, added)
    if added:
        e.last = added
        e.done(f"Added {titles(added)}.")
    return len(e.out.remarks) > told or len(e.out.not_understood) > unknown


def _resolver(e: Editing) -> Resolver:
    """What the first card measures is what a wish without a measure (“add a chart by region”) is about."""
    resolver = Resolver(e.sources.catalog, e.sources.lexicon)
    main = next((p for p in e.plan.pieces if p.metrics), None)
    metric = field_of(e.explore(main), main.metrics[0]) if main is not None else None
    term = e.sources.lexicon.phrase(tokens(metric.label), metric.label) if metric is not None else None
    if main is not None and term is not None:
        resolver.last = resolver.main = [term]
        resolver.last_explore = main.explore
    return resolver


def _pieces(e: Editing, clause: Clause, found: Resolved) -> list[Piece]:
    if is_topic(clause):
        pieces = tab_topic(e.sources, clause)
    elif found.metrics and not (
        found.dims or found.lists or clause.grain or clause.trend or clause.rank or clause.chart or clause.yoy
    ):
        pieces = limited(e.sources, kpi_pieces(found), clause.where)  # “add average order value”: a number
    else:
        pieces = drawn_of(e.sources, e.out, clause, found)
    new = [t for t in dict.fromkeys(p.tab for p in pieces) if t and t not in e.plan.tabs]
    if new:
        e.plan.tabs = [*(e.plan.tabs or ["Overview"]), *new]
    if e.plan.tabs:
        for piece in [*e.plan.pieces, *pieces]:
            piece.tab = piece.tab or e.plan.tabs[0]
    return pieces


def _is_there(e: Editing, piece: Piece) -> bool:
    there = have(e, piece)
    if there:
        e.done(f"“{piece.title}” is there already.")
    return there


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
