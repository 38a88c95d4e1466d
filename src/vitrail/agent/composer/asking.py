"""A plan's questions as source: filter states, conditions, and one `useQuery` for each card (one for all numbers)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

from vitrail.agent.composer.period import initial_period
from vitrail.agent.composer.plan import AppPlan, Condition, Control, Piece
from vitrail.agent.composer.text import Names, attribute, indent, literal, tag
from vitrail.catalog.model import Catalog, Explore, ExploreName, TimeInterval

_UNITS = {"DAY": "days", "WEEK": "weeks", "MONTH": "months", "QUARTER": "quarters", "YEAR": "years"}
_YES_OR_NO = """options={[
  { value: 'all', label: 'All' },
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
]}"""


@dataclass
class Numbers:
    """The results that number cards read: the values, their line over time, the values of the period before."""

    now: str
    line: str | None = None
    before: str | None = None


@dataclass
class Asking:
    """Collects the statements at the top of the component, and what has to be imported for them."""

    plan: AppPlan
    catalog: Catalog
    names: Names = field(default_factory=Names)
    states: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    resets: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    """The filter controls as JSX."""
    before: list[str] = field(default_factory=list)
    """Statements above the component."""
    components: set[str] = field(default_factory=set)
    sdk: set[str] = field(default_factory=lambda: {"query", "useQuery"})
    dates: set[str] = field(default_factory=set)
    filters: dict[str, str] = field(default_factory=dict)
    """For each explore, the constant that holds its conditions."""

    def explore(self, name: str) -> Explore | None:
        return self.catalog.explores.get(ExploreName(name))

    def dimension_ids(self, name: str) -> set[str]:
        found = self.explore(name)
        return {str(d.id) for d in found.dimensions()} if found else set()

    # -- what the viewer chooses

    def controls(self) -> None:
        """States and controls, and for each explore the conditions that follow from them."""
        chosen = [(c.field, self._yes_no(c) if c.kind == "boolean" else self._values(c)) for c in self.plan.controls]
        if self.plan.period is not None:
            self._period()
        for name in dict.fromkeys(p.explore for p in self.plan.pieces):
            ids = self.dimension_ids(name)
            lines = [f"{{ field: {literal(f)}, operator: 'equals', values: {e} }}," for f, e in chosen if f in ids]
            period = self.plan.period
            if period is not None and name in period.fields:
                values = "period === null ? [] : [period.from, period.to]"
                lines.append(f"{{ field: {literal(period.fields[name])}, operator: 'inBetween', values: {values} }},")
            lines += [f"{condition(c)}," for c in self.plan.where if c.field in ids]
            if lines:
                self.filters[name] = self.names.new(f"{name} filters")
                listed = indent("\n".join(lines))
                self.states.append(f"const {self.filters[name]} = [\n{listed}\n] as const;")

    def _state(self, label: str) -> tuple[str, str]:
        state = self.names.new(label)
        return state, f"set{state[0].upper()}{state[1:]}"

    def _yes_no(self, control: Control) -> str:
        self.components.add("Select")
        state, setter = self._state(control.label)
        self.states.append(f"const [{state}, {setter}] = useState<'all' | 'yes' | 'no'>('all');")
        self.resets.append(f"{setter}('all');")
        attributes = [f"label={attribute(control.label)}", _YES_OR_NO, f"value={{{state}}}", f"onChange={{{setter}}}"]
        self.tags.append(tag("Select", attributes))
        return f"{state} === 'all' ? [] : [{state} === 'yes']"

    def _values(self, control: Control) -> str:
        self.components.add("MultiSelect")
        self.sdk.add("useFilterValues")
        state, setter = self._state(control.label)
        options = self.names.new(f"{control.label} values")
        self.states.append(f"const [{state}, {setter}] = useState<string[]>([]);")
        self.states.append(f"const {options} = useFilterValues({literal(control.explore)}, {literal(control.field)});")
        self.resets.append(f"{setter}([]);")
        bound = [f"options={{{options}}}", f"value={{{state}}}", f"onChange={{{setter}}}"]
        self.tags.append(tag("MultiSelect", [f"label={attribute(control.label)}", *bound]))
        return state

    def _period(self) -> None:
        period = self.plan.period
        assert period is not None
        self.components |= {"DateRange", "type DateRangeValue"}
        self.names.take("period", "setPeriod", "firstPeriod")
        initial, needed = initial_period(period.default)
        self.dates |= needed
        first, again = ("null", "null") if initial == "null" else ("firstPeriod", "firstPeriod()")
        if initial != "null":
            self.before += ["function firstPeriod(): DateRangeValue {", *indent(initial).split("\n"), "}", ""]
        self.states.append(f"const [period, setPeriod] = useState<DateRangeValue | null>({first});")
        self.resets.append(f"setPeriod({again});")
        self.tags.append(
            tag("DateRange", [f"label={attribute(period.label)}", "value={period}", "onChange={setPeriod}"])
        )

    # -- questions

    def ask(
        self,
        name: str,
        explore: str,
        dimensions: Sequence[str],
        metrics: Sequence[str],
        label: str,
        *,
        where: Sequence[str] = (),
        having: Sequence[Condition] = (),
        sort: str | None = None,
        descending: bool = False,
        limit: int | None = None,
        unless: str = "",
    ) -> None:
        """One `const name = useQuery(…)`. `where` are conditions as text; with `unless`, nothing is asked while that
        expression holds."""
        calls = [f".dimensions([{', '.join(map(literal, dimensions))}])"] if dimensions else []
        calls += [f".metrics([{', '.join(map(literal, metrics))}])"] if metrics else []
        calls += [f".filters({self.filters[explore]})"] if explore in self.filters else []
        calls += [_list(".filters", where)] if where else []
        calls += [_list(".metricFilters", [condition(c) for c in having])] if having else []
        if sort is not None:
            calls.append(f".sorts([{{ field: {literal(sort)}, direction: '{'desc' if descending else 'asc'}' }}])")
        calls += [f".limit({limit})"] if limit is not None else []
        calls.append(f".label({literal(label)})")
        asked = f"query({literal(explore)})\n" + indent("\n".join(calls))
        if unless:
            asked = f"{unless}\n  ? null\n  : {indent(asked, 4).lstrip()}"
        self.queries.append(f"const {name} = useQuery(\n{indent(asked)},\n);")

    def numbers(self) -> dict[str, Numbers]:
        """Number cards of one explore and one condition share their questions. Gives each card's results by its id."""
        groups: dict[tuple[str, ...], list[Piece]] = {}
        for piece in self.plan.pieces:
            if piece.chart == "kpi":
                where = json.dumps([w.model_dump() for w in piece.where])
                groups.setdefault((piece.explore, piece.x or "", piece.compare or "", where), []).append(piece)
        return {piece.id: found for pieces in groups.values() for found in [self._group(pieces)] for piece in pieces}

    def _group(self, pieces: Sequence[Piece]) -> Numbers:
        first = pieces[0]
        metrics = list(dict.fromkeys(p.metrics[0] for p in pieces))
        where = [condition(w) for w in first.where]
        unit, day = _UNITS.get(first.grain or ""), self._day(first)
        found = Numbers(self.names.new("totals"))
        if first.compare and day and unit:
            n, unit = (12, "months") if first.compare == "year" else (1, unit)
            latest = _past(day, "inThePast", n, unit)
            self.ask(found.now, first.explore, [], metrics, "Key figures", where=[*where, latest])
            found.before = self.names.new("totals before")
            earlier = [_past(day, "inThePast", 2 * n, unit), _past(day, "notInThePast", n, unit), _running(day, unit)]
            label = "Key figures of the period before"
            self.ask(found.before, first.explore, [], metrics, label, where=[*where, *earlier])
            return found
        self.ask(found.now, first.explore, [], metrics, "Key figures", where=where)
        if first.x and first.time and day and unit:
            found.line = self.names.new("totals trend")
            self.ask(
                found.line, first.explore, [first.x], metrics, "Key figures over time",
                where=[*where, _running(day, unit)], sort=first.x, limit=500,
            )  # fmt: skip
        return found

    def _day(self, piece: Piece) -> str | None:
        """The dimension that the piece's date is filtered by."""
        explore = self.explore(piece.explore)
        if explore is None or piece.time is None:
            return None
        for dimension in explore.dimensions():
            of_date = f"{dimension.table}_{dimension.base}" == piece.time
            if of_date and dimension.interval is TimeInterval.DAY and not (dimension.hidden or dimension.private):
                return dimension.id
        return piece.time


def condition(given: Condition) -> str:
    """A condition as an object of the SDK."""
    parts = [f"field: {literal(given.field)}", f"operator: {literal(given.operator)}"]
    if given.values or given.unit:
        parts.append(f"values: [{', '.join(literal(v) for v in given.values)}]")
    if given.unit:
        parts.append(f"unit: {literal(given.unit)}")
    if given.completed:
        parts.append("completed: true")
    return "{ " + ", ".join(parts) + " }"


def _past(day: str, operator: str, n: int, unit: str) -> str:
    return condition(Condition(field=day, operator=operator, values=[n], unit=unit, completed=True))


def _running(day: str, unit: str) -> str:
    """Without the month (week, …) that is not over: it would look like a fall."""
    return condition(Condition(field=day, operator="notInTheCurrent", values=[1], unit=unit))


def _list(call: str, parts: Sequence[str]) -> str:
    flat = f"{call}([{', '.join(parts)}])"
    return flat if len(flat) <= 110 else f"{call}([\n" + indent(",\n".join(parts)) + ",\n])"
