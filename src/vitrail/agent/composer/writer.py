"""A plan as source: one `src/App.tsx` on the template's components, and the plan beside it.

Every field id is a string literal, so that packaging can read what the app asks for. The same plan always gives the
same text: a follow-up compares what it would have written with what is there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from vitrail.agent.composer.layout import rows_of
from vitrail.agent.composer.period import initial_period
from vitrail.agent.composer.plan import PLAN_PATH, AppPlan, Condition, Piece
from vitrail.agent.composer.text import Names, attribute, literal, wrapped
from vitrail.agent.composer.words import label_stems, word_set
from vitrail.catalog.model import Catalog, Dimension, DimensionType, ExploreName, TimeInterval

APP_PATH = "src/App.tsx"
TOP_SERIES = 8
_RUNNING = {"DAY": "days", "WEEK": "weeks", "MONTH": "months", "QUARTER": "quarters", "YEAR": "years"}
_BAD_WHEN_UP = word_set(
    """
    cost refund churn churned cancelled canceled cancellation complaint late overdue defect bug error return
    duration minute hour wait backlog unresolved breach expense delay time
    """
)


def files_of(plan: AppPlan, catalog: Catalog) -> dict[str, str]:
    """The app's files by path. `plan.files` is filled with their hashes."""
    app = Writer(plan, catalog).app()
    plan.files = {APP_PATH: digest(app)}
    return {APP_PATH: app, PLAN_PATH: plan.model_dump_json(indent=2, exclude_defaults=True) + "\n"}


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class Writer:
    def __init__(self, plan: AppPlan, catalog: Catalog) -> None:
        self.plan = plan
        self.catalog = catalog
        self.names = Names()
        self.imports: set[str] = {"AppShell"}
        self.sdk: set[str] = {"query", "useQuery"}
        self.states: list[str] = []
        self.queries: list[str] = []
        self.resets: list[str] = []
        self.control_tags: list[str] = []
        self.period_imports: set[str] = set()
        self.before: list[str] = []
        self.filter_names: dict[str, str] = {}
        self.kpi_results: dict[str, tuple[str, str | None, str | None]] = {}

    # -- the file

    def app(self) -> str:
        controls = self._controls()
        self._filters(controls)
        self._kpi_queries()
        cards = {p.id: self._card(p) for p in self.plan.pieces}
        page = self._shell(self._body(cards))
        head = []
        if any("useState" in s for s in self.states):
            head.append("import { useState } from 'react';")
        if self.period_imports:
            head.append(f"import {{ {', '.join(sorted(self.period_imports))} }} from 'date-fns';")
        head.append(f"import {{ {', '.join(sorted(self.sdk, key=str.lower))} }} from '@vitrail/sdk';")
        if self.plan.period is not None:
            self.imports.add("type DateRangeValue")
        head.append(
            wrapped(
                "import { ",
                sorted(self.imports, key=lambda n: n.removeprefix("type ").lower()),
                " } from '@/components';",
            )
        )
        lines = [
            *head,
            "",
            *self.before,
            "/** Written by Vitrail's offline planner; follow-ups in the chat edit src/app.plan.json and rewrite this file. */",
            "export default function App() {",
            *(_indent(s) for s in self.states),
            *([""] if self.states else []),
            "\n\n".join(_indent(q) for q in self.queries),
            "",
            "  return (",
            _indent(page, 4),
            "  );",
            "}",
            "",
        ]
        return "\n".join(lines)

    def _shell(self, body: str) -> str:
        attributes = [f"title={attribute(self.plan.title)}"]
        if self.plan.subtitle:
            attributes.append(f"description={attribute(self.plan.subtitle)}")
        if self.control_tags:
            self.imports.add("FilterBar")
            reset = f"onReset={{() => {{\n{_indent(chr(10).join(self.resets))}\n}}}}"
            bar = f"<FilterBar\n{_indent(reset)}\n>\n{_indent(chr(10).join(self.control_tags))}\n</FilterBar>"
            attributes.append(f"filters={{\n{_indent(bar)}\n}}")
        inside = _indent("\n".join(attributes))
        return f"<AppShell\n{inside}\n>\n{_indent(body)}\n</AppShell>"

    # -- filters

    def _controls(self) -> list[tuple[str, str]]:
        """State, value list and control of each filter. Gives (field, expression of its values)."""
        out: list[tuple[str, str]] = []
        for control in self.plan.controls:
            state = self.names.new(control.label)
            setter = f"set{state[0].upper()}{state[1:]}"
            if control.kind == "boolean":
                self.imports.add("Select")
                self.states.append(f"const [{state}, {setter}] = useState<'all' | 'yes' | 'no'>('all');")
                self.resets.append(f"{setter}('all');")
                self.control_tags.append(
                    f"<Select\n  label={attribute(control.label)}\n  options={{[\n    {{ value: 'all', label: 'All' }},\n"
                    f"    {{ value: 'yes', label: 'Yes' }},\n    {{ value: 'no', label: 'No' }},\n  ]}}\n"
                    f"  value={{{state}}}\n  onChange={{{setter}}}\n/>"
                )
                out.append((control.field, f"{state} === 'all' ? [] : [{state} === 'yes']"))
                continue
            self.imports.add("MultiSelect")
            self.sdk.add("useFilterValues")
            options = self.names.new(f"{control.label} values")
            self.states.append(f"const [{state}, {setter}] = useState<string[]>([]);")
            self.states.append(
                f"const {options} = useFilterValues({literal(control.explore)}, {literal(control.field)});"
            )
            self.resets.append(f"{setter}([]);")
            self.control_tags.append(
                f"<MultiSelect label={attribute(control.label)} options={{{options}}} value={{{state}}} onChange={{{setter}}} />"
            )
            out.append((control.field, state))
        period = self.plan.period
        if period is not None:
            self.imports.add("DateRange")
            self.names.take("period", "setPeriod")
            initial, needed = initial_period(period.default)
            self.period_imports |= needed
            if initial == "null":
                self.states.append("const [period, setPeriod] = useState<DateRangeValue | null>(null);")
                self.resets.append("setPeriod(null);")
            else:
                self.names.take("firstPeriod")
                self.before += ["function firstPeriod(): DateRangeValue {", *_indent(initial).split("\n"), "}", ""]
                self.states.append("const [period, setPeriod] = useState<DateRangeValue | null>(firstPeriod);")
                self.resets.append("setPeriod(firstPeriod());")
            self.control_tags.append(
                f"<DateRange label={attribute(period.label)} value={{period}} onChange={{setPeriod}} />"
            )
        return out

    def _filters(self, controls: Sequence[tuple[str, str]]) -> None:
        """One list of conditions for each explore that is asked: what the viewer chose and what always holds."""
        for name in dict.fromkeys(p.explore for p in self.plan.pieces):
            ids = self._dimension_ids(name)
            lines = [f"{{ field: {literal(f)}, operator: 'equals', values: {e} }}," for f, e in controls if f in ids]
            period = self.plan.period
            if period is not None and name in period.fields:
                lines.append(
                    f"{{ field: {literal(period.fields[name])}, operator: 'inBetween', "
                    "values: period === null ? [] : [period.from, period.to] },"
                )
            lines += [f"{_condition(c)}," for c in self.plan.where if c.field in ids]
            if lines:
                const = self.names.new(f"{name} filters")
                self.filter_names[name] = const
                self.states.append(f"const {const} = [\n{_indent(chr(10).join(lines))}\n] as const;")

    def _dimension_ids(self, explore: str) -> set[str]:
        found = self.catalog.explores.get(ExploreName(explore))
        return {str(d.id) for d in found.dimensions()} if found else set()

    def unreached(self, piece: Piece) -> list[str]:
        """Labels of the controls that a piece's explore knows nothing of."""
        ids = self._dimension_ids(piece.explore)
        return [c.label for c in self.plan.controls if c.field not in ids]

    # -- queries

    def _query(
        self,
        const: str,
        explore: str,
        dimensions: Sequence[str],
        metrics: Sequence[str],
        label: str,
        *,
        where: Sequence[Condition] = (),
        having: Sequence[Condition] = (),
        sort: str | None = None,
        descending: bool = False,
        limit: int | None = None,
        extra: str = "",
        when: str = "",
    ) -> None:
        calls = []
        if dimensions:
            calls.append(f".dimensions([{', '.join(map(literal, dimensions))}])")
        if metrics:
            calls.append(f".metrics([{', '.join(map(literal, metrics))}])")
        if explore in self.filter_names:
            calls.append(f".filters({self.filter_names[explore]})")
        if where or extra:
            parts = [*(_condition(c) for c in where), *([extra] if extra else [])]
            calls.append(f".filters([{', '.join(parts)}])")
        if having:
            calls.append(f".metricFilters([{', '.join(_condition(c) for c in having)}])")
        if sort is not None:
            calls.append(f".sorts([{{ field: {literal(sort)}, direction: '{'desc' if descending else 'asc'}' }}])")
        if limit is not None:
            calls.append(f".limit({limit})")
        calls.append(f".label({literal(label)})")
        asked = f"query({literal(explore)})\n" + "\n".join(f"  {c}" for c in calls)
        if when:
            asked = f"{when}\n  ? null\n  : {_indent(asked).lstrip()}"
        self.queries.append(f"const {const} = useQuery(\n{_indent(asked)},\n);")

    def _kpi_queries(self) -> None:
        """The KPI cards of one explore share a query for their numbers, and one for their small lines."""
        groups: dict[tuple[str, ...], list[Piece]] = {}
        for piece in self.plan.pieces:
            if piece.chart == "kpi":
                key = (
                    piece.explore,
                    piece.x or "",
                    piece.compare or "",
                    json.dumps([w.model_dump() for w in piece.where]),
                )
                groups.setdefault(key, []).append(piece)
        for pieces in groups.values():
            first = pieces[0]
            metrics = list(dict.fromkeys(p.metrics[0] for p in pieces))
            unit = _RUNNING.get(first.grain or "")
            day = self._day(first)
            now, line, before = self.names.new("totals"), None, None
            if first.compare and day and unit:
                n, unit = (12, "months") if first.compare == "year" else (1, unit)
                current = f"{{ field: {literal(day)}, operator: 'inThePast', values: [{n}], unit: '{unit}', completed: true }}"
                self._query(now, first.explore, [], metrics, "Key figures", where=first.where, extra=current)
                before = self.names.new("totals before")
                past = (
                    f"{{ field: {literal(day)}, operator: 'inThePast', values: [{2 * n}], unit: '{unit}', completed: true }}, "
                    f"{{ field: {literal(day)}, operator: 'notInThePast', values: [{n}], unit: '{unit}', completed: true }}, "
                    f"{{ field: {literal(day)}, operator: 'notInTheCurrent', values: [1], unit: '{unit}' }}"
                )
                self._query(
                    before,
                    first.explore,
                    [],
                    metrics,
                    "Key figures of the period before",
                    where=first.where,
                    extra=past,
                )
            else:
                self._query(now, first.explore, [], metrics, "Key figures", where=first.where)
                if first.x and first.time and unit:
                    line = self.names.new("totals trend")
                    running = (
                        f"{{ field: {literal(day)}, operator: 'notInTheCurrent', values: [1], unit: '{unit}' }}"
                        if day
                        else ""
                    )
                    self._query(
                        line,
                        first.explore,
                        [first.x],
                        metrics,
                        "Key figures over time",
                        where=first.where,
                        sort=first.x,
                        limit=500,
                        extra=running,
                    )
            for piece in pieces:
                self.kpi_results[piece.id] = (now, line, before)

    def _day(self, piece: Piece) -> str | None:
        """The dimension that the piece's date is filtered by."""
        explore = self.catalog.explores.get(ExploreName(piece.explore))
        if explore is None or piece.time is None:
            return None
        for table in explore.tables.values():
            for dimension in table.dimensions.values():
                if (
                    dimension.interval is TimeInterval.DAY
                    and f"{table.name}_{dimension.base}" == piece.time
                    and not dimension.hidden
                ):
                    return dimension.id
        return piece.time

    # -- cards

    def _card(self, piece: Piece) -> str:
        if piece.chart == "kpi":
            return self._kpi(piece)
        const = self.names.new(piece.id)
        extra = when = ""
        if piece.top_series and piece.series:
            biggest = self.names.new(f"{piece.id} series")
            self._query(
                biggest,
                piece.explore,
                [piece.series],
                piece.metrics[:1],
                f"{piece.title}: largest",
                where=piece.where,
                having=piece.having,
                sort=piece.metrics[0],
                descending=True,
                limit=piece.top_series,
            )
            extra = f"{{ field: {literal(piece.series)}, operator: 'equals', values: {biggest}.data.map((row) => row.{piece.series}) }}"
            when = f"{biggest}.loading"
        self._query(
            const,
            piece.explore,
            piece.dimensions,
            piece.metrics,
            piece.title,
            where=piece.where,
            having=piece.having,
            sort=piece.sort,
            descending=piece.descending,
            limit=piece.limit,
            extra=extra,
            when=when,
        )
        attributes = [f"title={attribute(piece.title)}"]
        note = self._note(piece)
        if note:
            attributes.append(f"description={attribute(note)}")
        attributes.append(f"result={{{const}}}")
        if piece.chart == "table":
            self.imports.add("DataTable")
            direction = "desc" if piece.descending else "asc"
            if piece.sort:
                attributes.append(f"sort={{{{ field: {literal(piece.sort)}, direction: '{direction}' }}}}")
            return _tag("DataTable", attributes)
        y = literal(piece.metrics[0]) if len(piece.metrics) == 1 else f"{{[{', '.join(map(literal, piece.metrics))}]}}"
        if piece.chart == "pie":
            self.imports.add("PieChartCard")
            return _tag(
                "PieChartCard", [*attributes, f"name={_quoted(piece.x or '')}", f"value={_quoted(piece.metrics[0])}"]
            )
        attributes += [
            f"x={_quoted(piece.x or '')}",
            f"y={_quoted(piece.metrics[0]) if len(piece.metrics) == 1 else y}",
        ]
        if piece.series:
            attributes.append(f"series={_quoted(piece.series)}")
        name = {"line": "LineChartCard", "area": "AreaChartCard", "stacked": "StackedBarChartCard"}.get(
            piece.chart, "BarChartCard"
        )
        if piece.chart == "area" and piece.series:
            attributes.append("stacked")
        if piece.chart in ("bar", "stacked") and not piece.time and self._named(piece.x):
            attributes.append("horizontal")
            if piece.chart == "bar" and piece.series is None and piece.limit and piece.limit <= 50 and piece.descending:
                attributes.append(f"topN={{{piece.limit}}}")
        self.imports.add(name)
        return _tag(name, attributes)

    def _kpi(self, piece: Piece) -> str:
        self.imports |= {"KpiCard", "Grid"}
        now, line, before = self.kpi_results[piece.id]
        metric = _quoted(piece.metrics[0])
        attributes = [f"title={attribute(piece.title)}", f"result={{{now}}}", f"value={metric}"]
        value = literal(piece.metrics[0])
        if before is not None:
            label = "vs the 12 months before" if piece.compare == "year" else "vs the period before"
            attributes.append(f"compareWith={{{{ result: {before}, value: {value}, label: {literal(label)} }}}}")
        elif line is not None:
            attributes.append(f"trend={{{{ result: {line}, x: {literal(piece.x or '')}, y: {value} }}}}")
        if set(label_stems(piece.title)) & _BAD_WHEN_UP:
            attributes.append('goodWhen="down"')
        note = self._note(piece)
        if note:
            attributes.append(f"description={attribute(note)}")
        return _tag("KpiCard", attributes)

    def _note(self, piece: Piece) -> str:
        said = [piece.note] if piece.note else []
        fixed = [w.text for w in [*piece.where, *piece.having] if w.text]
        if fixed:
            said.append("Only " + ", ".join(fixed) + ".")
        if piece.compare:
            said.append("Last 12 full months." if piece.compare == "year" else "Last full period.")
        if piece.top_series and piece.series:
            said.append(f"The {piece.top_series} largest.")
        without = self.unreached(piece)
        if without and piece.chart != "kpi":
            said.append(f"Not filtered by {', '.join(label.lower() for label in without)}.")
        return " ".join(said)

    def _named(self, identifier: str | None) -> bool:
        """Is it a dimension of names (and not of dates or numbers)?"""
        for explore in self.catalog.explores.values():
            for dimension in explore.dimensions():
                if dimension.id == identifier:
                    return _is_text(dimension)
        return True

    def _body(self, cards: dict[str, str]) -> str:
        if not self.plan.tabs:
            return "\n".join(self._rows(self.plan.pieces, cards))
        self.imports.add("Tabs")
        tabs = []
        for number, tab in enumerate(self.plan.tabs, 1):
            rows = self._rows([p for p in self.plan.pieces if (p.tab or self.plan.tabs[0]) == tab], cards)
            content = "<>\n" + _indent("\n".join(rows)) + "\n</>"
            tabs.append(
                f"{{\n  value: 'tab-{number}',\n  label: {literal(tab)},\n  content: (\n{_indent(content, 4)}\n  ),\n}},"
            )
        return "<Tabs\n  tabs={[\n" + _indent("\n".join(tabs), 4) + "\n  ]}\n/>"

    def _rows(self, pieces: Sequence[Piece], cards: dict[str, str]) -> list[str]:
        out = []
        for row in rows_of(pieces):
            if len(row) == 1 and row[0].chart != "kpi":
                out.append(cards[row[0].id])
                continue
            self.imports.add("Grid")
            columns = min(4, max(len(row), 2 if row[0].chart == "kpi" else 1))
            inside = _indent("\n".join(cards[p.id] for p in row))
            out.append(f"<Grid columns={{{columns}}}>\n{inside}\n</Grid>")
        return out


def _is_text(dimension: Dimension) -> bool:
    return dimension.type in (DimensionType.STRING, DimensionType.BOOLEAN) and dimension.interval is None


def _condition(condition: Condition) -> str:
    parts = [f"field: {literal(condition.field)}", f"operator: {literal(condition.operator)}"]
    if condition.values or condition.unit:
        parts.append(f"values: [{', '.join(literal(v) for v in condition.values)}]")
    if condition.unit:
        parts.append(f"unit: {literal(condition.unit)}")
    if condition.completed:
        parts.append("completed: true")
    return "{ " + ", ".join(parts) + " }"


def _quoted(identifier: str) -> str:
    return f'"{identifier}"'


def _tag(name: str, attributes: Sequence[str]) -> str:
    flat = f"<{name} {' '.join(attributes)} />"
    return flat if len(flat) <= 100 and "\n" not in flat else f"<{name}\n" + _indent("\n".join(attributes)) + "\n/>"


def _indent(text: str, by: int = 2) -> str:
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))
