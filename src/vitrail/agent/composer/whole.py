"""What holds for the whole app: filters, the period, conditions, title and subtitle."""

from __future__ import annotations

from collections.abc import Sequence

from vitrail.agent.composer import naming
from vitrail.agent.composer.cards import Wish, says_something
from vitrail.agent.composer.choose import field_of, intervals, name_dimension, time_dimensions
from vitrail.agent.composer.lexicon import GOOD, Term
from vitrail.agent.composer.plan import AppPlan, Control, Period, Piece
from vitrail.agent.composer.planned import Planned, Sources
from vitrail.agent.composer.timing import Range
from vitrail.catalog.model import Catalog, Dimension, DimensionType, Explore, TimeInterval

LONG_TITLE = 60


def finish(sources: Sources, out: Planned, wishes: Sequence[Wish]) -> None:
    """Filters, period, conditions and titles of a first prompt, once its cards are there."""
    plan = out.plan
    explores = sources.explores_of(plan)
    for clause, found in wishes:
        for term in clause.controls:
            add_control(sources, out, term, explores)
        for term in clause.conditions:
            if not clause.where and not term.tables:
                add_control(sources, out, term, explores)
        for remark in clause.remarks:
            out.remark(remark)
        for words in clause.ignored:
            out.unknown(words)
        if clause.only or found is None or not says_something(clause, found):
            plan.where += [w for w in clause.where if w not in plan.where]
    ranges = list(dict.fromkeys(r for c, _ in wishes for r in c.ranges))
    if len(ranges) == 1 or (ranges and out.vague):
        set_period(sources, plan, ranges[0])
    elif ranges:
        _own_ranges(plan, wishes)
    if plan.period is None and (out.vague or any(c.date_control for c, _ in wishes)):
        set_period(sources, plan, None)
    plan.title = plan.title or _subject(wishes) or title_of(sources, plan, out.vague)
    plan.subtitle = subtitle_of(plan)


def _own_ranges(plan: AppPlan, wishes: Sequence[Wish]) -> None:
    """Clauses with different ranges keep each its own, as a fixed condition of its cards."""
    for clause, found in wishes:
        if found is None or not clause.ranges or found.date is None or clause.compare:
            continue
        field = day_of(found.explore, found.date)
        metrics = [m.id for m in found.metrics]
        for piece in plan.pieces:
            if piece.explore == found.explore.name and piece.metrics == metrics and not piece.where:
                piece.where.append(clause.ranges[0].on(field))


def add_control(sources: Sources, out: Planned, term: Term, explores: Sequence[Explore]) -> bool:
    """A filter for the viewer. False when the phrase means nothing that can be filtered by."""
    plan = out.plan
    best: tuple[float, Dimension, Explore] | None = None
    for explore in explores or list(sources.catalog.explores.values()):
        found = [
            (m.score, d)
            for m in term.matches
            if m.entry.kind == "dimension" and explore.name in m.entry.explores
            if isinstance(d := field_of(explore, m.entry.id), Dimension)
        ]
        named = [name_dimension(t) for name, t in explore.tables.items() if name in term.tables]
        found += [(0.92, d) for d in named if d is not None]
        for score, dimension in found:
            # A field that all cards have filters all of them.
            score += 0.02 * sum(field_of(e, dimension.id) is not None for e in explores)
            score -= 0.3 if dimension.type is DimensionType.NUMBER else 0.0
            if best is None or score > best[0]:
                best = (score, dimension, explore)
    if best is None or best[0] < GOOD:
        out.unknown(term.text)
        return False
    _, dimension, explore = best
    if dimension.type in (DimensionType.DATE, DimensionType.TIMESTAMP):
        return set_period(sources, plan, None)
    if dimension.type is DimensionType.NUMBER:
        out.remark(f"A filter on “{dimension.label}” needs a range of numbers, which I can't draw yet.")
        out.unknown(term.text)
        return False
    if all(c.field != dimension.id for c in plan.controls):
        label = naming.upper(naming.dimension_noun(explore, dimension))
        boolean = dimension.type is DimensionType.BOOLEAN
        plan.controls.append(
            Control(field=dimension.id, label=label, explore=explore.name, kind="boolean" if boolean else "values")
        )
    return True


def set_period(sources: Sources, plan: AppPlan, default: Range | None) -> bool:
    """The date range control over all cards, with what it shows at first. False when no explore has a date."""
    fields: dict[str, str] = {}
    for explore in sources.explores_of(plan):
        used = [p.time for p in plan.pieces if p.explore == explore.name and p.time]
        dates = time_dimensions(explore)
        base = next((d for d in dates if used and d.id == used[0]), dates[0] if dates else None)
        if base is not None:
            fields[explore.name] = day_of(explore, base)
    if not fields:
        return False
    condition = default.on("") if default is not None else plan.period.default if plan.period else None
    plan.period = Period(fields=fields, default=condition)
    return True


def day_of(explore: Explore, base: Dimension) -> str:
    """The dimension that a date is filtered by."""
    return intervals(explore, base.id).get(TimeInterval.DAY, base.id)


def _subject(wishes: Sequence[Wish]) -> str | None:
    """“a sales dashboard” calls itself “Sales dashboard”."""
    for clause, _ in wishes:
        if clause.overview and clause.what and len(clause.what[0].text) <= 40:
            return f"{naming.upper(clause.what[0].text)} {clause.overview}"
    return None


def title_of(sources: Sources, plan: AppPlan, vague: bool) -> str:
    drawn = [p for p in plan.pieces if p.chart != "kpi"] or plan.pieces
    if not drawn:
        return "Overview"
    if plan.tabs:
        return naming.upper(naming.and_list([naming.lower(tab) for tab in plan.tabs]))
    label = sources.explore(drawn[0].explore).label
    subjects = {p.metrics[0] for p in drawn if p.metrics}
    if vague or len(subjects) > 2 or len(drawn[0].title) > LONG_TITLE:
        return f"{label} overview"
    return drawn[0].title


def subtitle_of(plan: AppPlan) -> str:
    shown = [p for p in plan.pieces if p.chart != "kpi" and p.title != plan.title]
    parts = [naming.lower(p.title) for p in shown[:3]]
    fixed = [w.text for w in plan.where if w.text]
    if not parts:
        return f"Only {naming.and_list(fixed)}." if fixed else ""
    more = len(shown) > 3
    text = naming.upper(", ".join(parts) + " and more" if more else naming.and_list(parts, oxford=True))
    return f"{text}{' – only ' + naming.and_list(fixed) if fixed else ''}."


def still_there(plan: AppPlan, catalog: Catalog) -> tuple[AppPlan, list[str]]:
    """A stored plan without what the catalog no longer has, and the names of what went."""
    known: dict[str, set[str]] = {
        name: {*(d.id for d in e.dimensions()), *(m.id for m in e.metrics())} for name, e in catalog.explores.items()
    }
    everything = set().union(*known.values())

    def fits(piece: Piece) -> bool:
        used = {*piece.metrics, *piece.dimensions, *(c.field for c in [*piece.where, *piece.having])}
        return used <= known.get(piece.explore, set())

    pieces = [p for p in plan.pieces if fits(p)]
    controls = [c for c in plan.controls if c.field in known.get(c.explore, set())]
    where = [w for w in plan.where if w.field in everything]
    gone = [p.title for p in plan.pieces if p not in pieces] + [c.label for c in plan.controls if c not in controls]
    kept = plan.model_copy(deep=True, update={"pieces": pieces, "controls": controls, "where": where})
    if kept.period is not None:
        kept.period.fields = {e: f for e, f in kept.period.fields.items() if f in known.get(e, set())}
        kept.period = kept.period if kept.period.fields else None
    return kept, gone
