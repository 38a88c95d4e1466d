"""What the demo's people find in its spaces: six charts and a dashboard, saved by Ada through the ordinary services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from vitrail.charts.schemas import NewChart
from vitrail.charts.service import ChartService
from vitrail.charts.tables import ChartRow
from vitrail.dashboards.schemas import NewDashboard
from vitrail.dashboards.service import DashboardService
from vitrail.dashboards.tables import DashboardRow
from vitrail.identity import repository as people
from vitrail.identity.person import Person
from vitrail.projects.data import ProjectData
from vitrail.services import Services
from vitrail.spaces.tables import SpaceRow

MONTH, REVENUE = "orders_order_date_month", "orders_total_revenue"
BY_MONTH = [{"fieldId": MONTH}]


@dataclass(frozen=True, slots=True)
class DemoChart:
    """A chart; `space` is the name of one of `seed.SPACES`."""

    name: str
    space: str
    description: str
    config: dict[str, Any]
    metrics: list[str]
    dimensions: list[str] = field(default_factory=list)
    sorts: list[dict[str, Any]] = field(default_factory=list)
    explore: str = "orders"
    limit: int | None = None

    def query(self) -> dict[str, Any]:
        return {
            "exploreName": self.explore,
            "dimensions": self.dimensions,
            "metrics": self.metrics,
            "sorts": self.sorts,
            "limit": self.limit,
        }


CHARTS = {
    "month": DemoChart(
        "Revenue by month",
        "Sales",
        "Completed orders without tax, by the month of the order and the store's region.",
        {"type": "area", "x": MONTH, "y": [REVENUE], "series": "stores_region", "stacking": "stacked"},
        [REVENUE],
        [MONTH, "stores_region"],
        BY_MONTH,
    ),
    "store": DemoChart(
        "Revenue by store",
        "Stores",
        "Which shops earn the most.",
        {"type": "horizontal_bar", "x": "stores_store_name", "y": [REVENUE], "legend": "none", "showValues": True},
        [REVENUE],
        ["stores_store_name"],
        [{"fieldId": REVENUE, "descending": True}],
    ),
    "products": DemoChart(
        "Top products",
        "Sales",
        "The ten products that earn the most.",
        {"type": "table", "bars": True},
        ["order_items_product_revenue", "order_items_units_sold"],
        ["products_product_name", "products_category"],
        [{"fieldId": "order_items_product_revenue", "descending": True}],
        explore="order_items",
        limit=10,
    ),
    "aov": DemoChart(
        "Average order value",
        "Weekly review",
        "What a completed order is worth, by how it reached the shop.",
        {
            "type": "line",
            "x": MONTH,
            "y": ["orders_average_order_value"],
            "series": "orders_channel",
            "fromZero": False,
        },
        ["orders_average_order_value"],
        [MONTH, "orders_channel"],
        BY_MONTH,
    ),
    "customers": DemoChart(
        "Customers by type",
        "Sales",
        "New: one order so far. Returning: two to nine. Loyal: ten or more.",
        {"type": "pie", "slice": "customers_customer_type", "value": "orders_customer_count"},
        ["orders_customer_count"],
        ["customers_customer_type"],
        [{"fieldId": "orders_customer_count", "descending": True}],
    ),
    "latest": DemoChart(
        "Revenue of the latest month",
        "Weekly review",
        "Against the month before.",
        {"type": "big_number", "value": REVENUE, "compare": "previous"},
        [REVENUE],
        [MONTH],
        [{"fieldId": MONTH, "descending": True}],
        limit=2,
    ),
}

ABOUT = """**Each of us sees the orders of our own regions**, in every number here.

Revenue is that of *completed* orders, without tax. Choose a region, a channel or some days above: every tile asks anew.
"""


def _tile(tab: str, x: int, y: int, w: int, h: int, **more: Any) -> dict[str, Any]:
    tile_id = str(more.get("chart") or more["kind"])
    return {"id": tile_id, "kind": "chart", "tab": tab, "x": x, "y": y, "w": w, "h": h, **more}


TABS = [{"id": "overview", "name": "Overview"}, {"id": "shops", "name": "Stores and products"}]
# `chart` names one of `CHARTS`.
TILES = [
    _tile("overview", 0, 0, 4, 3, chart="latest"),
    _tile("overview", 4, 0, 8, 3, kind="markdown", title="About these numbers", text=ABOUT),
    _tile("overview", 0, 3, 8, 6, chart="month"),
    _tile("overview", 8, 3, 4, 6, chart="customers"),
    _tile("overview", 0, 9, 12, 6, chart="aov"),
    _tile("shops", 0, 0, 6, 8, chart="store"),
    _tile("shops", 6, 0, 6, 8, chart="products"),
]
FILTERS = [
    {"id": "region", "label": "Region", "exploreName": "orders", "fieldId": "stores_region"},
    {"id": "channel", "label": "Channel", "exploreName": "orders", "fieldId": "orders_channel"},
    {
        "id": "date",
        "label": "Order date",
        "exploreName": "orders",
        "fieldId": "orders_order_date",
        "operator": "inBetween",
    },
]


async def fill(services: Services, data: ProjectData, project_id: str, author: str) -> None:
    """Saves the charts and the dashboard as the person with the e-mail `author`, in a project that has neither. What
    somebody changed or deleted stays so, as long as anything is left."""
    async with services.db.session() as session:
        if await _holds_something(session, project_id):
            return
        person = await _person(session, author)
        found = await session.execute(select(SpaceRow.name, SpaceRow.id).where(SpaceRow.project_id == project_id))
        spaces: dict[str, str] = dict(found.all())
    made: dict[str, str] = {}
    for key, chart in CHARTS.items():
        new = {
            "name": chart.name,
            "description": chart.description,
            "spaceId": spaces[chart.space],
            "query": chart.query(),
            "config": chart.config,
        }
        saved = await ChartService(services, data, person).create(project_id, NewChart.model_validate(new))
        made[key] = saved.id
    tiles = [_placed(tile, made) for tile in TILES]
    dashboard = {
        "name": "Sales overview",
        "description": "Where revenue comes from, and who brings it.",
        "spaceId": spaces["Weekly review"],
        "content": {"tabs": TABS, "tiles": tiles, "filters": FILTERS},
    }
    await DashboardService(services, data, person).create(project_id, NewDashboard.model_validate(dashboard))


def _placed(tile: dict[str, Any], made: dict[str, str]) -> dict[str, Any]:
    kept = {name: value for name, value in tile.items() if name != "chart"}
    return {**kept, "chartId": made[tile["chart"]]} if "chart" in tile else kept


async def _holds_something(session: AsyncSession, project_id: str) -> bool:
    for row in (ChartRow, DashboardRow):
        if await session.scalar(select(row.id).where(row.project_id == project_id).limit(1)) is not None:
            return True
    return False


async def _person(session: AsyncSession, email: str) -> Person:
    row = await people.row_by_email(session, email)
    assert row is not None
    person = await people.load(session, row.id)
    assert person is not None
    return person
