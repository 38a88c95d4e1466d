"""Taking out: cards, measures, splits, filters."""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.commands import kind_of
from vitrail.agent.composer.edits.editing import Editing, means, titles, without_noun
from vitrail.agent.composer.lexicon import Term
from vitrail.agent.composer.plan import Piece
from vitrail.agent.composer.words import tokens

_EXCEPT = re.compile(
    r"^(?:everything|all|every\s+\w+|anything)\b.*?\b(?:except|but|other than|besides)\b(?P<what>.+)$", re.IGNORECASE
)


def remove(e: Editing, text: str) -> bool:
    lowered = text.lower()
    if re.search(r"\bfilters?\b|\bdropdown\b|\bslicer\b|\bpicker\b", lowered):
        return remove_filter(e, lowered)
    if re.search(r"\b(period|date range)\b", lowered) and e.plan.period is not None:
        e.plan.period = None
        return e.done("Removed the period filter.")
    kept = _EXCEPT.search(text)
    if kept is not None and (stay := e.targets(kept.group("what"))):
        return drop(e, [p for p in e.plan.pieces if p not in stay])
    terms = e.terms(text)
    for piece in e.plan.pieces:
        if (
            re.search(r"^by\b|\b(split|breakdown|series|colou?rs?)\b", lowered)
            and piece.series
            and means(terms, piece.series)
        ):
            noun = e.noun(piece, piece.series)
            piece.series, piece.top_series = None, None
            piece.title = without_noun(piece.title, noun)
            return e.done(f"“{piece.title}” is no longer split by {noun}.")
    found = e.targets(text)
    named_kind = any(kind_of(t.low) for t in tokens(text))
    if not named_kind and terms:
        return remove_measure(e, terms) or drop(e, found)
    return drop(e, found)


def keep_only(e: Editing, command: str) -> bool:
    """“keep only the trend”: everything else goes."""
    match = re.match(r"^(?:please\s+)?(?:keep|leave)\s+(?:only|just)?\s*(?P<what>.+)$", command, re.IGNORECASE)
    stay = e.targets(match.group("what")) if match else []
    return bool(stay) and drop(e, [p for p in e.plan.pieces if p not in stay])


def drop(e: Editing, found: list[Piece]) -> bool:
    if not found:
        return False
    if len(found) == len(e.plan.pieces):
        e.out.remarks.append("That would leave an empty app, so nothing was removed.")
        return True
    e.plan.pieces[:] = [p for p in e.plan.pieces if p not in found]
    return e.done(f"Removed {titles(found)}.")


def remove_measure(e: Editing, terms: list[Term]) -> bool:
    ids = {m.entry.id for t in terms for m in t.matches if m.score >= t.matches[0].score - 0.1}
    removed: list[str] = []
    for piece in list(e.plan.pieces):
        hit = [m for m in piece.metrics if m in ids]
        if hit and len(piece.metrics) > len(hit):
            piece.metrics = [m for m in piece.metrics if m not in hit]
            if piece.sort in hit:
                piece.sort = piece.metrics[0]
            removed.append(f"a measure of “{piece.title}”")
        elif hit and piece.chart == "kpi" and len(e.plan.pieces) > 1:
            e.plan.pieces.remove(piece)
            removed.append(f"the card “{piece.title}”")
    return e.done(f"Removed {naming.and_list(removed)}.") if removed else False


def remove_filter(e: Editing, lowered: str) -> bool:
    stems = {t.stem for t in tokens(lowered)}
    for control in e.plan.controls:
        if {t.stem for t in tokens(control.label)} & stems:
            e.plan.controls.remove(control)
            return e.done(f"Removed the filter on {naming.lower(control.label)}.")
    if e.plan.period is not None and stems & {"period", "date", "time", "range"}:
        e.plan.period = None
        return e.done("Removed the period filter.")
    if (
        stems & {"all", "filters", "filter"}
        and not e.terms(lowered)
        and (e.plan.controls or e.plan.period or e.plan.where)
    ):
        e.plan.controls, e.plan.period, e.plan.where = [], None, []
        return e.done("Removed all filters.")
    for condition in e.plan.where:
        if means(e.terms(lowered), condition.field):
            e.plan.where.remove(condition)
            return e.done(f"The app is no longer limited to {condition.text}.")
    return False
