"""All cards of a first prompt: those of each clause, the numbers above them, or the usual overview of a vague one."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import field_of
from vitrail.agent.composer.clause import Clause
from vitrail.agent.composer.overview import overview_pieces
from vitrail.agent.composer.pieces import kpi_pieces, pieces_of
from vitrail.agent.composer.plan import Condition, Piece
from vitrail.agent.composer.planned import Planned, Sources
from vitrail.agent.composer.resolve import Resolved, best_explore, measure
from vitrail.agent.composer.words import concept, label_stems
from vitrail.catalog.model import Metric

MAX_PIECES = 24
Wish = tuple[Clause, Resolved | None]
_MORE = {"greaterThan": "more than", "lessThan": "less than", "greaterThanOrEqual": "at least"}


def lay_out(sources: Sources, out: Planned, wishes: Sequence[Wish]) -> None:
    """Fill the plan's pieces and tabs."""
    plan = out.plan
    wishes = [w for w in wishes if not _heads_a_tab(w[0], wishes)]
    real = [(c, r) for c, r in wishes if r is not None and says_something(c, r)]
    drawn = [p for c, r in real for p in (tab_topic(sources, c) if is_topic(c) else drawn_of(sources, out, c, r))]
    shown = [p for p in drawn if p.chart != "kpi" or p.compare]
    wants_numbers = any(c.chart == "kpi" for c, _ in wishes)
    if not shown and not (wants_numbers and drawn):
        drawn = _usual(sources, out, wishes, real)
    elif not any(p.chart == "kpi" for p in drawn) and not any(c.tab for c, _ in real):
        drawn = [*_numbers(sources, real, wants_numbers or any(c.overview for c, _ in wishes)), *drawn]
    plan.pieces = numbered(distinct(drawn)[:MAX_PIECES])
    plan.tabs = [t for t in dict.fromkeys(p.tab for p in plan.pieces) if t]
    for piece in plan.pieces:
        piece.tab = (piece.tab or plan.tabs[0]) if plan.tabs else None


def is_topic(clause: Clause) -> bool:
    """A tab that is only named (“a tab for customers”)."""
    named = bool(clause.what) and all(t.tables or t.text == clause.tab for t in clause.what)
    return clause.tab is not None and named and not (clause.dims or clause.grain or clause.rank or clause.trend)


def _heads_a_tab(clause: Clause, wishes: Sequence[Wish]) -> bool:
    """The name of a tab whose cards are described after it."""
    return is_topic(clause) and any(c is not clause and c.tab == clause.tab and says_something(c, r) for c, r in wishes)


def tab_topic(sources: Sources, clause: Clause) -> list[Piece]:
    """An overview for each thing that a tab is named for."""
    pieces = []
    for term in clause.what:
        explore = best_explore(sources.catalog, [term])
        tab = naming.upper(term.text)
        found = overview_pieces(explore, focus=next(iter(term.tables), None)) if explore is not None else []
        pieces += [p.model_copy(update={"tab": tab}) for p in found]
    return pieces


def says_something(clause: Clause, found: Resolved | None) -> bool:
    """Does a clause ask for a card (and not only for a filter, a range or a headline)?"""
    if not (clause.what or clause.dims) and (clause.controls or clause.only or clause.overview):
        return False
    asks = clause.what or clause.dims or clause.grain or clause.trend or clause.rank or clause.yoy
    return bool(asks or clause.latest is not None) and (
        found is None or bool(found.metrics or found.dims or found.lists)
    )


def drawn_of(sources: Sources, out: Planned, clause: Clause, found: Resolved) -> list[Piece]:
    """The cards of one clause, with its conditions."""
    for term in found.left:
        _left(out, term.text, found)
    for word in clause.cannot:
        out.remark(f"I can't draw a “{word}”; I chose the nearest chart that I can draw.")
    if clause.overview and not (clause.dims or clause.grain or clause.rank or clause.trend or clause.chart):
        return []
    pieces = pieces_of(found)
    for operator, number, phrase in clause.thresholds:
        counted = measure(phrase, found.explore)[0] if phrase is not None else None
        for piece in pieces:
            metric = counted or (field_of(found.explore, piece.metrics[0]) if piece.metrics else None)
            if isinstance(metric, Metric) and metric.id in piece.metrics and piece.chart != "kpi":
                text = f"{naming.lower(metric.label)} {_MORE.get(operator, 'at most')} {number:,.0f}"
                piece.having.append(Condition(field=metric.id, operator=operator, values=[number], text=text))
    where = [] if clause.only else clause.where
    tab = naming.upper(clause.tab) if clause.tab else None
    return [p.model_copy(update={"tab": tab}) for p in limited(sources, pieces, where)]


def limited(sources: Sources, pieces: Sequence[Piece], where: Sequence[Condition]) -> list[Piece]:
    """Pieces with those conditions that their explore has a field for."""
    out = []
    for piece in pieces:
        explore = sources.explore(piece.explore)
        fitting = [w for w in where if field_of(explore, w.field) is not None]
        out.append(piece.model_copy(update={"where": [*piece.where, *fitting]}))
    return out


def _left(out: Planned, text: str, found: Resolved) -> None:
    names = naming.and_list([naming.lower(m.label) for m in found.metrics] or [found.explore.label])
    out.remark(f"“{text}” could not be combined with {names}: no explore joins the two.")
    out.unknown(text)


def _usual(
    sources: Sources, out: Planned, wishes: Sequence[Wish], real: Sequence[tuple[Clause, Resolved]]
) -> list[Piece]:
    """The usual overview: around the measures that were named, else around the table, else around the main explore."""
    out.vague = True
    terms = [t for c, _ in wishes for t in (*c.what, *c.dims, *c.conditions)]
    lead = [m for _, r in real for m in r.metrics]
    named = [t for term in terms for t in term.tables]
    topic = bool(named) and all(t.tables for c, _ in real for t in c.what)
    explore = real[0][1].explore if real and lead and not topic else best_explore(sources.catalog, terms)
    if explore is None:
        return []
    grain = next((c.grain for c, _ in wishes if c.grain), None)
    where = [w for c, _ in wishes for w in c.where if not c.only]
    lead = [m for m in lead if field_of(explore, m.id) is not None] if not topic else []
    return limited(sources, overview_pieces(explore, lead[:4], grain, focus=named[0] if named else None), where)


def _numbers(sources: Sources, real: Sequence[tuple[Clause, Resolved]], more: bool) -> list[Piece]:
    """One number for each measure that the charts show (with `more`: up to four, of the main explore too)."""
    kpis: list[Piece] = []
    for clause, found in real:
        if found.metrics and (clause.what or clause.overview):
            alone = Resolved(Clause(grain=clause.grain), found.explore, metrics=found.metrics[:4])
            kpis += limited(sources, kpi_pieces(alone), [] if clause.only else clause.where)
    if more and real and len({tuple(k.metrics) for k in kpis}) < 3:
        kpis += [p for p in overview_pieces(real[0][1].explore) if p.chart == "kpi"]
    seen: set[str] = set()
    kept: list[Piece] = []
    for kpi in kpis:
        if not seen & {kpi.metrics[0], kpi.title} and not _same_measure(kpi, kept):
            seen |= {kpi.metrics[0], kpi.title}
            kept.append(kpi)
    return kept[: 4 if more else 3]


def _same_measure(kpi: Piece, kept: Sequence[Piece]) -> bool:
    """“Product revenue” beside “Total revenue” is the same number of another explore."""
    words = {concept(s) for s in label_stems(kpi.title)}
    return any(
        other.explore != kpi.explore and {concept(s) for s in label_stems(other.title)} - {"total"} < words
        for other in kept
    )


def distinct(pieces: Sequence[Piece]) -> list[Piece]:
    seen: set[str] = set()
    kept = []
    for piece in pieces:
        key = piece.model_dump_json(exclude={"id", "title", "note"})
        if key not in seen:
            seen.add(key)
            kept.append(piece)
    return kept


def numbered(pieces: Sequence[Piece]) -> list[Piece]:
    """Gives each piece without an id one that says what it is: `trend`, `bar-2`."""
    used = {p.id for p in pieces if p.id}
    for piece in pieces:
        if piece.id:
            continue
        name = "trend" if piece.chart in ("line", "area") and piece.time else piece.chart
        number = 1
        while (candidate := name if number == 1 else f"{name}-{number}") in used:
            number += 1
        piece.id = candidate
        used.add(candidate)
    return list(pieces)
