"""Follow-ups edit the plan: add, remove, another chart, filter, rename, another grain, sort, limit, split, replace.

Each command either changes the plan or is reported in the builder's own words.
"""

from __future__ import annotations

import re

from vitrail.agent.composer import naming
from vitrail.agent.composer.cards import numbered, says_something
from vitrail.agent.composer.choose import at_grain, field_of, money_like
from vitrail.agent.composer.clauses import Reader
from vitrail.agent.composer.commands import commands, is_kind, kind_of, targets, verb_of, without_verb
from vitrail.agent.composer.lexicon import Term
from vitrail.agent.composer.pieces import kpi_pieces, pieces_of
from vitrail.agent.composer.plan import AppPlan, Piece
from vitrail.agent.composer.planned import Planned
from vitrail.agent.composer.planner import Planner, named_in
from vitrail.agent.composer.resolve import Resolver
from vitrail.agent.composer.scan import Item, scan
from vitrail.agent.composer.whole import add_control, set_period, subtitle_of
from vitrail.agent.composer.words import NUMBERS, tokens
from vitrail.catalog.model import Dimension, DimensionType, Explore, Metric, TimeInterval

_RENAME = re.compile(
    r"^(?:please\s+)?(?:(?:re)?name|call|title|change the (?:title|name)(?: of)?)\b\s*(?P<what>.*?)\s*(?:\bto\b|\bas\b|:|(?<=\bit\b)|(?<=\bapp\b)|(?<=\bdashboard\b))\s*(?P<name>[\"“'‘]?.+?[\"”'’]?)$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:top|bottom|first|to|show|limit(?:ed)?(?: to)?|only)\s+(?:the\s+)?(?:top\s+)?(\d+|[a-z]+)\b", re.IGNORECASE
)
_INSTEAD = re.compile(r"^(?P<new>.+?)\s+(?:instead of|rather than)\s+(?P<old>.+)$", re.IGNORECASE)
_REPLACE = re.compile(
    r"^(?:replace|swap|change|switch)\s+(?P<old>.+?)\s+(?:with|by|for|to)\s+(?P<new>.+)$", re.IGNORECASE
)
_TO = re.compile(
    r"^(?P<what>.+?)\s+(?:to|into|in|on)\s+(?:the\s+|that\s+|this\s+)(?P<where>[\w\s-]*?(?:trend|table|chart|graph|pie|bars?|line|ranking|list)\b.*)$",
    re.IGNORECASE,
)
_MOVE = re.compile(
    r"^(?:move|put)\s+(?P<what>.+?)\s+(?:to\s+)?(?:the\s+|at\s+the\s+)*(?P<end>top|bottom|first|last|end|start|beginning)\b",
    re.IGNORECASE,
)


async def follow_up(planner: Planner, old: AppPlan, prompt: str) -> Planned:
    """The plan after a follow-up. What was done stands in `remarks`, what was not understood in `not_understood`."""
    editor = Editor(planner, old.model_copy(deep=True))
    for command in commands(prompt):
        if not await editor.apply(command):
            editor.out.not_understood.append(command)
    plan = editor.plan
    if subtitle_of(old) == old.subtitle:
        plan.subtitle = subtitle_of(plan)
    plan.pieces = numbered(plan.pieces)
    plan.tabs = [t for t in plan.tabs if any(p.tab == t for p in plan.pieces)]
    return editor.out


class Editor:
    """One plan being edited, command by command."""

    def __init__(self, planner: Planner, plan: AppPlan) -> None:
        self.planner = planner
        self.plan = plan
        self.out = Planned(plan)
        self.last: list[Piece] = []

    def explore(self, piece: Piece) -> Explore:
        return self.planner.sources.explore(piece.explore)

    @property
    def explores(self) -> list[Explore]:
        return self.planner.sources.explores_of(self.plan)

    def done(self, text: str) -> bool:
        self.out.remarks.append(text)
        return True

    async def apply(self, command: str) -> bool:
        verb = verb_of(command)
        if self._rename(command, verb) or self._move(command):
            return True
        if verb == "remove":
            return self._remove(without_verb(command))
        if verb in ("replace", "swap", "switch", "change") or "instead of" in command or "rather than" in command:
            if self._replace(command):
                return True
        items = scan(command, self.planner.sources.lexicon, self.planner.sources.now)
        kinds = {i.kind for i in items}
        if "filter" in kinds or verb == "filter":
            return self._filter(command)
        if (
            verb in ("only", "just", "exclude", "restrict", "narrow", "focus", "keep", "limit")
            or "not" in kinds
            or "only" in kinds
        ):
            if self._limit(command, items, verb):
                return True
            if await self._where(command):
                return True
        if verb != "add":
            if "chart" in kinds and self._chart(command, items):
                return True
            if verb in ("sort", "order", "rank") or " sorted by " in command:
                return self._sort(command, items)
            if kinds & {"grain", "noun"} and self._grain(command, items):
                return True
            if self._limit(command, items, verb):
                return True
            if (verb in ("split", "break") or "by" in kinds) and self._split(command, items):
                return True
            if "range" in kinds and self._period(items):
                return True
        return await self._add(command if verb not in ("add",) else without_verb(command))

    # -- what the app is called

    def _rename(self, command: str, verb: str) -> bool:
        title, _ = named_in(command)
        match = _RENAME.match(command)
        if match is None and title is None:
            return False
        name = (title or (match.group("name") if match else "")).strip(" \"“”'‘’.")
        what = match.group("what") if match else ""
        if verb not in ("rename", "call", "title", "name", "change"):
            return False
        found = targets(self.plan, what, self.planner.sources.lexicon) if what else []
        if not name:
            return False
        if found and not re.search(r"\b(app|it|dashboard|page|report)\b", what, re.IGNORECASE):
            before = found[0].title
            found[0].title = name
            return self.done(f"Renamed the card “{before}” to “{name}”.")
        self.plan.title = name
        return self.done(f"The app is now called “{name}”.")

    def _move(self, command: str) -> bool:
        match = _MOVE.match(command)
        found = targets(self.plan, match.group("what"), self.planner.sources.lexicon) if match else []
        if match is None or not found:
            return False
        rest = [p for p in self.plan.pieces if p not in found]
        top = match.group("end").lower() in ("top", "first", "start", "beginning")
        self.plan.pieces[:] = [*found, *rest] if top else [*rest, *found]
        return self.done(f"Moved {_titles(found)} to the {'top' if top else 'bottom'}.")

    # -- removing

    def _remove(self, text: str) -> bool:
        lowered = text.lower()
        if re.search(r"\bfilters?\b|\bdropdown\b|\bslicer\b|\bpicker\b", lowered):
            return self._remove_filter(lowered)
        if re.search(r"\b(period|date range)\b", lowered) and self.plan.period is not None:
            self.plan.period = None
            return self.done("Removed the period filter.")
        terms = self._terms(text)
        for piece in self.plan.pieces:
            if (
                re.search(r"\b(split|breakdown|series|colou?rs?)\b", lowered)
                and piece.series
                and _means(terms, piece.series)
            ):
                noun = self._noun(piece, piece.series)
                piece.series, piece.top_series = None, None
                piece.title = _without_noun(piece.title, noun)
                return self.done(f"“{piece.title}” is no longer split by {noun}.")
        found = targets(self.plan, text, self.planner.sources.lexicon)
        named_kind = any(kind_of(t.low) for t in tokens(text))
        if not named_kind and terms:
            return self._remove_measure(terms) or self._drop(found)
        return self._drop(found)

    def _drop(self, found: list[Piece]) -> bool:
        if not found:
            return False
        if len(found) == len(self.plan.pieces):
            self.out.remarks.append("That would leave an empty app, so nothing was removed.")
            return True
        self.plan.pieces[:] = [p for p in self.plan.pieces if p not in found]
        return self.done(f"Removed {_titles(found)}.")

    def _remove_measure(self, terms: list[Term]) -> bool:
        ids = {m.entry.id for t in terms for m in t.matches if m.score >= t.matches[0].score - 0.1}
        removed: list[str] = []
        for piece in list(self.plan.pieces):
            hit = [m for m in piece.metrics if m in ids]
            if hit and len(piece.metrics) > len(hit):
                piece.metrics = [m for m in piece.metrics if m not in hit]
                if piece.sort in hit:
                    piece.sort = piece.metrics[0]
                removed.append(f"a measure of “{piece.title}”")
            elif hit and piece.chart == "kpi" and len(self.plan.pieces) > 1:
                self.plan.pieces.remove(piece)
                removed.append(f"the card “{piece.title}”")
        return self.done(f"Removed {naming.and_list(removed)}.") if removed else False

    def _remove_filter(self, lowered: str) -> bool:
        stems = {t.stem for t in tokens(lowered)}
        for control in self.plan.controls:
            if {t.stem for t in tokens(control.label)} & stems:
                self.plan.controls.remove(control)
                return self.done(f"Removed the filter on {naming.lower(control.label)}.")
        if self.plan.period is not None and stems & {"period", "date", "time", "range"}:
            self.plan.period = None
            return self.done("Removed the period filter.")
        if (
            stems & {"all", "filters", "filter"}
            and not self._terms(lowered)
            and (self.plan.controls or self.plan.period or self.plan.where)
        ):
            self.plan.controls, self.plan.period, self.plan.where = [], None, []
            return self.done("Removed all filters.")
        for condition in self.plan.where:
            if _means(self._terms(lowered), condition.field):
                self.plan.where.remove(condition)
                return self.done(f"The app is no longer limited to {condition.text}.")
        return False

    # -- filtering

    def _filter(self, command: str) -> bool:
        clauses = self.planner.read(command)
        before = len(self.plan.controls)
        dated = False
        for clause in clauses:
            for term in [*clause.controls, *clause.what, *clause.dims, *clause.conditions]:
                add_control(self.planner.sources, self.out, term, self.explores)
            if clause.date_control or clause.ranges:
                dated = (
                    set_period(self.planner.sources, self.plan, clause.ranges[0] if clause.ranges else None) or dated
                )
        added = [naming.lower(c.label) for c in self.plan.controls[before:]]
        if not added and re.search(r"\b(date|period|time)\b", command, re.IGNORECASE):
            dated = set_period(self.planner.sources, self.plan, None) or dated
        if dated:
            added.append("the period")
        if added:
            return self.done(f"Added a filter on {naming.and_list(added)}.")
        if any(c.loose for c in clauses):
            return False
        known = [c for c in self.plan.controls if _means(self._terms(command), c.field)]
        return (
            self.done(f"There is a filter on {naming.lower(known[0].label)} already.")
            if known
            else bool(self.out.not_understood)
        )

    async def _where(self, command: str) -> bool:
        items = scan(command, self.planner.sources.lexicon, self.planner.sources.now)
        ranges = [i.value for i in items if i.kind == "range"]
        clauses = Reader(items, command).read()
        unknown = len(self.out.not_understood)
        home = self.explores[0] if self.explores else None
        await self.planner.wishes(
            command, clauses, Resolver(self.planner.sources.catalog, self.planner.sources.lexicon), self.out, home
        )
        where = [w for c in clauses for w in c.where]
        if where:
            fields = {w.field for w in where}
            self.plan.where = [w for w in self.plan.where if w.field not in fields] + where
            self.out.remarks.append(f"The app now shows only {naming.and_list([w.text for w in where])}.")
        if ranges and set_period(self.planner.sources, self.plan, ranges[0]):
            self.out.remarks.append(f"The period is set to {ranges[0].text}.")
            where = where or [ranges[0].on("")]
        return bool(where) or len(self.out.not_understood) > unknown

    def _period(self, items: list[Item]) -> bool:
        found = next(i.value for i in items if i.kind == "range")
        if not set_period(self.planner.sources, self.plan, found):
            return False
        return self.done(f"The period is set to {found.text}.")

    # -- the look of a card

    def _chart(self, command: str, items: list[Item]) -> bool:
        charts = [i for i in items if i.kind == "chart"]
        wanted = charts[-1]
        chart = "bar" if wanted.value == "rank" else wanted.value
        before, after = command[: wanted.start], command[wanted.end :]
        before = re.sub(r"\b(?:in)?to\b|\bas\b|\ban?\b", " ", without_verb(before) if before.strip() else before)
        found = targets(self.plan, before, self.planner.sources.lexicon) if before.strip() else []
        if not found and after.strip():
            found = targets(self.plan, after, self.planner.sources.lexicon)
        if not found and re.search(r"\b(it|that|this|them|chart|graph)\b", before, re.IGNORECASE):
            found = self.last or [p for p in self.plan.pieces if is_kind(p, "chart")][:1]
        found = [p for p in found if p.chart != "kpi" or chart == "kpi"] or [p for p in found if p.time]
        if not found:
            return False
        self.last = found
        for piece in found:
            self._redraw(piece, chart)
        return True

    def _redraw(self, piece: Piece, chart: str) -> None:
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
            self.done(f"“{piece.title}” is {noun} already.")
            return
        if chart == "kpi":
            self.out.remarks.append(f"“{piece.title}” has several values, so it can't be a single number.")
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
            self.out.remarks.append(
                f"“{piece.title}” runs over time, which a ring chart shows badly; I drew it all the same."
            )
        if chart == "stacked" and not piece.series:
            chart = "bar"
        if chart == "bar" and piece.series:
            chart = "bar" if piece.time is None else "stacked"
        if chart == "line" and piece.time is None and piece.x and self._dimension(piece, piece.x) is not None:
            self.out.remarks.append(f"“{piece.title}” does not run over time; a line joins things that have no order.")
        piece.chart = chart  # type: ignore[assignment]
        self.done(f"“{piece.title}” is now {noun}.")

    def _grain(self, command: str, items: list[Item]) -> bool:
        grain: TimeInterval = next(i.value for i in items if i.kind in ("grain", "noun"))
        found = [p for p in targets(self.plan, command, self.planner.sources.lexicon) if p.time and p.chart != "kpi"]
        found = found or [p for p in self.plan.pieces if p.time and p.chart != "kpi"]
        changed = []
        for piece in found:
            identifier, real = at_grain(self.explore(piece), piece.time or "", grain)
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
                self.out.remarks.append(
                    f"The data has no {naming.GRAIN_NAMES.get(grain, str(grain))}; I took {naming.GRAIN_NAMES.get(real)}."
                )
        return (
            self.done(
                f"{_titles(changed, plain=True)} {'are' if len(changed) > 1 else 'is'} now by {naming.GRAIN_NAMES.get(grain, 'date')}."
            )
            if changed
            else False
        )

    def _limit(self, command: str, items: list[Item], verb: str) -> bool:
        rank = next((i.value for i in items if i.kind == "rank"), None)
        n = rank[0] if rank else None
        if n is None:
            match = _NUMBER.search(command)
            word = match.group(1).lower() if match else ""
            n = int(word) if word.isdigit() else NUMBERS.get(word)
        if n is None or not 1 <= n <= 1000:
            return False
        ranked = [p for p in self.plan.pieces if p.chart in ("bar", "table", "pie") and p.time is None]
        found = [p for p in targets(self.plan, command, self.planner.sources.lexicon) if p in ranked]
        terms = [i for i in items if i.kind == "term"]
        if not found and terms:
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
                    piece.title.replace("Top ", "Bottom ", 1)
                    if not rank[1]
                    else piece.title.replace("Bottom ", "Top ", 1)
                )
            for text in (naming.number_word(before), str(before)):
                piece.title = re.sub(rf"^(Top|Bottom) {text}\b", rf"\1 {naming.number_word(n)}", piece.title)
            self.last = [piece]
        return self.done(f"{_titles(found, plain=True)} now shows {n} rows.")

    def _sort(self, command: str, items: list[Item]) -> bool:
        ascending = bool(
            re.search(r"\b(asc|ascending|smallest|lowest|least|a to z|alphabetical)", command, re.IGNORECASE)
        )
        terms = [i.value for i in items if i.kind == "term"]
        candidates = [p for p in self.plan.pieces if p.chart in ("bar", "table", "pie", "stacked") and p.time is None]
        found = [p for p in targets(self.plan, command, self.planner.sources.lexicon) if p in candidates] or candidates[
            :1
        ]
        if not found:
            return False
        piece = found[0]
        options = [*piece.metrics, *piece.dimensions]
        field = next((o for t in terms for o in options if _means([t], o)), None)
        if field is None and re.search(r"\b(name|alphabetical)", command, re.IGNORECASE):
            field, ascending = (piece.dimensions or [None])[0], True
        if field is None and terms:
            return False
        piece.sort, piece.descending = field or piece.sort, not ascending
        return self.done(f"“{piece.title}” is sorted {'upwards' if ascending else 'downwards'}.")

    # -- other fields

    def _split(self, command: str, items: list[Item]) -> bool:
        """“split the trend by region”, “break it down by channel”."""
        at = next((i for i in items if i.kind == "by"), None)
        terms = [i.value for i in items if i.kind == "term" and (at is None or i.start > at.start)]
        verb = verb_of(command)
        subject = command[: at.start] if at else command
        found = [
            p for p in targets(self.plan, subject, self.planner.sources.lexicon) if p.chart not in ("kpi", "table")
        ]
        if (
            not found
            and verb not in ("split", "break")
            and any(i.kind == "term" for i in items if at and i.start < at.start)
        ):
            return False  # “orders by region” is a wish of its own
        found = (
            found
            or self.last
            or [p for p in self.plan.pieces if is_kind(p, "trend")][:1]
            or [p for p in self.plan.pieces if is_kind(p, "chart")][:1]
        )
        if not found or not terms:
            return False
        piece = found[0]
        dimension = self._breakdown(terms[0], self.explore(piece))
        if dimension is None:
            self.out.remarks.append(
                f"“{piece.title}” can't be split by “{terms[0].text}”: its explore has no such field."
            )
            return False
        noun = naming.dimension_noun(self.explore(piece), dimension)
        if piece.time and piece.x:
            before = self._noun(piece, piece.series) if piece.series else None
            piece.series, piece.top_series = dimension.id, None
            piece.metrics = piece.metrics[:1]
            piece.title = _without_noun(piece.title, before) if before else piece.title
            piece.title = f"{piece.title} and {noun}"
        else:
            before = self._noun(piece, piece.x) if piece.x else None
            if piece.sort == piece.x:
                piece.sort = piece.metrics[0]
            piece.x = dimension.id
            piece.title = (
                piece.title.replace(before, noun, 1) if before and before in piece.title else f"{piece.title} by {noun}"
            )
        self.last = [piece]
        return self.done(f"It is now “{piece.title}”.")

    def _replace(self, command: str) -> bool:
        match = _INSTEAD.match(without_verb(command)) or _REPLACE.match(command)
        if match is None:
            return False
        new, old = self._terms(match.group("new")), self._terms(match.group("old"))
        if not new or not old:
            return False
        changed = []
        for piece in self.plan.pieces:
            explore = self.explore(piece)
            for index, identifier in enumerate(piece.metrics):
                metric = self._metric(new[0], explore)
                if _means(old, identifier) and metric is not None and metric.id not in piece.metrics:
                    before = field_of(explore, identifier)
                    piece.metrics[index] = metric.id
                    piece.sort = metric.id if piece.sort == identifier else piece.sort
                    piece.title = _swap(piece.title, before.label if before else "", metric.label)
                    changed.append(piece)
            for name in ("x", "series"):
                identifier = getattr(piece, name)
                dimension = self._breakdown(new[0], explore)
                if (
                    identifier
                    and _means(old, identifier)
                    and dimension is not None
                    and not (name == "x" and piece.time)
                ):
                    piece.title = piece.title.replace(
                        self._noun(piece, identifier), naming.dimension_noun(explore, dimension), 1
                    )
                    piece.sort = dimension.id if piece.sort == identifier else piece.sort
                    setattr(piece, name, dimension.id)
                    piece.top_series = None
                    changed.append(piece)
        return self.done(f"Changed: {_titles(changed, plain=True)}.") if changed else False

    async def _add(self, text: str) -> bool:
        match = _TO.match(text)
        if (
            match
            and (into := targets(self.plan, match.group("where"), self.planner.sources.lexicon))
            and self._add_to(into[0], match.group("what"))
        ):
            return True
        items = scan(text, self.planner.sources.lexicon, self.planner.sources.now)
        clauses = Reader(items, text).read()
        resolver = Resolver(self.planner.sources.catalog, self.planner.sources.lexicon)
        main = next((p for p in self.plan.pieces if p.metrics), None)
        if main is not None:
            metric = field_of(self.explore(main), main.metrics[0])
            term = self.planner.sources.lexicon.phrase(tokens(metric.label), metric.label) if metric else None
            resolver.last, resolver.last_explore = [term] if term else [], main.explore
        unknown = len(self.out.not_understood)
        wishes = await self.planner.wishes(
            text, clauses, resolver, self.out, self.explores[0] if self.explores else None
        )
        added: list[Piece] = []
        for clause, found in wishes:
            if clause.date_control and set_period(self.planner.sources, self.plan, None):
                self.done("Added a filter on the period.")
                continue
            if found is None or not says_something(clause, found):
                continue
            only_measures = not (
                found.dims or clause.grain or clause.trend or clause.rank or clause.chart or found.lists
            )
            pieces = kpi_pieces(found) if only_measures else pieces_of(found)
            pieces = [
                p.model_copy(
                    update={
                        "where": [*p.where, *clause.where],
                        "tab": clause.tab or (self.plan.tabs[0] if self.plan.tabs else None),
                    }
                )
                for p in pieces
            ]
            if clause.tab and clause.tab not in self.plan.tabs:
                self.plan.tabs = [*(self.plan.tabs or [self.plan.title]), clause.tab]
                for piece in self.plan.pieces:
                    piece.tab = piece.tab or self.plan.tabs[0]
            if only_measures and found.dims == [] and not found.metrics:
                continue
            for piece in pieces:
                if self._have(piece):
                    self.done(f"“{piece.title}” is there already.")
                else:
                    added.append(piece)
        self._insert(added)
        if added:
            self.last = added
            return self.done(f"Added {_titles(added)}.")
        return (
            len(self.out.not_understood) > unknown
            or any(r.endswith("already.") for r in self.out.remarks)
            or any(c.date_control for c in clauses)
        )

    def _add_to(self, piece: Piece, what: str) -> bool:
        """Another measure (or, in a table, another column) for a card that is there."""
        explore = self.explore(piece)
        changed = False
        for term in self._terms(what):
            metric, dimension = self._metric(term, explore), self._breakdown(term, explore)
            if piece.chart == "table" and metric is None and dimension is not None and dimension.id not in piece.rows:
                piece.rows.append(dimension.id)
                changed = self.done(f"Added {naming.lower(dimension.label)} to “{piece.title}”.")
            elif metric is not None and metric.id not in piece.metrics:
                first = field_of(explore, piece.metrics[0]) if piece.metrics else None
                shares = isinstance(first, Metric) and money_like(first) == money_like(metric) and not piece.series
                if piece.chart == "table" or shares:
                    piece.metrics.append(metric.id)
                    if piece.chart != "table" and first is not None:
                        piece.title = piece.title.replace(
                            first.label, f"{first.label} and {naming.lower(metric.label)}", 1
                        )
                    changed = self.done(f"Added {naming.lower(metric.label)} to “{piece.title}”.")
                else:
                    twin = piece.model_copy(deep=True, update={"id": "", "metrics": [metric.id]})
                    twin.title = _swap(piece.title, first.label if first else "", metric.label)
                    twin.sort = metric.id if piece.sort == piece.metrics[0] else piece.sort
                    self.plan.pieces.insert(self.plan.pieces.index(piece) + 1, twin)
                    changed = self.done(
                        f"Added “{twin.title}” below: it has another unit, so it does not share an axis."
                    )
        return changed

    def _insert(self, added: list[Piece]) -> None:
        """New cards go before the tables at the end; number cards stand with the others at the top."""
        tail = len(self.plan.pieces)
        while tail and self.plan.pieces[tail - 1].chart == "table":
            tail -= 1
        charts = [p for p in added if p.chart != "table"]
        self.plan.pieces[tail:tail] = charts
        self.plan.pieces += [p for p in added if p.chart == "table"]
        numbered(self.plan.pieces)
        if self.plan.period is not None:
            default = self.plan.period.default
            set_period(self.planner.sources, self.plan, None)
            self.plan.period.default = default

    def _have(self, piece: Piece) -> bool:
        if piece.chart == "kpi":
            return any(
                p.chart == "kpi" and p.metrics == piece.metrics and p.where == piece.where for p in self.plan.pieces
            )
        shape = (piece.explore, piece.metrics, piece.dimensions, piece.chart, piece.where, piece.limit)
        return any((p.explore, p.metrics, p.dimensions, p.chart, p.where, p.limit) == shape for p in self.plan.pieces)

    # -- phrases

    def _terms(self, text: str) -> list[Term]:
        return [i.value for i in scan(text, self.planner.sources.lexicon, self.planner.sources.now) if i.kind == "term"]

    def _metric(self, term: Term, explore: Explore) -> Metric | None:
        found = Resolver(self.planner.sources.catalog, self.planner.sources.lexicon).measure(
            term, explore, listing=False
        )
        return found[0] if isinstance(found[0], Metric) else None

    def _breakdown(self, term: Term, explore: Explore) -> Dimension | None:
        found = Resolver(self.planner.sources.catalog, self.planner.sources.lexicon).breakdown(term, explore)
        dimension = found[0]
        if not isinstance(dimension, Dimension) or dimension.type in (DimensionType.DATE, DimensionType.TIMESTAMP):
            return None
        return dimension

    def _dimension(self, piece: Piece, identifier: str) -> Dimension | None:
        found = field_of(self.explore(piece), identifier)
        return found if isinstance(found, Dimension) else None

    def _noun(self, piece: Piece, identifier: str) -> str:
        dimension = self._dimension(piece, identifier)
        return naming.dimension_noun(self.explore(piece), dimension) if dimension is not None else identifier


def _means(terms: list[Term], identifier: str) -> bool:
    """Is the field among what the phrases mean (nearly) best?"""
    return any(
        any(m.entry.id == identifier and m.score >= t.matches[0].score - 0.25 for m in t.matches)
        or any(identifier.startswith(f"{table}_") for table in t.tables)
        for t in terms
    )


def _swap(title: str, before: str, after: str) -> str:
    for old, new in ((before, after), (naming.lower(before), naming.lower(after))):
        if old and old in title:
            return title.replace(old, new, 1)
    return title


def _without_noun(title: str, noun: str) -> str:
    return re.sub(rf",? and {re.escape(noun)}\b| by {re.escape(noun)}\b", "", title, count=1)


def _titles(pieces: list[Piece], *, plain: bool = False) -> str:
    names = [f"“{p.title}”" for p in pieces]
    return naming.and_list(names) if names else ("Nothing" if plain else "nothing")
