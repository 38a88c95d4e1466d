"""A plan as source: one `src/App.tsx` on the template's components, and the plan beside it.

Every field id is a string literal, so that packaging can read what the app asks for. The same plan always gives the
same text: a follow-up compares what it would have written with what is there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from vitrail.agent.composer.asking import Asking, Numbers, condition
from vitrail.agent.composer.choose import bad_when_up, field_of
from vitrail.agent.composer.layout import rows_of
from vitrail.agent.composer.plan import PLAN_PATH, AppPlan, Piece
from vitrail.agent.composer.text import attribute, indent, literal, tag, wrapped
from vitrail.catalog.model import Catalog, Dimension, DimensionType

APP_PATH = "src/App.tsx"
TOP_SERIES = 8
_HEAD = (
    "/** Written by Vitrail's offline planner. Follow-ups in the chat edit src/app.plan.json and rewrite this file. */"
)
_CHARTS = {"line": "LineChartCard", "area": "AreaChartCard", "stacked": "StackedBarChartCard", "bar": "BarChartCard"}


def files_of(plan: AppPlan, catalog: Catalog) -> dict[str, str]:
    """The app's files by path. `plan.files` is filled with their hashes."""
    app = app_source(plan, catalog)
    plan.files = {APP_PATH: digest(app)}
    return {APP_PATH: app, PLAN_PATH: plan_source(plan)}


def plan_source(plan: AppPlan) -> str:
    """The text of `src/app.plan.json`."""
    return plan.model_dump_json(indent=2, exclude_defaults=True) + "\n"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def app_source(plan: AppPlan, catalog: Catalog) -> str:
    """The text of `src/App.tsx`."""
    asking = Asking(plan, catalog)
    asking.components.add("AppShell")
    asking.controls()
    numbers = asking.numbers()
    cards = {p.id: _number(asking, p, numbers[p.id]) if p.chart == "kpi" else _card(asking, p) for p in plan.pieces}
    page = _page(asking, _body(asking, cards))
    states = [indent(s) for s in asking.states]
    lines = [
        *_imports(asking),
        "",
        *asking.before,
        _HEAD,
        "export default function App() {",
        *states,
        *([""] if states else []),
        "\n\n".join(indent(q) for q in asking.queries),
        "",
        "  return (",
        indent(page, 4),
        "  );",
        "}",
        "",
    ]
    return "\n".join(lines)


def _imports(asking: Asking) -> list[str]:
    lines = ["import { useState } from 'react';"] if any("useState" in s for s in asking.states) else []
    if asking.dates:
        lines.append(wrapped("import { ", sorted(asking.dates), " } from 'date-fns';"))
    lines.append(f"import {{ {', '.join(sorted(asking.sdk, key=str.lower))} }} from '@vitrail/sdk';")
    names = sorted(asking.components, key=lambda n: n.removeprefix("type ").lower())
    return [*lines, wrapped("import { ", names, " } from '@/components';")]


def _page(asking: Asking, body: str) -> str:
    plan = asking.plan
    attributes = [f"title={attribute(plan.title)}"]
    if plan.subtitle:
        attributes.append(f"description={attribute(plan.subtitle)}")
    if asking.tags:
        asking.components.add("FilterBar")
        reset = "onReset={() => {\n" + indent("\n".join(asking.resets)) + "\n}}"
        bar = f"<FilterBar\n{indent(reset)}\n>\n" + indent("\n".join(asking.tags)) + "\n</FilterBar>"
        attributes.append("filters={\n" + indent(bar) + "\n}")
    inside = indent("\n".join(attributes))
    return f"<AppShell\n{inside}\n>\n{indent(body)}\n</AppShell>"


def _body(asking: Asking, cards: Mapping[str, str]) -> str:
    plan = asking.plan
    if not plan.tabs:
        return "\n".join(_rows(asking, plan.pieces, cards))
    asking.components.add("Tabs")
    tabs = []
    for number, name in enumerate(plan.tabs, 1):
        rows = _rows(asking, [p for p in plan.pieces if (p.tab or plan.tabs[0]) == name], cards)
        content = "<>\n" + indent("\n".join(rows)) + "\n</>"
        parts = [f"value: 'tab-{number}',", f"label: {literal(name)},", "content: (", indent(content), "),"]
        tabs.append("{\n" + indent("\n".join(parts)) + "\n},")
    return "<Tabs\n  tabs={[\n" + indent("\n".join(tabs), 4) + "\n  ]}\n/>"


def _rows(asking: Asking, pieces: Sequence[Piece], cards: Mapping[str, str]) -> list[str]:
    out = []
    for row in rows_of(pieces):
        if len(row) == 1 and row[0].chart != "kpi":
            out.append(cards[row[0].id])
            continue
        asking.components.add("Grid")
        columns = min(4, len(row))
        out.append(f"<Grid columns={{{columns}}}>\n" + indent("\n".join(cards[p.id] for p in row)) + "\n</Grid>")
    return out


# -- cards


def _number(asking: Asking, piece: Piece, found: Numbers) -> str:
    asking.components |= {"KpiCard", "Grid"}
    value = literal(piece.metrics[0])
    attributes = [f"title={attribute(piece.title)}", f"result={{{found.now}}}", f'value="{piece.metrics[0]}"']
    if found.before is not None:
        label = "vs the 12 months before" if piece.compare == "year" else "vs the period before"
        attributes.append(f"compareWith={{{{ result: {found.before}, value: {value}, label: {literal(label)} }}}}")
    elif found.line is not None:
        attributes.append(f"trend={{{{ result: {found.line}, x: {literal(piece.x or '')}, y: {value} }}}}")
    if bad_when_up(piece.title):
        attributes.append('goodWhen="down"')
    if note := _note(asking, piece):
        attributes.append(f"description={attribute(note)}")
    return tag("KpiCard", attributes)


def _card(asking: Asking, piece: Piece) -> str:
    name = asking.names.new(piece.id)
    where, unless = [condition(w) for w in piece.where], ""
    if piece.top_series and piece.series:
        biggest = asking.names.new(f"{piece.id} series")
        asking.ask(
            biggest, piece.explore, [piece.series], piece.metrics[:1], f"{piece.title}: largest", where=where,
            having=piece.having, sort=piece.metrics[0], descending=True, limit=piece.top_series,
        )  # fmt: skip
        values = f"{biggest}.data.map((row) => row.{piece.series})"
        where = [*where, f"{{ field: {literal(piece.series)}, operator: 'equals', values: {values} }}"]
        unless = f"{biggest}.loading"
    asking.ask(
        name, piece.explore, piece.dimensions, piece.metrics, piece.title, where=where, having=piece.having,
        sort=piece.sort, descending=piece.descending, limit=piece.limit, unless=unless,
    )  # fmt: skip
    attributes = [f"title={attribute(piece.title)}"]
    if note := _note(asking, piece):
        attributes.append(f"description={attribute(note)}")
    attributes.append(f"result={{{name}}}")
    component, more = _drawn(asking, piece)
    asking.components.add(component)
    return tag(component, [*attributes, *more])


def _drawn(asking: Asking, piece: Piece) -> tuple[str, list[str]]:
    """The component of a card and what it is told about the fields."""
    if piece.chart == "table":
        direction = "desc" if piece.descending else "asc"
        sort = f"sort={{{{ field: {literal(piece.sort)}, direction: '{direction}' }}}}" if piece.sort else ""
        return "DataTable", [sort] if sort else []
    if piece.chart == "pie":
        return "PieChartCard", [f'name="{piece.x}"', f'value="{piece.metrics[0]}"']
    many = f"{{[{', '.join(map(literal, piece.metrics))}]}}"
    more = [f'x="{piece.x}"', f"y={many}" if len(piece.metrics) > 1 else f'y="{piece.metrics[0]}"']
    if piece.series:
        more.append(f'series="{piece.series}"')
    if piece.chart == "area" and piece.series:
        more.append("stacked")
    if piece.chart in ("bar", "stacked") and not piece.time and _is_name(asking, piece):
        more.append("horizontal")
        if piece.chart == "bar" and piece.series is None and piece.limit and piece.limit <= 50 and piece.descending:
            more.append(f"topN={{{piece.limit}}}")
    return _CHARTS.get(piece.chart, "BarChartCard"), more


def _is_name(asking: Asking, piece: Piece) -> bool:
    """Is `x` a dimension of names (and not of dates or numbers)?"""
    explore = asking.explore(piece.explore)
    found = field_of(explore, piece.x or "") if explore is not None else None
    names = (DimensionType.STRING, DimensionType.BOOLEAN)
    return not isinstance(found, Dimension) or (found.type in names and found.interval is None)


def _note(asking: Asking, piece: Piece) -> str:
    """What the reader of a card has to know: what it is limited to, and which filters do not reach it."""
    said = [piece.note] if piece.note else []
    fixed = [w.text for w in [*piece.where, *piece.having] if w.text]
    if fixed:
        said.append("Only " + ", ".join(fixed) + ".")
    if piece.compare:
        said.append("Last 12 full months." if piece.compare == "year" else "Last full period.")
    if piece.top_series and piece.series:
        said.append(f"The {piece.top_series} largest.")
    ids = asking.dimension_ids(piece.explore)
    without = [c.label.lower() for c in asking.plan.controls if c.field not in ids]
    if without and piece.chart != "kpi":
        said.append(f"Not filtered by {', '.join(without)}.")
    return " ".join(said)
