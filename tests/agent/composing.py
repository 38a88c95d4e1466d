"""Plans as facts: what a test says of a plan, in one line a card."""

from __future__ import annotations

from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any

from tests.agent.catalogs import SAAS_VALUES, saas_catalog
from tests.agent.kit import demo_catalog
from vitrail.agent.composer.plan import Condition, Piece
from vitrail.agent.composer.planned import Planned
from vitrail.agent.composer.planner import Planner
from vitrail.agent.composer.values import ValueFinder
from vitrail.catalog.model import Catalog
from vitrail.query.metric_query import MetricQuery

TODAY = date(2026, 11, 22)
DEMO_VALUES = {
    "customers_customer_type": ["New", "Returning", "Loyal"],
    "customers_region": ["West", "Central", "East"],
    "stores_region": ["West", "Central", "East"],
    "stores_city": ["Brooklyn", "Chicago", "Portland"],
    "stores_store_name": ["Brooklyn Heights", "Pearl District", "Lincoln Park"],
    "orders_channel": ["In-store", "Online", "Delivery"],
    "orders_status": ["completed", "refunded", "cancelled"],
    "products_category": ["Jaffles", "Coffee", "Cold drinks", "Treats"],
}


@cache
def catalog_of(name: str) -> Catalog:
    return demo_catalog() if name == "demo" else saas_catalog()


def planner_for(name: str) -> Planner:
    """A planner over one of the two catalogs, with a stand-in for the data."""
    values = DEMO_VALUES if name == "demo" else SAAS_VALUES

    async def run_query(query: MetricQuery) -> Any:
        return SimpleNamespace(rows=[[value] for value in values.get(query.dimensions[0], [])])

    return Planner(catalog_of(name), TODAY, ValueFinder(run_query))


def card(piece: Piece) -> str:
    """`line orders_total_revenue by orders_order_date_month, stores_store_name`, `bar … top 10`, `… where …`."""
    text = f"{piece.chart} {', '.join(piece.metrics)}"
    if piece.dimensions:
        text += f" by {', '.join(piece.dimensions)}"
    if (
        piece.limit is not None
        and piece.time is None
        and piece.limit <= 100
        and piece.title.startswith(("Top", "Bottom"))
    ):
        text += f" {'top' if piece.descending else 'bottom'} {piece.limit}"
    elif piece.time is None and not piece.descending:
        text += " upwards"
    if piece.compare:
        text += f" against the {piece.compare}"
    for condition in [*piece.where, *piece.having]:
        text += f" where {said(condition)}"
    return f"[{piece.tab}] {text}" if piece.tab else text


def said(condition: Condition) -> str:
    parts = [condition.field, condition.operator, *(str(v) for v in condition.values)]
    return " ".join([*parts, *([condition.unit] if condition.unit else [])])


def facts_of(planned: Planned) -> dict[str, Any]:
    """All that the tests compare. Number cards only by their measures."""
    plan = planned.plan
    facts: dict[str, Any] = {
        "numbers": [
            f"{p.metrics[0]}{f' against the {p.compare}' if p.compare else ''}" for p in plan.pieces if p.chart == "kpi"
        ],
        "cards": [card(p) for p in plan.pieces if p.chart != "kpi"],
        "filters": [c.field for c in plan.controls],
        "period": (plan.period.default.text if plan.period.default else "any") if plan.period else None,
        "where": [said(w) for w in plan.where],
        "not understood": list(planned.not_understood),
    }
    return {name: value for name, value in facts.items() if value}
