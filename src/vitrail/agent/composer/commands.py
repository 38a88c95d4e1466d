"""A follow-up prompt as commands: the sentence cut where a new verb begins, and which cards each one speaks of."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vitrail.agent.composer.lexicon import Lexicon
from vitrail.agent.composer.plan import AppPlan, Piece
from vitrail.agent.composer.words import label_stems, stem, tokens

ADD = (
    r"add|include|insert|append|also show|also add|show also|put in|create|build|give me|bring in"
    r"|i(?:'d| would)? (?:also )?(?:like|want|need)"
)
REMOVE = (
    r"remove|delete|drop|hide|get rid of|take (?:out|away)|lose"
    r"|(?:don'?t|do not|stop) (?:show|split|group|break)\w*(?: down)?|no more|leave out|kill"
)
CHANGE = r"make|turn|change|convert|switch|transform|use|set|update|group|aggregate"
SHOW = r"show|display|draw|render|present|plot|have|let"
OTHER = (
    r"rename|call|(?:title|name)(?=\s+(?:it|the|this)\b|:)|(?:order|rank)(?=\s+(?:by|the|it|them)\b)|filter|split|break"
    r"|sort|limit|replace|swap|move|put|only|just|exclude|restrict|keep|narrow|focus|zoom|increase|decrease|reduce|extend"
    r"|compare"
)
_VERB = re.compile(
    r"^(?:please\s+|can you\s+|could you\s+|now\s+|then\s+|also\s+|and\s+)*"
    rf"(?P<verb>{ADD}|{REMOVE}|{CHANGE}|{SHOW}|{OTHER})\b",
    re.IGNORECASE,
)
_CUT = re.compile(r"\s*(?:[.;\n]+(?:\s|$)|,?\s+(?:and then|then|and also|and|but|plus)\s+|,\s*)", re.IGNORECASE)
_ORDINALS = {"first": 0, "second": 1, "third": 2, "fourth": 3, "last": -1}


def commands(text: str) -> list[str]:
    """The prompt's parts, each beginning with a verb; a part without one belongs to the part before it."""
    parts: list[str] = []
    at = 0
    joins: list[str] = []
    for cut in [*_CUT.finditer(text), None]:
        end = cut.start() if cut else len(text)
        part = text[at:end].strip(" ,.;\n")
        if part:
            if parts and not _VERB.match(part):
                parts[-1] += (joins[-1] if joins else ", ") + part
            else:
                parts.append(part)
        if cut:
            at = cut.end()
            joins.append(cut.group())
    return parts


def verb_of(command: str) -> str:
    """`add`, `remove`, `change`, `show`, the verb itself for the rest, or an empty string."""
    match = _VERB.match(command)
    if match is None:
        return ""
    verb = match.group("verb").lower()
    if verb == "make" and re.match(r"\s+(?:me\s+)?(?:an?|another)\b", command[match.end() :], re.IGNORECASE):
        return "add"
    for kind, pattern in (("add", ADD), ("remove", REMOVE), ("change", CHANGE), ("show", SHOW)):
        if re.fullmatch(pattern, verb, re.IGNORECASE):
            return kind
    return verb


def without_verb(command: str) -> str:
    match = _VERB.match(command)
    return command[match.end() :].strip() if match else command


def kind_of(word: str) -> str | None:
    """What sort of card a word names."""
    return {
        "trend": "trend",
        "line": "line",
        "timeline": "trend",
        "table": "table",
        "list": "table",
        "grid": "table",
        "pie": "pie",
        "donut": "pie",
        "doughnut": "pie",
        "ring": "pie",
        "bar": "bar",
        "column": "bar",
        "area": "area",
        "kpi": "kpi",
        "card": "kpi",
        "number": "kpi",
        "tile": "kpi",
        "figure": "kpi",
        "ranking": "rank",
        "top": "rank",
        "leaderboard": "rank",
        "breakdown": "breakdown",
        "chart": "chart",
        "graph": "chart",
    }.get(stem(word))


def is_kind(piece: Piece, kind: str) -> bool:
    if kind == "trend":
        return piece.time is not None and piece.chart not in ("kpi", "table")
    if kind == "rank":
        return (
            piece.chart in ("bar", "table")
            and piece.time is None
            and (piece.limit or 999) <= 100
            and piece.series is None
        )
    if kind == "breakdown":
        return piece.time is None and piece.chart in ("bar", "pie", "stacked")
    if kind == "chart":
        return piece.chart not in ("kpi", "table")
    if kind == "bar":
        return piece.chart in ("bar", "stacked")
    return piece.chart == kind


def targets(plan: AppPlan, text: str, lexicon: Lexicon) -> list[Piece]:
    """The cards that a phrase speaks of, best first in meaning; empty when it names none."""
    words = [t for t in tokens(text) if t.kind == "word"]
    kinds = [k for t in words if (k := kind_of(t.low)) is not None]
    stems = {t.stem for t in words}
    fields = _fields(text, lexicon)
    scores: list[tuple[float, Piece]] = []
    for piece in plan.pieces:
        score = sum(2.0 if k != "chart" else 1.0 for k in set(kinds) if is_kind(piece, k))
        if kinds and not score:
            continue
        score += 1.5 * sum(any(i in (*piece.metrics, *piece.dimensions) for i in options) for options in fields)
        score += 0.4 * len(stems & {s for s in label_stems(piece.title) if len(s) > 2} - {"by", "and", "the"})
        if score > 0.7:
            scores.append((score, piece))
    if not scores:
        return []
    best = max(score for score, _ in scores)
    found = [piece for score, piece in scores if score >= best - 0.01]
    ordinal = next((n for word, n in _ORDINALS.items() if word in stems), None)
    if ordinal is not None and -len(found) <= ordinal < len(found):
        return [found[ordinal]]
    plural = any(
        t.low in ("charts", "kpis", "cards", "tables", "trends", "bars", "all", "both", "numbers", "lines")
        for t in words
    )
    return found if plural else found[:1]


def _fields(text: str, lexicon: Lexicon) -> list[set[str]]:
    """For each phrase of the text that means fields, their ids."""
    words = [t for t in tokens(text) if t.kind == "word"]
    found: list[set[str]] = []
    i = 0
    while i < len(words):
        for end in range(min(len(words), i + 5), i, -1):
            term = lexicon.phrase(words[i:end], text)
            if term is not None and kind_of(words[i].low) is None:
                ids = {m.entry.id for m in term.matches if m.score >= term.matches[0].score - 0.15}
                ids |= {
                    e.id for e in lexicon.entries.values() if e.kind == "dimension" and e.field.table in term.tables
                }
                found.append(ids)
                i = end - 1
                break
        i += 1
    return found


def only_kinds(text: str) -> bool:
    """Does the phrase name nothing but cards (“the last chart”)?"""
    rest: Sequence[str] = [t.low for t in tokens(text) if t.kind == "word"]
    return all(
        kind_of(w) or w in _ORDINALS or w in ("the", "a", "that", "this", "it", "all", "both", "of", "them")
        for w in rest
    )
