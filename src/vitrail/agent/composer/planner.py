"""The offline planner: a prompt and a catalog in, a plan and an honest account of it out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from vitrail.agent.composer import naming
from vitrail.agent.composer.choose import field_of, intervals, name_dimension, time_dimensions
from vitrail.agent.composer.clauses import Clause, Loose, Reader
from vitrail.agent.composer.lexicon import GOOD, Lexicon, Term
from vitrail.agent.composer.pieces import kpi_pieces, overview_pieces, pieces_of
from vitrail.agent.composer.plan import AppPlan, Condition, Control, Period, Piece
from vitrail.agent.composer.resolve import Resolved, Resolver, best_explore
from vitrail.agent.composer.scan import scan
from vitrail.agent.composer.timing import Range
from vitrail.agent.composer.values import Value, ValueFinder
from vitrail.agent.composer.words import tokens
from vitrail.catalog.model import Catalog, Dimension, DimensionType, Explore, ExploreName, TimeInterval

MAX_PIECES = 24
_NAMED = re.compile(
    r"\b(?:call(?:ed)?(?:\s+it)?|name(?:d)?(?:\s+it)?|titled|entitled|title(?:d)?(?:\s+it)?[:]?)\s+[\"“'‘]([^\"”'’\n]{2,80})[\"”'’]",
    re.IGNORECASE,
)
_NAMED_BARE = re.compile(
    r"\b(?:called|titled|entitled|call it|name it)\s+([A-Z][\w&'’ -]{1,60}?)(?=[.,;\n]|\s+(?:with|that|and|showing)\b|$)"
)


@dataclass
class Planned:
    """A plan with what is to be told about it."""

    plan: AppPlan
    not_understood: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    vague: bool = False


class Planner:
    def __init__(self, catalog: Catalog, now: date, values: ValueFinder | None = None) -> None:
        self.catalog = catalog
        self.now = now
        self.lexicon = Lexicon(catalog)
        self.values = values or ValueFinder(None)

    # -- a first prompt

    async def plan(self, prompt: str) -> Planned:
        """An app for a prompt. Always one that works, also for a prompt that says little; what was guessed or not
        understood is told."""
        title, text = named_in(prompt)
        clauses = Reader(scan(text, self.lexicon, self.now), text).read()
        resolver = Resolver(self.catalog, self.lexicon)
        out = Planned(AppPlan(title=title or ""))
        wishes = await self.wishes(clauses, resolver, out)
        self._pieces(out, wishes, clauses)
        self.finish(out, clauses, wishes)
        return out

    async def wishes(
        self, clauses: Sequence[Clause], resolver: Resolver, out: Planned, home: Explore | None = None
    ) -> list[tuple[Clause, Resolved | None]]:
        """Each clause with its meaning, values looked up; what stays unexplained goes to `out`. `home` is the explore
        in which values are looked for when a clause names none."""
        last, last_explore = list(resolver.last), resolver.last_explore
        first = [(clause, resolver.resolve(clause)) for clause in clauses]
        home = home or next((r.explore for _, r in first if r is not None), None) or best_explore(self.catalog, [])
        if home is None:
            return [(clause, None) for clause in clauses]
        changed = False
        for clause, found in first:
            explore = found.explore if found is not None else home
            changed = await self._explain(clause, explore, home, out) or changed
        if not changed:
            return first
        again = Resolver(self.catalog, self.lexicon)
        again.last, again.last_explore = last, last_explore
        return [(clause, again.resolve(clause)) for clause in clauses]

    async def _explain(self, clause: Clause, explore: Explore, home: Explore, out: Planned) -> bool:
        """Turns loose words into conditions where the data knows them. True if the clause changed."""
        hints = [m for t in clause.conditions for m in self._dimensions(t, explore)]
        found: list[tuple[Loose, Value]] = []
        boolean = self._boolean_conditions(clause, explore)
        if clause.loose:
            await self.values.prepare(explore, hints)
        for loose in clause.loose:
            value = await self.values.find(loose.text, explore, hints)
            if value is None and explore is not home:
                value = await self.values.find(loose.text, home, hints)
            if value is not None:
                found.append((loose, value))
                continue
            parts = loose.text.split()
            halves = [(p, await self.values.find(p, explore, hints)) for p in parts] if len(parts) > 1 else []
            for part, piece in halves:
                if piece is not None:
                    found.append((Loose(part, loose.negated, loose.start, loose.end), piece))
                else:
                    self._unknown(out, part)
            if not halves:
                self._unknown(out, loose.text)
        clause.loose = []
        wheres = conditions_of(found)
        if boolean or wheres:
            clause.conditions = [
                t
                for t in clause.conditions
                if not any(b.field == m.id for b in boolean for m in self._dimensions(t, explore))
            ]
        clause.where.extend([*wheres, *boolean])
        by_field: dict[str, list[Value]] = {}
        for _, value in found:
            by_field.setdefault(value.dimension.id, []).append(value)
        for group in by_field.values():
            dimension = group[0].dimension
            # “returning customers”: the noun belongs to the value, it is not a count of customers.
            for loose, value in found:
                if value in group:
                    clause.what = [
                        t for t in clause.what if not self._same_thing(t, dimension, loose, len(clause.what))
                    ]
            if (
                len(group) > 1
                and (clause.compare or not clause.only)
                and not any(dimension in self._dimensions(t, explore) for t in clause.dims)
            ):
                term = self.lexicon.phrase(tokens(dimension.label), dimension.label)
                if term is not None:
                    clause.dims.append(term)
        return bool(found or boolean)

    def _same_thing(self, term: Term, dimension: Dimension, loose: Loose, measured: int) -> bool:
        after = loose.end <= term.start <= loose.end + 1
        same = dimension.table in term.tables or any(table in term.tables for table in (dimension.table,))
        return after and same and measured > 1

    def _boolean_conditions(self, clause: Clause, explore: Explore) -> list[Condition]:
        if not (clause.only or clause.conditions):
            return []
        return [
            Condition(field=d.id, operator="equals", values=[True], text=f"{naming.lower(d.label)}")
            for term in clause.conditions
            for d in self._dimensions(term, explore)[:1]
            if d.type is DimensionType.BOOLEAN
        ]

    def _dimensions(self, term: Term, explore: Explore) -> list[Dimension]:
        return [
            d
            for m in term.matches
            if m.entry.kind == "dimension" and explore.name in m.entry.explores
            if isinstance(d := field_of(explore, m.entry.id), Dimension)
        ]

    def _unknown(self, out: Planned, words: str) -> None:
        if words not in out.not_understood:
            out.not_understood.append(words)

    # -- pieces

    def _pieces(
        self, out: Planned, wishes: Sequence[tuple[Clause, Resolved | None]], clauses: Sequence[Clause]
    ) -> None:
        plan = out.plan
        real = [(c, r) for c, r in wishes if r is not None and says_something(c, r)]
        topics = [t for c in clauses if c.overview or not says_something(c, None) for t in c.what]
        drawn = [p for c, r in real for p in self._drawn(c, r, out)]
        shown = [p for p in drawn if p.chart != "kpi"]
        asked_kpis = any(c.chart == "kpi" for c, _ in real)
        overview = any(c.overview for c in clauses)
        tabs = {c.tab for c, _ in real if c.tab}
        if not shown and not asked_kpis:
            out.vague = True
            lead = [m for _, r in real for m in r.metrics]
            explore = (
                real[0][1].explore
                if real and lead
                else best_explore(
                    self.catalog, [*topics, *(t for c in clauses for t in [*c.what, *c.dims, *c.conditions])]
                )
            )
            grain = next((c.grain for c in clauses if c.grain), None)
            if explore is not None:
                drawn = self._with_where(
                    overview_pieces(explore, lead[:4], grain), [w for c in clauses for w in c.where]
                )
        elif not asked_kpis and not tabs and (overview or shown):
            drawn = [*self._headline(real, shown, overview), *drawn]
        if any(c.chart == "kpi" and not c.what for c in clauses) and not any(p.chart == "kpi" for p in drawn):
            drawn = [*self._headline(real, shown, True), *drawn]
        plan.pieces = numbered(distinct(drawn)[:MAX_PIECES])
        plan.tabs = [t for t in dict.fromkeys(p.tab for p in plan.pieces) if t]
        if plan.tabs:
            for piece in plan.pieces:
                piece.tab = piece.tab or plan.tabs[0]

    def _drawn(self, clause: Clause, found: Resolved, out: Planned) -> list[Piece]:
        for term in found.left:
            self._left(term, found, out)
        for word in clause.cannot:
            out.remarks.append(f"I can't draw a “{word}”; I chose the nearest chart that I can draw.")
        if clause.overview and not (clause.dims or clause.grain or clause.rank or clause.trend or clause.chart):
            return []
        pieces = pieces_of(found)
        if (
            clause.compare
            and found.date is not None
            and all(p.chart == "kpi" for p in pieces)
            and len(clause.ranges) > 1
        ):
            pieces = [p.model_copy(update={"compare": "year"}) for p in pieces]
            clause.ranges = []
        for operator, number in clause.thresholds:
            for piece in pieces:
                if piece.metrics and piece.chart != "kpi":
                    metric = field_of(found.explore, piece.metrics[0])
                    label = naming.lower(metric.label) if metric else ""
                    sign = {"greaterThan": "more than", "lessThan": "less than", "greaterThanOrEqual": "at least"}.get(
                        operator, "at most"
                    )
                    piece.having.append(
                        Condition(
                            field=piece.metrics[0],
                            operator=operator,
                            values=[number],
                            text=f"{label} {sign} {number:,.0f}",
                        )
                    )
        return [
            p.model_copy(update={"tab": clause.tab})
            for p in self._with_where(pieces, clause.where if not clause.only else [])
        ]

    def _with_where(self, pieces: Sequence[Piece], where: Sequence[Condition]) -> list[Piece]:
        out = []
        for piece in pieces:
            explore = self.catalog.explores[ExploreName(piece.explore)]
            fitting = [w for w in where if field_of(explore, w.field) is not None]
            out.append(piece.model_copy(update={"where": [*piece.where, *fitting]}))
        return out

    def _left(self, term: Term, found: Resolved, out: Planned) -> None:
        other = next((m.entry for m in term.matches if m.entry.explores), None)
        if other is not None:
            names = naming.and_list([naming.lower(m.label) for m in found.metrics] or [found.explore.label])
            out.remarks.append(
                f"“{term.text}” could not be combined with {names}: no explore joins “{other.field.label}” to it."
            )
        self._unknown(out, term.text)

    def _headline(self, real: Sequence[tuple[Clause, Resolved]], shown: Sequence[Piece], more: bool) -> list[Piece]:
        """One number for each measure that the charts show (with `more`: up to four of the main explore)."""
        kpis: list[Piece] = []
        for clause, found in real:
            if found.metrics and (clause.what or clause.overview):
                kpis += self._with_where(
                    kpi_pieces(Resolved(Clause(grain=clause.grain), found.explore, metrics=found.metrics[:4])),
                    clause.where,
                )
        if more and real and len({tuple(k.metrics) for k in kpis}) < 3:
            explore = real[0][1].explore
            extra = overview_pieces(explore)
            kpis += [p for p in extra if p.chart == "kpi"]
        seen: set[str] = set()
        unique = []
        for kpi in kpis:
            label = kpi.title
            if kpi.metrics[0] in seen or label in seen:
                continue
            seen.update((kpi.metrics[0], label))
            unique.append(kpi)
        return unique[: 4 if more else 3]

    # -- what holds for the whole app

    def finish(self, out: Planned, clauses: Sequence[Clause], wishes: Sequence[tuple[Clause, Resolved | None]]) -> None:
        plan = out.plan
        explores = [self.catalog.explores[ExploreName(n)] for n in dict.fromkeys(p.explore for p in plan.pieces)]
        for clause in clauses:
            for term in clause.controls:
                self.add_control(out, term, explores)
            for term in clause.conditions:
                if not clause.where:
                    self.add_control(out, term, explores)
            if clause.only or not any(r is not None and says_something(c, r) for c, r in wishes if c is clause):
                plan.where += [w for w in clause.where if w not in plan.where]
        ranges = list(dict.fromkeys(r for c in clauses for r in c.ranges))
        if len(ranges) == 1 or (ranges and out.vague):
            self.set_period(plan, explores, ranges[0])
        elif ranges:
            self._own_ranges(plan, wishes)
        if plan.period is None and (out.vague or any(c.date_control for c in clauses)):
            self.set_period(plan, explores, None)
        plan.title = plan.title or self.title(plan, out.vague)
        plan.subtitle = self.subtitle(plan)

    def _own_ranges(self, plan: AppPlan, wishes: Sequence[tuple[Clause, Resolved | None]]) -> None:
        for clause, found in wishes:
            if found is None or not clause.ranges or found.date is None:
                continue
            base = _filter_id(found.explore, found.date)
            for piece in plan.pieces:
                if (
                    piece.explore == found.explore.name
                    and piece.metrics == [m.id for m in found.metrics]
                    and not piece.where
                ):
                    piece.where.append(clause.ranges[0].on(base))

    def add_control(self, out: Planned, term: Term, explores: Sequence[Explore]) -> bool:
        """A filter for the viewer. False when the phrase means nothing that can be filtered by."""
        plan = out.plan
        best: tuple[float, Dimension, Explore] | None = None
        for explore in explores or list(self.catalog.explores.values()):
            found = [
                (m.score, d)
                for m in term.matches
                if m.entry.kind == "dimension" and explore.name in m.entry.explores
                if isinstance(d := field_of(explore, m.entry.id), Dimension)
            ]
            for table in term.tables:
                if table in explore.tables and (named := name_dimension(explore.tables[table])) is not None:  # type: ignore[index]
                    found.append((0.92, named))
            for score, dimension in found:
                score += 0.02 * sum(field_of(e, dimension.id) is not None for e in explores)
                score -= 0.3 if dimension.type is DimensionType.NUMBER else 0.0
                if best is None or score > best[0]:
                    best = (score, dimension, explore)
        if best is None or best[0] < GOOD:
            self._unknown(out, term.text)
            return False
        _, dimension, explore = best
        if dimension.type in (DimensionType.DATE, DimensionType.TIMESTAMP):
            self.set_period(plan, explores, None)
            return True
        if dimension.type is DimensionType.NUMBER:
            out.remarks.append(f"A filter on “{dimension.label}” needs a range of numbers, which I can't draw yet.")
            self._unknown(out, term.text)
            return False
        if all(c.field != dimension.id for c in plan.controls):
            kind = "boolean" if dimension.type is DimensionType.BOOLEAN else "values"
            plan.controls.append(
                Control(
                    field=dimension.id, label=self.control_label(explore, dimension), explore=explore.name, kind=kind
                )  # type: ignore[arg-type]
            )
        return True

    def control_label(self, explore: Explore, dimension: Dimension) -> str:
        return naming.upper(naming.dimension_noun(explore, dimension))

    def set_period(self, plan: AppPlan, explores: Sequence[Explore], default: Range | None) -> bool:
        fields: dict[str, str] = {}
        for explore in explores:
            used = [p.time for p in plan.pieces if p.explore == explore.name and p.time]
            dates = time_dimensions(explore)
            base = next((d for d in dates if used and d.id == used[0]), dates[0] if dates else None)
            if base is not None:
                fields[explore.name] = _filter_id(explore, base)
        if not fields:
            return False
        condition = default.on("") if default is not None else plan.period.default if plan.period else None
        plan.period = Period(fields=fields, default=condition)
        return True

    def title(self, plan: AppPlan, vague: bool) -> str:
        drawn = [p for p in plan.pieces if p.chart != "kpi"] or plan.pieces
        if not drawn:
            return "Overview"
        explore = self.catalog.explores[ExploreName(drawn[0].explore)]
        if vague or len({p.metrics[0] for p in drawn if p.metrics}) > 2:
            return f"{explore.label} overview"
        return drawn[0].title if len(drawn[0].title) <= 60 else f"{explore.label} overview"

    def subtitle(self, plan: AppPlan) -> str:
        shown = [p for p in plan.pieces if p.chart != "kpi"]
        parts = [naming.lower(p.title) for p in shown[:3]] or [naming.lower(p.title) for p in plan.pieces[:3]]
        if not parts:
            return ""
        text = naming.upper(naming.and_list(parts))
        if len(shown) > 3:
            text = naming.upper(", ".join(parts)) + " and more"
        fixed = [w.text for w in plan.where if w.text]
        return f"{text}{' – ' + naming.and_list(fixed) if fixed else ''}."


# -- small things that follow-ups share


def says_something(clause: Clause, found: Resolved | None) -> bool:
    """Does a clause ask for a card (and not only for a filter, a range or a headline)?"""
    if clause.controls and not (clause.what or clause.dims):
        return False
    if clause.only and not (clause.what or clause.dims):
        return False
    return bool(
        clause.what or clause.dims or clause.grain or clause.trend or clause.rank or clause.yoy or clause.latest
    ) and (found is None or bool(found.metrics or found.dims or found.lists))


def conditions_of(found: Sequence[tuple[Loose, Value]]) -> list[Condition]:
    """Values of one dimension as one condition: any of them, or none of them."""
    groups: dict[tuple[str, bool], list[Value]] = {}
    for loose, value in found:
        groups.setdefault((value.dimension.id, loose.negated), []).append(value)
    conditions = []
    for (identifier, negated), values in groups.items():
        words = list(dict.fromkeys(v.value for v in values))
        label = naming.lower(values[0].dimension.label)
        text = f"{label} {'not ' if negated else ''}{naming.and_list(words)}"
        conditions.append(
            Condition(field=identifier, operator="notEquals" if negated else "equals", values=list(words), text=text)
        )
    return conditions


def _filter_id(explore: Explore, base: Dimension) -> str:
    return intervals(explore, base.id).get(TimeInterval.DAY, base.id)


def distinct(pieces: Sequence[Piece]) -> list[Piece]:
    seen: set[str] = set()
    kept = []
    for piece in pieces:
        key = piece.model_dump_json(exclude={"id", "title", "note"})
        if key not in seen:
            seen.add(key)
            kept.append(piece)
    return kept


def numbered(pieces: Sequence[Piece], taken: Sequence[str] = ()) -> list[Piece]:
    """Gives each piece without an id one that says what it is: `trend`, `bar-2`."""
    used = {*taken, *(p.id for p in pieces if p.id)}
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


def named_in(prompt: str) -> tuple[str | None, str]:
    """The title that a prompt gives the app, and the prompt without it."""
    for pattern in (_NAMED, _NAMED_BARE):
        if match := pattern.search(prompt):
            return match.group(1).strip(), f"{prompt[: match.start()]} {prompt[match.end() :]}"
    return None, prompt
