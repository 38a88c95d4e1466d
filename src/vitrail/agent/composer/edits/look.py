"""How a card is drawn: chart, grain, rows, order."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import at_grain, field_of
from vitrail.agent.composer.commands import is_kind, kind_of, verb_of, without_verb
from vitrail.agent.composer.edits.editing import Editing, means, swapped, titles
from vitrail.agent.composer.plan import Piece
from vitrail.agent.composer.scan import Item
from vitrail.agent.composer.words import NUMBERS, tokens
from vitrail.catalog.model import Dimension, TimeInterval

_NUMBER = re.compile(
    r"\b(?:top|bottom|first|to|show|limit(?:ed)?(?: to)?|only)\s+(?:the\s+)?(?:top\s+)?(\d+|[a-z]+)\b", re.IGNORECASE
)


def change_chart(e: Editing, command: str, items: list[Item]) -> bool:
    charts = [i for i in items if i.kind == "chart"]
    wanted = charts[-1]
    chart = "bar" if wanted.value == "rank" else wanted.value
    before, after = command[: wanted.start], command[wanted.end :]
    before = re.sub(r"\b(?:in)?to\b|\bas\b|\ban?\b", " ", without_verb(before) if before.strip() else before)
    named = any(kind_of(t.low) for t in tokens(before)) or re.search(r"\b(it|that|this|them)\b", before, re.IGNORECASE)
    if not named and verb_of(command) in ("show", "") and any(i.kind in ("by", "grain") for i in items):
        return False  # “show revenue per store as bars” is a wish of its own
    found = e.targets(before) if before.strip() else []
    if not found and after.strip():
        found = e.targets(after)
    if not found and re.search(r"\b(it|that|this|them|chart|graph)\b", before, re.IGNORECASE):
        found = e.last or [p for p in e.plan.pieces if is_kind(p, "chart")][:1]
    found = [p for p in found if p.chart != "kpi" or chart == "kpi"] or [p for p in found if p.time]
    if not found:
        return False
    e.last = found
    for piece in found:
        redraw(e, piece, chart)
    return True


def compare_numbers(e: Editing, command: str, items: list[Item]) -> bool:
    """“compare with last year”: the number cards show the change over the same time before."""
    year = bool(re.search(r"\byear|\byoy\b|12 months", command, re.IGNORECASE))
    found = [p for p in e.plan.pieces if p.chart == "kpi" and p.time]
    if not found or any(i.kind == "term" for i in items):
        return False
    for piece in found:
        piece.compare = "year" if year else "previous"
    show = "show" if len(found) > 1 else "shows"
    return e.done(f"{titles(found)} now {show} the change over {'the year' if year else 'the period'} before.")


def redraw(e: Editing, piece: Piece, chart: str) -> None:
    noun = {
        "line": "a line chart",
        "bar": "a bar chart",
        "stacked": "a stacked bar chart",
        "area": "an area chart",
        "pie": "a ring chart",
        "table": "a table",
        "kpi": "a number card",
    }[chart]
    if piece.chart == chart:
        e.done(f"“{piece.title}” is {noun} already.")
        return
    if chart == "kpi":
        e.out.remarks.append(f"“{piece.title}” has several values, so it can't be a single number.")
        return
    if chart == "table":
        piece.rows, piece.x, piece.series = piece.dimensions, None, None
    elif piece.chart == "table":
        piece.x, piece.series, piece.rows = (
            (piece.rows[0] if piece.rows else None),
            (piece.rows[1] if len(piece.rows) > 1 else None),
            [],
        )
        piece.limit = min(piece.limit or 50, 50) if piece.grain is None else 5000
        piece.time = piece.time if piece.grain else None
    if chart == "pie" and piece.series:
        piece.series, piece.top_series = None, None
    if chart == "pie" and piece.time and piece.grain:
        e.out.remarks.append(f"“{piece.title}” runs over time, which a ring chart shows badly; I drew it all the same.")
    if chart == "stacked" and not piece.series:
        chart = "bar"
    if chart == "bar" and piece.series:
        chart = "bar" if piece.time is None else "stacked"
    if (
        chart == "line"
        and piece.time is None
        and piece.x
        and isinstance(field_of(e.explore(piece), piece.x), Dimension)
    ):
        e.out.remarks.append(f"“{piece.title}” does not run over time; a line joins things that have no order.")
    piece.chart = chart  # type: ignore[assignment]
    e.done(f"“{piece.title}” is now {noun}.")


def change_grain(e: Editing, command: str, items: list[Item]) -> bool:
    grain: TimeInterval = next(i.value for i in items if i.kind in ("grain", "noun"))
    found = [p for p in e.targets(command) if p.time and p.chart != "kpi"]
    found = found or [p for p in e.plan.pieces if p.time and p.chart != "kpi"]
    changed = []
    for piece in found:
        identifier, real = at_grain(e.explore(piece), piece.time or "", grain)
        if real is None or identifier == piece.x or identifier in piece.rows:
            continue
        before = piece.x if piece.x else piece.rows[0] if piece.rows else None
        piece.rows = [identifier if r == before else r for r in piece.rows]
        if piece.x:
            piece.x = identifier
        piece.sort = identifier if piece.sort == before else piece.sort
        old = naming.GRAIN_NAMES.get(TimeInterval(piece.grain), "") if piece.grain else ""
        piece.title = (
            re.sub(rf"\bby {re.escape(old)}\b", f"by {naming.GRAIN_NAMES.get(real, 'date')}", piece.title, count=1)
            if old
            else piece.title
        )
        piece.grain = str(real)
        changed.append(piece)
        if real is not grain:
            e.out.remarks.append(
                f"The data has no {naming.GRAIN_NAMES.get(grain, str(grain))}; I took {naming.GRAIN_NAMES.get(real)}."
            )
    be, name = "are" if len(changed) > 1 else "is", naming.GRAIN_NAMES.get(grain, "date")
    return e.done(f"{titles(changed)} {be} now by {name}.") if changed else False


def change_limit(e: Editing, command: str, items: list[Item], verb: str) -> bool:
    rank = next((i.value for i in items if i.kind == "rank"), None)
    n = rank[0] if rank else None
    if n is None:
        match = _NUMBER.search(command)
        word = match.group(1).lower() if match else ""
        n = int(word) if word.isdigit() else NUMBERS.get(word)
    if n is None or not 1 <= n <= 1000:
        return False
    ranked = [p for p in e.plan.pieces if p.chart in ("bar", "table", "pie") and p.time is None]
    found = [p for p in e.targets(command) if p in ranked]
    terms = [i.value for i in items if i.kind == "term"]
    if terms:
        found = [p for p in found if any(means(terms, field) for field in (*p.metrics, *p.dimensions))]
        if not found:
            return False
    found = found or [p for p in ranked if is_kind(p, "rank")][:1] or ranked[:1]
    if not found:
        return False
    for piece in found:
        before = piece.limit or 0
        piece.limit = n
        if rank and rank[1] != piece.descending:
            piece.descending = rank[1]
            piece.title = (
                piece.title.replace("Top ", "Bottom ", 1) if not rank[1] else piece.title.replace("Bottom ", "Top ", 1)
            )
        for text in (naming.number_word(before), str(before)):
            piece.title = re.sub(rf"^(Top|Bottom) {text}\b", rf"\1 {naming.number_word(n)}", piece.title)
        e.last = [piece]
    return e.done(f"{titles(found)} now shows {n} rows.")


def change_sort(e: Editing, command: str, items: list[Item]) -> bool:
    ascending = bool(re.search(r"\b(asc|ascending|smallest|lowest|least|a to z|alphabetical)", command, re.IGNORECASE))
    by = next((i.start for i in items if i.kind == "by"), 0)
    terms = [i.value for i in items if i.kind == "term" and i.start >= by]
    candidates = [p for p in e.plan.pieces if p.chart in ("bar", "table", "pie", "stacked") and p.time is None]
    candidates.sort(key=lambda p: (p not in e.last, not is_kind(p, "rank")))
    found = [p for p in e.targets(command) if p in candidates] or candidates[:1]
    if not found:
        return False
    piece = found[0]
    by_name = bool(re.search(r"\b(name|alphabetical)", command, re.IGNORECASE))
    options = piece.dimensions if by_name else [*piece.metrics, *piece.dimensions]
    field = next((o for t in terms for o in options if means([t], o)), None)
    if field is None and by_name:
        field, ascending = next(iter(piece.dimensions), None), True
    metric = e.metric(terms[-1], e.explore(piece)) if terms and field is None else None
    if metric is not None:
        before = field_of(e.explore(piece), piece.metrics[0])
        piece.metrics = [*piece.metrics, metric.id] if piece.chart == "table" else [metric.id]
        piece.title = swapped(piece.title, before.label if before else "", metric.label)
        field = str(metric.id)
    if field is None and terms:
        return False
    if field in piece.dimensions and not re.search(r"\b(desc|descending|z to a|last)", command, re.IGNORECASE):
        ascending = True
    piece.sort, piece.descending = field or piece.sort, not ascending
    return e.done(f"“{piece.title}” is sorted {'upwards' if ascending else 'downwards'}.")
