"""From a prompt's words to items: fields, grains, ranges, charts, rankings and the small words that join them.

Left to right, the longest meaning first: a field of several words (“monthly recurring revenue”) wins over the grain
that it begins with; a grain wins over a field of one word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from vitrail.agent.composer import timing
from vitrail.agent.composer.lexicon import GOOD, Lexicon, Term
from vitrail.agent.composer.vocabulary import (
    BY,
    CANNOT_DRAW,
    CHART_TAIL,
    CHARTS,
    COMPARE,
    FILTER,
    JOIN,
    MORE,
    NOT,
    ONLY,
    OVERVIEW,
    RANKED,
    SHARE,
    TOP,
    TREND,
)
from vitrail.agent.composer.words import FILLERS, Token, fold, tokens, word_set
from vitrail.catalog.model import TimeInterval

MAX_SPAN = 6


@dataclass(frozen=True, slots=True)
class Item:
    """`kind` says what `value` is: term (Term), grain (TimeInterval), noun (a grain that needs a “by” before it),
    range, chart, rank ((n, descending, quality)), more ((operator, number)); the rest carry their word."""

    kind: str
    value: Any
    start: int
    end: int


def scan(text: str, lexicon: Lexicon, now: date) -> list[Item]:
    """The items of a prompt, in order. `start` and `end` are places in `text`."""
    words = tokens(text)
    items: list[Item] = []
    i = 0
    while i < len(words):
        length, kind, value = _at(words, i, text, lexicon, now)
        items.append(Item(kind, value, words[i].start, words[i + length - 1].end))
        i += length
    return items


def _at(words: Sequence[Token], i: int, text: str, lexicon: Lexicon, now: date) -> tuple[int, str, Any]:
    token = words[i]
    low, stem = token.low, token.stem
    if token.kind == "mark":
        return _mark(token)
    if low == "how" and i + 1 < len(words) and words[i + 1].low in ("many", "much"):
        return 2, "count", low
    if low == "busiest":
        return 1, "busiest", low
    if (drawn := _chart(words, i)) and [w.low for w in words[i + drawn[0] : i + drawn[0] + 1]] == ["of"]:
        return drawn  # “a list of products” is no list price
    strong = _term(words, i, text, lexicon, shortest=2)
    if strong is not None:
        return strong
    if found := timing.range_at(words, i, now):
        return found[0], "range", found[1]
    if found_more := _threshold(words, i):
        return found_more
    if found_order := _order(words, i):
        return found_order
    if low in ("date", "time", "period", "timeframe") and (
        low in ("period", "timeframe")
        or (i + 1 < len(words) and words[i + 1].low in ("range", "ranges", "picker", "period"))
    ):
        return (1 if low in ("period", "timeframe") else 2), "dates", low
    if "tab" in fold(text) and _next_tab(words, i):
        return 1, "tab", low
    if found_rank := _rank(words, i):
        return found_rank
    if low in timing.GRAIN_WORDS:
        return 1, "grain", timing.GRAIN_WORDS[low]
    nxt = words[i + 1].low if i + 1 < len(words) else ""
    if low == "over" and nxt == "time":
        return 2, "trend", True
    if low == "over" and nxt in ("the",) and i + 2 < len(words) and words[i + 2].stem in ("year", "month", "week"):
        return 3, "trend", True
    if (
        stem in ("month", "week", "day", "quarter", "year")
        and nxt in ("over", "by", "on")
        and (i + 2 < len(words) and words[i + 2].stem == stem)
    ):
        return 3, ("grain" if nxt == "by" else "yoy"), timing.GRAIN_NOUNS[stem]
    if low in ("yoy", "mom", "wow"):
        return 1, "yoy", timing.GRAIN_NOUNS[{"y": "year", "m": "month", "w": "week"}[low[0]]]
    if (
        stem == "day"
        and nxt == "of"
        and [w.stem for w in words[i + 2 : i + 4]] in (["the", "week"], ["week"], ["week", "and"])
    ):
        return (4 if words[i + 2].low == "the" else 3), "noun", timing.GRAIN_NOUNS["weekday"]
    if found_chart := _chart(words, i):
        return found_chart
    if low in ("tab", "tabs"):
        return 1, "tab", low
    if low in BY or (low == "for" and nxt in ("each", "every")):
        return (2 if low == "for" else 1), "by", low
    if low in ("each", "every") and i + 1 < len(words):
        return 1, "by", low
    if low in ("broken", "split", "grouped", "sliced", "segmented", "stacked") and nxt in ("down", "by", "up", "into"):
        after = [w.low for w in words[i + 1 : i + 3]]
        if after[0] == "by" or after == ["down", "by"]:
            return (2 if after[0] == "by" else 3), "by", "split"
        return 1, "filler", low
    if low in FILTER:
        return 1, "filter", low
    if low in ONLY:
        return 1, "only", low
    if low in NOT:
        return 1, "not", low
    if low == "where":
        return 1, "where", low
    if low == "hour" and nxt == "of":
        return (
            (4 if [w.low for w in words[i + 2 : i + 4]] == ["the", "day"] else 3),
            "noun",
            TimeInterval.HOUR_OF_DAY_NUM,
        )
    if low in TREND:
        return 1, "trend", False
    if low in COMPARE:
        return 1, "compare", low
    if low in SHARE and nxt in ("of", "by", "across", "between"):
        return 1, "share", low
    if low in OVERVIEW:
        return 1, "overview", low
    if low in CANNOT_DRAW:
        return (2 if nxt in CHART_TAIL else 1), "cannot", low
    if low == "as" and [w.low for w in words[i + 1 : i + 3]] == ["well", "as"]:
        return 3, "join", "as well as"
    if low == "along" and nxt == "with":
        return 2, "join", "along with"
    if low in JOIN:
        return 1, "join", low
    if found_plain := _plain_word(words, i, text, lexicon):
        return found_plain
    if token.number is not None and not lexicon.matches((stem,)):
        return 1, "number", token.number
    if stem in timing.GRAIN_NOUNS and i and words[i - 1].low in ("by", "per", "each", "every"):
        return 1, "noun", timing.GRAIN_NOUNS[stem]
    weak = _term(words, i, text, lexicon, shortest=1)
    if weak is not None:
        return weak
    if stem in timing.GRAIN_NOUNS:
        return 1, "noun", timing.GRAIN_NOUNS[stem]
    says_nothing = low in FILLERS or stem in FILLERS or len(low) == 1
    return (1, "filler", low) if says_nothing else (1, "unknown", token)


def _mark(token: Token) -> tuple[int, str, Any]:
    text = token.text
    if any(c in text for c in ".;!?\n"):
        return 1, "stop", text
    if any(c in text for c in ",&+:"):
        return 1, "join" if ":" not in text else "colon", text
    return 1, "join" if "/" in text else "filler", text


def _term(words: Sequence[Token], i: int, text: str, lexicon: Lexicon, shortest: int) -> tuple[int, str, Term] | None:
    """The longest phrase at `i` that means a field, of at least `shortest` words that carry meaning."""
    if words[i].kind != "word" or (
        words[i].low in FILLERS and words[i].low not in ("total", "number", "first", "time")
    ):
        return None
    last = i
    while last + 1 < len(words) and last + 1 - i < MAX_SPAN and words[last + 1].kind == "word":
        last += 1
    for end in range(last, i - 1, -1):
        span = words[i : end + 1]
        if words[end].low in FILLERS and words[end].low not in ("value", "time", "number", "performance"):
            continue
        if any(
            w.low in ("by", "and", "with", "plus", "vs", "versus", "across", "for", "where", "in") for w in span[1:]
        ):
            continue
        meaning = [w for w in span if w.low not in FILLERS or w.low in ("number", "value", "time", "first")]
        abbreviation = len(span) == 1 and span[0].low in ("aov", "mrr", "arr", "ltv", "clv", "arpu", "frt", "ttr", "gm")
        if len(meaning) < shortest and not abbreviation:
            continue
        term = _dated(words, i, end, text, lexicon) or lexicon.phrase(span, text)
        if term is None:
            continue
        if shortest > 1 and not term.tables and (term.matches[0].score if term.matches else 0) < GOOD + 0.08:
            continue
        return end + 1 - i, "term", term
    return None


_BEFORE_A_FIELD = word_set("by per each every on across and for of with filter")


def _plain_word(words: Sequence[Token], i: int, text: str, lexicon: Lexicon) -> tuple[int, str, Term] | None:
    """An everyday word that is a field's whole label here (“team”, “page”), where a field may stand."""
    before = words[i - 1] if i else None
    if before is None or not (before.low in _BEFORE_A_FIELD or before.text == ",") or words[i].low not in FILLERS:
        return None
    matches = lexicon.called(words[i].stem)
    if not matches:
        return None
    return 1, "term", Term(words[i].text, matches, (), words[i].start, words[i].end)


def _dated(words: Sequence[Token], i: int, end: int, text: str, lexicon: Lexicon) -> Term | None:
    """“first order month”, “signup week”: a date field, said with a grain in place of “date”."""
    after = words[end + 1] if end + 1 < len(words) else None
    if after is None or after.stem not in timing.UNITS:
        return None
    term = lexicon.phrase(words[i : end + 1], text)
    found = term or lexicon.phrase([*words[i : end + 1], *tokens("date")], text)
    dates = tuple(m for m in found.matches if m.entry.is_time) if found else ()
    if not dates or (term is not None and term.tables):
        return None
    return Term(text[words[i].start : words[end].end], dates, (), words[i].start, words[end].end)


def _threshold(words: Sequence[Token], i: int) -> tuple[int, str, Any] | None:
    for size in (2, 1):
        operator = MORE.get(tuple(w.low for w in words[i : i + size]))
        at = i + size
        if operator is not None and at < len(words):
            if words[at].text in ("$", "€", "£"):
                at += 1
            if at < len(words) and words[at].kind == "number":
                return at + 1 - i, "more", (operator, float(words[at].text.rstrip("%").replace(",", "")))
    return None


def _order(words: Sequence[Token], i: int) -> tuple[int, str, Any] | None:
    """`lowest first`, `sorted descending`."""
    low, nxt = words[i].low, words[i + 1].low if i + 1 < len(words) else ""
    if nxt == "first" and low in (*TOP, "most", "least", "newest", "oldest"):
        return 2, "order", low if low in ("best", "worst") else TOP.get(low, low in ("most", "newest"))
    if low in ("descending", "desc", "ascending", "asc"):
        return 1, "order", low.startswith("desc")
    return None


def _next_tab(words: Sequence[Token], i: int) -> bool:
    """“one for sales … and another with customers”, in a prompt that speaks of tabs."""
    low, nxt = words[i].low, words[i + 1].low if i + 1 < len(words) else ""
    return low in ("one", "another", "other", "first", "second", "third", "fourth") and nxt in (
        "for",
        "with",
        "on",
        "about",
        "shows",
        "showing",
        "tab",
        "is",
        "should",
    )


def _rank(words: Sequence[Token], i: int) -> tuple[int, str, Any] | None:
    """`top ten`, `10 best`, `best-selling`, `most popular`, `latest 20`."""
    low = words[i].low
    if (
        low in ("top", "bottom")
        and i
        and words[i - 1].low in ("the", "on", "at")
        and (words[i - 1].low != "the" or (i > 1 and words[i - 2].low in ("at", "on", "to", "along")))
    ):
        return 1, "filler", low  # a place on the page
    nxt = words[i + 1] if i + 1 < len(words) else None
    at, n = i, None
    if words[i].number is not None and nxt is not None and (nxt.low in TOP or nxt.low in ("most", "least", "latest")):
        n, at = words[i].number, i + 1
        low = words[at].low
    if low in ("latest", "newest", "recent") or (
        low == "most" and at + 1 < len(words) and words[at + 1].low == "recent"
    ):
        at += 2 if low == "most" else 1
        if at < len(words) and words[at].number is not None:
            n, at = words[at].number, at + 1
        return (at - i, "latest", n)
    if low in TOP:
        descending = TOP[low]
        at += 1
    elif low in ("most", "least") and at + 1 < len(words):
        descending = low == "most"
        at += 1
        if words[at].low not in RANKED:
            return (at - i, "superlative", descending)
    else:
        return None
    if at < len(words) and words[at].number is not None and n is None:
        n, at = words[at].number, at + 1
    if at < len(words) and words[at].text in ("-", "–"):
        at += 1
    quality = low if low in ("best", "worst", "poorest", "weakest") else None
    by = None
    if at < len(words) and words[at].low in RANKED:
        by = words[at].low
        at += 1
    if low in ("highest", "lowest", "biggest", "largest", "smallest", "greatest") and n is None and by is None:
        return (at - i, "superlative", descending)
    return (at - i, "rank", (n, descending, quality))


def _chart(words: Sequence[Token], i: int) -> tuple[int, str, Any] | None:
    for size in range(2, 0, -1):
        key = tuple(w.stem for w in words[i : i + size])
        if len(key) == size and key in CHARTS:
            length = size
            while i + length < len(words) and words[i + length].stem in CHART_TAIL:
                length += 1
            if (
                i + length < len(words)
                and CHARTS[key] == "kpi"
                and words[i + length].low in ("row", "cards", "strip", "section")
            ):
                length += 1
            return length, "chart", CHARTS[key]
    return None
