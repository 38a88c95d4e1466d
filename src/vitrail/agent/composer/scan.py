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
from vitrail.agent.composer.words import FILLERS, Token, fold, tokens, word_set
from vitrail.catalog.model import TimeInterval

MAX_SPAN = 6

CHARTS: dict[tuple[str, ...], str] = {
    ("stacked", "bar"): "stacked",
    ("stacked", "column"): "stacked",
    ("stacked", "area"): "area",
    ("stacked",): "stacked",
    ("grouped", "bar"): "bar",
    ("horizontal", "bar"): "bar",
    ("line",): "line",
    ("curve",): "line",
    ("sparkline",): "line",
    ("bar",): "bar",
    ("column", "chart"): "bar",
    ("histogram",): "bar",
    ("column", "graph"): "bar",
    ("area",): "area",
    ("pie",): "pie",
    ("donut",): "pie",
    ("doughnut",): "pie",
    ("ring",): "pie",
    ("table",): "table",
    ("grid",): "table",
    ("list",): "table",
    ("spreadsheet",): "table",
    ("leaderboard",): "rank",
    ("kpi",): "kpi",
    ("scorecard",): "kpi",
    ("big", "number"): "kpi",
    ("key", "number"): "kpi",
    ("key", "figure"): "kpi",
    ("headline", "number"): "kpi",
    ("headline", "figure"): "kpi",
    ("single", "number"): "kpi",
    ("number", "card"): "kpi",
    ("stat", "card"): "kpi",
    ("tile",): "kpi",
    ("key", "metric"): "kpi",
    ("gauge",): "kpi",
    ("indicator",): "kpi",
    ("summary", "card"): "kpi",
    ("metric", "card"): "kpi",
    ("card",): "kpi",
}
CANNOT_DRAW = word_set(
    """
    map heatmap heat-map scatter scatterplot bubble funnel treemap sankey waterfall radar boxplot gantt
    choropleth
    """
)
_CHART_TAIL = word_set(
    """
    chart graph plot diagram card tile visual view
    """
)
_BY = frozenset(["by", "per", "across", "versus-by", "grouped-by"])
_JOIN = word_set(
    """
    and plus with alongside including & + then also showing
    """
)
_TOP = {
    "top": True,
    "best": True,
    "highest": True,
    "biggest": True,
    "largest": True,
    "leading": True,
    "greatest": True,
    "bottom": False,
    "worst": False,
    "lowest": False,
    "smallest": False,
    "poorest": False,
    "weakest": False,
}
_RANKED = word_set(
    """
    selling sold performing performer performers popular ordered valuable active profitable frequent successful
    rated important used bought seller sellers expensive common
    """
)
_TREND = word_set(
    """
    trend trends growth trending trended history historical historically evolution timeline progression
    """
)
_SHARE = word_set(
    """
    share proportion percentage distribution composition mix breakdown
    """
)
_COMPARE = word_set(
    """
    compare compared comparing comparison versus vs
    """
)
_OVERVIEW = word_set(
    """
    overview summary dashboard report performance health pulse monitor snapshot scorecards cockpit
    """
)
_FILTER = word_set(
    """
    filter filters filterable filtered filtering slicer slicers dropdown dropdowns selector picker
    """
)
_ONLY = frozenset(["only", "just", "solely", "exclusively"])
_NOT = word_set(
    """
    excluding except without exclude ignoring ignore omit omitting minus
    """
)
_MORE: dict[tuple[str, ...], str] = {
    ("more", "than"): "greaterThan",
    ("greater", "than"): "greaterThan",
    ("larger", "than"): "greaterThan",
    ("bigger", "than"): "greaterThan",
    ("higher", "than"): "greaterThan",
    ("over",): "greaterThan",
    ("above",): "greaterThan",
    ("exceeding",): "greaterThan",
    ("at", "least"): "greaterThanOrEqual",
    (">=",): "greaterThanOrEqual",
    (">",): "greaterThan",
    ("less", "than"): "lessThan",
    ("fewer", "than"): "lessThan",
    ("lower", "than"): "lessThan",
    ("smaller", "than"): "lessThan",
    ("under",): "lessThan",
    ("below",): "lessThan",
    ("at", "most"): "lessThanOrEqual",
    ("<=",): "lessThanOrEqual",
    ("<",): "lessThan",
}


@dataclass(frozen=True, slots=True)
class Item:
    """`kind` says what `value` is: term (Term), grain (TimeInterval), noun (a grain that needs a “by” before it), range,
    chart, rank ((n, descending)), limit (n, descending), more ((operator, number)); the rest carry their word."""

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
    if low in _BY or (low == "for" and nxt in ("each", "every")):
        return (2 if low == "for" else 1), "by", low
    if low in ("each", "every") and i + 1 < len(words):
        return 1, "by", low
    if low in ("broken", "split", "grouped", "sliced", "segmented") and nxt in ("down", "by", "up", "into"):
        return 1, "filler", low
    if low in _FILTER:
        return 1, "filter", low
    if low in _ONLY:
        return 1, "only", low
    if low in _NOT:
        return 1, "not", low
    if low == "where":
        return 1, "where", low
    if low == "hour" and nxt == "of":
        return (
            (4 if [w.low for w in words[i + 2 : i + 4]] == ["the", "day"] else 3),
            "noun",
            TimeInterval.HOUR_OF_DAY_NUM,
        )
    if low in _TREND:
        return 1, "trend", False
    if low in _COMPARE:
        return 1, "compare", low
    if low in _SHARE and nxt in ("of", "by", "across", "between"):
        return 1, "share", low
    if low in _OVERVIEW:
        return 1, "overview", low
    if low in CANNOT_DRAW:
        return (2 if nxt in _CHART_TAIL else 1), "cannot", low
    if low == "as" and [w.low for w in words[i + 1 : i + 3]] == ["well", "as"]:
        return 3, "join", "as well as"
    if low == "along" and nxt == "with":
        return 2, "join", "along with"
    if low in _JOIN:
        return 1, "join", low
    if token.number is not None and not lexicon.matches((stem,)):
        return 1, "number", token.number
    weak = _term(words, i, text, lexicon, shortest=1)
    if weak is not None:
        return weak
    if stem in timing.GRAIN_NOUNS:
        return 1, "noun", timing.GRAIN_NOUNS[stem]
    return (1, "filler", low) if low in FILLERS or len(low) == 1 else (1, "unknown", token)


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
        operator = _MORE.get(tuple(w.low for w in words[i : i + size]))
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
    if nxt == "first" and low in (*_TOP, "most", "least", "newest", "oldest"):
        return 2, "order", _TOP.get(low, low in ("most", "newest"))
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
    if words[i].number is not None and nxt is not None and (nxt.low in _TOP or nxt.low in ("most", "least", "latest")):
        n, at = words[i].number, i + 1
        low = words[at].low
    if low in ("latest", "newest", "recent") or (
        low == "most" and at + 1 < len(words) and words[at + 1].low == "recent"
    ):
        at += 2 if low == "most" else 1
        if at < len(words) and words[at].number is not None:
            n, at = words[at].number, at + 1
        return (at - i, "latest", n)
    if low in _TOP:
        descending = _TOP[low]
        at += 1
    elif low in ("most", "least") and at + 1 < len(words):
        descending = low == "most"
        at += 1
        if words[at].low not in _RANKED:
            return (at - i, "superlative", descending)
    else:
        return None
    if at < len(words) and words[at].number is not None and n is None:
        n, at = words[at].number, at + 1
    if at < len(words) and words[at].text in ("-", "–"):
        at += 1
    by = None
    if at < len(words) and words[at].low in _RANKED:
        by = words[at].low
        at += 1
    if low in ("highest", "lowest", "biggest", "largest", "smallest", "greatest") and n is None and by is None:
        return (at - i, "superlative", descending)
    return (at - i, "rank", (n, descending))


def _chart(words: Sequence[Token], i: int) -> tuple[int, str, Any] | None:
    for size in (2, 1):
        key = tuple(w.stem for w in words[i : i + size])
        if len(key) == size and key in CHARTS:
            length = size
            while i + length < len(words) and words[i + length].stem in _CHART_TAIL:
                length += 1
            if (
                i + length < len(words)
                and CHARTS[key] == "kpi"
                and words[i + length].low in ("row", "cards", "strip", "section")
            ):
                length += 1
            return length, "chart", CHARTS[key]
    return None
