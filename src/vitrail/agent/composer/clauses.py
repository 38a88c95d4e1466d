"""From items to clauses: what is measured, by what, over which time, drawn how; which controls; which words are left.

A clause is one wish (“monthly revenue by store”). It ends where a new one clearly begins: at a full stop, or at a join
(“and”, a comma) that is followed by something which starts a wish of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer.clause import Clause, Loose, Rank
from vitrail.agent.composer.lexicon import Term
from vitrail.agent.composer.scan import Item
from vitrail.catalog.model import DimensionType, TimeInterval

_STARTERS = (
    "rank",
    "latest",
    "chart",
    "grain",
    "trend",
    "share",
    "compare",
    "overview",
    "filter",
    "tab",
    "yoy",
    "superlative",
)


SURE = 0.8
"""From this score on, a phrase after “only” is a measure; below it is rather a value."""


class Reader:
    """Reads items into clauses; one pass, one clause open at a time."""

    def __init__(self, items: Sequence[Item], text: str) -> None:
        self._items = list(items)
        self._text = text
        self._clauses: list[Clause] = []
        self._mode = "what"
        self._joined = False
        self._tab: str | None = None
        self._tab_wanted = False
        self._begin = 0
        self._open = Clause()

    def read(self) -> list[Clause]:
        for index, item in enumerate(self._items):
            self._take(index, item)
        self._close(len(self._text))
        return self._clauses

    # -- the clause that is open

    def _close(self, end: int) -> None:
        if not self._open.empty:
            self._open.tab = self._tab
            self._open.start, self._open.end = self._begin, end
            self._open.text = " ".join(self._text[self._begin : end].split()).strip(" ,;.:")
            self._clauses.append(self._open)
        self._open = Clause()
        self._begin = end
        self._mode = "what"

    def _ahead(self, index: int, *kinds: str) -> bool:
        """Is one of `kinds` ahead, before the next join or stop?"""
        for item in self._items[index + 1 :]:
            if item.kind in ("join", "stop"):
                return False
            if item.kind in kinds:
                return True
        return False

    def _take(self, index: int, item: Item) -> None:
        kind, value = item.kind, item.value
        if kind == "filler":
            return
        if kind == "stop":
            self._close(item.start)
            self._joined = False
            return
        if kind == "colon":
            if self._open.only or self._mode in ("where", "not", "filter"):
                self._close(item.start)
            self._joined = True
            if self._tab_wanted:
                self._tab_wanted = False
            return
        if kind == "join":
            self._joined = True
            return
        joined = self._joined
        self._joined = joined and kind == "unknown"  # “and how many urgent tickets”: the join is before both words
        if joined and not self._open.empty and self._starts(index, item):
            self._close(item.start)
        clause = self._open
        if self._mode == "not" and kind in ("term", "unknown"):
            clause.without.append((item.start, item.end))
        match kind:
            case "term":
                self._term(index, item, joined)
            case "by":
                if self._mode == "filter" and not clause.controls:
                    return
                if joined and value != "split" and (clause.dims or clause.grain) and self._mode == "dims":
                    previous = clause.what
                    self._close(item.start)
                    self._open.what = list(previous)
                self._mode = "dims"
            case "grain":
                clause.grain = value
            case "noun":
                self._noun(value, index)
            case "trend":
                clause.trend = True
                if self._mode == "filter":
                    self._mode = "what"
            case "range":
                if self._mode == "filter":
                    clause.date_control = True
                clause.ranges.append(value)
            case "rank":
                clause.rank = Rank(*value)
                self._rank_what_is_there()
                self._mode = "what" if not clause.what or not clause.dims else self._mode
            case "superlative":
                clause.order = value
                self._rank_what_is_there()
            case "busiest":
                clause.counted = clause.order = True
            case "order":
                clause.order = value
            case "count":
                self._mode = "what"
            case "dates":
                clause.date_control = True
            case "latest":
                clause.latest = value or 20
            case "number":
                if clause.rank and clause.rank.n is None and value <= 100:
                    clause.rank.n = value
            case "chart":
                self._chart(value)
            case "share":
                clause.share = True
            case "compare":
                clause.compare = True
            case "yoy":
                clause.yoy = value
            case "overview":
                clause.overview = value
            case "more":
                clause.thresholds.append((*value, None))
            case "filter":
                # “a customer type filter”: the words just before it are what is filtered.
                if clause.what and not clause.dims and not clause.grain and self._nothing_between(index):
                    clause.controls.append(clause.what.pop())
                self._mode = "filter"
            case "only":
                clause.only = True
                self._mode = "where"
            case "not":
                self._mode = "not"
            case "where":
                self._mode = "where"
            case "tab":
                self._tab_item(index, item)
            case "cannot":
                clause.cannot.append(value)
            case "unknown":
                self._loose(item)
            case _:
                pass

    def _nothing_between(self, index: int) -> bool:
        return index > 0 and self._items[index - 1].kind == "term"

    def _starts(self, index: int, item: Item) -> bool:
        """Does an item after a join begin a wish of its own?"""
        clause, kind = self._open, item.kind
        if kind == "rank":
            return not clause.dims or self._ahead(index, "term", "by")  # “by driver, worst ten” is one wish
        if kind in ("latest", "filter", "tab", "overview", "yoy", "superlative", "count"):
            return True
        if kind == "compare":
            return item.value not in ("vs", "versus")
        if kind == "trend":
            return item.value is not True or self._ahead(index, "term")
        if (
            kind == "chart"
            and item.value == "stacked"
            and [i.kind for i in self._items[index + 1 : index + 2]] == ["by"]
        ):
            return False  # “by plan, stacked by interval”
        if kind in ("chart", "share"):
            return self._ahead(index, "term", "by") or bool(clause.chart and not clause.empty)
        if kind == "grain":
            return self._ahead(index, "term")
        if kind in ("only", "not", "where", "range", "noun", "by", "more", "unknown", "number"):
            return self._mode == "filter" and kind in ("grain", "by")
        if kind != "term":
            return False
        term: Term = item.value
        metric, dimension = term.best("metric"), max(term.best("dimension"), 0.8 if term.tables else 0.0)
        following = self._ahead(index, "by", "trend", "noun") or self._ahead(index, "chart")
        if self._ahead(index, "filter"):
            return True
        if self._mode == "filter":
            return metric > dimension + 0.12 or (metric > 0 and following)
        if self._mode == "dims" and clause.rank is not None and not following:
            return False
        if self._mode == "dims":
            return (metric > 0 or bool(term.tables)) and (following or metric > dimension + 0.12)
        if self._mode in ("where", "not"):
            return metric > dimension + 0.12 or (metric > 0 and following)
        broken_down = bool(clause.dims or clause.grain or clause.rank or clause.trend)
        if clause.chart == "kpi":
            return following
        return broken_down and (following or (clause.rank is not None and metric > dimension + 0.12))

    # -- single items

    def _loose(self, item: Item) -> None:
        clause = self._open
        last = clause.loose[-1] if clause.loose else None
        if last is not None and not self._text[last.end : item.start].strip(" -'’"):
            clause.loose[-1] = Loose(self._text[last.start : item.end], last.start, item.end)
        else:
            clause.loose.append(Loose(self._text[item.start : item.end], item.start, item.end))

    def _term(self, index: int, item: Item, joined: bool) -> None:
        clause, term = self._open, item.value
        metric = term.best("metric")
        dimension = max(term.best("dimension"), 0.85 if term.tables else 0.0)
        if index and self._items[index - 1].kind == "more":
            clause.thresholds[-1] = (*clause.thresholds[-1][:2], term)
        match self._mode:
            case "filter":
                clause.controls.append(term)
                if any(m.entry.is_time for m in term.matches[:1]) and not term.tables:
                    clause.controls.pop()
                    clause.date_control = True
            case "dims":
                counted = clause.rank is not None and bool(term.tables) and metric >= dimension - 0.2
                if counted or metric > dimension + 0.05 or (metric > 0.55 and _is_number(term)):
                    if clause.what and all(t.tables for t in clause.what) and not clause.dims:
                        # “customers by revenue”: customers are what is ranked
                        clause.dims, clause.what = list(clause.what), []
                        clause.rank = clause.rank or Rank(None, True)
                    clause.what.append(term)
                else:
                    clause.dims.append(term)
            case "where" | "not" if term.tables:
                clause.conditions.append(term)
            case "where" if clause.conditions and not joined:
                self._loose(item)  # “status is refunded”: after a field comes its value
            case "not" if not joined:
                clause.conditions.append(term)
            case "where" if not joined and metric < SURE:
                clause.conditions.append(term)
            case "where" | "not":
                if metric > dimension + 0.12:
                    clause.what.append(term)
                    self._mode = "what"
                else:
                    clause.conditions.append(term)
            case _:
                ranked = clause.rank is not None and not clause.dims and metric <= dimension
                (clause.dims if ranked else clause.what).append(term)

    def _rank_what_is_there(self) -> None:
        """“which stores sell best”: what was named before a ranking is what gets ranked."""
        clause = self._open
        if not clause.dims:
            things = [t for t in clause.what if t.tables or t.best("dimension") > t.best("metric") + 0.05]
            clause.dims = things
            clause.what = [t for t in clause.what if t not in things]

    def _noun(self, value: TimeInterval, index: int) -> None:
        clause = self._open
        if self._mode == "filter":
            clause.date_control = True
        elif clause.grain is not None:
            clause.ignored.append(self._text[self._items[index].start : self._items[index].end])
        elif self._mode == "dims" or clause.rank or (index and self._items[index - 1].kind == "filler"):
            clause.grain = value

    def _chart(self, value: str) -> None:
        clause = self._open
        if value == "rank":
            clause.rank = clause.rank or Rank(None, True)
        elif clause.chart is None or clause.chart == value:
            clause.chart = value
        elif {clause.chart, value} == {"stacked", "bar"}:
            clause.chart = "stacked"
        if self._mode == "filter":
            self._mode = "what"

    def _tab_item(self, index: int, item: Item) -> None:
        """“one tab for sales, another tab for customers”, “a Products tab with …”, “tabs: sales, customers”."""
        named = self._open.what[-1].text if self._open.what and self._nothing_between(index) else None
        if named is not None:
            self._open.what.pop()
        self._close(item.start)
        self._tab = named or self._name_ahead(index)
        self._tab_wanted = True

    def _name_ahead(self, index: int) -> str:
        for following in self._items[index + 1 :]:
            if following.kind == "term":
                return str(following.value.text)
            if following.kind in ("stop", "tab"):
                break
        count = len({c.tab for c in self._clauses if c.tab})
        return f"Tab {count + 1}"


def _is_number(term: Term) -> bool:
    """Is the best dimension of a phrase a number (“lifetime value”), which is rather measured than grouped by?"""
    best = max((m for m in term.matches if m.entry.kind == "dimension"), key=lambda m: m.score, default=None)
    return best is not None and best.entry.field.type == DimensionType.NUMBER
