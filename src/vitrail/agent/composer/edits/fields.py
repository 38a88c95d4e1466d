"""Other fields: another split, one field in place of another."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import field_of
from vitrail.agent.composer.commands import is_kind, verb_of, without_verb
from vitrail.agent.composer.edits.editing import Editing, means, swapped, titles, without_noun
from vitrail.agent.composer.scan import Item

_INSTEAD = re.compile(r"^(?P<new>.+?)\s+(?:instead of|rather than)\s+(?P<old>.+)$", re.IGNORECASE)
_REPLACE = re.compile(
    r"^(?:replace|swap|change|switch)\s+(?P<old>.+?)\s+(?:with|by|for|to)\s+(?P<new>.+)$", re.IGNORECASE
)


def split(e: Editing, command: str, items: list[Item]) -> bool:
    """“split the trend by region”, “break it down by channel”."""
    at = next((i for i in items if i.kind == "by"), None)
    terms = [i.value for i in items if i.kind == "term" and (at is None or i.start > at.start)]
    verb = verb_of(command)
    subject = command[: at.start] if at else command
    found = [p for p in e.targets(subject) if p.chart not in ("kpi", "table")]
    if (
        not found
        and verb not in ("split", "break")
        and any(i.kind == "term" for i in items if at and i.start < at.start)
    ):
        return False  # “orders by region” is a wish of its own
    found = (
        found
        or e.last
        or [p for p in e.plan.pieces if is_kind(p, "trend")][:1]
        or [p for p in e.plan.pieces if is_kind(p, "chart")][:1]
    )
    if not found or not terms:
        return False
    piece = found[0]
    dimension = e.breakdown(terms[0], e.explore(piece))
    if dimension is None:
        e.out.remarks.append(f"“{piece.title}” can't be split by “{terms[0].text}”: its explore has no such field.")
        return False
    noun = naming.dimension_noun(e.explore(piece), dimension)
    if piece.time and piece.x:
        before = e.noun(piece, piece.series) if piece.series else None
        piece.series, piece.top_series = dimension.id, None
        piece.metrics = piece.metrics[:1]
        piece.title = without_noun(piece.title, before) if before else piece.title
        piece.title = f"{piece.title} and {noun}"
    else:
        before = e.noun(piece, piece.x) if piece.x else None
        if piece.sort == piece.x:
            piece.sort = piece.metrics[0]
        piece.x = dimension.id
        piece.title = (
            piece.title.replace(before, noun, 1) if before and before in piece.title else f"{piece.title} by {noun}"
        )
    e.last = [piece]
    return e.done(f"It is now “{piece.title}”.")


def replace_field(e: Editing, command: str) -> bool:
    match = _INSTEAD.match(without_verb(command)) or _REPLACE.match(command)
    if match is None:
        return False
    new, old = e.terms(match.group("new")), e.terms(match.group("old"))
    if not new or not old:
        return False
    changed = []
    for piece in e.plan.pieces:
        explore = e.explore(piece)
        for index, identifier in enumerate(piece.metrics):
            metric = e.metric(new[0], explore)
            if means(old, identifier) and metric is not None and metric.id not in piece.metrics:
                before = field_of(explore, identifier)
                piece.metrics[index] = metric.id
                piece.sort = metric.id if piece.sort == identifier else piece.sort
                piece.title = swapped(piece.title, before.label if before else "", metric.label)
                changed.append(piece)
        for name in ("x", "series"):
            identifier = getattr(piece, name)
            dimension = e.breakdown(new[0], explore)
            if identifier and means(old, identifier) and dimension is not None and not (name == "x" and piece.time):
                piece.title = piece.title.replace(
                    e.noun(piece, identifier), naming.dimension_noun(explore, dimension), 1
                )
                piece.sort = dimension.id if piece.sort == identifier else piece.sort
                setattr(piece, name, dimension.id)
                piece.top_series = None
                changed.append(piece)
    return e.done(f"Changed: {titles(changed)}.") if changed else False
